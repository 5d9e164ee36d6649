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
        If the shapes do not match or there are no examples.
    TypeError
        If class indices are not integers.

    Examples
    --------
    >>> accuracy(np.array([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), np.array([0, 1, 1]))
    0.6666666666666666
    """
    prediction, target = np.asarray(prediction), np.asarray(target)
    if prediction.ndim != 2 or prediction.size == 0:
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
    return float((prediction.argmax(axis=1) == target).mean())
