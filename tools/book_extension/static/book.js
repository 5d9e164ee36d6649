// Makes what scrolls sideways reachable with the keyboard: display math that is wider than its line,
// and outputs of cells. Nothing here is needed to read a page.
(() => {
  const selector = "div.math, div.cell_output pre, div.cell_output .text_html, .pst-scrollable-table-container";

  const update = (box) => {
    const scrolls = box.scrollWidth > box.clientWidth + 1;
    if (scrolls && !box.hasAttribute("tabindex")) {
      box.tabIndex = 0;
      box.dataset.bookScrolls = "";
    } else if (!scrolls && "bookScrolls" in box.dataset) {
      box.removeAttribute("tabindex");
      delete box.dataset.bookScrolls;
    }
  };

  const start = () => {
    const boxes = [...document.querySelectorAll(selector)];
    const sizes = new ResizeObserver((entries) => entries.forEach((entry) => update(entry.target)));
    boxes.forEach((box) => sizes.observe(box));
    // Math gets its width when it is typeset, which may leave the box's own size as it was.
    window.MathJax?.startup?.promise?.then(() => boxes.forEach(update));
  };

  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
})();
