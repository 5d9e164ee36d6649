"""Metrics: scores that are reported, not minimized.

A metric is any function `(prediction, target) -> float`. What is minimized lives in `nnkit.losses`.
"""

from __future__ import annotations

import numpy as np

__all__ = ["accuracy"]


def accuracy(prediction: np.ndarray, target: np.ndarray) -> float:
    """The share of examples whose largest output is the target's class.

    Between equal outputs the first wins.

    Parameters
    ----------
    prediction : ndarray, shape (batch, classes)
        Logits or probabilities; both have their largest entry at the same class.
    target : ndarray of int, shape (batch,), or ndarray, shape (batch, classes)
        Class indices, or rows of probabilities.

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    ValueError
        If the shapes do not match, there are no examples or fewer than two classes, or a class index is out
        of range.
    TypeError
        If class indices are not integers.

    Examples
    --------
    >>> accuracy(np.array([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), np.array([0, 1, 1]))
    0.6666666666666666
    """
    prediction, target = np.asarray(prediction), np.asarray(target)
    if prediction.ndim != 2 or prediction.size == 0 or prediction.shape[1] == 1:
        raise ValueError(
            f"accuracy expects prediction of shape (batch, classes), got {prediction.shape}; "
            "pass one column per class."
        )
    if target.shape == prediction.shape:
        target = target.argmax(axis=1)
    if target.shape != prediction.shape[:1]:
        raise ValueError(
            f"accuracy expects target of shape ({len(prediction)},) or {prediction.shape}, "
            f"got {target.shape}; give one target per row of prediction."
        )
    if target.dtype.kind not in "iu":
        raise TypeError(
            f"accuracy expects class indices as integers, got dtype {target.dtype}; "
            "convert them with target.astype(np.int64)."
        )
    if target.min() < 0 or target.max() >= prediction.shape[1]:
        raise ValueError(
            f"accuracy expects class indices from 0 to {prediction.shape[1] - 1}, got from {target.min()} to "
            f"{target.max()}; give prediction one column per class."
        )
    return float((prediction.argmax(axis=1) == target).mean())
