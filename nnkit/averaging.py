"""Averages of the weights over training, and a model that runs on them.

An average changes no weight while it is taken; the rules that do belong to `nnkit.optimizers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from nnkit.arguments import as_numbers, check_int, check_kind, check_number
from nnkit.layers import Layer, walk


class WeightAverage:
    """The mean of a model's weights over training (SWA), or with `decay` one that forgets (EMA).

    SWA: average = (average * (n - 1) + value) / n at the n-th call. EMA: average = decay * average +
    (1 - decay) * value, from the values at the first call, so no correction for a start at zero is needed.
    Before the first call, the average is the model as it was given.

    Every call takes the present values in: call it after each `Trainer.step`, or give it to `fit` as a
    callback, for each epoch. For the later epochs only, where SWA is meant, give
    ``lambda record: record.epoch > 75 and average()``.

    Parameters
    ----------
    model : Layer
    decay : float in [0, 1), optional
        It remembers about 1 / (1 - decay) calls. None weighs all calls alike.

    Raises
    ------
    ValueError
        If an option is out of range.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> import copy
    >>> from nnkit import Linear
    >>> model = Linear(1, 1, rng=np.random.default_rng(0), bias=False)
    >>> swa, ema = WeightAverage(model), WeightAverage(model, decay=0.5)
    >>> for value in (1.0, 2.0, 6.0):
    ...     model.W.value[...] = value
    ...     swa()
    ...     ema()
    >>> with swa.applied():
    ...     model.W.value.item()
    3.0
    >>> with ema.applied():
    ...     kept = copy.deepcopy(model)
    >>> kept.W.value.item()  # 0.5 * (0.5 * 1 + 0.5 * 2) + 0.5 * 6
    3.75
    >>> model.W.value.item()
    6.0

    References
    ----------
    SWA: Izmailov, Podoprikhin, Garipov, Vetrov & Wilson 2018, "Averaging Weights Leads to Wider Optima and
    Better Generalization", Algorithm 1. EMA in the form of Tarvainen & Valpola 2017, "Mean Teachers Are
    Better Role Models", section 2.
    """

    def __init__(self, model: Layer, *, decay: float | None = None) -> None:
        check_kind("WeightAverage", "model", model, Layer)
        if decay is not None:
            decay = check_number("WeightAverage", "decay", decay, "[0, 1)", "0.999 is usual")
        self.model, self.decay = model, decay
        self._averages = [parameter.value.copy() for parameter in model.parameters()]
        self._count = np.array(0)

    @property
    def buffers(self) -> dict[str, np.ndarray]:
        """The averages, one per parameter, and ``"count"``, how many values are in them."""
        return {"count": self._count, **{f"average.{i}": one for i, one in enumerate(self._averages)}}

    def __call__(self, record: object = None) -> None:
        """Take the present values in. The argument is not looked at; it makes this a callback."""
        self._count += 1
        share = 1 / int(self._count) if self.decay is None or self._count == 1 else 1 - self.decay
        for average, parameter in zip(self._averages, self.model.parameters(), strict=True):
            average[...] = (1 - share) * average + share * parameter.value

    @contextmanager
    def applied(self) -> Iterator[Layer]:
        """Put the averages into the model; after the block, its weights and buffers are as before.

        ``with average.applied() as model: refresh_statistics(model, X); ...`` where the model normalizes by
        batches.
        """
        arrays = [*(one.value for one in self.model.parameters()), *self.model.buffers.values()]
        before = [array.copy() for array in arrays]
        try:
            for parameter, average in zip(self.model.parameters(), self._averages, strict=True):
                parameter.value[...] = average
            yield self.model
        finally:
            for array, old in zip(arrays, before, strict=True):
                array[...] = old


def refresh_statistics(model: Layer, X: np.ndarray, *, batch_size: int = 1024) -> None:
    """Set the running statistics of batch normalization to their means over batches of X.

    Averaged weights were never run in training, so the statistics do not belong to them. One pass in training
    mode, the k-th batch with momentum 1 / k. Layers that draw random numbers draw.

    Parameters
    ----------
    model : Layer
        The layers meant are those with buffers ``"mean"`` and ``"variance"`` and a `momentum`.
    X : ndarray, shape (n, ...)
    batch_size : int >= 1
        At most so many rows at a time, in batches of nearly equal size.

    Raises
    ------
    ValueError
        If X is empty or `batch_size` is below 1.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> from nnkit import ReLU
    >>> refresh_statistics(ReLU(), np.ones((4, 2)))  # nothing to refresh

    References
    ----------
    Izmailov et al. 2018, Algorithm 1, last line.
    """
    check_kind("refresh_statistics", "model", model, Layer)
    X = as_numbers("refresh_statistics", "X", X)
    parts = -(-len(X) // check_int("refresh_statistics", "batch_size", batch_size))
    layers: list[Any] = [one for one in walk(model) if {"mean", "variance"} <= one.buffers.keys()]
    before = [layer.momentum for layer in layers]
    try:
        for k, x in enumerate(np.array_split(X, parts), start=1):
            for layer in layers:
                layer.momentum = 1 / k
            model.forward(x, training=True)
    finally:
        for layer, momentum in zip(layers, before, strict=True):
            layer.momentum = momentum
