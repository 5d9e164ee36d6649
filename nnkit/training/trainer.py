"""The trainer: the loop over steps and epochs.

The order inside one step stands in `backpropagation`. Stopping early, progress bars and the like belong to
`nnkit.callbacks`; cutting data to `nnkit.data`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from nnkit.arguments import as_numbers, check_callable, check_int, check_kind, check_rng
from nnkit.data import batches
from nnkit.divergence import TrainingDiverged, likely_cause
from nnkit.history import EpochRecord, History
from nnkit.layers import Layer
from nnkit.losses import Loss
from nnkit.optimizers import Optimizer
from nnkit.parameter import Parameter
from nnkit.penalties import Penalty
from nnkit.training.arguments import Data, Metric, as_examples, check_data, check_optimizer, name_metrics
from nnkit.training.backpropagation import run

Callback = Callable[[EpochRecord], Any]


_quietly = partial(np.errstate, over="ignore", invalid="ignore")  # the loss shows it, an error explains it


class Trainer:
    """Trains a model, one step, one epoch or one run at a time. It prints nothing.

    Parameters
    ----------
    model : Layer
    loss : Loss
    optimizer : Optimizer
        Over parameters of this very model.
    batch_size : int >= 1
        Examples per forward pass. The last batch of an epoch may be smaller.
    rng : numpy.random.Generator
        Draws a new order of the examples in every epoch.
    penalty : Penalty, optional
        Adds its gradient in every step. No loss that is returned or recorded includes its value, so that
        training and validation losses compare.
    clip : callable, optional
        Is given the model's parameters before every update and shortens their gradients in place.
    accumulate : int >= 1
        From how many batches' gradients an update is made: with k, as from one batch of k * batch_size (see
        `backpropagate` for when), in the memory of one of batch_size. An epoch's last update may see fewer.
    metrics : list or tuple of callables
        Functions ``(prediction, target) -> float``, reported under their ``__name__``.

    Attributes
    ----------
    history : History
        The epochs so far, over all calls of `epochs` and `fit`.

    Raises
    ------
    ValueError
        If `batch_size` or `accumulate` is below 1, the optimizer holds parameters that are not the model's,
        or two metrics share a name.
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
        clip: Callable[[list[Parameter]], Any] | None = None,
        accumulate: int = 1,
        metrics: Iterable[Metric] = (),
    ) -> None:
        check_kind("Trainer", "model", model, Layer)
        check_kind("Trainer", "loss", loss, Loss)
        check_kind("Trainer", "optimizer", optimizer, Optimizer)
        check_kind("Trainer", "penalty", penalty, (Penalty, type(None)))
        check_rng("Trainer", rng)
        if clip is not None:
            check_callable("Trainer", "clip", clip)
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.rng, self.penalty, self.clip = rng, penalty, clip
        self.batch_size = check_int("Trainer", "batch_size", batch_size)
        self.accumulate = check_int("Trainer", "accumulate", accumulate)
        self.metrics = name_metrics(metrics)
        self.history = History()
        self._parameters = model.parameters()  # gathered once, for every step needs them
        check_optimizer(model, optimizer)

    def step(self, x: np.ndarray, y: np.ndarray) -> float:
        """Make one update from one batch, or from one that goes through the model in `accumulate` parts.

        Parameters
        ----------
        x, y : array_like, shape (batch, ...)

        Returns
        -------
        float
            The loss of the batch before the update, without the penalty.

        Raises
        ------
        TrainingDiverged
            If the loss is NaN or infinite. The parameters are then left as they are.
        """
        with _quietly():
            return self._update(as_numbers("backpropagate", "x", x), as_numbers("backpropagate", "y", y))

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
            If data are empty, not finite, or of unequal lengths, or `batch_size` exceeds the examples.
        TypeError
            If `train` or `validation` is not a pair of arrays.
        TrainingDiverged
            While iterating, if the loss becomes NaN or infinite.
        """
        return self._records(*self._checked(train, validation), math.inf)

    def fit(
        self,
        train: Data,
        epochs: int | None = None,
        validation: Data | None = None,
        callbacks: Iterable[Callback] = (),
        *,
        updates: int | None = None,
        examples: int | None = None,
    ) -> History:
        """Train for a number of epochs, of updates, or of examples.

        A budget that ends inside an epoch ends there: the epoch's record tells how many examples it saw, and
        the next call begins a new epoch.

        Parameters
        ----------
        train, validation : (X, y)
        epochs, updates, examples : int >= 1
            How many more; exactly one of them. A last batch that would see more examples is cut.
        callbacks : list or tuple of callables
            Each is given every record; training stops after an epoch for which one returns something true.

        Returns
        -------
        History
            All epochs of this trainer so far.

        Raises
        ------
        ValueError, TypeError, TrainingDiverged
            As in `epochs`; for a budget below 1, for none, or for two; for a callback that is not callable.
        """
        check_kind("Trainer", "callbacks", callbacks, (list, tuple), "pass callbacks=[function]")
        for callback in callbacks:
            check_callable("Trainer", "each of callbacks", callback)
        train, validation = self._checked(train, validation)
        n = len(train[0])
        size = min(self.batch_size * self.accumulate, n)  # of an update
        budget = as_examples(n, size, epochs=epochs, updates=updates, examples=examples)
        for record in self._records(train, validation, budget):
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
        batch_size = check_int("Trainer", "batch_size", batch_size)
        X = as_numbers("Trainer", "X", X)
        return np.concatenate([self.model(X[i : i + batch_size]) for i in range(0, len(X), batch_size)])

    def _checked(self, train: Data, validation: Data | None) -> tuple[Data, Data | None]:
        check_optimizer(self.model, self.optimizer)
        self._parameters = self.model.parameters()
        train = check_data("train", train, self.model)
        remedy = f"there are {len(train[0])} examples: build the trainer with a smaller batch_size"
        check_int("Trainer", "batch_size", self.batch_size, high=len(train[0]), remedy=remedy)
        return train, None if validation is None else check_data("validation", validation, self.model)

    def _update(self, x: np.ndarray, y: np.ndarray) -> float:
        """`step`, for a batch that was checked."""
        value = run(self.model, self.loss, (x, y), self._parameters, training=True, parts=self.accumulate)
        if not math.isfinite(value):
            raise self._diverged("loss", value, x, y)
        if self.penalty is not None:
            self.penalty.add_gradient(self._parameters)
        if self.clip is not None:
            self.clip(self._parameters)
        self.optimizer.step()
        return value

    def _records(self, train: Data, validation: Data | None, budget: float) -> Iterator[EpochRecord]:
        (X, y), size = train, min(self.batch_size * self.accumulate, len(train[0]))
        while budget > 0:
            start = time.perf_counter()
            total, seen, goal = 0.0, 0, int(min(budget, len(X)))
            with _quietly():
                for x_batch, y_batch in batches(X, y, size, rng=self.rng):
                    if len(x_batch) > goal - seen:  # the budget ends inside the batch
                        x_batch, y_batch = x_batch[: goal - seen], y_batch[: goal - seen]
                    total += self._update(x_batch, y_batch) * len(x_batch)
                    seen += len(x_batch)
                    if seen == goal:
                        break
            budget -= seen
            seconds = time.perf_counter() - start
            scores = {} if validation is None else self._scores(validation)
            if validation is not None and not math.isfinite(scores["loss"]):
                raise self._diverged("validation loss", scores["loss"], *validation)
            record = EpochRecord(
                epoch=self._epoch + 1,
                step=self.optimizer.steps,
                learning_rate=self.optimizer.rate_at(self.optimizer.steps - 1),
                loss=total / seen,
                metrics=self._metrics(self.predict(X), y) if self.metrics else {},
                validation_loss=scores.pop("loss", None),
                validation_metrics=scores,
                seconds=seconds,
                examples=seen,
            )
            self.history.append(record)
            yield record

    @property
    def _epoch(self) -> int:
        """How many epochs are finished."""
        return self.history[-1].epoch if self.history else 0

    def _scores(self, data: Data) -> dict[str, float]:
        X, y = data
        with _quietly():
            prediction = self.predict(X)
            return {"loss": self.loss.value(prediction, y), **self._metrics(prediction, y)}

    def _metrics(self, prediction: np.ndarray, target: np.ndarray) -> dict[str, float]:
        return {name: float(metric(prediction, target)) for name, metric in self.metrics.items()}

    def _diverged(self, name: str, value: float, x: np.ndarray, y: np.ndarray) -> TrainingDiverged:
        steps = self.optimizer.steps
        cause = likely_cause(x, y, step=steps, rate=self.optimizer.rate_at(steps))
        where = f"in epoch {self._epoch + 1} at step {steps + 1}"
        return TrainingDiverged(f"The {name} became {value} {where}: {cause}.", self.history)
