"""What to do about the gap between training and validation, read from a history or from a trained model.

From which value on a measure is a finding stands in ``findings.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnkit.arguments import check_int, check_kind, described
from nnkit.doctor.diagnosis import Diagnosis, diagnose
from nnkit.doctor.examples import Pair, blind_loss, check_data
from nnkit.history import EpochRecord, History
from nnkit.layers import Layer
from nnkit.losses import Loss

__all__ = ["generalizes"]

SHORTEST = 5  # epochs whose course can be judged


def generalizes(
    trained: Sequence[EpochRecord] | Layer,
    *,
    loss: Loss | None = None,
    train: Pair | None = None,
    validation: Pair | None = None,
) -> Diagnosis:
    """What limits a trained model, and the next remedies in the order in which to try them.

    A history is read for both losses, as shares of the training loss of the first epoch, and for their
    course in the second half of the run. A run that learned most in its first epoch looks worse than it is.

    A model is asked for both losses now, as shares of the loss of an answer that ignores the input. How it
    came there cannot be seen: what is said about the learning rate needs a history.

    Parameters
    ----------
    trained : History or other sequence of EpochRecord, or Layer
        At least 5 epochs; or the trained model itself, with the other three arguments.
    loss : Loss
    train, validation : (X, y)
        What the model learned from, and what it did not.

    Returns
    -------
    Diagnosis
        If nothing is wrong, one note: ``"good fit"`` or ``"still improving"``.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If there are fewer than 5 epochs; if data are not finite or of unequal lengths.

    Examples
    --------
    >>> losses = [(1.0, 1.1), (0.5, 0.7), (0.2, 0.6), (0.1, 0.7), (0.05, 0.8), (0.02, 0.9)]
    >>> history = History(
    ...     EpochRecord(epoch, 10 * epoch, 0.1, one, validation_loss=other)
    ...     for epoch, (one, other) in enumerate(losses, start=1)
    ... )
    >>> print(generalizes(history))
    warning: overfit
        The validation loss is 0.9 (0.6 at best), the training loss 0.02: a gap of 88% of its
            start.
        Remedy: in this order: more data, data augmentation, an architecture that generalizes
            well, regularization (early stopping, L2, dropout), a smaller network.
        Chapter: Overfitting checklist

    References
    ----------
    The order of the remedies: J. Howard, fast.ai 2018. Bias and variance: Ng 2018, "Machine Learning
    Yearning", chapters 20 to 27.
    """
    if isinstance(trained, Layer):
        return diagnose("generalizes", _of_model(trained, loss, train, validation))
    if not isinstance(trained, Sequence) or not all(isinstance(one, EpochRecord) for one in trained):
        got = f"{described(trained)}; pass what fit returned, or the model with its loss and data"
        raise TypeError(f"generalizes expects trained to be a History or a Layer, got {got}.")
    check_int("generalizes", "the number of epochs in trained", len(trained), low=SHORTEST)
    return diagnose("generalizes", _of_history(History(trained)))


def _of_model(model: Layer, loss: Any, train: Any, validation: Any) -> dict[str, float]:
    """Levels and gap of a model as it is; its course is not known, and NaN matches no limit."""
    check_kind("generalizes", "loss", loss, Loss)
    X, y = check_data("generalizes", "train", train)
    X_validation, y_validation = check_data("generalizes", "validation", validation)
    prediction = model(X)
    end, validation_end = loss.value(prediction, y), loss.value(model(X_validation), y_validation)
    start = blind_loss(loss, y, prediction.shape)
    course = dict.fromkeys(("rise", "trend", "jumps", "validation_jumps", "noise_ratio"), np.nan)
    return course | {
        "loss": end,
        "validation_loss": validation_end,
        "unvalidated": 0.0,
        "best": end,
        "validation_best": validation_end,
        "level": end / start,
        "gap": (validation_end - end) / start,
        "falling": 0.0,  # taken as finished
    }


def _of_history(history: History) -> dict[str, float]:
    """Levels, gap and course of a run."""
    losses, validation = history.loss, history.validation_loss
    validation = validation[~np.isnan(validation)]  # NaN: not measured
    last, start = len(losses) // 5, losses[0]
    end, validation_end = _median(losses[-last:]), _median(validation[-last:])
    watched = validation if len(validation) > last else losses
    second, validation_second = (column[len(column) // 2 :] for column in (losses, validation))
    jumps, validation_jumps = _jumps(second) / end, _jumps(validation_second) / validation_end
    with np.errstate(all="ignore"):  # what does not move has no trend
        trend = np.nan_to_num(np.corrcoef(np.arange(len(second)), second)[0, 1])
    return {
        "loss": end,
        "validation_loss": validation_end,
        "unvalidated": float(len(validation) == 0),
        "best": losses.min(),
        "validation_best": validation.min(initial=np.inf),
        "level": end / start,
        "gap": (validation_end - end) / start,
        "rise": (end - losses.min()) / start,
        "trend": trend,
        "falling": 1 - _median(watched[-last:]) / _median(watched[-2 * last : -last]),
        "jumps": jumps * end / start,
        "validation_jumps": validation_jumps,
        "noise_ratio": validation_jumps / max(jumps, 1e-3),
    }


def _median(column: np.ndarray) -> float:
    return float(np.median(column)) if len(column) else np.nan


def _jumps(column: np.ndarray) -> float:
    """How far it moves up in an epoch and down again, on average; a steady course moves one way only."""
    steps = np.diff(column) if len(column) > 1 else np.array([np.nan])
    return float(min(np.maximum(steps, 0).mean(), np.maximum(-steps, 0).mean()))
