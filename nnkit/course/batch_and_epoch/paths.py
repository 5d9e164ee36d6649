"""One trainer, one dial: the path of two weights down a loss, for batches of 1 to all 64 examples."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import nnkit
from nnkit.explore import Explorer, explore, slider
from nnkit.plots import style

EXAMPLES = 64
SIZES = (1, 2, 4, 8, 16, 32, 64)
SEEDS = (0, 1, 2, 3, 4)
EPOCHS = 8
RATE = 0.1
START = (-1.6, 1.9)
RING = 0.1  # the innermost ring: so much loss above the least


@lru_cache(maxsize=1)
def data() -> tuple[np.ndarray, np.ndarray]:
    """Return 64 examples of a noisy linear rule with two inputs.

    Returns
    -------
    X : ndarray, shape (64, 2)
    y : ndarray, shape (64, 1)
    """
    rng = np.random.default_rng(7)
    X = rng.normal(size=(EXAMPLES, 2)) @ np.array([[1.0, 0.5], [0.0, 0.8]])
    y = X @ np.array([[1.0], [-0.5]]) + rng.normal(0, 0.8, (EXAMPLES, 1))
    return X, y


@lru_cache(maxsize=1)
def best() -> np.ndarray:
    """Return the weights with the least loss, by least squares, shape (2,)."""
    X, y = data()
    weights: np.ndarray = np.linalg.lstsq(X, y, rcond=None)[0].ravel()
    return weights


def loss_above_least(weights: np.ndarray) -> np.ndarray:
    """Return the mean squared error of weights, less that of the best ones.

    Parameters
    ----------
    weights : ndarray, shape (..., 2)

    Returns
    -------
    ndarray, shape (...)
    """
    X, _ = data()
    away = weights - best()
    above: np.ndarray = np.einsum("...i,ij,...j->...", away, X.T @ X / EXAMPLES, away)
    return above


def walk(size: int, seed: int) -> np.ndarray:
    """Train for eight epochs and return every stop on the way.

    Parameters
    ----------
    size : int
        Examples per batch.
    seed : int
        Of the order of the examples; the start is always the same.

    Returns
    -------
    ndarray, shape (updates + 1, 2)
    """
    layer = nnkit.Linear(2, 1, bias=False, rng=np.random.default_rng(0))
    layer.W.value[...] = np.reshape(START, (2, 1))
    optimizer, loss = nnkit.SGD(layer.parameters(), RATE), nnkit.MeanSquaredError()
    rng, stops = np.random.default_rng(seed), [layer.W.value.ravel().copy()]
    for _ in range(EPOCHS):
        for x, y in nnkit.data.batches(*data(), size, rng=rng):
            nnkit.backpropagate(layer, loss, x, y)
            optimizer.step()
            stops.append(layer.W.value.ravel().copy())
    return np.array(stops)


def compute(examples: int, order: int) -> dict[str, Any]:
    """Give one walk and where it ends."""
    stops = walk(examples, order)
    return {
        "examples": examples,
        "updates": len(stops) - 1,
        "loss_above_least": float(loss_above_least(stops[-1])),
        "stops": stops,
    }


def draw(frame: dict[str, Any], figure: Figure) -> str:
    """Draw the walk over rings of equal loss."""
    axes = figure.subplots()
    w1, w2 = np.meshgrid(np.linspace(-2.2, 2.4, 80), np.linspace(-1.9, 2.4, 80))
    rings = loss_above_least(np.stack([w1, w2], axis=-1))
    axes.contour(w1, w2, rings, levels=[RING, 0.5, 1.5, 3, 5, 8, 12], colors=style.FAINT, linewidths=0.8)
    axes.plot(*frame["stops"].T, color=style.BLUE, lw=0.7, marker=".", ms=2)
    axes.plot(*best(), "+", color=style.INK, ms=14, mew=2)
    axes.plot(*frame["stops"][-1], "o", color=style.ORANGE, ms=7)
    axes.set(xlabel="first weight", ylabel="second weight", xlim=(-2.2, 2.4), ylim=(-1.9, 2.4))
    axes.grid(False)
    where = "inside" if frame["loss_above_least"] < RING else "outside"
    plural = "s" if frame["examples"] > 1 else ""
    return (
        f"{frame['examples']} example{plural} per batch, eight epochs: {frame['updates']} updates. "
        f"The path ends {where} the innermost ring, {frame['loss_above_least']:.3f} above the least loss."
    )


def paths() -> Explorer:
    """Return the explorer of the walk: batch size and seed."""
    return explore(
        draw,
        compute,
        name="paths",
        size=(5.2, 4.2),
        examples=slider(values=SIZES, label="examples per batch"),
        order=slider(0, SEEDS[-1], label="seed of the order"),
    )
