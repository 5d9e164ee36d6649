"""The doors of the doctor."""

import numpy as np
from doors import Door, arrays, counts, flags, generators, objects

import nnkit
from nnkit import doctor
from nnkit.history import EpochRecord


def patient():
    rng = np.random.default_rng(0)
    X, y = nnkit.datasets.moons(40, noise=0.1, rng=rng)
    model = nnkit.mlp([2, 4, 2], rng=rng)
    optimizer = nnkit.SGD(model.parameters(), 0.1)
    return {
        "model": model,
        "loss": nnkit.SoftmaxCrossEntropy(),
        "X": X,
        "y": y,
        "rng": rng,
        "optimizer": optimizer,
        "shuffle": True,
        "validation": (X + 0.5, y),
        "budget": 5,
    }


def records(epochs):
    return [EpochRecord(epoch, epoch, 0.1, 1 / epoch, validation_loss=1.0) for epoch in range(1, epochs + 1)]


def trained_model():
    start = patient()
    pair = (start["X"], start["y"])
    return {"trained": start["model"], "loss": start["loss"], "train": pair, "validation": pair}


LONG = [np.ones((40, 2)), np.zeros(40, dtype=int)]
PAIRS = [
    *LONG,
    (LONG[0],),
    (*LONG, LONG[1]),
    (LONG[0][1:], LONG[1]),
    (np.nan * LONG[0], LONG[1]),
    (None, LONG[1]),
]

DOORS = [
    Door(
        "learns",
        doctor.learns,
        patient,
        {
            "model": objects(nnkit.Linear, nnkit.SGD),
            "loss": objects(nnkit.SoftmaxCrossEntropy, nnkit.ReLU()),
            "X": [*arrays((39, 2), (15, 2)), np.full((40, 2), np.inf)],
            "y": [*arrays((39,)), np.full(40, np.nan)],
            "rng": generators(),
            "optimizer": objects(nnkit.SGD)[1:],  # None is allowed
            "shuffle": flags(),
            "validation": [*objects()[1:], *PAIRS],
            "budget": counts(),
        },
    ),
    Door(
        "generalizes",
        doctor.generalizes,
        lambda: {"trained": records(5)},
        {"trained": [*objects(), records(4), [], [1.0] * 5, nnkit.History()]},
    ),
    Door(
        "generalizes",
        doctor.generalizes,
        trained_model,
        {
            "loss": objects(nnkit.SoftmaxCrossEntropy),
            "train": [None, 3, *PAIRS],
            "validation": [None, 3, *PAIRS],
        },
    ),
    Door(
        "activation_statistics",
        doctor.activation_statistics,
        lambda: {key: patient()[key] for key in ("model", "X")},
        {"model": objects(nnkit.Linear), "X": arrays()},
    ),
]
