"""What a loss accepts: predictions and targets that fit each other.

What a trainer accepts stands in `nnkit.training.arguments`.
"""

from __future__ import annotations

import math

import numpy as np

_SUM_TOLERANCE = 1e-4  # a row of float32 probabilities sums to 1 within about 1e-6


def check_positive(name: str, argument: str, value: float) -> float:
    """The option as a float, if it is positive and finite."""
    if not 0 < value < math.inf:
        raise ValueError(f"{name} expects a positive finite {argument}, got {value}; 1.0 is usual.")
    return float(value)


def check_prediction(name: str, prediction: np.ndarray) -> None:
    """Refuse what is not a floating-point array of at least one example."""
    if not isinstance(prediction, np.ndarray) or prediction.dtype.kind != "f":
        got = prediction.dtype if isinstance(prediction, np.ndarray) else type(prediction).__name__
        raise TypeError(
            f"{name} expects prediction as a floating-point ndarray, got {got}; pass the model's output."
        )
    if prediction.size == 0:
        raise ValueError(f"{name} expects at least one example, got shape {prediction.shape}.")


def check_entries(name: str, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The target in the prediction's dtype, if it holds one number per entry of the prediction."""
    check_prediction(name, prediction)
    target = np.asarray(target)
    if target.shape != prediction.shape:
        raise ValueError(_explain_unequal(name, prediction.shape, target.shape))
    if target.dtype.kind not in "fiub":
        raise TypeError(f"{name} expects target to hold real numbers, got dtype {target.dtype}.")
    return target.astype(prediction.dtype, copy=False)


def _explain_unequal(name: str, prediction: tuple[int, ...], target: tuple[int, ...]) -> str:
    if prediction == (*target, 1):
        remedy = "give target an output axis with target[:, None]"
    elif target == (*prediction, 1):
        remedy = "drop the target's last axis with target[..., 0]"
    else:
        remedy = "prediction and target must have the same shape"
    return f"{name} expects target of shape {prediction}, got {target}; {remedy}."


def check_logits(name: str, prediction: np.ndarray) -> None:
    """Refuse what does not hold one logit per class in every row."""
    check_prediction(name, prediction)
    if prediction.ndim != 2:
        raise ValueError(
            f"{name} expects logits of shape (batch, classes), got {prediction.shape}; "
            "give the model one output per class."
        )


def check_classes(name: str, target: np.ndarray, logits: np.ndarray, alternative: str = "") -> np.ndarray:
    """The target, if it holds one class index per row of logits; `alternative` names what else would do."""
    target, (batch, classes) = np.asarray(target), logits.shape
    if target.shape != (batch,):
        column = target.shape == (batch, 1)
        remedy = "drop the last axis with target[:, 0]" if column else "give one target per row of logits"
        raise ValueError(
            f"{name} expects target of shape ({batch},) with class indices{alternative}, got {target.shape}; "
            f"{remedy}."
        )
    if target.dtype.kind not in "iu":
        raise TypeError(
            f"{name} expects class indices as integers, got dtype {target.dtype}; "
            "convert them with target.astype(np.int64)."
        )
    if target.min() < 0 or target.max() >= classes:
        wrong = target[(target < 0) | (target >= classes)][0]
        raise ValueError(
            f"{name} expects class indices from 0 to {classes - 1}, got {wrong}; "
            "number the classes from 0 and give the model one output per class."
        )
    return target


def check_rows(name: str, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The target in the prediction's dtype, if each of its rows is a distribution over the classes."""
    target = check_entries(name, prediction, target)
    if target.min() < 0:
        raise ValueError(
            f"{name} expects probabilities of at least 0, got {target.min():g}; "
            "pass class indices of shape (batch,), or rows of probabilities."
        )
    sums = target.sum(axis=1)
    worst = int(np.argmax(np.abs(sums - 1)))
    if not abs(sums[worst] - 1) <= _SUM_TOLERANCE:
        raise ValueError(
            f"{name} expects each row of target to sum to 1, got {sums[worst]:g} in row "
            f"{worst}; divide each row by its sum."
        )
    return target
