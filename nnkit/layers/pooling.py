"""Pooling: each window of an image becomes one number, channel by channel, and nothing is learned.

Windows with weights belong to `convolution`.
"""

from __future__ import annotations

import numpy as np

from nnkit.arguments import check_int
from nnkit.layers.base import Function
from nnkit.layers.convolution import check_images, overlay, windows

__all__ = ["AveragePool2D", "MaxPool2D"]


class Pool(Function):
    """What both pools share: the size of a window, and the way from one to the next."""

    def __init__(self, kernel_size: int, *, stride: int | None = None) -> None:
        self.kernel_size = check_int(type(self).__name__, "kernel_size", kernel_size)
        self.stride = check_int(type(self).__name__, "stride", kernel_size if stride is None else stride)

    def _windows(self, x: np.ndarray) -> np.ndarray:
        check_images(type(self).__name__, x)
        return windows(type(self).__name__, x, self.kernel_size, self.stride)


class MaxPool2D(Pool):
    """The largest entry of every window, channel by channel.

    Its gradient goes to that entry alone; of equal ones, to the first in reading order. A rest at the far
    edges that fills no window is left out: with x of shape (batch, channels, height, width), y has
    (height - kernel_size) // stride + 1 rows, and columns likewise.

    Parameters
    ----------
    kernel_size : int >= 1
        Height and width of a window.
    stride : int >= 1, optional
        The way from one window to the next; by default `kernel_size`, so that windows do not overlap.

    Raises
    ------
    ValueError
        If a size is below 1; in `forward`, if x is not of shape (batch, channels, height, width), or
        smaller than a window; in `backward`, if dy is not of the shape of y.
    TypeError
        If a size is not an int; in `forward` and `backward`, if an array does not hold floats.

    Examples
    --------
    >>> x = np.array([[[[1.0, 2.0, 0.0, 0.0], [4.0, 3.0, 0.0, 7.0]]]])
    >>> y, cache = MaxPool2D(2).forward(x)
    >>> y
    array([[[[4., 7.]]]])
    >>> MaxPool2D(2).backward(y, cache)
    array([[[[0., 0., 0., 0.],
             [4., 0., 0., 7.]]]])

    References
    ----------
    Goodfellow, Bengio & Courville 2016, "Deep Learning", section 9.3.
    """

    def _value(self, x: np.ndarray) -> np.ndarray:
        return self._windows(x).max(axis=1).transpose(3, 0, 1, 2)

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        parts, y, dy = self._windows(x), y.transpose(1, 2, 3, 0), dy.transpose(1, 2, 3, 0)
        gradients = np.empty(parts.shape, dy.dtype)
        still = np.ones(y.shape, bool)  # windows whose largest entry has not come yet
        for place in range(self.kernel_size**2):
            here = still & (parts[:, place] == y)
            still ^= here
            np.multiply(dy, here, out=gradients[:, place])
        return overlay(gradients, x.shape, self.kernel_size, self.stride)


class AveragePool2D(Pool):
    """The mean of every window, channel by channel.

    Its gradient goes to all entries of the window in equal parts. Shapes are those of `MaxPool2D`.

    Parameters
    ----------
    kernel_size : int >= 1
        Height and width of a window.
    stride : int >= 1, optional
        The way from one window to the next; by default `kernel_size`, so that windows do not overlap.

    Raises
    ------
    ValueError, TypeError
        As in `MaxPool2D`.

    Examples
    --------
    >>> AveragePool2D(2)(np.array([[[[1.0, 2.0, 0.0, 0.0], [4.0, 3.0, 0.0, 7.0]]]]))
    array([[[[2.5 , 1.75]]]])

    References
    ----------
    LeCun, Bottou, Bengio & Haffner 1998, "Gradient-Based Learning Applied to Document Recognition",
    section II.B; there each map has a weight and a bias as well.
    """

    def _value(self, x: np.ndarray) -> np.ndarray:
        return self._windows(x).mean(axis=1).transpose(3, 0, 1, 2)

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        shares = (dy / self.kernel_size**2).transpose(1, 2, 3, 0)[:, None]
        return overlay(shares.repeat(self.kernel_size**2, axis=1), x.shape, self.kernel_size, self.stride)
