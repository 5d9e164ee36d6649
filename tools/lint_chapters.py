"""Check chapters against the book's rules.

    python tools/lint_chapters.py FILE...              print page, cell, rule, and how to mend; 1 if any
    python tools/lint_chapters.py --report FILE...     print each chapter's budgets as a table

The rules stand in `code_rules.py`, `prose_rules.py` and `quiz_rules.py`.
"""

import argparse
import sys
from pathlib import Path

import code_rules
import prose_rules
import quiz_rules
from chapter import Chapter, Finding, load

COURSE = Path(__file__).resolve().parent.parent / "nnkit" / "course"
RULES = (*code_rules.RULES, *prose_rules.RULES, *quiz_rules.RULES)


def lint(chapter: Chapter) -> list[Finding]:
    """List everything in a chapter that breaks a rule."""
    return [finding for rule in RULES for finding in rule(chapter)]


def report(chapters: list[Chapter]) -> str:
    """Give the budgets of chapters as a table: what was measured, over what is allowed."""
    limits = (
        "",
        "",
        f"<= {code_rules.MEDIAN_LINES}",
        f"<= {code_rules.LONGEST_CELL}",
        "aim 0",
        f">= {code_rules.WORDS_PER_LINE}",
        f"<= {prose_rules.MINUTES}",
        f">= {prose_rules.EXERCISES}",
        f">= {quiz_rules.QUESTIONS}",
    )
    head = ("chapter", "cells", "median", "longest", f"over {code_rules.LONG_CELL}", "words/line", "minutes")
    rows = [(*head, "exercises", "questions"), limits, *(_budgets(chapter) for chapter in chapters)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(limits))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    )


def _budgets(chapter: Chapter) -> tuple[str, ...]:
    lengths = [cell.code_lines for cell in chapter.counted_cells]
    return (
        chapter.name,
        str(len(lengths)),
        f"{chapter.median_lines:g}",
        str(max(lengths, default=0)),
        str(sum(length > code_rules.LONG_CELL for length in lengths)),
        f"{chapter.words / max(chapter.code_lines, 1):.1f}",
        f"{chapter.words / prose_rules.WORDS_PER_MINUTE:.0f}",
        str(sum(heading.text.startswith("Exercise ") for heading in chapter.headings)),
        str(max(len(quiz_rules.quiz_cells(chapter)) - 1, 0)),
    )


def main(arguments: list[str] | None = None) -> int:
    """Lint or report on the files given; give the exit code."""
    parser = argparse.ArgumentParser(
        prog="lint_chapters.py", description="Check chapters against the book's rules."
    )
    parser.add_argument("--report", action="store_true", help="print each chapter's budgets as a table")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    try:
        chapters = [load(path, COURSE) for path in options.files]
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.report:
        print(report(chapters))
        return 0
    failed = False
    for chapter in chapters:
        for finding in lint(chapter):
            failed = True
            print(f"{chapter.name}: {finding.cell}: {finding.rule}: {finding.remedy}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
