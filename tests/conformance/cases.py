"""The table of everything that keeps a contract: one line per layer, loss, optimizer and so on.

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


@dataclass
class LossCase:
    name: str
    build: Callable
    shape: tuple[int, ...]  # of the prediction
    target: Callable  # (rng, shape) -> target
    reference: Callable  # (rows of the prediction, target as lists) -> value
    shares: Callable = lambda target: [1.0] * len(target)  # how much each example counts in the mean


@dataclass
class PenaltyCase:
    name: str
    build: Callable  # (**options) -> penalty
    reference: Callable  # weight -> cost, for one number


@dataclass
class OptimizerCase:
    name: str
    build: Callable  # (parameters, learning_rate) -> optimizer
    reference: Callable  # (start, gradients per step, rate) -> end, for one number


@dataclass
class InitializerCase:
    name: str
    build: Callable
    mean: float
    std: Callable  # (fan_in, fan_out) -> standard deviation


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


def mean_over_entries(cost):
    def reference(prediction, target):
        pairs = [zip(row, goal, strict=True) for row, goal in zip(prediction, target, strict=True)]
        costs = [cost(p, t) for pair in pairs for p, t in pair]
        return sum(costs) / len(costs)

    return reference


def huber(p, t):
    d = abs(p - t)
    return d**2 / 2 if d <= 0.7 else 0.7 * d - 0.7**2 / 2


def binary_cross_entropy(z, t):
    p = 1 / (1 + math.exp(-z))
    return -t * math.log(p) - (1 - t) * math.log(1 - p)


def cross_entropy(logits, target, weights=(1.0, 1.0, 1.0), smoothing=0.0):
    total = 0.0
    for row, goal in zip(logits, target, strict=True):
        exponentials = [math.exp(z) for z in row]
        log_softmax = [math.log(e / sum(exponentials)) for e in exponentials]
        for k in range(3):
            share = float(goal == k) if isinstance(goal, int) else goal[k]
            smooth = (1 - smoothing) * share + smoothing / 3
            total -= weights[k] * smooth * log_softmax[k]
    return total / sum(example_weights(target, weights))


def example_weights(target, weights):
    if isinstance(target[0], int):
        return [weights[goal] for goal in target]
    return [sum(w * t for w, t in zip(weights, goal, strict=True)) for goal in target]


def hinge(margin):
    def reference(logits, target):
        total = 0.0
        for row, goal in zip(logits, target, strict=True):
            for k in range(len(row)):
                if k != goal and row[k] - row[goal] + margin > 0:
                    total += row[k] - row[goal] + margin
        return total / len(logits)

    return reference


def classes(rng, shape):
    return rng.integers(0, shape[1], shape[0])


def distributions(rng, shape):
    return rng.dirichlet([1.0] * shape[1], shape[0])


WEIGHTS = [0.5, 1.0, 4.0]


LOSSES = [
    LossCase(
        "MeanSquaredError",
        nnkit.MeanSquaredError,
        (5, 3),
        lambda rng, shape: rng.normal(size=shape),
        mean_over_entries(lambda p, t: (p - t) ** 2),
    ),
    LossCase(
        "MeanAbsoluteError",
        nnkit.MeanAbsoluteError,
        (5, 3),
        lambda rng, shape: rng.normal(size=shape),
        mean_over_entries(lambda p, t: abs(p - t)),
    ),
    LossCase(
        "Huber",
        lambda: nnkit.Huber(delta=0.7),
        (5, 3),
        lambda rng, shape: rng.normal(size=shape),
        mean_over_entries(huber),
    ),
    LossCase(
        "SigmoidBinaryCrossEntropy, yes or no",
        nnkit.SigmoidBinaryCrossEntropy,
        (5, 3),
        lambda rng, shape: rng.integers(0, 2, shape),
        mean_over_entries(binary_cross_entropy),
    ),
    LossCase(
        "SigmoidBinaryCrossEntropy, probabilities",
        nnkit.SigmoidBinaryCrossEntropy,
        (5, 3),
        lambda rng, shape: rng.uniform(size=shape),
        mean_over_entries(binary_cross_entropy),
    ),
    LossCase(
        "SoftmaxCrossEntropy, classes",
        nnkit.SoftmaxCrossEntropy,
        (5, 3),
        classes,
        cross_entropy,
    ),
    LossCase(
        "SoftmaxCrossEntropy, probabilities",
        nnkit.SoftmaxCrossEntropy,
        (5, 3),
        distributions,
        cross_entropy,
    ),
    LossCase(
        "SoftmaxCrossEntropy, smoothed classes",
        lambda: nnkit.SoftmaxCrossEntropy(label_smoothing=0.2),
        (5, 3),
        classes,
        lambda logits, target: cross_entropy(logits, target, smoothing=0.2),
    ),
    LossCase(
        "SoftmaxCrossEntropy, weighted classes",
        lambda: nnkit.SoftmaxCrossEntropy(class_weights=WEIGHTS),
        (5, 3),
        classes,
        lambda logits, target: cross_entropy(logits, target, WEIGHTS),
        lambda target: example_weights(target, WEIGHTS),
    ),
    LossCase(
        "SoftmaxCrossEntropy, weighted and smoothed probabilities",
        lambda: nnkit.SoftmaxCrossEntropy(class_weights=WEIGHTS, label_smoothing=0.2),
        (5, 3),
        distributions,
        lambda logits, target: cross_entropy(logits, target, WEIGHTS, 0.2),
        lambda target: example_weights(target, WEIGHTS),
    ),
    LossCase("MulticlassHinge", nnkit.MulticlassHinge, (5, 3), classes, hinge(1.0)),
    LossCase(
        "MulticlassHinge, narrow", lambda: nnkit.MulticlassHinge(margin=0.3), (5, 3), classes, hinge(0.3)
    ),
]

PENALTIES = [
    PenaltyCase("L1", lambda **options: nnkit.L1(0.3, **options), lambda w: 0.3 * abs(w)),
    PenaltyCase("L2", lambda **options: nnkit.L2(0.3, **options), lambda w: 0.15 * w**2),
    PenaltyCase(
        "Elastic",
        lambda **options: nnkit.Elastic(0.3, l1_share=0.2, **options),
        lambda w: 0.06 * abs(w) + 0.12 * w**2,
    ),
]


def gradient_descent(value, gradients, rate):
    for g in gradients:
        value = value - rate * g
    return value


def momentum(value, gradients, rate):
    velocity = 0.0
    for g in gradients:
        velocity = 0.9 * velocity + g
        value = value - rate * velocity
    return value


def adam(value, gradients, rate):  # Kingma & Ba 2015, Algorithm 1, line by line
    m, v = 0.0, 0.0
    for t, g in enumerate(gradients, start=1):
        m = 0.9 * m + (1 - 0.9) * g
        v = 0.99 * v + (1 - 0.99) * g**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.99**t)
        value = value - rate * m_hat / (math.sqrt(v_hat) + 1e-3)
    return value


OPTIMIZERS = [
    OptimizerCase("SGD", nnkit.SGD, gradient_descent),
    OptimizerCase(
        "SGD with momentum",
        lambda parameters, rate: nnkit.SGD(parameters, rate, momentum=0.9),
        momentum,
    ),
    OptimizerCase(
        "Adam",
        # A large epsilon and another beta2 than usual, so that their places in the formula matter.
        lambda parameters, rate: nnkit.Adam(parameters, rate, beta1=0.9, beta2=0.99, epsilon=1e-3),
        adam,
    ),
]

INITIALIZERS = [
    InitializerCase("zeros", init.zeros, 0.0, lambda n, m: 0.0),
    InitializerCase("constant", lambda: init.constant(0.3), 0.3, lambda n, m: 0.0),
    InitializerCase("normal", lambda: init.normal(0.2), 0.0, lambda n, m: 0.2),
    InitializerCase("uniform", lambda: init.uniform(0.6), 0.0, lambda n, m: 0.6 / math.sqrt(3)),
    InitializerCase("glorot", init.glorot, 0.0, lambda n, m: math.sqrt(2 / (n + m))),
    InitializerCase(
        "glorot, normal", lambda: init.glorot("normal"), 0.0, lambda n, m: math.sqrt(2 / (n + m))
    ),
    InitializerCase("he", init.he, 0.0, lambda n, m: math.sqrt(2 / n)),
    InitializerCase("he, uniform", lambda: init.he("uniform"), 0.0, lambda n, m: math.sqrt(2 / n)),
    InitializerCase("lecun", init.lecun, 0.0, lambda n, m: math.sqrt(1 / n)),
    InitializerCase("lecun, uniform", lambda: init.lecun("uniform"), 0.0, lambda n, m: math.sqrt(1 / n)),
    # Columns of unit length with n entries each.
    InitializerCase("orthogonal", lambda: init.orthogonal(2.0), 0.0, lambda n, m: 2 * math.sqrt(1 / n)),
]
