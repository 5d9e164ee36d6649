"""The contract that every optimizer keeps.

The rules stand beside this file. Where gradients come from belongs to `nnkit.training`; laying parameters
side by side to `nnkit.fuse`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

import numpy as np

from nnkit.parameter import Parameter

__all__ = ["Optimizer"]


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
    >>> from nnkit import SGD
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

    @property
    def buffers(self) -> dict[str, np.ndarray]:
        """What the rule remembers between steps, by name; arrays written in place."""
        return {
            f"{name}.{index}": array
            for name, arrays in self._memory().items()
            for index, array in enumerate(arrays)
        }

    def _memory(self) -> dict[str, list[np.ndarray]]:
        """Lists of one array per parameter, by name."""
        return {}

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


def check_decay(name: str, argument: str, value: float) -> float:
    if not 0 <= value < 1:
        raise ValueError(f"{name} expects {argument} in [0, 1), got {value}; 0.9 is usual.")
    return float(value)
