"""What to do about the gap between training and validation, read from a history or measured on a model.

From which value on a measure is a finding stands in ``findings.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnkit.arguments import check_kind, described
from nnkit.doctor.diagnosis import Diagnosis, diagnose
from nnkit.doctor.examples import Pair, blind_prediction, check_data, shared_rows
from nnkit.history import EpochRecord, History
from nnkit.layers import Layer
from nnkit.losses import Loss

__all__ = ["generalizes"]

SHORTEST = 5  # epochs whose course can be judged


def generalizes(
    history: Sequence[EpochRecord] | Layer,
    *,
    loss: Loss | None = None,
    train: Pair | None = None,
    validation: Pair | None = None,
) -> Diagnosis:
    """What limits a trained model, and the next remedies in the order in which to try them.

    From a history it reads the course of both losses, as shares of the training loss of the first epoch.
    From a model with its data it measures both losses, as shares of that of an answer that ignores the input,
    and looks for rows that both data have.

    Parameters
    ----------
    history : History or other sequence of EpochRecord, or Layer
        At least 5 epochs, or a trained model.
    loss : Loss, optional
        With a model only, and needed there, as are the data.
    train, validation : (X, y), optional

    Returns
    -------
    Diagnosis
        If nothing is wrong, one note: ``"good fit"`` or ``"still improving"``.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If there are fewer than 5 epochs, or data are empty, not finite or of unequal lengths.

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
    data = {"loss": loss, "train": train, "validation": validation}
    if isinstance(history, Layer):
        return diagnose("generalizes", _of_model(history, **data))
    for name, value in data.items():
        if value is not None:
            raise TypeError(f"generalizes expects no {name} with a history, got one; pass it with a model.")
    if not isinstance(history, Sequence) or not all(isinstance(one, EpochRecord) for one in history):
        raise TypeError(
            f"generalizes expects history to be a History or a Layer, got {described(history)}; "
            "pass what Trainer.fit returned."
        )
    if len(history) < SHORTEST:
        raise ValueError(
            f"generalizes expects a history of at least {SHORTEST} epochs, got {len(history)}; train longer."
        )
    return diagnose("generalizes", _of_history(History(history)))


def _of_model(model: Layer, loss: Any, train: Any, validation: Any) -> dict[str, Any]:
    """Both losses of a trained model; there is no course to judge."""
    check_kind("generalizes", "loss", loss, Loss, "a model is judged with its loss and data")
    X, y = check_data("generalizes", "train", train)
    x, target = check_data("generalizes", "validation", validation)
    prediction = model(X)
    measured, held_out = loss.value(prediction, y), loss.value(model(x), target)
    chance = loss.value(blind_prediction(loss, y, prediction.shape), y)
    course = {"trend": 0.0, "falling": 0.0, "rise": 0.0, "jumps": 0.0, "validation_jumps": 0.0}
    return {
        **course,
        **_levels(measured, held_out, chance),
        "of": "that of a blind answer",
        "best": measured,
        "validation_best": held_out,
        "noise_ratio": np.nan,
        "shared_rows": shared_rows(X, x),
    }


def _of_history(history: History) -> dict[str, Any]:
    """The level of both losses at the end, and their course in the second half."""
    losses = history.loss
    validation = history.validation_loss[~np.isnan(history.validation_loss)]  # NaN: not measured
    last, start = max(len(losses) // 5, 1), losses[0]
    end, validation_end = (_median(column[-last:]) for column in (losses, validation))
    watched = validation if len(validation) > last else losses
    second = losses[len(losses) // 2 :]
    jumps, validation_jumps = _jumps(second), _jumps(validation[len(validation) // 2 :]) / validation_end
    with np.errstate(all="ignore"):  # what does not move has no trend
        trend = np.nan_to_num(np.corrcoef(np.arange(len(second)), second)[0, 1])
    return {
        **_levels(end, validation_end, start),
        "of": "its start",
        "best": losses.min(),
        "validation_best": validation.min(initial=np.inf),
        "trend": trend,
        "falling": 1 - _median(watched[-last:]) / _median(watched[-2 * last : -last]),
        "rise": (end - losses.min()) / start,
        "jumps": jumps / start,
        "validation_jumps": validation_jumps,
        "noise_ratio": validation_jumps / max(jumps / end, 1e-9),
        "shared_rows": np.nan,
    }


def _levels(loss: float, validation_loss: float, chance: float) -> dict[str, Any]:
    return {
        "loss": loss,
        "validation_loss": validation_loss,
        "unvalidated": float(np.isnan(validation_loss)),
        "level": loss / chance,
        "gap": (validation_loss - loss) / chance,
    }


def _median(column: np.ndarray) -> float:
    return float(np.median(column)) if len(column) else np.nan


def _jumps(column: np.ndarray) -> float:
    """How far it moves up in an epoch, on average."""
    return float(np.maximum(np.diff(column), 0).mean()) if len(column) > 1 else np.nan
