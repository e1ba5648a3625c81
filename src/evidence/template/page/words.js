// Numbers as the report prints them: a true minus, and the decimals that an interval can bear.
const MINUS = '\u2212';
const THOUSANDFOLD = Math.log(1000);
const expit = y => 1 / (1 + Math.exp(-y));
const PLACES = {proportion: expit, correlation: Math.tanh};

function unsigned(number, decimals = 0) {
  const text = Math.abs(number).toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return (number < 0 && /[1-9]/.test(text) ? MINUS : '') + text;
}
function signed(number, decimals = 0) {
  const text = unsigned(number, decimals);
  return number > 0 && /[1-9]/.test(text) ? '+' + text : text;
}
function decimalsOf(grain) {
  return grain > 0 ? Math.min(Math.max(1 - Math.floor(Math.log10(grain)), 0), 9) : 2;
}

const NUMBERS = {
  ratio(y) {
    if (Math.abs(y) > THOUSANDFOLD + 1e-9) return y < 0 ? `<${MINUS}99.9%` : '>+99,900%';
    const change = 100 * Math.expm1(y);
    return signed(change, change <= -99.5 ? 1 : 0) + '%';
  },
  factor(y) {
    if (Math.abs(y) > THOUSANDFOLD + 1e-9) return y < 0 ? '<0.001' : '>1,000';
    const ratio = Math.exp(y);
    return unsigned(ratio, ratio < 0.1 ? decimalsOf(ratio) : ratio < 10 ? 2 : ratio < 100 ? 1 : 0);
  },
  difference: (value, grain) => signed(value, decimalsOf(grain || Math.abs(value))),
  proportion: (share, grain) =>
    unsigned(100 * share, (grain === undefined ? share > 0 && share < 0.01 : grain < 0.1) ? 1 : 0) + '%',
  correlation: r => signed(r, 2),
};

const scaleOf = measure => data.plan.scales[measure] || 'difference';
const placeOf = (scale, y) => (PLACES[scale] || (one => one))(y);

function inWords(scale, estimate, low, high) {
  const values = low === null || low === undefined ? [estimate] : [estimate, low, high];
  const places = values.map(y => placeOf(scale, y));
  const grain = scale === 'difference' ? Math.max(...places) - Math.min(...places) : undefined;
  const words = places.map(place => NUMBERS[scale](place, grain));
  return words.length === 1 ? words[0] : `${words[0]} (${words[1]} to ${words[2]})`;
}
const predictionWords = (scale, pool) =>
  pool.pi_low === null
    ? ''
    : inWords(scale, pool.estimate, pool.pi_low, pool.pi_high).replace(/^.*?\((.*)\)$/, '$1');
const significant = (value, digits = 3) =>
  value === null || value === undefined
    ? ''
    : value === 0
      ? '0'
      : unsigned(value, Math.min(Math.max(digits - 1 - Math.floor(Math.log10(Math.abs(value))), 0), 9));
const plural = (number, noun) => `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
const intervalName = () => `${+(100 * data.plan.level).toFixed(6)}% interval`;
