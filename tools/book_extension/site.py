"""The site's files: stylesheet, templates, and MathJax, all of them local and none without use.

Chapters' content and explorers' data do not belong here.
"""

from __future__ import annotations

import html
import importlib.util
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.fileutil import copy_asset

from book_extension.cache import book_root

HERE = Path(__file__).parent
MATHJAX_PACKAGE = "sphinx-mathjax-offline"
# Of the package's 23 MB the pages load one script, its fonts, and now and then a TeX extension.
MATHJAX_PARTS = ("tex-chtml.js", "output/chtml/fonts/woff-v2", "input/tex/extensions")
UNUSED = (
    "**/*.map",
    "vendor/fontawesome/webfonts/*.ttf",
    "locales",
    "sbt-webpack-macros.html",
    "webpack-macros.html",
)
# docutils writes a role pair that assistive technology refuses: a list whose children are no list items.
ROLES = (
    (
        '<div role="list" class="citation-list">',
        '<div role="list" class="citation-list" aria-label="References">',
    ),
    ('role="doc-biblioentry"', 'role="listitem"'),
)


def mathjax_folder() -> Path:
    """The folder of the MathJax files that `sphinx-mathjax-offline` brings along.

    Raises
    ------
    ModuleNotFoundError
        If the package is not installed.
    """
    found = importlib.util.find_spec(MATHJAX_PACKAGE)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(
            f"The book's math needs the package {MATHJAX_PACKAGE}, which is not installed; "
            "run `pip install -r requirements.txt`."
        )
    return Path(found.origin).parent / "static" / "mathjax"


def copy_mathjax(target: Path) -> None:
    """Copy the parts of MathJax that pages load into `target`, keeping their relative places."""
    source = mathjax_folder()
    for part in MATHJAX_PARTS:
        place = target / part
        place.parent.mkdir(parents=True, exist_ok=True)
        copy_asset(str(source / part), str(place if (source / part).is_dir() else place.parent))


def remove_unused(static: Path) -> None:
    """Delete the files that themes copy into `static` and that no page loads."""
    for pattern in UNUSED:
        for path in list(static.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def first_page(title: str, address: str) -> str:
    """The page at the site's root, which leads on to the book's first page."""
    title, address = html.escape(title), html.escape(address)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{title}</title>\n<meta http-equiv="refresh" content="0; url={address}">\n'
        f'<link rel="canonical" href="{address}">\n<link rel="icon" href="_static/favicon.svg">\n</head>\n'
        f'<body><main><h1><a href="{address}">{title}</a></h1></main></body>\n</html>\n'
    )


def _configure(app: Sphinx, config: Config) -> None:
    config.html_static_path.append(str(HERE / "static"))
    config.templates_path[:0] = [str(HERE / "templates"), str(HERE / "templates" / "components")]
    config.html_favicon = str(HERE / "static" / "favicon.svg")
    config.mathjax_path = "mathjax/tex-chtml.js"
    # Absolute, so that a single page can be built as well.
    root = book_root(Path(app.srcdir))
    config.bibtex_bibfiles = [str(root / name) for name in config.bibtex_bibfiles or ()]


def _mend_roles(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    body = context.get("body", "")
    for wrong, right in ROLES:
        body = body.replace(wrong, right)
    if body:
        context["body"] = body


def _drop_idle_mathjax(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Take MathJax off a page without math: Sphinx puts it on the front page for its chapters' sake."""
    if not app.env.get_domain("math").data["has_equations"].get(page, False):
        context["script_files"] = [
            script for script in context["script_files"] if "mathjax" not in str(script.filename or "")
        ]


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        static = Path(app.outdir) / "_static"
        copy_mathjax(static / "mathjax")
        remove_unused(static)
        first = app.builder.get_target_uri(app.config.root_doc)
        if first != "index.html":
            (Path(app.outdir) / "index.html").write_text(
                first_page(app.config.html_title, first), encoding="utf-8"
            )


def setup(app: Sphinx) -> None:
    """Add the stylesheet and connect the events."""
    # Jupyter Book always sets this value of sphinx_comments, which is not loaded.
    app.add_config_value("comments_config", {}, "html")
    app.add_css_file("book.css", priority=900)
    app.add_js_file("book.js", loading_method="defer")
    app.connect("config-inited", _configure)
    app.connect("html-page-context", _mend_roles, priority=900)
    app.connect("html-page-context", _drop_idle_mathjax, priority=900)
    # After sphinx_external_toc, which writes a first page without title and language.
    app.connect("build-finished", _finish, priority=900)
