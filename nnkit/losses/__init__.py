"""The losses, one file per kind of target: numbers to be met, or classes to be told apart."""

from nnkit.losses.base import Loss
from nnkit.losses.classification import MulticlassHinge, SigmoidBinaryCrossEntropy, SoftmaxCrossEntropy
from nnkit.losses.regression import Huber, MeanAbsoluteError, MeanSquaredError

# From the contract over numbers to classes.
__all__ = [  # noqa: RUF022
    "Loss", "MeanSquaredError", "MeanAbsoluteError", "Huber",
    "SigmoidBinaryCrossEntropy", "SoftmaxCrossEntropy", "MulticlassHinge",
]  # fmt: skip
