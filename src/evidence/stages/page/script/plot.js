// What goes with a choice: its rows, its pool, the words on it, and what can be saved.

function intervalOf(row) {
  const half = row.vi === null ? null : data.plan.quantiles.z * Math.sqrt(row.vi);
  return half === null ? {low: null, high: null} : {low: row.yi - half, high: row.yi + half};
}
function cohortRow(cohort, weight) {
  const one = cohort.effects.length === 1,
    first = cohort.effects[0];
  const text = one
    ? first.group_label
    : `${cohort.effects.length} groups averaged: ${cohort.effects.map(effect => effect.group_label).join('; ')}`;
  const lines = () =>
    one
      ? effectLines(first)
      : [cohort.label, text, ...cohort.effects.flatMap(effect => [effectWords(effect), ...rowsOf(effect)])];
  const average = {
    ...cohort,
    estimate: cohort.yi,
    se: Math.sqrt(cohort.vi),
    ci_low: intervalOf(cohort).low,
    ci_high: intervalOf(cohort).high,
    k: 1,
    pi_low: null,
    tau2: null,
    note: 'one effect of a cohort, averaged over its groups',
  };
  const open = () =>
    one
      ? openEffect(first)
      : openPool(
          cohort.label,
          average,
          first.measure,
          first.effect_unit,
          cohort.effects.map(effect => ({...effect, label: effect.study_label, effects: [effect]})),
          'averaged in the page by the rule of the program',
        );
  const places = cohort.effects.flatMap(placesOf).join(', ');
  return {
    label: cohort.label,
    group: text,
    places,
    yi: cohort.yi,
    ...intervalOf(cohort),
    n: cohort.n,
    weight,
    lines,
    open,
  };
}
function loneRow(effect) {
  return {
    label: effect.study_label,
    group: effect.group_label,
    yi: effect.yi,
    ...intervalOf(effect),
    n: effect.n,
    weight: null,
    lines: () => effectLines(effect),
    open: () => openEffect(effect),
  };
}
const byLabel = (a, b) => a.label.localeCompare(b.label, 'en') || a.group.localeCompare(b.group, 'en');

// All that a choice shows: the rows, the pool, whether the program or this page has made it.
function shownNow() {
  const {cohorts, left, unweighted} = selected(chosen),
    stored = made(chosen);
  const pool = cohorts.length ? stored || fit(cohorts) : null,
    scale = scaleOf(chosen.measure, chosen.unit);
  const weights = pool ? weightsOf(cohorts, pool.tau2) : [];
  const rows = cohorts.map((cohort, i) => cohortRow(cohort, weights[i])).sort(byLabel);
  const others = [...unweighted, ...left]
    .filter(effect => effect.yi !== null)
    .map(loneRow)
    .sort(byLabel);
  const against = chosen.comparator ? `: ${chosen.comparator}` : '';
  const title = `${labels[chosen.outcome]}, ${contrastWords(chosen.contrast)}${against}, ${stratumWords(chosen.condition, chosen.drug, chosen.level)}`;
  return {
    title,
    cohorts,
    pool,
    scale,
    rows,
    others,
    stored: Boolean(stored),
    left,
    contrast: chosen.contrast,
    source: pool ? sourceWords(stored, cohorts) : '',
    lines: () => [
      title,
      poolWords(pool, chosen.measure, chosen.unit),
      ...rows.map(
        row => `${row.label}: weight ${weightWords(row.weight)}${rows.length > 8 ? '' : ', ' + row.places}`,
      ),
      'Click or Enter: the whole way',
    ],
    open: () => openPool(title, pool, chosen.measure, chosen.unit, cohorts, shown.source),
  };
}
function sourceWords(stored, cohorts) {
  if (stored) return fromTables(stored);
  if (cohorts.length === 1) return 'computed in this page: one cohort, its own interval';
  return `computed in this page: one effect per cohort (arms averaged, reports on one cohort chosen, as in the program), REML, ${data.plan.test_words}`;
}
let shown = null;

function summary() {
  const {pool, rows, others, source, left, title} = shown,
    r = chosen.r === null ? '' : ` With r = ${chosen.r} wherever a correlation is assumed.`;
  if (!rows.length)
    return `${title}: no effect can be weighted${others.length ? `; ${plural(others.length, 'effect')} shown without weight` : ': a gap'}.`;
  const words = poolWords(pool, chosen.measure, chosen.unit),
    predicted = predictionWords(shown.scale, pool),
    prediction = predicted && `, prediction interval ${predicted}`;
  const sure = data.certainty[pool.id] ? `, certainty ${data.certainty[pool.id]}` : '',
    out = left.length ? ` ${plural(left.length, 'effect')} left out, so that people count once.` : '';
  return `${title}: ${rows.length === 1 ? 'one cohort, nothing is pooled' : plural(rows.length, 'cohort')}, ${people(pool.n)}: ${words}${prediction}${sure}.${r}${out} `;
}
function redraw(width = Math.max(300, controls.plot.clientWidth)) {
  refreshOptions();
  shown = shownNow();
  const drawn = {
    ...shown,
    others: chosen.others || !shown.rows.length ? shown.others : [],
    pool: shown.rows.length > 1 ? shown.pool : null,
  };
  controls.summary.replaceChildren(
    summary(),
    make('span', {class: shown.stored ? 'stored' : 'computed', id: 'pool-source'}, shown.source),
  );
  controls.othersText.textContent = `Show the ${plural(shown.others.length, 'effect')} without weight`;
  controls.othersBox.hidden = !shown.others.length || !shown.rows.length;
  const empty = !drawn.rows.length && !drawn.others.length;
  controls.plot.replaceChildren(empty ? make('p', {class: 'gap'}, 'Nothing to draw.') : forest(drawn, width));
  shorten(controls.plot);
  controls.exports.hidden = empty;
  controls.subgroups.replaceChildren(...subgroupNodes());
}

// The program's tests between strata stand below a plot of all groups as analysed: a choice has others, which are not made here.
function subgroupLines() {
  if (chosen.condition || chosen.drug || chosen.level || chosen.without.length || chosen.r !== null) return [];
  return data.subgroups
    .filter(([outcome, ...key]) => outcome === chosen.outcome && key.slice(0, 3).join('|') === comparisonNow())
    .map(([, , , , words]) => words);
}
function subgroupNodes() {
  const lines = subgroupLines();
  return lines.length ? [make('p', {}, 'Test for subgroup differences'), make('ul', {}, ...lines.map(line => make('li', {}, line)))] : [];
}

const HEADINGS = ['label', 'group', 'n', 'yi', 'low', 'high', 'weight', 'effect'];
function plotCsv() {
  const rows = [...shown.rows, ...shown.others].map(row => [
    row.label,
    row.group,
    row.n,
    row.yi,
    row.low,
    row.high,
    row.weight,
    inWords(shown.scale, row.yi, row.low, row.high),
  ]);
  const pool =
    shown.pool && shown.rows.length > 1
      ? [
          [
            'pool',
            shown.source,
            shown.pool.n,
            shown.pool.estimate,
            shown.pool.ci_low,
            shown.pool.ci_high,
            100,
            inWords(shown.scale, shown.pool.estimate, shown.pool.ci_low, shown.pool.ci_high),
          ],
        ]
      : [];
  return csv(HEADINGS, [...rows, ...pool]);
}
const fileName = () =>
  ['forest', chosen.outcome, chosen.contrast, chosen.comparator, chosen.condition, chosen.drug, chosen.level]
    .filter(Boolean)
    .join('-')
    .replace(/[^\w-]+/g, '_');
function plotSvg() {
  const copy = controls.plot.querySelector('svg').cloneNode(true);
  for (const node of [copy, ...copy.querySelectorAll('*')])
    for (const name of ['class', 'tabindex', 'role', 'aria-describedby']) node.removeAttribute(name);
  copy.prepend(
    draw('title', {}, shown.title),
    draw('desc', {}, `${summary()}${shown.source}. ${data.plan.title}, ${data.plan.date}.`),
  );
  return new XMLSerializer().serializeToString(copy) + '\n';
}
