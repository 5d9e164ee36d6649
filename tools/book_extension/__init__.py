"""The book's own Sphinx extension: what turns plain chapters into the built site.

One module per concern; no page content and no numbers belong here.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from book_extension import (
    api,
    archive,
    cache,
    claims,
    errata,
    gallery,
    icons,
    memory,
    patterns,
    quiz,
    repository,
    site,
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect every part of the extension to Sphinx."""
    for part in (
        cache,
        repository,
        site,
        patterns,
        quiz,
        memory,
        claims,
        errata,
        api,
        gallery,
        icons,
        archive,
    ):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
