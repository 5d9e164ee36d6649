"""The table of what makes training data: one line each."""

import numpy as np
from doors import Door, arrays, counts, flags, floats, generators, numbers

from nnkit import data


def examples(**options):
    return lambda: {"X": np.ones((6, 2)), "y": np.arange(6) % 2, **options}


def drawing(**options):
    return lambda: examples(rng=np.random.default_rng(0), **options)()


def images(**options):
    return lambda: {"X": np.ones((3, 1, 4, 4)), "rng": np.random.default_rng(0), **options}


OTHER_ROWS = arrays((5, 2))
OTHER_TARGETS = arrays((5,), (7, 1))
NOT_IMAGES = floats((3, 4), (3, 4, 4), (0, 1, 4, 4), (3, 1, 0, 4), (1, 3, 1, 4, 4))

DOORS = [
    Door(
        "batches",
        data.batches,
        drawing(batch_size=2),
        {
            "X": OTHER_ROWS,
            "y": OTHER_TARGETS,
            "batch_size": counts(1, 6),
            "rng": generators(),
            "shuffle": flags(),
            "drop_last": flags(),
        },
    ),
    Door(
        "split",
        data.split,
        drawing(test_size=2),
        {
            "X": OTHER_ROWS,
            "y": OTHER_TARGETS,
            "test_size": [*numbers("(0, 1)"), 0, 6, -1, 0.01, 0.99],
            "rng": generators(),
            "stratify": flags(),
        },
    ),
    Door(
        "split",
        data.split,
        drawing(test_size=2, stratify=True),
        {"y": [*OTHER_TARGETS, np.ones(6), np.ones((6, 1), int), np.full(6, -1), np.arange(6)]},
    ),
    Door(
        "folds",
        data.folds,
        drawing(k=3),
        {
            "X": OTHER_ROWS,
            "y": OTHER_TARGETS,
            "k": counts(2, 6),
            "rng": generators(),
            "stratify": flags(),
        },
    ),
    Door(
        "folds",
        data.folds,
        drawing(k=3, stratify=True),
        {"y": [*OTHER_TARGETS, np.ones(6), np.ones((6, 1), int), np.full(6, -1), np.arange(6)]},
    ),
    Door(
        "standardize",
        lambda train, other: data.standardize(train, other),
        lambda: {"train": np.ones((3, 2)), "other": np.ones((4, 2))},
        {
            "train": [*arrays(), np.full((3, 2), np.nan)],
            "other": [*arrays((4, 3), (4,), (4, 2, 1)), np.full((4, 2), np.inf)],
        },
        {"other": "others[0]"},
    ),
    Door(
        "shift",
        data.shift,
        images(pixels=1),
        {"X": NOT_IMAGES, "pixels": counts(0), "rng": generators()},
    ),
    Door(
        "rotate",
        data.rotate,
        images(degrees=10),
        {"X": NOT_IMAGES, "degrees": numbers("[0, 180]"), "rng": generators()},
    ),
    Door(
        "add_noise",
        data.add_noise,
        images(std=0.1),
        {"X": floats((3, 0), empty=True), "std": numbers("[0, inf)"), "rng": generators()},
    ),
]
