"""The contract that every layer keeps.

Layers themselves live beside this file; networks made of layers live in `nnkit.models`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np

from nnkit.parameter import Parameter

__all__ = ["Layer", "walk"]


class Layer(ABC):
    """A function with parameters that can be run forward and backward.

    `forward` returns its output together with a cache: whatever `backward` needs, as a plain value. Nothing
    is remembered inside the layer. So one layer may be used twice in a network, and a prediction between
    forward and backward harms nothing.

    Attributes
    ----------
    layers : tuple of Layer
        The layers inside, in the order of the forward pass. Only containers have some.
    rng : numpy.random.Generator or None
        What the layer draws from while it learns. Most layers draw nothing.

    Examples
    --------
    >>> from nnkit import ReLU
    >>> layer = ReLU()
    >>> y, cache = layer.forward(np.array([[-1.0, 2.0]]))
    >>> y
    array([[0., 2.]])
    >>> layer.backward(np.array([[10.0, 10.0]]), cache)
    array([[ 0., 10.]])
    """

    layers: tuple[Layer, ...] = ()
    rng: np.random.Generator | None = None

    @abstractmethod
    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """Compute the output and the cache.

        Parameters
        ----------
        x : ndarray, shape (batch, ...)
            Not changed.
        training : bool
            True while learning. Only layers that behave differently then look at it.

        Returns
        -------
        y : ndarray, shape (batch, ...)
        cache : object
            For `backward`.
        """

    @abstractmethod
    def backward(self, dy: np.ndarray, cache: Any) -> np.ndarray:
        """Add to the parameters' gradients and return the input's.

        Parameters
        ----------
        dy : ndarray, shape of y
            dLoss/dy. Not changed.
        cache : object
            From the `forward` that computed y. Not changed.

        Returns
        -------
        ndarray, shape of x
            dLoss/dx.
        """

    def add_gradients(self, dy: np.ndarray, cache: Any) -> None:
        """Add to the parameters' gradients only.

        The first layer of a model needs no dLoss/dx while training. A layer for which dLoss/dx is dear
        says here how to leave it out; every other layer runs its `backward`.
        """
        self.backward(dy, cache)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Compute the output for inference."""
        return self.forward(x)[0]

    def parameters(self) -> list[Parameter]:
        """What the layer learns, each Parameter once. A layer that learns nothing has none."""
        return []

    @property
    def buffers(self) -> dict[str, np.ndarray]:
        """Arrays that belong to the layer's state but are not learned, by name. Most layers have none."""
        return {}


def walk(model: Layer) -> Iterator[Layer]:
    """Every layer of a model once: itself, then the layers inside, depth first.

    Parameters
    ----------
    model : Layer

    Examples
    --------
    >>> from nnkit import ReLU, Sequential
    >>> [type(layer).__name__ for layer in walk(Sequential(ReLU(), Sequential(ReLU())))]
    ['Sequential', 'ReLU', 'Sequential', 'ReLU']
    """
    seen: set[int] = set()
    waiting = [model]
    while waiting:
        layer = waiting.pop()
        if id(layer) not in seen:
            seen.add(id(layer))
            yield layer
            waiting.extend(reversed(layer.layers))
