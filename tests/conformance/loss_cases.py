"""The table of all losses: one line each.

A new piece is a new line. The references below are plain Python loops and share no code with the package.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from doors import Door, arrays, floats, numbers
from doors import classes as indices

import nnkit


@dataclass
class LossCase:
    name: str
    build: Callable
    shape: tuple[int, ...]  # of the prediction
    target: Callable  # (rng, shape) -> target
    reference: Callable  # (rows of the prediction, target as lists) -> value
    shares: Callable = lambda target: [1.0] * len(target)  # how much each example counts in the mean


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


def doors(loss, target, faults, *shapes):
    """The doors of the three methods: a prediction of shape (3, 2), and what is wrong with the arguments."""
    name = type(loss).__name__
    kinds = {"prediction": floats(*shapes, empty=True), "target": faults}
    return [
        Door(name, method, lambda: {"prediction": np.ones((3, 2)), "target": target}, kinds)
        for method in (loss.value, loss.gradient, loss.value_and_gradient)
    ]


ENTRIES = arrays((3,), (3, 1), (2, 3), (1, 2))
TRUTHS = [*ENTRIES, np.full((3, 2), 1.5), np.full((3, 2), -0.1), np.full((3, 2), np.nan)]
INDICES = indices(3, 2)
ROWS = [np.full((3, 2), 0.6), np.tile([1.5, -0.5], (3, 1)), np.full((3, 2), np.nan), np.ones((3, 2), complex)]
CLASS_WEIGHTS = [*arrays((2, 2)), [1, 0], [1, -1], [1, float("nan")], [1, float("inf")], []]

DOORS = [
    Door("Huber", nnkit.Huber, dict, {"delta": numbers("(0, inf)")}),
    Door("MulticlassHinge", nnkit.MulticlassHinge, dict, {"margin": numbers("(0, inf)")}),
    Door(
        "SoftmaxCrossEntropy",
        nnkit.SoftmaxCrossEntropy,
        dict,
        {
            "class_weights": [fault for fault in CLASS_WEIGHTS if fault is not None],
            "label_smoothing": numbers("[0, 1)"),
        },
    ),
    *doors(nnkit.MeanSquaredError(), np.zeros((3, 2)), ENTRIES),
    *doors(nnkit.MeanAbsoluteError(), np.zeros((3, 2)), ENTRIES),
    *doors(nnkit.Huber(), np.zeros((3, 2)), ENTRIES),
    *doors(nnkit.SigmoidBinaryCrossEntropy(), np.zeros((3, 2)), TRUTHS),
    *doors(nnkit.SoftmaxCrossEntropy(), np.array([0, 1, 1]), [*INDICES, *ROWS], (3,), (3, 2, 1), (3, 0)),
    *doors(nnkit.SoftmaxCrossEntropy(), np.eye(2)[[0, 1, 1]], [*INDICES, *ROWS]),
    *doors(nnkit.MulticlassHinge(), np.array([0, 1, 1]), [*INDICES, np.eye(2)[[0, 1, 1]]], (3,), (3, 2, 1)),
]
