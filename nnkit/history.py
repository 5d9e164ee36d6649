"""What a training run left behind: one record per epoch, and the records as columns.

Who writes the records is `nnkit.training`; who draws them is `nnkit.plots`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, overload

import numpy as np

from nnkit.arguments import check_kind


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """What one epoch of training gave.

    Attributes
    ----------
    epoch : int >= 1
        How many epochs were finished, this one included.
    step : int
        How many updates the optimizer has made.
    learning_rate : float
        That of the epoch's last update.
    loss : float
        Mean over the epoch's examples, each counted in its own batch just before that batch's update,
        without the trainer's penalty.
    metrics : dict of str to float
        On the training data after the epoch, as in inference. Empty if the trainer has no metrics.
    validation_loss : float or None
        On the validation data after the epoch, as in inference. None without validation data.
    validation_metrics : dict of str to float
    seconds : float
        Time spent in the epoch's updates.
    examples : int
        How many examples the updates saw: fewer than there are if a budget ended inside the epoch.

    Examples
    --------
    >>> EpochRecord(epoch=1, step=10, learning_rate=0.1, loss=0.5)
    EpochRecord(epoch=1, step=10, learning_rate=0.1, loss=0.5, metrics={}, validation_loss=None, \
validation_metrics={}, examples=0)
    """

    epoch: int
    step: int
    learning_rate: float
    loss: float
    metrics: dict[str, float] = field(default_factory=dict)
    validation_loss: float | None = None
    validation_metrics: dict[str, float] = field(default_factory=dict)
    seconds: float = field(default=0.0, repr=False, compare=False)
    examples: int = 0

    @property
    def scores(self) -> dict[str, float]:
        """Losses and metrics by the name a reader knows, such as ``"validation_accuracy"``."""
        scores = {"loss": self.loss, **self.metrics}
        if self.validation_loss is not None:
            scores["validation_loss"] = self.validation_loss
        return scores | {f"validation_{name}": value for name, value in self.validation_metrics.items()}


class History(Sequence[EpochRecord]):
    """A sequence of epoch records, with a column for every field.

    Parameters
    ----------
    records : iterable of EpochRecord

    Examples
    --------
    >>> history = History(EpochRecord(epoch, 10 * epoch, 0.1, 1 / epoch) for epoch in (1, 2, 3))
    >>> history.loss.round(2)
    array([1.  , 0.5 , 0.33])
    >>> history[-1].step
    30
    >>> history
    History of 3 epochs, 30 steps: loss 1 -> 0.3333
    >>> print(history[1:].table())
    epoch  step  learning_rate    loss
        2    20            0.1     0.5
        3    30            0.1  0.3333
    """

    def __init__(self, records: Iterable[EpochRecord] = ()) -> None:
        check_kind("History", "records", records, Iterable)
        self._records: list[EpochRecord] = []
        for record in records:
            self.append(record)

    def append(self, record: EpochRecord) -> None:
        """Add the record of one more epoch."""
        check_kind("History", "each of its records", record, EpochRecord)
        self._records.append(record)

    @overload
    def __getitem__(self, index: int) -> EpochRecord: ...
    @overload
    def __getitem__(self, index: slice) -> History: ...
    def __getitem__(self, index: int | slice) -> EpochRecord | History:
        return History(self._records[index]) if isinstance(index, slice) else self._records[index]

    def __len__(self) -> int:
        return len(self._records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and self._records == other._records

    @property
    def epoch(self) -> np.ndarray:
        """Epoch numbers, shape (epochs,)."""
        return self._column("epoch", np.int64)

    @property
    def step(self) -> np.ndarray:
        """Updates made by the end of each epoch, shape (epochs,)."""
        return self._column("step", np.int64)

    @property
    def learning_rate(self) -> np.ndarray:
        """The rate of each epoch's last update, shape (epochs,)."""
        return self._column("learning_rate")

    @property
    def loss(self) -> np.ndarray:
        """Training losses, shape (epochs,)."""
        return self._column("loss")

    @property
    def validation_loss(self) -> np.ndarray:
        """Validation losses, shape (epochs,); NaN where there was no validation data."""
        return self._column("validation_loss")

    @property
    def seconds(self) -> np.ndarray:
        """Time spent in each epoch's updates, shape (epochs,)."""
        return self._column("seconds")

    @property
    def examples(self) -> np.ndarray:
        """Examples seen by each epoch's updates, shape (epochs,)."""
        return self._column("examples", np.int64)

    @property
    def metrics(self) -> dict[str, np.ndarray]:
        """A column of shape (epochs,) per metric, on the training data; NaN where it was not measured."""
        return self._columns(lambda record: record.metrics)

    @property
    def validation_metrics(self) -> dict[str, np.ndarray]:
        """A column of shape (epochs,) per metric, on the validation data; NaN where it was not measured."""
        return self._columns(lambda record: record.validation_metrics)

    def to_dict(self) -> dict[str, Any]:
        """Plain lists by field name, and dicts of lists for the metrics; None for what is not a number."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(EpochRecord)}

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """The columns of `to_dict` as strict JSON, with null for what is not a finite number.

        Parameters
        ----------
        path : str or path-like, optional
            Where to write it, too.
        """
        import json

        text = json.dumps(self.to_dict())
        if path is not None:
            check_kind("to_json", "path", path, (str, os.PathLike), "pass the name of a file")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return text

    def table(self) -> str:
        """One line per epoch, four significant digits; times are left out."""
        columns = {"epoch": [str(n) for n in self.epoch], "step": [str(n) for n in self.step]}
        columns["learning_rate"] = [f"{rate:.4g}" for rate in self.learning_rate]
        columns |= {name: [f"{value:.4g}" for value in column] for name, column in self._scores().items()}
        for name, column in columns.items():
            width = max(map(len, (name, *column)))
            columns[name] = [cell.rjust(width) for cell in (name, *column)]
        return "\n".join(map("  ".join, zip(*columns.values(), strict=True)))

    def __repr__(self) -> str:
        if not self._records:
            return "History of 0 epochs"
        scores = [f"{name} {column[0]:.4g} -> {column[-1]:.4g}" for name, column in self._scores().items()]
        epochs, steps = len(self), self._records[-1].step
        counts = f"{epochs} epoch{'s' * (epochs != 1)}, {steps} step{'s' * (steps != 1)}"
        return f"History of {counts}: {', '.join(scores)}"

    def _scores(self) -> dict[str, np.ndarray]:
        return {"loss": self.loss, **self._columns(lambda record: record.scores)}

    def _column(self, name: str, dtype: type = np.float64) -> np.ndarray:
        return np.array([getattr(record, name) for record in self._records], dtype)  # None becomes NaN

    def _columns(self, values: Callable[[EpochRecord], dict[str, float]]) -> dict[str, np.ndarray]:
        names = dict.fromkeys(name for record in self._records for name in values(record))
        rows = [values(record) for record in self._records]
        return {name: np.array([row.get(name) for row in rows], np.float64) for name in names}


def _plain(column: Any) -> Any:
    if isinstance(column, dict):
        return {name: _plain(inner) for name, inner in column.items()}
    return [value if math.isfinite(value) else None for value in column.tolist()]
