// Where a number comes from: a word beside it on hover or focus, all of it on a click or Enter.
const tip = byId('tip'),
  dialog = byId('trace');
const labels = Object.fromEntries(data.outcomes.map(([id, label]) => [id, label]));
const conditions = Object.fromEntries(data.conditions);
const effectOf = new Map(effects.map(effect => [effect.id, effect]));

const levelWords = level => level.replace(/^[^:]*/, name => name.replace(/_/g, ' ')).replace(':', ': ');
const stratumWords = (condition, drug, level) =>
  [condition ? conditions[condition] || condition : '', drug, levelWords(level)].filter(Boolean).join(', ') || 'All groups';
const unitWords = (measure, unit) => data.plan.beside[measure]?.[unit] || '';
const contrastWords = contrast => (data.plan.contrasts[contrast] || contrast).toLowerCase();

function effectWords(effect) {
  if (effect.yi === null) return 'no effect can be worked out';
  const half = effect.vi === null ? null : data.plan.quantiles.z * Math.sqrt(effect.vi);
  return (
    inWords(scaleOf(effect.measure, effect.effect_unit), effect.yi, half === null ? null : effect.yi - half, effect.yi + half) +
    unitWords(effect.measure, effect.effect_unit)
  );
}
const poolWords = (pool, measure, unit) =>
  inWords(scaleOf(measure, unit), pool.estimate, pool.ci_low, pool.ci_high) + unitWords(measure, unit);
const people = n =>
  n === null ? 'number of people ' + data.plan.not_printed : plural(n, 'person').replace('persons', 'people');

function rowsOf(effect) {
  return data.traces[effect.id].rows.map(
    row => `${row.place}: ${row.number}${row.locator ? ', ' + row.locator : ''}`,
  );
}
const placesOf = effect => data.traces[effect.id].rows.map(row => row.place);
function effectLines(effect) {
  const r = effect.r === null ? '' : `, r = ${+effect.r.toFixed(3)}`;
  return [
    `${effect.study_label}, ${effect.group_label}`,
    effectWords(effect),
    `printed: ${effect.printed}`,
    `standard error: ${data.plan.routes[effect.route]}${r}`,
    ...(effect.reason ? [effect.reason] : []),
    ...rowsOf(effect),
  ];
}
function poolLines(pool) {
  const cohorts = cohortsOf(pool);
  const words = `${labels[pool.outcome]}, ${contrastWords(pool.contrast)}, ${pool.stratum.replace(/^\w+:/, '')}`;
  return [
    words,
    `${poolWords(pool, pool.measure, pool.effect_unit)}, k = ${pool.k}, ${people(pool.n)}`,
    ...(cohorts.length > 8
      ? []
      : cohorts.map(cohort => `${cohort.label}: ${cohort.effects.flatMap(placesOf).join(', ')}`)),
    'Click or Enter: the whole way',
  ];
}
function cohortsOf(pool) {
  const [kind, name] = pool.stratum.split(/:(.*)/);
  const r = pool.analysis.startsWith('r_') ? +pool.analysis.slice(2) : null;
  return selected({
    outcome: pool.outcome,
    contrast: pool.contrast,
    measure: pool.measure,
    unit: pool.effect_unit,
    r,
    without: [],
    condition: kind === 'condition' ? name : '',
    drug: kind === 'drug' ? name : '',
    comparator: kind === 'comparator' ? name : '',
    level: ['all', 'condition', 'drug', 'comparator'].includes(kind) ? '' : pool.stratum,
  }).cohorts;
}

function place(box) {
  const width = tip.offsetWidth,
    height = tip.offsetHeight,
    room = document.documentElement.clientWidth;
  const top =
    box.bottom + 8 + height > innerHeight && box.top > height + 8 ? box.top - height - 8 : box.bottom + 8;
  tip.style.left = Math.max(8, Math.min(box.left, room - width - 8)) + scrollX + 'px';
  tip.style.top = top + scrollY + 'px';
}
function hide() {
  tip.hidden = true;
}
function show(node, lines) {
  tip.replaceChildren(...lines.map((line, i) => make(i ? 'p' : 'strong', {}, line)));
  tip.hidden = false;
  place(node.getBoundingClientRect());
}

// A mark of a plot or a number of a table that tells its way; `lines` and `open` are asked for when they are needed.
function telling(node, lines, open) {
  node.setAttribute('aria-describedby', 'tip');
  const shown = () => show(node, lines());
  for (const [event, act] of [
    ['mouseenter', shown],
    ['focus', shown],
    ['mouseleave', hide],
    ['blur', hide],
    [
      'click',
      () => {
        hide();
        open();
      },
    ],
  ])
    node.addEventListener(event, act);
  if (node.tagName.toLowerCase() !== 'button') {
    node.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        hide();
        open();
      }
    });
  }
  return node;
}
document.addEventListener('keydown', event => {
  if (event.key === 'Escape') hide();
});

function opened(title, ...children) {
  const close = make('button', {type: 'button', class: 'close', click: () => dialog.close()}, 'Close');
  dialog.replaceChildren(close, make('h2', {id: 'trace-title', tabindex: '-1'}, title), ...children);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  byId('trace-title').focus();
}
function facts(pairs) {
  return make(
    'dl',
    {},
    pairs
      .filter(([, value]) => value !== '' && value !== null)
      .flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]),
  );
}
function rawRow(row) {
  return make(
    'li',
    {},
    make('code', {}, row.place),
    ` ${row.what}: `,
    make('b', {}, row.number),
    make('br'),
    make('span', {class: 'muted'}, [row.locator, row.source].filter(Boolean).join(', ') + ' '),
    row.url ? link(row.url) : '',
    row.flags.map(flag => make('p', {class: 'doubt'}, 'Doubt: ' + flag)),
  );
}
function openEffect(effect) {
  const way = data.traces[effect.id],
    steps = way.steps.map(([what, sum]) => make('li', {}, what ? what + ' ' : '', make('code', {}, sum)));
  const original = effectOf.get(effect.id),
    changed = original.vi !== effect.vi;
  const how = effect.at.length
    ? `yi = ${significant(effect.yi, 6)} instead of ${significant(original.yi, 6)}, vi = ${significant(effect.vi, 6)}`
    : `vi = v_sum ${MINUS} 2 r v_cross = ${significant(effect.vi, 6)}`;
  opened(
    `${effect.study_label}, ${effect.group_label}`,
    facts([
      ['Outcome', `${labels[effect.outcome]}, ${contrastWords(effect.contrast)}`],
      ['Effect', effectWords(effect)],
      ['Printed', effect.printed],
      ['Standard error', data.plan.routes[effect.route] + (way.correlation ? `: ${way.correlation}` : '')],
      ['In the headline', effect.headline === 'yes' ? 'yes' : 'no: ' + effect.reason],
      [
        'Changed here',
        changed ? `r = ${effect.r}: ${how} instead of ${significant(original.vi, 6)}` : '',
      ],
      ['Id', effect.id],
    ]),
    make('h3', {}, 'Printed numbers'),
    make('ul', {class: 'rows'}, way.rows.map(rawRow)),
    make('h3', {}, 'Source'),
    make('p', {}, way.citation + ' ', way.record ? link(way.record) : ''),
    steps.length ? make('h3', {}, 'Arithmetic') : '',
    make('ol', {class: 'steps'}, steps),
  );
}
function openPool(title, pool, measure, unit, cohorts, source) {
  const weights = weightsOf(cohorts, pool.tau2),
    scale = scaleOf(measure, unit);
  const items = cohorts.map((cohort, i) =>
    make(
      'li',
      {},
      make('b', {}, cohort.label),
      ` ${inWords(scale, cohort.yi)}, yi ${significant(cohort.yi, 6)}, vi ${significant(cohort.vi, 6)}, weight ${weightWords(weights[i])}: `,
      cohort.effects.map(effect =>
        make(
          'button',
          {type: 'button', class: 'number', click: () => openEffect(effect)},
          `${effect.group_label}: ${placesOf(effect).join(', ')}`,
        ),
      ),
    ),
  );
  opened(
    title,
    facts([
      ['Pool', poolWords(pool, measure, unit)],
      ['Made of', `k = ${pool.k}, ${people(pool.n)}`],
      ['Prediction interval', predictionWords(scale, pool)],
      [
        'Analysis scale',
        `estimate ${significant(pool.estimate, 6)}, SE ${significant(pool.se, 6)}, interval ${significant(pool.ci_low, 6)} to ${significant(pool.ci_high, 6)}`,
      ],
      [
        'Heterogeneity',
        pool.k > 1
          ? `tau² = ${significant(pool.tau2, 4)}, I² = ${pool.I2.toFixed(0)}%, Q = ${significant(pool.Q, 4)} with ${pool.Q_df} df`
          : '',
      ],
      ['Certainty', data.certainty[pool.id] || ''],
      ['Note', pool.note || ''],
      ['Where from', source],
    ]),
    make('h3', {}, 'Cohorts'),
    make('ul', {class: 'rows'}, items),
  );
}
function openMade(pool) {
  openPool(
    `${labels[pool.outcome]}, ${contrastWords(pool.contrast)}`,
    pool,
    pool.measure,
    pool.effect_unit,
    cohortsOf(pool),
    fromTables(pool),
  );
}
const fromTables = pool => `from the tables: pools.csv, ${pool.id}`;
