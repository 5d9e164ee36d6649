"""Networks: layers in a row, a path around them, the usual dense network, and a table of their parameters.

Single layers live in `nnkit.layers`; training a network in `nnkit.training`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from nnkit.arguments import as_numbers, check_dtype, check_int, check_kind, check_rng, check_shape
from nnkit.initializers import Initializer, glorot, he
from nnkit.layers import Layer, Linear, ReLU
from nnkit.layers.base import nested
from nnkit.parameter import fuse

__all__ = ["Residual", "Sequential", "mlp", "summary"]


class Container(Layer):
    """Layers in a row, whose parameters are of one dtype."""

    def __init__(self, *layers: Layer) -> None:
        owner = type(self).__name__
        check_int(owner, "the number of layers", len(layers), remedy="pass such as ReLU()")
        for layer in layers:
            check_kind(owner, "layers", layer, Layer, "pass instances such as ReLU(), and a list as *layers")
        self.layers = layers
        dtypes = {parameter.value.dtype for parameter in self.parameters()}
        if len(dtypes) > 1:
            raise ValueError(f"{owner} expects one dtype, got {sorted(map(str, dtypes))}; give it to each.")
        self.dtype: np.dtype[Any] | None = dtypes.pop() if dtypes else None

    def _cast(self, x: np.ndarray) -> np.ndarray:
        """The input in the dtype of the parameters."""
        x = as_numbers(type(self).__name__, "x", x)
        return x.astype(self.dtype or (x.dtype if x.dtype.kind == "f" else np.float64), copy=False)

    def _run(self, x: np.ndarray, training: bool) -> tuple[np.ndarray, list[Any]]:
        """The output of the last layer, and the cache of each."""
        caches = []
        for layer in self.layers:
            x, cache = layer.forward(x, training)
            caches.append(cache)
        return x, caches

    def _run_back(self, dy: np.ndarray, caches: list[Any], first: int = 0) -> np.ndarray:
        """The gradient of the input of layer `first`."""
        for i in range(len(self.layers) - 1, first - 1, -1):
            dy = self.layers[i].backward(dy, caches[i])
        return dy

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def __repr__(self) -> str:
        lines = ",\n".join(map(repr, self.layers)).replace("\n", "\n    ")
        return f"{type(self).__name__}(\n    {lines},\n)"


class Sequential(Container):
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
        If there are no layers, or if their parameters differ in dtype; in `forward`, if x has no example.

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

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, list[Any]]:
        """Run the layers in order, with `training` for each; the cache is a list of their caches."""
        return self._run(self._cast(x), training)

    def backward(self, dy: np.ndarray, cache: list[Any]) -> np.ndarray:
        """Run the layers in reverse order, each on its own cache; return dLoss/dx."""
        return self._run_back(dy, cache)

    def add_gradients(self, dy: np.ndarray, cache: list[Any]) -> None:
        """Like `backward`, without dLoss/dx of the first layer."""
        self.layers[0].add_gradients(self._run_back(dy, cache, first=1), cache[0])

    def __getitem__(self, index: int | slice) -> Any:
        return Sequential(*self.layers[index]) if isinstance(index, slice) else self.layers[index]


class Residual(Container):
    """Layers with a path around them, y = x + f(x); itself a layer.

    f is the layers in order, and keeps the shape of x. The gradient takes both ways, dx = dy + what comes
    back through f, so that it reaches the layers below even where f is flat.

    Parameters
    ----------
    *layers : Layer
        In the order of the forward pass.

    Raises
    ------
    TypeError, ValueError
        As in `Sequential`; in `forward`, if the layers change the shape of x.

    Examples
    --------
    >>> block = Residual(ReLU())
    >>> block([[-1.0, 2.0]])
    array([[-1.,  4.]])

    References
    ----------
    He, Zhang, Ren & Sun 2016, "Deep Residual Learning for Image Recognition", equation 1.
    """

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, list[Any]]:
        """Compute y = x + f(x); the cache is a list of the layers' caches."""
        x = self._cast(x)
        f, cache = self._run(x, training)
        check_shape("Residual", "f(x)", f, x.shape, "mend its last layer")
        return x + f, cache

    def backward(self, dy: np.ndarray, cache: list[Any]) -> np.ndarray:
        """Return dx = dy + what comes back through f."""
        return dy + self._run_back(dy, cache)


def mlp(
    sizes: Sequence[int],
    *,
    rng: np.random.Generator,
    activation: Callable[[], Layer] = ReLU,
    initializer: Initializer | None = None,
    dtype: np.typing.DTypeLike = np.float64,
) -> Sequential:
    """A dense network: a Linear layer between each two sizes, an activation between each two layers.

    The last layer has no activation: its outputs are logits, or the values of a regression. All parameters
    lie in one vector, as after `fuse`, which makes training small networks faster.

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
        If there are fewer than two sizes, or one is below 1.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> mlp([2, 16, 2], rng=np.random.default_rng(0))
    Sequential(
        Linear(2, 16, rng=rng),
        ReLU(),
        Linear(16, 2, rng=rng),
    )
    """
    check_kind("mlp", "sizes", sizes, (Sequence, np.ndarray), "pass such as [2, 16, 2]")
    sizes = [check_int("mlp", f"sizes[{i}]", size) for i, size in enumerate(sizes)]
    check_int("mlp", "the number of sizes", len(sizes), low=2, remedy="pass such as [2, 16, 2]")
    if not callable(activation) or isinstance(activation, (Layer, np.ufunc)):
        raise TypeError(f"mlp expects activation to be a class, got {activation!r}; pass such as nnkit.Tanh.")
    if initializer is None:
        initializer = he() if activation is ReLU else glorot()
    check_kind("mlp", "initializer", initializer, Initializer, "call it with brackets, such as he()")
    check_rng("mlp", rng)
    dtype = check_dtype("mlp", dtype)
    layers: list[Layer] = []
    for n_in, n_out in pairwise(sizes):
        layers += [Linear(n_in, n_out, rng=rng, initializer=initializer, dtype=dtype), activation()]
    model = Sequential(*layers[:-1])
    fuse(model.parameters())
    return model


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
    check_kind("summary", "model", model, Layer)
    rows, seen, top = [("layer", "shapes", "entries")], set[Any](), isinstance(model, Sequential)
    for layer, depth in list(nested(model))[top:]:
        own = [] if layer.layers else layer.parameters()
        new = [parameter for parameter in own if parameter not in seen]
        shapes = ", ".join(f"{parameter.name} {parameter.value.shape}" for parameter in new)
        shapes = shapes or "the same as above" * bool(own)
        entries = f"{sum(parameter.value.size for parameter in new):,}" if new else ""
        rows.append(("  " * (depth - top) + type(layer).__name__, shapes, entries))
        seen.update(new)
    rows.append(("total", "", f"{sum(parameter.value.size for parameter in seen):,}"))
    a, b, c = (max(map(len, column)) for column in zip(*rows, strict=True))
    return "\n".join(f"{row[0]:<{a}}  {row[1]:<{b}}  {row[2]:>{c}}".rstrip() for row in rows)
