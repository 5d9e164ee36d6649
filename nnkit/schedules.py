"""Schedules: how the learning rate changes over the steps. Each function returns a rule `step -> rate`.

Step 0 is the first update. A rule may serve as momentum too, and any function of the step is a schedule as
well. Who asks for the rate belongs to `nnkit.optimizers`.

A function of this module raises ValueError when an argument is outside the range that its docstring states,
TypeError when it is of the wrong kind.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nnkit.arguments import check_int, check_number

__all__ = ["Schedule", "chain", "constant", "cosine", "cyclical", "exponential"]
__all__ += ["one_cycle", "one_cycle_momentum", "step_decay", "warm_restarts", "warmup"]

Rate = float | Callable[[int], float]

_COUNTS = {"steps", "every", "half_cycle", "growth"}
_PARTS = {"schedule", "first", "second"}  # a number or any schedule


class Schedule:
    """A rule `step -> rate` with its numbers. It can be copied and pickled, and prints as its call.

    Parameters
    ----------
    rule : callable
        ``(step, **options) -> rate``, a function of a module.
    **options
        The numbers of the rule: counts of steps from 1, other numbers from 0.

    Examples
    --------
    >>> schedule = cosine(0.1, 100)
    >>> schedule, schedule(0)
    (cosine(rate=0.1, steps=100, end=0.0), 0.1)
    """

    def __init__(self, rule: Callable[..., float], **options: Any) -> None:
        self.name, self.rule, self.options = rule.__name__.removeprefix("_"), rule, options
        for option, value in options.items():
            if option in _COUNTS:
                check_int(self.name, option, value)
            elif option not in _PARTS or not callable(value):
                check_number(self.name, option, value, "[0, inf)")

    def __call__(self, step: int) -> float:
        """The rate of update `step`, counted from 0."""
        return float(self.rule(step, **self.options))

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{option}={value!r}' for option, value in self.options.items())})"


def constant(rate: float) -> Schedule:
    """The same rate at every step.

    Parameters
    ----------
    rate : float >= 0

    Examples
    --------
    >>> constant(0.1)(1000)
    0.1
    """
    return Schedule(_constant, rate=rate)


def _constant(step: int, rate: float) -> float:
    return rate


def step_decay(rate: float, every: int, *, factor: float = 0.1) -> Schedule:
    """A staircase without end: rate * factor^floor(step / every).

    Parameters
    ----------
    rate, factor : float >= 0
    every : int >= 1

    Examples
    --------
    >>> [step_decay(1.0, 10, factor=0.5)(step) for step in (0, 9, 10, 20)]
    [1.0, 1.0, 0.5, 0.25]
    """
    return Schedule(_step_decay, rate=rate, every=every, factor=factor)


def _step_decay(step: int, rate: float, every: int, factor: float) -> float:
    return rate * factor ** (step // every)


def exponential(rate: float, factor: float) -> Schedule:
    """A straight line without end on a logarithmic axis: rate * factor^step.

    Parameters
    ----------
    rate, factor : float >= 0

    Examples
    --------
    >>> [exponential(0.8, 0.5)(step) for step in (0, 1, 2)]
    [0.8, 0.4, 0.2]
    """
    return Schedule(_exponential, rate=rate, factor=factor)


def _exponential(step: int, rate: float, factor: float) -> float:
    return rate * factor**step


def cosine(rate: float, steps: int, *, end: float = 0.0) -> Schedule:
    """Half a cosine from `rate` at step 0 to `end` at step `steps`, and `end` from there on.

    Parameters
    ----------
    rate, end : float >= 0
    steps : int >= 1

    Examples
    --------
    >>> [round(cosine(0.1, 100, end=0.02)(step), 12) for step in (0, 50, 100, 500)]
    [0.1, 0.06, 0.02, 0.02]

    References
    ----------
    Loshchilov & Hutter 2017, equation 5, without restarts.
    """
    return Schedule(_cosine, rate=rate, steps=steps, end=end)


def _cosine(step: int, rate: float, steps: int, end: float) -> float:
    return end + (rate - end) * (1 + math.cos(math.pi * min(step / steps, 1))) / 2


def warmup(schedule: Rate, steps: int) -> Schedule:
    """A schedule, or a number, times min((step + 1) / steps, 1): the first update moves already.

    Parameters
    ----------
    schedule : float >= 0, or callable
        It counts from the first step of the warm-up: ``warmup(cosine(0.1, 1000), 100)``.
    steps : int >= 1

    Examples
    --------
    >>> [round(warmup(0.8, 4)(step), 12) for step in range(6)]
    [0.2, 0.4, 0.6, 0.8, 0.8, 0.8]

    References
    ----------
    Goyal et al. 2017, "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour", section 2.2.
    """
    return Schedule(_warmup, schedule=schedule, steps=steps)


def _warmup(step: int, schedule: Rate, steps: int) -> float:
    return _asked(schedule, step) * min((step + 1) / steps, 1)


def cyclical(low: float, high: float, half_cycle: int) -> Schedule:
    """A triangle wave without end: from `low` to `high` in `half_cycle` steps, and back in as many.

    Parameters
    ----------
    low, high : float >= 0
    half_cycle : int >= 1
        The paper's stepsize; it advises 2 to 10 epochs.

    Examples
    --------
    >>> [round(cyclical(0.1, 0.5, 2)(step), 12) for step in range(6)]
    [0.1, 0.3, 0.5, 0.3, 0.1, 0.3]

    References
    ----------
    Smith 2017, "Cyclical Learning Rates for Training Neural Networks", section 3, policy "triangular".
    """
    return Schedule(_cyclical, low=low, high=high, half_cycle=half_cycle)


def _cyclical(step: int, low: float, high: float, half_cycle: int) -> float:
    return low + (high - low) * (1 - abs(step / half_cycle % 2 - 1))


def warm_restarts(rate: float, steps: int, *, growth: int = 1, end: float = 0.0) -> Schedule:
    """`cosine` again and again without end, each time `growth` times as long as before: SGDR.

    Parameters
    ----------
    rate, end : float >= 0
    steps, growth : int >= 1
        The length of the first cosine, and the paper's T_mult.

    Examples
    --------
    >>> [step for step in range(100) if warm_restarts(0.1, 10, growth=2)(step) == 0.1]
    [0, 10, 30, 70]

    References
    ----------
    Loshchilov & Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts", equation 5.
    """
    return Schedule(_warm_restarts, rate=rate, steps=steps, growth=growth, end=end)


def _warm_restarts(step: int, rate: float, steps: int, growth: int, end: float) -> float:
    step = step % steps if growth == 1 else step
    while step >= steps:
        step, steps = step - steps, steps * growth
    return _cosine(step, rate, steps, end)


def one_cycle(peak: float, steps: int) -> Schedule:
    """Straight lines: peak / 10 up to `peak`, back, and on to peak / 1000; in 45, 45 and 10 % of `steps`.

    From step `steps` on it stays at peak / 1000.

    Parameters
    ----------
    peak : float >= 0
    steps : int >= 1
        All updates of the run: ``SGD(..., one_cycle(0.5, n), momentum=one_cycle_momentum(n))``.

    Examples
    --------
    >>> [round(one_cycle(0.5, 100)(step), 12) for step in (0, 45, 90, 100)]
    [0.05, 0.5, 0.05, 0.0005]

    References
    ----------
    Smith 2018, "A Disciplined Approach to Neural Network Hyper-parameters: Part 1", section 4: a cycle a
    little shorter than the run, then several orders of magnitude lower. The shares are ours; PyTorch's
    OneCycleLR has others, and cosines unless told otherwise.
    """
    return Schedule(_one_cycle, peak=peak, steps=steps)


def _one_cycle(step: int, peak: float, steps: int) -> float:
    return float(np.interp(step / steps, [0, 0.45, 0.9, 1], [peak / 10, peak, peak / 10, peak / 1000]))


def one_cycle_momentum(steps: int, *, high: float = 0.95, low: float = 0.85) -> Schedule:
    """The momentum that belongs to `one_cycle`: from `high` to `low` and back while the rate is raised.

    Parameters
    ----------
    steps : int >= 1
    high, low : float in [0, 1)

    Examples
    --------
    >>> [round(one_cycle_momentum(100)(step), 12) for step in (0, 45, 90, 100)]
    [0.95, 0.85, 0.95, 0.95]

    References
    ----------
    Smith 2018, section 4.
    """
    return Schedule(_one_cycle_momentum, steps=steps, high=high, low=low)


def _one_cycle_momentum(step: int, steps: int, high: float, low: float) -> float:
    return float(np.interp(step / steps, [0, 0.45, 0.9], [high, low, high]))


def chain(first: Rate, steps: int, second: Rate) -> Schedule:
    """One schedule, or number, for `steps` steps, and then another, which counts from 0 again.

    Parameters
    ----------
    first, second : float >= 0, or callable
    steps : int >= 1

    Examples
    --------
    >>> [round(chain(0.1, 100, cosine(0.1, 50))(step), 12) for step in (0, 99, 100, 125, 150)]
    [0.1, 0.1, 0.1, 0.05, 0.0]
    """
    return Schedule(_chain, first=first, steps=steps, second=second)


def _chain(step: int, first: Rate, steps: int, second: Rate) -> float:
    return _asked(first, step) if step < steps else _asked(second, step - steps)


def _asked(schedule: Rate, step: int) -> float:
    return schedule(step) if callable(schedule) else schedule
