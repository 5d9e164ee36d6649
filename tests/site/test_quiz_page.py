"""A quiz and exercises in the page: answered by keyboard, remembered, shown on the front page, forgotten.

The pages are those of `tests/quiz_book`, opened from their folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-book-with-quizzes/book/chapters/01-counting"
CHAPTER, OTHER, FRONT = "book/chapters/01-counting.html", "book/chapters/02-adding.html", "book/index.html"
REFUSE = """for (const name of NAMES) {
  const own = Storage.prototype[name];
  Storage.prototype[name] = function (key, ...rest) {
    if (key.startsWith("a-book-with-quizzes")) throw new DOMException("refused", "SecurityError");
    return own.call(this, key, ...rest);
  };
}"""


def build(folder: Path) -> Path:
    """Copy the book of `tests/quiz_book` into `folder`, build it, and give the folder of its pages."""
    shutil.copytree(ROOT / "tests" / "quiz_book", folder, dirs_exist_ok=True)
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    settings["title"] = "A Book with Quizzes"
    settings["sphinx"]["config"]["extensions"].remove("nnkit.explore.sphinx")
    settings["sphinx"]["local_extensions"] = {"book_extension": str(ROOT / "tools")}
    (folder / "references.bib").touch()
    (folder / "_config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    command = Path(sys.executable).with_name("jupyter-book")
    environment = {**os.environ, "PYTHONPATH": "", "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    done = subprocess.run(
        [str(command), "build", str(folder), "-W", "-n", "--keep-going"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder / "_build" / "html"


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("quiz") / "book")


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
    kept = json.loads(page.evaluate(f"localStorage.getItem('{KEY}')"))
    assert sorted(kept["answers"].values()) == [[0], [1]]


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


@pytest.mark.parametrize("text", DAMAGED)
def test_damaged_or_foreign_data_count_as_nothing(reader, text):
    page = reader(CHAPTER)
    key = page.locator("#question-1 details").first.get_attribute("data-question")
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text.replace("KEY", key)])
    page.reload()
    assert score(page) == "0 of 2 exercises solved, 0 of 2 questions answered, 0 of 2 right at the first try."
    assert said(page, 1) == ""
    assert counts(reader(FRONT))[0].startswith("0 of 2 exercises, ")
    page = reader(CHAPTER)
    choose(page, 1, 0)
    assert said(page, 1) == "Right at the first try."


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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_an_answered_quiz(pages, browser, theme):
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme=theme)
    page = context.new_page()
    for path in (CHAPTER, FRONT):
        page.goto((pages / path).as_uri())
        for option in page.locator("#question-1 summary").all():
            option.click()
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
