"""Rules for the words of a chapter: markup, spelling, numbers, headings, and the parts each chapter has.

Each rule takes a chapter and yields what breaks it. Rules for the code are in `code_rules.py`.
"""

import re
from collections.abc import Iterator

from chapter import Chapter, ChapterCell, Finding, numbers_in

MINUTES = 45
WORDS_PER_MINUTE = 200
EXERCISES = 5
SECTIONS = ("What we claimed", "Summary", "In nnkit", "Sources")
BOXES = {
    "objectives": (re.compile(r"^> ?\*\*You will\*\*", re.M), "> **You will** ..."),
    "predict box": (re.compile(r"^> ?\*\*Predict\.\*\*", re.M), "> **Predict.** ..."),
    "task": (re.compile(r"\*\*Task\.\*\*"), "> **Task.** ..."),
}

_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
_DIRECTIVE = re.compile(r"^[ \t]*(?:(?:```+|~~~+)[ \t]*\{[^\n]*|:::+[^\n]*|\([\w-]+\)=[ \t]*$)", re.M)
_BANNED = re.compile(r"\b(simply|obviously|as we know|just)\b", re.I)
_EXCLAMATION = re.compile(r"!(?!\[)")
_STEMS = (
    "normal|general|regular|initial|optim|recogn|minim|maxim|summar|visual|vector|organ|real|random|standard|"
    "character|emphas|penal|util|factor|parameter|serial|special|categor|central|local|linear|memor|final|stabil"
)
_BRITISH = re.compile(
    rf"\b(?:(?:{_STEMS})is(?:e|es|ed|er|ers|ing|ation|ations)|\w*(?:behaviour|colour|neighbour|favour|honour)\w*|"
    r"centres?|centred|grey|analys(?:e|ed|ing)|label(?:led|ling)|modell(?:ed|ing)|travell(?:ed|ing)|"
    r"cancell(?:ed|ing)|learnt|whilst|programme|licence|artefacts?)\b",
    re.I,
)
# A decimal number; not a version (2.1.3), and not the number of an exercise or of a Python.
_DECIMAL = re.compile(
    r"(?<![\w.])[-+−]?(?P<number>\d*\.\d+)(?P<exponent>e[-+]?\d+)?(?!\w|\.\d)"
    r"(?P<percent>[ \t]?(?:%|percent))?",
    re.I,
)
_NUMBERED = re.compile(
    r"\b(?:exercises?|figures?|sections?|chapters?|equations?|eqs?\.|tables?|parts?|python|numpy|matplotlib|"
    r"version)[ ~]\d+(?:\.\d+)+(?:(?:,| and| or| to|, and) \d+(?:\.\d+)+)*",
    re.I,
)
_EXERCISE = re.compile(r"Exercise (\d+)\.(\d+): \S")
_HINT, _SOLUTION = (re.compile(rf"<details>\s*<summary>\s*{word}\b") for word in ("Hint", "Solution"))


def markup(chapter: Chapter) -> Iterator[Finding]:
    """Cells are plain CommonMark: Colab, GitHub and Jupyter show a MyST role or directive raw."""
    for cell in chapter.prose_cells:
        for match in _DIRECTIVE.finditer(cell.source):
            remedy = (
                f"{match[0].strip()!r} is MyST; write plain Markdown, which every reader of notebooks shows."
            )
            yield Finding(cell.id, "myst-directive", remedy)
        for span in _SPAN.finditer(cell.without_fences):
            before = cell.without_fences[: span.start()]
            if role := re.search(r"\{[a-zA-Z][\w:+.-]*\}$", before):
                remedy = f"{role[0] + span[0]!r} is a MyST role; write a plain link or code."
                yield Finding(cell.id, "myst-role", remedy)


def words(chapter: Chapter) -> Iterator[Finding]:
    """No filler, no exclamation marks, American spelling."""
    for cell in chapter.before_sources():
        for match in _BANNED.finditer(cell.prose):
            yield Finding(cell.id, "filler", f"leave out {match[0]!r}: it tells the reader to feel slow.")
        if _EXCLAMATION.search(cell.prose):
            yield Finding(cell.id, "exclamation", "an exclamation mark in prose; end with a full stop.")
        for match in _BRITISH.finditer(cell.prose):
            yield Finding(cell.id, "spelling", f"{match[0]!r} is British; the book is in American spelling.")


def numbers(chapter: Chapter) -> Iterator[Finding]:
    """A decimal number in prose stands in a stored output, in the claims, or among the givens."""
    for cell in chapter.before_sources():
        for match in _DECIMAL.finditer(_NUMBERED.sub(" ", cell.prose)):
            if not _is_known(match, chapter.known_numbers):
                remedy = (
                    f"{match[0].strip()} stands in no output and no claim; print it, or, if a source gives "
                    "it, list it in the notebook's metadata under nnkit.givens."
                )
                yield Finding(cell.id, "number", remedy)


def unused_givens(chapter: Chapter) -> Iterator[Finding]:
    """Every listed given is used, so the list stays short."""
    text = "\n".join(cell.source for cell in chapter.cells)
    used = {abs(value) for value in numbers_in(re.sub(r"[^\w.+−-]", " ", text))}
    for given in chapter.givens:
        values = numbers_in(str(given))
        if not values:
            yield Finding(
                "(chapter)", "given", f"{given!r} is not a number; nnkit.givens is a list of numbers."
            )
        elif not {abs(value) for value in values} & used:
            yield Finding("(chapter)", "given", f"{given!r} is used nowhere; take it off the list.")


def headings(chapter: Chapter) -> Iterator[Finding]:
    """One title, and no level is skipped."""
    titles = [heading for heading in chapter.headings if heading.level == 1]
    if len(titles) != 1:
        place = titles[1].cell if titles else "(chapter)"
        yield Finding(place, "title", f"{len(titles)} headings of level 1; a chapter has one, its title.")
    for before, heading in zip(chapter.headings, chapter.headings[1:], strict=False):
        if heading.level > before.level + 1:
            remedy = f"{heading.text!r} has level {heading.level} below level {before.level}; skip none."
            yield Finding(heading.cell, "heading-level", remedy)


def parts(chapter: Chapter) -> Iterator[Finding]:
    """Every chapter has its objectives, a prediction, a task, and its closing sections."""
    text = "\n".join(cell.source for cell in chapter.prose_cells)
    for name, (pattern, form) in BOXES.items():
        if not pattern.search(text):
            yield Finding("(chapter)", "part", f"has no {name}; write a paragraph that begins {form}")
    sections = {heading.text for heading in chapter.headings if heading.level == 2}
    for section in SECTIONS:
        if section not in sections:
            yield Finding("(chapter)", "part", f"has no section ## {section}; add it.")


def exercises(chapter: Chapter) -> Iterator[Finding]:
    """Five exercises or more, numbered in order, each with a hint and a solution."""
    found = _exercise_texts(chapter)
    if len(found) < EXERCISES:
        remedy = (
            f"has {len(found)} exercises, at least {EXERCISES} are due; head each ### Exercise N.M: title."
        )
        yield Finding("(chapter)", "exercises", remedy)
    for expected, (cell, level, title, text) in enumerate(found, start=1):
        match = _EXERCISE.match(title)
        numbered = match is not None and int(match[2]) == expected and chapter.number in (None, int(match[1]))
        if not numbered or level != 3:
            form = f"### Exercise {chapter.number or 'N'}.{expected}: title"
            yield Finding(cell, "exercise-heading", f"{title!r} should read {form}")
        for name, pattern in (("hint", _HINT), ("solution", _SOLUTION)):
            if not pattern.search(text):
                form = f"<details><summary>{name.capitalize()}</summary>"
                yield Finding(cell, f"exercise-{name}", f"{title!r} has no {name}; fold one into {form}.")


def reading_time(chapter: Chapter) -> Iterator[Finding]:
    """A chapter is read in 45 minutes."""
    minutes = chapter.words / WORDS_PER_MINUTE
    if minutes > MINUTES:
        remedy = f"{minutes:.0f} minutes of reading, the limit is {MINUTES}; cut it, or split the chapter."
        yield Finding("(chapter)", "reading-time", remedy)


def _is_known(match: re.Match[str], known: list[float]) -> bool:
    value = float(match["number"] + (match["exponent"] or ""))
    exponent = int(match["exponent"][1:]) if match["exponent"] else 0
    # Half a unit of the last digit written: the prose may quote fewer digits than were printed.
    half_unit = 0.5 * 10.0 ** (exponent - len(match["number"].partition(".")[2])) * (1 + 1e-9)
    scales = (1.0, 100.0) if match["percent"] else (1.0,)
    return any(abs(abs(number) * scale - value) <= half_unit for number in known for scale in scales)


def _exercise_texts(chapter: Chapter) -> list[tuple[str, int, str, str]]:
    """Give cell, level, title and text of each exercise: up to the next heading of its level or above."""
    found: list[tuple[str, int, str, list[str]]] = []
    inside = False
    for cell in chapter.prose_cells:
        inside = _read_exercises(cell, found, inside)
    return [(cell, level, title, "\n".join(text)) for cell, level, title, text in found]


def _read_exercises(cell: ChapterCell, found: list[tuple[str, int, str, list[str]]], inside: bool) -> bool:
    for line in cell.without_fences.splitlines():  # in code, # begins a comment
        heading = re.match(r"(#{1,6})[ \t]+(.+)", line)
        if heading and heading[2].startswith("Exercise "):
            found.append((cell.id, len(heading[1]), heading[2].strip(), []))
            inside = True
        elif heading and inside and len(heading[1]) <= found[-1][1]:
            inside = False
        elif inside:
            found[-1][3].append(line)
    return inside


RULES = (markup, words, numbers, unused_givens, headings, parts, exercises, reading_time)
