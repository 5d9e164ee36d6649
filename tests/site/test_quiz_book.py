"""A small book with quizzes, exercises and twelve chapters of claims, opened from its folder.

What a reader marks is remembered, shown on the front page, and forgotten on demand; the ledger is filtered.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-book-with-quizzes/book/chapters/01-counting"
CHAPTER, OTHER, FRONT = "book/chapters/01-counting.html", "book/chapters/02-adding.html", "book/index.html"
LEDGER = "book/reference/claims.html"
# Twelve chapters with three claims each; only two of the chapters are in the book.
CLAIMS = """\
from types import SimpleNamespace
NAMES = ("adding", "counting", *(f"chapter_{number}" for number in range(3, 13)))
def chapters():
    return NAMES
def claim(chapter, number, verdict):
    place = NAMES.index(chapter)
    return SimpleNamespace(id=f"{chapter[:2].upper()}{place}-{number}", chapter=chapter, seeds=5,
        sentence=f"Sentence {number} of {chapter}", source="Ada 1843" if number == 2 else "this book",
        protocol="counted", bound="at least 1", interval="1 to 3", verdict=verdict)
def load(chapter):
    verdicts = ("holds", "depends", "fails")[: 1 if chapter == "adding" else 3]
    found = [claim(chapter, number, verdict) for number, verdict in enumerate(verdicts, 1)]
    return {one.id: one for one in found}
"""
REFUSE = """for (const name of NAMES) {
  const own = Storage.prototype[name];
  Storage.prototype[name] = function (key, ...rest) {
    if (key.startsWith("a-book-with-quizzes")) throw new DOMException("refused", "SecurityError");
    return own.call(this, key, ...rest);
  };
}"""


def build(folder: Path, build_book: Callable[[Path, dict[str, str]], Path]) -> Path:
    """Copy the book of `tests/quiz_book` into `folder`, build it, and give the folder of its pages."""
    shutil.copytree(ROOT / "tests" / "quiz_book", folder, dirs_exist_ok=True)
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    settings["title"] = "A Book with Quizzes"
    settings["sphinx"]["config"]["extensions"].remove("nnkit.explore.sphinx")
    settings["sphinx"]["local_extensions"] = {"book_extension": str(ROOT / "tools")}
    (folder / "references.bib").touch()
    (folder / "nnkit" / "course").mkdir(parents=True)
    for name, text in {"__init__": "", "course/__init__": "", "course/claims": CLAIMS}.items():
        (folder / "nnkit" / f"{name}.py").write_text(text, encoding="utf-8")
    (folder / "_config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": "", "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    return build_book(folder, environment)


@pytest.fixture(scope="module")
def pages(tmp_path_factory, build_book) -> Path:
    return build(tmp_path_factory.mktemp("quiz") / "book", build_book)


@pytest.fixture
def reader(pages, browser):
    """A function that opens a page for one reader, whose browser keeps what pages ask it to keep."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def read(path):
        page.goto((pages / path).as_uri())
        return page

    yield read
    context.close()
    assert errors == []


def said(page, number):
    return page.locator(f"#question-{number} [role=status]").inner_text()


def choose(page, question, option):
    page.locator(f"#question-{question} summary").nth(option).click()


def score(page):
    return page.locator(".book-memory [role=status]").inner_text()


def counts(page):
    return page.locator(".book-progress").all_inner_texts()


def forget(page, *, sure=True):
    page.once("dialog", lambda dialog: dialog.accept() if sure else dialog.dismiss())
    page.locator(".book-memory button").click()


def test_a_question_is_answered_with_the_keyboard_and_says_so_politely(reader):
    page = reader(CHAPTER)
    options = page.locator("#question-1 details")
    page.locator("#question-1 summary").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert said(page, 1) == "Not yet. Read why, and choose again."
    assert page.locator("#question-1 .option-verdict").all_inner_texts() == ["", "✗ No", ""]
    assert options.nth(1).locator("p").is_visible()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    assert said(page, 1) == "Right at the second try."
    assert page.locator("#question-1 .option-verdict").all_inner_texts() == ["✓ Right", "✗ No", ""]
    assert [option.get_attribute("open") is None for option in options.all()] == [False, True, True]


def test_the_first_answer_counts_and_may_be_followed_by_others(reader):
    page = reader(CHAPTER)
    assert score(page) == "0 of 2 exercises solved, 0 of 2 questions answered, 0 of 2 right at the first try."
    choose(page, 2, 1)
    choose(page, 1, 2)
    choose(page, 1, 0)
    choose(page, 1, 0)  # closes
    choose(page, 1, 2)  # opens again what was tried before
    assert said(page, 2) == "Right at the first try."
    assert said(page, 1) == "Right at the second try."
    assert score(page) == "0 of 2 exercises solved, 2 of 2 questions answered, 1 of 2 right at the first try."


def test_answers_and_exercises_are_there_after_a_reload_and_on_the_front_page(reader):
    page = reader(CHAPTER)
    choose(page, 1, 1)
    choose(page, 2, 1)
    page.get_by_label("I solved this: exercise 1.2").check()
    page.reload()
    assert said(page, 1) == "Not yet. Read why, and choose again."
    assert said(page, 2) == "Right at the first try."
    assert page.locator("#question-1 .option-verdict").all_inner_texts() == ["", "✗ No", ""]
    boxes = page.locator("section.exercise input")
    assert [box.is_checked() for box in boxes.all()] == [False, True]
    reader(OTHER)
    page = reader(FRONT)
    assert counts(page) == ["1 of 2 exercises, 2 of 2 questions", "0 of 1 questions"]
    assert page.locator(".book-progress progress").first.evaluate("(bar) => [bar.value, bar.max]") == [3, 4]
    assert page.locator(".book-memory").inner_text().startswith("Kept in this browser, sent nowhere.")
    page = reader(CHAPTER)
    page.get_by_label("I solved this: exercise 1.2").uncheck()
    page.go_back()
    assert counts(page)[0] == "0 of 2 exercises, 2 of 2 questions"


def test_after_a_reload_the_right_answer_is_open_or_else_the_last_one_tried(reader):
    page = reader(CHAPTER)
    choose(page, 1, 0)  # right at once, and curious about another
    choose(page, 1, 2)
    choose(page, 2, 2)
    choose(page, 2, 0)  # wrong twice
    page.reload()
    opened = page.locator("details.option").evaluate_all("(options) => options.map((option) => option.open)")
    assert opened == [True, False, False, True, False, False]
    assert page.locator("#question-1 details p").nth(0).is_visible()
    choose(page, 1, 1)  # one at a time, as before
    opened = page.locator("#question-1 details").evaluate_all("(options) => options.map((one) => one.open)")
    assert opened == [False, True, False]
    choose(page, 1, 1)
    choose(page, 2, 1)  # what the reader closed stays closed
    assert page.locator("#question-1 details[open]").count() == 0
    forget(page)
    page.reload()
    assert page.locator("details.option[open]").count() == 0


def test_a_chapter_forgets_its_own_marks_and_the_front_page_all_of_them(reader):
    page = reader(OTHER)
    choose(page, 1, 0)
    page = reader(CHAPTER)
    choose(page, 1, 0)
    page.get_by_label("I solved this: exercise 1.1").check()
    forget(page, sure=False)
    assert said(page, 1) == "Right at the first try."
    forget(page)
    assert said(page, 1) == "" and page.locator("details.option[open], details.tried").count() == 0
    assert not page.get_by_label("I solved this: exercise 1.1").is_checked()
    page = reader(FRONT)
    assert counts(page) == ["0 of 2 exercises, 0 of 2 questions", "1 of 1 questions"]
    page.evaluate("localStorage.setItem('another-book', 'stays')")
    forget(page, sure=False)
    assert counts(page)[1] == "1 of 1 questions"
    forget(page)
    assert counts(page)[1] == "0 of 1 questions"
    assert page.evaluate("localStorage.getItem('another-book')") == "stays"
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('a-book'))") == []


def test_two_open_chapters_do_not_overwrite_each_other(reader, pages):
    page = reader(CHAPTER)
    second = page.context.new_page()
    second.goto((pages / CHAPTER).as_uri())
    choose(page, 1, 0)
    choose(second, 2, 1)
    page.locator("#question-2.question").get_by_text("Right at the first try.").wait_for()  # it was told
    page.get_by_label("I solved this: exercise 1.1").check()
    kept = json.loads(page.evaluate(f"localStorage.getItem('{KEY}')"))
    assert sorted(kept["answers"].values()) == [[0], [1]] and kept["solved"] == ["1.1"]


DAMAGED = [
    "no json",
    "null",
    "[1, 2]",
    '"text"',
    '{"version": 99, "answers": {}, "solved": ["1.1"]}',
    '{"version": 1}',
    '{"version": 1, "answers": "all", "solved": {"1.1": true}}',
    '{"version": 1, "answers": {"KEY": "right"}, "solved": 7}',
    '{"version": 1, "answers": {"KEY": [17]}, "solved": ["9.9", null]}',
    '{"version": 1, "answers": {"ffffffff": [0]}, "solved": []}',
]


def test_damaged_or_foreign_data_count_as_nothing(reader):
    page = reader(CHAPTER)
    key = page.locator("#question-1 details").first.get_attribute("data-question")
    for text in DAMAGED:
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text.replace("KEY", key)])
        page.reload()
        assert score(page).startswith("0 of 2 exercises solved, 0 of 2 questions answered, 0 of 2"), text
        assert said(page, 1) == "", text
    choose(page, 1, 0)
    assert said(page, 1) == "Right at the first try."
    page = reader(FRONT)
    for text in ("no json", '{"version": 99, "solved": ["1.1"]}'):
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text])
        page.reload()
        assert counts(page)[0] == "0 of 2 exercises, 0 of 2 questions", text


@pytest.mark.parametrize("names", [["setItem"], ["setItem", "getItem", "removeItem"]], ids=["write", "all"])
def test_a_browser_that_refuses_to_keep_anything_gets_the_quiz_all_the_same(reader, names):
    page = reader(CHAPTER)
    page.context.add_init_script(f"const NAMES = {json.dumps(names)};" + REFUSE)
    page.reload()
    choose(page, 1, 1)
    choose(page, 1, 0)
    page.get_by_label("I solved this: exercise 1.1").check()
    assert said(page, 1) == "Right at the second try."
    assert score(page).startswith("1 of 2 exercises solved, 1 of 2 questions answered, 0 of 2")
    note = page.locator(".book-memory .aside").inner_text()
    assert note == "This browser keeps nothing for this page: what you mark lasts until you leave it."
    forget(page)
    assert said(page, 1) == "" and not page.get_by_label("I solved this: exercise 1.1").is_checked()


def test_without_a_script_options_open_and_the_front_page_shows_totals(pages, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((pages / CHAPTER).as_uri())
    feedback = page.locator("#question-1 details p").nth(1)
    assert not feedback.is_visible()
    page.locator("#question-1 summary").nth(1).click()
    assert feedback.is_visible()
    assert page.locator(".book-solved, .book-memory, .question-said").count() == 0
    page.goto((pages / FRONT).as_uri())
    assert counts(page) == ["2 exercises, 2 questions", "1 question"]
    assert not page.locator(".book-memory").is_visible()
    context.close()


def filters(page):
    status = page.locator(".ledger-filters [role=status]").inner_text()
    return status, page.locator("table.nn-claims tbody tr:visible").count()


def test_the_ledger_is_filtered_by_chapter_verdict_and_words(reader):
    page = reader(LEDGER)
    assert filters(page) == ("34 of 34 claims", 34)
    page.get_by_label("Verdict").select_option("fails")
    assert filters(page) == ("11 of 34 claims", 11)
    assert page.locator("h2:visible").count() == 11  # the chapter without such a claim is gone
    page.get_by_label("Chapter").select_option("Chapter 3")
    assert filters(page) == ("1 of 34 claims", 1)
    page.get_by_role("button", name="Show all").click()
    assert filters(page) == ("34 of 34 claims", 34)
    page.get_by_label("Words").fill("ADA counting")  # all words, in the sentence or its source
    assert filters(page) == ("1 of 34 claims", 1)
    page.get_by_label("Words").fill("counted")  # neither sentence nor source
    assert filters(page) == ("0 of 34 claims", 0)


def test_the_filters_are_worked_with_the_keyboard(reader):
    page = reader(LEDGER)
    page.get_by_label("Chapter").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert filters(page)[0] == "12 of 34 claims"
    page.keyboard.press("Tab")
    page.keyboard.type("adding")
    page.keyboard.press("Enter")
    assert filters(page)[0] == "1 of 34 claims"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert filters(page)[0] == "34 of 34 claims"


def test_a_link_shows_what_was_filtered_and_a_link_to_a_row_shows_all(reader):
    page = reader(LEDGER)
    page.get_by_label("Verdict").select_option("fails")
    page.get_by_label("Words").fill("of counting")
    assert page.evaluate("location.hash") == "#verdict=fails&words=of+counting"
    page.reload()
    assert filters(page) == ("1 of 34 claims", 1)
    assert page.get_by_label("Words").input_value() == "of counting"
    page.evaluate("location.hash = '#chapter=nowhere&verdict=holds&colour=red'")
    page.get_by_text("12 of 34 claims").wait_for()
    assert page.get_by_label("Chapter").evaluate("(list) => list.selectedIndex") == 0  # "all", not nothing
    page.evaluate("location.hash = '#CH11-3'")
    page.get_by_text("34 of 34 claims").wait_for()
    assert page.locator("[id='CH11-3']").evaluate("(row) => row.getBoundingClientRect().top < innerHeight")
    page.get_by_role("button", name="Show all").click()
    assert page.evaluate("location.hash") == ""


def test_the_ledger_reads_on_a_phone_without_scrolling_sideways(reader):
    page = reader(LEDGER)
    page.set_viewport_size({"width": 390, "height": 800})
    wide = "(boxes) => boxes.filter((box) => box.scrollWidth > box.clientWidth + 1).length"
    assert page.locator(".pst-scrollable-table-container").evaluate_all(wide) == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("Verdict").select_option("holds")
    assert filters(page) == ("12 of 34 claims", 12)


def test_without_a_script_the_ledger_is_whole_and_has_no_filters(pages, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((pages / LEDGER).as_uri())
    assert page.locator("table.nn-claims tbody tr:visible").count() == 34
    assert not page.locator(".ledger-filters").is_visible()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_an_answered_quiz_and_a_long_ledger(pages, browser, theme):
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme=theme)
    page = context.new_page()
    for path in (CHAPTER, FRONT, LEDGER):
        page.goto((pages / path).as_uri())
        for option in page.locator("#question-1 summary").all():
            option.click()
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
