"""Which class a model gives to each point of the plane, with the data on top.

The numbers come from `analysis.decision_grid`.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from nnkit.analysis import DecisionGrid
from nnkit.plots.axes import axes_or_new
from nnkit.plots.style import CLASS_MARKERS, CLASS_TINTS, COLORS, PAPER

SHADES = 8  # few colors keep the stored raster small
PALEST = 0.35  # share of the tint where the model is least confident


def decision_regions(
    grid: DecisionGrid, X: np.ndarray | None = None, y: np.ndarray | None = None, *, ax: Axes | None = None
) -> Axes:
    """Regions of the classes, paler where the model is less confident, and the data as markers.

    Parameters
    ----------
    grid : DecisionGrid
        From `nnkit.analysis.decision_grid`; at most 6 classes.
    X : ndarray, shape (n, 2), optional
        Points to draw on top. Those outside the grid are not seen.
    y : ndarray of int, shape (n,), optional
        Class of each point. Every class has its own marker and color, named in a legend beside the Axes.
    ax : matplotlib Axes, optional
        Where to draw; without it, a new figure in the book's style.

    Returns
    -------
    matplotlib Axes
        Its image has one pixel per grid point, centered there.

    Raises
    ------
    TypeError
        If `grid` is not a DecisionGrid, or `ax` not an Axes.
    ValueError
        If there are more than 6 classes, only one of `X` and `y` is given, or their shapes or classes do not
        fit the grid.

    Examples
    --------
    >>> from nnkit.analysis import decision_grid
    >>> X, y = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([1, 0])
    >>> ax = decision_regions(decision_grid(lambda points: points, X), X, y)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['class 0', 'class 1']
    """
    if not isinstance(grid, DecisionGrid):
        raise TypeError(
            f"decision_regions expects a DecisionGrid, got {type(grid).__name__}; "
            f"make one with nnkit.analysis.decision_grid(model, X)."
        )
    if grid.n_classes > CLASS_TINTS.N:
        raise ValueError(f"decision_regions draws at most {CLASS_TINTS.N} classes, got {grid.n_classes}.")
    points = _points(X, y, grid.n_classes)
    ax = axes_or_new(ax)
    # interpolation "none": an SVG then holds the grid's own pixels
    extent = _extent(grid)
    ax.imshow(_colors(grid), extent=extent, origin="lower", aspect="auto", interpolation="none")
    if points is not None:
        _draw_points(ax, *points, grid.n_classes)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=extent[:2], ylim=extent[2:])
    ax.grid(False)
    return ax


def _colors(grid: DecisionGrid) -> np.ndarray:
    """Tint of the class, mixed with paper: shape (rows, columns, 3)."""
    chance = 1.0 / grid.n_classes
    certainty = (grid.confidence - chance) / (1.0 - chance)  # 0 at a guess, 1 when sure
    share = PALEST + (1.0 - PALEST) * np.round(certainty * (SHADES - 1)) / (SHADES - 1)
    paper, tints = np.array(to_rgb(PAPER)), np.array([to_rgb(tint) for tint in CLASS_TINTS.colors])
    colors: np.ndarray = paper + share[..., np.newaxis] * (tints[grid.classes] - paper)
    return colors


def _extent(grid: DecisionGrid) -> tuple[float, float, float, float]:
    """Edges of the raster: half a step beyond the outermost grid points."""
    half_x, half_y = (grid.x[1] - grid.x[0]) / 2, (grid.y[1] - grid.y[0]) / 2
    return grid.x[0] - half_x, grid.x[-1] + half_x, grid.y[0] - half_y, grid.y[-1] + half_y


def _points(
    X: np.ndarray | None, y: np.ndarray | None, n_classes: int
) -> tuple[np.ndarray, np.ndarray] | None:
    if X is None and y is None:
        return None
    if X is None or y is None:
        raise ValueError(
            "decision_regions expects X and y together, got only one of them; pass both or neither."
        )
    X, y = np.asarray(X), np.asarray(y)
    if X.ndim != 2 or X.shape[1] != 2 or y.shape != (len(X),):
        raise ValueError(
            f"decision_regions expects X of shape (n, 2) and y of shape (n,), got {X.shape} and {y.shape}."
        )
    if y.dtype.kind not in "iu" or (len(y) and not 0 <= y.min() <= y.max() < n_classes):
        raise ValueError(
            f"decision_regions expects the classes in y to be integers from 0 to {n_classes - 1}; "
            f"got {y.dtype} values from {y.min()} to {y.max()}."
        )
    return X, y


def _draw_points(ax: Axes, X: np.ndarray, y: np.ndarray, n_classes: int) -> None:
    for k in range(n_classes):
        members = X[y == k]
        look = {"color": COLORS[k], "marker": CLASS_MARKERS[k], "edgecolor": PAPER, "linewidth": 0.6}
        ax.scatter(members[:, 0], members[:, 1], s=26, label=f"class {k}", zorder=3, **look)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
