"""Penalties: costs of large weights, added to the loss, and their gradients.

What the data cost belongs to `nnkit.losses`. A trainer adds the gradient in every step and records the loss
without the penalty.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

import numpy as np

from nnkit.arguments import check_bool, check_kind, check_number
from nnkit.parameter import Parameter, weights_of


class Penalty(ABC):
    """The contract of every penalty: a cost of the parameters, and its gradient.

    It looks at **weights** only: parameters of two or more axes, such as W of a Linear. Biases shift a
    function and do not bend it; with ``biases=True`` they count too. The cost is a sum over all weights, not
    a mean, and does not depend on the batch.

    A fused `Parameter` counts as the parameters that live in it.

    Parameters
    ----------
    strength : float >= 0
        The factor of the cost. 0 is no penalty.
    biases : bool
        Whether parameters of one axis count too: biases, and the scales of normalization.

    Raises
    ------
    ValueError
        If `strength` is negative or not finite.
    TypeError
        If an argument is of the wrong kind; `value` and `add_gradient` take an iterable of Parameters.

    Examples
    --------
    >>> W, b = Parameter([[3.0, -4.0]], "W"), Parameter([1.0, 1.0], "b")
    >>> L2(0.1).value([W, b])  # 0.1 / 2 * (9 + 16)
    1.25
    >>> L2(0.1).add_gradient([W, b])
    >>> W.grad, b.grad
    (array([[ 0.3, -0.4]]), array([0., 0.]))

    References
    ----------
    Goodfellow, Bengio & Courville 2016, "Deep Learning", section 7.1 (why biases are left out).
    """

    def __init__(self, strength: float, *, biases: bool = False) -> None:
        name = type(self).__name__
        self.strength = check_number(name, "strength", strength, "[0, inf)")
        self.biases = check_bool(name, "biases", biases)

    def value(self, parameters: Iterable[Parameter]) -> float:
        """The cost of all weights among the parameters."""
        return float(self.strength * sum(self._cost(W.value) for W in self._weights(parameters)))

    def add_gradient(self, parameters: Iterable[Parameter]) -> None:
        """Add dCost/dW to the `grad` of each weight."""
        for W in self._weights(parameters):
            W.grad += self.strength * self._slope(W.value)

    def _weights(self, parameters: Iterable[Parameter]) -> list[Parameter]:
        name, mend = type(self).__name__, "pass model.parameters()"
        check_kind(name, "parameters", parameters, Iterable, mend)
        parameters = list(parameters)
        for parameter in parameters:
            check_kind(name, "each of parameters", parameter, Parameter, mend)
        return weights_of(parameters, biases=self.biases)

    @abstractmethod
    def _cost(self, W: np.ndarray) -> float:
        """The cost of one array at strength 1."""

    @abstractmethod
    def _slope(self, W: np.ndarray) -> np.ndarray:
        """The derivative of `_cost`, in the shape and dtype of W."""

    def __repr__(self) -> str:
        options = [f"{name}={value}" for name, value in vars(self).items() if name != "biases" or value]
        return f"{type(self).__name__}({', '.join(options)})"


class L1(Penalty):
    """The lasso penalty, strength * sum(abs(W)).

    Its gradient is strength * sign(W), and 0 where W is 0: a pull of the same force on every weight, which
    drives small ones to zero. Gradient steps overshoot it, so there they jitter by about rate * strength.
    Its parameters are those of `Penalty`.

    Examples
    --------
    >>> W = Parameter([[3.0, -4.0, 0.0]])
    >>> L1(0.5).value([W])  # 0.5 * (3 + 4)
    3.5
    >>> L1(0.5).add_gradient([W])
    >>> W.grad
    array([[ 0.5, -0.5,  0. ]])

    References
    ----------
    Tibshirani 1996, "Regression Shrinkage and Selection via the Lasso"; Goodfellow, Bengio & Courville 2016,
    equations 7.18 to 7.20.
    """

    def _cost(self, W: np.ndarray) -> float:
        return np.abs(W).sum()

    def _slope(self, W: np.ndarray) -> np.ndarray:
        return np.sign(W)


class L2(Penalty):
    """The ridge penalty, strength / 2 * sum(W^2).

    With the factor 1/2 the gradient is strength * W. So a step of plain SGD also multiplies every weight by
    1 - rate * strength: for SGD, and only for it, this is weight decay. Its parameters are those of
    `Penalty`.

    Examples
    --------
    >>> W = Parameter([[3.0, -4.0]])
    >>> L2(0.5).value([W])  # 0.5 / 2 * (9 + 16)
    6.25
    >>> L2(0.5).add_gradient([W])
    >>> W.grad
    array([[ 1.5, -2. ]])

    References
    ----------
    Goodfellow, Bengio & Courville 2016, "Deep Learning", equations 7.2 to 7.5. Loshchilov & Hutter 2019,
    "Decoupled Weight Decay Regularization", Proposition 1 (equal to decay for SGD) and 2 (not for Adam).
    Keras leaves out the 1/2, so its factor is half of this strength.
    """

    def _cost(self, W: np.ndarray) -> float:
        return np.square(W).sum() / 2

    def _slope(self, W: np.ndarray) -> np.ndarray:
        return W


class Elastic(Penalty):
    """The elastic net, strength * (l1_share * sum(abs(W)) + (1 - l1_share) / 2 * sum(W^2)).

    A mixture of `L1` and `L2`, which are its ends. Its gradient is
    strength * (l1_share * sign(W) + (1 - l1_share) * W).

    Parameters
    ----------
    strength : float >= 0
    l1_share : float in [0, 1]
        1 gives `L1`, 0 gives `L2`.
    biases : bool
        As in `Penalty`.

    Raises
    ------
    ValueError
        If an argument is out of range.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> W = Parameter([[3.0, -4.0]])
    >>> Elastic(0.5, l1_share=0.5).value([W])  # 0.5 * (0.5 * 7 + 0.25 * 25)
    4.875

    References
    ----------
    Zou & Hastie 2005, "Regularization and Variable Selection via the Elastic Net", in the form of Friedman,
    Hastie & Tibshirani 2010, "Regularization Paths for Generalized Linear Models", equation 3.
    """

    def __init__(self, strength: float, *, l1_share: float = 0.5, biases: bool = False) -> None:
        super().__init__(strength, biases=biases)
        self.l1_share = check_number("Elastic", "l1_share", l1_share, "[0, 1]", "0.5 weighs both alike")

    def _cost(self, W: np.ndarray) -> float:
        return self.l1_share * np.abs(W).sum() + (1 - self.l1_share) / 2 * np.square(W).sum()

    def _slope(self, W: np.ndarray) -> np.ndarray:
        return self.l1_share * np.sign(W) + (1 - self.l1_share) * W
