"""The `claims` directive: the ledger of measured claims, one section with a table for each chapter.

The entries live in `nnkit.course.claims`; nothing is measured or judged here. The filters over all of them
stay hidden until `ledger.js` works them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from nnkit.course.claims import Claim

SCRIPT = "ledger.js"
COLUMNS = ("Id", "Claim", "How it is measured, and what is held equal", "Bound, and measured", "Verdict")
VERDICTS = ("holds", "depends", "fails")
_CHECK = re.compile(r"""\[["']([\w'-]+)["']\]\.check\(""")  # ledger["BP-3"].check(...)
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


def chapter_name(chapter: str) -> str:
    """A chapter's name to read, from its folder."""
    return chapter.replace("_", " ").capitalize()


def section_id(chapter: str) -> str:
    """The anchor of a chapter's table."""
    return f"claims-{chapter.replace('_', '-')}"


def filters(chapters: Iterable[str]) -> str:
    """The form above the ledger, hidden as long as no script works it."""
    names = [(section_id(chapter).removeprefix("claims-"), chapter_name(chapter)) for chapter in chapters]
    return (
        '<form class="ledger-filters" aria-label="Filter the claims" hidden>'
        + _choice("Chapter", names)
        + _choice("Verdict", [(verdict, verdict) for verdict in VERDICTS])
        + '<label>Words <input type="text" name="words" autocomplete="off" enterkeyhint="search"></label>'
        + '<button type="reset">Show all</button><p role="status"></p></form>'
    )


def _choice(label: str, options: Iterable[tuple[str, str]]) -> str:
    all_options = [("", "all"), *options]
    texts = "".join(f'<option value="{key}">{html.escape(text)}</option>' for key, text in all_options)
    return f'<label>{label} <select name="{label.lower()}">{texts}</select></label>'


class NameMeasurements(SphinxTransform):
    """Give each code cell that checks claims an anchor for each: `measured-BP-3`."""

    default_priority = 402

    def apply(self, **kwargs: object) -> None:
        seen: set[str] = set()
        for cell in self.document.findall(nodes.container):
            if "cell" not in cell["classes"]:
                continue
            code = "\n".join(block.astext() for block in cell.findall(nodes.literal_block))
            found = [claim for claim in dict.fromkeys(_CHECK.findall(code)) if claim not in seen]
            cell["ids"] += [f"measured-{claim}" for claim in found]
            cell["measures"] = found
            seen.update(found)


class ClaimTables(SphinxDirective):
    """Render the claims of all chapters, or of the one that is named as the argument."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        from nnkit.course import claims  # the chapter's own nnkit: known only once the book's root is

        chosen = self.arguments or claims.chapters()
        form = [] if self.arguments else [nodes.raw("", filters(chosen), format="html")]
        return [*form, *(self._section(chapter, claims.load(chapter).values()) for chapter in chosen)]

    def _section(self, chapter: str, entries: Iterable[Claim]) -> nodes.section:
        title = nodes.title("", chapter_name(chapter))
        return nodes.section("", title, self._table(entries), ids=[section_id(chapter)])

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
            [nodes.paragraph("", "", *claim_id), *self._reproduce(claim)],
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

    def _reproduce(self, claim: Claim) -> list[nodes.Node]:
        """A link to the cell that measures the claim; where it is, is known when all pages have been read."""
        page = chapter_page(self.env, claim.chapter)
        if page is None:
            return []
        link = self._reference("reproduce", page, f"measured-{claim.id}")
        link["measured"] = (page, claim.id)
        return [_aside("", link)]

    def _reference(self, text: str, page: str, anchor: str) -> nodes.reference:
        address = self.env.app.builder.get_relative_uri(self.env.docname, page)
        return nodes.reference("", text, internal=True, refuri=f"{address}#{anchor}")


def _aside(text: str, *children: nodes.Node) -> nodes.paragraph:
    return nodes.paragraph("", text, *children, classes=["aside"])


def _measured(env: BuildEnvironment) -> dict[str, set[str]]:
    return getattr(env, "nnkit_measured", {})


def _collect(app: Sphinx, doctree: nodes.document) -> None:
    cells = doctree.findall(nodes.container)
    found = {claim for cell in cells for claim in cell.get("measures", ())}
    app.env.nnkit_measured = _measured(app.env) | {app.env.docname: found}


def _purge(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    _measured(env).pop(page, None)


def _merge(app: Sphinx, env: BuildEnvironment, pages: list[str], other: BuildEnvironment) -> None:
    env.nnkit_measured = _measured(env) | _measured(other)


def _links(doctree: nodes.document) -> list[nodes.reference]:
    return [link for link in doctree.findall(nodes.reference) if "measured" in link]


def _ledgers(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages to write again when any page was read: those that lead to measurements."""
    return [page for page in env.found_docs if _links(env.get_doctree(page))]


def _resolve(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Take out the links to claims that no cell of their chapter checks by name."""
    for link in _links(doctree):
        chapter, claim = link["measured"]
        if claim not in _measured(app.env).get(chapter, ()):
            link.parent.parent.remove(link.parent)


def _offer(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    if 'class="ledger-filters"' in context.get("body", ""):
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register transform and directive; find measurements while pages are read, link them when all are."""
    app.add_transform(NameMeasurements)
    app.add_directive("claims", ClaimTables)
    app.connect("doctree-read", _collect)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", _ledgers)
    app.connect("doctree-resolved", _resolve)
    app.connect("html-page-context", _offer)
