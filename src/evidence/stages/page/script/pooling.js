// Pools made in the page, by the rules of the program: which effects, one per cohort, then REML.
const effects = objects(data.effects);
const pools = new Map(objects(data.pools).map(pool => [pool.id, pool]));
const sum = values => values.reduce((total, value) => total + value, 0);

function moments(rows, tau2) {
  const w = rows.map(row => 1 / (row.vi + tau2));
  const total = sum(w);
  const mean = sum(rows.map((row, i) => w[i] * row.yi)) / total;
  return {w, total, mean, q: sum(rows.map((row, i) => w[i] * (row.yi - mean) ** 2))};
}
function likelihood(rows, tau2) {
  const {total, q} = moments(rows, tau2);
  return -0.5 * (sum(rows.map(row => Math.log(row.vi + tau2))) + Math.log(total) + q);
}
function score(rows, tau2) {
  const {w, total, mean} = moments(rows, tau2);
  return (
    0.5 *
    (sum(w.map(one => one * one)) / total - total + sum(rows.map((row, i) => (w[i] * (row.yi - mean)) ** 2)))
  );
}
function crossing(rows, low, high) {
  for (let i = 0; i < 200 && high - low > 1e-16 * high; i++) {
    const middle = (low + high) / 2;
    if (score(rows, middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

// The restricted likelihood may have several maxima: a scan finds each place where its slope turns, bisection
// refines them, the highest is taken.
function reml(rows) {
  if (rows.length < 2) return 0;
  const y = rows.map(row => row.yi),
    v = rows.map(row => row.vi);
  const most = 10 * ((Math.max(...y) - Math.min(...y)) ** 2 + Math.max(...v)),
    least = 1e-6 * Math.min(...v),
    steps = 1000;
  const grid = [0, ...Array.from({length: steps + 1}, (_, i) => least * (most / least) ** (i / steps))];
  const slopes = grid.map(tau2 => score(rows, tau2));
  const maxima = slopes[0] <= 0 ? [0] : [];
  for (let i = 1; i < grid.length; i++)
    if (slopes[i - 1] > 0 && slopes[i] <= 0) maxima.push(crossing(rows, grid[i - 1], grid[i]));
  return maxima.reduce((best, tau2) => (likelihood(rows, tau2) > likelihood(rows, best) ? tau2 : best));
}

function fit(rows, test = data.plan.test) {
  const k = rows.length,
    tau2 = reml(rows),
    {w, total, mean, q} = moments(rows, tau2);
  const normal = k === 1 || test === 'z',
    {z, t} = data.plan.quantiles;
  const dispersion = normal ? 1 : test === 'adhoc' ? Math.max(1, q / (k - 1)) : q / (k - 1);
  const width = normal ? z : t[k - 2],
    se = Math.sqrt(dispersion / total);
  const fixed = moments(rows, 0),
    typical = ((k - 1) * fixed.total) / (fixed.total ** 2 - sum(fixed.w.map(one => one * one)));
  const spread = width * Math.sqrt(se * se + tau2),
    several = k > 1 ? value => value : () => null;
  return {
    k,
    n: rows.every(row => row.n !== null) ? sum(rows.map(row => row.n)) : null,
    estimate: mean,
    se,
    ci_low: mean - width * se,
    ci_high: mean + width * se,
    pi_low: k > 2 ? mean - spread : null,
    pi_high: k > 2 ? mean + spread : null,
    tau2: several(tau2),
    I2: several((100 * tau2) / (tau2 + typical)),
    Q: several(fixed.q),
    Q_df: several(k - 1),
  };
}

function weightsOf(rows, tau2) {
  const {w, total} = moments(rows, tau2 || 0);
  return w.map(one => (100 * one) / total);
}

const sameStudy = (a, b) => a.study_id === b.study_id;
const withoutSubgroups = rows =>
  rows.filter(row => !rows.some(other => sameStudy(row, other) && row.part_of.includes(other.group_id)));
function groupsBy(rows, key) {
  const found = new Map();
  for (const row of rows) found.set(key(row), [...(found.get(key(row)) || []), row]);
  return found;
}

// Of several reports on one cohort: the more eligible, the route that needs less assumed, the labelled spread, more
// people, the later report.
function bestReport(rows) {
  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const reports = [...groupsBy(rows, row => row.study_id).values()].map(those => ({
    those,
    id: those[0].study_id,
    people: sum(those.map(row => row.n || 0)),
    keys: [
      Math.min(...those.map(row => row.eligible)),
      Math.max(...those.map(row => row.rank)),
      +those.some(row => row.judged === 'yes'),
    ],
  }));
  reports.sort(
    (a, b) =>
      order(a.keys[0], b.keys[0]) ||
      order(a.keys[1], b.keys[1]) ||
      order(a.keys[2], b.keys[2]) ||
      order(b.people, a.people) ||
      order(b.id, a.id),
  );
  return reports[0].those;
}

// Arms of one report as one average: Borenstein 2009, chapter 24, with inverse-variance weights.
function combined(rows) {
  const first = rows[0],
    total = sum(rows.map(row => 1 / row.vi)),
    w = rows.map(row => 1 / row.vi / total);
  const r =
    first.design === 'rct_parallel' && !['versus_control', 'versus_active'].includes(first.contrast) ? 0 : data.plan.arm_correlation;
  const controls = first.design === 'rct_crossover' ? 0 : Math.max(0, ...rows.map(row => row.n_control || 0));
  return {
    label: first.study_label,
    cohort_id: first.cohort_id,
    effects: rows,
    n: rows.every(row => row.n !== null) ? sum(rows.map(row => row.n)) + controls : null,
    yi: sum(rows.map((row, i) => w[i] * row.yi)),
    vi:
      (1 - r) * sum(rows.map((row, i) => w[i] ** 2 * row.vi)) +
      r * sum(rows.map((row, i) => w[i] * Math.sqrt(row.vi))) ** 2,
  };
}

const assumed = effect => ['spread', 'quantiles'].includes(effect.route) && effect.v_cross > 0;
// A standardised effect may move itself with r: what it then is stands in the data, for each r that can be chosen.
function atCorrelation(effect, r) {
  if (r === null) return effect;
  const at = effect.at[data.plan.correlation_grid.indexOf(r)];
  if (at) return {...effect, r, yi: at[0], vi: at[1]};
  return assumed(effect) ? {...effect, r, vi: effect.v_sum - 2 * r * effect.v_cross} : effect;
}

function matches(effect, wanted) {
  return (
    effect.outcome === wanted.outcome &&
    effect.contrast === wanted.contrast &&
    (!wanted.comparator || effect.comparator === wanted.comparator) &&
    effect.measure === wanted.measure &&
    effect.effect_unit === wanted.unit &&
    (!wanted.condition || effect.conditions.includes(wanted.condition)) &&
    (!wanted.drug || effect.drug === wanted.drug) &&
    (!wanted.level || effect.moderators.includes(wanted.level)) &&
    !wanted.without.includes(effect.route)
  );
}

// Cohorts of a choice, what was left out of them, and what cannot be weighted.
function selected(wanted) {
  const found = effects
    .filter(effect => matches(effect, wanted))
    .map(effect => atCorrelation(effect, wanted.r));
  const weighted = found.filter(effect => effect.headline === 'yes'),
    whole = withoutSubgroups(weighted);
  const kept = [...groupsBy(whole, row => row.cohort_id).entries()]
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([, rows]) => bestReport(rows));
  const cohorts = kept.map(combined),
    inside = new Set(kept.flat());
  return {
    cohorts,
    left: weighted.filter(row => !inside.has(row)),
    unweighted: found.filter(effect => effect.headline !== 'yes'),
  };
}

// The pool that the program has made for a choice, where it has made one.
function made(wanted) {
  const strata = [
    wanted.condition && 'condition-' + wanted.condition,
    wanted.drug && 'drug-' + wanted.drug,
    wanted.level && wanted.level.replace(':', '-'),
  ].filter(Boolean);
  if (wanted.without.length || strata.length > 1) return null;
  const stratum = strata[0] || (wanted.comparator ? 'comparator-' + wanted.comparator : 'all');
  const found = pools.get(
    [wanted.outcome, wanted.contrast, stratum, wanted.r === null ? 'headline' : 'r_' + wanted.r].join('.'),
  );
  return found && found.measure === wanted.measure && found.effect_unit === wanted.unit ? found : null;
}
