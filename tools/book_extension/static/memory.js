// What the reader answered and solved. It is kept in this browser and sent nowhere: one entry of localStorage
// for each chapter, {version, answers: {question: [options in the order tried]}, solved: [exercises]}.
// Without this script the options of a quiz open one by one, and the front page shows totals.
(() => {
  const VERSION = 1;
  const KEPT = "Kept in this browser, sent nowhere.";
  const NOT_KEPT = "This browser keeps nothing for this page: what you mark lasts until you leave it.";
  const TRIES = ["first", "second", "third", "fourth"];
  const visit = new Map(); // a copy for browsers that refuse to keep anything
  const shows = []; // functions that bring a part of the page in line with what is kept
  let keeps = true;

  const all = (selector, place = document) => [...place.querySelectorAll(selector)];
  const refresh = () => shows.forEach((show) => show());

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  // ---- what is kept: anything damaged, foreign, or of another version counts as nothing ----------------

  function checked(data) {
    const memory = { version: VERSION, answers: {}, solved: [] };
    if (data?.version !== VERSION) return memory;
    for (const [question, tried] of Object.entries(data.answers ?? {})) {
      if (Array.isArray(tried) && tried.every(Number.isInteger)) memory.answers[question] = tried;
    }
    if (Array.isArray(data.solved)) memory.solved = data.solved;
    return memory;
  }

  function recall(key) {
    try {
      const text = keeps ? window.localStorage.getItem(key) : visit.get(key);
      return checked(JSON.parse(text ?? "null"));
    } catch (error) {
      if (!(error instanceof SyntaxError)) keeps = false;
      return keeps ? checked(null) : recallVisit(key);
    }
  }

  const recallVisit = (key) => checked(JSON.parse(visit.get(key) ?? "null"));

  function change(key, edit) {
    const memory = recall(key);
    edit(memory);
    visit.set(key, JSON.stringify(memory));
    try {
      window.localStorage.setItem(key, visit.get(key));
    } catch {
      keeps = false;
    }
    refresh();
  }

  function forget(start) {
    visit.clear();
    try {
      const keys = Object.keys(window.localStorage).filter((key) => key.startsWith(start));
      keys.forEach((key) => window.localStorage.removeItem(key));
    } catch {
      keeps = false;
    }
    refresh();
  }

  // ---- a quiz, exercises, counts -------------------------------------------------------------------------

  function bindQuestion(section, key) {
    const options = all("details.option", section);
    const { question } = options[0]?.dataset ?? {};
    const right = (at) => "right" in options[at].dataset;
    const tried = () => (recall(key).answers[question] ?? []).filter((at) => at in options);
    const said = section.appendChild(element("p", { className: "question-said", role: "status" }));
    options.forEach((option, at) => {
      const summary = option.querySelector("summary");
      summary.append(element("span", { className: "option-verdict" }));
      // A wrong answer shows why it is wrong and leaves the right one to find, for what is found is remembered;
      // the first answer alone counts, so that the score says what was known before the feedback.
      summary.addEventListener("click", () => {
        if (option.open) return; // it is about to close
        for (const other of options) if (other !== option) other.open = false;
        change(key, ({ answers }) => (answers[question] = [...new Set([...tried(), at])]));
      });
    });
    shows.push(() => {
      const [answers, found] = [tried(), tried().findIndex(right)];
      options.forEach((option, at) => {
        const verdict = right(at) ? "✓ Right" : "✗ No";
        option.classList.toggle("tried", answers.includes(at));
        option.querySelector(".option-verdict").textContent = answers.includes(at) ? verdict : "";
        if (!answers.length) option.open = false; // forgotten
      });
      if (!answers.length) said.textContent = "";
      else if (found < 0) said.textContent = "Not yet. Read why, and choose again.";
      else said.textContent = `Right at the ${TRIES[found]} try.`;
    });
    // Who comes back finds the right answer open, or else the last one tried: what it says is what was learned.
    const answers = tried();
    const found = answers.find(right) ?? answers.at(-1);
    if (found !== undefined) options[found].open = true;
    return () => ({ answered: tried().length > 0, first: tried().findIndex(right) === 0 });
  }

  function bindExercise(section, key) {
    const number = /^Exercise (\d+\.\d+)/.exec(section.querySelector("h3, h2, h4").textContent)[1];
    const box = element("input", { type: "checkbox", ariaLabel: `I solved this: exercise ${number}` });
    section.append(element("label", { className: "book-solved" }, box, " I solved this"));
    box.addEventListener("change", () => {
      change(key, (memory) => {
        memory.solved = memory.solved.filter((other) => other !== number);
        if (box.checked) memory.solved.push(number);
      });
    });
    shows.push(() => (box.checked = recall(key).solved.includes(number)));
    return () => box.checked;
  }

  function fillNote(box, start, what, score) {
    const counts = element("p", { role: "status" });
    const kept = element("p", { className: "aside" });
    const button = element("button", { type: "button", textContent: `Forget ${what}` });
    button.addEventListener("click", () => {
      if (window.confirm(`Forget ${what}? It cannot be brought back.`)) forget(start);
    });
    box.append(...(score ? [counts] : []), kept, button);
    box.hidden = false;
    shows.push(() => {
      if (score && counts.textContent !== score()) counts.textContent = score();
      kept.textContent = keeps ? KEPT : NOT_KEPT;
    });
  }

  function bindChapter(key) {
    const questions = all("section.question").map((section) => bindQuestion(section, key));
    const exercises = all("section.exercise").map((section) => bindExercise(section, key));
    const count = (list, wanted) => list.filter(wanted).length;
    const score = () => {
      const states = questions.map((state) => state());
      const solved = count(exercises, (state) => state());
      const parts = [];
      if (exercises.length) parts.push(`${solved} of ${exercises.length} exercises solved`);
      if (states.length) parts.push(`${count(states, (one) => one.answered)} of ${states.length} questions answered`);
      if (states.length) parts.push(`${count(states, (one) => one.first)} of ${states.length} right at the first try`);
      return `${parts.join(", ")}.`;
    };
    const place = document.querySelector("section.quiz") ?? all("section.exercise").at(-1).parentElement;
    const box = place.appendChild(element("div", { className: "book-memory" }));
    fillNote(box, key, "what I marked in this chapter", score);
  }

  function bindCounts(place) {
    const [bar, words] = [element("progress", { ariaHidden: "true" }), element("span", {})];
    place.replaceChildren(words, bar);
    const { memory, exercises = "", questions = "" } = place.dataset;
    const [wanted, asked] = [exercises, questions].map((list) => list.split(" ").filter(Boolean));
    shows.push(() => {
      const { solved, answers } = recall(memory);
      const done = [wanted.filter((one) => solved.includes(one)), asked.filter((one) => answers[one]?.length)];
      const kinds = [[done[0], wanted, "exercises"], [done[1], asked, "questions"]];
      const parts = kinds.filter(([, total]) => total.length);
      words.textContent = parts.map(([some, total, name]) => `${some.length} of ${total.length} ${name}`).join(", ");
      Object.assign(bar, { max: wanted.length + asked.length, value: done.flat().length });
    });
  }

  function start() {
    const key = document.querySelector('meta[name="book-memory"]')?.content;
    if (key) bindChapter(key);
    all(".book-progress").forEach(bindCounts);
    for (const box of all(".book-memory[hidden]")) fillNote(box, box.dataset.memory, "what I marked in all chapters");
    refresh();
    window.addEventListener("storage", refresh); // another tab
    window.addEventListener("pageshow", refresh); // Back, to a page that the browser had set aside
  }

  start(); // the script is deferred: the page is there
})();
