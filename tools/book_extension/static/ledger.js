// Filters for the ledger of claims: chapter, verdict, words of a claim or its source. All rows are in the page;
// this hides some. The address remembers what was chosen: claims.html#verdict=fails&words=mazur
(() => {
  const form = document.querySelector("form.ledger-filters");
  const said = form.querySelector("[role=status]");
  const fields = [...form.querySelectorAll("[name]")];
  const rows = [...document.querySelectorAll("table.nn-claims tbody tr")].map((row) => {
    const section = row.closest("section");
    const [, claim] = row.cells; // the sentence and its source
    const verdict = row.querySelector(".nn-verdict").textContent;
    return { row, section, chapter: section.id.replace("claims-", ""), verdict, text: claim.textContent.toLowerCase() };
  });

  function show() {
    const { chapter, verdict, words } = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    for (const one of rows) {
      const found = (!chapter || one.chapter === chapter) && (!verdict || one.verdict === verdict);
      one.row.hidden = !found || !wanted.every((word) => one.text.includes(word));
    }
    for (const { section } of rows) section.hidden = !section.querySelector("tbody tr:not([hidden])");
    const count = `${rows.filter(({ row }) => !row.hidden).length} of ${rows.length} claims`;
    if (said.textContent !== count) said.textContent = count;
  }

  function write() {
    const pairs = fields.filter(({ value }) => value).map(({ name, value }) => [name, value]);
    const hash = pairs.length ? `#${new URLSearchParams(pairs)}` : "";
    const { pathname, search } = window.location;
    try {
      window.history.replaceState(window.history.state, "", pathname + search + hash);
    } catch {
      // some browsers forbid this for pages opened from a folder; the filters work without it
    }
  }

  function recall() {
    const anchor = window.location.hash.slice(1); // filters, or the id of a row: then all rows are shown
    const filtered = anchor.includes("=");
    const chosen = new URLSearchParams(filtered ? anchor : "");
    for (const field of fields) {
      field.value = chosen.get(field.name) ?? "";
      if (field.selectedIndex === -1) field.value = ""; // a name that is in no list
    }
    show();
    (filtered ? form : document.getElementById(anchor))?.scrollIntoView();
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    show();
    write();
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault(); // it would empty the fields after this
    for (const field of fields) field.value = "";
    show();
    write();
  });
  window.addEventListener("hashchange", recall);
  form.hidden = false;
  recall();
})();
