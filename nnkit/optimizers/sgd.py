"""Stochastic gradient descent: one rate for all entries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnkit.optimizers.base import Optimizer, Rate


@dataclass(eq=False, kw_only=True)
class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if asked for.

    Without momentum: value -= rate * gradient. With momentum m, velocity = m * velocity + gradient, then
    value -= rate * velocity. So a steady gradient moves the value by rate / (1 - m) times itself per step.
    Nesterov's form looks one step of the velocity ahead: value -= rate * (gradient + m * velocity).

    Parameters
    ----------
    parameters : Parameter or iterable of Parameter
    learning_rate : float > 0, or callable
        A number or a schedule ``step -> rate``.
    momentum : float in [0, 1), or callable
        A number or a schedule ``step -> momentum``.
    nesterov : bool
        Without momentum it changes nothing.

    Raises
    ------
    ValueError
        If the momentum is outside [0, 1), or for what `Optimizer` refuses.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> from nnkit import Parameter
    >>> p = Parameter([1.0])
    >>> optimizer = SGD([p], learning_rate=0.1, momentum=0.9)
    >>> p.grad += 1.0
    >>> for _ in range(2):
    ...     optimizer.step()
    >>> p.value.round(12)  # 1 - 0.1 * 1 - 0.1 * (0.9 + 1)
    array([0.71])

    References
    ----------
    Polyak 1964 for momentum; in this form Sutskever, Martens, Dahl & Hinton 2013, "On the Importance of
    Initialization and Momentum in Deep Learning", equations 1 and 2, except that there the rate stands inside
    the velocity: the same at a steady rate. Nesterov 1983 in their equations 3 and 4; `value` is the point
    ahead, where the gradient is taken. PyTorch does the same in all three forms.
    """

    momentum: Rate = 0.0
    nesterov: bool = False

    _remembers = ("velocity",)

    def _update(self, rate: float) -> None:
        momentum = self._at(self.steps, "momentum", "[0, 1)")
        for parameter, velocity, scratch in self._rows:
            direction = grad = parameter.grad
            if self.momentum:
                velocity *= momentum
                velocity += grad
                direction = velocity
            if self.nesterov:
                direction = np.multiply(velocity, momentum, out=scratch)
                direction += grad
            parameter.value -= np.multiply(direction, rate, out=scratch)
