"""The error of a training run whose loss became NaN or infinite, and the guess at its cause.

When it is raised is decided in `nnkit.training`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nnkit.history import History

__all__ = ["TrainingDiverged"]

_LARGE = 10.0  # standardized data seldom leave plus or minus 10 standard deviations


class TrainingDiverged(ArithmeticError):
    """The loss became NaN or infinite.

    Attributes
    ----------
    history : History
        The epochs finished before.

    Examples
    --------
    >>> TrainingDiverged("The loss became nan.", History()).history
    History of 0 epochs
    """

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.args[0], self.history)


def likely_cause(x: np.ndarray, y: np.ndarray, *, step: int, rate: float) -> str:
    """What most probably made the loss of this batch overflow, and the remedy.

    Parameters
    ----------
    x, y : ndarray, shape (batch, ...)
    step : int >= 0
        How many updates were made before.
    rate : float
        The learning rate.

    Returns
    -------
    str

    Examples
    --------
    >>> likely_cause(np.array([[1.0]]), np.array([0]), step=7, rate=50.0)
    'the learning rate, 50, is probably too high; try 5'
    """
    largest_x, largest_y = np.abs(x).max(), np.abs(y).max()
    if largest_x > _LARGE:
        return f"inputs reach {largest_x:.3g}; scale them with nnkit.data.standardize"
    if np.asarray(y).dtype.kind == "f" and largest_y > _LARGE:
        return f"targets reach {largest_y:.3g}; scale them with nnkit.data.standardize"
    if step == 0:
        return "no update was made yet, so the weights are too large; choose a smaller initializer"
    return f"the learning rate, {rate:g}, is probably too high; try {rate / 10:g}"
