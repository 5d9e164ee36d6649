"""The windows of an image, and the convolutional layer, which looks through them.

Pooling, which learns nothing, stands in `pooling`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nnkit.arguments import check_int, check_shape
from nnkit.initializers import Initializer, Shape, he
from nnkit.layers.base import Weighted

__all__ = ["Conv2D"]


def check_images(owner: str, x: np.ndarray, channels: int | str = "channels") -> None:
    """Refuse what is not of shape (batch, channels, height, width)."""
    remedy = "add an axis with x[:, None] or x[None]" if np.ndim(x) < 4 else "try np.moveaxis(x, -1, 1)"
    check_shape(owner, "x", x, ("batch", channels, "height", "width"), remedy)


def windows(owner: str, x: np.ndarray, size: int, stride: int, padding: int = 0) -> np.ndarray:
    """All windows of x, or of x within zeros. The batch stands last: so long runs of memory stay together.

    Parameters
    ----------
    owner : str
        Who asks, for the error.
    x : ndarray, shape (batch, channels, height, width)
    size, stride : int >= 1
        Edge of a window, and the way from one to the next. A rest at the far edges is left out.
    padding : int >= 0
        Rows and columns of zeros on each side.

    Returns
    -------
    ndarray, shape (channels, size^2, rows, columns, batch)
        rows = (height + 2 padding - size) // stride + 1, and columns likewise. The places of a window stand
        in reading order.
    """
    least = size - 2 * padding
    if min(x.shape[2:]) < least:
        raise ValueError(f"{owner} expects x of {least} x {least} or more, got {x.shape}; lower kernel_size.")
    batch, channels, height, width = x.shape
    framed = np.zeros((channels, height + 2 * padding, width + 2 * padding, batch), x.dtype)
    framed[:, padding : padding + height, padding : padding + width] = x.transpose(1, 2, 3, 0)
    found = sliding_window_view(framed, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return found.transpose(0, 4, 5, 1, 2, 3).reshape(channels, size * size, *found.shape[1:4])


def overlay(parts: np.ndarray, shape: Shape, size: int, stride: int, padding: int = 0) -> np.ndarray:
    """Put windows back in place, adding where they overlap: the transpose of `windows`.

    Parameters
    ----------
    parts : ndarray, shape (channels, size^2, rows, columns, batch)
    shape : tuple of int
        Of x: (batch, channels, height, width).
    size, stride : int >= 1
    padding : int >= 0

    Returns
    -------
    ndarray of that shape
    """
    (rows, columns), (batch, channels, height, width) = parts.shape[2:4], shape
    x = np.zeros((channels, height + 2 * padding, width + 2 * padding, batch), parts.dtype)
    for place, (i, j) in enumerate(np.ndindex(size, size)):  # for all windows at once
        x[:, i : i + rows * stride : stride, j : j + columns * stride : stride] += parts[:, place]
    return x[:, padding : padding + height, padding : padding + width].transpose(3, 0, 1, 2)


class Conv2D(Weighted):
    """A convolutional layer: one small Linear, applied to every window of an image.

    With k = kernel_size, s = stride and x padded by zeros::

        y[e, o, r, c] = sum over j, u, v of x[e, j, r s + u, c s + v] W[j, u, v, o] + b[o]

    The kernel is not turned: strictly, this is a cross-correlation. The windows of an image are laid out as
    columns of one matrix ("im2col"), so that forward and backward are matrix products.

    Parameters
    ----------
    c_in, c_out : int >= 1
        Channels of the input and of the output.
    kernel_size : int >= 1
        Height and width of a window.
    stride : int >= 1
        The way from one window to the next.
    padding : int >= 0
        Rows and columns of zeros on each side. (kernel_size - 1) // 2 keeps the size of the image, if the
        kernel size is odd and the stride 1.
    rng : numpy.random.Generator
        Draws W.
    initializer : Initializer
        How W is drawn, with fan_in = c_in k^2 and fan_out = c_out k^2; b starts at zero.
    bias : bool
        Whether there is a b.
    dtype : dtype
        np.float64 or np.float32.

    Attributes
    ----------
    W : Parameter, shape (c_in, kernel_size, kernel_size, c_out)
        Inputs first and outputs last, as in `Linear`.
    b : Parameter, shape (c_out,), or None without bias

    Raises
    ------
    ValueError
        If a size is too small; in `forward`, if x is not of shape (batch, c_in, height, width), or smaller
        than a window; in `backward`, if dy is not of the shape of y.
    TypeError
        If an argument is of the wrong kind; in `forward` and `backward`, if an array does not hold floats.

    Examples
    --------
    >>> layer = Conv2D(1, 8, 3, padding=1, rng=np.random.default_rng(0))
    >>> layer(np.zeros((64, 1, 28, 28))).shape
    (64, 8, 28, 28)
    >>> edges = Conv2D(1, 1, 2, rng=np.random.default_rng(0), bias=False)
    >>> edges.W.value[0, :, :, 0] = [[-1, 1], [-1, 1]]  # right minus left
    >>> edges(np.array([[[[0.0, 0.0, 5.0], [0.0, 0.0, 5.0]]]]))
    array([[[[ 0., 10.]]]])

    References
    ----------
    Goodfellow, Bengio & Courville 2016, "Deep Learning", equation 9.6 (cross-correlation). Dumoulin & Visin
    2016, "A Guide to Convolution Arithmetic for Deep Learning", relationship 6 (the size of y). Chellapilla,
    Puri & Simard 2006, "High Performance Convolutional Neural Networks for Document Processing"
    (as a matrix product).
    """

    def __init__(
        self,
        c_in: int,
        c_out: int,
        kernel_size: int,
        *,
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator,
        initializer: Initializer = he(),  # noqa: B008 - it has no state
        bias: bool = True,
        dtype: np.typing.DTypeLike = np.float64,
    ) -> None:
        self.c_in, self.c_out = check_int("Conv2D", "c_in", c_in), check_int("Conv2D", "c_out", c_out)
        self.kernel_size = k = check_int("Conv2D", "kernel_size", kernel_size)
        self.stride = check_int("Conv2D", "stride", stride)
        self.padding = check_int("Conv2D", "padding", padding, low=0)
        super().__init__(initializer, bias, dtype)
        self._draw(rng, (self.c_in, k, k, self.c_out), self.c_in * k * k, self.c_out * k * k)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """Compute y = W.T @ windows of x + b.

        Parameters
        ----------
        x : ndarray, shape (batch, c_in, height, width)
        training : bool
            Changes nothing here.

        Returns
        -------
        y : ndarray, shape (batch, c_out, rows, columns)
            rows = (height + 2 padding - kernel_size) // stride + 1, and columns likewise.
        cache : tuple
            The windows, one per column, and the shapes of x and of its windows.
        """
        check_images("Conv2D", x, self.c_in)
        parts = windows("Conv2D", x, self.kernel_size, self.stride, self.padding)
        W = self.W.value.reshape(-1, self.c_out)
        patches = parts.reshape(len(W), -1)  # one product for the whole batch
        y = W.T @ patches
        if self.b is not None:
            y += self.b.value[:, None]
        y = y.reshape(self.c_out, *parts.shape[2:]).transpose(3, 0, 1, 2)
        return y, (patches, x.shape, parts.shape)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """Add dW and db; return dx, the sum over all windows in which an entry stands."""
        self.add_gradients(dy, cache)
        _, x_shape, parts_shape = cache
        dpatches = self.W.value.reshape(-1, self.c_out) @ self._columns(dy)
        return overlay(dpatches.reshape(parts_shape), x_shape, self.kernel_size, self.stride, self.padding)

    def add_gradients(self, dy: np.ndarray, cache: Any) -> None:
        """Add dW = windows @ dy.T and db, and spare the way back to x."""
        patches, _, (*_, rows, columns, batch) = cache
        check_shape("Conv2D", "dy", dy, (batch, self.c_out, rows, columns))
        dy = self._columns(dy)
        self.W.grad += (patches @ dy.T).reshape(self.W.grad.shape)
        if self.b is not None:
            self.b.grad += dy.sum(axis=1)

    def _columns(self, dy: np.ndarray) -> np.ndarray:
        """dy with one column per window, as the patches have."""
        return dy.transpose(1, 2, 3, 0).reshape(self.c_out, -1)
