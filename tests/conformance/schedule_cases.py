"""The table of all schedules: one line each.

A new piece is a new line. The references below are plain Python and share no code with the package.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from doors import Door, counts, numbers

from nnkit import schedules


@dataclass
class ScheduleCase:
    name: str
    build: Callable  # () -> schedule
    reference: Callable  # step -> rate
    bounds: tuple[float, float]  # which every rate keeps
    jump: float  # the largest change from one step to the next


def cosine(step, rate, steps, end):
    return end + 0.5 * (rate - end) * (1 + math.cos(math.pi * step / steps)) if step < steps else end


def triangle(step):  # Smith 2017, section 3, line by line
    cycle = math.floor(1 + step / (2 * 4))
    x = abs(step / 4 - 2 * cycle + 1)
    return 0.1 + (0.5 - 0.1) * max(0, 1 - x)


def restarts(step):
    past = 0
    for length in (5, 15, 45, 135):  # each three times as long
        if step < past + length:
            return cosine(step - past, 0.2, length, 0.01)
        past += length
    raise ValueError(step)


def polyline(step, *corners):
    for (a, low), (b, high) in pairwise(corners):
        if a <= step <= b:
            return low + (high - low) * (step - a) / (b - a)
    return corners[-1][1]


SCHEDULES = [
    ScheduleCase("constant", lambda: schedules.constant(0.3), lambda step: 0.3, (0.3, 0.3), 0.0),
    ScheduleCase(
        "step decay",
        lambda: schedules.step_decay(0.8, 7, factor=0.5),
        lambda step: 0.8 / 2 ** len(range(7, step + 1, 7)),
        (0.0, 0.8),
        0.4,
    ),
    ScheduleCase(
        "exponential",
        lambda: schedules.exponential(0.8, 0.9),
        lambda step: math.exp(math.log(0.8) + step * math.log(0.9)),
        (0.0, 0.8),
        0.08,
    ),
    ScheduleCase(
        "cosine",
        lambda: schedules.cosine(0.2, 30, end=0.01),
        lambda step: cosine(step, 0.2, 30, 0.01),
        (0.01, 0.2),
        0.19 * math.pi / 60,
    ),
    ScheduleCase(
        "warm-up of a cosine",
        lambda: schedules.warmup(schedules.cosine(0.2, 30), 8),
        lambda step: cosine(step, 0.2, 30, 0) * ((step + 1) / 8 if step < 8 else 1),
        (0.0, 0.2),
        0.2 / 8,
    ),
    ScheduleCase(
        "warm-up of a number",
        lambda: schedules.warmup(0.5, 3),
        lambda step: [0.5 / 3, 1 / 3, 0.5][min(step, 2)],
        (0.5 / 3, 0.5),
        0.5 / 3,
    ),
    ScheduleCase("cyclical", lambda: schedules.cyclical(0.1, 0.5, 4), triangle, (0.1, 0.5), 0.1),
    ScheduleCase(
        "warm restarts that grow",
        lambda: schedules.warm_restarts(0.2, 5, growth=3, end=0.01),
        restarts,
        (0.01, 0.2),
        0.19,
    ),
    ScheduleCase(
        "warm restarts",
        lambda: schedules.warm_restarts(0.2, 9),
        lambda step: cosine(step % 9, 0.2, 9, 0),
        (0.0, 0.2),
        0.2,
    ),
    ScheduleCase(
        "one cycle",
        lambda: schedules.one_cycle(0.5, 40),
        lambda step: polyline(step, (0, 0.05), (18, 0.5), (36, 0.05), (40, 0.0005)),
        (0.0005, 0.5),
        0.45 / 18,
    ),
    ScheduleCase(
        "the momentum of one cycle",
        lambda: schedules.one_cycle_momentum(40, high=0.9, low=0.7),
        lambda step: polyline(step, (0, 0.9), (18, 0.7), (36, 0.9)),
        (0.7, 0.9),
        0.2 / 18,
    ),
    ScheduleCase(
        "a chain",
        lambda: schedules.chain(0.2, 10, schedules.cosine(0.2, 30)),
        lambda step: 0.2 if step < 10 else cosine(step - 10, 0.2, 30, 0),
        (0.0, 0.2),
        0.2 * math.pi / 60,
    ),
]

_RATE = numbers("[0, inf)")
_PART = [*_RATE, object()]  # a schedule would do

DOORS = [
    Door("constant", schedules.constant, lambda: {"rate": 0.1}, {"rate": _RATE}),
    Door(
        "step_decay",
        schedules.step_decay,
        lambda: {"rate": 0.1, "every": 10},
        {"rate": _RATE, "every": counts(), "factor": _RATE},
    ),
    Door(
        "exponential",
        schedules.exponential,
        lambda: {"rate": 0.1, "factor": 0.9},
        {"rate": _RATE, "factor": _RATE},
    ),
    Door(
        "cosine",
        schedules.cosine,
        lambda: {"rate": 0.1, "steps": 10},
        {"rate": [*_RATE, schedules.constant(0.1)], "steps": counts(), "end": _RATE},
    ),
    Door(
        "warmup",
        schedules.warmup,
        lambda: {"schedule": 0.1, "steps": 10},
        {"schedule": _PART, "steps": counts()},
    ),
    Door(
        "cyclical",
        schedules.cyclical,
        lambda: {"low": 0.1, "high": 0.2, "half_cycle": 10},
        {"low": _RATE, "high": _RATE, "half_cycle": counts()},
    ),
    Door(
        "warm_restarts",
        schedules.warm_restarts,
        lambda: {"rate": 0.1, "steps": 10},
        {"rate": _RATE, "steps": counts(), "growth": counts(), "end": _RATE},
    ),
    Door(
        "one_cycle",
        schedules.one_cycle,
        lambda: {"peak": 0.1, "steps": 10},
        {"peak": _RATE, "steps": counts()},
    ),
    Door(
        "one_cycle_momentum",
        schedules.one_cycle_momentum,
        lambda: {"steps": 10},
        {"steps": counts(), "high": _RATE, "low": _RATE},
    ),
    Door(
        "chain",
        schedules.chain,
        lambda: {"first": 0.1, "steps": 10, "second": 0.2},
        {"first": _PART, "steps": counts(), "second": _PART},
    ),
]
