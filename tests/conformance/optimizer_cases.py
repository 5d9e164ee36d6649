"""The table of all optimizers: one line each.

A new piece is a new line. The references below are plain Python loops and share no code with the package.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import nnkit


@dataclass
class OptimizerCase:
    name: str
    build: Callable  # (parameters, learning_rate) -> optimizer
    reference: Callable  # (start, gradients per step, rate) -> end, for one number


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
