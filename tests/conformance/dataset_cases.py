"""The table of all data sets: one line each."""

import gzip
import os
import struct
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import numpy as np
from doors import Door, choices, counts, dtypes, generators, numbers

from nnkit import datasets


def with_files(load):
    """The loader over a folder of one image of zeros."""

    def call(**arguments):
        with TemporaryDirectory() as folder, mock.patch.dict(os.environ, {"NNKIT_DATA": folder}):
            for prefix in ("train", "t10k"):
                images = struct.pack(">4B3I", 0, 0, 8, 3, 1, 28, 28) + bytes(784)
                labels = struct.pack(">4BIB", 0, 0, 8, 1, 1, 7)
                Path(folder, f"{prefix}-images-idx3-ubyte.gz").write_bytes(gzip.compress(images))
                Path(folder, f"{prefix}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
            return load(**arguments)

    return call


def drawn(n):
    return lambda: {"n": n, "noise": 0.1, "rng": np.random.default_rng(0)}


def points(smallest):
    return {"n": counts(smallest), "noise": numbers("[0, inf)"), "rng": generators()}


DOORS = [
    Door("moons", datasets.moons, drawn(4), points(2)),
    Door("spirals", datasets.spirals, drawn(6), points(3) | {"classes": counts(2, 11)}),
    Door("xor", datasets.xor, drawn(4), points(4)),
    Door("describe", datasets.describe, lambda: {"name": "iris"}, {"name": choices()}),
    Door("mnist", with_files(datasets.mnist), dict, {"part": choices(), "dtype": dtypes()}),
    Door("fashion_mnist", with_files(datasets.fashion_mnist), dict, {"part": choices(), "dtype": dtypes()}),
]
