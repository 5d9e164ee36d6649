"""The fully connected layer, and the one that makes rows for it.

Activations stand in `activations` and `rectifiers`; how W is drawn stands in `nnkit.initializers`.
"""

from __future__ import annotations

import math

import numpy as np

from nnkit.arguments import check_floats, check_int, check_shape
from nnkit.initializers import Initializer, he
from nnkit.layers.base import Function, Weighted

__all__ = ["Flatten", "Linear"]


class Flatten(Function):
    """One row per example: x of shape (batch, ...) becomes y of shape (batch, n).

    n is the product of the other axes, of which the last runs fastest. Nothing is computed.

    Raises
    ------
    TypeError, ValueError
        In `forward`, if x is no floating-point array, or has no axis of examples.

    Examples
    --------
    >>> Flatten()(np.zeros((64, 1, 28, 28))).shape
    (64, 784)
    """

    def _value(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(len(x), math.prod(x.shape[1:]))

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return dy.reshape(x.shape)


class Linear(Weighted):
    """A fully connected layer, y = x @ W + b.

    Parameters
    ----------
    n_in, n_out : int >= 1
        How many inputs and outputs an example has.
    rng : numpy.random.Generator
        Draws W.
    initializer : Initializer
        How W is drawn; b starts at zero.
    bias : bool
        Whether there is a b.
    dtype : dtype
        np.float64 or np.float32.

    Attributes
    ----------
    W : Parameter, shape (n_in, n_out)
    b : Parameter, shape (n_out,), or None without bias

    Raises
    ------
    ValueError
        If `n_in` or `n_out` is below 1; in `forward`, if x is not of shape (batch, n_in); in `backward`, if
        dy is not of the shape of y.
    TypeError
        If an argument is of the wrong kind; in `forward` and `backward`, if an array does not hold floats.

    Examples
    --------
    >>> layer = Linear(3, 2, rng=np.random.default_rng(0))
    >>> layer(np.ones((5, 3))).shape
    (5, 2)
    >>> layer.W.value.shape
    (3, 2)
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        rng: np.random.Generator,
        initializer: Initializer = he(),  # noqa: B008 - it has no state
        bias: bool = True,
        dtype: np.typing.DTypeLike = np.float64,
    ) -> None:
        self.n_in, self.n_out = check_int("Linear", "n_in", n_in), check_int("Linear", "n_out", n_out)
        super().__init__(initializer, bias, dtype)
        self._draw(rng, (self.n_in, self.n_out), self.n_in, self.n_out)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Compute y = x @ W + b.

        Parameters
        ----------
        x : ndarray, shape (batch, n_in)
        training : bool
            Changes nothing here.

        Returns
        -------
        y : ndarray, shape (batch, n_out)
        cache : ndarray
            x itself.
        """
        check_floats("Linear", "x", x)
        if x.shape[1:] != (self.n_in,):
            raise ValueError(self._explain_shape(x.shape))
        y = x.dot(self.W.value)  # of two matrices what @ gives, and sooner
        if self.b is not None:
            y += self.b.value
        return y, x

    def backward(self, dy: np.ndarray, cache: np.ndarray) -> np.ndarray:
        """Add dW = x.T @ dy and db = the sum of dy over the batch; return dx = dy @ W.T."""
        self.add_gradients(dy, cache)
        return dy.dot(self.W.value.T)

    def add_gradients(self, dy: np.ndarray, cache: np.ndarray) -> None:
        """Add dW and db, and spare the matrix product for dx."""
        x = cache
        check_shape("Linear", "dy", dy, (len(x), self.n_out))
        self.W.accumulate(np.dot, x.T, dy)
        if self.b is not None:
            self.b.accumulate(np.add.reduce, dy, axis=0)

    def _explain_shape(self, shape: tuple[int, ...]) -> str:
        remedy = f"give x {self.n_in} columns, or build the layer with another n_in"
        if shape == (self.n_in,):
            remedy = "give one example a batch axis with x[None, :]"
        elif math.prod(shape[1:]) == self.n_in:
            remedy = "add Flatten() before it"
        elif len(shape) == 2 and shape[0] == self.n_in:
            remedy = "put one example per row, perhaps with x.T"
        return f"Linear expects x of shape (batch, {self.n_in}), got {shape}; {remedy}."
