"""Rules for the code of a chapter: budgets of length, helpers, magics, stored outputs.

Each rule takes a chapter and yields what breaks it. Rules for the words are in `prose_rules.py`.
"""

import ast
import re
from collections.abc import Iterator

from chapter import Chapter, ChapterCell, Finding
from normal_form import problems

MEDIAN_LINES = 5
LONGEST_CELL = 20
LONG_CELL = 12  # the aim; the report counts what is above
LONGEST_HELPER = 10
WORDS_PER_LINE = 8
UNCHECKED = {"nbval-ignore-output", "nbval-skip", "skip-execution"}

_MAGIC = re.compile(r"^[ \t]*([%!]\S*)", re.M)
_NBVAL_COMMENT = re.compile(r"^[ \t]*#[ \t]*(NBVAL_(?:IGNORE_OUTPUT|SKIP))\b", re.M)


def stored_form(chapter: Chapter) -> Iterator[Finding]:
    """Ids are words, every code cell was run, images are light."""
    for problem in problems(chapter.notebook):
        place, _, remedy = problem.removeprefix("cell ").partition(": ")
        yield Finding(place, "stored-form", remedy)


def cell_length(chapter: Chapter) -> Iterator[Finding]:
    """No code cell is longer than 20 lines; half of them have at most 5."""
    for cell in chapter.counted_cells:
        if cell.code_lines > LONGEST_CELL:
            remedy = (
                f"{cell.code_lines} lines, the limit is {LONGEST_CELL}; split it, or move logic into nnkit."
            )
            yield Finding(cell.id, "cell-length", remedy)
    if chapter.median_lines > MEDIAN_LINES:
        remedy = (
            f"the median cell has {chapter.median_lines:g} lines, the limit is {MEDIAN_LINES}; split cells."
        )
        yield Finding("(chapter)", "median-length", remedy)


def words_per_line(chapter: Chapter) -> Iterator[Finding]:
    """At least 8 words of prose stand beside each line of code."""
    if chapter.code_lines and chapter.words < WORDS_PER_LINE * chapter.code_lines:
        ratio = chapter.words / chapter.code_lines
        remedy = (
            f"{ratio:.1f} words per code line, at least {WORDS_PER_LINE} are due; explain more or code less."
        )
        yield Finding("(chapter)", "words-per-line", remedy)


def helper_length(chapter: Chapter) -> Iterator[Finding]:
    """No function on a page is longer than 10 lines, and none is pasted twice."""
    seen: dict[str, str] = {}
    for cell in chapter.counted_cells:
        for function in _functions(cell):
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > LONGEST_HELPER:
                remedy = (
                    f"{function.name} has {lines} lines, the limit is {LONGEST_HELPER}; move it into nnkit."
                )
                yield Finding(cell.id, "helper-length", remedy)
            first = seen.setdefault(ast.dump(function), cell.id)
            if first != cell.id:
                remedy = (
                    f"{function.name} stands in cell {first} already; use that one, or move it into nnkit."
                )
                yield Finding(cell.id, "helper-twice", remedy)


def silent_ending(chapter: Chapter) -> Iterator[Finding]:
    """No cell ends with a semicolon: nbval would see the output that it hides."""
    for cell in chapter.counted_cells:
        if cell.source.rstrip().endswith(";"):
            remedy = "ends with a semicolon; assign the value to _, or end with plt.show()."
            yield Finding(cell.id, "semicolon", remedy)


def magics(chapter: Chapter) -> Iterator[Finding]:
    """No magics and no shell commands outside the install cell."""
    for cell in chapter.cells:
        if cell.kind == "code" and cell.id != "install":
            for match in _MAGIC.finditer(cell.source):
                remedy = f"holds {match[1]}; write Python, and leave installing to the install cell."
                yield Finding(cell.id, "magic", remedy)


def unchecked_cells(chapter: Chapter) -> Iterator[Finding]:
    """Every output is compared when the chapter is run again."""
    for cell in chapter.cells:
        marks = sorted(UNCHECKED & set(cell.tags))
        marks += _NBVAL_COMMENT.findall(cell.source) if cell.kind == "code" else []
        for mark in marks:
            remedy = f"{mark} hides the cell from the test; print what is the same everywhere instead."
            yield Finding(cell.id, "unchecked", remedy)


def stored_errors(chapter: Chapter) -> Iterator[Finding]:
    """No stored output is an error, unless the cell says that it raises one."""
    for cell in chapter.cells:
        if "raises-exception" in cell.tags:
            continue
        for output in cell.outputs:
            if output["output_type"] == "error":
                remedy = (
                    f"stores {output['ename']}; mend the cell, or tag it raises-exception if it is meant."
                )
                yield Finding(cell.id, "stored-error", remedy)


def unread_pictures(chapter: Chapter) -> Iterator[Finding]:
    """A picture is read aloud: prose follows it, not a heading and not the next cell of code."""
    following = (*chapter.cells[1:], None)
    for cell, after in zip(chapter.cells, following, strict=True):
        is_read = after is not None and after.kind == "markdown" and not after.source.lstrip().startswith("#")
        if cell.has_image and not is_read:
            remedy = "no prose follows the picture; say in a sentence what it shows."
            yield Finding(cell.id, "unread-picture", remedy)


def _functions(cell: ChapterCell) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    try:
        tree = ast.parse(_MAGIC.sub("pass", cell.source))
    except SyntaxError:  # the run fails on it and says so
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


RULES = (
    stored_form,
    cell_length,
    words_per_line,
    helper_length,
    silent_ending,
    magics,
    unchecked_cells,
    stored_errors,
    unread_pictures,
)
