"""Two patients: a saturated sigmoid layer that starts slowly, and ReLU units that died of a large rate."""

import copy
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import nnkit
from nnkit.course.backpropagation import wishes
from nnkit.plots import style
from nnkit.plots.axes import new_figure

RATES = (0.1, 0.5, 1.0, 2.0)
SATURATED = 5.0  # bias of every output at the start: sigmoid(5) is 0.993
SPREAD = 20.0  # factor on the first weights that saturates a hidden layer
LOSSES = ("squared", "cross-entropy")


@lru_cache(maxsize=32)
def output_run(seed: int, loss: str, bias: float, epochs: int = 5) -> tuple[float, ...]:
    """Train 64-32-10 with sigmoid outputs, one per digit, at learning rate 1.

    Parameters
    ----------
    seed : int
        Of the initial weights and the order of the images.
    loss : {"squared", "cross-entropy"}
        Of outputs and rows of 0 and a single 1.
    bias : float
        Of all outputs at the start; 0, or `SATURATED`.
    epochs : int

    Returns
    -------
    tuple of float
        Share of the unseen digits that is read rightly, before training and after each epoch.
    """
    init, order = np.random.default_rng(seed).spawn(2)
    layers = list(nnkit.mlp([64, 32, 10], rng=init))
    layers[2].b.value[...] = bias
    squared = loss == "squared"
    model = nnkit.Sequential(*layers, *[nnkit.Sigmoid()] * squared)  # the other loss takes logits
    judge: nnkit.losses.Loss = nnkit.MeanSquaredError() if squared else nnkit.SigmoidBinaryCrossEntropy()
    trainer = wishes.trainer(model, order, 1.0, judge)
    (X, y), (unseen, classes) = wishes.training_digits(), wishes.unseen_digits()
    read = [nnkit.accuracy(model(unseen), classes)]
    for _ in range(epochs):
        trainer.fit((X, np.eye(10)[y]), 1)
        read.append(nnkit.accuracy(model(unseen), classes))
    return tuple(read)


def behind(seed: int, loss: str) -> float:
    """Return by how much a saturated start of the outputs lags in accuracy behind the usual one."""
    return output_run(seed, loss, 0.0)[-1] - output_run(seed, loss, SATURATED)[-1]


@lru_cache(maxsize=32)
def _hidden_networks(seed: int, factor: float, epochs: int) -> tuple[nnkit.Sequential, ...]:
    """Train 64-32-10 with a hidden sigmoid layer, its first weights times a factor; keep each epoch."""
    init, order = np.random.default_rng(seed).spawn(2)
    model = nnkit.mlp([64, 32, 10], rng=init, activation=nnkit.Sigmoid)
    model[0].W.value[...] *= factor
    trainer, kept = wishes.trainer(model, order), [copy.deepcopy(model)]
    for _ in range(epochs):
        trainer.fit(wishes.training_digits(), 1)
        kept.append(copy.deepcopy(model))
    return tuple(kept)


def hidden_run(seed: int, factor: float, epochs: int = 5) -> tuple[tuple[float, float], ...]:
    """Train 64-32-10 with a hidden sigmoid layer at learning rate 0.1.

    Parameters
    ----------
    seed : int
        Of the initial weights and the order of the images.
    factor : float
        On the first weights; 1, or `SPREAD`.
    epochs : int

    Returns
    -------
    tuple of (float, float)
        Training loss, and share of the unseen digits that is read rightly, before training and after each
        epoch.
    """
    (X, y), (unseen, classes) = wishes.training_digits(), wishes.unseen_digits()
    loss = nnkit.SoftmaxCrossEntropy()
    return tuple(
        (loss.value(model(X), y), nnkit.accuracy(model(unseen), classes))
        for model in _hidden_networks(seed, factor, epochs)
    )


def saturated_hidden_layer(seed: int) -> float:
    """Return the training loss after one epoch with a saturated hidden sigmoid layer, over that without.

    Parameters
    ----------
    seed : int
        Of the initial weights and the order of the images, the same for both.

    Returns
    -------
    float
        Above 1 if the saturated layer learns more slowly.
    """
    return hidden_run(seed, SPREAD)[1][0] / hidden_run(seed, 1.0)[1][0]


def hidden_layer(seed: int, factor: float, epochs: int = 5) -> tuple[float, float]:
    """Return how far training moves the weights into a hidden sigmoid layer, and how binary its answers are.

    Parameters
    ----------
    seed : int
        Of the initial weights and the order of the images.
    factor : float
        On the first weights; 1, or `SPREAD`.
    epochs : int

    Returns
    -------
    moved : float
        Length of the change of the first weights, over their length at the start.
    binary : float
        Share of the units' answers to the training digits that are within 0.1 of 0 or 1.
    """
    first, *_, last = _hidden_networks(seed, factor, epochs)
    X, _ = wishes.training_digits()
    before, after = first[0].W.value, last[0].W.value
    answers = last[1](last[0](X))
    moved = np.linalg.norm(after - before) / np.linalg.norm(before)
    return float(moved), float((np.abs(answers - 0.5) >= 0.4).mean())


@lru_cache(maxsize=32)
def relu_run(seed: int, rate: float, epochs: int = 20) -> nnkit.Sequential:
    """Train 64-32-10 with ReLU on the digits, at one learning rate, as ``wishes.snapshots`` does at 0.1."""
    if (rate, epochs) == (0.1, wishes.EPOCHS[-1]):
        return wishes.snapshots(seed)[epochs]
    model, trainer = wishes.start(seed, rate)
    trainer.fit(wishes.training_digits(), epochs)
    return model


def without_the_dead(seed: int, rate: float = 1.0, epochs: int = 20) -> float:
    """Train at learning rate 0.1 from the start without the units that die at another rate.

    The units that stay have the first weights that they have in :func:`relu_run`, and the images come in the
    same order.

    Parameters
    ----------
    seed : int
        Of the initial weights and the order of the images.
    rate : float
        The rate of the run that says which units die.
    epochs : int

    Returns
    -------
    float
        Share of the unseen digits that is read rightly.
    """
    alive = ~dead_units(relu_run(seed, rate))
    init, order = np.random.default_rng(seed).spawn(2)
    full = nnkit.mlp([64, 32, 10], rng=init)
    model = nnkit.mlp([64, int(alive.sum()), 10], rng=init)
    kept = (full[0].W.value[:, alive], full[0].b.value[alive], full[2].W.value[alive], full[2].b.value)
    for parameter, value in zip(model.parameters(), kept, strict=True):
        parameter.value[...] = value
    wishes.trainer(model, order).fit(wishes.training_digits(), epochs)
    X, y = wishes.unseen_digits()
    return nnkit.accuracy(model(X), y)


def dead_units(model: nnkit.Sequential) -> np.ndarray:
    """Return which hidden units answer 0 to every training digit.

    Parameters
    ----------
    model : Sequential
        Linear, ReLU, Linear.

    Returns
    -------
    ndarray of bool, shape (n_hidden,)
    """
    dead: np.ndarray = (model[0](wishes.training_digits()[0]) <= 0).all(axis=0)
    return dead


def gradient_of_the_dead(model: nnkit.Sequential) -> float:
    """Return the largest entry of the gradients of all weights and biases that lead into dead units."""
    nnkit.backpropagate(model, nnkit.SoftmaxCrossEntropy(), *wishes.training_digits())
    dead = dead_units(model)
    into = np.vstack([model[0].W.grad[:, dead], model[0].b.grad[dead]])
    return float(np.abs(into).max(initial=0.0))


def accuracy(seed: int, rate: float) -> float:
    """Return the share of the unseen digits that the network of :func:`relu_run` reads rightly."""
    X, y = wishes.unseen_digits()
    return nnkit.accuracy(relu_run(seed, rate)(X), y)


def outputs_picture() -> Figure:
    """Draw saturated starts of the outputs beside the usual ones: median and range of five seeds."""
    runs = [
        [[output_run(seed, loss, bias) for seed in range(5)] for bias in (0.0, SATURATED)] for loss in LOSSES
    ]
    return _pair({"squared error: unseen digits read": runs[0], "cross-entropy: unseen digits read": runs[1]})


def hidden_picture() -> Figure:
    """Draw the saturated start of a hidden layer beside the usual one: median and range of five seeds."""
    runs = np.array([[hidden_run(seed, factor) for seed in range(5)] for factor in (1.0, SPREAD)])
    losses, read = np.moveaxis(runs, -1, 0)
    return _pair({"hidden layer: training loss": losses, "hidden layer: unseen digits read": read})


def _pair(panels: Mapping[str, Sequence[Sequence[Sequence[float]]]]) -> Figure:
    """Draw two panels, each with the runs from the usual start and from the saturated one."""
    figure = new_figure(figsize=(6.4, 2.5), dpi=80)
    with rc_context(style.book_style()):
        for axes, (title, (usual, saturated)) in zip(figure.subplots(1, 2), panels.items(), strict=True):
            _ranges(axes, range(6), usual, style.BLUE, "usual start")
            _ranges(axes, range(6), saturated, style.ORANGE, "saturated start")
            axes.set(title=title, xlabel="epoch", xlim=(-0.2, 5.2))
            axes.set_ylim((1, 3) if title.endswith("loss") else (0, 1))
        figure.axes[1].legend(loc="lower right")
    return figure


def dead_picture() -> Figure:
    """Draw the share of dead units over the learning rate: median and range of five seeds."""
    figure = new_figure(figsize=(5.0, 2.4))
    with rc_context(style.book_style()):
        axes = figure.subplots()
        dead = [[100 * dead_units(relu_run(seed, rate)).mean() for rate in RATES] for seed in range(5)]
        _ranges(axes, RATES, dead, style.BLUE, "dead units")
        axes.set(xlabel="learning rate", ylabel="dead units, %", ylim=(-4, 104))
    return figure


def _ranges(axes: Axes, x: Sequence[float], runs: Sequence[Sequence[float]], color: str, name: str) -> None:
    """Draw the median of runs as a line, lowest and highest as bars."""
    low, middle, high = np.min(runs, axis=0), np.median(runs, axis=0), np.max(runs, axis=0)
    axes.plot(x, middle, color=color, marker="o", markersize=4, label=name)
    axes.vlines(x, low, high, color=color, linewidth=1)
