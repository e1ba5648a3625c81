// Tables that can be sorted, searched and saved.
const view = {table: null, column: -1, down: false, search: ''};
const LINKED = new Set(['doi', 'record_url', 'source_url', 'url']);
const NUMERIC = {
  effect: 3,
  effect_low: 3,
  effect_high: 3,
  effect_pi_low: 3,
  effect_pi_high: 3,
  p: 2,
  tau2: 2,
  I2: 2,
  yi: 4,
  vi: 4,
  r: 2,
};
const blank = value => value === null || value === '';

function sorted(rows) {
  if (view.column < 0) return rows;
  const at = view.column,
    way = view.down ? -1 : 1;
  const order = (a, b) =>
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : String(a).localeCompare(String(b), 'en', {numeric: true});
  return [...rows].sort((a, b) =>
    blank(a[at]) || blank(b[at]) ? blank(a[at]) - blank(b[at]) : way * order(a[at], b[at]),
  );
}
function visible() {
  const wanted = view.search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = view.table.rows.filter(row => {
    const text = row.join(' ').toLowerCase();
    return wanted.every(word => text.includes(word));
  });
  return sorted(found);
}
function asText(name, value) {
  if (value === null) return '';
  if (name === 'effect_unit') return data.plan.units[value] || value;
  if (typeof value !== 'number') return value;
  if (name === 'p' && value < 0.001) return '<0.001';
  return name in NUMERIC
    ? significant(value, NUMERIC[name])
    : name === 'year' || name === 'line'
      ? String(value)
      : value.toLocaleString('en-US', {maximumFractionDigits: 9}).replace('-', MINUS);
}
function content(name, value, id) {
  if (name === 'effect' && pools.has(id))
    return numberButton(
      asText(name, value),
      () => poolLines(pools.get(id)),
      () => openMade(pools.get(id)),
    );
  if (name === 'effect' && effectOf.has(id))
    return numberButton(
      asText(name, value) || 'none',
      () => effectLines(effectOf.get(id)),
      () => openEffect(effectOf.get(id)),
    );
  return LINKED.has(name) && value ? link(value) : asText(name, value);
}
const numberButton = (text, lines, open) =>
  telling(make('button', {type: 'button', class: 'number'}, text), lines, open);

function tableRow(row) {
  const cells = view.table.columns.map((name, place) => {
    const length = typeof row[place] === 'string' ? row[place].length : 0,
      number = typeof row[place] === 'number';
    return make(
      'td',
      {
        class: length > 60
          ? length > 200
            ? 'long longest'
            : 'long'
          : number
            ? 'right'
            : String(row[place]).length < 28 && !name.endsWith('url')
              ? 'short'
              : name === 'id' || name === 'doi' || name.endsWith('url')
                ? 'code'
                : null,
      },
      content(name, row[place], row[view.table.columns.indexOf('id')]),
    );
  });
  return make('tr', {}, cells);
}
function tableHead() {
  return make(
    'tr',
    {},
    view.table.headings.map((heading, place) => {
      const state = view.column === place ? (view.down ? 'descending' : 'ascending') : 'none';
      const sort = () => {
        view.down = view.column === place && !view.down;
        view.column = place;
        fillTable();
        controls.table.querySelectorAll('th button')[place].focus();
      };
      return make(
        'th',
        {scope: 'col', 'aria-sort': state},
        make(
          'button',
          {type: 'button', click: sort},
          heading,
          make(
            'span',
            {'aria-hidden': 'true', class: 'sign'},
            state === 'none' ? '' : view.down ? '\u25bc' : '\u25b2',
          ),
        ),
      );
    }),
  );
}
function fillTable() {
  const rows = visible();
  controls.table.replaceChildren(
    make('caption', {class: 'spoken'}, view.table.title),
    make('thead', {}, tableHead()),
    make('tbody', {}, rows.map(tableRow)),
  );
  controls.count.textContent =
    rows.length === view.table.rows.length
      ? plural(rows.length, 'row')
      : `${rows.length} of ${plural(view.table.rows.length, 'row')}`;
  for (const button of controls.names.children)
    button.setAttribute('aria-pressed', String(button.value === view.table.name));
}
function takeTable(table) {
  Object.assign(view, {table, column: -1, down: false});
  fillTable();
}
const tableCsv = () => csv(view.table.columns, visible());

function tablesSection() {
  if (!data.tables.length) return;
  controls.names = make(
    'div',
    {class: 'names', role: 'group', 'aria-label': 'Table'},
    data.tables.map(table =>
      make('button', {type: 'button', value: table.name, click: () => takeTable(table)}, table.title),
    ),
  );
  controls.count = make('span', {'aria-live': 'polite', id: 'count'});
  controls.table = make('table', {class: 'sortable', id: 'table'});
  const search = make('input', {
    type: 'search',
    id: 'search',
    input: event => {
      view.search = event.target.value;
      fillTable();
    },
  });
  byId('tables').append(
    controls.names,
    make(
      'p',
      {class: 'exports'},
      make('label', {for: 'search'}, 'Search ', search),
      controls.count,
      make(
        'button',
        {type: 'button', id: 'save-csv', click: () => save(view.table.name + '.csv', 'text/csv', tableCsv())},
        'Download CSV',
      ),
    ),
    make(
      'div',
      {class: 'scroll tall', tabindex: '0', role: 'region', 'aria-labelledby': 'tables-title'},
      controls.table,
    ),
  );
  byId('tables').hidden = false;
  takeTable(data.tables[0]);
}
