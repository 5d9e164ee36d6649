"""Normalization: entries brought to mean 0 and variance 1, then scaled and shifted by what is learned.

Scaling a data set before training belongs to `nnkit.data`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nnkit.arguments import check_dtype, check_int, check_number, check_shape
from nnkit.layers.base import Layer
from nnkit.parameter import Parameter


class Normalization(Layer):
    """What both share: y = scale * x_hat + shift with x_hat = (x - mean) / std."""

    _features = -1  # their axis

    def __init__(self, n: int, *, epsilon: float = 1e-5, dtype: np.typing.DTypeLike = np.float64) -> None:
        owner = type(self).__name__
        self.n, self.dtype = check_int(owner, "n", n), check_dtype(owner, dtype)
        self.epsilon = check_number(owner, "epsilon", epsilon, "(0, inf)")
        self.scale = Parameter(np.ones(self.n, self.dtype), name="scale")
        self.shift = Parameter(np.zeros(self.n, self.dtype), name="shift")

    def _normalize(self, x: np.ndarray, mean: Any, variance: Any, axes: Any) -> tuple[np.ndarray, Any]:
        """Normalize x, features last; `axes` are those whose entries made mean and variance, if any did."""
        std = np.sqrt(variance + self.epsilon)
        x_hat = (x - mean) / std
        y = self.scale.value * x_hat + self.shift.value
        return np.moveaxis(y, -1, self._features), (x_hat, std, axes)

    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """Add dscale = sum(dy * x_hat) and dshift = sum(dy); return dx.

        Where mean and standard deviation come from x, they take two means out of dx.
        """
        x_hat, std, axes = cache
        check_shape(type(self).__name__, "dy", dy, np.moveaxis(x_hat, -1, self._features).shape)
        dy = np.moveaxis(dy, self._features, -1)
        examples = tuple(range(dy.ndim - 1))
        self.scale.grad += (dy * x_hat).sum(examples)
        self.shift.grad += dy.sum(examples)
        dx_hat = dy * self.scale.value
        if axes:
            slope = (dx_hat * x_hat).mean(axes, keepdims=True)
            dx_hat = dx_hat - dx_hat.mean(axes, keepdims=True) - x_hat * slope
        return np.moveaxis(dx_hat / std, -1, self._features)


class BatchNorm(Normalization):
    """Batch normalization, y = scale * (x - mean) / sqrt(variance + epsilon) + shift.

    Each feature has its own mean and variance. While training they are those of the batch; images share
    them over all pixels of a channel. Otherwise they are the buffers "mean" and "variance", running averages
    that change only while training::

        running = (1 - momentum) * running + momentum * batch

    The variance that normalizes is biased (divided by the count m). The one that enters the running average
    is unbiased (divided by m - 1).

    Parameters
    ----------
    n : int >= 1
        Features, or channels of images.
    momentum : float in (0, 1]
        How far the running averages move towards the batch in each step. May be set between steps: 1/k in
        the k-th step makes them plain averages.
    epsilon : float > 0
        Keeps the root away from 0.
    dtype : dtype
        np.float64 or np.float32.

    Attributes
    ----------
    scale, shift : Parameter, shape (n,)
        Start at 1 and 0.
    mean, variance : ndarray, shape (n,)
        The running averages, also called `buffers`; start at 0 and 1.

    Raises
    ------
    ValueError
        If a number is out of its range; in `forward`, if x is of another shape than (batch, n) or
        (batch, n, height, width), or holds one value per feature while training; in `backward`, if dy is not
        of the shape of y.
    TypeError
        If an argument is of the wrong kind; in `forward` and `backward`, if an array does not hold floats.

    Examples
    --------
    >>> layer = BatchNorm(2)
    >>> y, cache = layer.forward(np.array([[0.0, 10.0], [2.0, 30.0]]), training=True)
    >>> y.round(3)
    array([[-1., -1.],
           [ 1.,  1.]])
    >>> layer.mean  # 0.9 * 0 + 0.1 * [1, 20]
    array([0.1, 2. ])

    References
    ----------
    Ioffe & Szegedy 2015, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
    Covariate Shift", Algorithm 1 (epsilon inside the root, biased variance) and section 3 for the gradient;
    section 3.2 for images; Algorithm 2, line 10, for the unbiased variance at inference. There it is averaged
    after training; here, as in PyTorch, it is a running average.
    """

    _features = 1

    def __init__(
        self, n: int, *, momentum: float = 0.1, epsilon: float = 1e-5, dtype: np.typing.DTypeLike = np.float64
    ) -> None:
        super().__init__(n, epsilon=epsilon, dtype=dtype)
        self.momentum = check_number("BatchNorm", "momentum", momentum, "(0, 1]")
        self.mean, self.variance = np.zeros(self.n, self.dtype), np.ones(self.n, self.dtype)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """Normalize each feature.

        Parameters
        ----------
        x : ndarray, shape (batch, n) or (batch, n, height, width)
        training : bool
            Whether to use the batch's mean and variance, and to move the running averages towards them.

        Returns
        -------
        y : ndarray, shape of x
        cache : tuple
            The normalized x, its standard deviation, and along which axes they were made.
        """
        image = ("height", "width") if np.ndim(x) == 4 else ()
        check_shape("BatchNorm", "x", x, ("batch", self.n, *image), "build it for the features that x has")
        x = np.moveaxis(x, 1, -1)
        if not training:
            return self._normalize(x, self.mean, self.variance, ())
        m, axes = x.size // self.n, tuple(range(x.ndim - 1))  # values per feature
        check_int("BatchNorm", "the values of x per feature", m, low=2, remedy="change batch_size")
        mean, variance = x.mean(axes), x.var(axes)
        self.mean += self.momentum * (mean - self.mean)
        self.variance += self.momentum * (variance * (m / (m - 1)) - self.variance)
        return self._normalize(x, mean, variance, axes)


class LayerNorm(Normalization):
    """Layer normalization, y = scale * (x - mean) / sqrt(variance + epsilon) + shift.

    Each example has its own mean and (biased) variance, over the last axis. So training and inference are
    the same, and a batch of one is welcome.

    Parameters
    ----------
    n : int >= 1
        The length of the last axis.
    epsilon : float > 0
        Keeps the root away from 0.
    dtype : dtype
        np.float64 or np.float32.

    Attributes
    ----------
    scale, shift : Parameter, shape (n,)
        Start at 1 and 0.

    Raises
    ------
    ValueError
        If a number is out of its range; in `forward`, if x is of another shape than (batch, ..., n); in
        `backward`, if dy is not of the shape of y.
    TypeError
        If an argument is of the wrong kind; in `forward` and `backward`, if an array does not hold floats.

    Examples
    --------
    >>> LayerNorm(4)(np.array([[1.0, 1.0, 3.0, 3.0], [10.0, 10.0, 30.0, 30.0]])).round(3)
    array([[-1., -1.,  1.,  1.],
           [-1., -1.,  1.,  1.]])

    References
    ----------
    Ba, Kiros & Hinton 2016, "Layer Normalization", equation 3. There is no epsilon there; here it stands
    inside the root, as in `BatchNorm`.
    """

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """Normalize each row; the cache is as in `BatchNorm`."""
        rows = getattr(x, "shape", ())[:-1] or ("batch",)
        check_shape("LayerNorm", "x", x, (*rows, self.n), "build the layer with the length of its last axis")
        return self._normalize(x, x.mean(-1, keepdims=True), x.var(-1, keepdims=True), (-1,))
