// The choices of what the forest plot shows.
const chosen = {
  outcome: '',
  contrast: '',
  comparator: '',
  measure: '',
  unit: '',
  condition: '',
  drug: '',
  level: '',
  without: [],
  r: null,
  others: false,
};
const controls = {};
// Comparisons with different active agents are never pooled: the agent is a part of the comparison.
const agent = effect => (effect.contrast === 'versus_active' ? effect.comparator : '');
const keyOf = (contrast, measure, unit, comparator) =>
  [contrast, measure, unit, ...(comparator ? [comparator] : [])].join('|');
const comparison = effect => keyOf(effect.contrast, effect.measure, effect.effect_unit, agent(effect));
const distinct = values => [...new Set(values)];

function options(select, pairs, value) {
  select.replaceChildren(...pairs.map(([id, text]) => make('option', {value: id}, text)));
  select.value = value;
}
function field(name, text, change) {
  controls[name] = make('select', {
    id: 'choice-' + name,
    change: event => {
      change(event.target.value);
      redraw();
    },
  });
  return make('label', {for: 'choice-' + name}, make('span', {}, text), controls[name]);
}
const ofOutcome = () => effects.filter(effect => effect.outcome === chosen.outcome);
const ofComparison = () => ofOutcome().filter(effect => comparison(effect) === comparisonNow());
const comparisonNow = () => keyOf(chosen.contrast, chosen.measure, chosen.unit, chosen.comparator);

function compare(key) {
  [chosen.contrast, chosen.measure, chosen.unit, chosen.comparator = ''] = key.split('|');
}
function takeOutcome(outcome, contrast = '') {
  chosen.outcome = outcome;
  const own = ofOutcome(),
    keys = distinct(own.map(comparison));
  const best = keys.find(key =>
    own.some(
      effect =>
        comparison(effect) === key &&
        effect.headline === 'yes' &&
        (!contrast || effect.contrast === contrast),
    ),
  );
  compare(best || keys.find(key => contrast && key.startsWith(contrast + '|')) || keys[0]);
}

function outcomeOptions() {
  const present = new Set(effects.map(effect => effect.outcome));
  const groups = [
    ['Headline outcomes', true],
    ['Other outcomes', false],
  ].map(([text, headline]) =>
    make(
      'optgroup',
      {label: text},
      data.outcomes
        .filter(([id, , , shown]) => shown === headline && present.has(id))
        .map(([id, label]) => make('option', {value: id}, label)),
    ),
  );
  controls.outcome.replaceChildren(...groups.filter(group => group.children.length));
  controls.outcome.value = chosen.outcome;
}
function refreshOptions() {
  const own = ofOutcome(),
    here = ofComparison(),
    keys = distinct(own.map(comparison));
  const word = key => {
    const [contrast, measure, unit, comparator = ''] = key.split('|');
    return (
      (data.plan.contrasts[contrast] || contrast) +
      (comparator ? `: ${comparator}` : '') +
      (keys.filter(one => one.startsWith(contrast + '|') && (one.split('|')[3] || '') === comparator).length > 1 ? ` (${measure}, ${unit})` : '')
    );
  };
  outcomeOptions();
  options(
    controls.contrast,
    keys.map(key => [key, word(key)]),
    comparisonNow(),
  );
  const count = test => here.filter(test).length,
    within = data.conditions.filter(
      ([id]) => id === chosen.condition || here.some(effect => effect.conditions.includes(id)),
    );
  options(
    controls.condition,
    [
      ['', 'All conditions'],
      ...within.map(([id, label]) => [id, `${label} (${count(effect => effect.conditions.includes(id))})`]),
    ],
    chosen.condition,
  );
  const drugs = distinct([...here.map(effect => effect.drug), chosen.drug])
    .filter(Boolean)
    .sort();
  options(
    controls.drug,
    [['', 'All drugs'], ...drugs.map(drug => [drug, `${drug} (${count(effect => effect.drug === drug)})`])],
    chosen.drug,
  );
  const levels = distinct([...here.flatMap(effect => effect.moderators), chosen.level]).filter(Boolean).sort();
  options(
    controls.level,
    [
      ['', 'All levels'],
      ...levels.map(level => [level, `${levelWords(level)} (${count(effect => effect.moderators.includes(level))})`]),
    ],
    chosen.level,
  );
  routeBoxes(here);
}
function routeBoxes(here) {
  const routes = Object.keys(data.plan.routes).filter(route =>
    here.some(effect => effect.route === route && effect.headline === 'yes'),
  );
  chosen.without = chosen.without.filter(route => routes.includes(route));
  const toggle = event => {
    const route = event.target.value;
    chosen.without = event.target.checked
      ? chosen.without.filter(one => one !== route)
      : [...chosen.without, route];
    redraw();
  };
  controls.routes.replaceChildren(
    make('legend', {}, 'Route to the standard error'),
    ...routes.map(route =>
      make(
        'label',
        {},
        make('input', {
          type: 'checkbox',
          id: 'route-' + route,
          value: route,
          checked: !chosen.without.includes(route),
          change: toggle,
        }),
        data.plan.routes[route],
      ),
    ),
  );
  controls.routes.hidden = !routes.length;
}

function othersBox() {
  controls.othersText = make('span', {});
  const change = event => {
    chosen.others = event.target.checked;
    redraw();
  };
  const box = make('input', {type: 'checkbox', id: 'choice-others', change});
  return make('label', {class: 'others'}, box, controls.othersText);
}
function exportButtons() {
  const svg = () => save(fileName() + '.svg', 'image/svg+xml', plotSvg());
  const table = () => save(fileName() + '.csv', 'text/csv', plotCsv());
  return make(
    'p',
    {class: 'exports'},
    make('button', {type: 'button', id: 'save-svg', click: svg}, 'Download SVG'),
    make('button', {type: 'button', id: 'save-plot-csv', click: table}, 'Download CSV'),
  );
}
function levelField() {
  const made = field('level', 'Moderator', value => (chosen.level = value));
  return effects.some(effect => effect.moderators.length) ? made : '';
}
function correlationField() {
  const made = field('r', 'Correlation r', value => (chosen.r = value === '' ? null : +value));
  const grid = data.plan.correlation_grid.map(one => [one, String(one)]);
  options(controls.r, [['', 'as analysed'], ...grid], '');
  return grid.length ? made : '';
}

function forestSection() {
  controls.routes = make('fieldset', {});
  controls.summary = make('p', {id: 'summary', 'aria-live': 'polite', tabindex: '-1'});
  controls.plot = make('div', {id: 'plot'});
  controls.subgroups = make('div', {id: 'subgroups'});
  controls.othersBox = othersBox();
  controls.exports = exportButtons();
  const choices = make(
    'div',
    {class: 'choices'},
    field('outcome', 'Outcome', value => takeOutcome(value)),
    field('contrast', 'Contrast', compare),
    field('condition', 'Condition', value => (chosen.condition = value)),
    field('drug', 'Drug', value => (chosen.drug = value)),
    levelField(),
    correlationField(),
    controls.routes,
  );
  byId('forest').append(choices, controls.summary, controls.plot, controls.subgroups, controls.othersBox, controls.exports);
  byId('forest').hidden = false;
}

function showPool(outcome, contrast, condition = '', drug = '') {
  Object.assign(chosen, {condition, drug, level: '', without: [], r: null});
  controls.r.value = '';
  takeOutcome(outcome, contrast);
  redraw();
  byId('forest').scrollIntoView();
  controls.summary.focus({preventScroll: true});
}
