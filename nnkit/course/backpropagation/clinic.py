"""Two patients: a saturated sigmoid layer that starts slowly, and ReLU units that died of a large rate."""

from collections.abc import Sequence
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
    trainer = nnkit.Trainer(model, judge, nnkit.SGD(model.parameters(), 1.0), batch_size=32, rng=order)
    (X, y), (unseen, classes) = wishes.training_digits(), wishes.unseen_digits()
    read = [nnkit.accuracy(model(unseen), classes)]
    for _ in range(epochs):
        trainer.fit((X, np.eye(10)[y]), 1)
        read.append(nnkit.accuracy(model(unseen), classes))
    return tuple(read)


def behind(seed: int, loss: str) -> float:
    """Return by how much a saturated start of the outputs lags in accuracy behind the usual one."""
    return output_run(seed, loss, 0.0)[-1] - output_run(seed, loss, SATURATED)[-1]


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
    losses, (X, y) = [], wishes.training_digits()
    for factor in (SPREAD, 1.0):
        init, order = np.random.default_rng(seed).spawn(2)
        model = nnkit.mlp([64, 32, 10], rng=init, activation=nnkit.Sigmoid)
        model[0].W.value[...] *= factor
        judge = nnkit.SoftmaxCrossEntropy()
        optimizer = nnkit.SGD(model.parameters(), 0.1)
        nnkit.Trainer(model, judge, optimizer, batch_size=32, rng=order).fit((X, y), 1)
        losses.append(judge.value(model(X), y))
    return losses[0] / losses[1]


@lru_cache(maxsize=32)
def relu_run(seed: int, rate: float, epochs: int = 20) -> nnkit.Sequential:
    """Train 64-32-10 with ReLU on the digits, at one learning rate, as ``wishes.snapshots`` does at 0.1."""
    if (rate, epochs) == (0.1, wishes.EPOCHS[-1]):
        return wishes.snapshots(seed)[epochs]
    init, order = np.random.default_rng(seed).spawn(2)
    model = nnkit.mlp([64, 32, 10], rng=init)
    optimizer = nnkit.SGD(model.parameters(), rate)
    trainer = nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=32, rng=order)
    trainer.fit(wishes.training_digits(), epochs)
    return model


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


def saturated_picture() -> Figure:
    """Draw the starts of sigmoid outputs: median and range of five seeds."""
    starts = (
        ("cross-entropy", SATURATED, style.GREEN, "cross-entropy, saturated"),
        ("squared", 0.0, style.BLUE, "squared error"),
        ("squared", SATURATED, style.ORANGE, "squared error, saturated"),
    )
    figure = new_figure(figsize=(5.0, 2.6), dpi=90)
    with rc_context(style.book_style()):
        axes = figure.subplots()
        for loss, bias, color, name in starts:
            _ranges(axes, range(6), [output_run(seed, loss, bias) for seed in range(5)], color, name)
        axes.set(xlabel="epoch", ylabel="unseen digits read rightly", ylim=(0, 1.5), xlim=(-0.1, 5.1))
        axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
        axes.legend(loc="upper left")
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
