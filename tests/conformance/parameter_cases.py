"""The doors of what stands below and beside the layers: parameters, scalars, decision grids."""

import numpy as np
from doors import Door, arrays, counts, numbers, objects

import nnkit
from nnkit.analysis import decision_grid
from nnkit.autodiff import Scalar, graph

_P, _Q, _SINGLE = nnkit.Parameter([1.0]), nnkit.Parameter([2.0]), nnkit.Parameter(np.ones(2, np.float32))
_POINTS = np.array([[0.0, 1.0], [2.0, 0.0]])

DOORS = [
    Door(
        "Parameter",
        nnkit.Parameter,
        lambda: {"value": [1.0, 2.0], "name": "b"},
        {"value": [*arrays(), [1, 2], [True]], "name": [None, 3, b"b", ["b"], str]},
    ),
    Door(
        "fuse",
        nnkit.fuse,
        lambda: {"parameters": [nnkit.Parameter([1.0]), nnkit.Parameter([2.0])]},
        {
            "parameters": [
                *objects(nnkit.Parameter, np.ones(2), _P),
                *([], [None], [_P, _P], [_P, _SINGLE], [nnkit.fuse([_Q])]),
            ]
        },
    ),
    Door(
        "Scalar",
        Scalar,
        lambda: {"value": 2.0, "name": "x"},
        {"value": [None, "2", 1j, [2.0], np.ones(1), Scalar], "name": [None, 3, b"x", ["x"], str]},
    ),
    Door("graph", graph, lambda: {"node": Scalar(2.0)}, {"node": objects(Scalar, 2.0, [Scalar(2.0)])}),
    Door(
        "decision_grid",
        decision_grid,
        lambda: {"model": lambda points: points, "X": _POINTS, "resolution": 3, "margin": 0.1},
        {
            "model": [None, 3, "model", _POINTS, lambda x: x[0], lambda x: x * np.nan, lambda x: x[:, :0]],
            "X": [*arrays((3,), (3, 3), (2, 2, 2)), _POINTS * np.nan, _POINTS + np.inf],
            "resolution": counts(2),
            "margin": numbers("[0, inf)"),
        },
    ),
]
