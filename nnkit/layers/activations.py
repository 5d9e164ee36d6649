"""Activations: functions applied to every entry by itself, without parameters.

Softmax is not here: it belongs to its loss, which takes logits (`nnkit.losses.SoftmaxCrossEntropy`).
"""

from __future__ import annotations

import numpy as np

from nnkit.layers.base import Layer

__all__ = ["ReLU", "Sigmoid", "Tanh"]


class ReLU(Layer):
    """The rectified linear unit, y = max(x, 0).

    Its slope is 1 where x > 0 and 0 elsewhere, at x = 0 too. x has any shape, and y the same.

    Examples
    --------
    >>> ReLU()(np.array([[-2.0, 0.0, 3.0]]))
    array([[0., 0., 3.]])

    References
    ----------
    Glorot, Bordes & Bengio 2011, "Deep Sparse Rectifier Neural Networks", section 3.
    """

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Compute y = max(x, 0); the cache is y."""
        y = np.maximum(x, 0)
        return y, y

    def backward(self, dy: np.ndarray, cache: np.ndarray) -> np.ndarray:
        """Return dx = dy where y > 0, else 0."""
        y = cache
        return dy * (y > 0)

    def __repr__(self) -> str:
        return "ReLU()"


class Tanh(Layer):
    """The hyperbolic tangent, y = tanh(x), between -1 and 1.

    Its slope is 1 - y^2. x has any shape, and y the same.

    Examples
    --------
    >>> Tanh()(np.array([[-100.0, 0.0, 100.0]]))
    array([[-1.,  0.,  1.]])
    """

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Compute y = tanh(x); the cache is y."""
        y = np.tanh(x)
        return y, y

    def backward(self, dy: np.ndarray, cache: np.ndarray) -> np.ndarray:
        """Return dx = dy * (1 - y^2)."""
        y = cache
        return dy * (1 - y * y)

    def __repr__(self) -> str:
        return "Tanh()"


class Sigmoid(Layer):
    """The logistic function, y = 1 / (1 + exp(-x)), between 0 and 1.

    Its slope is y * (1 - y), at most 1/4. x has any shape, and y the same.

    Examples
    --------
    >>> Sigmoid()(np.array([[-1000.0, 0.0, 1000.0]]))
    array([[0. , 0.5, 1. ]])
    """

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Compute y = 1 / (1 + exp(-x)); the cache is y."""
        decay = np.exp(-np.abs(x))  # at most 1: exp never overflows
        y = np.where(x >= 0, 1, decay) / (1 + decay)
        return y, y

    def backward(self, dy: np.ndarray, cache: np.ndarray) -> np.ndarray:
        """Return dx = dy * y * (1 - y)."""
        y = cache
        return dy * (y * (1 - y))

    def __repr__(self) -> str:
        return "Sigmoid()"
