"""Optimizers: the rules by which gradients change parameters.

Where gradients come from belongs to `nnkit.training`; laying parameters side by side to `nnkit.fuse`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

import numpy as np

from nnkit.parameter import Parameter

__all__ = ["SGD", "Adam", "Optimizer"]


class Optimizer(ABC):
    """The contract of every rule: `step()` reads the gradients and changes the values in place.

    Parameters
    ----------
    parameters : Parameter or iterable of Parameter
        ``model.parameters()``, or ``[fuse(model.parameters())]``: one pass over one vector instead of one
        per array.
    learning_rate : float > 0, or callable
        A number, or a schedule ``step -> rate``, with step 0 for the first update. A schedule may reach 0.

    Attributes
    ----------
    parameters : list of Parameter
    steps : int
        How many updates were made.

    Raises
    ------
    ValueError
        If there are no parameters, if one comes twice, or if the learning rate is not a positive number.
    TypeError
        If something is not a Parameter, or the learning rate is neither number nor callable.

    Examples
    --------
    >>> p = Parameter([1.0])
    >>> optimizer = SGD(p, learning_rate=0.1)
    >>> p.grad += 2.0
    >>> optimizer.step()
    >>> p.value
    array([0.8])
    """

    def __init__(
        self, parameters: Parameter | Iterable[Parameter], learning_rate: float | Callable[[int], float]
    ) -> None:
        self.parameters = [parameters] if isinstance(parameters, Parameter) else list(parameters)
        self._check_parameters()
        self.learning_rate = learning_rate
        self.steps = 0
        self._scratch = [np.empty_like(parameter.value) for parameter in self.parameters]

    @property
    def learning_rate(self) -> float | Callable[[int], float]:
        """The rate or schedule as given; may be set between steps."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: float | Callable[[int], float]) -> None:
        name = type(self).__name__
        if not callable(learning_rate):
            if isinstance(learning_rate, bool) or not isinstance(learning_rate, (int, float, np.number)):
                raise TypeError(
                    f"{name} expects learning_rate to be a number or a schedule step -> rate, "
                    f"got {type(learning_rate).__name__}."
                )
            if not 0 < learning_rate < math.inf:
                raise ValueError(
                    f"{name} expects a positive finite learning_rate, got {learning_rate}; "
                    "try 0.1 for SGD or 0.001 for Adam."
                )
        self._learning_rate = learning_rate

    def rate_at(self, step: int) -> float:
        """The learning rate of update `step`, counted from 0."""
        if not callable(self._learning_rate):
            return float(self._learning_rate)
        rate = float(self._learning_rate(step))
        if not 0 <= rate < math.inf:
            raise ValueError(
                f"{type(self).__name__} expects the schedule to give a finite rate of at least 0, "
                f"got {rate} at step {step}."
            )
        return rate

    def step(self) -> None:
        """Make one update.

        Raises
        ------
        RuntimeError
            If a fused Parameter no longer shares memory with the parameters it was made of.
        ValueError
            If a schedule gives a negative or non-finite rate.
        """
        for parameter in self.parameters:
            if not parameter.intact:
                raise RuntimeError(_explain_orphan(type(self).__name__))
        self._update(self.rate_at(self.steps))
        self.steps += 1

    def zero_grad(self) -> None:
        """Set all gradients to zero."""
        for parameter in self.parameters:
            parameter.grad.fill(0)

    @abstractmethod
    def _update(self, rate: float) -> None:
        """Change every value in place; `self.steps` updates were made before this one."""

    def _check_parameters(self) -> None:
        name = type(self).__name__
        if not self.parameters:
            raise ValueError(f"{name} expects at least one Parameter, got none; pass model.parameters().")
        for parameter in self.parameters:
            if not isinstance(parameter, Parameter):
                raise TypeError(
                    f"{name} expects Parameters, got {type(parameter).__name__}; pass model.parameters()."
                )
        members = [id(member) for parameter in self.parameters for member in parameter.members]
        if len(set(members)) < len(members):
            raise ValueError(
                f"{name} expects distinct parameters, got one of them twice; "
                "pass each once, either by itself or inside a fused Parameter."
            )


def _explain_orphan(name: str) -> str:
    return (
        f"{name} expects parameters that live in the model's memory, got a fused Parameter whose layers were "
        f"copied, deleted or fused again; make a new optimizer, such as {name}(fuse(model.parameters()), "
        "...), from the model in use."
    )


def _check_decay(name: str, argument: str, value: float) -> float:
    if not 0 <= value < 1:
        raise ValueError(f"{name} expects {argument} in [0, 1), got {value}; 0.9 is usual.")
    return float(value)


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
        self.momentum = _check_decay("SGD", "momentum", momentum)
        self.velocities = [np.zeros_like(parameter.value) for parameter in self.parameters]

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
        self.beta1 = _check_decay("Adam", "beta1", beta1)
        self.beta2 = _check_decay("Adam", "beta2", beta2)
        if not 0 < epsilon < math.inf:
            raise ValueError(f"Adam expects a positive finite epsilon, got {epsilon}; 1e-08 is usual.")
        self.epsilon = float(epsilon)
        self.m = [np.zeros_like(parameter.value) for parameter in self.parameters]
        self.v = [np.zeros_like(parameter.value) for parameter in self.parameters]

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
