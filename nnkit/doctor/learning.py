"""Why a network does not learn: what can be measured in seconds, before a long run.

From which value on a measure is a finding stands in ``findings.toml``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from itertools import count, islice, pairwise, repeat
from typing import Any

import numpy as np

from nnkit.analysis import activation_statistics
from nnkit.arguments import check_bool, check_int, check_kind, check_rng
from nnkit.checks import gradient_error
from nnkit.data import batches, split
from nnkit.doctor.diagnosis import Diagnosis, diagnose
from nnkit.doctor.examples import (
    Pair,
    blind_prediction,
    check_data,
    check_pair,
    data_measures,
    shared_rows,
)
from nnkit.layers import Layer, Sigmoid, walk
from nnkit.losses import Loss, MulticlassHinge, SigmoidBinaryCrossEntropy, SoftmaxCrossEntropy
from nnkit.models import Sequential
from nnkit.optimizers import Adam, Optimizer
from nnkit.parameter import Parameter
from nnkit.training import backpropagate

__all__ = ["learns"]

SAMPLE = 512  # examples that stand for all
FEW = 8  # a batch that any sound network can learn by heart (Karpathy 2019)
ENTRIES = 20  # of each array that the gradient check looks at
ENOUGH = 50  # examples; with fewer, a part held out tells nothing
LOGITS = (SoftmaxCrossEntropy, SigmoidBinaryCrossEntropy, MulticlassHinge)
RATE = 0.01  # of Adam: high enough for a few hundred updates, low enough for any usual network


def learns(
    model: Layer,
    loss: Loss,
    X: np.ndarray,
    y: np.ndarray,
    *,
    rng: np.random.Generator,
    optimizer: Optimizer | None = None,
    batch_size: int = 32,
    shuffle: bool = True,
    validation: Pair | None = None,
    budget: int = 300,
) -> Diagnosis:
    """Why a network does not learn, in order of urgency.

    Everything happens on copies: model, optimizer and data stay as they are, bit for bit. Three short
    trainings are made: on one small batch, on the data with Adam, and on the data as they would be trained.

    Dropout and the like are silent in the gradient check. The rate is judged only if an optimizer is given,
    and a leak only between the rows and columns that are given.

    Parameters
    ----------
    model : Layer
        Best before its training.
    loss : Loss
    X, y : ndarray, shape (n, ...)
        The training data, in the order in which they would be used.
    rng : numpy.random.Generator
        Draws the examples that are looked at.
    optimizer : Optimizer, optional
        Over parameters of this very model. Its learning rate is judged.
    batch_size : int >= 1
        Examples per update of this optimizer.
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
        If data are empty, not finite or of unequal lengths, a number is out of range, or the optimizer holds
        no parameters of the model.

    Examples
    --------
    >>> import nnkit
    >>> rng = np.random.default_rng(0)
    >>> X, y = nnkit.datasets.moons(200, noise=0.1, rng=rng)
    >>> model = nnkit.mlp([2, 16, 2], rng=rng)
    >>> learns(model, nnkit.SoftmaxCrossEntropy(), X, y, rng=rng)
    Diagnosis(no fault found)
    >>> print(learns(model, nnkit.SoftmaxCrossEntropy(), 1000 * X, y, rng=rng)[0])
    warning: unscaled inputs
        The largest input column has root mean square 839; 1 is usual.
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
    check_int("learns", "batch_size", batch_size)
    check_bool("learns", "shuffle", shuffle)
    check_int("learns", "budget", budget)
    X, y = check_pair("learns", X, y)
    leak = np.nan if validation is None else shared_rows(X, check_data("learns", "validation", validation)[0])
    model, trained = _copies(model, optimizer)
    picked = rng.permutation(len(X))[:SAMPLE]
    sample = X[picked], y[picked]
    regression = y.dtype.kind == "f" and not isinstance(loss, LOGITS)
    measures = {"budget": budget, "batch": min(FEW, len(X)), "shared_rows": leak}
    with np.errstate(all="ignore"):  # what overflows is found
        measures |= data_measures(X, y, regression=regression, shuffle=shuffle)
        measures |= _inference(model, loss, *sample) | _units(model, sample[0])
        measures["gradient_error"] = np.nan if measures["repeat"] else _gradient(model, loss, *sample, rng)
        measures |= _few(copy.deepcopy(model), loss, *sample, budget)
        measures["held_out"] = _held_out(copy.deepcopy(model), loss, X, y, rng, budget)
        source = _endless(X, y, min(batch_size, len(X)), rng, shuffle)
        losses, ratios = np.array(list(_train(*trained, loss, islice(source, budget)))).T
    measures["update_ratio"] = np.median(ratios)
    measures["trained_loss"] = np.nan_to_num(losses[-budget // 5 :].mean(), nan=np.inf)
    measures["trained"] = np.nan if optimizer is None else measures["trained_loss"] / measures["blind"]
    return diagnose("learns", measures)


def _copies(model: Layer, optimizer: Optimizer | None) -> tuple[Layer, tuple[Layer, Optimizer]]:
    """The model, and once more with its optimizer, so that neither sees what happens to the other."""
    if optimizer is not None:
        check_kind("learns", "optimizer", optimizer, Optimizer)
        owned = {id(parameter) for parameter in model.parameters()}
        if any(id(one) not in owned for parameter in optimizer.parameters for one in parameter.members):
            raise ValueError(
                "learns expects an optimizer over the model's own parameters, got others; build it anew."
            )
        return copy.deepcopy(model), copy.deepcopy((model, optimizer))
    twin = copy.deepcopy(model)
    return copy.deepcopy(model), (twin, Adam(twin.parameters(), RATE))


def _inference(model: Layer, loss: Loss, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """What predictions say before any training."""
    once, again, alone = model(x), model(x), model(x[:1])
    start, blind = loss.value(once, y), loss.value(blind_prediction(loss, y, once.shape), y)
    sums_to_one = once.min() >= 0 and np.allclose(once.sum(axis=1), 1, atol=1e-4)
    squashed = isinstance(list(walk(model))[-1], Sigmoid) or (sums_to_one and once.shape[1] > 1)
    return {
        "repeat": np.abs(once - again).max(),
        "mixing": np.abs(alone - once[:1]).max() / np.abs(once).max(),
        "probabilities": float(isinstance(loss, LOGITS) and squashed),
        "start_loss": start,
        "blind": blind,
        "start": np.nan_to_num(start, nan=np.inf) / blind,
    }


def _units(model: Layer, x: np.ndarray) -> dict[str, Any]:
    """The largest shares of dead, saturated and repeated units in a hidden layer that is given something."""
    layers = activation_statistics(model, x)[:-1]
    layers = [layer for before, layer in pairwise(layers) if before.std > 0]
    found: dict[str, Any] = {}
    for name in ("dead", "saturated", "twins"):
        worst = max(layers, key=lambda layer: getattr(layer, name), default=None)
        found |= {name: getattr(worst, name, np.nan), f"{name}_layer": getattr(worst, "layer", "")}
    return found


def _gradient(model: Layer, loss: Loss, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> float:
    """The smaller gradient error of two batches, in float64: a kink disturbs one of them at most."""
    # a little noise: at exact zeros slopes vanish, and ReLU has none
    memo = {
        id(p): Parameter(p.value + rng.normal(0, 0.01, p.value.shape), p.name) for p in model.parameters()
    }
    twin = copy.deepcopy(model, memo)
    for layer in walk(twin):
        if isinstance(layer, Sequential):
            layer.dtype = np.dtype(np.float64)
    few = (slice(0, FEW), slice(-FEW, None))
    return min(gradient_error(twin, loss, x[i], y[i], entries=ENTRIES, rng=rng) for i in few)


def _few(model: Layer, loss: Loss, X: np.ndarray, y: np.ndarray, budget: int) -> dict[str, float]:
    """What is left to learn on a few examples after training on them alone, and whether inputs matter."""
    spread = np.argsort(y.reshape(len(y), -1)[:, 0], kind="stable")[
        np.linspace(0, len(y) - 1, FEW).astype(int)
    ]
    x, target = X[spread], y[spread]  # of all classes, or from low to high
    list(_train(model, Adam(model.parameters(), RATE), loss, repeat((x, target), budget)))
    prediction = model(X)
    best = Parameter(blind_prediction(loss, target, (len(x), *prediction.shape[1:])))
    blind, optimizer = loss.value(best.value, target), Adam(best, 0.1)
    for _ in range(budget):
        best.grad[...] = loss.gradient(best.value, target)
        optimizer.step()
    floor = loss.value(best.value, target)
    left = (loss.value(model(x), target) - floor) / (blind - floor)
    apart = np.abs(prediction - prediction[:1]).max() / np.abs(prediction).max()
    return {"one_batch": np.nan_to_num(left, nan=np.inf), "spread": apart}


def _held_out(
    model: Layer, loss: Loss, X: np.ndarray, y: np.ndarray, rng: np.random.Generator, budget: int
) -> float:
    """The best loss on examples held out, as a share of that of an answer that ignores the input."""
    if len(X) < ENOUGH:
        return np.nan
    (X, y), (x, target) = split(X, y, test_size=min(SAMPLE, len(X) // 5), rng=rng)
    source = islice(_endless(X, y, 32, rng, True), budget)
    steps = _train(model, Adam(model.parameters(), RATE), loss, source)
    best = min(loss.value(model(x), target) for step, _ in enumerate(steps) if step % 10 == 0)
    return best / loss.value(blind_prediction(loss, target, model(x).shape), target)


def _train(
    model: Layer, optimizer: Optimizer, loss: Loss, pairs: Iterable[Pair]
) -> Iterator[tuple[float, float]]:
    """Loss of each update, and how large it was: |change of the weights| / |weights|."""
    for x, y in pairs:
        before = [parameter.value.copy() for parameter in optimizer.parameters]
        value = backpropagate(model, loss, x, y)
        optimizer.step()
        moved = sum(((p.value - old) ** 2).sum() for p, old in zip(optimizer.parameters, before, strict=True))
        yield value, np.sqrt(moved / sum((old**2).sum() for old in before))


def _endless(
    X: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator, shuffle: bool
) -> Iterator[Pair]:
    return (pair for _ in count() for pair in batches(X, y, batch_size, rng=rng, shuffle=shuffle))
