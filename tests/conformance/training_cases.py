"""The doors of training: backpropagate, the trainer, its callbacks, its history, and files."""

import atexit
import shutil
import tempfile

import numpy as np
from doors import (
    Door,
    arrays,
    choices,
    counts,
    flags,
    functions,
    generators,
    lists,
    numbers,
    objects,
    pairs,
    paths,
)

import nnkit
import nnkit.plots

FOLDER = tempfile.mkdtemp(prefix="nnkit-doors-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
FILE = f"{FOLDER}/model.npz"
X, Y = np.ones((8, 2)), np.zeros(8, int)


def network():
    return nnkit.mlp([2, 4, 2], rng=np.random.default_rng(0))


def parts():
    model = network()
    optimizer = nnkit.SGD(model.parameters(), 0.1)
    rng = np.random.default_rng(0)
    options = {"batch_size": 4, "rng": rng, "penalty": nnkit.L2(0.1), "clip": len, "accumulate": 2}
    return {"model": model, "loss": nnkit.SoftmaxCrossEntropy(), "optimizer": optimizer, **options}


def trainer():
    return nnkit.Trainer(**parts(), metrics=[nnkit.accuracy])


def saved():
    nnkit.save(network(), FILE)
    return {"model": network(), "path": FILE}


MODELS = objects(nnkit.Linear, X)
DATA = {"train": (X, Y), "validation": (X, Y)}

DOORS = [
    Door(
        "backpropagate",
        nnkit.backpropagate,
        lambda: {"model": network(), "loss": nnkit.SoftmaxCrossEntropy(), "x": X, "y": Y},
        {
            "model": MODELS,
            "loss": objects(nnkit.MeanSquaredError),
            "x": arrays(),
            "y": arrays(),
            "training": flags(),
            "parts": counts(),
        },
    ),
    Door(
        "backpropagate",
        lambda **arguments: trainer().step(**arguments),
        lambda: {"x": X, "y": Y},
        {"x": arrays(), "y": arrays()},
    ),
    Door(
        "Trainer",
        nnkit.Trainer,
        parts,
        {
            "model": MODELS,
            "loss": objects(nnkit.MeanSquaredError),
            "optimizer": objects(nnkit.SGD, nnkit.SGD(nnkit.Parameter([1.0]), 0.1)),
            "batch_size": counts(),
            "rng": generators(),
            "penalty": [3, "name", object(), nnkit.L2, nnkit.MeanSquaredError()],
            "clip": functions(),
            "accumulate": counts(),
            "metrics": lists(3, "name", None, object()),
        },
    ),
    Door(
        "Trainer",
        lambda **arguments: trainer().fit(**arguments),
        lambda: {**DATA, "epochs": 1, "callbacks": [id]},
        {
            "train": pairs(),
            "epochs": counts(),
            "validation": [fault for fault in pairs() if fault is not None],
            "callbacks": lists(3, "name", None, object()),
        },
    ),
    Door(
        "Trainer",
        lambda **arguments: trainer().fit(**arguments),
        lambda: {"train": (X, Y), "updates": 3},
        {"updates": counts(), "epochs": [1], "examples": [1]},
    ),
    Door(
        "Trainer",
        lambda **arguments: trainer().fit(**arguments),
        lambda: {"train": (X, Y), "examples": 5},
        {"examples": counts(), "updates": [1]},
    ),
    Door(
        "Trainer",
        lambda **arguments: next(trainer().epochs(**arguments)),
        lambda: dict(DATA),
        {"train": pairs(), "validation": [fault for fault in pairs() if fault is not None]},
    ),
    Door(
        "Trainer",
        lambda **arguments: trainer().evaluate(**arguments),
        lambda: {"data": (X, Y)},
        {"data": pairs()},
    ),
    Door(
        "Trainer",
        lambda **arguments: trainer().predict(**arguments),
        lambda: {"X": X, "batch_size": 3},
        {"X": arrays(), "batch_size": counts()},
    ),
    Door("History", nnkit.History, lambda: {"records": []}, {"records": [None, 3, [None], "ab", object()]}),
    Door(
        "History",
        lambda **arguments: nnkit.History().append(**arguments),
        lambda: {"record": nnkit.EpochRecord(1, 1, 0.1, 0.5)},
        {"record": objects(nnkit.EpochRecord)},
        {"record": "each of its records"},
    ),
    Door(
        "to_json",
        lambda **arguments: nnkit.History().to_json(**arguments),
        lambda: {"path": f"{FOLDER}/history.json"},
        {"path": [3, 2.5, b"history.json", ["history.json"], object()]},
    ),
    Door(
        "EarlyStopping",
        nnkit.EarlyStopping,
        lambda: {"patience": 2, "metric": "accuracy", "mode": "max", "min_delta": 0.1},
        {
            "patience": counts(),
            "metric": [None, 3, object(), ["loss"]],
            "mode": choices(),
            "min_delta": numbers("[0, inf)"),
        },
    ),
    Door(
        "BestWeights",
        nnkit.BestWeights,
        lambda: {"model": network(), "metric": "accuracy", "mode": "max"},
        {"model": MODELS, "metric": [None, 3, object(), ["loss"]], "mode": choices()},
    ),
    Door(
        "Checkpoint",
        nnkit.Checkpoint,
        lambda: {"path": FILE, "trainer": trainer(), "every": 2, "keep": [nnkit.EarlyStopping(2)]},
        {
            "path": [*paths(), "model.safetensors"],
            "trainer": objects(nnkit.Trainer, network()),
            "every": counts(),
            "keep": lists(3, None, object(), nnkit.Progress(), nnkit.EarlyStopping),
        },
    ),
    Door("Progress", nnkit.Progress, dict, {"total": [fault for fault in counts() if fault is not None]}),
    Door("state", nnkit.state, lambda: {"model": network()}, {"model": MODELS}),
    Door("save", nnkit.save, saved, {"model": MODELS, "path": paths()}),
    Door("load", nnkit.load, saved, {"model": MODELS, "path": paths()}),
    Door(
        "loss_curves",
        nnkit.plots.loss_curves,
        lambda: {"history": nnkit.History([nnkit.EpochRecord(1, 1, 0.1, 0.5)])},
        {"history": [None, 3, "name", object(), [3], nnkit.History(), {}, {"a": 3}], "log": flags()},
    ),
]
