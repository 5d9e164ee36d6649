// Explorers in a static page: controls choose one of the states that nnkit computed when the book was built.
// Nothing is calculated here. A state is a text for each slot; a slot stores one text per value of the
// controls that it depends on:  table[slot] = {axes: [control, ...], at: [index into texts, ...], texts: [...]}.
// Slots named "number x" and "column x" are the numbers behind a state; they are texts, too.
(function () {
  "use strict";
  const explorers = new Map(); // name -> Explorer
  const here = window.location.href.split(/[?#]/)[0];
  let pending = 0; // the timer of the address
  const slow = window.matchMedia("(prefers-reduced-motion: reduce)");
  const position = (input) => Number(input.type === "checkbox" ? input.checked : input.value);

  async function unpacked(data) {
    const bytes = Uint8Array.from(atob(data.gzip), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  function kept(key, guess) {
    // Browsers may forbid to keep anything, above all for pages opened from a folder.
    try {
      if (guess !== undefined) window.sessionStorage.setItem(key, guess);
      return window.sessionStorage.getItem(key);
    } catch {
      return guess;
    }
  }

  function tableOf(lines) {
    const table = document.createElement("table");
    lines.forEach((texts, at) => {
      const row = table.insertRow();
      for (const text of texts) row.appendChild(document.createElement(at ? "td" : "th")).textContent = text;
    });
    return table;
  }

  class Explorer {
    constructor(figure) {
      const one = (selector) => figure.querySelector(selector);
      this.figure = figure;
      this.name = figure.dataset.explorer;
      this.inputs = [...figure.querySelectorAll("[data-axis]")].sort((a, b) => a.dataset.axis - b.dataset.axis);
      this.players = [...figure.querySelectorAll(".nn-play")];
      [this.stage, this.sentence, this.said] = [".nn-stage", ".nn-sentence", ".nn-said"].map(one);
      [this.note, this.field, this.numbersBox] = [".nn-note", ".nn-address", ".nn-table"].map(one);
      this.table = null;
      this.slots = {};
      this.bind();
      this.ask(one(".nn-predict"));
      this.show();
      figure.classList.add("nn-live");
    }

    set(input, wanted) {
      const at = Math.min(Math.max(Math.round(wanted), 0), input.dataset.count - 1);
      if (input.type === "checkbox") input.checked = at === 1;
      else input.value = String(at);
    }

    show() {
      for (const input of this.inputs.filter(({ type }) => type === "range")) {
        const text = JSON.parse(input.dataset.texts)[position(input)];
        input.setAttribute("aria-valuetext", text);
        input.nextElementSibling.value = text;
      }
      for (const element of this.stage.querySelectorAll("[data-pick]")) {
        const [input, at] = this.picked(element);
        const states = { role: "button", tabindex: 0, "aria-pressed": position(input) === at };
        for (const [name, value] of Object.entries(states)) element.setAttribute(name, value);
      }
      if (!this.table) return;
      for (const [name, slot] of Object.entries(this.table)) {
        let offset = 0;
        for (const input of slot.axes.map((axis) => this.inputs[axis])) {
          offset = offset * input.dataset.count + position(input);
        }
        this.slots[name] = slot.texts[slot.at[offset]];
      }
      this.fill(this.slots);
      this.reach();
      if (!this.numbersBox.hidden) {
        const [singles, lines] = this.grid();
        const tables = [[["name", "value"], ...singles], lines].filter(([heads]) => heads.length);
        this.numbersBox.replaceChildren(...tables.map(tableOf));
      }
      this.figure.dataset.shown = this.inputs.map((input) => position(input)).join(" ");
    }

    reach() {
      // The keyboard reaches a stage that scrolls, and passes over one that does not.
      if (this.stage.scrollWidth > this.stage.clientWidth) this.stage.tabIndex = 0;
      else this.stage.removeAttribute("tabindex");
    }

    fill(slots) {
      if ("picture" in slots && this.picture !== slots.picture) {
        this.picture = slots.picture;
        this.stage.innerHTML = slots.picture;
      }
      for (const element of this.figure.querySelectorAll("[data-text]")) {
        const text = slots[element.dataset.text];
        if (element.textContent !== text) element.textContent = text;
      }
      for (const element of this.figure.querySelectorAll("[data-attr]")) {
        for (const pair of element.dataset.attr.split(/\s+/)) {
          const split = pair.indexOf(":");
          element.setAttribute(pair.slice(0, split), slots[pair.slice(split + 1)]);
        }
      }
      if ("picture" in slots) this.stage.setAttribute("aria-label", slots.sentence || this.name);
    }

    // ---- the data come when the explorer comes near the view ------------------------------------

    load() {
      if (this.loading) return;
      this.loading = true;
      const script = document.createElement("script"); // not fetch: a page opened from a folder may not fetch
      script.src = this.figure.dataset.src;
      script.onerror = () => this.complain("did not load");
      script.onload = () => this.received || this.complain("are damaged"); // a syntax error fires load, too
      document.head.append(script);
    }

    async receive(data) {
      this.received = true;
      if (!window.DecompressionStream) return this.complain("cannot be unpacked by this browser; a newer one can");
      this.table = await unpacked(data).catch(() => null);
      if (!this.table) return this.complain("are damaged");
      this.show();
      if (this.saying) this.announce(); // the reader turned a control before the states were here
      this.figure.classList.add("nn-ready");
    }

    complain(text) {
      this.pause();
      this.figure.className = "nn-explorer nn-failed"; // controls that move nothing would be a lie
      this.sentence.append(` (The other states of this explorer ${text}; this is the first one.)`);
      this.reach();
    }

    // ---- what the reader does ---------------------------------------------------------------------

    bind() {
      this.figure.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
      for (const input of this.inputs) {
        input.addEventListener("pointerdown", () => this.pause());
        input.addEventListener("input", () => {
          this.pause();
          this.turned();
        });
      }
      this.figure.querySelector(".nn-reset").addEventListener("click", () => this.reset());
      for (const player of this.players) player.addEventListener("click", () => this.toggle(player));
      for (const kind of ["click", "keydown"]) this.stage.addEventListener(kind, (event) => this.pick(event));
      for (const button of this.figure.querySelectorAll("[data-do]")) {
        button.addEventListener("click", () => this[button.dataset.do](button));
        if (button.dataset.do === "full") button.hidden = !document.fullscreenEnabled;
      }
    }

    picked(element) {
      const [name, at] = element.dataset.pick.split(":");
      return [this.inputs.find((input) => input.name === name), Number(at)];
    }

    pick(event) {
      const element = event.target.closest("[data-pick]");
      if (!element || (event.key && event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      this.pause();
      this.set(...this.picked(element));
      this.turned();
    }

    turned() {
      this.load();
      this.show();
      this.announce();
      remember();
    }

    announce() {
      window.clearTimeout(this.saying);
      if (this.playing) return; // a sentence per tick would flood a screen reader
      this.saying = window.setTimeout(() => this.said.replaceChildren(this.sentence.textContent), 500);
    }

    reset() {
      this.pause();
      for (const input of this.inputs) if (input.name !== "seed") this.set(input, input.dataset.start);
      this.turned();
    }

    toggle(player) {
      const playing = player === this.playing;
      this.pause();
      if (playing) return this.announce();
      const input = document.getElementById(player.dataset.for);
      const last = input.dataset.count - 1;
      if (position(input) === last) this.set(input, 0);
      this.playing = player;
      player.textContent = "Pause";
      const interval = 1000 * Number(player.dataset.interval) * (slow.matches ? 2 : 1);
      this.timer = window.setInterval(() => {
        this.set(input, position(input) + 1);
        if (position(input) === last) this.pause(); // first: the last sentence is spoken
        this.turned();
      }, interval);
      this.turned();
    }

    pause() {
      window.clearInterval(this.timer);
      this.playing = null;
      for (const player of this.players) player.textContent = "Play";
    }

    // ---- a guess comes before the result; it is remembered as long as the page's tab is open --------

    ask(box) {
      if (!box) return;
      const [options, said] = [[...box.querySelectorAll("[data-guess]")], box.querySelector(".nn-guessed")];
      const key = `nnkit ${window.location.pathname} ${this.name}`;
      const commit = (guess) => {
        const text = (at) => `“${options[at].textContent}”`;
        const { answer } = box.dataset;
        this.figure.classList.toggle("nn-asking", !guess);
        said.textContent = guess === "skip" ? "You skipped the guess." : "";
        if (!guess || guess === "skip") return;
        const verdict = guess === answer ? "That is right." : `The answer is ${text(answer || 0)}.`;
        said.textContent = `You guessed ${text(guess)}. ${answer ? verdict : "Compare it with what you see."}`;
      };
      box.addEventListener("click", ({ target: { dataset } }) => {
        if (!("guess" in dataset)) return;
        this.pause();
        kept(key, dataset.guess);
        commit(dataset.guess);
        (dataset.guess ? said : options[0]).focus(); // the button that had the focus is gone
        this.reach();
      });
      const before = kept(key);
      commit(options.some((option) => option.dataset.guess === before) && before);
    }

    // ---- what a reader may take along; each button names one of these --------------------------------

    async copy() {
      const state = hash(this);
      write("pushState", state); // Back leads to the state before
      try {
        await navigator.clipboard.writeText(here + state);
        this.offer("Copied.", "");
      } catch {
        this.offer("Copy this address:", here + state); // pages opened from a folder may not copy
      }
    }

    embed() {
      const state = ["#explore", ...turns(this)].join("&");
      this.offer("This address shows the explorer alone:", `${here}?explorer=${this.name}${state}`);
    }

    offer(text, address) {
      this.note.textContent = text;
      Object.assign(this.field, { hidden: !address, value: address });
      if (address) this.field.select();
    }

    full() {
      if (document.fullscreenElement) document.exitFullscreen();
      else this.figure.requestFullscreen();
    }

    drawing() {
      // The first drawing as a document of its own, in the colors of the theme that is shown.
      const copy = this.stage.querySelector("svg").cloneNode(true);
      const { width, height } = copy.viewBox.baseVal;
      for (const [name, value] of Object.entries({ width, height })) copy.setAttribute(name, value);
      copy.style.background = "var(--nn-paper, #ffffff)";
      const theme = window.getComputedStyle(this.figure);
      const text = new XMLSerializer().serializeToString(copy);
      return text.replace(/var\((--nn-\w+), [^)]*\)/g, (_, name) => theme.getPropertyValue(name).trim());
    }

    svg() {
      this.save("svg", new Blob([this.drawing()], { type: "image/svg+xml" }));
    }

    async png() {
      const [image, canvas] = [new Image(), document.createElement("canvas")];
      image.src = `data:image/svg+xml,${encodeURIComponent(this.drawing())}`;
      await image.decode();
      canvas.width = Math.max(2 * image.width, 1280);
      canvas.height = Math.round((canvas.width * image.height) / image.width);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => this.save("png", blob));
    }

    save(kind, blob) {
      const link = document.createElement("a");
      Object.assign(link, { href: URL.createObjectURL(blob), download: `${this.name}.${kind}` }).click();
      window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    }

    grid() {
      // [[name, text], ...] of the single numbers, and the columns side by side under their names
      const found = (kind) => Object.entries(this.slots).filter(([slot]) => slot.startsWith(kind));
      const singles = found("number ").map(([slot, text]) => [slot.slice(7), text]);
      const columns = found("column ").map(([slot, text]) => [slot.slice(7), ...text.split(" ")]);
      const length = Math.max(1, ...columns.map((column) => column.length));
      return [singles, Array.from({ length }, (_, row) => columns.map((column) => column[row] ?? ""))];
    }

    numbers(button) {
      this.numbersBox.hidden = !this.numbersBox.hidden;
      button.setAttribute("aria-expanded", String(!this.numbersBox.hidden));
      this.show();
    }

    csv() {
      // One column for each number; a single one is repeated in each row.
      const [singles, [heads, ...rows]] = this.grid();
      const row = (at, line) => [...singles.map((single) => single[at]), ...line];
      const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
      const lines = [row(0, heads), ...(rows.length ? rows : [[]]).map((line) => row(1, line))];
      const text = lines.map((line) => `${line.map(cell).join(",")}\r\n`);
      this.save("csv", new Blob(text, { type: "text/csv" }));
    }
  }

  // ---- the address remembers what was turned:  #explore&graph.a=3&graph.b=7 (positions) ------------

  function turns(explorer) {
    const turned = explorer.inputs.filter((input) => position(input) !== Number(input.dataset.start));
    return turned.map((input) => `${explorer.name}.${input.name}=${position(input)}`);
  }

  function hash(first) {
    // `first` is the explorer that a link leads to.
    const parts = [...explorers.values()].filter((explorer) => explorer !== first).flatMap(turns);
    return ["#explore", ...(first ? [first.name, ...turns(first)] : []), ...parts].join("&");
  }

  function write(method, state) {
    try {
      window.history[method](window.history.state, "", state);
    } catch {
      // some browsers forbid this for pages opened from a folder; the explorer works without it
    }
  }

  function remember() {
    window.clearTimeout(pending);
    const was = window.location.hash; // the reader may follow a link meanwhile
    pending = window.setTimeout(() => window.location.hash === was && write("replaceState", hash(null)), 150);
  }

  function recall() {
    let first = null;
    if (!window.location.hash.startsWith("#explore&")) return;
    for (const [, name, control, at] of window.location.hash.matchAll(/&([\w-]+)(?:\.(\w+)=(\d+))?/g)) {
      const explorer = explorers.get(name);
      const input = explorer?.inputs.find((candidate) => candidate.name === control);
      if (input) explorer.set(input, at);
      explorer?.load();
      explorer?.show();
      first ??= explorer;
    }
    first?.figure.scrollIntoView();
  }

  function alone(only) {
    // page.html?explorer=name shows that explorer and nothing else, as a frame in another page does.
    if (!only) return;
    const main = document.body.appendChild(document.createElement("main"));
    main.append(only.figure);
    document.documentElement.classList.add("nn-alone");
    document.title = only.figure.getAttribute("aria-label");
  }

  window.nnExplorers = { receive: (name, data) => explorers.get(name)?.receive(data) };

  function start() {
    const come = ({ isIntersecting, target }) => isIntersecting && explorers.get(target.dataset.explorer).load();
    const near = new IntersectionObserver((entries) => entries.forEach(come), { rootMargin: "600px" });
    for (const figure of document.querySelectorAll(".nn-explorer")) {
      explorers.set(figure.dataset.explorer, new Explorer(figure));
      near.observe(figure);
    }
    alone(explorers.get(new URLSearchParams(window.location.search).get("explorer")));
    recall();
    window.addEventListener("hashchange", recall);
    window.addEventListener("resize", () => explorers.forEach((explorer) => explorer.table && explorer.reach()));
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
