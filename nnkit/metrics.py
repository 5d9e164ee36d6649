"""Metrics: scores that are reported, not minimized.

A metric is any function `(prediction, target) -> float`; the tables behind some of them are here too. What
is minimized lives in `nnkit.losses`.
"""

from __future__ import annotations

import numpy as np

from nnkit.arguments import as_classes, as_numbers, check_number

__all__ = ["accuracy", "class_scores", "confusion_matrix", "exact_match", "f1", "precision", "r2", "recall"]


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
    predicted, actual = _classes("accuracy", prediction, target)
    return float((predicted == actual).mean())


def exact_match(prediction: np.ndarray, target: np.ndarray, *, threshold: float = 0.0) -> float:
    """The share of examples all of whose yes-or-no outputs are right.

    Parameters
    ----------
    prediction : ndarray, shape (batch, n_out)
        Logits, one per question, as for `SigmoidBinaryCrossEntropy`.
    target : ndarray, shape (batch, n_out)
        1 for yes, 0 for no.
    threshold : float
        An output above it means yes: 0 for logits, 0.5 for probabilities.

    Returns
    -------
    float in [0, 1]
        With one output the accuracy of a binary classifier; with more it is at most that of each.

    Raises
    ------
    ValueError
        If the shapes differ, there are no examples, or a target is neither 0 nor 1.

    Examples
    --------
    >>> logits = np.array([[2.0, -1.0], [3.0, 0.5]])
    >>> exact_match(logits, np.array([[1, 0], [1, 0]]))  # the second row has one wrong entry
    0.5
    """
    prediction, target = _same_shape("exact_match", prediction, target)
    wrong = target[~np.isin(target, (0, 1))]
    if wrong.size:
        raise ValueError(f"exact_match expects target of 0 and 1, got {wrong[0]:g}; compare it with 0.5.")
    threshold = check_number("exact_match", "threshold", threshold, "(-inf, inf)")
    right = (prediction > threshold) == target
    return float(right.reshape(len(right), -1).all(axis=1).mean())


def confusion_matrix(prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    """How many examples of each class were taken for each class.

    Parameters
    ----------
    prediction, target : ndarray
        As in `accuracy`, with the same errors.

    Returns
    -------
    ndarray of int, shape (classes, classes)
        A row per class of the target, a column per predicted class. The diagonal holds what is right.

    Examples
    --------
    >>> confusion_matrix(np.array([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), np.array([0, 1, 1]))
    array([[1, 0],
           [1, 1]])
    """
    predicted, actual = _classes("confusion_matrix", prediction, target)
    classes = np.shape(prediction)[1]
    return np.bincount(actual * classes + predicted, minlength=classes**2).reshape(classes, classes)


def class_scores(prediction: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F1 of each class by itself.

    A share of nothing is 0: the precision of a class that occurs but is never predicted, and the recall of
    one that is predicted but never occurs. A class with neither is not judged: its three scores are NaN.

    Parameters
    ----------
    prediction, target : ndarray
        As in `accuracy`, with the same errors.

    Returns
    -------
    precision : ndarray, shape (classes,)
        Of the examples taken for the class, the share that belongs to it.
    recall : ndarray, shape (classes,)
        Of the examples of the class, the share that was found.
    f1 : ndarray, shape (classes,)
        The harmonic mean of both, 2 * right / (taken for the class + of the class).

    Examples
    --------
    >>> precision, recall, f1 = class_scores(np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0]]), np.array([0, 0]))
    >>> precision, recall
    (array([ 1.,  0., nan]), array([0.5, 0. , nan]))
    >>> f1.round(3)
    array([0.667, 0.   ,   nan])

    References
    ----------
    van Rijsbergen 1979, "Information Retrieval", chapter 7. scikit-learn gives 0 where NaN stands here.
    """
    matrix = confusion_matrix(prediction, target)
    right, taken, there = matrix.diagonal(), matrix.sum(axis=0), matrix.sum(axis=1)
    judged = np.where(taken + there > 0, 1.0, np.nan)
    precision, recall = right / np.maximum(taken, 1), right / np.maximum(there, 1)  # 0 / 0 is 0
    return judged * precision, judged * recall, judged * (2 * right / np.maximum(taken + there, 1))


def precision(prediction: np.ndarray, target: np.ndarray) -> float:
    """Macro precision: the plain mean of the classes' precisions, whatever their sizes.

    Classes that neither occur nor are predicted are left out. What is 0 by definition, and the scores of
    each class, are in `class_scores`.

    Parameters
    ----------
    prediction, target : ndarray
        As in `accuracy`, with the same errors.

    Examples
    --------
    >>> precision(np.array([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), np.array([0, 1, 1]))  # (1/2 + 1) / 2
    0.75
    """
    return float(np.nanmean(class_scores(prediction, target)[0]))


def recall(prediction: np.ndarray, target: np.ndarray) -> float:
    """Macro recall: the plain mean of the classes' recalls, also called balanced accuracy.

    As in `precision`; a class that is predicted but never occurs counts as 0.

    Parameters
    ----------
    prediction, target : ndarray
        As in `accuracy`, with the same errors.

    Examples
    --------
    >>> recall(np.array([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), np.array([0, 1, 1]))  # (1 + 1/2) / 2
    0.75
    """
    return float(np.nanmean(class_scores(prediction, target)[1]))


def f1(prediction: np.ndarray, target: np.ndarray) -> float:
    """Macro F1: the plain mean of the classes' F1 scores, not the F1 of the means.

    As in `precision`.

    Parameters
    ----------
    prediction, target : ndarray
        As in `accuracy`, with the same errors.

    Examples
    --------
    >>> round(f1(np.array([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), np.array([0, 1, 1])), 12)  # 2/3 each
    0.666666666667
    """
    return float(np.nanmean(class_scores(prediction, target)[2]))


def r2(prediction: np.ndarray, target: np.ndarray) -> float:
    """The coefficient of determination, 1 - sum((prediction - target)^2) / sum((target - mean)^2).

    It is 1 when all is right, 0 for predicting the target's mean, and negative when that would have been
    better. With several outputs it is the mean over them. An output whose target is constant counts as 1
    where the prediction is exact, else as 0.

    Parameters
    ----------
    prediction, target : ndarray, shape (batch,) or (batch, n_out)

    Returns
    -------
    float, at most 1

    Raises
    ------
    ValueError
        If the shapes differ or there are no examples.

    Examples
    --------
    >>> r2(np.array([1.0, 2.0, 2.0]), np.array([1.0, 2.0, 3.0]))  # 1 - 1 / 2
    0.5
    """
    prediction, target = _same_shape("r2", prediction, target)
    missed = np.square(prediction - target).sum(axis=0)
    spread = np.square(target - target.mean(axis=0)).sum(axis=0)
    constant = target.max(axis=0) == target.min(axis=0)
    return float(np.where(constant, missed == 0, 1 - missed / np.where(constant, 1, spread)).mean())


def _same_shape(owner: str, prediction: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays of float64."""
    prediction = as_numbers(owner, "prediction", prediction)
    target = as_numbers(owner, "target", target, prediction.shape)
    return prediction.astype(np.float64, copy=False), target.astype(np.float64, copy=False)


def _classes(owner: str, prediction: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The predicted and the actual class index of each example."""
    prediction, target = as_numbers(owner, "prediction", prediction), as_numbers(owner, "target", target)
    if prediction.ndim != 2 or prediction.shape[1] < 2:
        got = f"{prediction.shape}; pass one column per class (exact_match judges yes-or-no outputs)"
        raise ValueError(f"{owner} expects prediction of shape (batch, classes), got {got}.")
    if target.shape == prediction.shape:
        target = target.argmax(axis=1)
    return prediction.argmax(axis=1), as_classes(
        owner, "target", target, *prediction.shape, probabilities=True
    )
