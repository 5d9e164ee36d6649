"""The `explorers` directive: every explorer of the book with its first picture, its task, and its page.

What an explorer shows comes from its page; what it asks for, from the task box beside it. The role `explorer`
links to one of them alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

LOGGER = logging.getLogger(__name__)
_FIGURE = re.compile(r'<figure class="nn-explorer".*?</figure>', re.DOTALL)
_NAME = re.compile(r'data-explorer="([^"]+)"')
_PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_OPENING = "Task."


@dataclass
class Entry:
    """An explorer of the book: where it is, the heading above it, its first picture and its task."""

    page: str
    name: str
    heading: str
    picture: str
    task: list[nodes.Node]


class gallery(nodes.General, nodes.Element):
    """The place of the gallery, filled when all pages have been read."""


class Explorers(SphinxDirective):
    """List all explorers of the book."""

    def run(self) -> list[nodes.Node]:
        return [gallery()]


class explorer_link(nodes.General, nodes.Inline, nodes.Element):
    """The place of a link to an explorer alone, filled when all pages have been read."""


class ExplorerLink(SphinxRole):
    """`{explorer}`name`` leads to the address at which an explorer of the book stands alone."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        place = explorer_link(explorer=self.text)
        self.set_source_info(place)
        return [place], []


def _collect(app: Sphinx, doctree: nodes.document) -> None:
    page = app.env.docname
    found = list(_entries(page, doctree))
    app.env.nnkit_gallery = getattr(app.env, "nnkit_gallery", {}) | {page: found}


def _entries(page: str, doctree: nodes.document) -> Iterator[Entry]:
    """The explorers of a page; a task belongs to the explorer before it, or else to the next one."""
    open_entry: Entry | None = None
    early: list[nodes.Node] = []
    for node in doctree.findall():
        if isinstance(node, nodes.container) and "task" in node["classes"]:
            task = [_plain(child) for child in node.children if isinstance(child, nodes.paragraph)]
            if open_entry is not None and not open_entry.task:
                open_entry.task = task
            else:
                early = task
        elif isinstance(node, nodes.raw) and "nn-explorer" in node.astext():
            for figure in _FIGURE.findall(node.astext()):
                picture = _PICTURE.search(figure)
                open_entry = Entry(
                    page, _NAME.search(figure)[1], _heading(node), picture[0] if picture else "", early
                )
                early = []
                yield open_entry


def _heading(node: nodes.Node) -> str:
    while node is not None and not isinstance(node, nodes.section):
        node = node.parent
    return node.next_node(nodes.title).astext() if node is not None else ""


def _plain(paragraph: nodes.paragraph) -> nodes.paragraph:
    """A copy that can stand on another page: links as their text, without the opening word."""
    copied = paragraph.deepcopy()
    for link in list(copied.findall(lambda node: node.tagname in ("pending_xref", "reference"))):
        link.replace_self(nodes.inline("", link.astext()))
    opening = copied.next_node(nodes.strong)
    if opening is not None and opening.astext() == _OPENING:
        opening.parent.remove(opening)
    return copied


def _purge(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    getattr(env, "nnkit_gallery", {}).pop(page, None)


def _merge(app: Sphinx, env: BuildEnvironment, pages: list[str], other: BuildEnvironment) -> None:
    env.nnkit_gallery = getattr(env, "nnkit_gallery", {}) | getattr(other, "nnkit_gallery", {})


def _galleries(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages to write again when any page was read: those with links to explorers, or a gallery."""
    trees = {page: env.get_doctree(page) for page in env.found_docs}
    pages = [page for page, tree in trees.items() if tree.next_node(gallery) is not None]
    linking = [page for page, tree in trees.items() if tree.next_node(explorer_link) is not None]
    entries = [entry for found in getattr(env, "nnkit_gallery", {}).values() for entry in found]
    if any(task.next_node(nodes.math) for entry in entries for task in entry.task):
        # Sphinx gives the script that sets formulas to pages on which it read one.
        env.get_domain("math").data["has_equations"].update(dict.fromkeys(pages, True))
    return [*pages, *linking]


def _fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    for place in list(doctree.findall(gallery)):
        entries = getattr(app.env, "nnkit_gallery", {})
        order = [name for name in _reading_order(app.env) if name in entries]
        place.replace_self([_card(app, page, entry) for name in order for entry in entries[name]])
    for place in list(doctree.findall(explorer_link)):
        place.replace_self(_alone(app, page, place))


def _alone(app: Sphinx, page: str, place: explorer_link) -> nodes.Node:
    name = place["explorer"]
    entries = [entry for found in getattr(app.env, "nnkit_gallery", {}).values() for entry in found]
    found = [entry for entry in entries if entry.name == name]
    if len(found) != 1:
        known = ", ".join(sorted(entry.name for entry in entries))
        text = "explorer expects a name that one explorer of the book has (%s), got %s, which %d have."
        LOGGER.warning(text, known, name, len(found), location=place)
        return nodes.emphasis("", name)
    address = f"{app.builder.get_relative_uri(page, found[0].page)}?explorer={name}"
    return nodes.reference("", "", nodes.emphasis("", name), internal=True, refuri=address)


def _reading_order(env: BuildEnvironment) -> list[str]:
    """All pages as the table of contents has them."""
    order, waiting = [], [env.config.root_doc]
    while waiting:
        page = waiting.pop(0)
        order.append(page)
        waiting = [child for child in env.toctree_includes.get(page, []) if child not in order] + waiting
    return order


def _card(app: Sphinx, page: str, entry: Entry) -> nodes.container:
    address = f"{app.builder.get_relative_uri(page, entry.page)}#explorer-{entry.name}"
    link = nodes.reference("", entry.heading or entry.name, internal=True, refuri=address)
    chapter = nodes.paragraph("", app.env.titles[entry.page].astext(), classes=["aside"])
    picture = f'<div class="explorer-picture" aria-hidden="true">{entry.picture}</div>'
    words = nodes.container(
        "", nodes.paragraph("", "", link), chapter, *[task.deepcopy() for task in entry.task]
    )
    return nodes.container("", nodes.raw("", picture, format="html"), words, classes=["explorer-card"])


def setup(app: Sphinx) -> None:
    """Register directive and role; collect while pages are read, fill when all are."""
    app.add_node(gallery)
    app.add_node(explorer_link)
    app.add_directive("explorers", Explorers)
    app.add_role("explorer", ExplorerLink())
    app.connect("doctree-read", _collect)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", _galleries)
    app.connect("doctree-resolved", _fill)
