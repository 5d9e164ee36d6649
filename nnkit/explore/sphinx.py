"""The Sphinx extension that a book with explorers names: ``nnkit.explore.sphinx``.

It has their states computed and moves them out of the page, so that they load when an explorer comes near the
view. How an explorer is written does not belong here.
"""

import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util.osutil import relative_uri

from nnkit.explore.explorer import FRAMES_SWITCH

STATIC = Path(__file__).parent / "static"
# An explorer carries html beside its widget view: the page shows the html. Ranks below 10 come before a view.
HTML_FIRST = ("html", "text/html", 5)
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_FIGURE = re.compile(r'<figure class="nn-explorer"[^>]*data-explorer="(?P<name>[^"]+)"')
_DATA = re.compile(r'<script type="application/json" class="nn-data">(?P<data>.*?)</script>', re.DOTALL)


def setup(app: Sphinx) -> dict[str, bool]:
    """Switch the states on for the kernels; add the explorers' script and style, and the move."""
    os.environ.setdefault(FRAMES_SWITCH, "1")
    app.connect("config-inited", _show_html, priority=400)  # before myst-nb reads its ranks
    app.connect("builder-inited", _add_static)
    app.connect("html-page-context", _move_states, priority=400)  # before myst-nb adds its scripts
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _show_html(app: Sphinx, config: Config) -> None:
    ranks = [tuple(rank) for rank in config.nb_mime_priority_overrides]
    if not any(rank[:2] == HTML_FIRST[:2] for rank in ranks):
        config.nb_mime_priority_overrides = [*ranks, HTML_FIRST]


def _add_static(app: Sphinx) -> None:
    app.config.html_static_path.append(str(STATIC))
    app.add_css_file("explorer.css")


def _move_states(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    body = context.get("body", "")
    if WIDGET_VIEW not in body:
        # The widgets behind the explorers, and their scripts from elsewhere: of no use without a kernel.
        files = getattr(app.env, "nb_metadata", {}).get(page, {}).get("js_files", {})
        for name in [name for name in files if name.startswith("ipywidgets_")]:
            del files[name]
    names = _FIGURE.findall(body)
    if not names:
        return
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ExtensionError(
            f"page {page} shows explorer {', '.join(twice)} twice; give one of them another name."
        )
    place = f"_static/explorers/{page.replace('/', '-')}"
    folder = Path(app.outdir, place)
    shutil.rmtree(folder, ignore_errors=True)  # of an earlier build
    folder.mkdir(parents=True)
    for name in names:
        start = body.index(f'data-explorer="{name}"')
        found = _DATA.search(body, start, body.index("</figure>", start))
        if found is None:
            raise ExtensionError(f"explorer {name} on page {page} carries no states; execute the page again.")
        text = f"nnExplorers.receive({json.dumps(name)}, {found['data']});\n"
        file = folder / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:10]}.js"
        file.write_text(text, encoding="utf-8")
        address = relative_uri(app.builder.get_target_uri(page), f"{place}/{file.name}")
        body = body[: found.start()] + body[found.end() :]
        body = body[:start] + f'data-src="{address}" ' + body[start:]
    context["body"] = body
    app.add_js_file("explorer.js")
