// Draws the figures of the pages. A page writes a place with the figure in it (dashboard/parts/figures.py); Plotly draws it there.
//
// A figure that a page writes anew, after a choice in a filter, changes in place: it is not thrown away and made again, which
// takes four times as long and blinks.
(() => {
  "use strict";
  const script = document.currentScript;
  const OPTIONS = { displayModeBar: false, scrollZoom: false, doubleClick: false };
  const PLACE = ".nv-figure[data-figure]";
  // How long a figure that has left the page is kept: the page may only be writing it anew.
  const KEPT_MS = 2000;
  // By the id of their place: the drawing, the place that it stands in, what it shows, and how wide.
  const figures = new Map();
  let plotly;

  function loaded() {
    plotly ??= new Promise((done, failed) => {
      const library = document.createElement("script");
      library.src = script.dataset.plotly;
      library.onload = () => done(window.Plotly);
      library.onerror = failed;
      document.head.append(library);
    });
    return plotly;
  }

  const widths = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      const figure = figures.get(target.id);
      if (figure?.place === target && target.clientWidth !== figure.width) draw(figure);
    }
  });

  function settle(place) {
    const before = figures.get(place.id);
    if (before?.place === place) return;
    const drawing = before && !before.drawing.isConnected ? before.drawing : document.createElement("div");
    const same = drawing === before?.drawing ? before : {};
    const figure = { drawing, place, spec: place.dataset.figure, shown: same.shown, width: same.width };
    if (before) widths.unobserve(before.place);
    figures.set(place.id, figure);
    place.append(drawing);
    widths.observe(place);
    draw(figure);
  }

  function draw(figure) {
    const width = figure.place.clientWidth;
    // In what is closed there is no width; it comes when somebody opens it.
    if (!width || (figure.shown === figure.spec && figure.width === width)) return;
    if (!window.Plotly) {
      loaded().then(() => figures.get(figure.place.id) === figure && draw(figure));
      return;
    }
    const { data, layout } = JSON.parse(figure.spec);
    figure.shown = figure.spec;
    figure.width = width;
    window.Plotly.react(figure.drawing, data, { ...layout, width }, OPTIONS);
  }

  function leave() {
    for (const [id, figure] of figures) {
      if (figure.drawing.isConnected) continue;
      widths.unobserve(figure.place);
      window.Plotly?.purge(figure.drawing);
      figures.delete(id);
    }
  }

  let leaving;
  new MutationObserver((changes) => {
    let left = false;
    for (const change of changes) {
      left ||= change.removedNodes.length > 0;
      for (const node of change.addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        if (node.matches(PLACE)) settle(node);
        else for (const place of node.querySelectorAll(PLACE)) settle(place);
      }
    }
    if (left && figures.size) {
      clearTimeout(leaving);
      leaving = setTimeout(leave, KEPT_MS);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
