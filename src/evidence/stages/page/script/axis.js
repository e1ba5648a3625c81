// The ground of a forest plot: its columns, the ends of its axis, and round ticks.
const FONT = '"Source Sans 3", "Source Sans Pro", "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const hue = data.colours;

const TICK_STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5];
const TICK_RATIOS = [
  [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50, 100],
  [0.1, 0.25, 0.5, 1, 2, 4, 10, 20, 40, 100],
  [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100],
  [0.01, 0.05, 0.2, 1, 5, 20, 100],
  [0.001, 0.01, 0.1, 1, 10, 100, 1000],
  [0.001, 1, 1000],
];
function multiples(step, low, high) {
  const first = Math.ceil(low / step - 1e-9),
    last = Math.floor(high / step + 1e-9);
  return Array.from({length: Math.max(last - first + 1, 0)}, (_, i) => +((first + i) * step).toFixed(12));
}
function ratioTicks(low, high) {
  const [from, to] = [Math.exp(low), Math.exp(high)];
  const even = TICK_STEPS.filter(step => high - low < 3 && to - from < 50 * step).map(step =>
    multiples(step, from - 1, to - 1).map(more => 1 + more),
  );
  return [...even, ...TICK_RATIOS].map(ratios =>
    ratios
      .filter(ratio => ratio > 0)
      .map(Math.log)
      .filter(tick => tick >= low - 1e-9 && tick <= high + 1e-9),
  );
}
function evenTicks(low, high) {
  const power = Math.floor(Math.log10(high - low)) - 1,
    sets = [];
  for (let at = power; at < power + 3; at++)
    for (const digit of [1, 2, 5]) sets.push(multiples(digit * 10 ** at, low, high));
  return sets;
}
function tickWords(name, ticks) {
  if (name === 'factor')
    return ticks.map(tick => (+Math.exp(tick).toPrecision(6)).toLocaleString('en-US', {maximumFractionDigits: 9}));
  const scale = scaleNamed(name),
    numbers = ticks.map(tick => readAt(scale, tick));
  const steps = numbers.slice(1).map((number, i) => number - numbers[i]);
  const decimals = steps.length ? decimalsOf(+Math.min(...steps).toPrecision(12), 1) : 0;
  return numbers.map(number => numberWords(scale, number, number ? decimals : 0));
}
function ticksFor(name, low, high, length) {
  const scale = scaleNamed(name),
    [first, last] = scale.limits.map(limit => scale.times * limit);
  const sets = scale.log ? ratioTicks(low, high) : evenTicks(Math.max(low, first), Math.min(high, last));
  const fitting = sets
    .filter(set => set.length && set.length <= 9)
    .map(set => ({set, words: tickWords(name, set)}))
    .filter(({set, words}) =>
      set.every(
        (tick, i) =>
          !i ||
          ((tick - set[i - 1]) / (high - low)) * length > 3.4 * (words[i].length + words[i - 1].length) + 8,
      ),
    );
  return (
    fitting.find(({set}) => set.length >= 4) ||
    fitting.sort((a, b) => b.set.length - a.set.length)[0] || {set: [], words: []}
  );
}

// Ends of the axis: all estimates and the pool whole, intervals as far as they leave the rest legible.
function range(scale, rows, pool) {
  const points = [
    ...rows.map(row => row.yi),
    ...(pool ? [pool.ci_low, pool.ci_high] : []),
    ...(scaleNamed(scale).null === null ? [] : [0]),
  ];
  const ends = [
    ...rows.flatMap(row => (row.low === null ? [] : [row.low, row.high])),
    ...(pool && pool.pi_low !== null ? [pool.pi_low, pool.pi_high] : []),
  ];
  const at = points.map(y => placeOf(scale, y)),
    beyond = ends.map(y => placeOf(scale, y));
  const inner = [Math.min(...at), Math.max(...at)],
    widths = rows
      .filter(row => row.low !== null)
      .map(row => placeOf(scale, row.high) - placeOf(scale, row.low))
      .sort((a, b) => a - b);
  const room = Math.max(
    0.8 * (inner[1] - inner[0]),
    widths.length ? 0.6 * widths[Math.floor(widths.length / 2)] : 0,
    1e-6,
  );
  let low = Math.max(Math.min(...at, ...beyond), inner[0] - room),
    high = Math.min(Math.max(...at, ...beyond), inner[1] + room);
  const margin = 0.05 * (high - low);
  low -= margin;
  high += margin;
  const {log, limits, times} = scaleNamed(scale);
  return log ? [low, high] : [Math.max(low, times * limits[0]), Math.min(high, times * limits[1])];
}

const words = (x, y, text, look = {}) =>
  draw('text', {x, y, 'font-size': 13, fill: hue.ink, class: 'ink', ...look}, text);
const quiet = {fill: hue.muted, class: 'quiet', 'font-size': 11};

// Width of a text in pixels, and its lines that fit into a room, broken between words.
const ruler = document.createElement('canvas').getContext('2d');
function widthOf(text, size) {
  ruler.font = `${size}px ${FONT}`;
  return ruler.measureText(text).width;
}
function wrapped(text, room, size) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (widthOf(longer, size) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.filter(Boolean);
}

function columnsFor(width) {
  const narrow = width < 620,
    people = Math.max(258, Math.round(0.3 * width));
  return narrow
    ? {
        narrow,
        label: 0,
        from: 20,
        to: width - 20,
        effect: width,
        weight: null,
        n: null,
        row: 52,
        mark: 36,
        first: 14,
      }
    : {
        narrow,
        label: 0,
        n: people,
        from: people + 22,
        to: width - 268,
        effect: width - 62,
        weight: width,
        row: 34,
        mark: 17,
        first: 14,
      };
}

const SIDES = {
  before_after: ['decrease', 'increase'],
  versus_control: ['lower than control', 'higher than control'],
  versus_active: ['lower than the other', 'higher than the other'],
};
function axis(x, top, bottom, ends, ticks, scale, contrast, narrow) {
  const inside = (at, text) =>
    Math.min(Math.max(at, ends[0] - 20 + 3.8 * text.length), ends[1] + 20 - 3.8 * text.length);
  const parts = [
    draw('line', {x1: ends[0], x2: ends[1], y1: bottom, y2: bottom, stroke: hue.line, class: 'axis-line'}),
  ];
  ticks.set.forEach((tick, i) =>
    parts.push(
      draw('line', {
        x1: x.at(tick),
        x2: x.at(tick),
        y1: bottom,
        y2: bottom + 4,
        stroke: hue.line,
        class: 'axis-line',
      }),
      words(inside(x.at(tick), ticks.words[i]), bottom + 17, ticks.words[i], {
        'text-anchor': 'middle',
        'font-size': 11.5,
      }),
    ),
  );
  const zero = x.at(0);
  if (scaleNamed(scale).null !== null && zero > ends[0] && zero < ends[1]) {
    if (!narrow)
      parts.unshift(
        draw('line', {
          x1: zero,
          x2: zero,
          y1: top,
          y2: bottom,
          stroke: hue.muted,
          'stroke-dasharray': '3 3',
          class: 'null-line',
        }),
      );
    const sides = SIDES[contrast] || ['', ''];
    const room = text => 7 * text.length + 24;
    if (sides[0] && zero > room(sides[0]))
      parts.push(words(zero - 10, bottom + 34, '\u2190 ' + sides[0], {...quiet, 'text-anchor': 'end'}));
    if (sides[1] && ends[1] - zero > room(sides[1]))
      parts.push(words(zero + 10, bottom + 34, sides[1] + ' \u2192', quiet));
  }
  return parts;
}
