"""The table of all optimizers: one line each.

A new piece is a new line. The references below are plain Python loops and share no code with the package.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from doors import Door, flags, members, numbers

import nnkit
from nnkit import schedules


@dataclass
class OptimizerCase:
    name: str
    build: Callable  # (parameters, learning_rate) -> optimizer
    reference: Callable  # (start, gradients per step, rate) -> end, for one number
    quadratic_rate: float | Callable = 0.05  # with which 400 steps reach the bottom of a bowl


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


def scheduled_momentum(value, gradients, rate):
    velocity = 0.0
    for step, g in enumerate(gradients):
        velocity = 0.9 * (1 + math.cos(math.pi * step / 5)) / 2 * velocity + g if step < 5 else g
        value = value - rate * velocity
    return value


def nesterov(value, gradients, rate):
    velocity = 0.0
    for g in gradients:
        velocity = 0.9 * velocity + g
        value = value - rate * (g + 0.9 * velocity)
    return value


def adagrad(value, gradients, rate):  # Duchi et al. 2011, Figure 1: each entry over the norm of its past
    for t in range(len(gradients)):
        norm = math.sqrt(sum(g**2 for g in gradients[: t + 1]))
        value = value - rate * gradients[t] / (1e-2 + norm)
    return value


def rmsprop(value, gradients, rate):  # Tieleman & Hinton 2012, slide 29
    mean_square = 0.0
    for g in gradients:
        mean_square = 0.8 * mean_square + 0.2 * g**2
        value = value - rate * g / (math.sqrt(mean_square) + 1e-2)
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


def adamw(value, gradients, rate):  # Loshchilov & Hutter 2019, Algorithm 2, lines 6 to 12
    m, v = 0.0, 0.0
    for t, g in enumerate(gradients, start=1):
        m = 0.7 * m + (1 - 0.7) * g
        v = 0.99 * v + (1 - 0.99) * g**2
        m_hat = m / (1 - 0.7**t)
        v_hat = v / (1 - 0.99**t)
        value = value - rate * (m_hat / (math.sqrt(v_hat) + 1e-3) + 0.003 * value)
    return value


OPTIMIZERS = [
    OptimizerCase("SGD", nnkit.SGD, gradient_descent),
    OptimizerCase(
        "SGD with momentum",
        lambda parameters, rate: nnkit.SGD(parameters, rate, momentum=0.9),
        momentum,
    ),
    OptimizerCase(
        "SGD with a schedule of momentum",
        lambda parameters, rate: nnkit.SGD(parameters, rate, momentum=schedules.cosine(0.9, 5)),
        scheduled_momentum,
    ),
    OptimizerCase(
        "SGD with Nesterov momentum",
        lambda parameters, rate: nnkit.SGD(parameters, rate, momentum=0.9, nesterov=True),
        nesterov,
    ),
    OptimizerCase(
        "AdaGrad",
        lambda parameters, rate: nnkit.AdaGrad(parameters, rate, epsilon=1e-2),
        adagrad,
        quadratic_rate=1.0,
    ),
    OptimizerCase(
        "RMSProp",
        lambda parameters, rate: nnkit.RMSProp(parameters, rate, beta=0.8, epsilon=1e-2),
        rmsprop,
        quadratic_rate=lambda step: 0.1 * 0.98**step,  # at a steady rate it circles the bottom
    ),
    OptimizerCase(
        "Adam",
        # A large epsilon and another beta2 than usual, so that their places in the formula matter.
        lambda parameters, rate: nnkit.Adam(parameters, rate, beta1=0.9, beta2=0.99, epsilon=1e-3),
        adam,
    ),
    OptimizerCase(
        "AdamW",
        # A decay that the loop notices and that does not move the bottom of the bowl.
        lambda parameters, rate: nnkit.AdamW(
            parameters, rate, beta1=0.7, beta2=0.99, epsilon=1e-3, weight_decay=0.003, biases=True
        ),
        adamw,
    ),
]


def _good():
    return {"parameters": [nnkit.Parameter(np.ones((2, 3)))], "learning_rate": 0.1}


_BOTH = {"parameters": members(), "learning_rate": numbers("(0, inf)")}
_POSITIVE, _SHARE = numbers("(0, inf)"), numbers("[0, 1)")
_ADAM = {**_BOTH, "beta1": _SHARE, "beta2": _SHARE, "epsilon": _POSITIVE}

DOORS = [
    Door("SGD", nnkit.SGD, _good, {**_BOTH, "momentum": _SHARE, "nesterov": flags()}),
    Door("AdaGrad", nnkit.AdaGrad, _good, {**_BOTH, "epsilon": _POSITIVE}),
    Door("RMSProp", nnkit.RMSProp, _good, {**_BOTH, "beta": _SHARE, "epsilon": _POSITIVE}),
    Door("Adam", nnkit.Adam, _good, _ADAM),
    Door("AdamW", nnkit.AdamW, _good, {**_ADAM, "weight_decay": numbers("[0, inf)"), "biases": flags()}),
    Door("ClipByValue", nnkit.ClipByValue, lambda: {"limit": 1.0}, {"limit": _POSITIVE}),
    Door("ClipByNorm", nnkit.ClipByNorm, lambda: {"limit": 1.0}, {"limit": _POSITIVE}),
    Door(
        "ClipByValue",
        nnkit.ClipByValue(1.0),
        lambda: {"parameters": [nnkit.Parameter([1.0])]},
        {"parameters": members()},
    ),
    Door(
        "ClipByNorm",
        nnkit.ClipByNorm(1.0),
        lambda: {"parameters": [nnkit.Parameter([1.0])]},
        {"parameters": members()},
    ),
]
