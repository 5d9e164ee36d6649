"""Losses for targets that are numbers: functions of the difference between prediction and target.

The mean runs over **all** entries, over the batch and over the outputs. Losses for targets that are classes
stand in `classification`.
"""

from __future__ import annotations

import numpy as np

from nnkit.arguments import check_number
from nnkit.losses.base import Loss, check_entries


class _DifferenceLoss(Loss):
    """What value and gradient share is prediction - target."""

    def _shared(self, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
        return prediction - check_entries(type(self).__name__, prediction, target)


class MeanSquaredError(_DifferenceLoss):
    """The mean squared error, mean((prediction - target)^2).

    The mean runs over **all** entries, over the batch and over the outputs. There is no factor 1/2. So the
    gradient is 2 * (prediction - target) / prediction.size.

    Prediction and target have the same shape, usually (batch, n_out). A target of another real dtype is
    cast to the prediction's.

    Raises
    ------
    ValueError
        If the shapes differ at all, or the batch is empty.
    TypeError
        If the prediction is not a floating-point ndarray, or the target holds no real numbers.

    Examples
    --------
    >>> loss = MeanSquaredError()
    >>> loss.value(np.array([[1.0, 2.0]]), np.array([[0.0, 0.0]]))
    2.5
    >>> loss.gradient(np.array([[1.0, 2.0]]), np.array([[0.0, 0.0]]))
    array([[1., 2.]])
    """

    def _value(self, difference: np.ndarray) -> float:
        return float(np.square(difference).mean())

    def _gradient(self, difference: np.ndarray) -> np.ndarray:
        return difference * (2 / difference.size)


class MeanAbsoluteError(_DifferenceLoss):
    """The mean absolute error, mean(abs(prediction - target)).

    The mean runs over all entries, as in `MeanSquaredError`, which says what is accepted. The gradient is
    sign(prediction - target) / prediction.size, and 0 where both are equal. The best constant prediction is
    the median of the targets, as that of the squared error is their mean.

    Examples
    --------
    >>> loss = MeanAbsoluteError()
    >>> loss.value_and_gradient(np.array([[3.0, -1.0]]), np.array([[0.0, 0.0]]))
    (2.0, array([[ 0.5, -0.5]]))

    References
    ----------
    Hastie, Tibshirani & Friedman 2009, "The Elements of Statistical Learning", section 10.6.
    """

    def _value(self, difference: np.ndarray) -> float:
        return float(np.abs(difference).mean())

    def _gradient(self, difference: np.ndarray) -> np.ndarray:
        return np.sign(difference) / difference.size


class Huber(_DifferenceLoss):
    """Squared near the target, absolute far from it: outliers pull with a bounded force.

    With d = prediction - target an entry costs d^2 / 2 where abs(d) <= delta, and elsewhere
    delta * (abs(d) - delta / 2). The mean runs over all entries, as in `MeanSquaredError`, which says what
    is accepted. The gradient is d, cut to the interval from -delta to delta, / prediction.size.

    Parameters
    ----------
    delta : float > 0
        Where the parabola turns into a line.

    Raises
    ------
    ValueError
        If `delta` is not a positive finite number.

    Examples
    --------
    >>> loss = Huber(delta=1.0)
    >>> loss.value_and_gradient(np.array([[1.0, 10.0]]), np.array([[0.0, 0.0]]))  # (0.5 + 9.5) / 2
    (5.0, array([[0.5, 0.5]]))

    References
    ----------
    Huber 1964, "Robust Estimation of a Location Parameter" (delta is k there). Hastie, Tibshirani & Friedman
    2009, "The Elements of Statistical Learning", equation 10.23, has twice the cost.
    """

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = check_number("Huber", "delta", delta, "(0, inf)", "1.0 is usual")

    def _value(self, difference: np.ndarray) -> float:
        cut = difference.clip(-self.delta, self.delta)
        return float((cut * (difference - cut / 2)).mean())  # d * d / 2, or delta * (abs(d) - delta / 2)

    def _gradient(self, difference: np.ndarray) -> np.ndarray:
        return difference.clip(-self.delta, self.delta) / difference.size
