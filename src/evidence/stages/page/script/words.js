// Numbers as the report prints them: a true minus, and the decimals that an interval can bear.
const MINUS = '\u2212';
const THOUSANDFOLD = Math.log(1000);
const MOST_DECIMALS = 9,
  MORE_DECIMALS = 2,
  NOISE = 1e-12;

// Digits of a number without its sign; halves go to the even digit, as in the report.
function digitsOf(number, decimals) {
  const exact = number.toFixed(100),
    kept = exact.slice(0, exact.indexOf('.') + (decimals && decimals + 1)),
    left = exact.slice(exact.indexOf('.') + 1 + decimals);
  return /^50*$/.test(left) && /[02468]$/.test(kept) ? kept : number.toFixed(decimals);
}
function unsigned(number, decimals = 0) {
  const size = Math.abs(number);
  if (!Number.isFinite(size) || size >= 1e21) return (number < 0 ? MINUS : '') + String(size);
  const text = digitsOf(size, decimals).replace(/\d(?=(\d{3})+(?!\d))(?<!\.\d*)/g, '$&,');
  return (number < 0 && /[1-9]/.test(text) ? MINUS : '') + text;
}
function signed(number, decimals = 0) {
  const text = unsigned(number, decimals);
  return number > 0 && /[1-9]/.test(text) ? '+' + text : text;
}
// Decimals that show so many significant digits of a number above zero.
function decimalsOf(number, digits = 2) {
  return number > 0 && number < Infinity
    ? Math.min(Math.max(digits - 1 - Math.floor(Math.log10(number)), 0), MOST_DECIMALS)
    : 0;
}

const same = value => value,
  none = () => 0,
  hundredths = () => 2,
  ofPercent = number => (number > 0 && number < 1 ? 1 : 0),
  ofRatio = ratio => (ratio < 0.1 ? decimalsOf(ratio) : ratio < 10 ? 2 : ratio < 100 ? 1 : 0),
  twoDigits = number => (number ? decimalsOf(Math.abs(number)) : 2),
  threeDigits = number => (number ? decimalsOf(Math.abs(number), 3) : 0),
  exp = y => Math.exp(Math.min(y, 700)),
  expit = y => (y < -700 ? 0 : 1 / (1 + Math.exp(-y)));
const PLAIN = {back: same, null: 0, least: none, lone: twoDigits, times: 1, limits: [-Infinity, Infinity], sign: ''};
const PART = {...PLAIN, null: null, least: ofPercent, lone: ofPercent, times: 100, limits: [0, 1], sign: '%'};
const SCALES = {
  ratio: {...PLAIN, back: Math.expm1, lone: none, times: 100, log: true, signed: true, limits: [-1, Infinity], sign: '%'},
  factor: {...PLAIN, back: Math.exp, least: ofRatio, lone: ofRatio, log: true, limits: [0, Infinity]},
  difference: {...PLAIN, signed: true},
  level: {...PLAIN, null: null, lone: threeDigits},
  proportion: {...PART, back: expit},
  share: PART,
  arcsine: {...PART, back: y => Math.sin(Math.min(Math.max(y, 0), Math.PI / 2)) ** 2},
  rate: {...PLAIN, back: exp, null: null, lone: threeDigits, limits: [0, Infinity]},
  correlation: {...PLAIN, back: Math.tanh, least: hundredths, lone: hundredths, signed: true, limits: [-1, 1]},
};
// The scale of a name, which may go on as "proportion per 100,000".
function scaleNamed(name) {
  const [, kind, per] = /^(\w+)(?: per ([\d,]+))?/.exec(name);
  return per
    ? {...SCALES[kind], times: +per.replaceAll(',', ''), sign: '', least: none, lone: threeDigits}
    : SCALES[kind];
}
const scaleOf = (measure, unit) => data.plan.scales[measure]?.[unit] || 'difference';
const placeOf = (name, y) => {
  const scale = scaleNamed(name);
  return scale.log ? y : scale.times * scale.back(y);
};
const readAt = (scale, place) => (scale.log ? scale.times * scale.back(place) : place);

// A number in words, with more decimals where these would make an end of the scale of it.
function numberWords(scale, number, decimals) {
  const write = scale.signed ? signed : unsigned;
  for (const end of [0, ...scale.limits.filter(Number.isFinite).map(limit => scale.times * limit)]) {
    if (Math.abs(number - end) <= (scale.signed && !end ? NOISE * scale.times : 0)) continue;
    const most = decimals + MORE_DECIMALS;
    while (decimals <= most && unsigned(number, decimals) === unsigned(end, decimals)) decimals++;
    if (decimals > most) {
      const [side, step] = number > end ? ['<', 1] : ['>', -1];
      return side + write(end + step * 10 ** -most, most) + scale.sign;
    }
  }
  return write(number, decimals) + scale.sign;
}
function placeWords(scale, place, decimals, least) {
  if (scale.log && Math.abs(place) > THOUSANDFOLD + 1e-9)
    return scale.sign ? (place < 0 ? `<${MINUS}99.9%` : '>+99,900%') : place < 0 ? '<0.001' : '>1,000';
  const number = readAt(scale, place);
  return numberWords(scale, number, Math.max(decimals, least(number)));
}
function halfWidth(scale, low, high) {
  if (!Number.isFinite(high - low)) return null;
  const [left, right] = scale.log
    ? [low, high].map(end => Math.min(Math.max(end, -THOUSANDFOLD), THOUSANDFOLD))
    : [low, high];
  return Math.abs(readAt(scale, right) - readAt(scale, left)) / 2 || null;
}
// Estimate with its interval: two digits of half its width, or of the usual one of a plot (`half`) and one of its own.
function inWords(name, estimate, low, high, half = null) {
  const scale = scaleNamed(name),
    values = low === null || low === undefined ? [estimate] : [estimate, low, high];
  const places = values.map(y => placeOf(name, y));
  const own = places.length > 1 ? halfWidth(scale, places[1], places[2]) : null;
  const least = own === null && half === null ? scale.lone : scale.least;
  const decimals = Math.max(decimalsOf(half || 0), decimalsOf(own || 0, half ? 1 : 2));
  const words = places.map(place => placeWords(scale, place, decimals, least));
  return words.length === 1 ? words[0] : `${words[0]} (${words[1]} to ${words[2]})`;
}
// Half the width of the usual interval of a plot, so that its numbers have the same decimals.
function usualHalf(name, rows) {
  const scale = scaleNamed(name);
  const halves = rows
    .filter(row => row.low !== null)
    .map(row => halfWidth(scale, placeOf(name, row.low), placeOf(name, row.high)))
    .filter(Boolean)
    .sort((a, b) => a - b);
  const middle = halves.length >> 1;
  return halves.length ? (halves[middle] + halves[halves.length % 2 ? middle : middle - 1]) / 2 : null;
}
const predictionWords = (name, pool, half = null) =>
  pool.pi_low === null
    ? ''
    : inWords(name, pool.estimate, pool.pi_low, pool.pi_high, half).replace(/^.*?\((.*)\)$/, '$1');
const significant = (value, digits = 3) =>
  value === null || value === undefined
    ? ''
    : value === 0
      ? '0'
      : unsigned(value, Math.min(Math.max(digits - 1 - Math.floor(Math.log10(Math.abs(value))), 0), 9));
const weightWords = weight => (weight > 0 && weight < 0.05 ? '<0.1%' : weight.toFixed(1) + '%');
const plural = (number, noun) => `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
const intervalName = () => `${+(100 * data.plan.level).toFixed(6)}% interval`;
