"""Checks that a hand-written backward pass is right.

Judging a whole training run does not belong here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np

from nnkit.arguments import as_numbers, check_bool, check_int, check_kind, check_number
from nnkit.layers import Layer, walk
from nnkit.losses import Loss
from nnkit.models import Sequential
from nnkit.parameter import Parameter
from nnkit.training import backpropagate


class _InputAsParameter(Layer):
    """Replaces its input by a Parameter, so that dLoss/dx is found like any other gradient."""

    def __init__(self, x: np.ndarray) -> None:
        self.x = Parameter(x)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        return self.x.value.copy(), None

    def backward(self, dy: np.ndarray, cache: None) -> np.ndarray:
        self.x.grad += dy
        return dy


def gradient_error(
    model: Layer,
    loss: Loss,
    x: np.ndarray,
    y: np.ndarray,
    *,
    step: float = 1e-5,
    training: bool = False,
    entries: int | None = None,
) -> float:
    """How far the gradients of `backward` are from central differences.

    For every parameter and for the input, each entry is moved by `step` up and down, and
    (loss(+step) - loss(-step)) / (2 step) is compared with the gradient. An array's error is its largest
    difference over the largest entry of its central differences. The result is the largest of these.

    About 1e-9 is usual for a right gradient, 1e-7 still right, above 1e-4 wrong. Keep the inputs of ReLU
    away from 0: a step across the kink gives neither slope. An array whose gradient is zero up to rounding
    counts as right if `backward` says so too. The model runs as in inference, unless `training` is True:
    then every pass draws the same random numbers.

    Parameters
    ----------
    model : Layer
        Built in float64. Its values, gradients, buffers and generators are as before afterwards.
    loss : Loss
    x, y : ndarray, shape (batch, ...)
        A few examples suffice: the cost is two forward passes per entry.
    step : float > 0
    training : bool
        Whether the model runs as while learning.
    entries : int >= 1, optional
        Compare only so many entries of each array, evenly spaced, and believe `backward` for the others.

    Returns
    -------
    float >= 0

    Raises
    ------
    ValueError
        If the model is not in float64, or `step` or `entries` is not positive and finite.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> import nnkit
    >>> rng = np.random.default_rng(0)
    >>> model = nnkit.mlp([3, 4, 2], rng=rng, activation=nnkit.Tanh)
    >>> error = gradient_error(model, nnkit.MeanSquaredError(), rng.normal(size=(5, 3)), np.zeros((5, 2)))
    >>> error < 1e-7
    True

    References
    ----------
    CS231n notes, "Neural Networks Part 3: Learning and Evaluation", Gradient Checks.
    """
    check_kind("gradient_error", "model", model, Layer)
    check_kind("gradient_error", "loss", loss, Loss)
    check_number("gradient_error", "step", step, "(0, inf)", "1e-05 is usual")
    check_bool("gradient_error", "training", training)
    x, y = as_numbers("gradient_error", "x", x), as_numbers("gradient_error", "y", y)
    if entries is not None:
        check_int("gradient_error", "entries", entries)
    others = {parameter.value.dtype.name for parameter in model.parameters()} - {"float64"}
    if others:  # in float32, central differences lose most of their digits
        raise ValueError(f"gradient_error expects a float64 model, got {min(others)}; build it in float64.")

    model = copy.deepcopy(model)  # so that nothing of the caller's moves
    probed = Sequential(_InputAsParameter(x.astype(np.float64)), model)
    states = {layer.rng.bit_generator: layer.rng.bit_generator.state for layer in walk(model) if layer.rng}

    def loss_now() -> float:
        for generator, state in states.items():  # the same draws every time
            generator.state = state
        return loss.value(probed.forward(x, training)[0], y)

    backpropagate(probed, loss, x, y, training=training)
    return max(_error(parameter, loss_now, step, entries) for parameter in probed.parameters())


def _error(parameter: Parameter, loss_now: Callable[[], float], step: float, entries: int | None) -> float:
    """How far the gradient is from central differences, which are taken of so many of its entries."""
    value, gradient = parameter.value, parameter.grad
    numerical, largest_loss = gradient.copy(), 0.0
    for index in np.linspace(0, value.size - 1, min(entries or value.size, value.size)).astype(int):
        start = value.flat[index]
        value.flat[index] = start + step
        above = loss_now()
        value.flat[index] = start - step
        below = loss_now()
        value.flat[index] = start
        numerical.flat[index] = (above - below) / (2 * step)
        largest_loss = max(largest_loss, abs(above), abs(below))
    # Each loss is rounded in its last few digits, and the division magnifies that.
    rounding = 10 * np.finfo(np.float64).eps * largest_loss / step
    scale = float(np.abs(numerical).max())
    if scale <= rounding and np.abs(gradient).max() <= rounding:
        return 0.0
    return float(np.abs(gradient - numerical).max()) / max(scale, rounding)
