"""The numbers behind pictures of a model.

Drawing them belongs to `plots`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnkit.arguments import as_numbers, check_callable, check_finite, check_int, check_number, check_shape


@dataclass(frozen=True, eq=False)
class DecisionGrid:
    """What a classifier answers on a grid of points in the plane.

    Parameters
    ----------
    x : ndarray, shape (columns,)
        First coordinate of the grid's columns, increasing, evenly spaced.
    y : ndarray, shape (rows,)
        Second coordinate of the grid's rows, increasing, evenly spaced.
    classes : ndarray of int64, shape (rows, columns)
        Class with the largest logit at (x[column], y[row]).
    confidence : ndarray, shape (rows, columns)
        Softmax probability of that class, in [1 / n_classes, 1].
    n_classes : int
        Number of classes that the model tells apart.
    """

    x: np.ndarray
    y: np.ndarray
    classes: np.ndarray
    confidence: np.ndarray
    n_classes: int


def decision_grid(
    model: Callable[[np.ndarray], np.ndarray], X: np.ndarray, *, resolution: int = 120, margin: float = 0.1
) -> DecisionGrid:
    """Class and confidence of a model on a grid that covers the data.

    Parameters
    ----------
    model : callable
        Gives the logits of points, (m, 2) -> (m, classes): an nnkit model, or any function. With a single
        output z the logits are (0, z), so that class 1 is chosen where z > 0.
    X : ndarray, shape (n, 2)
        The data whose surroundings are asked about.
    resolution : int, at least 2
        Grid points along each axis.
    margin : float, at least 0
        What the grid adds on each side, as a share of the data's extent along that axis.

    Returns
    -------
    DecisionGrid
        `resolution` rows and columns.

    Raises
    ------
    TypeError
        If `model` cannot be called, `X` holds no real numbers, or `resolution` or `margin` is no number.
    ValueError
        If `X` is not of shape (n, 2), empty or not finite, a number is out of range, or the model's answer is
        not one row of finite logits per point.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [1.0, 1.0]])
    >>> grid = decision_grid(lambda points: points, X, resolution=3, margin=0.0)
    >>> grid.classes.tolist()  # class 1 above the diagonal; the lower class where they tie
    [[0, 0, 0], [1, 0, 0], [1, 1, 0]]
    """
    check_callable("decision_grid", "model", model)
    X = as_numbers("decision_grid", "X", X).astype(np.float64)
    check_shape("decision_grid", "X", X, ("n", 2), "choose two features")
    check_finite("decision_grid", "X", X)
    check_int("decision_grid", "resolution", resolution, low=2)
    check_number("decision_grid", "margin", margin, "[0, inf)")
    low, high = X.min(axis=0), X.max(axis=0)
    extent = np.where(high > low, high - low, 1.0)  # all points on one line: a band of width 1
    x, y = np.linspace(low - margin * extent, high + margin * extent, resolution).T
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    logits = _logits(model(points), len(points)).reshape(resolution, resolution, -1)
    # softmax of the largest logit: its exponential is exp(0) = 1
    confidence = 1.0 / np.exp(logits - logits.max(axis=-1, keepdims=True)).sum(axis=-1)
    return DecisionGrid(x, y, logits.argmax(axis=-1), confidence, logits.shape[-1])


def _logits(output: np.ndarray, n_points: int) -> np.ndarray:
    logits = np.asarray(output, dtype=np.float64)
    if logits.ndim != 2 or len(logits) != n_points or logits.shape[1] == 0:
        got = f"{logits.shape}; pass a classifier of two features"
        raise ValueError(f"decision_grid expects the model to give shape ({n_points}, classes), got {got}.")
    if not np.isfinite(logits).all():
        got = "NaN or infinity; did it diverge?"
        raise ValueError(f"decision_grid expects finite logits of the model, got {got}")
    if logits.shape[1] == 1:
        return np.column_stack([np.zeros(n_points), logits])
    return logits
