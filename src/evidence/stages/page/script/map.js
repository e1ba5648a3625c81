// The evidence map: conditions by outcomes, what can be weighted, and the gaps.
const CONCLUSIONS = {increase: 'up', decrease: 'down', unclear: 'unclear'};
const SIGNS = {increase: '\u2191', decrease: '\u2193', unclear: '\u2194'};
const STATUS = {
  weighted: 'weighted',
  number: 'a number without weight',
  direction: 'only a direction',
  not_significant: 'only “not significant”',
  nothing: 'a baseline alone',
  set_apart: 'only reports outside the headline',
  shown: 'only numbers that are in no effect',
  stated: 'only results in words of other groups',
  gap: 'a gap: no cohort speaks of it',
};

function mapCell(cell) {
  if (cell.status === 'gap')
    return make(
      'td',
      {class: 'gap'},
      make('span', {'aria-hidden': 'true'}, '\u2013'),
      make('span', {class: 'spoken'}, 'gap'),
    );
  const unweighted = cell.shown + cell.stated;
  const drawn = effects.some(effect => effect.outcome === cell.outcome);
  const about = `${conditions[cell.condition] || cell.label}, ${labels[cell.outcome]}`;
  const pool = cell.pool && pools.get(cell.pool),
    words = pool ? poolWords(pool, pool.measure, pool.effect_unit) : STATUS[cell.status];
  const look = cell.status === 'weighted' ? CONCLUSIONS[cell.conclusion] || 'unclear' : 'shown';
  const text =
    cell.status === 'weighted'
      ? [`${cell.k}`, make('span', {'aria-hidden': 'true'}, SIGNS[cell.conclusion] || '')]
      : [`(${unweighted})`];
  const lines = () => [
    about,
    words,
    pool
      ? `${contrastWords(pool.contrast)}, k = ${pool.k}, ${people(pool.n)}`
      : plural(unweighted, 'cohort'),
    ...(pool && unweighted ? [`${plural(unweighted, 'further cohort')} without weight`] : []),
    ...(pool ? poolLines(pool).slice(2, -1) : []),
    ...(drawn ? ['Click or Enter: the forest plot'] : []),
  ];
  const button = make('button', {type: 'button', class: look, 'aria-label': `${about}: ${words}`}, text);
  return make(
    'td',
    {},
    telling(button, lines, () => drawn && showPool(cell.outcome, cell.contrast, cell.condition)),
  );
}

function mapSection() {
  const cells = objects(data.map);
  if (!cells.length) return;
  const outcomes = distinct(cells.map(cell => cell.outcome)),
    section = byId('map');
  const head = make(
    'tr',
    {},
    make('th', {scope: 'col'}, 'Condition'),
    outcomes.map(id => make('th', {scope: 'col', class: 'turned'}, make('span', {}, labels[id]))),
  );
  const rows = [...groupsBy(cells, cell => cell.condition).values()];
  const row = those =>
    make(
      'tr',
      {},
      make('th', {scope: 'row'}, those[0].label),
      outcomes.map(id => mapCell(those.find(cell => cell.outcome === id))),
    );
  const parts = [
    [
      data.plan.article ? 'Conditions of the article\u2019s tables' : 'Conditions in question',
      rows.filter(those => those[0].in_article === 'yes'),
    ],
    ['Other conditions of claims and groups', rows.filter(those => those[0].in_article !== 'yes')],
  ].filter(([, those]) => those.length);
  const bodies = parts.map(([title, those]) =>
    make(
      'tbody',
      {},
      make('tr', {class: 'group'}, make('th', {scope: 'colgroup', colspan: outcomes.length + 1}, title)),
      those.map(row),
    ),
  );
  section.append(
    make(
      'p',
      {class: 'note'},
      'Cohorts in the headline pool, with the side of its interval: \u2191 increase, \u2193 decrease, \u2194 the interval includes no effect. In brackets: cohorts whose results cannot be weighted. A dash is a gap. Choose a cell to see its forest plot.',
    ),
    make(
      'div',
      {class: 'scroll', tabindex: '0', role: 'region', 'aria-labelledby': 'map-title'},
      make('table', {class: 'map'}, make('thead', {}, head), bodies),
    ),
  );
  section.hidden = false;
}
