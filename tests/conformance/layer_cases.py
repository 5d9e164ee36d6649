"""The table of all layers: one line each.

A new piece is a new line. The references below are plain Python loops and share no code with the package.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from doors import (
    Door,
    arrays,
    choices,
    counts,
    dtypes,
    flags,
    floats,
    generators,
    numbers,
    objects,
    sequences,
)

import nnkit
from nnkit import initializers as init
from nnkit.layers import walk


@dataclass
class LayerCase:
    name: str
    build: Callable  # (rng, dtype) -> layer
    shape: tuple[int, ...]  # of x
    reference: Callable  # (layer, rows of x) -> rows of y
    wrong_shape: tuple[tuple[int, ...], str] | None = None  # a shape it refuses, and how
    training_reference: Callable | None = None  # where training differs: the same for training=True


def linear(layer, rows):
    W = layer.W.value.tolist()
    b = [0.0] * len(W[0]) if layer.b is None else layer.b.value.tolist()
    return [[sum(x[i] * W[i][j] for i in range(len(x))) + b[j] for j in range(len(b))] for x in rows]


def entrywise(function):
    """Apply a function to every entry, however deep the lists are nested."""

    def reference(layer, x):
        return [reference(layer, inner) for inner in x] if isinstance(x, list) else function(x)

    return reference


def in_order(*references):
    def reference(model, rows):
        for layer, one in zip(model, references, strict=True):
            rows = one(layer, rows)
        return rows

    return reference


relu = entrywise(lambda x: x if x > 0 else 0.0)
tanh = entrywise(math.tanh)
sigmoid = entrywise(lambda x: 1 / (1 + math.exp(-x)))
leaky_relu = entrywise(lambda x: x if x > 0 else 0.2 * x)
elu = entrywise(lambda x: x if x > 0 else 0.7 * math.expm1(x))
# The constants of Klambauer et al. 2017 to 17 digits, from their closed form.
TAIL = math.erfc(1 / math.sqrt(2)) * math.exp(0.5)
ALPHA = -math.sqrt(2 / math.pi) / (TAIL - 1)
SCALE = (1 - math.erfc(math.sqrt(0.5)) * math.sqrt(math.e)) * math.sqrt(2 * math.pi)
SCALE /= math.sqrt(
    2 * math.erfc(math.sqrt(2)) * math.e**2
    + math.pi * math.erfc(math.sqrt(0.5)) ** 2 * math.e
    - 2 * (2 + math.pi) * math.erfc(math.sqrt(0.5)) * math.sqrt(math.e)
    + math.pi
    + 2
)
selu = entrywise(lambda x: SCALE * (x if x > 0 else ALPHA * math.expm1(x)))
softplus = entrywise(lambda x: math.log1p(math.exp(x)))
silu = entrywise(lambda x: x / (1 + math.exp(-x)))
gelu = entrywise(lambda x: x * math.erfc(-x / math.sqrt(2)) / 2)
gelu_tanh = entrywise(lambda x: 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))))
identity = entrywise(lambda x: x)


def softmax(layer, rows):
    exponentials = [[math.exp(x) for x in row] for row in rows]
    return [[e / sum(row) for e in row] for row in exponentials]


def log_softmax(layer, rows):
    return [[x - math.log(sum(math.exp(other) for other in row)) for x in row] for row in rows]


def flatten(layer, images):
    return [[x for channel in image for row in channel for x in row] for image in images]


def dropout(layer, rows):  # the layer's generator draws one number per entry, in reading order
    return [[x / (1 - 0.4) if layer.rng.random() >= 0.4 else 0.0 for x in row] for row in rows]


def standardize(values, mean, variance):
    return [(v - mean) / math.sqrt(variance + 1e-5) for v in values]


def moments(values):
    mean = math.fsum(values) / len(values)
    return mean, math.fsum((v - mean) ** 2 for v in values) / len(values)


def scaled(layer, rows):
    scale, shift = layer.scale.value.tolist(), layer.shift.value.tolist()
    return [[s * x + t for s, x, t in zip(scale, row, shift, strict=True)] for row in rows]


def layer_norm(layer, rows):
    return scaled(layer, [standardize(row, *moments(row)) for row in rows])


def batch_norm(layer, rows):
    running = zip(layer.buffers["mean"].tolist(), layer.buffers["variance"].tolist(), strict=True)
    columns = [standardize(c, *one) for c, one in zip(zip(*rows, strict=True), running, strict=True)]
    return scaled(layer, zip(*columns, strict=True))


def batch_norm_training(layer, rows):
    columns = [standardize(column, *moments(column)) for column in zip(*rows, strict=True)]
    return scaled(layer, zip(*columns, strict=True))


def by_pixel(reference):
    """Hand every pixel of every image to a reference as a row of channels."""

    def for_images(layer, images):
        places = [
            (e, r, c)
            for e in range(len(images))
            for r in range(n_rows(images))
            for c in range(n_columns(images))
        ]
        pixels = reference(layer, [[channel[r][c] for channel in images[e]] for e, r, c in places])
        found = dict(zip(places, pixels, strict=True))
        return [
            [
                [[found[e, r, c][j] for c in range(n_columns(images))] for r in range(n_rows(images))]
                for j in range(len(images[0]))
            ]
            for e in range(len(images))
        ]

    return for_images


def n_rows(images):
    return len(images[0][0])


def n_columns(images):
    return len(images[0][0][0])


def windowed(summarize):
    """Apply a function to every window of every channel of every image."""

    def pooled(channel, k, s):
        return [
            [
                summarize([channel[r + u][c + v] for u in range(k) for v in range(k)])
                for c in range(0, len(channel[0]) - k + 1, s)
            ]
            for r in range(0, len(channel) - k + 1, s)
        ]

    def reference(layer, images):
        return [[pooled(channel, layer.kernel_size, layer.stride) for channel in image] for image in images]

    return reference


maxima = windowed(max)
means = windowed(lambda values: math.fsum(values) / len(values))


def convolution(layer, images):  # the sum in the docstring, entry by entry
    k, s, p = layer.kernel_size, layer.stride, layer.padding
    W = layer.W.value.tolist()
    b = [0.0] * layer.c_out if layer.b is None else layer.b.value.tolist()
    height, width = n_rows(images), n_columns(images)

    def entry(image, o, r, c):
        total = b[o]
        for j in range(layer.c_in):
            for u in range(k):
                for v in range(k):
                    row, column = r * s + u - p, c * s + v - p
                    if 0 <= row < height and 0 <= column < width:  # zeros elsewhere
                        total += image[j][row][column] * W[j][u][v][o]
        return total

    rows, columns = (height + 2 * p - k) // s + 1, (width + 2 * p - k) // s + 1
    return [
        [[[entry(image, o, r, c) for c in range(columns)] for r in range(rows)] for o in range(layer.c_out)]
        for image in images
    ]


def residual(reference):
    def with_path(layer, rows):
        pairs = zip(rows, reference(layer, rows), strict=True)
        return [[x + f for x, f in zip(row, change, strict=True)] for row, change in pairs]

    return with_path


def shared_twice(rng, dtype):
    layer = nnkit.Linear(3, 3, rng=rng, dtype=dtype)
    return nnkit.Sequential(layer, nnkit.Tanh(), layer)


def mlp(sizes, activation):
    return lambda rng, dtype: nnkit.mlp(sizes, rng=rng, activation=activation, dtype=dtype)


def nested(rng, dtype):
    return nnkit.Sequential(mlp([3, 4, 2], nnkit.Sigmoid)(rng, dtype), nnkit.Tanh())


def residual_block(rng, dtype):
    return nnkit.Residual(
        nnkit.Linear(3, 4, rng=rng, dtype=dtype), nnkit.Tanh(), nnkit.Linear(4, 3, rng=rng, dtype=dtype)
    )


def small_cnn(rng, dtype):
    return nnkit.Sequential(
        nnkit.Conv2D(1, 2, 3, padding=1, rng=rng, dtype=dtype),
        nnkit.BatchNorm(2, dtype=dtype),
        nnkit.GELU(),
        nnkit.AveragePool2D(2),
        nnkit.Flatten(),
        nnkit.Dropout(0.4, rng=rng),
        nnkit.Linear(8, 2, rng=rng, dtype=dtype),
    )


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
    LayerCase("Identity", lambda rng, dtype: nnkit.Identity(), (5, 3), identity),
    LayerCase("LeakyReLU", lambda rng, dtype: nnkit.LeakyReLU(0.2), (5, 3), leaky_relu),
    LayerCase("ELU", lambda rng, dtype: nnkit.ELU(0.7), (5, 3), elu),
    LayerCase("SELU", lambda rng, dtype: nnkit.SELU(), (5, 3), selu),
    LayerCase("Softplus", lambda rng, dtype: nnkit.Softplus(), (5, 3), softplus),
    LayerCase("SiLU", lambda rng, dtype: nnkit.SiLU(), (5, 3), silu),
    LayerCase("GELU", lambda rng, dtype: nnkit.GELU(), (5, 3), gelu),
    LayerCase("GELU, tanh", lambda rng, dtype: nnkit.GELU(approximate="tanh"), (5, 3), gelu_tanh),
    LayerCase("Softmax", lambda rng, dtype: nnkit.Softmax(), (5, 3), softmax),
    LayerCase("LogSoftmax", lambda rng, dtype: nnkit.LogSoftmax(), (5, 3), log_softmax),
    LayerCase("Flatten", lambda rng, dtype: nnkit.Flatten(), (4, 2, 3, 2), flatten),
    LayerCase(
        "Dropout",
        lambda rng, dtype: nnkit.Dropout(0.4, rng=rng),
        (5, 3),
        identity,
        training_reference=dropout,
    ),
    LayerCase(
        "BatchNorm",
        lambda rng, dtype: nnkit.BatchNorm(3, dtype=dtype),
        (6, 3),
        batch_norm,
        (
            (6, 2),
            "BatchNorm expects x of shape (batch, 3), got (6, 2); build it for the features that x has.",
        ),
        batch_norm_training,
    ),
    LayerCase(
        "BatchNorm of images",
        lambda rng, dtype: nnkit.BatchNorm(2, momentum=0.5, dtype=dtype),
        (3, 2, 2, 4),
        by_pixel(batch_norm),
        (
            (3, 4, 2, 2),
            "BatchNorm expects x of shape (batch, 2, height, width), got (3, 4, 2, 2); "
            "build it for the features that x has.",
        ),
        by_pixel(batch_norm_training),
    ),
    LayerCase(
        "LayerNorm",
        lambda rng, dtype: nnkit.LayerNorm(4, dtype=dtype),
        (5, 4),
        layer_norm,
        (
            (5, 3),
            "LayerNorm expects x of shape (5, 4), got (5, 3); "
            "build the layer with the length of its last axis.",
        ),
    ),
    LayerCase(
        "Conv2D",
        lambda rng, dtype: nnkit.Conv2D(2, 3, 3, rng=rng, dtype=dtype),
        (2, 2, 5, 4),
        convolution,
        (
            (2, 5, 4, 2),
            "Conv2D expects x of shape (batch, 2, height, width), got (2, 5, 4, 2); "
            "try np.moveaxis(x, -1, 1).",
        ),
    ),
    LayerCase(
        "Conv2D, stride, padding and no bias",
        lambda rng, dtype: nnkit.Conv2D(
            1, 2, 2, stride=2, padding=1, rng=rng, initializer=init.orthogonal(1.0), bias=False, dtype=dtype
        ),
        (2, 1, 5, 6),
        convolution,
        (
            (2, 5, 6),
            "Conv2D expects x of shape (batch, 1, height, width), got (2, 5, 6); "
            "add an axis with x[:, None] or x[None].",
        ),
    ),
    LayerCase(
        "MaxPool2D",
        lambda rng, dtype: nnkit.MaxPool2D(2),
        (2, 2, 4, 5),
        maxima,
        ((2, 2, 4, 1), "MaxPool2D expects x of 2 x 2 or more, got (2, 2, 4, 1); lower kernel_size."),
    ),
    LayerCase(
        "MaxPool2D, overlapping", lambda rng, dtype: nnkit.MaxPool2D(3, stride=1), (2, 2, 4, 5), maxima
    ),
    LayerCase(
        "AveragePool2D",
        lambda rng, dtype: nnkit.AveragePool2D(2, stride=1),
        (2, 2, 3, 4),
        means,
        (
            (4, 5),
            "AveragePool2D expects x of shape (batch, channels, height, width), got (4, 5); "
            "add an axis with x[:, None] or x[None].",
        ),
    ),
    LayerCase("Residual", residual_block, (5, 3), residual(in_order(linear, tanh, linear))),
    LayerCase(
        "small CNN",
        small_cnn,
        (3, 1, 4, 4),
        in_order(convolution, by_pixel(batch_norm), gelu, means, flatten, identity, linear),
        training_reference=in_order(
            convolution, by_pixel(batch_norm_training), gelu, means, flatten, dropout, linear
        ),
    ),
    LayerCase("mlp, ReLU", mlp([3, 4, 2], nnkit.ReLU), (5, 3), in_order(linear, relu, linear)),
    LayerCase("mlp, Tanh", mlp([3, 4, 2], nnkit.Tanh), (5, 3), in_order(linear, tanh, linear)),
    LayerCase("one layer used twice", shared_twice, (5, 3), in_order(linear, tanh, linear)),
    LayerCase("nested", nested, (5, 3), in_order(in_order(linear, sigmoid, linear), tanh)),
]


def rng():
    return np.random.default_rng(0)


def doors_of(case):
    """The doors of a layer's forward and backward: any other shape that broadcasts must be refused."""
    layer = case.build(rng(), np.float64)
    name, container = type(layer).__name__, bool(layer.layers)
    y, cache = layer.forward(np.ones(case.shape))
    wrong = [(), *([case.wrong_shape[0]] if case.wrong_shape else [])]
    others = [
        (),
        (1,),
        y.shape[1:],
        (1, *y.shape[1:]),
        (*y.shape[:-1], 1),
        (*y.shape, 1),
        (len(y) + 1, *y.shape[1:]),
    ]
    last = layer
    while last.layers:
        last = last.layers[-1]
    return [
        Door(
            name,
            lambda x: layer(x),
            lambda: {"x": np.ones(case.shape)},
            {"x": arrays() if container else floats(*wrong)},
        ),
        Door(
            type(last).__name__,
            lambda dy: layer.backward(dy, cache),
            lambda: {"dy": np.ones(y.shape)},
            {"dy": floats(*others)},
        ),
    ]


WEIGHTED = {
    "rng": generators(),
    "initializer": objects(init.he, "he"),
    "bias": flags(),
    "dtype": dtypes(),
}
MODEL = nnkit.mlp([3, 2], rng=rng())
DOORS = [door for case in LAYERS for door in doors_of(case)]
DOORS += [
    Door(
        "Linear",
        nnkit.Linear,
        lambda: {"n_in": 3, "n_out": 2, "rng": rng()},
        {"n_in": counts(), "n_out": counts(), **WEIGHTED},
    ),
    Door(
        "Conv2D",
        nnkit.Conv2D,
        lambda: {"c_in": 3, "c_out": 2, "kernel_size": 2, "rng": rng()},
        {
            **{name: counts() for name in ("c_in", "c_out", "kernel_size", "stride")},
            "padding": counts(low=0),
            **WEIGHTED,
        },
    ),
    Door(
        "MaxPool2D",
        nnkit.MaxPool2D,
        lambda: {"kernel_size": 2, "stride": 1},
        {"kernel_size": counts(), "stride": [fault for fault in counts() if fault is not None]},
    ),
    Door(
        "AveragePool2D",
        nnkit.AveragePool2D,
        lambda: {"kernel_size": 2, "stride": 1},
        {"kernel_size": counts(), "stride": [fault for fault in counts() if fault is not None]},
    ),
    Door(
        "BatchNorm",
        nnkit.BatchNorm,
        lambda: {"n": 3},
        {"n": counts(), "momentum": numbers("(0, 1]"), "epsilon": numbers("(0, inf)"), "dtype": dtypes()},
    ),
    Door(
        "BatchNorm",
        lambda x: nnkit.BatchNorm(3).forward(x, training=True),
        lambda: {"x": np.ones((2, 3))},
        {"x": floats((3,), (1, 3), (0, 3), (1, 3, 1, 1), (3, 2), (2, 3, 4))},
    ),
    Door(
        "LayerNorm",
        nnkit.LayerNorm,
        lambda: {"n": 3},
        {"n": counts(), "epsilon": numbers("(0, inf)"), "dtype": dtypes()},
    ),
    Door(
        "Dropout",
        nnkit.Dropout,
        lambda: {"rate": 0.5, "rng": rng()},
        {"rate": numbers("[0, 1)"), "rng": generators()},
    ),
    Door("LeakyReLU", nnkit.LeakyReLU, dict, {"slope": numbers("[0, 1)")}),
    Door("ELU", nnkit.ELU, dict, {"alpha": numbers("(0, inf)")}),
    Door("GELU", nnkit.GELU, dict, {"approximate": choices()}),
    Door(
        "Sequential",
        lambda layers: nnkit.Sequential(layers),
        lambda: {"layers": nnkit.ReLU()},
        {"layers": objects(nnkit.ReLU, [nnkit.ReLU()], np.tanh)},
    ),
    Door(
        "Residual",
        lambda layers: nnkit.Residual(layers),
        lambda: {"layers": nnkit.ReLU()},
        {"layers": objects(nnkit.ReLU, [nnkit.ReLU()], np.tanh)},
    ),
    Door(
        "mlp",
        nnkit.mlp,
        lambda: {"sizes": [3, 2], "rng": rng()},
        {
            "sizes": sequences([], [3], [3, 0], [3, 2.5], [3, None], [3, True]),
            "rng": generators(),
            "activation": [None, 3, "ReLU", object(), nnkit.ReLU(), np.tanh],
            "initializer": [fault for fault in objects(init.he) if fault is not None],
            "dtype": dtypes(),
        },
    ),
    Door("summary", nnkit.summary, lambda: {"model": MODEL}, {"model": objects(nnkit.ReLU, [MODEL])}),
    Door("walk", walk, lambda: {"model": MODEL}, {"model": objects(nnkit.ReLU, [MODEL])}),
    Door(
        "gradient_error",
        nnkit.gradient_error,
        lambda: {
            "model": MODEL,
            "loss": nnkit.MeanSquaredError(),
            "x": np.ones((2, 3)),
            "y": np.ones((2, 2)),
        },
        {
            "model": objects(nnkit.ReLU),
            "loss": objects(nnkit.MeanSquaredError),
            "x": arrays(),
            "y": arrays(),
            "step": numbers("(0, inf)"),
            "training": flags(),
            "entries": [fault for fault in counts() if fault is not None],
        },
    ),
]
