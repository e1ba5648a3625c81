// Elements are made here and nowhere else: a text of the data only ever becomes a text node.
const SVG = 'http://www.w3.org/2000/svg';
const data = JSON.parse(document.getElementById('data').textContent);
const byId = name => document.getElementById(name);

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false)
      node.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat()) if (child !== null && child !== '') node.append(child);
  return node;
}
const make = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, tag), attributes, children);

function objects(table) {
  return table.rows.map(row => Object.fromEntries(table.columns.map((name, place) => [name, row[place]])));
}

// An address is followed only when it is one of the web; anything else is shown as the text it is.
function link(text) {
  const doi = /^10\.\d{4,9}\/\S+$/.test(text);
  if (!doi && !/^https?:\/\/\S+$/i.test(text)) return document.createTextNode(text);
  const href = doi ? 'https://doi.org/' + encodeURI(text).replace(/#/g, '%23') : text;
  return make('a', {href, rel: 'noopener noreferrer', target: '_blank'}, text);
}

function save(name, kind, text) {
  const url = URL.createObjectURL(new Blob([text], {type: kind + ';charset=utf-8'}));
  const way = make('a', {href: url, download: name});
  document.body.append(way);
  way.click();
  way.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// As the CSVs of the report: an apostrophe before what a spreadsheet would take for a formula.
function csv(headings, rows) {
  const cell = value => {
    if (value === null || value === undefined) return '';
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? "'" + value : String(value);
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  };
  return [headings, ...rows].map(row => row.map(cell).join(',')).join('\n') + '\n';
}
