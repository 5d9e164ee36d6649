"""How far the gradient of a batch is from the gradient of all examples: the law, and a picture of it."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import nnkit
from nnkit.course import digits
from nnkit.course.batch_and_epoch import runs
from nnkit.explore import Explorer, explore, slider
from nnkit.plots import style

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1297)
EPOCHS = (0, 1, 5, 20)
SHOWN = 24  # arrows in the picture
DRAWS = 400  # batches behind every number


@lru_cache(maxsize=24)
def example_gradients(seed: int, epochs: int) -> np.ndarray:
    """Return the gradient of each example's own loss, after some epochs of training.

    Parameters
    ----------
    seed : int
        Of the network and of its training with batches of 32 at rate 0.1.
    epochs : int
        How long it was trained before.

    Returns
    -------
    ndarray, shape (1297, 2410)
        One row per example, one column per weight or bias.
    """
    (X, y), _ = digits.split()
    run = runs.trainer(seed, 32, 0.1)
    if epochs:
        run.fit((X, y), epochs)
    parameter = nnkit.fuse(run.model.parameters())
    rows = []
    for i in range(len(y)):
        nnkit.backpropagate(run.model, run.loss, X[i : i + 1], y[i : i + 1])
        rows.append(parameter.grad.copy())
    return np.array(rows)


def batch_gradients(gradients: np.ndarray, size: int, rng: np.random.Generator, draws: int) -> np.ndarray:
    """Return the mean gradients of batches drawn at random, without an example twice in one batch.

    Parameters
    ----------
    gradients : ndarray, shape (n, p)
    size : int
        Examples in a batch.
    rng : Generator
    draws : int
        How many batches.

    Returns
    -------
    ndarray, shape (draws, p)
    """
    n = len(gradients)
    weights = np.zeros((draws, n))
    for row in weights:
        row[rng.choice(n, size, replace=False)] = 1 / size
    means: np.ndarray = weights @ gradients
    return means


def expected_noise(gradients: np.ndarray, size: int) -> float:
    """Return the mean squared distance of a batch's gradient from the full one, by the law.

    For batches of m drawn without repetition from n examples it is
    s^2 / m * (n - m) / (n - 1), with s^2 the mean squared distance of single examples.

    Parameters
    ----------
    gradients : ndarray, shape (n, p)
    size : int
        m, from 1 to n.

    Returns
    -------
    float

    References
    ----------
    Cochran 1977, "Sampling Techniques", theorem 2.2, for each coordinate.
    """
    n = len(gradients)
    spread = float(np.mean(np.sum((gradients - gradients.mean(axis=0)) ** 2, axis=1)))
    return spread / size * (n - size) / (n - 1)


def noise_over_law(seed: int, epochs: int, size: int) -> float:
    """Return the measured mean squared distance over what the law says; 1 if the law holds exactly."""
    gradients = example_gradients(seed, epochs)
    batches = batch_gradients(gradients, size, np.random.default_rng(seed), DRAWS)
    measured = np.mean(np.sum((batches - gradients.mean(axis=0)) ** 2, axis=1))
    return float(measured / expected_noise(gradients, size))


def median_cosine(seed: int, epochs: int, size: int) -> float:
    """Return the median cosine between a batch's gradient and the full one; 1 if they point the same way."""
    gradients = example_gradients(seed, epochs)
    batches = batch_gradients(gradients, size, np.random.default_rng(seed), DRAWS)
    return float(np.median(_cosines(batches, gradients.mean(axis=0))))


def _cosines(batches: np.ndarray, full: np.ndarray) -> np.ndarray:
    cosines: np.ndarray = batches @ full / (np.linalg.norm(batches, axis=1) * np.linalg.norm(full))
    return cosines


def compute(examples: int, epochs: int) -> dict[str, Any]:
    """Give the lengths and angles of some batches' gradients against the full gradient."""
    gradients = example_gradients(0, epochs)
    full = gradients.mean(axis=0)
    batches = batch_gradients(gradients, examples, np.random.default_rng(0), DRAWS)
    cosines = _cosines(batches, full)
    lengths = np.linalg.norm(batches, axis=1) / np.linalg.norm(full)
    return {
        "examples": examples,
        "epochs": epochs,
        "cosine": float(np.median(cosines)),
        "noise": float(np.sqrt(expected_noise(gradients, examples)) / np.linalg.norm(full)),
        "law": [np.sqrt(expected_noise(gradients, size)) / np.linalg.norm(full) for size in SIZES[:-1]],
        "cosines": cosines[:SHOWN],
        "lengths": lengths[:SHOWN],
    }


def draw(frame: dict[str, Any], figure: Figure) -> str:
    """Draw a fan of batch gradients around the full gradient, and the law of their noise beside it."""
    left, right = figure.subplots(1, 2, width_ratios=[1.3, 1])
    along = frame["lengths"] * frame["cosines"]
    side = np.where(np.arange(SHOWN) % 2, 1, -1)  # left or right of it has no meaning in 2,410 dimensions
    across = side * frame["lengths"] * np.sqrt(np.clip(1 - frame["cosines"] ** 2, 0, None))
    tips = np.column_stack([along, across])
    for tip in tips:
        _arrow(left, tip, style.SKY, 1.1)
    _arrow(left, (1, 0), style.ORANGE, 2.4)
    reach = 1.08 * max(1.2, np.abs(tips).max())
    left.set(xlim=(-0.5 * reach, reach), ylim=(-reach, reach), aspect="equal")
    left.set(title=f"{SHOWN} batches", xlabel="along the full gradient,\nwhose length is 1", ylabel="across")
    right.loglog(SIZES[:-1], frame["law"], color=style.BLUE)
    if frame["noise"] > 0:
        right.plot(frame["examples"], frame["noise"], "o", color=style.ORANGE, ms=8)
    right.set(title="length of noise /\nfull gradient", xlabel="examples per batch", ylim=(0.03, 40))
    right.xaxis.set_major_formatter("{x:g}")
    right.yaxis.set_major_formatter("{x:g}")
    when = "Before training" if frame["epochs"] == 0 else f"After epoch {frame['epochs']}"
    if frame["examples"] == SIZES[-1]:
        return f"{when}, all 1,297 examples in one batch: every draw gives the full gradient itself."
    plural = "s" if frame["examples"] > 1 else ""
    angle = np.degrees(np.arccos(frame["cosine"]))
    return (
        f"{when}, {frame['examples']:,} example{plural} per batch: the noise is {frame['noise']:.2f} times "
        f"as long as the full gradient; half of the batches point within "
        f"{angle:.0f} degrees of it (cosine {frame['cosine']:.2f})."
    )


def _arrow(axes: Axes, tip: Any, color: str, width: float) -> None:
    arrow = {"arrowstyle": "->", "color": color, "lw": width, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", tip, (0, 0), arrowprops=arrow)


def fan() -> Explorer:
    """Return the explorer of the gradient fan: batch size and training time."""
    return explore(
        draw,
        compute,
        name="fan",
        size=(5.1, 4.3),
        examples=slider(values=SIZES, start=32, label="examples per batch", digits=4),
        epochs=slider(values=EPOCHS, label="epochs of training"),
    )
