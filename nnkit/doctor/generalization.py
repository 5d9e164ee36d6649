"""What to do about the gap between training and validation, read from a history.

From which value on a measure is a finding stands in ``findings.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnkit.arguments import check_int, described
from nnkit.doctor.diagnosis import Diagnosis, diagnose
from nnkit.history import EpochRecord, History

__all__ = ["generalizes"]

SHORTEST = 5  # epochs whose course can be judged


def generalizes(history: Sequence[EpochRecord]) -> Diagnosis:
    """What limits a trained model, and the next remedies in the order in which to try them.

    Read from both losses, as shares of the training loss of the first epoch, and from their course in the
    second half of the run. A run that learned most in its first epoch therefore looks worse than it is.

    Parameters
    ----------
    history : History or other sequence of EpochRecord
        At least 5 epochs.

    Returns
    -------
    Diagnosis
        If nothing is wrong, one note: ``"good fit"`` or ``"still improving"``.

    Raises
    ------
    TypeError
        If `history` holds something other than records of epochs.
    ValueError
        If there are fewer than 5 epochs.

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
    if not isinstance(history, Sequence) or not all(isinstance(one, EpochRecord) for one in history):
        raise TypeError(
            f"generalizes expects history to be a History, got {described(history)}; pass what fit returned."
        )
    check_int("generalizes", "the number of epochs in history", len(history), low=SHORTEST)
    losses, validation = History(history).loss, History(history).validation_loss
    validation = validation[~np.isnan(validation)]  # NaN: not measured
    last, start = len(losses) // 5, losses[0]
    end, validation_end = _median(losses[-last:]), _median(validation[-last:])
    watched = validation if len(validation) > last else losses
    second, validation_second = (column[len(column) // 2 :] for column in (losses, validation))
    jumps, validation_jumps = _jumps(second) / end, _jumps(validation_second) / validation_end
    with np.errstate(all="ignore"):  # what does not move has no trend
        trend = np.nan_to_num(np.corrcoef(np.arange(len(second)), second)[0, 1])
    measures = {
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
    return diagnose("generalizes", measures)


def _median(column: np.ndarray) -> float:
    return float(np.median(column)) if len(column) else np.nan


def _jumps(column: np.ndarray) -> float:
    """How far it moves up in an epoch and down again, on average; a steady course moves one way only."""
    steps = np.diff(column) if len(column) > 1 else np.array([np.nan])
    return float(min(np.maximum(steps, 0).mean(), np.maximum(-steps, 0).mean()))
