"""The `errata` directive: entries of `errata.toml` beside the page, with their numbers put into their texts.

What the numbers are is computed by `tests/book/test_errata.py`; nothing is judged here.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

FILE = "errata.toml"
_NAME = re.compile(r"\{([a-z]\w*)\}")
# The words before each part of an entry, for each kind.
PARTS = {
    "erratum": {"printed": "Printed", "right": "Right", "why": "Why it matters", "found": "How it was found"},
    "slip": {"printed": "Seen", "right": "Right", "why": "What it leads to", "found": "How to find it"},
    "trap": {"printed": "Tempting", "right": "Right", "why": "Why it matters", "found": "How to notice"},
}


@dataclass(frozen=True)
class Entry:
    """One entry; its texts are Markdown, in which {name} stands for one of its numbers."""

    id: str
    kind: str
    title: str
    work: str
    printed: str
    right: str
    why: str
    found: str
    numbers: dict[str, str]

    def text(self, part: str) -> str:
        """One part with its numbers put in."""
        return _NAME.sub(lambda match: self._shown(match[1]), getattr(self, part))

    def _shown(self, name: str) -> str:
        text = self.numbers[name]
        return f"−{text[1:]}" if text.startswith("-") else text


def load(path: Path) -> list[Entry]:
    """Read all entries.

    Raises
    ------
    ValueError
        If an entry is incomplete, of an unknown kind, or names a number that it does not give.
    """
    entries = []
    for fields in tomllib.loads(path.read_text(encoding="utf-8"))["entry"]:
        try:
            entry = Entry(**fields)
            for part in ("work", *PARTS[entry.kind]):
                entry.text(part)
        except (TypeError, KeyError) as error:
            raise ValueError(f"{path.name}, {fields.get('id', 'an entry without id')}: {error}.") from error
        entries.append(entry)
    return entries


class Errata(SphinxDirective):
    """Render the entries of one kind, each as a section with an anchor."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.doc2path(self.env.docname)).with_name(FILE)
        self.env.note_dependency(str(path))
        return [self._section(entry) for entry in load(path) if entry.kind == self.arguments[0]]

    def _section(self, entry: Entry) -> nodes.section:
        section = nodes.section(ids=[entry.id], classes=["erratum"])
        section += nodes.title("", entry.title)
        work = self._parsed(f"{entry.id}. {entry.text('work')}")
        section += nodes.paragraph("", "", *work, classes=["aside"])
        parts = nodes.definition_list()
        for part, label in PARTS[entry.kind].items():
            definition = nodes.definition("", nodes.paragraph("", "", *self._parsed(entry.text(part))))
            parts += nodes.definition_list_item("", nodes.term("", label), definition)
        section += parts
        return section

    def _parsed(self, text: str) -> list[nodes.Node]:
        """What one paragraph of Markdown holds."""
        place = nodes.container()
        self.state.nested_parse(StringList([text], self.env.docname), self.content_offset, place)
        return place[0].children


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("errata", Errata)
