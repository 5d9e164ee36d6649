"""The rules for a chapter's quiz: a right one passes; one that cannot be read is told what to mend."""

import chapter
import pytest
import quiz_rules


def option(text, verdict="No", feedback="It mixes two things up."):
    return f"<details><summary>{text}</summary>\n\n**{verdict}.** {feedback}\n\n</details>\n"


def question(number, right=1, options=3):
    texts = [option(f"{place} updates", "Right" if place == right else "No") for place in range(options)]
    return f"### Question {number}\n\nHow many updates is that?\n\n" + "".join(texts)


def cell(name, source, kind="markdown"):
    return {"cell_type": kind, "id": name, "metadata": {}, "source": source, "outputs": []}


def notebook(questions):
    cells = [cell("title", "# Title"), cell("quiz", "## Quiz\n\nPick one.")]
    cells += [cell(f"quiz-{number}", source) for number, source in enumerate(questions, start=1)]
    return {"cells": [*cells, cell("summary", "## Summary\n\nDone.")], "metadata": {}}


@pytest.fixture
def right():
    """The questions of a quiz that keeps every rule."""
    return [question(number, right=number % 3, options=3 + number % 2) for number in range(1, 9)]


def findings(questions):
    return [
        (found.cell, found.rule, found.remedy)
        for found in quiz_rules.quiz(chapter.parse("03-small", notebook(questions)))
    ]


def test_a_quiz_in_the_right_form_has_no_findings(right):
    assert findings(right) == []


def test_every_chapter_has_a_quiz():
    empty = chapter.parse("03-small", {"cells": [cell("title", "# Title")], "metadata": {}})
    (found,) = quiz_rules.quiz(empty)
    assert found.remedy == "has no section ## Quiz; add one with 8 questions."


def test_a_quiz_has_at_least_eight_questions(right):
    assert findings(right[:7]) == [("quiz", "quiz", "7 questions, at least 8 are due.")]


def test_the_right_option_does_not_always_stand_at_the_same_place():
    remedy = "option 2 is right in every question; move some, or the place gives it away."
    assert findings([question(number) for number in range(1, 9)]) == [("quiz", "quiz-places", remedy)]


FORM = "<details><summary>text</summary>, a blank line, feedback, a blank line, </details>"
HEADING = "a cell of a quiz is one question and begins with the line ### Question 2"
SECOND = question(2, right=2)
BROKEN = {
    "number": (SECOND.replace("Question 2", "Question 3"), "quiz-heading", HEADING),
    "level": (SECOND.replace("### Q", "#### Q"), "quiz-heading", HEADING),
    "two headings": (SECOND + "\n### More\n", "quiz-heading", HEADING),
    "nothing asked": (
        SECOND.replace("How many updates is that?", ""),
        "quiz-heading",
        "nothing is asked; write the question above its options.",
    ),
    "too few": (SECOND.replace(option("1 updates"), ""), "quiz-options", "2 options, 3 or 4 are due."),
    "too many": (SECOND + option("5") + option("6"), "quiz-options", "5 options, 3 or 4 are due."),
    "same": (
        SECOND.replace("1 updates", "0 updates"),
        "quiz-options",
        "two options read the same.",
    ),
    "no right": (
        SECOND.replace("**Right.**", "**No.**"),
        "quiz-right",
        "0 options are **Right.**, exactly one should be.",
    ),
    "two right": (
        SECOND.replace("**No.**", "**Right.**", 1),
        "quiz-right",
        "2 options are **Right.**, exactly one should be.",
    ),
    "no verdict": (
        SECOND.replace("**No.** ", "", 1),
        "quiz-feedback",
        "option 1 has no feedback; say **Right.** or **No.**, and why.",
    ),
    "no reason": (
        SECOND.replace("**No.** It mixes two things up.", "**No.**", 1),
        "quiz-feedback",
        "option 1 has no feedback; say **Right.** or **No.**, and why.",
    ),
    "no blank line": (
        SECOND.replace("</summary>\n\n", "</summary>\n", 1),
        "quiz-form",
        f"option 1 should read {FORM}",
    ),
    "math in an option": (
        SECOND.replace("0 updates", "$x^2$"),
        "quiz-markup",
        "'$x^2$' is shown as it stands: write the option as plain text.",
    ),
    "code in an option": (
        SECOND.replace("0 updates", "`x`"),
        "quiz-markup",
        "'`x`' is shown as it stands: write the option as plain text.",
    ),
}


@pytest.mark.parametrize(("source", "rule", "remedy"), BROKEN.values(), ids=BROKEN.keys())
def test_a_question_that_breaks_one_rule_is_named_with_its_remedy(right, source, rule, remedy):
    assert findings([right[0], source, *right[2:]]) == [("quiz-2", rule, remedy)]


def test_a_code_cell_is_no_question(right):
    cells = notebook(right)
    cells["cells"][3]["cell_type"] = "code"
    found = quiz_rules.quiz(chapter.parse("03-small", cells))
    assert ("quiz-2", "quiz-heading") in [(one.cell, one.rule) for one in found]


def test_the_quiz_ends_where_the_next_section_begins(right):
    cells = quiz_rules.quiz_cells(chapter.parse("03-small", notebook(right)))
    assert [one.id for one in cells] == ["quiz", *(f"quiz-{number}" for number in range(1, 9))]
