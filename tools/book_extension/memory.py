"""What a reader may solve and answer in each chapter: counted at build time, shown on the front page.

What the reader did is kept in the browser, by `memory.js`, and never comes here.
"""

from __future__ import annotations

import html
import posixpath
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from book_extension.archive import archive_name
from book_extension.patterns import exercise_number

LOGGER = logging.getLogger(__name__)
SCRIPT = "memory.js"


class progress(nodes.General, nodes.Inline, nodes.Element):
    """The place of one chapter's counts, filled when all pages have been read."""


class progress_note(nodes.General, nodes.Element):
    """The place of the words on what is kept, and of the button that forgets it; both need the script."""


class ChapterProgress(SphinxRole):
    """`{progress}`chapters/03-name`` gives a chapter's counts; the path is as in a link."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        folder = posixpath.dirname(self.env.docname)
        page = posixpath.normpath(posixpath.join(folder, self.text))
        place = progress(page=page)
        self.set_source_info(place)
        return [place], []


class ProgressNote(SphinxDirective):
    """Say what is kept, and offer to forget the marks of all chapters."""

    def run(self) -> list[nodes.Node]:
        return [progress_note()]


def book_key(app: Sphinx) -> str:
    """The book's name as the first part of every key."""
    return archive_name(app.config.html_title).removesuffix(".zip")


def _all(env: BuildEnvironment) -> dict[str, dict[str, list[str]]]:
    return getattr(env, "nnkit_memory", {})


def _collect(app: Sphinx, doctree: nodes.document) -> None:
    sections = list(doctree.findall(nodes.section))
    exercises = [exercise_number(section) for section in sections]
    found = {
        "exercises": [number for number in exercises if number],
        "questions": [section["question_key"] for section in sections if "question_key" in section],
    }
    if any(found.values()):
        app.env.nnkit_memory = _all(app.env) | {app.env.docname: found}


def _purge(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    _all(env).pop(page, None)


def _merge(app: Sphinx, env: BuildEnvironment, pages: list[str], other: BuildEnvironment) -> None:
    env.nnkit_memory = _all(env) | _all(other)


def _fronts(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages to write again when any page was read: those that show counts."""
    return [page for page in env.found_docs if env.get_doctree(page).next_node(progress) is not None]


def _fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    for place in list(doctree.findall(progress)):
        found = _all(app.env).get(place["page"])
        if found is None:
            LOGGER.warning(
                "progress expects the path of a chapter with exercises or a quiz, got %s.",
                place["page"],
                location=place,
            )
        place.replace_self(_counts(app, place["page"], found or {}))
    for place in list(doctree.findall(progress_note)):
        box = f'<div class="book-memory" data-memory="{html.escape(book_key(app))}/" hidden></div>'
        place.replace_self(nodes.raw("", box, format="html"))


def _counts(app: Sphinx, page: str, found: dict[str, list[str]]) -> nodes.Node:
    words = [
        f"{len(keys)} {kind if len(keys) != 1 else kind.removesuffix('s')}"
        for kind, keys in found.items()
        if keys
    ]
    if app.builder.format != "html":
        return nodes.Text(", ".join(words))
    lists = "".join(f' data-{kind}="{" ".join(keys)}"' for kind, keys in found.items())
    key = html.escape(f"{book_key(app)}/{page}")
    text = f'<span class="book-progress" data-memory="{key}"{lists}>{", ".join(words)}</span>'
    return nodes.raw("", text, format="html")


def _offer(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Give the script, and the key under which it keeps things, to pages that have something to keep."""
    if page in _all(app.env):
        key = html.escape(f"{book_key(app)}/{page}")
        context["metatags"] = context.get("metatags", "") + f'\n<meta name="book-memory" content="{key}">'
    if page in _all(app.env) or 'class="book-progress"' in context.get("body", ""):
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register role and directive; collect while pages are read, fill when all are."""
    app.add_node(progress)
    app.add_node(progress_note)
    app.add_role("progress", ChapterProgress())
    app.add_directive("progress", ProgressNote)
    app.connect("doctree-read", _collect)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", _fronts)
    app.connect("doctree-resolved", _fill)
    app.connect("html-page-context", _offer)
