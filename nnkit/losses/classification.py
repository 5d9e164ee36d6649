"""Losses for targets that are classes. They take logits, any real numbers, never probabilities.

A network that is trained with them ends without sigmoid or softmax. Losses for targets that are numbers
stand in `regression`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnkit.arguments import as_classes, as_numbers, check_number
from nnkit.losses.base import Loss, check_entries, check_prediction

_SUM_TOLERANCE = 1e-4  # a row of float32 probabilities sums to 1 within about 1e-6


class SigmoidBinaryCrossEntropy(Loss):
    """Cross-entropy of p = sigmoid(logits), mean(-target * log p - (1 - target) * log(1 - p)).

    It takes **logits**, one per yes-or-no question: several outputs may be 1 at once. The mean runs over
    **all** entries, over the batch and over the outputs. So the gradient is
    (sigmoid(logits) - target) / logits.size. With one output it is the loss of logistic regression.

    Logits and target have the same shape, usually (batch, n_out). The target holds probabilities, 0 and 1
    among them. Both value and gradient keep all digits, however small they are.

    Raises
    ------
    ValueError
        If the shapes differ at all, the batch is empty, or a target is outside [0, 1].
    TypeError
        If the logits are not a floating-point ndarray, or the target holds no real numbers.

    Examples
    --------
    >>> loss = SigmoidBinaryCrossEntropy()
    >>> loss.value_and_gradient(np.array([[0.0, 1e4]]), np.array([[1, 0]]))  # (log 2 + 1e4) / 2
    (5000.34657359028, array([[-0.25,  0.5 ]]))

    References
    ----------
    Goodfellow, Bengio & Courville 2016, "Deep Learning", section 6.2.2.2 (the loss as a softplus).
    """

    def _shared(self, prediction: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, ...]:
        target = check_entries("SigmoidBinaryCrossEntropy", prediction, target)
        if not (target.min() >= 0 and target.max() <= 1):
            got = f"{target.min():g} to {target.max():g}; pass 1 for yes and 0 for no"
            raise ValueError(f"SigmoidBinaryCrossEntropy expects target in [0, 1], got {got}.")
        excess = (prediction > 0) - target  # the gradient where sigmoid is all but 0 or 1
        decay = np.exp(-np.abs(prediction))  # at most 1: exp never overflows
        return prediction, excess, decay

    def _value(self, shared: tuple[np.ndarray, ...]) -> float:
        logits, excess, decay = shared
        return float((logits * excess + np.log1p(decay)).mean())  # both terms >= 0: no digits cancel

    def _gradient(self, shared: tuple[np.ndarray, ...]) -> np.ndarray:
        logits, excess, decay = shared
        tail = decay / (1 + decay)  # sigmoid(-|logits|)
        return (excess + np.where(logits > 0, -tail, tail)) / logits.size


class SoftmaxCrossEntropy(Loss):
    """Cross-entropy of softmax(logits), -mean(log softmax(logits)[target]).

    It takes **logits**, any real numbers, not probabilities: the model ends without softmax. The mean runs
    over the batch. The gradient is (softmax(logits) - target as probabilities) / batch.

    The prediction has shape (batch, classes). The target has shape (batch,) and holds class indices from 0
    to classes - 1, or has shape (batch, classes) and holds probabilities, each row summing to 1.

    Parameters
    ----------
    class_weights : sequence of float > 0, optional
        A weight w per class: an example costs -sum(w * target * log softmax(logits)). The mean over the
        batch is then the **weighted** mean: the sum of the costs over the sum of w[target]. For rows of
        probabilities that is the sum of w * target, so that one-hot rows cost what indices cost.
    label_smoothing : float in [0, 1)
        The share of every target that is spread evenly over all classes: the target becomes
        (1 - label_smoothing) * target + label_smoothing / classes. The weights' sum stays as it was.

    Raises
    ------
    ValueError
        If an option is out of range, shapes do not match, the batch is empty, a class index is out of range,
        or a row of probabilities is negative somewhere or does not sum to 1.
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
    >>> SoftmaxCrossEntropy(class_weights=[1, 3]).value(logits, np.array([0, 1]))  # (log 2 + 3 * 2e4) / 4
    15000.17328679514
    >>> SoftmaxCrossEntropy(label_smoothing=0.5).gradient(logits, np.array([0, 0]))
    array([[-0.125,  0.125],
           [ 0.125, -0.125]])

    References
    ----------
    Goodfellow, Bengio & Courville 2016, "Deep Learning", section 6.2.2.3. Szegedy, Vanhoucke, Ioffe, Shlens
    & Wojna 2016, "Rethinking the Inception Architecture for Computer Vision", section 7, for smoothing. The
    weighted mean is that of PyTorch's CrossEntropyLoss for class indices; for probabilities PyTorch divides
    by the batch.
    """

    def __init__(self, *, class_weights: ArrayLike | None = None, label_smoothing: float = 0.0) -> None:
        name = "SoftmaxCrossEntropy"
        self.label_smoothing = check_number(name, "label_smoothing", label_smoothing, "[0, 1)")
        weights = as_numbers(name, "class_weights", [1.0] if class_weights is None else class_weights)
        if weights.ndim != 1 or not ((weights > 0) & (weights < np.inf)).all():
            raise ValueError(f"{name} expects class_weights as positive finite numbers, got {weights}.")
        self.class_weights = None if class_weights is None else weights.astype(np.float64)

    def _shared(self, prediction: np.ndarray, target: np.ndarray) -> tuple[Any, ...]:
        name = "SoftmaxCrossEntropy"
        _check_logits(name, prediction)
        target = as_numbers(name, "target", target)
        if target.shape == prediction.shape:
            target = _distributions(name, prediction, target)
        else:
            target = as_classes(name, "target", target, *prediction.shape, probabilities=True)
        starts = np.arange(0, prediction.size, prediction.shape[1])  # of each row, when all lie in one
        largest = starts + prediction.argmax(axis=1)
        shifted = prediction - prediction.take(largest)[:, None]  # exp never overflows
        exponentials = np.exp(shifted)
        exponentials.put(largest, 0)
        others = np.add.reduce(exponentials, axis=1, keepdims=True)  # than the largest, which is 1
        exponentials.put(largest, 1)
        target, divisor = self._weigh(target, prediction)
        if target.ndim == 1:
            target = starts + target.astype(np.intp, copy=False)  # where the right logits lie
        return shifted, exponentials, others, target, divisor

    def _weigh(self, target: np.ndarray, logits: np.ndarray) -> tuple[np.ndarray, float]:
        """The factor of each -log softmax and the divisor of their sum; class indices stand for factors 1."""
        classes, weights = logits.shape[1], self.class_weights
        if weights is None and not self.label_smoothing:
            return target, len(target)
        weights = np.ones(classes) if weights is None else weights
        if weights.shape != (classes,):
            got = f"{len(weights)}; pass one each"
            raise ValueError(f"SoftmaxCrossEntropy expects {classes} class_weights, got {got}.")
        if target.ndim == 1:
            target = np.eye(classes)[target]
        smooth = (1 - self.label_smoothing) * target + self.label_smoothing / classes
        return weights * smooth, float((weights * target).sum())

    def _value(self, shared: tuple[Any, ...]) -> float:
        shifted, _, others, target, divisor = shared
        log_sums = np.log1p(others)  # of all, where a small sum of the others keeps its digits
        # -log softmax = log(sum exp) - logit
        if target.ndim == 1:
            return float((log_sums.ravel() - shifted.take(target)).sum() / divisor)
        return float((target * (log_sums - shifted)).sum() / divisor)

    def _gradient(self, shared: tuple[Any, ...]) -> np.ndarray:
        _, exponentials, others, target, divisor = shared
        if target.ndim > 1:
            gradient: np.ndarray = exponentials / (1 + others)
            gradient *= target.sum(axis=1, keepdims=True)
            gradient -= target
            gradient /= divisor
        else:
            gradient = exponentials / ((1 + others) * divisor)
            gradient.put(target, gradient.take(target) - 1 / divisor)
        return gradient

    def __repr__(self) -> str:
        weights = [] if self.class_weights is None else [f"class_weights={self.class_weights.tolist()}"]
        smoothing = [f"label_smoothing={self.label_smoothing}"] if self.label_smoothing else []
        return f"SoftmaxCrossEntropy({', '.join(weights + smoothing)})"


class MulticlassHinge(Loss):
    """The multiclass hinge: the right class should lead every other one by a margin.

    An example costs the sum over the wrong classes j of max(0, logit_j - logit_target + margin). The mean
    runs over the batch. The gradient of an example is 1 for each wrong class inside the margin, and minus
    their number for the target; where a maximum is 0 on both sides it is 0.

    The prediction has shape (batch, classes). The target has shape (batch,) and holds class indices.

    Parameters
    ----------
    margin : float > 0

    Raises
    ------
    ValueError
        If `margin` is not a positive finite number, shapes do not match, the batch is empty, or a class
        index is out of range.
    TypeError
        If the logits are not floating-point, or class indices are not integers.

    Examples
    --------
    >>> logits = np.array([[-2.85, 0.86, 0.28]])
    >>> value, gradient = MulticlassHinge().value_and_gradient(logits, np.array([2]))
    >>> round(value, 12)  # max(0, -2.85 - 0.28 + 1) + max(0, 0.86 - 0.28 + 1)
    1.58
    >>> gradient
    array([[ 0.,  1., -1.]])

    References
    ----------
    Weston & Watkins 1999, "Support Vector Machines for Multi-Class Pattern Recognition" (with margin 2);
    CS231n notes, "Linear Classification", whose numbers are in the example. PyTorch's MultiMarginLoss
    divides by the number of classes besides.
    """

    def __init__(self, margin: float = 1.0) -> None:
        self.margin = check_number("MulticlassHinge", "margin", margin, "(0, inf)", "1.0 is usual")

    def _shared(self, prediction: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        _check_logits("MulticlassHinge", prediction)
        target = as_classes("MulticlassHinge", "target", target, *prediction.shape)[:, None]  # (batch, 1)
        lead = np.take_along_axis(prediction, target, axis=1)
        costs = np.maximum(prediction - lead + self.margin, 0)
        np.put_along_axis(costs, target, 0, axis=1)
        return costs, target

    def _value(self, shared: tuple[np.ndarray, np.ndarray]) -> float:
        costs, _ = shared
        return float(costs.sum() / len(costs))

    def _gradient(self, shared: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        costs, target = shared
        gradient = (costs > 0).astype(costs.dtype)
        np.put_along_axis(gradient, target, -gradient.sum(axis=1, keepdims=True), axis=1)
        return gradient / len(costs)


def _check_logits(owner: str, prediction: np.ndarray) -> None:
    """Refuse what does not hold one logit per class in every row."""
    check_prediction(owner, prediction)
    if prediction.ndim != 2:
        got = f"{prediction.shape}; give the model one output per class"
        raise ValueError(f"{owner} expects prediction of shape (batch, classes), got {got}.")


def _distributions(owner: str, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The target in the prediction's dtype, if each of its rows is a distribution over the classes."""
    target = check_entries(owner, prediction, target)
    right = (target.min(axis=1) >= 0) & (np.abs(target.sum(axis=1) - 1) <= _SUM_TOLERANCE)
    if not right.all():
        row = int(np.argmin(right))
        got = f"{target[row]} in row {row}; divide it by its sum, or pass class indices of shape (batch,)"
        raise ValueError(f"{owner} expects each row of target to hold probabilities of sum 1, got {got}.")
    return target
