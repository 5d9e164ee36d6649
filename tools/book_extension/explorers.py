"""Moves the explorers' states out of a page, so that they load when an explorer comes near the view.

How an explorer is written stands in `nnkit.explore`.
"""

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.osutil import relative_uri

STATIC = Path(__file__).resolve().parents[2] / "nnkit" / "explore" / "static"
_FIGURE = re.compile(r'<figure class="nn-explorer"[^>]*data-explorer="(?P<name>[^"]+)"')
_DATA = re.compile(r'<script type="application/json" class="nn-data">(?P<data>.*?)</script>', re.DOTALL)


def setup(app: Sphinx) -> None:
    """Add the explorers' script and style, and the move."""
    app.connect("builder-inited", _add_static)
    app.connect("html-page-context", _move_states, priority=400)  # before myst-nb adds its scripts


def _add_static(app: Sphinx) -> None:
    app.config.html_static_path.append(str(STATIC))
    app.add_css_file("explorer.css")


def _move_states(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    # The widgets behind the explorers: of no use without a kernel, and heavier than the page.
    getattr(app.env, "nb_metadata", {}).get(page, {}).get("js_files", {}).pop("ipywidgets_state", None)
    body = context.get("body", "")
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
