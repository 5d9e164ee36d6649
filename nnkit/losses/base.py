"""The contract that every loss keeps.

Value and gradient share one reduction, the mean over the batch. Scores that are only reported, such as
accuracy, belong to `nnkit.metrics`; costs of large weights to `nnkit.penalties`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from nnkit.arguments import as_numbers, check_floats


class Loss(ABC):
    """A number to be made small, with its gradient.

    A loss computes what value and gradient share once, in `_shared`.

    Examples
    --------
    >>> from nnkit import MeanSquaredError
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

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value}" for name, value in vars(self).items())
        return f"{type(self).__name__}({options})"


def check_prediction(owner: str, prediction: np.ndarray) -> None:
    """Refuse what is not a floating-point array of at least one example."""
    check_floats(owner, "prediction", prediction)
    as_numbers(owner, "prediction", prediction)


def check_entries(owner: str, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The target in the prediction's dtype, if it holds one number per entry of the prediction."""
    check_prediction(owner, prediction)
    return as_numbers(owner, "target", target, prediction.shape).astype(prediction.dtype, copy=False)
