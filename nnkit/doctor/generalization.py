"""What to do about the gap between training and validation, read from a history or measured on a model.

From which value on a measure is a finding stands in ``findings.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnkit.arguments import check_int, check_kind, described
from nnkit.doctor.diagnosis import Diagnosis, diagnose
from nnkit.doctor.examples import Pair, blind_loss, check_pair, shared_rows
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
    if isinstance(history, Layer):
        check_kind("generalizes", "loss", loss, Loss, "a model is judged with its loss and data")
        X, y = check_pair("generalizes", train, " of train")
        x, target = check_pair("generalizes", validation, " of validation")
        prediction = history(X)
        losses = np.full(
            (2, SHORTEST), [[loss.value(prediction, y)], [loss.value(history(x), target)]]
        )  # at rest
        chance = {"start": blind_loss(loss, y, prediction.shape), "of": "that of a blind answer"}
        return diagnose("generalizes", _course(*losses, chance | {"shared_rows": shared_rows(X, x)}))
    if not (loss is train is validation is None):
        raise TypeError("generalizes expects loss, train and validation with a model only, got a history.")
    if not isinstance(history, Sequence) or not all(isinstance(one, EpochRecord) for one in history):
        raise TypeError(f"generalizes expects history to be a History or a Layer, got {described(history)}.")
    check_int("generalizes", "the number of epochs in history", len(history), low=SHORTEST)
    losses, validation_losses = History(history).loss, History(history).validation_loss
    start = {"start": losses[0], "of": "its start", "shared_rows": np.nan}
    return diagnose("generalizes", _course(losses, validation_losses[~np.isnan(validation_losses)], start))


def _course(losses: np.ndarray, validation: np.ndarray, known: dict[str, Any]) -> dict[str, Any]:
    """The level of both losses at the end, and how they move in the second half."""
    last, start = max(len(losses) // 5, 1), known["start"]
    end, validation_end = _median(losses[-last:]), _median(validation[-last:])
    watched = validation if len(validation) > last else losses
    second, validation_second = (column[len(column) // 2 :] for column in (losses, validation))
    jumps, validation_jumps = _jumps(second), _jumps(validation_second) / validation_end
    with np.errstate(all="ignore"):  # what does not move has no trend
        trend = np.nan_to_num(np.corrcoef(np.arange(len(second)), second)[0, 1])
    return known | {
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
        "jumps": jumps / start,
        "validation_jumps": validation_jumps,
        "noise_ratio": validation_jumps / max(jumps / end, 1e-9),
    }


def _median(column: np.ndarray) -> float:
    return float(np.median(column)) if len(column) else np.nan


def _jumps(column: np.ndarray) -> float:
    """How far it moves up in an epoch, on average."""
    return float(np.maximum(np.diff(column), 0).mean()) if len(column) > 1 else np.nan
