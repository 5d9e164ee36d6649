"""Plain Markdown patterns of the chapters, given names that the stylesheet can reach.

Chapters are plain CommonMark, because Colab, Jupyter, and GitHub show them raw. Three kinds of blockquote and
one kind of heading carry meaning; this transform marks them. It adds no text.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

# The strong words a blockquote begins with -> the class of its box.
BOXES = {"You will": "objectives", "Predict.": "predict", "Task.": "task"}
_EXERCISE = re.compile(r"Exercise (\d+\.\d+):")


def box_kind(quote: nodes.block_quote) -> str | None:
    """The class for a blockquote whose first words are a known opening in bold, else None."""
    first = quote.children[0] if quote.children else None
    if not isinstance(first, nodes.paragraph):
        return None
    # Markdown leaves an empty text before the opening.
    opening = next((child for child in first.children if child.astext()), None)
    return BOXES.get(opening.astext()) if isinstance(opening, nodes.strong) else None


def exercise_number(section: nodes.section) -> str | None:
    """The number of the exercise that a section is, such as "3.1", else None."""
    match = _EXERCISE.match(section.next_node(nodes.title).astext())
    return match[1] if match else None


class NamePatterns(SphinxTransform):
    """Turn known blockquotes into boxes and exercise sections into exercises."""

    default_priority = 400

    def apply(self, **kwargs: object) -> None:
        for quote in list(self.document.findall(nodes.block_quote)):
            kind = box_kind(quote)
            if kind is not None:
                box = nodes.container(classes=["book-box", kind])
                box.source, box.line = quote.source, quote.line
                box.extend(quote.children)
                quote.replace_self(box)
        for section in self.document.findall(nodes.section):
            if exercise_number(section):
                section["classes"].append("exercise")


def _register_bibliography(app: Sphinx, env: BuildEnvironment) -> None:
    """Let plain links such as `../reference/bibliography.md#olah2015` find their entry."""
    domain = env.get_domain("cite") if "cite" in env.domains else None
    for citation in getattr(domain, "citations", ()):
        # MyST resolves `page.md#anchor` through this table: anchor -> (line, id, text).
        slugs = env.metadata[citation.bibliography_key.docname].setdefault("myst_slugs", {})
        slugs[citation.key] = (0, citation.citation_id, citation.key)


def setup(app: Sphinx) -> None:
    """Register the transform and the bibliography's anchors."""
    app.add_transform(NamePatterns)
    app.connect("env-updated", _register_bibliography)
