// The forest plot: one drawing for the page, for print and as a file of its own.

// A mark with its interval: square by weight, arrows where the axis ends before the interval does.
function mark(x, y, row, ends, look) {
  const parts = [];
  if (row.low !== null) {
    const left = Math.max(x(row.low), ends[0]),
      right = Math.min(x(row.high), ends[1]);
    parts.push(
      draw('line', {
        x1: left,
        x2: right,
        y1: y,
        y2: y,
        stroke: look.line,
        'stroke-width': 1.4,
        class: 'interval-line',
      }),
    );
    if (x(row.low) < ends[0] - 0.5)
      parts.push(draw('path', {d: `M${ends[0]} ${y}l7 -4v8z`, fill: look.line, class: 'arrow'}));
    if (x(row.high) > ends[1] + 0.5)
      parts.push(draw('path', {d: `M${ends[1]} ${y}l-7 -4v8z`, fill: look.line, class: 'arrow'}));
  }
  const half = look.half,
    at = x(row.yi);
  parts.push(
    look.hollow
      ? draw('circle', {
          cx: at,
          cy: y,
          r: 4,
          fill: '#fff',
          stroke: hue.muted,
          'stroke-width': 1.4,
          class: 'hollow',
        })
      : draw('rect', {
          x: at - half,
          y: y - half,
          width: 2 * half,
          height: 2 * half,
          fill: hue.blue,
          class: 'square',
        }),
  );
  return parts;
}

// Where the words stand above the marks, the line of no effect is drawn beside the marks alone.
function nullPart(at, x, y, ends) {
  const zero = x.at(0);
  if (!at.narrow || scaleNamed(x.scale).null === null || zero < ends[0] || zero > ends[1]) return [];
  return [
    draw('line', {
      x1: zero,
      x2: zero,
      y1: y - 9,
      y2: y + 9,
      stroke: hue.muted,
      'stroke-dasharray': '3 3',
      class: 'null-line',
    }),
  ];
}

function diamond(x, y, pool, ends) {
  const at = value => Math.min(Math.max(x(value), ends[0]), ends[1]),
    parts = [];
  if (pool.pi_low !== null) {
    parts.push(
      draw('line', {
        x1: at(pool.pi_low),
        x2: at(pool.pi_high),
        y1: y,
        y2: y,
        stroke: hue.orange,
        'stroke-width': 3,
        class: 'prediction',
      }),
    );
    for (const [value, end, way] of [
      [pool.pi_low, ends[0], 7],
      [pool.pi_high, ends[1], -7],
    ]) {
      if (Math.abs(at(value) - x(value)) > 0.5)
        parts.push(
          draw('path', {d: `M${end} ${y}l${way} -4v8z`, fill: hue.orange, class: 'prediction-arrow'}),
        );
    }
  }
  parts.push(
    draw('path', {
      d: `M${x(pool.ci_low)} ${y}L${x(pool.estimate)} ${y - 7}L${x(pool.ci_high)} ${y}L${x(pool.estimate)} ${y + 7}z`,
      fill: hue.blue,
      class: 'square',
    }),
  );
  return parts;
}

function headings(at) {
  if (at.narrow)
    return [
      words(at.label, 12, 'Study', quiet),
      words(at.effect, 12, `Effect (${intervalName()})`, {...quiet, 'text-anchor': 'end'}),
    ];
  return [
    words(at.label, 12, 'Study, group', quiet),
    words(at.n, 12, 'People', {...quiet, 'text-anchor': 'end'}),
    words(at.effect, 12, `Effect (${intervalName()})`, {...quiet, 'text-anchor': 'end'}),
    words(at.weight, 12, 'Weight', {...quiet, 'text-anchor': 'end'}),
  ];
}

const LEADING = 14;
// The words of a row, the lines of its label (beside the words where the page is narrow) and of its group, and by how
// much they make the row higher.
function linesOf(at, row, x) {
  const interval = inWords(x.scale, row.yi, row.low, row.high, x.half),
    names = at.narrow ? wrapped(row.label, at.effect - widthOf(interval, 13) - 6, 13) : [row.label],
    lines = wrapped(row.group, at.narrow ? at.effect : at.n - 44, quiet['font-size']);
  return {interval, names, lines, more: LEADING * (names.length - 1 + Math.max(lines.length - 1, 0))};
}

function line(at, y, row, x, ends, look) {
  const {interval, names, lines, more} = linesOf(at, row, x),
    middle = y + at.mark + (at.narrow ? more : more / 2),
    band = draw('rect', {
      x: 0,
      y,
      width: at.effect === at.weight ? at.weight : at.weight || at.effect,
      height: at.row + more,
      fill: 'transparent',
      class: 'band',
    });
  const parts = [
    band,
    ...names.map((text, i) =>
      words(at.label, y + at.first + LEADING * i, text, {'data-room': at.narrow ? at.effect : at.n - 44}),
    ),
    ...lines.map((text, i) =>
      words(at.label, y + at.first + LEADING * (i + names.length), text, {
        ...quiet,
        'data-room': at.narrow ? at.effect : at.n - 44,
      }),
    ),
    ...nullPart(at, x, middle + 6, ends),
    ...mark(x, middle + (at.narrow ? 6 : 0), row, ends, look),
  ];
  parts.push(
    words(at.effect, at.narrow ? y + at.first : middle + 4, interval, {
      'text-anchor': 'end',
      ...(look.hollow ? {fill: hue.muted, class: 'quiet'} : {}),
    }),
  );
  if (!at.narrow) {
    parts.push(
      words(at.n, middle + 4, row.n === null ? '\u2013' : row.n.toLocaleString('en-US'), {
        'text-anchor': 'end',
      }),
    );
    if (row.weight !== null)
      parts.push(words(at.weight, middle + 4, weightWords(row.weight), {'text-anchor': 'end'}));
  }
  const group = draw(
    'g',
    {
      class: 'mark',
      tabindex: '0',
      role: 'button',
      'aria-label': `${row.label}, ${row.group}: ${interval}${row.weight === null ? ', without weight' : ', weight ' + weightWords(row.weight)}`,
    },
    parts,
  );
  return telling(group, row.lines, row.open);
}

// Text longer than its column ends in an ellipsis; the whole of it stands in its tooltip and label.
function shorten(picture) {
  for (const node of picture.querySelectorAll('text[data-room]')) {
    const room = +node.getAttribute('data-room');
    let text = node.textContent;
    while (text.length > 4 && node.getComputedTextLength() > room) {
      text = text.slice(0, -1);
      node.textContent = text.trimEnd() + '\u2026';
    }
    node.removeAttribute('data-room');
  }
}

// Rows have label, group, yi, low, high, n, weight, lines and open; the pool the result names, or null.
function forest(plot, width) {
  const {scale, rows, others, pool} = plot,
    at = columnsFor(width),
    all = [...rows, ...others];
  const [low, high] = range(scale, all, pool),
    ends = [at.from, at.to];
  const x = y => x.at(placeOf(scale, y));
  x.at = position => at.from + ((position - low) / (high - low)) * (at.to - at.from);
  x.scale = scale;
  x.half = usualHalf(scale, rows);
  const picture = draw('svg', {
    xmlns: SVG,
    width,
    'font-family': FONT,
    role: 'group',
    'aria-label': plot.title,
  });
  let y = 22;
  const body = [];
  for (const row of rows) {
    body.push(line(at, y, row, x, ends, {line: hue.line, half: 2.5 + 0.55 * Math.sqrt(row.weight)}));
    y += at.row + linesOf(at, row, x).more;
  }
  if (pool) {
    body.push(total(at, y, plot, x, ends));
    y += at.row + 4;
  }
  if (others.length) {
    body.push(words(at.label, y + 16, 'Shown without weight', {...quiet, 'font-weight': 600}));
    y += 22;
  }
  for (const row of others) {
    body.push(line(at, y, row, x, ends, {line: hue.bar, hollow: true}));
    y += at.row + linesOf(at, row, x).more;
  }
  const frame = axis(
    x,
    18,
    y + 4,
    ends,
    ticksFor(scale, low, high, at.to - at.from),
    scale,
    plot.contrast,
    at.narrow,
  );
  const head = [draw('rect', {width, height: y + 44, fill: '#fff', class: 'paper'}), ...headings(at)];
  filled(picture, {height: y + 44, viewBox: `0 0 ${width} ${y + 44}`}, [...head, ...frame, ...body]);
  return picture;
}

function total(at, y, plot, x, ends) {
  const pool = plot.pool,
    interval = inWords(plot.scale, pool.estimate, pool.ci_low, pool.ci_high, x.half),
    middle = y + at.mark + (at.narrow ? 6 : 0);
  const predicted = predictionWords(plot.scale, pool, x.half),
    prediction = predicted && 'prediction ' + predicted;
  const heterogeneity = `tau² ${significant(pool.tau2, 2)}, I² ${pool.I2.toFixed(0)}%`;
  const parts = [
    draw('rect', {
      x: 0,
      y,
      width: at.weight || at.effect,
      height: at.row + 2,
      fill: hue.shade,
      class: 'shade',
    }),
    words(at.label + 4, y + at.first, `Pool of ${plural(pool.k, 'cohort')}`, {'font-weight': 700}),
    words(at.label + 4, y + at.first + 14, heterogeneity, quiet),
    ...nullPart(at, x, middle, ends),
    ...diamond(x, middle, pool, ends),
    words(at.effect, y + (at.narrow || prediction ? at.first : at.mark + 4), interval, {
      'text-anchor': 'end',
      'font-weight': 700,
    }),
    prediction
      ? words(at.effect, y + at.first + 14, prediction, {
          ...quiet,
          'text-anchor': 'end',
          fill: hue.orange,
          class: 'prediction-arrow',
        })
      : '',
  ];
  if (!at.narrow && pool.n !== null)
    parts.push(
      words(at.n, y + at.mark + 4, pool.n.toLocaleString('en-US'), {
        'text-anchor': 'end',
        'font-weight': 700,
      }),
    );
  return telling(
    draw(
      'g',
      {
        class: 'mark pool',
        tabindex: '0',
        role: 'button',
        'aria-label': `Pool of ${plural(pool.k, 'cohort')}: ${interval}`,
      },
      parts,
    ),
    plot.lines,
    plot.open,
  );
}
