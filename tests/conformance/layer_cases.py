"""The table of all layers: one line each.

A new piece is a new line. The references below are plain Python loops and share no code with the package.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import nnkit
from nnkit import initializers as init


@dataclass
class LayerCase:
    name: str
    build: Callable  # (rng, dtype) -> layer
    shape: tuple[int, ...]  # of x
    reference: Callable  # (layer, rows of x) -> rows of y
    wrong_shape: tuple[tuple[int, ...], str] | None = None  # a shape it refuses, and how


def linear(layer, rows):
    W = layer.W.value.tolist()
    b = [0.0] * len(W[0]) if layer.b is None else layer.b.value.tolist()
    return [[sum(x[i] * W[i][j] for i in range(len(x))) + b[j] for j in range(len(b))] for x in rows]


def entrywise(function):
    return lambda layer, rows: [[function(entry) for entry in row] for row in rows]


def in_order(*references):
    def reference(model, rows):
        for layer, one in zip(model, references, strict=True):
            rows = one(layer, rows)
        return rows

    return reference


relu = entrywise(lambda x: x if x > 0 else 0.0)
tanh = entrywise(math.tanh)
sigmoid = entrywise(lambda x: 1 / (1 + math.exp(-x)))


def shared_twice(rng, dtype):
    layer = nnkit.Linear(3, 3, rng=rng, dtype=dtype)
    return nnkit.Sequential(layer, nnkit.Tanh(), layer)


def mlp(sizes, activation):
    return lambda rng, dtype: nnkit.mlp(sizes, rng=rng, activation=activation, dtype=dtype)


def nested(rng, dtype):
    return nnkit.Sequential(mlp([3, 4, 2], nnkit.Sigmoid)(rng, dtype), nnkit.Tanh())


LAYERS = [
    LayerCase(
        "Linear",
        lambda rng, dtype: nnkit.Linear(3, 4, rng=rng, dtype=dtype),
        (5, 3),
        linear,
        (
            (5, 2),
            "Linear expects x of shape (batch, 3), got (5, 2); "
            "give x 3 columns, or build the layer with another n_in.",
        ),
    ),
    LayerCase(
        "Linear without bias",
        lambda rng, dtype: nnkit.Linear(2, 3, rng=rng, bias=False, initializer=init.normal(0.5), dtype=dtype),
        (4, 2),
        linear,
        (
            (2,),
            "Linear expects x of shape (batch, 2), got (2,); give one example a batch axis with x[None, :].",
        ),
    ),
    LayerCase("ReLU", lambda rng, dtype: nnkit.ReLU(), (5, 3), relu),
    LayerCase("Tanh", lambda rng, dtype: nnkit.Tanh(), (5, 3), tanh),
    LayerCase("Sigmoid", lambda rng, dtype: nnkit.Sigmoid(), (5, 3), sigmoid),
    LayerCase("mlp, ReLU", mlp([3, 4, 2], nnkit.ReLU), (5, 3), in_order(linear, relu, linear)),
    LayerCase("mlp, Tanh", mlp([3, 4, 2], nnkit.Tanh), (5, 3), in_order(linear, tanh, linear)),
    LayerCase("one layer used twice", shared_twice, (5, 3), in_order(linear, tanh, linear)),
    LayerCase("nested", nested, (5, 3), in_order(in_order(linear, sigmoid, linear), tanh)),
]
