"""The table of sweeps: one line each."""

import numpy as np
from doors import Door, counts, flags, generators, listed, numbers

from nnkit import sweeps

NO_VALUES = listed("name", [], (), {1, 2}, {"a": 1}, np.array(1.0), np.array([]))

DOORS = [
    Door("grid", lambda width: sweeps.grid(width=width), lambda: {"width": [8]}, {"width": NO_VALUES}),
    Door(
        "sample",
        lambda n, rng, width: sweeps.sample(n, rng=rng, width=width),
        lambda: {"n": 2, "rng": np.random.default_rng(0), "width": [8]},
        {"n": counts(), "rng": generators(), "width": NO_VALUES},
    ),
    Door(
        "log_uniform",
        sweeps.log_uniform,
        lambda: {"low": 0.1, "high": 1.0},
        {"low": numbers("(0, inf)"), "high": [*numbers("(0.1, inf)"), 0.01]},
    ),
    Door(
        "sweep",
        sweeps.sweep,
        lambda: {"run": lambda seed, x: {"y": x}, "settings": [{"x": 1}], "seeds": 1},
        {
            "run": [None, 3, "name", {}],
            "settings": listed([], {}, {"x": [1]}, "name", [3], [{"seed": 1}], [{"error": 1}]),
            "seeds": counts(),
            "n_jobs": counts(),
            "progress": flags(),
        },
    ),
]
