"""The best epoch so far: stop when it is long ago, keep its weights."""

from __future__ import annotations

import numpy as np

from nnkit.arguments import check_choice, check_int, check_kind, check_number
from nnkit.history import EpochRecord
from nnkit.layers import Layer
from nnkit.serialization import state


class _Watch:
    """What follows a metric over the epochs has in common: it compares each record with the best before."""

    def __init__(self, metric: str, mode: str | None, min_delta: float) -> None:
        owner = type(self).__name__
        check_kind(owner, "metric", metric, str)
        if mode is None and metric.endswith("loss"):
            mode = "min"
        self.metric, self.mode = metric, check_choice(owner, "mode", mode, ["min", "max"])
        self.min_delta = check_number(owner, "min_delta", min_delta, "[0, inf)")
        self.best = np.array(np.inf if mode == "min" else -np.inf)

    def _improves(self, record: EpochRecord) -> bool:
        if self.metric not in record.scores:
            owner, got = type(self).__name__, ", ".join(record.scores)
            remedy = "pass validation=(X, y) to fit, or watch one of these"
            raise ValueError(f"{owner} expects metric {self.metric!r} in the records, got {got}; {remedy}.")
        value, best = record.scores[self.metric], float(self.best)
        better = (best - value if self.mode == "min" else value - best) > self.min_delta  # NaN never is
        if better:
            self.best[...] = value
        return better


class EarlyStopping(_Watch):
    """Stops training when a metric has not improved for some epochs in a row.

    To improve is to beat the best value so far by more than `min_delta`. A tie does not, NaN does not.

    Parameters
    ----------
    patience : int >= 1
        After how many epochs without improvement to stop.
    metric : str
        ``"loss"``, ``"validation_loss"``, or a metric of the trainer as ``"accuracy"`` on the training data
        or ``"validation_accuracy"`` on the validation data.
    mode : {"min", "max"}
        Whether less or more is better. May be left out for a loss, which is to be small.
    min_delta : float >= 0

    Attributes
    ----------
    best : ndarray, shape ()
        The best value so far.
    waited : ndarray, shape ()
        For how many epochs there was no better one.

    Raises
    ------
    ValueError, TypeError
        If an argument is out of range or of the wrong kind. When called, if a record lacks the metric, such
        as "validation_loss" without validation data.

    Examples
    --------
    >>> stopping = EarlyStopping(2, metric="loss")
    >>> losses = [0.9, 0.5, 0.6, 0.5, 0.4]  # the fourth is no better than the second
    >>> [stopping(EpochRecord(epoch, epoch, 0.1, loss)) for epoch, loss in enumerate(losses, start=1)]
    [False, False, False, True, False]

    References
    ----------
    Prechelt 1998, "Early Stopping - But When?", where this is criterion UP in the form that counts epochs
    since the best one.
    """

    def __init__(
        self,
        patience: int,
        *,
        metric: str = "validation_loss",
        mode: str | None = None,
        min_delta: float = 0.0,
    ) -> None:
        super().__init__(metric, mode, min_delta)
        self.patience = check_int("EarlyStopping", "patience", patience)
        self.waited = np.array(0)

    @property
    def buffers(self) -> dict[str, np.ndarray]:
        """What is remembered between epochs, by name; arrays written in place."""
        return {"best": self.best, "waited": self.waited}

    def __call__(self, record: EpochRecord) -> bool:
        """Look at one more epoch; True when patience is at its end."""
        self.waited[...] = 0 if self._improves(record) else self.waited + 1
        return bool(self.waited >= self.patience)


class BestWeights(_Watch):
    """Keeps a copy of the model's weights and buffers after the best epoch. It never stops training.

    Of several best epochs the first is kept. An epoch whose metric is NaN is never the best.

    Parameters
    ----------
    model : Layer
    metric, mode
        As in `EarlyStopping`.

    Attributes
    ----------
    best : ndarray, shape ()
        The best value so far.
    epoch : ndarray, shape ()
        The epoch that gave it; 0 before there is one.

    Raises
    ------
    ValueError, TypeError
        As in `EarlyStopping`.

    Examples
    --------
    >>> from nnkit import Linear
    >>> model = Linear(1, 1, rng=np.random.default_rng(0))
    >>> best = BestWeights(model, metric="loss")
    >>> for epoch, loss in [(1, 0.9), (2, 0.5), (3, 0.7)]:
    ...     model.W.value[...] = epoch
    ...     stop = best(EpochRecord(epoch, epoch, 0.1, loss))
    >>> best.restore()
    >>> model.W.value
    array([[2.]])
    """

    def __init__(self, model: Layer, *, metric: str = "validation_loss", mode: str | None = None) -> None:
        super().__init__(metric, mode, 0.0)
        check_kind("BestWeights", "model", model, Layer)
        self.model = model
        self.epoch = np.array(0)
        self._copies = {name: array.copy() for name, array in state(model).items()}

    @property
    def buffers(self) -> dict[str, np.ndarray]:
        """The copies, by name, and which epoch they are of; arrays written in place."""
        copies = {f"model.{name}": copy for name, copy in self._copies.items()}
        return {"best": self.best, "epoch": self.epoch, **copies}

    def __call__(self, record: EpochRecord) -> bool:
        """Copy the weights if this epoch is the best."""
        if self._improves(record):
            self.epoch[...] = record.epoch
            for name, array in state(self.model).items():
                self._copies[name][...] = array
        return False

    def restore(self) -> None:
        """Write the best weights and buffers back into the model.

        Raises
        ------
        ValueError
            If no epoch was the best yet.
        """
        if self.epoch == 0:
            raise ValueError("BestWeights expects a best epoch before restore, got none; train first.")
        for name, array in state(self.model).items():
            array[...] = self._copies[name]
