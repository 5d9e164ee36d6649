"""From a matplotlib figure to the two forms an explorer shows: theme-colored SVG text and a small PNG.

Drawing belongs to the explorer's own function; nothing here knows what is in the picture.
"""

import io
import re

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from nnkit.plots import style

# Hex color in a figure -> name of the CSS variable that a page sets for its light and its dark theme.
THEME = {
    style.BLUE: "blue",
    style.ORANGE: "orange",
    style.GREEN: "green",
    style.RED: "red",
    style.PURPLE: "purple",
    style.SKY: "sky",
    style.INK: "ink",
    style.FAINT: "faint",
    style.GRID: "grid",
    style.PAPER: "paper",
}
_COLOR = re.compile("|".join(THEME), re.IGNORECASE)
_COORDINATES = re.compile(r'(?<= )(d|x|y|x1|x2|y1|y2|points)="([^"]*)"')
_DECIMALS = re.compile(r"-?\d+\.\d\d+")
# What matplotlib writes that a page has no use for, or that would reach beyond the picture.
_CLEANING = [
    (re.compile(r"<metadata>.*?</metadata>", re.DOTALL), ""),
    (re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL), ""),  # styles every element of the page
    (
        re.compile(r'(?<=<svg) ([^>]*?)width="[^"]*" (.*?)height="[^"]*"'),
        r' style="stroke-linejoin: round" \1\2',
    ),
    (re.compile(r'<g id="[^"]*"'), "<g"),  # the same ids in every figure; nothing refers to them
    (re.compile(r"font-family: [^;\"]*"), "font-family: sans-serif"),
    (re.compile(r"\s*\n\s*(?=[^<])"), " "),
    (re.compile(r">\s+<"), "><"),
]


def themed(markup: str) -> str:
    """Replace the palette's colors by CSS variables, each with the color as its fallback.

    Parameters
    ----------
    markup : str
        SVG or HTML with hex colors in style attributes.

    Returns
    -------
    str

    Examples
    --------
    >>> themed('<path style="fill: #0072b2"/>')
    '<path style="fill: var(--nn-blue, #0072b2)"/>'
    """

    def variable(match: re.Match[str]) -> str:
        color = match.group().lower()
        return f"var(--nn-{THEME[color]}, {color})"

    return _COLOR.sub(variable, markup)


def to_svg(figure: Figure, *, salt: str) -> str:
    """Write a figure as compact, repeatable SVG text whose colors follow the page's theme.

    Parameters
    ----------
    figure : Figure
        What to write. Images should use ``interpolation="none"``: then only their small grid is stored.
    salt : str
        Makes the ids inside the SVG differ from those of other explorers on a page.

    Returns
    -------
    str
        One ``<svg>`` element, coordinates rounded to a tenth of a point, without date or creator.
    """
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt, "svg.image_inline": True}):
        figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for pattern, kept in _CLEANING:
        text = pattern.sub(kept, text)
    text = _COORDINATES.sub(lambda found: f'{found[1]}="{_DECIMALS.sub(_rounded, found[2])}"', text)
    return themed(_renumbered(text, salt)).strip()


def to_png(figure: Figure, *, dpi: float, colors: int = 0) -> bytes:
    """Write a figure as PNG.

    Parameters
    ----------
    figure : Figure
        What to write.
    dpi : float
        Pixels per inch; 200 is twice the density of a page.
    colors : int in [0, 256]
        Size of the palette; 0 keeps all colors.

    Returns
    -------
    bytes
    """
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(dpi)
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    if colors:
        image = image.quantize(colors, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    # Without a palette it is for a live widget: half the time is worth a fifth more bytes.
    image.save(buffer, "png", optimize=bool(colors), compress_level=9 if colors else 3)
    return buffer.getvalue()


def _renumbered(svg: str, salt: str) -> str:
    """Give the elements short ids in the order of their appearance; matplotlib's change from run to run."""
    names = dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg))
    short = {name: f"{salt}-{number}" for number, name in enumerate(names)}
    return re.sub(r'(\bid="|url\(#|href="#)([^")]+)', lambda found: found[1] + short[found[2]], svg)


def _rounded(match: re.Match[str]) -> str:
    return f"{float(match.group()):.1f}".removesuffix(".0")
