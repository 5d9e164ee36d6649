"""Optimizers that scale each entry by the size of its past gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

from nnkit.optimizers.base import Optimizer, check_decay
from nnkit.parameter import Parameter

__all__ = ["Adam"]


class Adam(Optimizer):
    """Adam: steps scaled by running means of the gradient and of its square.

    m = beta1 * m + (1 - beta1) * g and v = beta2 * v + (1 - beta2) * g^2, both from zero; after t updates
    value -= rate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon).

    Parameters
    ----------
    parameters : Parameter or iterable of Parameter
    learning_rate : float > 0, or callable
        A number or a schedule ``step -> rate``.
    beta1, beta2 : float in [0, 1)
        How slowly the two means forget.
    epsilon : float > 0
        Stands outside the root.

    Raises
    ------
    ValueError
        If an option is out of range, or for what `Optimizer` refuses.

    Examples
    --------
    >>> p = Parameter([1.0, 1.0])
    >>> optimizer = Adam([p], learning_rate=0.1)
    >>> p.grad += [0.001, 1000.0]
    >>> optimizer.step()
    >>> p.value.round(4)  # the first step has length rate, whatever the gradient's size
    array([0.9, 0.9])

    References
    ----------
    Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization", Algorithm 1 (epsilon outside the root).
    """

    def __init__(
        self,
        parameters: Parameter | Iterable[Parameter],
        learning_rate: float | Callable[[int], float] = 1e-3,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.beta1 = check_decay("Adam", "beta1", beta1)
        self.beta2 = check_decay("Adam", "beta2", beta2)
        if not 0 < epsilon < math.inf:
            raise ValueError(f"Adam expects a positive finite epsilon, got {epsilon}; 1e-08 is usual.")
        self.epsilon = float(epsilon)
        self.m = [np.zeros_like(parameter.value) for parameter in self.parameters]
        self.v = [np.zeros_like(parameter.value) for parameter in self.parameters]

    def _memory(self) -> dict[str, list[np.ndarray]]:
        return {"m": self.m, "v": self.v}

    def _update(self, rate: float) -> None:
        t = self.steps + 1
        correction1 = 1 - self.beta1**t
        correction2 = math.sqrt(1 - self.beta2**t)
        for parameter, m, v, scratch in zip(self.parameters, self.m, self.v, self._scratch, strict=True):
            m *= self.beta1
            m += np.multiply(parameter.grad, 1 - self.beta1, out=scratch)

            v *= self.beta2
            np.multiply(parameter.grad, parameter.grad, out=scratch)
            scratch *= 1 - self.beta2
            v += scratch

            denominator = np.sqrt(v, out=scratch)
            denominator /= correction2  # sqrt(v / (1 - beta2^t))
            denominator += self.epsilon
            change = np.divide(m, denominator, out=scratch)
            change *= rate / correction1
            parameter.value -= change

    def __repr__(self) -> str:
        return (
            f"Adam(learning_rate={self.learning_rate}, beta1={self.beta1}, beta2={self.beta2}, "
            f"epsilon={self.epsilon})"
        )
