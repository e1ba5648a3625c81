// The page is put together, and page one's numbers and rows come to life.
const PRINTED = 900;

function firstOutcome() {
  const shownFirst = data.outcomes
    .filter(([, , , headline]) => headline)
    .concat(data.outcomes)
    .map(([id]) => id);
  return (
    shownFirst.find(id => effects.some(effect => effect.outcome === id && effect.headline === 'yes')) ||
    shownFirst.find(id => effects.some(effect => effect.outcome === id))
  );
}
function pageOne() {
  for (const node of document.querySelectorAll('[data-pool]')) {
    const pool = pools.get(node.dataset.pool);
    if (pool)
      telling(
        node,
        () => poolLines(pool),
        () => openMade(pool),
      );
  }
  for (const node of document.querySelectorAll('[data-show]')) {
    const [outcome, contrast] = node.dataset.show.split('.');
    node.addEventListener('click', event => {
      event.preventDefault();
      showPool(outcome, contrast);
    });
  }
}

mapSection();
if (effects.length) {
  forestSection();
  takeOutcome(firstOutcome());
  redraw();
  let width = controls.plot.clientWidth;
  addEventListener('beforeprint', () => redraw(PRINTED));
  addEventListener('afterprint', () => redraw());
  addEventListener('resize', () => {
    if (controls.plot.clientWidth !== width) {
      width = controls.plot.clientWidth;
      redraw();
    }
  });
}
tablesSection();
pageOne();
for (const anchor of document.querySelectorAll('nav a[href^="#"]'))
  if (byId(anchor.hash.slice(1)).hidden) anchor.remove();
window.evidence = {
  data,
  fit,
  reml,
  selected,
  made,
  csv,
  inWords,
  tableCsv,
  plotCsv,
  plotSvg,
  showPool,
  chosen,
};
