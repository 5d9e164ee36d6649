"""The table of all penalties: one line each.

A new piece is a new line. The references below are plain Python loops and share no code with the package.
"""

from collections.abc import Callable
from dataclasses import dataclass

from doors import Door, flags, listed, numbers

import nnkit


@dataclass
class PenaltyCase:
    name: str
    build: Callable  # (**options) -> penalty
    reference: Callable  # weight -> cost, for one number


PENALTIES = [
    PenaltyCase("L1", lambda **options: nnkit.L1(0.3, **options), lambda w: 0.3 * abs(w)),
    PenaltyCase("L2", lambda **options: nnkit.L2(0.3, **options), lambda w: 0.15 * w**2),
    PenaltyCase(
        "Elastic",
        lambda **options: nnkit.Elastic(0.3, l1_share=0.2, **options),
        lambda w: 0.06 * abs(w) + 0.12 * w**2,
    ),
]

STRENGTH = {"strength": numbers("[0, inf)"), "biases": flags()}
PARAMETERS = {"parameters": listed("name", [3], [None], nnkit.Parameter([[1.0]]))}

DOORS = [
    Door("L1", nnkit.L1, lambda: {"strength": 0.1}, STRENGTH),
    Door("L2", nnkit.L2, lambda: {"strength": 0.1}, STRENGTH),
    Door(
        "Elastic",
        nnkit.Elastic,
        lambda: {"strength": 0.1},
        STRENGTH | {"l1_share": numbers("[0, 1]")},
    ),
    *(
        Door("L2", method, lambda: {"parameters": [nnkit.Parameter([[1.0]])]}, PARAMETERS)
        for method in (nnkit.L2(0.1).value, nnkit.L2(0.1).add_gradient)
    ),
]
