"""Activations: layers without parameters that bend, or only pass on, what a Linear computed.

ReLU and its relatives stand in `rectifiers`. A classifier ends without softmax: its loss takes logits
(`nnkit.losses.SoftmaxCrossEntropy`).
"""

from __future__ import annotations

import numpy as np

from nnkit.layers.base import Function

__all__ = ["Identity", "LogSoftmax", "Sigmoid", "Softmax", "Tanh"]


class Identity(Function):
    """The identity, y = x.

    Between two Linear layers it shows what an activation is for: without one they are a single Linear.

    Examples
    --------
    >>> Identity()(np.array([[-2.0, 3.0]]))
    array([[-2.,  3.]])
    """

    def _value(self, x: np.ndarray) -> np.ndarray:
        return x

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return dy


class Tanh(Function):
    """The hyperbolic tangent, y = tanh(x), between -1 and 1.

    Its slope is 1 - y^2. x has any shape, and y the same.

    Examples
    --------
    >>> Tanh()(np.array([[-100.0, 0.0, 100.0]]))
    array([[-1.,  0.,  1.]])
    """

    _keeps_x = False

    def _value(self, x: np.ndarray) -> np.ndarray:
        return np.tanh(x)

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return dy * (1 - y * y)


class Sigmoid(Function):
    """The logistic function, y = 1 / (1 + exp(-x)), between 0 and 1.

    Its slope is y * (1 - y), at most 1/4. x has any shape, and y the same.

    Examples
    --------
    >>> Sigmoid()(np.array([[-1000.0, 0.0, 1000.0]]))
    array([[0. , 0.5, 1. ]])
    """

    _keeps_x = False

    def _value(self, x: np.ndarray) -> np.ndarray:
        return logistic(x)

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return dy * (y * (1 - y))


def logistic(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)), entry by entry."""
    decay = np.exp(-np.abs(x))  # at most 1: exp never overflows
    return np.where(x >= 0, 1, decay) / (1 + decay)


class Softmax(Function):
    """Probabilities from logits, y_i = exp(x_i) / sum of exp(x_j), along the last axis.

    The entries of y are positive and sum to 1. Adding a number to all logits of a row changes nothing. Every
    logit moves every probability of its row: dx = y * (dy - sum(dy * y)).

    For training, prefer logits with `SoftmaxCrossEntropy`: where y_i rounds to 0, its logarithm is lost.

    Examples
    --------
    >>> Softmax()(np.array([[0.0, 0.0], [1e4, -1e4]]))
    array([[0.5, 0.5],
           [1. , 0. ]])

    References
    ----------
    Bridle 1990, "Probabilistic Interpretation of Feedforward Classification Network Outputs". Goodfellow,
    Bengio & Courville 2016, "Deep Learning", equation 6.29.
    """

    _keeps_x = False

    def _value(self, x: np.ndarray) -> np.ndarray:
        exponentials = np.exp(x - x.max(axis=-1, keepdims=True))  # subtract the max: exp never overflows
        return exponentials / exponentials.sum(axis=-1, keepdims=True)

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return y * (dy - (dy * y).sum(axis=-1, keepdims=True))


class LogSoftmax(Function):
    """Logarithms of probabilities, y_i = x_i - log(sum of exp(x_j)), along the last axis.

    Exact where `Softmax` rounds to 0, so that very small probabilities can still be compared. Its gradient is
    dx = dy - softmax(x) * sum(dy).

    Examples
    --------
    >>> LogSoftmax()(np.array([[1e4, -1e4]]))
    array([[     0., -20000.]])

    References
    ----------
    Goodfellow, Bengio & Courville 2016, "Deep Learning", equation 6.30.
    """

    _keeps_x = False

    def _value(self, x: np.ndarray) -> np.ndarray:
        shifted = x - x.max(axis=-1, keepdims=True)  # subtract the max: exp never overflows
        return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return dy - np.exp(y) * dy.sum(axis=-1, keepdims=True)
