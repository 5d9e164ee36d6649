"""The table of all initializers: one line each.

A new piece is a new line. The references below are plain Python loops and share no code with the package.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from doors import Door, choices, numbers

from nnkit import initializers as init


@dataclass
class InitializerCase:
    name: str
    build: Callable
    mean: float
    std: Callable  # (fan_in, fan_out) -> standard deviation


INITIALIZERS = [
    InitializerCase("zeros", init.zeros, 0.0, lambda n, m: 0.0),
    InitializerCase("constant", lambda: init.constant(0.3), 0.3, lambda n, m: 0.0),
    InitializerCase("normal", lambda: init.normal(0.2), 0.0, lambda n, m: 0.2),
    InitializerCase("uniform", lambda: init.uniform(0.6), 0.0, lambda n, m: 0.6 / math.sqrt(3)),
    InitializerCase("glorot", init.glorot, 0.0, lambda n, m: math.sqrt(2 / (n + m))),
    InitializerCase(
        "glorot, normal", lambda: init.glorot("normal"), 0.0, lambda n, m: math.sqrt(2 / (n + m))
    ),
    InitializerCase("he", init.he, 0.0, lambda n, m: math.sqrt(2 / n)),
    InitializerCase("he, uniform", lambda: init.he("uniform"), 0.0, lambda n, m: math.sqrt(2 / n)),
    InitializerCase("lecun", init.lecun, 0.0, lambda n, m: math.sqrt(1 / n)),
    InitializerCase("lecun, uniform", lambda: init.lecun("uniform"), 0.0, lambda n, m: math.sqrt(1 / n)),
    # Columns of unit length with n entries each.
    InitializerCase("orthogonal", lambda: init.orthogonal(2.0), 0.0, lambda n, m: 2 * math.sqrt(1 / n)),
]

DOORS = [
    Door("constant", init.constant, lambda: {"value": 0.5}, {"value": numbers("(-inf, inf)")}),
    Door("normal", init.normal, lambda: {"std": 0.5}, {"std": numbers("(0, inf)")}),
    Door("uniform", init.uniform, lambda: {"limit": 0.5}, {"limit": numbers("(0, inf)")}),
    Door("glorot", init.glorot, dict, {"distribution": choices()}),
    Door("he", init.he, dict, {"distribution": choices()}),
    Door("lecun", init.lecun, dict, {"distribution": choices()}),
    Door("orthogonal", init.orthogonal, dict, {"gain": numbers("(0, inf)")}),
]
