"""The doors of weight averages and of the learning-rate range test."""

import numpy as np
from doors import Door, arrays, counts, numbers, objects

import nnkit


def _model():
    return nnkit.Linear(3, 2, rng=np.random.default_rng(0))


def _range_test():
    model, X = _model(), np.ones((8, 3))
    trainer = nnkit.Trainer(
        model,
        nnkit.MeanSquaredError(),
        nnkit.SGD(model.parameters(), 0.1),
        batch_size=4,
        rng=np.random.default_rng(0),
    )
    return {"trainer": trainer, "train": (X, X[:, :2]), "low": 0.01, "high": 0.1, "steps": 4}


_X = np.ones((8, 3))

DOORS = [
    Door(
        "WeightAverage",
        nnkit.WeightAverage,
        lambda: {"model": _model()},
        {
            "model": objects(nnkit.Linear),
            "decay": [fault for fault in numbers("[0, 1)") if fault is not None],
        },
    ),
    Door(
        "refresh_statistics",
        nnkit.refresh_statistics,
        lambda: {"model": _model(), "X": _X},
        {"model": objects(nnkit.Linear), "X": arrays(), "batch_size": counts()},
    ),
    Door(
        "learning_rate_range",
        nnkit.learning_rate_range,
        _range_test,
        {
            "trainer": objects(nnkit.Trainer, _model()),
            "low": numbers("(0, inf)"),
            "high": [*numbers("(0, inf)"), 0.01, 0.009],
            "steps": counts(low=2),
        },
    ),
    Door(  # the data are looked at by the trainer
        "Trainer",
        nnkit.learning_rate_range,
        _range_test,
        {"train": [None, 3, "name", _X, (_X,), (_X, _X[:7]), (_X[:0], _X[:0]), (_X * np.nan, _X)]},
    ),
]
