// Explorers in a static page: controls choose one of the states that nnkit computed when the book was built.
// Nothing is calculated here. A state is a text for each slot; a slot stores one text per value of the
// controls that it depends on:  table[slot] = {axes: [control, ...], at: [index into texts, ...], texts: [...]}.
(function () {
  "use strict";

  const explorers = new Map(); // name -> Explorer
  const reduced = window.matchMedia("(prefers-reduced-motion: reduce)");

  async function unpacked(data) {
    if (!data.gzip) return data;
    const bytes = Uint8Array.from(atob(data.gzip), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  class Explorer {
    constructor(figure) {
      this.figure = figure;
      this.name = figure.dataset.explorer;
      this.inputs = [...figure.querySelectorAll("[data-axis]")].sort((a, b) => a.dataset.axis - b.dataset.axis);
      this.players = [...figure.querySelectorAll(".nn-play")];
      this.stage = figure.querySelector(".nn-stage");
      this.sentence = figure.querySelector(".nn-sentence");
      this.table = null;
      this.timer = null;
      this.bind();
      this.show();
      figure.classList.add("nn-live");
    }

    // ---- the state: one position per control -------------------------------------------------

    count(input) {
      if (input.type === "checkbox") return 2;
      return input.tagName === "SELECT" ? input.options.length : Number(input.max) + 1;
    }

    position(input) {
      return input.type === "checkbox" ? Number(input.checked) : Number(input.value);
    }

    set(input, position) {
      const last = this.count(input) - 1;
      const at = Math.min(Math.max(Math.round(position), 0), last);
      if (input.type === "checkbox") input.checked = at === 1;
      else input.value = String(at);
    }

    text(input) {
      if (input.type === "checkbox") return input.checked ? "on" : "off";
      if (input.tagName === "SELECT") return input.options[input.selectedIndex].text;
      return JSON.parse(input.dataset.texts)[this.position(input)];
    }

    // ---- showing it ----------------------------------------------------------------------------

    show() {
      for (const input of this.inputs) {
        if (input.type !== "range") continue;
        const text = this.text(input);
        input.setAttribute("aria-valuetext", text);
        input.nextElementSibling.value = text;
      }
      for (const element of this.stage.querySelectorAll("[data-pick]")) {
        const [name, at] = element.dataset.pick.split(":");
        const input = this.inputs.find((candidate) => candidate.name === name);
        element.setAttribute("aria-pressed", String(this.position(input) === Number(at)));
      }
      this.reach();
      if (!this.table) return;
      const slots = {};
      for (const [name, slot] of Object.entries(this.table)) {
        let offset = 0;
        for (const axis of slot.axes) offset = offset * this.count(this.inputs[axis]) + this.position(this.inputs[axis]);
        slots[name] = slot.texts[slot.at[offset]];
      }
      this.fill(slots);
      this.figure.dataset.shown = this.inputs.map((input) => this.position(input)).join(" ");
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
      try {
        this.table = await unpacked(data);
      } catch {
        return this.complain("are damaged");
      }
      this.show();
      this.figure.classList.add("nn-ready");
    }

    complain(text) {
      this.pause();
      this.figure.classList.remove("nn-live"); // controls that move nothing would be a lie
      this.sentence.append(` (The other states of this explorer ${text}; this is the first one.)`);
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
      for (const element of this.stage.querySelectorAll("[data-pick]")) this.bindPick(element);
      for (const event of ["pointerenter", "focusin"]) this.figure.addEventListener(event, () => this.load());
    }

    bindPick(element) {
      const [name, at] = element.dataset.pick.split(":");
      const pick = () => {
        this.pause();
        this.set(this.inputs.find((input) => input.name === name), Number(at));
        this.turned();
      };
      element.setAttribute("role", "button");
      element.setAttribute("tabindex", "0");
      element.addEventListener("click", pick);
      element.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        pick();
      });
    }

    turned() {
      this.load();
      this.show();
      remember();
    }

    reset() {
      this.pause();
      for (const input of this.inputs) this.set(input, Number(input.dataset.start));
      this.turned();
    }

    toggle(player) {
      const playing = player === this.playing;
      this.pause();
      if (playing) return;
      const input = document.getElementById(player.dataset.for);
      const last = this.count(input) - 1;
      if (this.position(input) === last) this.set(input, 0);
      this.playing = player;
      this.sentence.setAttribute("aria-live", "off"); // a sentence per tick would flood a screen reader
      player.textContent = "Pause";
      const interval = 1000 * Number(player.dataset.interval) * (reduced.matches ? 2 : 1);
      this.timer = window.setInterval(() => {
        this.set(input, this.position(input) + 1);
        if (this.position(input) === last) this.pause(); // first: the last sentence is spoken
        this.turned();
      }, interval);
      this.turned();
    }

    pause() {
      window.clearInterval(this.timer);
      this.playing = null;
      this.sentence.setAttribute("aria-live", "polite");
      for (const player of this.players) player.textContent = "Play";
    }
  }

  // ---- the address remembers what was turned:  #explore&graph.a=3&graph.b=7 (positions) ------------

  let pending = 0;

  function remember() {
    window.clearTimeout(pending);
    const was = window.location.hash;
    pending = window.setTimeout(() => {
      if (window.location.hash !== was) return; // the reader followed a link meanwhile
      const parts = [];
      for (const explorer of explorers.values()) {
        for (const input of explorer.inputs) {
          const at = explorer.position(input);
          if (at !== Number(input.dataset.start)) parts.push(`${explorer.name}.${input.name}=${at}`);
        }
      }
      const hash = parts.length ? `#explore&${parts.join("&")}` : "#explore";
      try {
        window.history.replaceState(window.history.state, "", hash);
      } catch {
        // some browsers forbid this for pages opened from a folder; the explorer works without it
      }
    }, 150);
  }

  function recall() {
    if (!window.location.hash.startsWith("#explore&")) return;
    let first = null;
    for (const part of window.location.hash.slice("#explore&".length).split("&")) {
      const match = /^([\w-]+)\.(\w+)=(\d+)$/.exec(part);
      const explorer = match && explorers.get(match[1]);
      const input = explorer && explorer.inputs.find((candidate) => candidate.name === match[2]);
      if (!input) continue;
      explorer.set(input, Number(match[3]));
      explorer.load();
      explorer.show();
      first = first || explorer;
    }
    if (first) first.figure.scrollIntoView();
  }

  window.nnExplorers = {
    receive(name, data) {
      const explorer = explorers.get(name);
      if (explorer) explorer.receive(data);
    },
  };

  function start() {
    const near = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          if (!entry.isIntersecting) continue;
          near.unobserve(entry.target);
          explorers.get(entry.target.dataset.explorer).load();
        }
      },
      { rootMargin: "600px" },
    );
    for (const figure of document.querySelectorAll(".nn-explorer")) {
      if (explorers.has(figure.dataset.explorer)) continue;
      const explorer = new Explorer(figure);
      explorers.set(explorer.name, explorer);
      near.observe(figure);
    }
    recall();
    window.addEventListener("hashchange", recall);
    window.addEventListener("resize", () => explorers.forEach((explorer) => explorer.reach()));
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
