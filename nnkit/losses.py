"""Losses: how far a prediction is from its target, and the gradient of that number.

Value and gradient share one reduction, the mean over the batch. Scores that are only reported, such as
accuracy, belong to `nnkit.metrics`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

__all__ = ["Loss", "MeanSquaredError", "SoftmaxCrossEntropy"]

_SUM_TOLERANCE = 1e-4  # a row of float32 probabilities sums to 1 within about 1e-6


class Loss(ABC):
    """A number to be made small, with its gradient.

    A loss computes what value and gradient share once, in `_shared`.

    Examples
    --------
    >>> prediction, target = np.array([[1.0], [3.0]]), np.array([[1.0], [1.0]])
    >>> MeanSquaredError().value_and_gradient(prediction, target)
    (2.0, array([[0.],
           [2.]]))
    """

    def value(self, prediction: np.ndarray, target: np.ndarray) -> float:
        """The loss, averaged over the batch."""
        return self._value(self._shared(prediction, target))

    def gradient(self, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
        """dLoss/dprediction, in the prediction's shape and dtype."""
        return self._gradient(self._shared(prediction, target))

    def value_and_gradient(self, prediction: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
        """Both, computing what they share once."""
        shared = self._shared(prediction, target)
        return self._value(shared), self._gradient(shared)

    @abstractmethod
    def _shared(self, prediction: np.ndarray, target: np.ndarray) -> Any:
        """Check both arguments and compute what value and gradient share."""

    @abstractmethod
    def _value(self, shared: Any) -> float:
        """The loss from the shared part."""

    @abstractmethod
    def _gradient(self, shared: Any) -> np.ndarray:
        """The gradient from the shared part, which it may not change."""

    def _check_prediction(self, prediction: np.ndarray) -> None:
        name = type(self).__name__
        if not isinstance(prediction, np.ndarray) or prediction.dtype.kind != "f":
            got = prediction.dtype if isinstance(prediction, np.ndarray) else type(prediction).__name__
            raise TypeError(
                f"{name} expects prediction as a floating-point ndarray, got {got}; pass the model's output."
            )
        if prediction.size == 0:
            raise ValueError(f"{name} expects at least one example, got shape {prediction.shape}.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class MeanSquaredError(Loss):
    """The mean squared error, mean((prediction - target)^2).

    The mean runs over **all** entries, over the batch and over the outputs. There is no factor 1/2. So the
    gradient is 2 * (prediction - target) / prediction.size.

    Prediction and target have the same shape, usually (batch, n_out). A target of another real dtype is
    cast to the prediction's.

    Raises
    ------
    ValueError
        If the shapes differ at all, or the batch is empty.
    TypeError
        If the prediction is not a floating-point ndarray, or the target holds no real numbers.

    Examples
    --------
    >>> loss = MeanSquaredError()
    >>> loss.value(np.array([[1.0, 2.0]]), np.array([[0.0, 0.0]]))
    2.5
    >>> loss.gradient(np.array([[1.0, 2.0]]), np.array([[0.0, 0.0]]))
    array([[1., 2.]])
    """

    def _shared(self, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
        self._check_prediction(prediction)
        target = np.asarray(target)
        if target.shape != prediction.shape:
            raise ValueError(_explain_unequal(prediction.shape, target.shape))
        if target.dtype.kind not in "fiub":
            raise TypeError(
                f"MeanSquaredError expects target to hold real numbers, got dtype {target.dtype}."
            )
        difference: np.ndarray = prediction - target.astype(prediction.dtype, copy=False)
        return difference

    def _value(self, shared: np.ndarray) -> float:
        difference = shared
        return float(np.square(difference).mean())

    def _gradient(self, shared: np.ndarray) -> np.ndarray:
        difference = shared
        return difference * (2 / difference.size)


def _explain_unequal(prediction: tuple[int, ...], target: tuple[int, ...]) -> str:
    if prediction == (*target, 1):
        remedy = "give target an output axis with target[:, None]"
    elif target == (*prediction, 1):
        remedy = "drop the target's last axis with target[..., 0]"
    else:
        remedy = "prediction and target must have the same shape"
    return f"MeanSquaredError expects target of shape {prediction}, got {target}; {remedy}."


class SoftmaxCrossEntropy(Loss):
    """Cross-entropy of softmax(logits), -mean(log softmax(logits)[target]).

    It takes **logits**, any real numbers, not probabilities: the model ends without softmax. The mean runs
    over the batch. The gradient is (softmax(logits) - target as probabilities) / batch.

    The prediction has shape (batch, classes). The target has shape (batch,) and holds class indices from 0
    to classes - 1, or has shape (batch, classes) and holds probabilities, each row summing to 1.

    Raises
    ------
    ValueError
        If shapes do not match, the batch is empty, a class index is out of range, or a row of
        probabilities is negative somewhere or does not sum to 1.
    TypeError
        If the logits are not floating-point, or class indices are not integers.

    Examples
    --------
    >>> logits = np.array([[2.0, 2.0], [1e4, -1e4]])
    >>> loss = SoftmaxCrossEntropy()
    >>> round(loss.value(logits, np.array([0, 0])), 6)  # (log 2 + 0) / 2
    0.346574
    >>> loss.gradient(logits, np.array([0, 0]))
    array([[-0.25,  0.25],
           [ 0.  ,  0.  ]])

    References
    ----------
    Goodfellow, Bengio & Courville 2016, "Deep Learning", section 6.2.2.3.
    """

    def _shared(self, prediction: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, ...]:
        self._check_prediction(prediction)
        if prediction.ndim != 2:
            raise ValueError(
                f"SoftmaxCrossEntropy expects logits of shape (batch, classes), got {prediction.shape}; "
                "give the model one output per class."
            )
        target = np.asarray(target)
        if target.shape == prediction.shape:
            target = _check_probabilities(target).astype(prediction.dtype, copy=False)
        else:
            _check_classes(target, *prediction.shape)
        shifted = prediction - prediction.max(axis=1, keepdims=True)  # subtract the max: exp never overflows
        exponentials = np.exp(shifted)
        sums = exponentials.sum(axis=1, keepdims=True)  # (batch, 1)
        return shifted, exponentials, sums, target

    def _value(self, shared: tuple[np.ndarray, ...]) -> float:
        shifted, _, sums, target = shared
        if target.ndim == 1:
            chosen = shifted[np.arange(len(target)), target]
        else:
            chosen = (shifted * target).sum(axis=1)
        return float((np.log(sums[:, 0]) - chosen).mean())  # -log softmax = log(sum exp) - logit

    def _gradient(self, shared: tuple[np.ndarray, ...]) -> np.ndarray:
        _, exponentials, sums, target = shared
        gradient: np.ndarray = exponentials / sums  # softmax
        if target.ndim == 1:
            gradient[np.arange(len(target)), target] -= 1
        else:
            gradient -= target
        gradient /= len(target)
        return gradient


def _check_classes(target: np.ndarray, batch: int, classes: int) -> None:
    expected = f"SoftmaxCrossEntropy expects target of shape ({batch},)"
    if target.shape == (batch, 1):
        raise ValueError(f"{expected}, got ({batch}, 1); drop the last axis with target[:, 0].")
    if target.shape != (batch,):
        raise ValueError(
            f"{expected} with class indices or ({batch}, {classes}) with probabilities, got {target.shape}; "
            "give one target per row of logits."
        )
    if target.dtype.kind not in "iu":
        raise TypeError(
            f"SoftmaxCrossEntropy expects class indices as integers, got dtype {target.dtype}; "
            "convert them with target.astype(np.int64)."
        )
    if target.min() < 0 or target.max() >= classes:
        wrong = target[(target < 0) | (target >= classes)][0]
        raise ValueError(
            f"SoftmaxCrossEntropy expects class indices from 0 to {classes - 1}, got {wrong}; "
            "number the classes from 0 and give the model one output per class."
        )


def _check_probabilities(target: np.ndarray) -> np.ndarray:
    if target.dtype.kind not in "fiub":
        raise TypeError(f"SoftmaxCrossEntropy expects target to hold real numbers, got dtype {target.dtype}.")
    if target.min() < 0:
        raise ValueError(
            f"SoftmaxCrossEntropy expects probabilities of at least 0, got {target.min():g}; "
            "pass class indices of shape (batch,), or rows of probabilities."
        )
    sums = target.sum(axis=1)
    worst = int(np.argmax(np.abs(sums - 1)))
    if not abs(sums[worst] - 1) <= _SUM_TOLERANCE:
        raise ValueError(
            f"SoftmaxCrossEntropy expects each row of target to sum to 1, got {sums[worst]:g} in row "
            f"{worst}; divide each row by its sum."
        )
    return target
