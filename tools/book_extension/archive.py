"""The whole site in one file: `make zip` writes it, and the `archive` directive offers it where it is.

What the site consists of is not decided here.
"""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

SWITCH = "NNKIT_BOOK_ZIP"  # set to 1 by `make zip`
_LINK = re.compile(r'<div class="book-archive[^"]*">.*?</div>\s*', re.DOTALL)
_DATE = (1980, 1, 1, 0, 0, 0)  # the first that the format knows: the same site gives the same archive


def archive_name(title: str) -> str:
    """The archive's file name, from the book's title.

    Examples
    --------
    >>> archive_name("How Neural Networks Learn")
    'how-neural-networks-learn.zip'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") + ".zip"


def write_archive(site: Path, target: Path) -> None:
    """Write all files of a site into one archive, in a folder of the archive's name.

    Its pages do not offer the archive, which they would look for beside themselves.
    """
    files = sorted(path for path in site.rglob("*") if path.is_file() and path != target)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            content = path.read_bytes()
            if path.suffix == ".html" and b"book-archive" in content:
                content = _LINK.sub("", content.decode("utf-8")).encode("utf-8")
            entry = zipfile.ZipInfo(f"{target.stem}/{path.relative_to(site).as_posix()}", _DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)


class offer(nodes.container):
    """A link to the archive with a few words; taken out of a page again when none is written."""


class Archive(SphinxDirective):
    """Offer the archive: the link's text as argument, the words about it as content."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        link = nodes.reference("", self.arguments[0], internal=True, refuri="")
        box = offer("", nodes.paragraph("", "", link), classes=["book-archive"])
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


def _configure(app: Sphinx, config: Config) -> None:
    # A value of kind "html": when it changes, the pages are written again and nothing is executed.
    config.nnkit_archive = archive_name(config.html_title) if os.environ.get(SWITCH) == "1" else ""


def _resolve(app: Sphinx, doctree: nodes.document, page: str) -> None:
    name = app.config.nnkit_archive if app.builder.format == "html" else ""
    for box in list(doctree.findall(offer)):
        if not name:
            box.parent.remove(box)
            continue
        link = next(iter(box.findall(nodes.reference)))
        link["refuri"] = relative_uri(app.builder.get_target_uri(page), name)
        plain = nodes.container("", *box.children, classes=box["classes"])
        box.replace_self(plain)


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    target = Path(app.outdir) / archive_name(app.config.html_title)
    target.unlink(missing_ok=True)
    if app.config.nnkit_archive:
        write_archive(Path(app.outdir), target)


def setup(app: Sphinx) -> None:
    """Register the directive; write the archive when everything else is in its place."""
    app.add_config_value("nnkit_archive", "", "html")
    app.add_node(offer)
    app.add_directive("archive", Archive)
    app.connect("config-inited", _configure)
    app.connect("doctree-resolved", _resolve)
    app.connect("build-finished", _finish, priority=990)
