// What the forest plot shows: the choices, the pool that goes with them, and the words on it.
const chosen = {outcome: '', contrast: '', measure: '', unit: '', condition: '', drug: '', without: [], r: null, others: false};
const controls = {};
const comparison = effect => [effect.contrast, effect.measure, effect.effect_unit].join('|');
const distinct = values => [...new Set(values)];

function options(select, pairs, value) {
  select.replaceChildren(...pairs.map(([id, text]) => make('option', {value: id}, text)));
  select.value = value;
}
function field(name, text, change) {
  controls[name] = make('select', {id: 'choice-' + name, change: event => { change(event.target.value); redraw(); }});
  return make('label', {for: 'choice-' + name}, make('span', {}, text), controls[name]);
}
const ofOutcome = () => effects.filter(effect => effect.outcome === chosen.outcome);
const ofComparison = () => ofOutcome().filter(effect => comparison(effect) === comparisonNow());
const comparisonNow = () => [chosen.contrast, chosen.measure, chosen.unit].join('|');

function compare(key) {
  [chosen.contrast, chosen.measure, chosen.unit] = key.split('|');
}
function takeOutcome(outcome, contrast = '') {
  chosen.outcome = outcome;
  const own = ofOutcome(), keys = distinct(own.map(comparison));
  const best = keys.find(key => own.some(effect => comparison(effect) === key && effect.headline === 'yes' && (!contrast || effect.contrast === contrast)));
  compare(best || keys.find(key => contrast && key.startsWith(contrast + '|')) || keys[0]);
}

function outcomeOptions() {
  const present = new Set(effects.map(effect => effect.outcome));
  const groups = [['Headline outcomes', true], ['Other outcomes', false]].map(([text, headline]) => make('optgroup', {label: text},
    data.outcomes.filter(([id, , , shown]) => shown === headline && present.has(id)).map(([id, label]) => make('option', {value: id}, label))));
  controls.outcome.replaceChildren(...groups.filter(group => group.children.length));
  controls.outcome.value = chosen.outcome;
}
function refreshOptions() {
  const own = ofOutcome(), here = ofComparison(), keys = distinct(own.map(comparison));
  const word = key => { const [contrast, measure, unit] = key.split('|'); return (data.plan.contrasts[contrast] || contrast) + (keys.filter(one => one.startsWith(contrast + '|')).length > 1 ? ` (${measure}, ${unit})` : ''); };
  outcomeOptions();
  options(controls.contrast, keys.map(key => [key, word(key)]), comparisonNow());
  const count = test => here.filter(test).length, within = data.conditions.filter(([id]) => id === chosen.condition || here.some(effect => effect.conditions.includes(id)));
  options(controls.condition, [['', 'All conditions'], ...within.map(([id, label]) => [id, `${label} (${count(effect => effect.conditions.includes(id))})`])], chosen.condition);
  const drugs = distinct([...here.map(effect => effect.drug), chosen.drug]).filter(Boolean).sort();
  options(controls.drug, [['', 'All drugs'], ...drugs.map(drug => [drug, `${drug} (${count(effect => effect.drug === drug)})`])], chosen.drug);
  routeBoxes(here);
}
function routeBoxes(here) {
  const routes = Object.keys(data.plan.routes).filter(route => here.some(effect => effect.route === route && effect.headline === 'yes'));
  chosen.without = chosen.without.filter(route => routes.includes(route));
  const toggle = event => { const route = event.target.value; chosen.without = event.target.checked ? chosen.without.filter(one => one !== route) : [...chosen.without, route]; redraw(); };
  controls.routes.replaceChildren(make('legend', {}, 'Route to the standard error'), ...routes.map(route => make('label', {},
    make('input', {type: 'checkbox', id: 'route-' + route, value: route, checked: !chosen.without.includes(route), change: toggle}), data.plan.routes[route])));
  controls.routes.hidden = !routes.length;
}

function intervalOf(row) {
  const half = row.vi === null ? null : data.plan.quantiles.z * Math.sqrt(row.vi);
  return half === null ? {low: null, high: null} : {low: row.yi - half, high: row.yi + half};
}
function cohortRow(cohort, weight) {
  const one = cohort.effects.length === 1, first = cohort.effects[0];
  const text = one ? first.group_label : `${cohort.effects.length} groups averaged: ${cohort.effects.map(effect => effect.group_label).join('; ')}`;
  const lines = () => one ? effectLines(first) : [cohort.label, text, ...cohort.effects.flatMap(effect => [effectWords(effect), ...rowsOf(effect)])];
  const average = {...cohort, estimate: cohort.yi, se: Math.sqrt(cohort.vi), ci_low: intervalOf(cohort).low, ci_high: intervalOf(cohort).high, k: 1, pi_low: null, tau2: null, note: 'one effect of a cohort, averaged over its groups'};
  const open = () => one ? openEffect(first) : openPool(cohort.label, average, first.measure, first.effect_unit, cohort.effects.map(effect => ({...effect, label: effect.study_label, effects: [effect]})), 'averaged in the page by the rule of the program');
  const places = cohort.effects.flatMap(placesOf).join(', ');
  return {label: cohort.label, group: text, places, yi: cohort.yi, ...intervalOf(cohort), n: cohort.n, weight, lines, open};
}
function loneRow(effect) {
  return {label: effect.study_label, group: effect.group_label, yi: effect.yi, ...intervalOf(effect), n: effect.n, weight: null, lines: () => effectLines(effect), open: () => openEffect(effect)};
}
const byLabel = (a, b) => a.label.localeCompare(b.label, 'en') || a.group.localeCompare(b.group, 'en');

// All that a choice shows: the rows, the pool, whether the program or this page has made it.
function shownNow() {
  const {cohorts, left, unweighted} = selected(chosen), stored = made(chosen);
  const pool = cohorts.length ? stored || fit(cohorts) : null, scale = scaleOf(chosen.measure);
  const weights = pool ? weightsOf(cohorts, pool.tau2) : [];
  const rows = cohorts.map((cohort, i) => cohortRow(cohort, weights[i])).sort(byLabel);
  const others = [...unweighted, ...left].filter(effect => effect.yi !== null).map(loneRow).sort(byLabel);
  const title = `${labels[chosen.outcome]}, ${contrastWords(chosen.contrast)}, ${stratumWords(chosen.condition, chosen.drug)}`;
  return {title, cohorts, pool, scale, rows, others, stored: Boolean(stored), left, contrast: chosen.contrast, source: pool ? sourceWords(stored, cohorts) : '',
    lines: () => [title, poolWords(pool, chosen.measure, chosen.unit), ...rows.map(row => `${row.label}: weight ${row.weight.toFixed(1)}%${rows.length > 8 ? '' : ', ' + row.places}`), 'Click or Enter: the whole way'],
    open: () => openPool(title, pool, chosen.measure, chosen.unit, cohorts, shown.source)};
}
function sourceWords(stored, cohorts) {
  if (stored) return fromTables(stored);
  if (cohorts.length === 1) return 'computed in this page: one cohort, its own interval';
  return `computed in this page: one effect per cohort (arms averaged, reports on one cohort chosen, as in the program), REML, ${data.plan.test_words}`;
}
let shown = null;

function summary() {
  const {pool, rows, others, source, left, title} = shown, r = chosen.r === null ? '' : ` With r = ${chosen.r} wherever a correlation is assumed.`;
  if (!rows.length) return `${title}: no effect can be weighted${others.length ? `; ${plural(others.length, 'effect')} shown without weight` : ': a gap'}.`;
  const words = poolWords(pool, chosen.measure, chosen.unit), predicted = predictionWords(shown.scale, pool), prediction = predicted && `, prediction interval ${predicted}`;
  const sure = data.certainty[pool.id] ? `, certainty ${data.certainty[pool.id]}` : '', out = left.length ? ` ${plural(left.length, 'effect')} left out, so that people count once.` : '';
  return `${title}: ${rows.length === 1 ? 'one cohort, nothing is pooled' : plural(rows.length, 'cohort')}, ${people(pool.n)}: ${words}${prediction}${sure}.${r}${out} `;
}
function redraw(width = Math.max(300, controls.plot.clientWidth)) {
  refreshOptions();
  shown = shownNow();
  const drawn = {...shown, others: chosen.others || !shown.rows.length ? shown.others : [], pool: shown.rows.length > 1 ? shown.pool : null};
  controls.summary.replaceChildren(summary(), make('span', {class: shown.stored ? 'stored' : 'computed', id: 'pool-source'}, shown.source));
  controls.othersText.textContent = `Show the ${plural(shown.others.length, 'effect')} without weight`;
  controls.othersBox.hidden = !shown.others.length || !shown.rows.length;
  const empty = !drawn.rows.length && !drawn.others.length;
  controls.plot.replaceChildren(empty ? make('p', {class: 'gap'}, 'Nothing to draw.') : forest(drawn, width));
  shorten(controls.plot);
  controls.exports.hidden = empty;
}

const HEADINGS = ['label', 'group', 'n', 'yi', 'low', 'high', 'weight', 'effect'];
function plotCsv() {
  const rows = [...shown.rows, ...shown.others].map(row => [row.label, row.group, row.n, row.yi, row.low, row.high, row.weight, inWords(shown.scale, row.yi, row.low, row.high)]);
  const pool = shown.pool && shown.rows.length > 1 ? [['pool', shown.source, shown.pool.n, shown.pool.estimate, shown.pool.ci_low, shown.pool.ci_high, 100, inWords(shown.scale, shown.pool.estimate, shown.pool.ci_low, shown.pool.ci_high)]] : [];
  return csv(HEADINGS, [...rows, ...pool]);
}
const fileName = () => ['forest', chosen.outcome, chosen.contrast, chosen.condition, chosen.drug].filter(Boolean).join('-').replace(/[^\w-]+/g, '_');
function plotSvg() {
  const copy = controls.plot.querySelector('svg').cloneNode(true);
  for (const node of [copy, ...copy.querySelectorAll('*')]) for (const name of ['class', 'tabindex', 'role', 'aria-describedby']) node.removeAttribute(name);
  copy.prepend(draw('title', {}, shown.title), draw('desc', {}, `${summary()}${shown.source}. ${data.plan.title}, ${data.plan.date}.`));
  return new XMLSerializer().serializeToString(copy) + '\n';
}

function forestSection() {
  const section = byId('forest');
  controls.routes = make('fieldset', {});
  controls.othersText = make('span', {});
  controls.othersBox = make('label', {class: 'others'}, make('input', {type: 'checkbox', id: 'choice-others', change: event => { chosen.others = event.target.checked; redraw(); }}), controls.othersText);
  controls.summary = make('p', {id: 'summary', 'aria-live': 'polite', tabindex: '-1'});
  controls.plot = make('div', {id: 'plot'});
  controls.exports = make('p', {class: 'exports'}, make('button', {type: 'button', id: 'save-svg', click: () => save(fileName() + '.svg', 'image/svg+xml', plotSvg())}, 'Download SVG'),
    make('button', {type: 'button', id: 'save-plot-csv', click: () => save(fileName() + '.csv', 'text/csv', plotCsv())}, 'Download CSV'));
  const r = field('r', 'Correlation r', value => { chosen.r = value === '' ? null : +value; });
  options(controls.r, [['', 'as analysed'], ...data.plan.correlation_grid.map(one => [one, String(one)])], '');
  section.append(make('div', {class: 'choices'}, field('outcome', 'Outcome', value => takeOutcome(value)), field('contrast', 'Contrast', compare),
    field('condition', 'Condition', value => { chosen.condition = value; }), field('drug', 'Drug', value => { chosen.drug = value; }),
    data.plan.correlation_grid.length ? r : '', controls.routes), controls.summary, controls.plot, controls.othersBox, controls.exports);
  section.hidden = false;
}
function showPool(outcome, contrast, condition = '', drug = '') {
  if (!effects.some(effect => effect.outcome === outcome)) return;
  Object.assign(chosen, {condition, drug, without: [], r: null});
  controls.r.value = '';
  takeOutcome(outcome, contrast);
  redraw();
  byId('forest').scrollIntoView();
  controls.summary.focus({preventScroll: true});
}
