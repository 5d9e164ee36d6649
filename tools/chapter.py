"""A chapter as its rules see it: cells, prose without code and math, and the numbers that it may quote.

What the rules demand is in `code_rules.py` and `prose_rules.py`.
"""

import re
import statistics
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from normal_form import Notebook, text_of
from notebooks import read

UNCOUNTED = {"install", "set-up"}  # cells outside the budgets

_FENCE = re.compile(r"^[ \t]*(```+|~~~+)[^\n]*\n.*?^[ \t]*\1[ \t]*$", re.M | re.S)
_MATH = re.compile(r"\$\$.*?\$\$|(?<![\\$\w])\$[^$\n]+?(?<!\\)\$(?!\d)", re.S)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
_LINK_TARGET = re.compile(
    r"(?<=\])\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|<https?://[^>]*>|https?://[^\s)>\]]+"
)
_HTML = re.compile(r"<!--.*?-->|</?[a-zA-Z][^>]*>", re.S)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.M)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_NUMBER = re.compile(r"(?<![\w.])[-+−]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?!\w)", re.I)


@dataclass(frozen=True)
class Finding:
    """One broken rule: where, which, and how to mend it."""

    cell: str
    rule: str
    remedy: str


class Heading(NamedTuple):
    """A heading: the cell it stands in, its level, and its text without backticks."""

    cell: str
    level: int
    text: str


@dataclass(frozen=True)
class ChapterCell:
    """One cell of a chapter."""

    id: str
    kind: str
    source: str
    tags: tuple[str, ...]
    outputs: tuple[dict[str, Any], ...]

    @property
    def counted(self) -> bool:
        """Whether the budgets hold for the cell: it is code, and neither set-up nor install."""
        return self.kind == "code" and self.id not in UNCOUNTED and "set-up" not in self.tags

    @property
    def code_lines(self) -> int:
        """The number of lines that are not blank."""
        return sum(bool(line.strip()) for line in self.source.splitlines())

    @cached_property
    def without_fences(self) -> str:
        """The markdown without its fenced code."""
        return _FENCE.sub("\n", self.source)

    @cached_property
    def prose(self) -> str:
        """The markdown as words: without code, math, html, and the targets of links."""
        text = _CODE_SPAN.sub(" ` ", _MATH.sub(" $ ", self.without_fences))
        return _HTML.sub(" ", _LINK_TARGET.sub(" ", text))

    @property
    def headings(self) -> list[Heading]:
        """The headings of a markdown cell."""
        if self.kind != "markdown":
            return []
        found = _HEADING.finditer(self.without_fences)
        return [Heading(self.id, len(match[1]), match[2].replace("`", "")) for match in found]

    @property
    def output_text(self) -> str:
        """Every text that the cell's outputs show."""
        texts = []
        for output in self.outputs:
            texts.append(text_of(output.get("text", "")))
            texts += [
                text_of(text) for mime, text in output.get("data", {}).items() if mime.startswith("text/")
            ]
        return "\n".join(texts)

    @property
    def has_image(self) -> bool:
        """Whether an output is a picture."""
        return any(mime.startswith("image/") for output in self.outputs for mime in output.get("data", {}))


@dataclass(frozen=True)
class Chapter:
    """A chapter: its notebook as JSON, its cells, and the text of its claims."""

    name: str
    notebook: Notebook
    cells: tuple[ChapterCell, ...]
    claims: str = ""

    @property
    def prose_cells(self) -> list[ChapterCell]:
        """The markdown cells."""
        return [cell for cell in self.cells if cell.kind == "markdown"]

    @property
    def counted_cells(self) -> list[ChapterCell]:
        """The code cells for which the budgets hold."""
        return [cell for cell in self.cells if cell.counted]

    @property
    def headings(self) -> list[Heading]:
        """All headings in reading order."""
        return [heading for cell in self.cells for heading in cell.headings]

    @property
    def number(self) -> int | None:
        """The chapter's number, from its file name."""
        match = re.match(r"\d+", self.name)
        return int(match[0]) if match else None

    @property
    def words(self) -> int:
        """The number of words of prose."""
        return sum(len(_WORD.findall(cell.prose)) for cell in self.prose_cells)

    @property
    def code_lines(self) -> int:
        """The number of code lines under the budgets."""
        return sum(cell.code_lines for cell in self.counted_cells)

    @property
    def median_lines(self) -> float:
        """The median length of a code cell; 0 without one."""
        return statistics.median([cell.code_lines for cell in self.counted_cells] or [0])

    @property
    def givens(self) -> list[Any]:
        """The numbers that the chapter takes from its sources, listed in the notebook's metadata."""
        return list(self.notebook.get("metadata", {}).get("nnkit", {}).get("givens", []))

    @cached_property
    def known_numbers(self) -> list[float]:
        """Every number in a stored output, in the claims, and among the givens."""
        texts = [cell.output_text for cell in self.cells if cell.kind == "code"]
        return [value for text in (*texts, self.claims, *map(str, self.givens)) for value in numbers_in(text)]

    def before_sources(self) -> list[ChapterCell]:
        """The markdown cells before the section on sources, whose titles are not ours."""
        for i, cell in enumerate(self.cells):
            if any(heading.text == "Sources" for heading in cell.headings):
                return [cell for cell in self.cells[:i] if cell.kind == "markdown"]
        return self.prose_cells


def numbers_in(text: str) -> list[float]:
    """Give the numbers in a text, whole ones included.

    Examples
    --------
    >>> numbers_in("loss .5, then 1.5e-7 after 20 steps")
    [0.5, 1.5e-07, 20.0]
    """
    return [float(match[0].replace("−", "-")) for match in _NUMBER.finditer(text)]


def parse(name: str, notebook: Notebook, claims: str = "") -> Chapter:
    """Give a notebook as a chapter; `claims` is the text of its claims file."""
    cells = tuple(
        ChapterCell(
            id=cell.get("id") or f"number {number}",
            kind=cell["cell_type"],
            source=text_of(cell["source"]),
            tags=tuple(cell.get("metadata", {}).get("tags", ())),
            outputs=tuple(cell.get("outputs", ())),
        )
        for number, cell in enumerate(notebook["cells"], start=1)
    )
    return Chapter(name, notebook, cells, claims)


def load(path: Path, course: Path) -> Chapter:
    """Read a chapter with its claims, `claims.toml` in its folder of the course.

    Raises
    ------
    ValueError
        If the file is not a notebook, or the claims are not TOML.
    """
    topic = re.sub(r"^\d+-", "", path.stem).replace("-", "_")
    ledger = course / topic / "claims.toml"
    claims = ledger.read_text(encoding="utf-8") if ledger.exists() else ""
    try:
        tomllib.loads(claims)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{ledger} is not TOML: {error}.") from error
    return parse(path.stem, read(path), claims)
