"""Dropout, which hides entries at random while training.

Penalties on the size of weights are another means to the same end and do not belong here.
"""

from __future__ import annotations

import numpy as np

from nnkit.arguments import check_batch, check_number, check_rng, check_shape
from nnkit.layers.base import Layer


class Dropout(Layer):
    """Dropout: while training y = x * mask, otherwise y = x.

    The mask is 0 with probability `rate` and 1 / (1 - rate) otherwise, drawn anew for every entry and every
    forward pass. So the mean of y is x, and inference needs no correction. x has any shape (batch, ...).

    Parameters
    ----------
    rate : float in [0, 1)
        The fraction that is dropped.
    rng : numpy.random.Generator
        Draws the masks.

    Raises
    ------
    ValueError
        If `rate` is not in [0, 1).
    TypeError
        If `rate` is not a number, or `rng` is not a Generator.

    Examples
    --------
    >>> layer = Dropout(0.5, rng=np.random.default_rng(0))
    >>> y, mask = layer.forward(np.ones((1, 6)), training=True)
    >>> y
    array([[2., 0., 0., 0., 2., 2.]])
    >>> layer.backward(np.ones((1, 6)), mask)
    array([[2., 0., 0., 0., 2., 2.]])
    >>> layer(np.ones((1, 6)))
    array([[1., 1., 1., 1., 1., 1.]])

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, "Dropout: A Simple Way to Prevent Neural
    Networks from Overfitting", section 4. There p is the fraction that is kept, and the weights are
    multiplied by p at test time; here y is divided by it while training ("inverted dropout").
    """

    def __init__(self, rate: float, *, rng: np.random.Generator) -> None:
        self.rate = check_number("Dropout", "rate", rate, "[0, 1)", "it is the fraction that is dropped")
        check_rng("Dropout", rng)
        self.rng: np.random.Generator = rng

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Compute y = x * mask while training, else y = x; the cache is the mask."""
        check_batch("Dropout", x)
        if not training:
            return x, np.broadcast_to(x.dtype.type(1), x.shape)
        mask = (self.rng.random(x.shape) >= self.rate) / x.dtype.type(1 - self.rate)
        return x * mask, mask

    def backward(self, dy: np.ndarray, cache: np.ndarray) -> np.ndarray:
        """Return dx = dy * mask, with the mask that made y."""
        check_shape("Dropout", "dy", dy, cache.shape)
        return dy * cache
