"""The book's colors and figure style: one palette for figures, explorers and both page themes.

What is drawn belongs to the other modules of this package; here are looks only.
"""

from matplotlib import rcParams
from matplotlib.colors import ListedColormap

# Okabe & Ito 2008, "Color Universal Design": told apart with every common color vision.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072b2", "#d55e00", "#00805f", "#b3292e", "#8f4a9d", "#3d8fc4"
COLORS = [BLUE, ORANGE, GREEN, PURPLE, RED, SKY]
INK = "#23272f"  # text, axes
FAINT = "#8a9099"  # ticks, secondary lines
GRID = "#dfe3e8"  # grid lines
PAPER = "#fffffe"  # the figure's ground; not quite white, so that it can be told from data

CLASS_MARKERS = ["o", "s", "^", "D", "v", "P", "X", "<", ">", "*"]
DIVERGING = "RdBu_r"  # signed values around zero
CLASS_TINTS = ListedColormap(["#b7d3e6", "#f3c9a8", "#aad8c8", "#d9c2de", "#e6b5b6", "#c3dcec"])

_STYLE = {
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "image.cmap": "gray_r",
    "font.size": 10,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "figure.dpi": 100,
    "savefig.dpi": 144,
    "figure.figsize": (6.4, 3.4),
    "figure.constrained_layout.use": True,
}


def book_style() -> dict[str, object]:
    """Matplotlib settings of the book, for `matplotlib.rc_context(book_style())`.

    Returns
    -------
    dict
        rcParams names and values, with the color cycle of `COLORS`.
    """
    from cycler import cycler  # ships with matplotlib

    return {**_STYLE, "axes.prop_cycle": cycler(color=COLORS)}


def use_book_style() -> None:
    """Draw every following figure in the book's style."""
    rcParams.update(book_style())
