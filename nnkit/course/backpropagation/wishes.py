"""What each image asks of the weights, and what is left when many images are averaged; on digits, trained.

A wish is the negative gradient of one image's loss: the direction in which that image would move the weights.
"""

import copy
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import nnkit
from nnkit.course import digits
from nnkit.explore import Explorer, explore, slider, toggle
from nnkit.plots import style

EPOCHS = (0, 1, 2, 5, 10, 20)
IMAGES = (1, 4, 16, 64, 256, 512, 1024, 1297)
SHOWN = 6  # single wishes in the picture
SIZE = (6.4, 2.9)  # inches


@lru_cache(maxsize=1)
def training_digits() -> tuple[np.ndarray, np.ndarray]:
    """Return 1,297 of the shipped digits, one of each class first: pixels (1297, 64) and classes (1297,)."""
    (X, y), _ = digits.split()
    first = np.unique(y, return_index=True)[1]
    order = np.concatenate([first, np.setdiff1d(np.arange(len(y)), first)])
    return X[order], y[order]


def unseen_digits() -> tuple[np.ndarray, np.ndarray]:
    """Return the other 500 digits: pixels (500, 64) and classes (500,)."""
    return digits.split()[1]


def trainer(
    model: nnkit.Sequential,
    order: np.random.Generator,
    rate: float = 0.1,
    loss: nnkit.losses.Loss | None = None,
) -> nnkit.Trainer:
    """Return what trains every network of this chapter: SGD, batches of 32, cross-entropy or `loss`."""
    optimizer = nnkit.SGD(model.parameters(), rate)
    return nnkit.Trainer(model, loss or nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=32, rng=order)


def start(seed: int, rate: float = 0.1) -> tuple[nnkit.Sequential, nnkit.Trainer]:
    """Return a new 64-32-10 and its trainer; the seed gives the first weights and the order of the images."""
    init, order = np.random.default_rng(seed).spawn(2)
    model = nnkit.mlp([64, 32, 10], rng=init)
    return model, trainer(model, order, rate)


@lru_cache(maxsize=8)
def snapshots(seed: int) -> dict[int, nnkit.Sequential]:
    """Train 64-32-10 on the digits and keep the network after each of `EPOCHS`.

    Parameters
    ----------
    seed : int
        Of the initial weights and the order of the images.

    Returns
    -------
    dict of int to Sequential
    """
    model, run = start(seed)
    kept = {0: copy.deepcopy(model)}
    for before, after in pairwise(EPOCHS):
        run.fit(training_digits(), after - before)
        kept[after] = copy.deepcopy(model)
    return kept


def hidden_wishes(model: nnkit.Sequential, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return what each image asks of the hidden units' net inputs.

    Parameters
    ----------
    model : Sequential
        Linear, activation, Linear.
    X : ndarray, shape (n, n_in)
        Images.
    y : ndarray, shape (n,)
        Classes.

    Returns
    -------
    ndarray, shape (n, n_hidden)
        Negative gradients of each image's own loss. Image i wishes ``outer(X[i], result[i])`` for the
        first weights.
    """
    loss = nnkit.SoftmaxCrossEntropy()
    h, cache = model[1].forward(model[0](X))
    gradient = len(X) * loss.gradient(model[2](h), y)  # undo the mean over the batch
    return -model[1].backward(gradient @ model[2].W.value.T, cache)


def agreement(seed: int, epochs: int, images: int = IMAGES[-1]) -> float:
    """Return the length of the average wish over the mean length of all single ones, for the first weights.

    Parameters
    ----------
    seed : int
        Of the training run.
    epochs : int
        One of `EPOCHS`.
    images : int
        How many images are averaged, from the beginning of the list.

    Returns
    -------
    float
        1 if all images wish the same.
    """
    X, wishes = _all_wishes(seed, epochs)
    average = _average(X[:images], wishes[:images])
    return float(np.linalg.norm(average) / _lengths(X, wishes).mean())


def agreement_over_chance(seed: int, epochs: int, draws: int = 200) -> float:
    """Return the length of the average wish over what unrelated wishes of the same lengths would reach.

    Parameters
    ----------
    seed : int
        Of the training run.
    epochs : int
        One of `EPOCHS`.
    draws : int
        How often every wish keeps or turns its sign at random.

    Returns
    -------
    float
        Above 1 if fewer than one in 20 of the random averages are as long.
    """
    X, wishes = _all_wishes(seed, epochs)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, len(X), 1))
    random = [np.linalg.norm(_average(X, wishes * turned)) for turned in signs]
    return float(np.linalg.norm(_average(X, wishes)) / np.quantile(random, 0.95))


def alignment(seed: int, epochs: int, images: int) -> float:
    """Return the cosine between the average wish of the first images of the list and that of all.

    Parameters
    ----------
    seed : int
        Of the training run.
    epochs : int
        One of `EPOCHS`.
    images : int
        How many images are averaged.

    Returns
    -------
    float in [-1, 1]
        1 if both averages point the same way, 0 if at a right angle; for the first weights.
    """
    X, wishes = _all_wishes(seed, epochs)
    return _cosine(_average(X[:images], wishes[:images]), _average(X, wishes))


def alignment_of_batches(seed: int, epochs: int, batch_size: int, draws: int = 100) -> float:
    """Return the median of `alignment` over batches that are drawn at random.

    Parameters
    ----------
    seed : int
        Of the training run, and of the draws.
    epochs : int
        One of `EPOCHS`.
    batch_size : int
        How many images are in a batch.
    draws : int
        How many batches.

    Returns
    -------
    float in [-1, 1]
    """
    X, wishes = _all_wishes(seed, epochs)
    everyone, rng = _average(X, wishes), np.random.default_rng(seed)
    batches = [rng.choice(len(X), batch_size, replace=False) for _ in range(draws)]
    return float(np.median([_cosine(_average(X[rows], wishes[rows]), everyone) for rows in batches]))


def _lengths(X: np.ndarray, wishes: np.ndarray) -> np.ndarray:
    """The lengths of the outer products of rows, shape (n,)."""
    lengths: np.ndarray = np.linalg.norm(X, axis=1) * np.linalg.norm(wishes, axis=1)
    return lengths


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.sum(a * b) / (np.linalg.norm(a) * np.linalg.norm(b)))


def _all_wishes(seed: int, epochs: int) -> tuple[np.ndarray, np.ndarray]:
    """The images, and what each asks of the hidden units of one network."""
    X, y = training_digits()
    return X, hidden_wishes(snapshots(seed)[epochs], X, y)


def _average(X: np.ndarray, wishes: np.ndarray) -> np.ndarray:
    """The mean of the outer products of rows, shape (n_in, n_hidden)."""
    average: np.ndarray = X.T @ wishes / len(X)
    return average


def accuracy(seed: int, epochs: int) -> float:
    """Return the share of the unseen digits that a network of `snapshots` reads rightly."""
    X, y = unseen_digits()
    return nnkit.accuracy(snapshots(seed)[epochs](X), y)


def compute(epochs: int, images: int, same_scale: bool) -> dict[str, Any]:
    """Give six images, their wishes for one hidden unit, and the average wish of many images."""
    X, y = training_digits()
    model, unit = snapshots(0)[epochs], _busiest_unit()
    wishes = hidden_wishes(model, X[:images], y[:images])[:, unit]
    few = hidden_wishes(model, X[:SHOWN], y[:SHOWN])[:, unit]
    return {
        "agreement": agreement(0, epochs, images),
        "alignment": alignment(0, epochs, images),
        "digits": X[:SHOWN].reshape(-1, 8, 8),
        "single": (few[:, np.newaxis] * X[:SHOWN]).reshape(-1, 8, 8),
        "average": (wishes @ X[:images] / images).reshape(8, 8),
        "epochs": epochs,
        "images": images,
        "same_scale": same_scale,
    }


def draw(frame: dict[str, Any], figure: Figure) -> str:
    """Draw images over their wishes, and the average wish beside them."""
    figure.set_layout_engine("none")
    limit = np.abs(frame["single"]).max()
    for at, (digit, wish) in enumerate(zip(frame["digits"], frame["single"], strict=True)):
        left = 0.01 + at * 0.108
        _grid(figure, (left, 0.54, 0.1), digit, "gray_r", (0, 1))
        _grid(figure, (left, 0.08, 0.1), wish, style.DIVERGING, (-limit, limit))
    figure.text(0.01, 0.81, "six images", fontsize=11)
    figure.text(0.01, 0.35, "what each asks of one hidden unit", fontsize=11)
    own = limit if frame["same_scale"] else np.abs(frame["average"]).max()
    _grid(figure, (0.68, 0.08, 0.31), frame["average"], style.DIVERGING, (-own, own))
    plural = "s" if frame["images"] > 1 else ""
    when = "Before training" if frame["epochs"] == 0 else f"After epoch {frame['epochs']}"
    figure.text(0.68, 0.81, f"average of {frame['images']:,} image{plural}", fontsize=11)
    scale = "on the scale of the single wishes" if frame["same_scale"] else "on a scale of its own"
    return (
        f"{when}. Over all weights into the hidden layer, the average wish is "
        f"{frame['agreement']:.2f} times as long as a typical single one; its cosine to the average of all "
        f"1,297 is {frame['alignment']:.2f}. Red asks for more weight, blue for less; the average is drawn "
        f"{scale}."
    )


def averaged_wishes() -> Explorer:
    """Return the explorer of single and averaged wishes."""
    return explore(
        draw,
        compute,
        name="wishes",
        size=SIZE,
        tolerance=1e-3,  # it trains; the sentence shows two digits
        images=slider(values=IMAGES, start=1, label="images averaged", digits=4),
        epochs=slider(values=EPOCHS, label="epochs of training"),
        same_scale=toggle(True, label="average on the same scale"),
    )


@lru_cache(maxsize=1)
def _busiest_unit() -> int:
    """The unit that is active for most images before training: the wishes of a silent one are blank."""
    X, _ = training_digits()
    return int(np.argmax((snapshots(0)[0][0](X) > 0).mean(axis=0)))


def _grid(
    figure: Figure,
    place: tuple[float, float, float],
    values: np.ndarray,
    colors: str,
    limits: tuple[float, float],
) -> None:
    """Draw a square of pixels; its left, bottom and width are shares of the figure."""
    left, bottom, width = place
    height = width * SIZE[0] / SIZE[1]
    axes = figure.add_axes((left, bottom, width, height))
    axes.imshow(values, cmap=colors, vmin=limits[0], vmax=limits[1], interpolation="none")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=style.FAINT)
    axes.grid(False)
