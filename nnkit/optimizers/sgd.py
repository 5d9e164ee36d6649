"""Stochastic gradient descent: one rate for all entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from nnkit.optimizers.base import Optimizer, check_decay
from nnkit.parameter import Parameter

__all__ = ["SGD"]


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if asked for.

    Without momentum: value -= rate * gradient. With momentum m, velocity = m * velocity + gradient, then
    value -= rate * velocity. So a steady gradient moves the value by rate / (1 - m) times itself per step.

    Parameters
    ----------
    parameters : Parameter or iterable of Parameter
    learning_rate : float > 0, or callable
        A number or a schedule ``step -> rate``.
    momentum : float in [0, 1)

    Raises
    ------
    ValueError
        If the momentum is outside [0, 1), or for what `Optimizer` refuses.

    Examples
    --------
    >>> p = Parameter([1.0])
    >>> optimizer = SGD([p], learning_rate=0.1, momentum=0.9)
    >>> p.grad += 1.0
    >>> for _ in range(2):
    ...     optimizer.step()
    >>> p.value.round(12)  # 1 - 0.1 * 1 - 0.1 * (0.9 + 1)
    array([0.71])

    References
    ----------
    Polyak 1964 for momentum; in this form Sutskever, Martens, Dahl & Hinton 2013, equations 1 and 2, except
    that there the rate stands inside the velocity.
    """

    def __init__(
        self,
        parameters: Parameter | Iterable[Parameter],
        learning_rate: float | Callable[[int], float],
        *,
        momentum: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.momentum = check_decay("SGD", "momentum", momentum)
        self.velocities = [np.zeros_like(parameter.value) for parameter in self.parameters]

    def _memory(self) -> dict[str, list[np.ndarray]]:
        return {"velocity": self.velocities}

    def _update(self, rate: float) -> None:
        directions = [parameter.grad for parameter in self.parameters]
        if self.momentum:
            for velocity, gradient in zip(self.velocities, directions, strict=True):
                velocity *= self.momentum
                velocity += gradient
            directions = self.velocities
        for parameter, direction, change in zip(self.parameters, directions, self._scratch, strict=True):
            np.multiply(direction, rate, out=change)
            parameter.value -= change

    def __repr__(self) -> str:
        return f"SGD(learning_rate={self.learning_rate}, momentum={self.momentum})"
