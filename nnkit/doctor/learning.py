"""Why a network does not learn: what can be measured in seconds, before a long run.

From which value on a measure is a finding stands in ``findings.toml``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import count, islice, pairwise, repeat
from operator import attrgetter
from typing import Any

import numpy as np

from nnkit.arguments import check_bool, check_int, check_kind, check_rng
from nnkit.checks import gradient_error
from nnkit.data import batches
from nnkit.doctor.activity import activation_statistics
from nnkit.doctor.diagnosis import Diagnosis, diagnose
from nnkit.doctor.examples import LOGITS, Pair, blind_loss, check_data, check_pair, data_measures
from nnkit.layers import Layer, Sigmoid, walk
from nnkit.losses import Loss
from nnkit.models import Sequential
from nnkit.optimizers import Adam, Optimizer
from nnkit.parameter import Parameter
from nnkit.training import backpropagate
from nnkit.training.arguments import check_optimizer

__all__ = ["learns"]

FEW = 8  # a batch that any sound network can learn by heart (Karpathy 2019)
SAMPLE = 256  # examples that stand for all
BATCH = 32  # a usual size, as the trainer would take
RATE = 0.01  # of Adam: high enough for a few hundred updates, low enough for any usual network


def learns(
    model: Layer,
    loss: Loss,
    X: np.ndarray,
    y: np.ndarray,
    *,
    rng: np.random.Generator,
    optimizer: Optimizer | None = None,
    shuffle: bool = True,
    validation: Pair | None = None,
    budget: int = 300,
) -> Diagnosis:
    """Why a network does not learn, in order of urgency.

    Everything happens on copies: model, optimizer and data stay as they are, bit for bit. Two short trainings
    are made: on a batch of 8, and on at least half of the data; the other examples are only looked at.

    Dropout and the like are silent in the gradient check. The rate is judged only if an optimizer is given,
    and a leak only between the rows and columns that are given.

    Parameters
    ----------
    model : Layer
        Best before its training.
    loss : Loss
    X, y : ndarray, shape (n, ...)
        The training data in the order in which they would be used, at least 16 examples.
    rng : numpy.random.Generator
        Draws the examples that are looked at.
    optimizer : Optimizer, optional
        Over parameters of this very model. Its learning rate is judged on batches of 32.
    shuffle : bool
        Whether the training would shuffle the data in every epoch.
    validation : (X, y), optional
        Validation data, to look for leaks.
    budget : int >= 1
        Updates per training.

    Returns
    -------
    Diagnosis
        If nothing is wrong, one note with what was measured.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If data are too few, not finite or of unequal lengths, `budget` is below 1, or the optimizer holds
        parameters that are not the model's.

    Examples
    --------
    >>> import nnkit
    >>> rng = np.random.default_rng(0)
    >>> X, y = nnkit.datasets.moons(200, noise=0.1, rng=rng)
    >>> model = nnkit.mlp([2, 16, 2], rng=rng)
    >>> learns(model, nnkit.SoftmaxCrossEntropy(), X, y, rng=rng)
    Diagnosis(no fault found)
    >>> print(learns(model, nnkit.SoftmaxCrossEntropy(), 100 * X, y, rng=rng)[0])
    warning: unscaled inputs
        The largest input column has root mean square 101; 1 is usual.
        Remedy: scale the inputs with nnkit.data.standardize, fitted on the training data.
        Chapter: Initialization

    References
    ----------
    Karpathy 2019, "A Recipe for Training Neural Networks"; Holden 2017, "My Neural Network isn't working!
    What should I do?"; CS231n notes, "Neural Networks Part 3", Ratio of weights:updates.
    """
    check_kind("learns", "model", model, Layer)
    check_kind("learns", "loss", loss, Loss)
    check_rng("learns", rng)
    check_bool("learns", "shuffle", shuffle)
    check_int("learns", "budget", budget)
    X, y = check_pair("learns", X, y)
    check_int("learns", "the number of rows of X", len(X), low=2 * FEW)
    held_out = None if validation is None else check_data("learns", "validation", validation)[0]
    used = Adam(model.parameters(), RATE) if optimizer is None else optimizer
    check_kind("learns", "optimizer", used, Optimizer)
    check_optimizer(model, used)
    model, learner = copy.deepcopy(model), copy.deepcopy((model, used))
    shown = rng.permutation(len(X))[: min(SAMPLE, len(X) // 2)]
    sample, rest = (X[shown], y[shown]), (np.delete(X, shown, axis=0), np.delete(y, shown, axis=0))
    with np.errstate(all="ignore"):  # what overflows is found
        measures = {"budget": budget, "few": FEW} | data_measures(loss, X, y, held_out, shuffle)
        measures |= _before(model, loss, *sample) | _units(model, sample[0])
        measures |= _by_heart(model, loss, sample, rng, budget)
        measures |= _trial(learner, loss, sample, _endless(*rest, rng, shuffle), budget)
    if optimizer is None:
        measures["trained"] = np.nan  # there is no rate to judge
    return diagnose("learns", measures)


def _before(model: Layer, loss: Loss, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """What predictions say before any training."""
    once, again, alone = model(x), model(x), model(x[:1])
    start, blind = loss.value(once, y), blind_loss(loss, y, once.shape)
    shares = once[0].size > 1 and once.min() >= 0 and np.allclose(once.sum(axis=1), 1, atol=1e-4)
    squashed = isinstance(loss, LOGITS) and (shares or isinstance(list(walk(model))[-1], Sigmoid))
    return {
        "repeat": np.abs(once - again).max(),
        "mixing": np.abs(alone - once[:1]).max() / np.abs(once).max(),
        "probabilities": float(squashed),
        "start_loss": start,
        "blind": blind,
        "start": np.nan_to_num(start, nan=np.inf) / blind,
    }


def _units(model: Layer, x: np.ndarray) -> dict[str, Any]:
    """The largest shares of dead, saturated and repeated units in a hidden layer that is given something."""
    hidden = [now for before, now in pairwise(activation_statistics(model, x)[:-1]) if before.std > 0]
    found: dict[str, Any] = {}
    for name in ("dead", "saturated", "twins"):
        worst = max(hidden, key=attrgetter(name), default=None)
        found |= {name: getattr(worst, name, np.nan), f"{name}_layer": getattr(worst, "layer", "")}
    return found


def _by_heart(
    model: Layer, loss: Loss, sample: Pair, rng: np.random.Generator, budget: int
) -> dict[str, Any]:
    """Train on a few examples: is the gradient right, how much is left to learn, do inputs matter?"""
    X, y = sample
    order = np.argsort(y.reshape(len(y), -1)[:, 0], kind="stable")  # so that all classes are among the few
    few = order[np.linspace(0, len(y) - 1, FEW).astype(int)]
    x, target = X[few], y[few]
    wrong = _gradient_error(model, loss, x, target, rng)
    list(_train(model, Adam(model.parameters(), RATE), loss, repeat((x, target)), budget))
    prediction = model(X)
    left = loss.value(model(x), target) / blind_loss(loss, target, prediction.shape)
    apart = np.abs(prediction - prediction[:1]).max() / np.abs(prediction).max()
    return {"gradient_error": wrong, "one_batch": np.nan_to_num(left, nan=np.inf), "spread": apart}


def _gradient_error(
    model: Layer, loss: Loss, x: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> float:
    """The smaller error of two batches, in float64: a kink disturbs one of them at most."""
    # a little noise: at exact zeros slopes vanish, and ReLU has none
    memo = {
        id(p): Parameter(p.value + rng.normal(0, 0.01, p.value.shape), p.name) for p in model.parameters()
    }
    twin = copy.deepcopy(model, memo)
    for layer in walk(twin):
        if isinstance(layer, Sequential):
            layer.dtype = np.dtype(np.float64)
    return min(gradient_error(twin, loss, x[half::2], y[half::2], entries=FEW) for half in (0, 1))


def _trial(
    learner: tuple[Layer, Optimizer], loss: Loss, sample: Pair, pairs: Iterator[Pair], budget: int
) -> dict[str, Any]:
    """How a training on the data goes, and how it goes for examples that it does not see."""
    (model, optimizer), (x, y) = learner, sample
    blind = blind_loss(loss, y, model(x).shape)
    course = [
        (*update, loss.value(model(x), y) if step % 10 == 0 else np.inf)
        for step, update in enumerate(_train(model, optimizer, loss, pairs, budget))
    ]
    losses, ratios, held_out = np.nan_to_num(np.array(course).T, nan=np.inf)
    fifth = max(budget // 5, 1)
    first, last = losses[:fifth].mean(), losses[-fifth:].mean()
    found = {"update_ratio": np.median(ratios), "trained_loss": last, "trained": last / blind}
    return found | {"change": last / first, "held_out": held_out.min() / blind}


def _train(
    model: Layer, optimizer: Optimizer, loss: Loss, pairs: Iterator[Pair], budget: int
) -> Iterator[tuple[float, float]]:
    """The loss of each update, and how large it was: |change of the weights| / |weights|."""
    for x, y in islice(pairs, budget):
        before = [parameter.value.copy() for parameter in optimizer.parameters]
        value = backpropagate(model, loss, x, y)
        optimizer.step()
        changes = [now.value - old for now, old in zip(optimizer.parameters, before, strict=True)]
        yield value, np.sqrt(sum((a**2).sum() for a in changes) / sum((a**2).sum() for a in before))


def _endless(X: np.ndarray, y: np.ndarray, rng: np.random.Generator, shuffle: bool) -> Iterator[Pair]:
    size = min(BATCH, len(X))
    return (pair for _ in count() for pair in batches(X, y, size, rng=rng, shuffle=shuffle))
