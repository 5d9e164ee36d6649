"""Convolution and pooling as one first writes them in NumPy: batch first, one matrix product per image.

What the package does instead stands in `nnkit.layers.convolution`; this is here to be timed against it.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import nnkit


def windows(x, size, stride, padding=0):
    """All windows, of shape (batch, channels, size^2, rows, columns)."""
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding))) if padding else x
    found = sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    return found.transpose(0, 1, 4, 5, 2, 3).reshape(*x.shape[:2], size * size, *found.shape[2:4])


def overlay(parts, shape, size, stride, padding=0):
    """Windows put back in place, added where they overlap."""
    (rows, columns), (height, width) = parts.shape[3:], shape[2:]
    x = np.zeros((*shape[:2], height + 2 * padding, width + 2 * padding), parts.dtype)
    for place, (i, j) in enumerate(np.ndindex(size, size)):
        x[:, :, i : i + rows * stride : stride, j : j + columns * stride : stride] += parts[:, :, place]
    return x[:, :, padding : padding + height, padding : padding + width]


class Conv2D(nnkit.Conv2D):
    """A convolution with one matrix product for each image of the batch."""

    def forward(self, x, training=False):
        """Compute y = W.T @ windows of x + b."""
        parts = windows(x, self.kernel_size, self.stride, self.padding)
        W, (batch, *_, rows, columns) = self.W.value.reshape(-1, self.c_out), parts.shape
        patches = parts.reshape(batch, len(W), rows * columns)
        y = (W.T @ patches).reshape(batch, self.c_out, rows, columns)
        y += self.b.value[:, None, None]
        return y, (patches, x.shape, parts.shape)

    def backward(self, dy, cache):
        """Add dW and db; return dx."""
        self.add_gradients(dy, cache)
        patches, x_shape, parts_shape = cache
        dpatches = self.W.value.reshape(-1, self.c_out) @ dy.reshape(len(dy), self.c_out, patches.shape[2])
        return overlay(dpatches.reshape(parts_shape), x_shape, self.kernel_size, self.stride, self.padding)

    def add_gradients(self, dy, cache):
        """Add dW and db."""
        patches, _, (batch, *_, rows, columns) = cache
        dy_rows = dy.reshape(batch, self.c_out, rows * columns).transpose(0, 2, 1)
        self.W.grad += (patches @ dy_rows).sum(axis=0).reshape(self.W.grad.shape)
        self.b.grad += dy.sum(axis=(0, 2, 3))


class MaxPool2D(nnkit.MaxPool2D):
    """The largest entry of every window, batch first."""

    def _value(self, x):
        return windows(x, self.kernel_size, self.stride).max(axis=2)

    def _gradient(self, dy, x, y):
        reached = np.logical_or.accumulate(windows(x, self.kernel_size, self.stride) == y[:, :, None], axis=2)
        first = np.diff(reached, axis=2, prepend=False)  # True where it turns True
        return overlay(first * dy[:, :, None], x.shape, self.kernel_size, self.stride)
