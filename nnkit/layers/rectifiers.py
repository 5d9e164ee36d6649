"""Rectifiers: ReLU and its relatives, which pass large inputs on and hold back negative ones.

Activations that level off on both sides, and softmax, stand in `activations`.
"""

from __future__ import annotations

import math

import numpy as np

from nnkit.arguments import check_choice, check_number
from nnkit.layers.activations import logistic
from nnkit.layers.base import Function

__all__ = ["ELU", "GELU", "SELU", "LeakyReLU", "ReLU", "SiLU", "Softplus"]


class ReLU(Function):
    """The rectified linear unit, y = max(x, 0).

    Its slope is 1 where x > 0 and 0 elsewhere, at x = 0 too. x has any shape, and y the same.

    Examples
    --------
    >>> ReLU()(np.array([[-2.0, 0.0, 3.0]]))
    array([[0., 0., 3.]])

    References
    ----------
    Glorot, Bordes & Bengio 2011, "Deep Sparse Rectifier Neural Networks", section 3.
    """

    _keeps_x = False

    def _value(self, x: np.ndarray) -> np.ndarray:
        return np.maximum(x, 0)

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return dy * (y > 0)


class LeakyReLU(Function):
    """The leaky rectified linear unit, y = x if x > 0, else slope * x.

    A unit that is negative for every example still learns. The slope at x = 0 is that of the negative side.

    Parameters
    ----------
    slope : float in [0, 1)
        Of the negative side.

    Raises
    ------
    ValueError
        If `slope` is not in [0, 1).

    Examples
    --------
    >>> LeakyReLU(0.1)(np.array([[-2.0, 0.0, 3.0]]))
    array([[-0.2,  0. ,  3. ]])

    References
    ----------
    Maas, Hannun & Ng 2013, "Rectifier Nonlinearities Improve Neural Network Acoustic Models", section 2.
    """

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = check_number("LeakyReLU", "slope", slope, "[0, 1)")

    def _value(self, x: np.ndarray) -> np.ndarray:
        return np.where(x > 0, x, self.slope * x)

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.where(x > 0, dy, self.slope * dy)


class ELU(Function):
    """The exponential linear unit, y = x if x > 0, else alpha * (exp(x) - 1).

    It levels off at -alpha. Its slope is 1 where x > 0, else alpha * exp(x): with alpha = 1 no kink.

    Parameters
    ----------
    alpha : float > 0

    Raises
    ------
    ValueError
        If `alpha` is not a positive finite number.

    Examples
    --------
    >>> ELU()(np.array([[-1000.0, 0.0, 3.0]]))
    array([[-1.,  0.,  3.]])

    References
    ----------
    Clevert, Unterthiner & Hochreiter 2016, "Fast and Accurate Deep Network Learning by Exponential Linear
    Units (ELUs)", section 3.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = check_number("ELU", "alpha", alpha, "(0, inf)")

    def _value(self, x: np.ndarray) -> np.ndarray:
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))  # expm1 never overflows

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return dy * np.where(x > 0, 1, self.alpha * np.exp(np.minimum(x, 0)))


# With these, and only these, inputs of mean 0 and variance 1 give outputs of mean 0 and variance 1.
_ELU, _SCALE = ELU(1.6732632423543772), 1.0507009873554805


class SELU(Function):
    """The scaled exponential linear unit, y = 1.0507 * ELU with alpha 1.6733.

    Standard normal inputs give outputs of mean 0 and variance 1, layer after layer, if every W is drawn with
    `lecun("normal")`.

    Examples
    --------
    >>> SELU()(np.array([[-1000.0, 0.0, 1.0]])).round(4)
    array([[-1.7581,  0.    ,  1.0507]])

    References
    ----------
    Klambauer, Unterthiner, Mayr & Hochreiter 2017, "Self-Normalizing Neural Networks", equation 2; the two
    constants solve its fixed-point equations.
    """

    def _value(self, x: np.ndarray) -> np.ndarray:
        return _SCALE * _ELU._value(x)

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return _SCALE * _ELU._gradient(dy, x, y)


class Softplus(Function):
    """A smooth ReLU, y = log(1 + exp(x)).

    Its slope is the logistic function. x has any shape, and y the same.

    Examples
    --------
    >>> Softplus()(np.array([[-1e4, 0.0, 1e4]])).round(4)
    array([[0.000e+00, 6.931e-01, 1.000e+04]])

    References
    ----------
    Dugas, Bengio, Belisle, Nadeau & Garcia 2001, "Incorporating Second-Order Functional Knowledge for Better
    Option Pricing", section 2. Glorot, Bordes & Bengio 2011, "Deep Sparse Rectifier Neural Networks",
    section 3.
    """

    def _value(self, x: np.ndarray) -> np.ndarray:
        return np.logaddexp(0, x)  # log(exp(0) + exp(x)) without overflow

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return dy * logistic(x)


class SiLU(Function):
    """The sigmoid linear unit, y = x * s(x) with s(x) = 1 / (1 + exp(-x)), also called Swish.

    Its slope is s + y * (1 - s), and its minimum is -0.27846 at x = -1.2785. x has any shape, and y the same.

    Examples
    --------
    >>> SiLU()(np.array([[-1.2785, 0.0, 1000.0]])).round(5)
    array([[-2.7846e-01,  0.0000e+00,  1.0000e+03]])

    References
    ----------
    Elfwing, Uchibe & Doya 2018, "Sigmoid-Weighted Linear Units for Neural Network Function Approximation in
    Reinforcement Learning", section 2. Ramachandran, Zoph & Le 2018, "Searching for Activation Functions".
    """

    def _value(self, x: np.ndarray) -> np.ndarray:
        return x * logistic(x)

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        s = logistic(x)
        return dy * (s + y * (1 - s))


_A, _C = 0.044715, math.sqrt(8 / math.pi)  # a logistic function near Phi: 1 / (1 + exp(-C (x + A x^3)))


class GELU(Function):
    """The Gaussian error linear unit, y = x * Phi(x).

    Phi(x) is the probability that a standard normal number is below x. The slope of y is Phi + x * phi, with
    the density phi. y has a minimum of -0.16997 at x = -0.752. x has any shape (batch, ...).

    Parameters
    ----------
    approximate : {"none", "tanh"}
        "tanh" puts a logistic function in the place of Phi: at most 5e-4 off, and several times as fast.

    Raises
    ------
    TypeError, ValueError
        If `approximate` is neither.

    Examples
    --------
    >>> GELU()(np.array([[-0.752, 0.0, 1000.0]])).round(5)
    array([[-1.6997e-01,  0.0000e+00,  1.0000e+03]])

    References
    ----------
    Hendrycks & Gimpel 2016, "Gaussian Error Linear Units (GELUs)", section 2. There the approximation is
    0.5 x (1 + tanh(u)); here it is written x / (1 + exp(-2 u)), which is the same and keeps small values.
    """

    def __init__(self, *, approximate: str = "none") -> None:
        self.approximate = check_choice("GELU", "approximate", approximate, ("none", "tanh"))

    def _value(self, x: np.ndarray) -> np.ndarray:
        if self.approximate == "tanh":
            return x * logistic(_C * (x + _A * x * x * x))
        tails = map(math.erfc, (x / -math.sqrt(2)).ravel().tolist())  # NumPy has none
        return x * np.fromiter(tails, x.dtype, x.size).reshape(x.shape) / 2

    def _gradient(self, dy: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        Phi = np.divide(y, x, out=np.full_like(y, 0.5), where=x != 0)
        if self.approximate == "tanh":
            return dy * (Phi + y * (1 - Phi) * _C * (1 + 3 * _A * x * x))
        return dy * (Phi + x * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi))
