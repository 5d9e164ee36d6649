"""The `claims` directive: the ledger of measured claims, one section with a table for each chapter.

The entries live in `nnkit.course.claims`; nothing is measured or judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from nnkit.course.claims import Claim

COLUMNS = ("Id", "Claim", "How it is measured", "Bound, and measured", "Verdict")
_KEY = re.compile(r"\[([a-z0-9-]+)\]")
_NUMBER = re.compile(r"^\d+-")


def chapter_page(env: BuildEnvironment, chapter: str) -> str | None:
    """The page of the chapter whose folder in `nnkit.course` is `chapter`, None when it is not in the book.

    `book/chapters/03-backpropagation` belongs to `backpropagation`.
    """
    for page in sorted(env.found_docs):
        folder, _, name = page.rpartition("/")
        if folder.endswith("chapters") and _NUMBER.sub("", name).replace("-", "_") == chapter:
            return page
    return None


class ClaimTables(SphinxDirective):
    """Render the claims of all chapters, or of the one that is named as the argument."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        from nnkit.course import claims  # the chapter's own nnkit: known only once the book's root is

        chosen = self.arguments or claims.chapters()
        return [self._section(chapter, claims.load(chapter).values()) for chapter in chosen]

    def _section(self, chapter: str, entries: Iterable[Claim]) -> nodes.section:
        title = nodes.title("", chapter.replace("_", " ").capitalize())
        return nodes.section("", title, self._table(entries), ids=[f"claims-{chapter.replace('_', '-')}"])

    def _table(self, entries: Iterable[Claim]) -> nodes.table:
        table = nodes.table(classes=["nn-claims"])
        group = nodes.tgroup(cols=len(COLUMNS))
        group.extend(nodes.colspec(colwidth=1) for _ in COLUMNS)
        head = nodes.row("", *(nodes.entry("", nodes.paragraph("", name)) for name in COLUMNS))
        group += nodes.thead("", head)
        group += nodes.tbody("", *(self._row(claim) for claim in entries))
        table += group
        return table

    def _row(self, claim: Claim) -> nodes.row:
        claim_id = self._link_to_chapter(claim.chapter, claim.id, claim.id)
        seeds = [_aside(f"{claim.seeds} seeds")] if claim.seeds else []
        verdict = nodes.inline("", claim.verdict, classes=["nn-verdict", f"nn-{claim.verdict}"])
        cells = [
            [nodes.paragraph("", "", *claim_id)],
            [nodes.paragraph("", claim.sentence), _aside("", *self._source(claim.source))],
            [nodes.paragraph("", claim.protocol), *seeds],
            [nodes.paragraph("", claim.bound), nodes.paragraph("", f"measured {claim.interval}")],
            [nodes.paragraph("", "", verdict)],
        ]
        return nodes.row("", *(nodes.entry("", *cell) for cell in cells), ids=[claim.id])

    def _source(self, source: str) -> list[nodes.Node]:
        """The source's text, with `[key]` as a link to the entry of the bibliography."""
        page = next((page for page in sorted(self.env.found_docs) if page.endswith("/bibliography")), None)
        parts: list[nodes.Node] = []
        for position, text in enumerate(_KEY.split(source)):
            is_key = position % 2 == 1
            parts.append(self._reference(text, page, text) if is_key and page else nodes.Text(text))
        return parts

    def _link_to_chapter(self, chapter: str, text: str, anchor: str) -> list[nodes.Node]:
        page = chapter_page(self.env, chapter)
        return [self._reference(text, page, anchor) if page else nodes.Text(text)]

    def _reference(self, text: str, page: str, anchor: str) -> nodes.reference:
        address = self.env.app.builder.get_relative_uri(self.env.docname, page)
        return nodes.reference("", text, internal=True, refuri=f"{address}#{anchor}")


def _aside(text: str, *children: nodes.Node) -> nodes.paragraph:
    return nodes.paragraph("", text, *children, classes=["aside"])


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("claims", ClaimTables)
