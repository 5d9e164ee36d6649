"""Rules for the quiz of a chapter: the form of each cell in its section "Quiz", which the build reads.

    ### Question 1

    What is asked.

    <details><summary>an option, as plain text</summary>

    **No.** What this option confuses.

    </details>

Every option has feedback; exactly one begins with **Right.**, the others with **No.**
"""

import re
from collections.abc import Iterator

from chapter import Chapter, ChapterCell, Finding

QUESTIONS = 8
OPTIONS = (3, 4)

_HEADING = re.compile(r"### Question (\d+)\n")
_DETAILS = re.compile(r"<details>(.*?)</details>", re.S)
# The blank lines make the feedback Markdown: without them it is shown raw.
_OPTION = re.compile(r"<summary>([^\n]*)</summary>\n\n(?:\*\*(Right|No)\.\*\*)?(.*)\n\n", re.S)
_MARKUP = re.compile(r"[$`]|\*\*|\]\(")


def quiz(chapter: Chapter) -> Iterator[Finding]:
    """Eight questions or more, each a cell in the form above, numbered in order."""
    cells = quiz_cells(chapter)
    if not cells:
        yield Finding("(chapter)", "quiz", f"has no section ## Quiz; add one with {QUESTIONS} questions.")
        return
    questions = cells[1:]
    if len(questions) < QUESTIONS:
        remedy = f"{len(questions)} questions, at least {QUESTIONS} are due."
        yield Finding(cells[0].id, "quiz", remedy)
    places = []
    for number, cell in enumerate(questions, start=1):
        yield from _heading(cell, number)
        verdicts: list[str] = []
        yield from _options(cell, verdicts)
        places += [place for place, verdict in enumerate(verdicts) if verdict == "Right"]
    if len(places) > 2 and len(set(places)) == 1:
        remedy = f"option {places[0] + 1} is right in every question; move some, or the place gives it away."
        yield Finding(cells[0].id, "quiz-places", remedy)


def quiz_cells(chapter: Chapter) -> list[ChapterCell]:
    """The cells of the section "Quiz", the one with its heading first."""
    found: list[ChapterCell] = []
    for cell in chapter.cells:
        opening = next((heading.text for heading in cell.headings if heading.level <= 2), None)
        if opening is not None and found:
            break
        if found or opening == "Quiz":
            found.append(cell)
    return found


def _heading(cell: ChapterCell, number: int) -> Iterator[Finding]:
    wanted = f"### Question {number}"
    match = _HEADING.match(cell.source)
    if match is None or int(match[1]) != number or len(cell.headings) != 1 or cell.kind != "markdown":
        remedy = f"a cell of a quiz is one question and begins with the line {wanted}"
        yield Finding(cell.id, "quiz-heading", remedy)
    elif not cell.source[match.end() :].partition("<details>")[0].strip():
        yield Finding(cell.id, "quiz-heading", "nothing is asked; write the question above its options.")


def _options(cell: ChapterCell, verdicts: list[str]) -> Iterator[Finding]:
    """Judge the options of a question, and add the verdict of each to `verdicts`."""
    options = _DETAILS.findall(cell.source)
    if not OPTIONS[0] <= len(options) <= OPTIONS[1]:
        remedy = f"{len(options)} options, {OPTIONS[0]} or {OPTIONS[1]} are due."
        yield Finding(cell.id, "quiz-options", remedy)
    texts = []
    for place, text in enumerate(options, start=1):
        match = _OPTION.fullmatch(text)
        if match is None:
            form = "<details><summary>text</summary>, a blank line, feedback, a blank line, </details>"
            yield Finding(cell.id, "quiz-form", f"option {place} should read {form}")
            continue
        texts.append(match[1].strip())
        verdicts.append(match[2] or "")
        if not match[2] or not match[3].strip():
            remedy = f"option {place} has no feedback; say **Right.** or **No.**, and why."
            yield Finding(cell.id, "quiz-feedback", remedy)
        if not texts[-1] or _MARKUP.search(texts[-1]):
            remedy = f"{texts[-1]!r} is shown as it stands: write the option as plain text."
            yield Finding(cell.id, "quiz-markup", remedy)
    if len(set(texts)) < len(texts):
        yield Finding(cell.id, "quiz-options", "two options read the same.")
    if len(texts) == len(options) and verdicts.count("Right") != 1:
        remedy = f"{verdicts.count('Right')} options are **Right.**, exactly one should be."
        yield Finding(cell.id, "quiz-right", remedy)


RULES = (quiz,)
