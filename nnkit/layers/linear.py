"""The fully connected layer.

Activations stand in `activations`; how W is drawn stands in `nnkit.initializers`.
"""

from __future__ import annotations

import math

import numpy as np

from nnkit.initializers import Initializer, he
from nnkit.layers.base import Layer
from nnkit.parameter import Parameter

__all__ = ["Linear"]

_DEFAULT_INITIALIZER = he()


class Linear(Layer):
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
        If `n_in` or `n_out` is below 1; in `forward`, if x is not of shape (batch, n_in).
    TypeError
        If `n_in` or `n_out` is not an int, or `rng` is not a Generator; in `forward`, if x is no ndarray.

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
        initializer: Initializer = _DEFAULT_INITIALIZER,
        bias: bool = True,
        dtype: np.typing.DTypeLike = np.float64,
    ) -> None:
        _check_size("n_in", n_in)
        _check_size("n_out", n_out)
        if not isinstance(rng, np.random.Generator):
            raise TypeError(
                f"Linear expects rng to be a numpy.random.Generator, got {type(rng).__name__}; "
                "pass np.random.default_rng(0)."
            )
        self.n_in, self.n_out, self.initializer = int(n_in), int(n_out), initializer
        W = initializer(rng, (self.n_in, self.n_out), fan_in=self.n_in, fan_out=self.n_out)
        self.W = Parameter(W.astype(dtype), name="W")
        self.b = Parameter(np.zeros(self.n_out, dtype), name="b") if bias else None

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
        if not isinstance(x, np.ndarray):
            raise TypeError(
                f"Linear expects x as an ndarray, got {type(x).__name__}; wrap it in np.array(x)."
            )
        if x.ndim != 2 or x.shape[1] != self.n_in:
            raise ValueError(self._explain_shape(x.shape))
        y = x @ self.W.value
        if self.b is not None:
            y += self.b.value
        return y, x

    def backward(self, dy: np.ndarray, cache: np.ndarray) -> np.ndarray:
        """Add dW = x.T @ dy and db = the sum of dy over the batch; return dx = dy @ W.T."""
        self.add_gradients(dy, cache)
        return dy @ self.W.value.T

    def add_gradients(self, dy: np.ndarray, cache: np.ndarray) -> None:
        """Add dW and db, and spare the matrix product for dx."""
        x = cache
        self.W.grad += x.T @ dy
        if self.b is not None:
            self.b.grad += dy.sum(axis=0)

    def parameters(self) -> list[Parameter]:
        """W, and b if there is one."""
        return [self.W] if self.b is None else [self.W, self.b]

    def __repr__(self) -> str:
        options = ["rng=rng"]
        if repr(self.initializer) != repr(_DEFAULT_INITIALIZER):
            options.append(f"initializer={self.initializer!r}")
        if self.b is None:
            options.append("bias=False")
        if self.W.value.dtype != np.float64:
            options.append(f"dtype=np.{self.W.value.dtype}")
        return f"Linear({self.n_in}, {self.n_out}, {', '.join(options)})"

    def _explain_shape(self, shape: tuple[int, ...]) -> str:
        if shape == (self.n_in,):
            remedy = "give one example a batch axis with x[None, :]"
        elif len(shape) > 2 and math.prod(shape[1:]) == self.n_in:
            remedy = "make each example a row with x.reshape(len(x), -1)"
        elif len(shape) == 2 and shape[0] == self.n_in:
            remedy = "put one example per row, perhaps with x.T"
        else:
            remedy = f"give x {self.n_in} columns, or build the layer with another n_in"
        return f"Linear expects x of shape (batch, {self.n_in}), got {shape}; {remedy}."


def _check_size(name: str, size: int) -> None:
    if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
        raise TypeError(f"Linear expects {name} to be an int, got {type(size).__name__} {size!r}.")
    if size < 1:
        raise ValueError(f"Linear expects {name} to be at least 1, got {size}.")
