"""The theme's icons: the dozen that the pages show instead of a script of 1.5 MB that holds all of them.

Which icons there are and where they stand is the theme's business.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)

SCRIPT = Path("_static", "scripts", "fontawesome.js")
# Icons that the theme's own script switches to after the page has loaded.
ALWAYS = frozenset({"sun", "moon", "circle-half-stroke", "lightbulb", "copy", "check"})
# Words of Font Awesome's class names that are no icon.
STYLES = frozenset({"solid", "regular", "brands", "lg", "sm", "xs", "fw", "spin", "stack", "xl", "2x"})
_CLASS = re.compile(r'class="([^"]*\bfa[srb]?[ -][^"]*)"')
_NAME = re.compile(r"\bfa-([a-z0-9-]+)")
_DRAW = """\
// The icons that these pages show, taken from Font Awesome Free (https://fontawesome.com, icons: CC BY 4.0).
(() => {
  const icons = %s;
  for (const mark of document.querySelectorAll('i[class*="fa-"], span[class*="fa-"]')) {
    const name = [...mark.classList].map((word) => word.replace(/^fa-/, "")).find((word) => word in icons);
    if (!name) continue;
    const [width, height, path] = icons[name];
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const { name: key, value } of mark.attributes) picture.setAttribute(key, value);
    picture.classList.add("svg-inline--fa");
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("aria-hidden", "true");
    picture.setAttribute("focusable", "false");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("fill", "currentColor");
    line.setAttribute("d", path);
    picture.append(line);
    mark.replaceWith(picture);
  }
})();
"""


def icon_names(page: str) -> set[str]:
    """The names of the icons in the html of a page."""
    words = (name for classes in _CLASS.findall(page) for name in _NAME.findall(classes))
    return set(words) - STYLES


def find_icon(script: str, name: str) -> tuple[int, int, str] | None:
    """Width, height, and path of the icon `name` in Font Awesome's script; None when it is not there."""
    shape = r'(?P<aliases>\[[^\]]*\]),"[0-9a-f]+","(?P<path>M[^"]+)"\]'
    by_name = re.compile(rf'[{{,]"?{re.escape(name)}"?:\[(?P<width>\d+),(?P<height>\d+),{shape}')
    by_alias = re.compile(rf'\[(?P<width>\d+),(?P<height>\d+),(?=\[[^\]]*"{re.escape(name)}"[^\]]*\]){shape}')
    # The outlined style comes before the filled one, which the theme uses: take the last.
    entry = next((found[-1] for rule in (by_name, by_alias) if (found := list(rule.finditer(script)))), None)
    return (int(entry["width"]), int(entry["height"]), entry["path"]) if entry else None


def reduce_script(site: Path) -> bool:
    """Replace the script of all icons by one of those that the site's pages show.

    Returns False, and changes nothing, when an icon is not found: a newer theme may write its script
    otherwise, and its own script still works.
    """
    place = site / SCRIPT
    if not place.is_file():
        return False
    script = place.read_text(encoding="utf-8")
    if script.startswith(_DRAW.splitlines()[0]):
        return True
    names = set(ALWAYS)
    for page in site.rglob("*.html"):
        names |= icon_names(page.read_text(encoding="utf-8"))
    found = {name: find_icon(script, name) for name in sorted(names)}
    missing = [name for name, icon in found.items() if icon is None]
    if missing:
        LOGGER.info("the theme's icon script is kept whole: %s not found in it", ", ".join(missing))
        return False
    place.write_text(_DRAW % json.dumps(found, separators=(",", ":")), encoding="utf-8")
    return True


def _reduce(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        reduce_script(Path(app.outdir))


def setup(app: Sphinx) -> None:
    """Reduce the script when every page has been written."""
    app.connect("build-finished", _reduce, priority=950)
