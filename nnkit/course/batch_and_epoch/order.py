"""The explorer of the order: which digits meet in a batch, and what that does to learning."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from nnkit.course import digits
from nnkit.course.batch_and_epoch import runs
from nnkit.explore import Explorer, choice, explore, slider
from nnkit.plots import style

ORDERS = ("new every epoch", "drawn once", "sorted by class")
SHOWN = 12  # batches in the picture


def classes(order: str, epoch: int) -> np.ndarray:
    """Return the classes of the first batches of an epoch.

    Parameters
    ----------
    order : {"new every epoch", "drawn once", "sorted by class"}
    epoch : int
        From 1.

    Returns
    -------
    ndarray, shape (12, 32)
        A row for each batch.
    """
    (_, y), _ = digits.split()
    rng = np.random.default_rng(0)
    drawn = [rng.permutation(y) for _ in range(epoch)]
    rows = {"new every epoch": drawn[-1], "drawn once": drawn[0], "sorted by class": np.sort(y)}[order]
    return rows[: SHOWN * 32].reshape(SHOWN, 32)


def kinds(batches: np.ndarray) -> float:
    """Return how many different digits meet in one of some batches, a row for each, on average."""
    return float(np.mean([len(np.unique(row)) for row in batches]))


def compute(order: str, epoch: int) -> dict[str, Any]:
    """Give the classes in the first batches, and the accuracies of five networks after each epoch."""
    batches = classes(order, epoch)
    accuracies = np.array([runs.accuracies_in_order(seed, order) for seed in runs.SEEDS])
    return {
        "order": order,
        "epoch": epoch,
        "kinds": kinds(batches),
        "lowest": float(accuracies[:, -1].min()),
        "highest": float(accuracies[:, -1].max()),
        "classes": batches,
        "accuracies": accuracies,
    }


def draw(frame: dict[str, Any], figure: Figure) -> str:
    """Draw the classes in the first batches, and accuracy over epochs below them."""
    upper, lower = figure.subplots(2, 1)
    upper.imshow(frame["classes"], cmap="tab10", vmin=-0.5, vmax=9.5, interpolation="none", aspect="auto")
    upper.set(title=f"first {SHOWN} batches, a color per digit", xlabel="place in the batch", ylabel="batch")
    upper.set(
        xticks=[0, 15, 31], xticklabels=["1", "16", "32"], yticks=[0, 5, 11], yticklabels=["1", "6", "12"]
    )
    upper.grid(False)
    epochs = np.arange(1, runs.EPOCHS + 1)
    for row in frame["accuracies"]:
        lower.plot(epochs, row, color=style.BLUE, lw=1, alpha=0.7)
    lower.set(title="unseen digits read", xlabel="epochs", ylim=(0, 1.02), xticks=[1, 5, 10, 15, 20])
    how = {
        "new every epoch": "The order is drawn anew in every epoch",
        "drawn once": "The order was drawn once and stays",
        "sorted by class": "The digits come sorted by class",
    }[frame["order"]]
    return (
        f"{how}. In epoch {frame['epoch']}, {frame['kinds']:.1f} different digits meet in one of the first "
        f"{SHOWN} batches, on average. After {runs.EPOCHS} epochs the five networks read "
        f"{frame['lowest']:.3f} to {frame['highest']:.3f} of the unseen digits."
    )


def orders() -> Explorer:
    """Return the explorer of the order: how the examples follow each other, and the epoch to look at."""
    return explore(
        draw,
        compute,
        name="orders",
        size=(5.1, 4.4),
        stored=Path(__file__).with_name("orders.npz"),
        tolerance=0.05,  # it trains
        order=choice(list(ORDERS), label="order of the examples"),
        epoch=slider(1, 3, label="epoch to look at"),
    )
