"""The trainer: the loop over steps and epochs.

The order inside one step stands in `backpropagation`. Stopping early, progress bars and the like belong to
`nnkit.callbacks`; cutting data to `nnkit.data`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from nnkit.data import batches
from nnkit.divergence import TrainingDiverged, likely_cause
from nnkit.history import EpochRecord, History
from nnkit.layers import Layer
from nnkit.losses import Loss
from nnkit.optimizers import Optimizer
from nnkit.penalties import Penalty
from nnkit.training.arguments import (
    Data,
    Metric,
    check_count,
    check_data,
    check_kind,
    check_optimizer,
    name_metrics,
)
from nnkit.training.backpropagation import backpropagate

__all__ = ["Trainer"]

Callback = Callable[[EpochRecord], Any]


class Trainer:
    """Trains a model, one step, one epoch or one run at a time. It prints nothing.

    Parameters
    ----------
    model : Layer
    loss : Loss
    optimizer : Optimizer
        Over parameters of this very model.
    batch_size : int >= 1
        Examples per step. The last batch of an epoch may be smaller.
    rng : numpy.random.Generator
        Draws a new order of the examples in every epoch.
    penalty : Penalty, optional
        Adds its gradient in every step. No loss that is returned or recorded includes its value, so that
        training and validation losses compare.
    metrics : sequence of callables
        Functions ``(prediction, target) -> float``, reported under their ``__name__``.

    Attributes
    ----------
    history : History
        The epochs so far, over all calls of `epochs` and `fit`.

    Raises
    ------
    ValueError
        If the batch size is below 1, the optimizer holds parameters that are not the model's, or two
        metrics share a name.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> import nnkit
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(64, 2))
    >>> y = (X[:, 0] > X[:, 1]).astype(int)
    >>> model = nnkit.mlp([2, 8, 2], rng=rng)
    >>> optimizer = nnkit.SGD(model.parameters(), learning_rate=0.5)
    >>> trainer = Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=16, rng=rng)
    >>> history = trainer.fit((X, y), epochs=10)
    >>> for record in trainer.epochs((X, y)):  # goes on where `fit` stopped
    ...     if record.loss < 0.2:
    ...         break
    >>> record.epoch == len(trainer.history) > 10
    True
    """

    def __init__(
        self,
        model: Layer,
        loss: Loss,
        optimizer: Optimizer,
        *,
        batch_size: int,
        rng: np.random.Generator,
        penalty: Penalty | None = None,
        metrics: Iterable[Metric] = (),
    ) -> None:
        check_kind("model", model, Layer)
        check_kind("loss", loss, Loss)
        check_kind("optimizer", optimizer, Optimizer)
        check_kind("rng", rng, np.random.Generator)
        check_count("batch_size", batch_size)
        if penalty is not None:
            check_kind("penalty", penalty, Penalty)
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.batch_size, self.rng, self.penalty = batch_size, rng, penalty
        self.metrics = name_metrics(metrics)
        self.history = History()
        check_optimizer(model, optimizer)

    def step(self, x: np.ndarray, y: np.ndarray) -> float:
        """Make one update from one batch.

        Parameters
        ----------
        x, y : ndarray, shape (batch, ...)

        Returns
        -------
        float
            The loss of the batch before the update, without the penalty.

        Raises
        ------
        TrainingDiverged
            If the loss is NaN or infinite. The parameters are then left as they are.
        """
        with np.errstate(over="ignore", invalid="ignore"):  # the loss shows it, and the error explains it
            value = backpropagate(self.model, self.loss, x, y)
            if not math.isfinite(value):
                raise self._diverged("loss", value, x, y)
            if self.penalty is not None:
                self.penalty.add_gradient(self.model.parameters())
            self.optimizer.step()
        return value

    def epochs(self, train: Data, validation: Data | None = None) -> Iterator[EpochRecord]:
        """Train epoch by epoch, without end: take as many records as you want.

        Parameters
        ----------
        train, validation : (X, y)

        Returns
        -------
        iterator of EpochRecord

        Raises
        ------
        ValueError
            If data are empty, not finite, or of unequal lengths, or the batch size exceeds the examples.
        TypeError
            If `train` or `validation` is not a pair of arrays.
        TrainingDiverged
            While iterating, if the loss becomes NaN or infinite.
        """
        check_optimizer(self.model, self.optimizer)
        train = check_data("train", train, self.model)
        if self.batch_size > len(train[0]):
            raise ValueError(
                f"Trainer expects batch_size to be at most the number of examples, {len(train[0])}, "
                f"got {self.batch_size}; build the trainer with a smaller batch_size."
            )
        if validation is not None:
            validation = check_data("validation", validation, self.model)
        return self._records(train, validation)

    def fit(
        self,
        train: Data,
        epochs: int,
        validation: Data | None = None,
        callbacks: Iterable[Callback] = (),
    ) -> History:
        """Train for a number of epochs.

        Parameters
        ----------
        train, validation : (X, y)
        epochs : int >= 1
            How many more.
        callbacks : sequence of callables
            Each is given every record; training stops after an epoch for which one returns something true.

        Returns
        -------
        History
            All epochs of this trainer so far.

        Raises
        ------
        ValueError, TypeError, TrainingDiverged
            As in `epochs`.
        """
        check_count("epochs", epochs)
        callbacks = list(callbacks)
        for record in islice(self.epochs(train, validation), epochs):
            if any([callback(record) for callback in callbacks]):  # a list, so that each sees the record
                break
        return self.history

    def evaluate(self, data: Data) -> dict[str, float]:
        """Compute loss and metrics of the whole data set, as in inference.

        Parameters
        ----------
        data : (X, y)

        Returns
        -------
        dict of str to float
            ``"loss"`` and each metric by name.

        Raises
        ------
        ValueError, TypeError
            As in `epochs`.
        """
        return self._scores(check_data("evaluation", data, self.model))

    def predict(self, X: np.ndarray, *, batch_size: int = 1024) -> np.ndarray:
        """Compute the outputs for X of shape (n, ...), batch by batch to spare memory."""
        check_count("batch_size", batch_size)
        X = np.asarray(X)
        if X.ndim == 0 or len(X) == 0:
            raise ValueError(f"predict expects at least one example, got X of shape {X.shape}.")
        return np.concatenate([self.model(X[i : i + batch_size]) for i in range(0, len(X), batch_size)])

    def _records(self, train: Data, validation: Data | None) -> Iterator[EpochRecord]:
        X, y = train
        while True:
            start = time.perf_counter()
            total = 0.0
            for x_batch, y_batch in batches(X, y, self.batch_size, rng=self.rng):
                total += self.step(x_batch, y_batch) * len(x_batch)
            seconds = time.perf_counter() - start
            scores = {} if validation is None else self._scores(validation)
            if validation is not None and not math.isfinite(scores["loss"]):
                raise self._diverged("validation loss", scores["loss"], *validation)
            record = EpochRecord(
                epoch=self._epoch + 1,
                step=self.optimizer.steps,
                learning_rate=self.optimizer.rate_at(self.optimizer.steps - 1),
                loss=total / len(X),
                metrics=self._metrics(self.predict(X), y) if self.metrics else {},
                validation_loss=scores.pop("loss", None),
                validation_metrics=scores,
                seconds=seconds,
            )
            self.history.append(record)
            yield record

    @property
    def _epoch(self) -> int:
        """How many epochs are finished."""
        return self.history[-1].epoch if self.history else 0

    def _scores(self, data: Data) -> dict[str, float]:
        X, y = data
        with np.errstate(over="ignore", invalid="ignore"):  # the loss shows it
            prediction = self.predict(X)
            return {"loss": self.loss.value(prediction, y), **self._metrics(prediction, y)}

    def _metrics(self, prediction: np.ndarray, target: np.ndarray) -> dict[str, float]:
        return {name: float(metric(prediction, target)) for name, metric in self.metrics.items()}

    def _diverged(self, name: str, value: float, x: np.ndarray, y: np.ndarray) -> TrainingDiverged:
        steps = self.optimizer.steps
        cause = likely_cause(x, y, step=steps, rate=self.optimizer.rate_at(steps))
        where = f"in epoch {self._epoch + 1} at step {steps + 1}"
        return TrainingDiverged(f"The {name} became {value} {where}: {cause}.", self.history)
