"""The Sphinx extension that a book with explorers names: ``nnkit.explore.sphinx``.

It has their states computed and moves them out of the page, so that they load when an explorer comes near the
view. How an explorer is written does not belong here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from nnkit.explore.explorer import FRAMES_SWITCH
from nnkit.explore.states import LOG_SWITCH, SECONDS

LOGGER = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
PAGE_BYTES = 8_000_000  # of all explorers' states on one page
# An explorer carries html beside its widget view: the page shows the html. Ranks below 10 come before a view.
HTML_FIRST = ("html", "text/html", 5)
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_FIGURE = re.compile(r'<figure class="nn-explorer"[^>]*data-explorer="(?P<name>[^"]+)"')
_DATA = re.compile(r'<script type="application/json" class="nn-data">(?P<data>.*?)</script>', re.DOTALL)


def setup(app: Sphinx) -> dict[str, bool]:
    """Switch the states on for the kernels; add script and style, the move, and the lines in the log."""
    os.environ.setdefault(FRAMES_SWITCH, "1")
    app.connect("config-inited", _configure, priority=400)  # before myst-nb reads its ranks
    app.connect("builder-inited", _add_static)
    app.connect("builder-inited", _open_log)
    app.connect("doctree-read", _show_log)  # a page was executed just before
    app.connect("html-page-context", _move_states, priority=400)  # before myst-nb adds its scripts
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _configure(app: Sphinx, config: Config) -> None:
    ranks = [tuple(rank) for rank in config.nb_mime_priority_overrides]
    if not any(rank[:2] == HTML_FIRST[:2] for rank in ranks):
        config.nb_mime_priority_overrides = [*ranks, HTML_FIRST]
    if config.nb_execution_timeout and 0 < config.nb_execution_timeout < SECONDS:
        config.nb_execution_timeout = int(SECONDS)  # a cell with an explorer computes all of its states


def split(page: str, body: str, address: Callable[[str], str]) -> tuple[str, dict[str, str]]:
    """Take the states of all explorers out of a page.

    Parameters
    ----------
    page : str
        The page's name, for errors.
    body : str
        Its HTML.
    address : callable
        File name -> address that the page loads it from.

    Returns
    -------
    (str, dict of str to str)
        The HTML without states, and the files to write: name -> script.

    Raises
    ------
    ExtensionError
        If two explorers have one name, one carries no states, or all together weigh too much.
    """
    names = _FIGURE.findall(body)
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ExtensionError(
            f"page {page} shows explorer {', '.join(twice)} twice; give one of them another name."
        )
    files = {}
    for name in names:
        start = body.index(f'data-explorer="{name}"')
        found = _DATA.search(body, start, body.index("</figure>", start))
        if found is None:
            raise ExtensionError(f"explorer {name} on page {page} carries no states; execute the page again.")
        text = f"nnExplorers.receive({json.dumps(name)}, {found['data']});\n"
        file = f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:10]}.js"
        files[file] = text
        body = body[: found.start()] + body[found.end() :]
        body = body[:start] + f'data-src="{address(file)}" ' + body[start:]
    _check_weight(page, {file.rsplit("-", 1)[0]: len(text) for file, text in files.items()})
    return body, files


def _check_weight(page: str, sizes: dict[str, int]) -> None:
    total = sum(sizes.values())
    if total > PAGE_BYTES:
        largest = ", ".join(f"{name} {sizes[name]:,}" for name in sorted(sizes, key=lambda one: -sizes[one]))
        raise ExtensionError(
            f"the explorers of page {page} take {total:,} bytes ({largest}), the limit is {PAGE_BYTES:,}; "
            f"take {total - PAGE_BYTES:,} bytes away: fewer states in the largest, or a page for it alone."
        )


def _add_static(app: Sphinx) -> None:
    app.config.html_static_path.append(str(STATIC))
    app.add_css_file("explorer.css")


def _open_log(app: Sphinx) -> None:
    log = Path(app.doctreedir, "explorers.log").resolve()
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("", encoding="utf-8")
    os.environ[LOG_SWITCH] = str(log)


def _show_log(app: Sphinx, doctree: object) -> None:
    log = Path(os.environ[LOG_SWITCH])
    for line in log.read_text(encoding="utf-8").splitlines():
        LOGGER.info(line)
    log.write_text("", encoding="utf-8")


def _move_states(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    body = context.get("body", "")
    if WIDGET_VIEW not in body:
        # The widgets behind the explorers, and their scripts from elsewhere: of no use without a kernel.
        files = getattr(app.env, "nb_metadata", {}).get(page, {}).get("js_files", {})
        for name in [name for name in files if name.startswith("ipywidgets_")]:
            del files[name]
    if not _FIGURE.search(body):
        return
    place = f"_static/explorers/{page.replace('/', '-')}"
    own = app.builder.get_target_uri(page)
    context["body"], files = split(page, body, lambda file: relative_uri(own, f"{place}/{file}"))
    folder = Path(app.outdir, place)
    shutil.rmtree(folder, ignore_errors=True)  # of an earlier build
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    app.add_js_file("explorer.js")
