"""Networks: layers in a row, the usual dense network, and a table of what a network holds.

Single layers live in `nnkit.layers`; training a network in `nnkit.training`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, overload

import numpy as np

from nnkit.initializers import Initializer, glorot, he
from nnkit.layers import Layer, Linear, ReLU
from nnkit.parameter import Parameter

__all__ = ["Sequential", "mlp", "summary"]


class Sequential(Layer):
    """Layers applied one after the other; itself a layer.

    This is the model's door: the input is cast once to the dtype of the parameters. Lists are welcome here.
    A layer may stand in it twice: it then has one set of weights, and its gradients add.

    Parameters
    ----------
    *layers : Layer
        In the order of the forward pass.

    Attributes
    ----------
    layers : tuple of Layer
    dtype : numpy.dtype or None
        That of the parameters; None if there are none.

    Raises
    ------
    TypeError
        If one of them is not a Layer; in `forward`, if x does not hold numbers.
    ValueError
        If there are no layers, or if their parameters differ in dtype.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> model = Sequential(Linear(2, 3, rng=rng), ReLU(), Linear(3, 1, rng=rng))
    >>> model([[0.0, 0.0], [1.0, 2.0]]).shape
    (2, 1)
    >>> model[1], len(model)
    (ReLU(), 3)
    >>> model[:2]([[1.0, 2.0]]).shape  # a part of the model, with the same weights
    (1, 3)
    """

    def __init__(self, *layers: Layer) -> None:
        if not layers:
            raise ValueError("Sequential expects at least one layer, got none.")
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"Sequential expects layers, got {_describe(layer)}.")
        self.layers = layers
        dtypes = {parameter.value.dtype for parameter in self.parameters()}
        if len(dtypes) > 1:
            names = " and ".join(sorted(map(str, dtypes)))
            raise ValueError(
                f"Sequential expects parameters of one dtype, got {names}; pass the same dtype "
                "to every layer."
            )
        self.dtype: np.dtype[Any] | None = dtypes.pop() if dtypes else None

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, list[Any]]:
        """Run the layers in order.

        Parameters
        ----------
        x : array_like, shape (batch, ...)
        training : bool
            Handed to every layer.

        Returns
        -------
        y : ndarray
            The last layer's output.
        cache : list
            The cache of each layer.
        """
        y = self._cast(x)
        caches = []
        for layer in self.layers:
            y, cache = layer.forward(y, training)
            caches.append(cache)
        return y, caches

    def backward(self, dy: np.ndarray, cache: list[Any]) -> np.ndarray:
        """Run the layers in reverse order, each on its own cache; return dLoss/dx."""
        for layer, layer_cache in zip(reversed(self.layers), reversed(cache), strict=True):
            dy = layer.backward(dy, layer_cache)
        return dy

    def add_gradients(self, dy: np.ndarray, cache: list[Any]) -> None:
        """Like `backward`, without dLoss/dx of the first layer."""
        for layer, layer_cache in zip(self.layers[:0:-1], cache[:0:-1], strict=True):
            dy = layer.backward(dy, layer_cache)
        self.layers[0].add_gradients(dy, cache[0])

    def parameters(self) -> list[Parameter]:
        """All layers' parameters in order, each once."""
        found = {id(parameter): parameter for layer in self.layers for parameter in layer.parameters()}
        return list(found.values())

    @property
    def buffers(self) -> dict[str, np.ndarray]:
        """All layers' buffers, named by position: ``"0.mean"``."""
        return {
            f"{index}.{name}": buffer
            for index, layer in enumerate(self.layers)
            for name, buffer in layer.buffers.items()
        }

    def _cast(self, x: np.ndarray) -> np.ndarray:
        x = np.asarray(x)
        if x.dtype.kind not in "fiub":
            raise TypeError(
                f"Sequential expects x to hold real numbers, got dtype {x.dtype}; encode it as numbers first."
            )
        if self.dtype is not None:
            return x.astype(self.dtype, copy=False)
        return x if x.dtype.kind == "f" else x.astype(np.float64)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    @overload
    def __getitem__(self, index: int) -> Layer: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Layer:
        return Sequential(*self.layers[index]) if isinstance(index, slice) else self.layers[index]

    def __repr__(self) -> str:
        lines = ",\n".join(repr(layer) for layer in self.layers).replace("\n", "\n    ")
        return f"Sequential(\n    {lines},\n)"


def _describe(layer: object) -> str:
    if isinstance(layer, type) and issubclass(layer, Layer):
        return f"the class {layer.__name__}; make an instance with {layer.__name__}(...)"
    if isinstance(layer, (list, tuple)):
        return f"a {type(layer).__name__}; unpack it with Sequential(*layers)"
    return f"{type(layer).__name__}; pass instances of Layer, such as ReLU()"


def mlp(
    sizes: Sequence[int],
    *,
    rng: np.random.Generator,
    activation: Callable[[], Layer] = ReLU,
    initializer: Initializer | None = None,
    dtype: np.typing.DTypeLike = np.float64,
) -> Sequential:
    """A dense network: a Linear layer between each two sizes, an activation between each two layers.

    The last layer has no activation: its outputs are logits, or the values of a regression.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, hidden units of each layer, outputs: ``[784, 128, 10]``.
    rng : numpy.random.Generator
        Draws the weights, layer by layer.
    activation : callable returning a Layer
        A class such as `Tanh`.
    initializer : Initializer, optional
        For every W. By default `he` with ReLU and `glorot` with anything else.
    dtype : dtype
        np.float64 or np.float32.

    Returns
    -------
    Sequential

    Raises
    ------
    ValueError
        If there are fewer than two sizes.

    Examples
    --------
    >>> mlp([2, 16, 2], rng=np.random.default_rng(0))
    Sequential(
        Linear(2, 16, rng=rng),
        ReLU(),
        Linear(16, 2, rng=rng),
    )
    """
    if len(sizes) < 2:
        raise ValueError(
            f"mlp expects at least two sizes, inputs and outputs, got {list(sizes)}; pass such as [2, 16, 2]."
        )
    if isinstance(activation, Layer):
        raise TypeError(f"mlp expects activation to be a class, got {activation!r}; leave out the brackets.")
    if initializer is None:
        initializer = he() if activation is ReLU else glorot()
    layers: list[Layer] = []
    for n_in, n_out in pairwise(sizes):
        layers += [Linear(n_in, n_out, rng=rng, initializer=initializer, dtype=dtype), activation()]
    return Sequential(*layers[:-1])


def summary(model: Layer) -> str:
    """A table of the model's layers, their parameters' shapes and numbers of entries.

    Parameters
    ----------
    model : Layer

    Returns
    -------
    str
        One line per layer, and the total. A layer that stands in the model twice counts once.

    Examples
    --------
    >>> print(summary(mlp([2, 16, 2], rng=np.random.default_rng(0))))
    layer   shapes               entries
    Linear  W (2, 16), b (16,)        48
    ReLU
    Linear  W (16, 2), b (2,)         34
    total                             82
    """
    rows: list[tuple[str, str, str]] = [("layer", "shapes", "entries")]
    seen: set[int] = set()
    for layer, depth in _walk(model) if isinstance(model, Sequential) else [(model, 0)]:
        rows.append(_summary_row(layer, "  " * depth, seen))
    total = sum(parameter.value.size for parameter in model.parameters())
    rows.append(("total", "", f"{total:,}"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows]
    return "\n".join(line.rstrip() for line in lines)


def _walk(model: Sequential, depth: int = 0) -> Iterator[tuple[Layer, int]]:
    """The layers of a model in order, each with its depth of nesting."""
    for layer in model.layers:
        yield layer, depth
        if isinstance(layer, Sequential):
            yield from _walk(layer, depth + 1)


def _summary_row(layer: Layer, indent: str, seen: set[int]) -> tuple[str, str, str]:
    """One line of the table; `seen` holds the parameters that were counted in a line above."""
    name = indent + type(layer).__name__
    parameters = layer.parameters()
    if isinstance(layer, Sequential) or not parameters:
        return name, "", ""
    if all(id(parameter) in seen for parameter in parameters):
        return name, "the same as above", ""
    seen.update(id(parameter) for parameter in parameters)
    shapes = ", ".join(f"{parameter.name} {parameter.value.shape}" for parameter in parameters)
    return name, shapes, f"{sum(parameter.value.size for parameter in parameters):,}"
