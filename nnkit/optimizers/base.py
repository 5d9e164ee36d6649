"""The contract that every optimizer keeps.

The rules stand beside this file. Where gradients come from belongs to `nnkit.training`; laying parameters
side by side to `nnkit.fuse`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np

from nnkit.arguments import check_bool, check_number
from nnkit.parameter import Parameter, as_parameters, in_pieces

Rate = float | Callable[[int], float]  # a number, or a schedule `step -> number`

_INTERVALS = {"learning_rate": "(0, inf)", "epsilon": "(0, inf)", "weight_decay": "[0, inf)"}  # else [0, 1)


@dataclass(eq=False)
class Optimizer(ABC):
    """The contract of every rule: `step()` reads the gradients and changes the values in place.

    Parameters
    ----------
    parameters : Parameter or iterable of Parameter
        ``model.parameters()``. Those of `mlp`, and fused ones, lie in one vector: one pass over it instead of
        one per array.
    learning_rate : float > 0, or callable
        A number, or a schedule ``step -> rate``, with step 0 for the first update. A schedule may reach 0.

    Attributes
    ----------
    parameters : list of Parameter
    learning_rate : float or callable
        May be set between steps.
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

    parameters: list[Parameter] = field(repr=False)
    learning_rate: Rate

    steps = 0
    _remembers: ClassVar[tuple[str, ...]] = ()  # names of what the rule keeps for each entry, from zero

    def __post_init__(self) -> None:
        owner = type(self).__name__
        self.parameters = as_parameters(owner, self.parameters)
        for option in fields(self)[1:]:
            name, value = option.name, getattr(self, option.name)
            if option.type == "bool":
                check_bool(owner, name, value)
            elif not (option.type == "Rate" and callable(value)):  # a schedule is checked step by step
                hint = "a schedule step -> number will do too" if option.type == "Rate" else ""
                setattr(self, name, check_number(owner, name, value, _INTERVALS.get(name, "[0, 1)"), hint))
        names = (*self._remembers, "scratch")  # one row per piece: itself, and an array for each name
        pieces = in_pieces(self.parameters)
        self._rows: list[Any] = [(one, *(np.zeros_like(one.value) for _ in names)) for one in pieces]

    def rate_at(self, step: int) -> float:
        """The learning rate of update `step`, counted from 0."""
        return self._at(step, "learning_rate", "[0, inf)")

    def step(self) -> None:
        """Make one update.

        Raises
        ------
        RuntimeError
            If a fused Parameter no longer shares memory with the parameters it was made of.
        ValueError, TypeError
            If the rate of this step is negative, not finite or no number. Nothing has moved then.
        """
        if not all([piece.intact for piece, *_ in self._rows]):
            raise RuntimeError(
                f"{type(self).__name__} expects parameters that live in the model's memory, got a fused one "
                "whose layers were copied, deleted or fused anew; make a new optimizer from the model in use."
            )
        self._update(self.rate_at(self.steps))
        self.steps += 1

    @property
    def buffers(self) -> dict[str, np.ndarray]:
        """What the rule remembers between steps, by name; arrays written in place."""
        found: dict[str, np.ndarray] = {}
        for j, name in enumerate(self._remembers, start=1):
            parts = [part for row in self._rows for part in row[0].parts(row[j])]
            found |= {f"{name}.{i}": part for i, part in enumerate(parts)}
        return found

    @abstractmethod
    def _update(self, rate: float) -> None:
        """Change every value in place; `self.steps` updates were made before this one."""

    def _at(self, step: int, name: str, interval: str) -> float:
        """An option at a step: the number, or what its schedule says."""
        value = getattr(self, name)
        value = value(step) if callable(value) else value
        return check_number(type(self).__name__, f"{name} at step {step}", value, interval)
