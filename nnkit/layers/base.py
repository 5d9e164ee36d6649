"""The contract that every layer keeps, and two kinds of layers: plain functions, and those with weights.

Layers themselves live beside this file; networks made of layers live in `nnkit.models`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from inspect import signature
from typing import Any

import numpy as np

from nnkit.arguments import check_batch, check_bool, check_dtype, check_kind, check_rng, check_shape
from nnkit.initializers import Initializer
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
        """What the layer learns: its own Parameters, then those of the layers inside, each once."""
        found = [value for value in vars(self).values() if isinstance(value, Parameter)]
        found += [parameter for layer in self.layers for parameter in layer.parameters()]
        return list(dict.fromkeys(found))

    @property
    def buffers(self) -> dict[str, np.ndarray]:
        """Its own arrays that are not learned, by name, then those of the layers inside: ``"0.mean"``.

        They are written in place. Most layers have none.
        """
        found = {name: value for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        for index, layer in enumerate(self.layers):
            found |= {f"{index}.{name}": array for name, array in layer.buffers.items()}
        return found

    def __repr__(self) -> str:
        """The call that builds it, from the attributes that are named like its arguments."""
        written = []
        for name, argument in signature(type(self)).parameters.items():
            value = name if name == "rng" or not hasattr(self, name) else _written(getattr(self, name))
            if argument.default is argument.empty:
                written.append(f"{name}={value}" if argument.kind is argument.KEYWORD_ONLY else value)
            elif value not in (name, _written(argument.default)):
                written.append(f"{name}={value}")
        return f"{type(self).__name__}({', '.join(written)})"


def _written(value: object) -> str:
    return f"np.{np.dtype(value)}" if isinstance(value, (type, np.dtype)) else repr(value)


class Function(Layer):
    """A layer that learns nothing and draws nothing: y comes from x, and dx from dy, x and y."""

    _keeps_x = True  # False where dx comes from dy and y alone: then x need not be kept

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Compute y; the cache is x, or y in its place, and y."""
        check_batch(type(self).__name__, x)
        y = self._value(x)
        return y, (x if self._keeps_x else y, y)

    def backward(self, dy: np.ndarray, cache: tuple[np.ndarray, ...]) -> np.ndarray:
        """Return dx; for a function of every entry by itself, that is dy times the slope."""
        check_shape(type(self).__name__, "dy", dy, cache[1].shape)
        return self._gradient(dy, *cache)

    @abstractmethod
    def _value(self, x: np.ndarray) -> np.ndarray:
        """Give y."""

    @abstractmethod
    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Give dx."""


class Weighted(Layer):
    """A layer with weights W, inputs first and outputs last, and a bias b for each output if asked for."""

    def __init__(self, initializer: Initializer, bias: bool, dtype: np.typing.DTypeLike) -> None:
        owner = type(self).__name__
        check_kind(owner, "initializer", initializer, Initializer, "call it with brackets, such as he()")
        self.initializer, self.bias = initializer, check_bool(owner, "bias", bias)
        self.dtype = check_dtype(owner, dtype)

    def _draw(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> None:
        check_rng(type(self).__name__, rng)
        W = self.initializer(rng, shape, fan_in=fan_in, fan_out=fan_out)
        check_shape(type(self).__name__, "initializer to give W", W, shape)
        self.W = Parameter(W.astype(self.dtype), name="W")
        self.b = Parameter(np.zeros(shape[-1], self.dtype), name="b") if self.bias else None


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
    check_kind("walk", "model", model, Layer)
    return iter(dict.fromkeys(layer for layer, _ in nested(model)))


def nested(layer: Layer, depth: int = 0) -> Iterator[tuple[Layer, int]]:
    """Every layer with its depth, as often as it stands in the model."""
    yield layer, depth
    for inner in layer.layers:
        yield from nested(inner, depth + 1)
