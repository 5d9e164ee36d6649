"""The chapters' rules: a clean notebook passes; one that breaks a rule is told which, and how to mend it."""

import copy

import chapter
import lint_chapters
import pytest

PROSE = "A gradient tells how a loss answers to a weight, and these words are here to explain one line. " * 3


def markdown(name, source):
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def code(name, source, outputs=(), tags=()):
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"tags": list(tags)} if tags else {},
        "source": source,
        "outputs": list(outputs),
        "execution_count": 1,
    }


def shown(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def picture():
    return {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}, "metadata": {}}


def exercise(number):
    return markdown(
        f"exercise-{number}",
        f"### Exercise 3.{number}: the wish of a weight\n\nFind it.\n\n"
        "<details><summary>Hint 1</summary>Three factors.</details>\n\n"
        "<details><summary>Solution</summary>\n\n```python\n# multiply them\n0.77 * 2\n```\n\n</details>",
    )


def question(number):
    options = "\n".join(
        f"<details><summary>answer {at}</summary>\n\n**{said}.** See above.\n\n</details>"
        for at, said in enumerate(("Right", "No", "No") if number % 2 else ("No", "Right", "No"))
    )
    return markdown(f"quiz-{number}", f"### Question {number}\n\nHow far?\n\n{options}")


@pytest.fixture
def clean():
    """A notebook that breaks no rule."""
    cells = [
        markdown("title", "# Backpropagation\n\n> **You will** compute gradients.\n\n" + PROSE),
        code("set-up", "import numpy as np\n" * 30, tags=["set-up"]),
        markdown(
            "rate", "## Watch it\n\n> **Predict.** How far?\n\n> **Task.** Find it.\n\nThe loss is 0.298."
        ),
        code("loss", "loss = 0.2983711\nprint(loss)", [shown("0.2983711\n")]),
        markdown("reading", PROSE),
        *(exercise(number) for number in range(1, 6)),
        markdown("quiz", "## Quiz"),
        *(question(number) for number in range(1, 9)),
        markdown("claims", "## What we claimed\n\nThe bound is 0.82."),
        markdown(
            "end", "## Summary\n\nDone.\n\n## In `nnkit`\n\nThere.\n\n## Sources\n\nOptimising just 0.123!"
        ),
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def findings(notebook, claims="bound = 0.82"):
    chapter_ = chapter.parse("03-backpropagation", notebook, claims)
    return [(found.cell, found.rule, found.remedy) for found in lint_chapters.lint(chapter_)]


def with_cell(notebook, *cells, after="reading"):
    notebook = copy.deepcopy(notebook)
    place = next(i for i, cell in enumerate(notebook["cells"]) if cell["id"] == after) + 1
    notebook["cells"][place:place] = cells
    return notebook


def replaced(notebook, old, new):
    notebook = copy.deepcopy(notebook)
    hits = [cell for cell in notebook["cells"] if old in cell["source"]]
    assert hits, f"{old!r} stands in no cell"
    for cell in hits:
        cell["source"] = cell["source"].replace(old, new)
    return notebook


def test_a_clean_chapter_has_no_findings(clean):
    assert findings(clean) == []


BROKEN_CODE = [
    (
        code("long", "x = 1\n" * 21),
        ("long", "cell-length", "21 lines, the limit is 20; split it, or move logic into nnkit."),
    ),
    (
        code("helper", "def slope(x):\n" + "    x += 1\n" * 10),
        ("helper", "helper-length", "slope has 11 lines, the limit is 10; move it into nnkit."),
    ),
    (
        code("quiet", "plot = 1;"),
        ("quiet", "semicolon", "ends with a semicolon; assign the value to _, or end with plt.show()."),
    ),
    (
        code("magic", "%matplotlib inline\nx = 1"),
        ("magic", "magic", "holds %matplotlib; write Python, and leave installing to the install cell."),
    ),
    (
        code("shell", "!pip install torch"),
        ("shell", "magic", "holds !pip; write Python, and leave installing to the install cell."),
    ),
    (
        code("tagged", "x = 1", tags=["nbval-ignore-output"]),
        (
            "tagged",
            "unchecked",
            "nbval-ignore-output hides the cell from the test; print what is the same everywhere instead.",
        ),
    ),
    (
        code("marked", "# NBVAL_SKIP\nx = 1"),
        (
            "marked",
            "unchecked",
            "NBVAL_SKIP hides the cell from the test; print what is the same everywhere instead.",
        ),
    ),
    (
        code("wrong", "1 / 0", [{"output_type": "error", "ename": "ZeroDivisionError", "evalue": ""}]),
        (
            "wrong",
            "stored-error",
            "stores ZeroDivisionError; mend the cell, or tag it raises-exception if it is meant.",
        ),
    ),
    (
        code("1f3a9b2c", "x = 1"),
        ("1f3a9b2c", "stored-form", "the id says nothing; use words and hyphens, such as first-gradient."),
    ),
    (
        {**code("idle", "x = 1"), "execution_count": None},
        ("idle", "stored-form", "was never run, so nothing checks it; run: make notebooks."),
    ),
]


@pytest.mark.parametrize(("cell", "finding"), BROKEN_CODE, ids=[finding[0] for _, finding in BROKEN_CODE])
def test_code_that_breaks_one_rule_is_named_with_its_remedy(clean, cell, finding):
    # The words that longer code calls for, and short cells that keep the median low.
    padding = [markdown("padding", PROSE * 4), code("short", "x = 1"), code("shorter", "y = 1")]
    assert findings(with_cell(clean, cell, *padding)) == [finding]


def test_a_cell_that_is_meant_to_raise_may_store_its_error(clean):
    output = {"output_type": "error", "ename": "ZeroDivisionError", "evalue": ""}
    assert findings(with_cell(clean, code("wrong", "1 / 0", [output], tags=["raises-exception"]))) == []


def test_a_picture_is_followed_by_prose(clean):
    finding = ("figure", "unread-picture", "no prose follows the picture; say in a sentence what it shows.")
    figure, caption = code("figure", "plt.show()", [picture()]), markdown("caption", "The loss falls.")
    assert findings(with_cell(clean, figure, caption)) == []
    assert findings(with_cell(clean, figure, after="reading")) == [finding]  # a heading follows
    assert findings(with_cell(clean, figure, after="end")) == [finding]


def test_a_function_pasted_twice_is_found(clean):
    source = "def slope(x):\n    return 2 * x"
    notebook = with_cell(clean, code("first", source), code("second", source))
    finding = (
        "second",
        "helper-twice",
        "slope stands in cell first already; use that one, or move it into nnkit.",
    )
    assert findings(notebook) == [finding]


def test_the_median_cell_has_at_most_five_lines(clean):
    notebook = with_cell(
        clean, code("one", "x = 1\n" * 9), code("two", "x = 1\n" * 9), markdown("p", PROSE * 4)
    )
    finding = ("(chapter)", "median-length", "the median cell has 9 lines, the limit is 5; split cells.")
    assert findings(notebook) == [finding]


def test_eight_words_of_prose_stand_beside_a_line_of_code(clean):
    words = chapter.parse("03-backpropagation", clean).words
    most = words // 8 - 2  # the clean notebook has two lines
    lines = [code(f"line-{i}", "x = 1") for i in range(most + 1)]
    assert findings(with_cell(clean, *lines[:-1])) == []
    ratio = f"{words / (most + 3):.1f}"
    remedy = f"{ratio} words per code line, at least 8 are due; explain more or code less."
    assert findings(with_cell(clean, *lines)) == [("(chapter)", "words-per-line", remedy)]


BROKEN_PROSE = [
    ("This is simply so.", "filler", "leave out 'simply': it tells the reader to feel slow."),
    ("Just as we hoped.", "filler", "leave out 'Just': it tells the reader to feel slow."),
    ("It works!", "exclamation", "an exclamation mark in prose; end with a full stop."),
    ("The colour is blue.", "spelling", "'colour' is British; the book is in American spelling."),
    ("We normalise it.", "spelling", "'normalise' is British; the book is in American spelling."),
    (
        "See {cite}`mazur`.",
        "myst-role",
        "'{cite}`mazur`' is a MyST role; write a plain link or code.",
    ),
    (
        "```{note}\nHello.\n```",
        "myst-directive",
        "'```{note}' is MyST; write plain Markdown, which every reader of notebooks shows.",
    ),
    (
        "::: note\nHello.\n:::",
        "myst-directive",
        "'::: note' is MyST; write plain Markdown, which every reader of notebooks shows.",
    ),
    (
        "It is 0.4444 now.",
        "number",
        "0.4444 stands in no output and no claim; print it, or, if a source gives it, "
        "list it in the notebook's metadata under nnkit.givens.",
    ),
    ("#### Too deep", "heading-level", "'Too deep' has level 4 below level 2; skip none."),
    ("# Again\n\n## Below", "title", "2 headings of level 1; a chapter has one, its title."),
]


@pytest.mark.parametrize(("text", "rule", "remedy"), BROKEN_PROSE, ids=[text for text, _, _ in BROKEN_PROSE])
def test_prose_that_breaks_one_rule_is_named_with_its_remedy(clean, text, rule, remedy):
    found = findings(with_cell(clean, markdown("broken", text)))
    assert ("broken", rule, remedy) in found
    assert {name for cell, name, _ in found} == {rule}


FINE_PROSE = [
    "`{x}` is a set, and `f'{x}'` a text.",
    "Call `simply()` or read $n! = 0.4444$ and\n\n$$y = 0.4444$$\n\nas it stands.",
    "```python\nx = 0.4444  # simply, just!\n# Not a title\n```",
    "![A picture](picture.png) and [a page](https://example.org/0.4444/colour).",
    "See Exercise 3.2, Exercises 3.2 and 3.4, Figure 1.1, and Python 3.12.",
    "The loss is 0.3, or .2984, or 29.8%, or 2.98e-1.",
    "Adjust the justice of it.",
    "> a <b class='0.4444'>quotation</b>",
]


@pytest.mark.parametrize("text", FINE_PROSE)
def test_code_math_links_and_quoted_numbers_are_fine(clean, text):
    assert findings(with_cell(clean, markdown("fine", text))) == []


@pytest.mark.parametrize("text", ["0.299", "0.2985", ".29", "29.9%", "2.98"])
def test_a_number_must_round_to_a_stored_one(clean, text):
    assert [rule for _, rule, _ in findings(with_cell(clean, markdown("near", f"It is {text} now.")))] == [
        "number"
    ]


def test_a_given_backs_a_number_and_must_be_used(clean):
    notebook = with_cell(clean, markdown("given", "Mazur takes 0.4444."))
    notebook["metadata"]["nnkit"] = {"givens": [0.4444]}
    assert findings(notebook) == []
    notebook["metadata"]["nnkit"]["givens"] = [0.4444, 7.25, "half"]
    assert findings(notebook) == [
        ("(chapter)", "given", "7.25 is used nowhere; take it off the list."),
        ("(chapter)", "given", "'half' is not a number; nnkit.givens is a list of numbers."),
    ]


def test_a_claim_backs_a_number(clean):
    assert [rule for _, rule, _ in findings(clean, claims="")] == ["number"]


PARTS = [
    ("> **You will**", "objectives", "write a paragraph that begins > **You will** ..."),
    ("> **Predict.**", "predict box", "write a paragraph that begins > **Predict.** ..."),
    ("> **Task.**", "task", "write a paragraph that begins > **Task.** ..."),
]


@pytest.mark.parametrize(("text", "name", "remedy"), PARTS)
def test_a_missing_box_is_found(clean, text, name, remedy):
    assert findings(replaced(clean, text, "Here")) == [("(chapter)", "part", f"has no {name}; {remedy}")]


@pytest.mark.parametrize("section", ["What we claimed", "Summary", "In `nnkit`"])
def test_a_missing_section_is_found(clean, section):
    notebook = replaced(clean, f"## {section}", "## Another")
    name = section.replace("`", "")
    assert findings(notebook) == [("(chapter)", "part", f"has no section ## {name}; add it.")]


def test_the_sources_are_a_section_too(clean):
    rules = {rule for _, rule, _ in findings(replaced(clean, "## Sources", "## Another"))}
    assert rules == {"part", "filler", "exclamation", "spelling", "number"}  # and no longer exempt


def test_five_exercises_are_due(clean):
    clean["cells"] = [cell for cell in clean["cells"] if cell["id"] != "exercise-5"]
    remedy = "has 4 exercises, at least 5 are due; head each ### Exercise N.M: title."
    assert findings(clean) == [("(chapter)", "exercises", remedy)]


def test_an_exercise_has_a_hint_a_solution_and_its_number(clean):
    without_hint = replaced(clean, "Exercise 3.2: the wish of a weight", "Exercise 3.2: no help")
    for cell in without_hint["cells"]:
        if cell["id"] == "exercise-2":
            cell["source"] = cell["source"].replace("<details><summary>Hint", "<b>Hint")
    remedy = "'Exercise 3.2: no help' has no hint; fold one into <details><summary>Hint</summary>."
    assert findings(without_hint) == [("exercise-2", "exercise-hint", remedy)]

    renamed = replaced(clean, "Exercise 3.4: the", "Exercise 3.6: the")
    remedy = "'Exercise 3.6: the wish of a weight' should read ### Exercise 3.4: title"
    assert findings(renamed) == [("exercise-4", "exercise-heading", remedy)]

    unsolved = replaced(clean, "<summary>Solution", "<summary>Answer")
    assert [rule for _, rule, _ in findings(unsolved)] == ["exercise-solution"] * 5


def test_a_chapter_is_read_in_45_minutes(clean):
    notebook = with_cell(clean, markdown("novel", "word " * 8801))
    ((cell, rule, remedy),) = findings(notebook)
    assert (cell, rule) == ("(chapter)", "reading-time")
    assert remedy == "46 minutes of reading, the limit is 45; cut it, or split the chapter."


def test_the_report_shows_the_budgets():
    cells = [
        markdown("title", "# Four words in here\n\nand five in this one"),
        code("set-up", "x = 1\n" * 30),
    ]
    cells += [code("long", "x = 1\n" * 13), code("short", "x = 1\n\ny = x")]
    notebook = {"cells": cells, "metadata": {}}
    head, limits, row = lint_chapters.report([chapter.parse("03-small", notebook)]).splitlines()
    assert head.split("  ")[0].strip() == "chapter"
    assert limits.split() == ["<=", "5", "<=", "20", "aim", "0", ">=", "8", "<=", "45", ">=", "5", ">=", "8"]
    assert row.split() == ["03-small", "2", "7.5", "13", "1", "0.6", "0", "0", "0"]  # 9 words, 15 lines


def test_the_command_prints_page_cell_rule_and_remedy(clean, tmp_path, capsys):
    import json

    path = tmp_path / "03-nowhere.ipynb"
    path.write_text(json.dumps(with_cell(clean, code("quiet", "x = 1;"))))
    assert lint_chapters.main([str(path)]) == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        "03-nowhere: quiet: semicolon: ends with a semicolon; assign the value to _, or end with plt.show()."
    )
