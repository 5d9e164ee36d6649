"""Rules that scale each entry by the size of its past gradients: AdaGrad, RMSProp, Adam, AdamW.

A cost of large weights that enters the gradient belongs to `nnkit.penalties`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from nnkit.optimizers.base import Optimizer, Rate
from nnkit.parameter import weights_of

__all__ = ["AdaGrad", "Adam", "AdamW", "RMSProp"]


@dataclass(eq=False, kw_only=True)
class AdaGrad(Optimizer):
    """AdaGrad: steps divided by the root of the sum of all squared gradients so far.

    total = total + g^2, from zero, then value -= rate * g / (sqrt(total) + epsilon).

    Parameters
    ----------
    parameters : Parameter or iterable of Parameter
    learning_rate : float > 0, or callable
        A number or a schedule ``step -> rate``.
    epsilon : float > 0
        Stands outside the root.

    Raises
    ------
    ValueError
        If epsilon is not positive, or for what `Optimizer` refuses.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> from nnkit import Parameter
    >>> p = Parameter([1.0, 1.0])
    >>> optimizer = AdaGrad([p], learning_rate=0.1)
    >>> p.grad += [0.001, 1000.0]
    >>> for _ in range(2):
    ...     optimizer.step()
    >>> p.value.round(4)  # under a steady gradient: 1 - 0.1 - 0.1 / sqrt(2)
    array([0.8293, 0.8293])

    References
    ----------
    Duchi, Hazan & Singer 2011, "Adaptive Subgradient Methods for Online Learning and Stochastic
    Optimization", Figure 1, with diagonal matrices, without composite term and projection.
    """

    learning_rate: Rate = field(default=0.01, kw_only=False)
    epsilon: float = 1e-10

    _remembers = ("total",)

    def _update(self, rate: float) -> None:
        for parameter, total, scratch in self._rows:
            total += np.square(parameter.grad, out=scratch)
            parameter.value -= _scaled(parameter.grad, total, rate, self.epsilon, out=scratch)


@dataclass(eq=False, kw_only=True)
class RMSProp(Optimizer):
    """RMSProp: steps divided by the root of a running mean of the squared gradient.

    v = beta * v + (1 - beta) * g^2, from zero, then value -= rate * g / (sqrt(v) + epsilon). No correction
    for the start at zero: the first steps are up to 1 / sqrt(1 - beta) times too long.

    Parameters
    ----------
    parameters : Parameter or iterable of Parameter
    learning_rate : float > 0, or callable
        A number or a schedule ``step -> rate``.
    beta : float in [0, 1)
        How slowly the mean forgets.
    epsilon : float > 0
        Stands outside the root.

    Raises
    ------
    ValueError
        If an option is out of range, or for what `Optimizer` refuses.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> from nnkit import Parameter
    >>> p = Parameter([1.0, 1.0])
    >>> optimizer = RMSProp([p], learning_rate=0.1)
    >>> p.grad += [0.001, 1000.0]
    >>> optimizer.step()
    >>> p.value.round(3)  # 1 - 0.1 / sqrt(1 - 0.9)
    array([0.684, 0.684])

    References
    ----------
    Tieleman & Hinton 2012, "Lecture 6.5: rmsprop", Coursera, Neural Networks for Machine Learning; there is
    no epsilon there. PyTorch's beta, its alpha, is 0.99 unless told otherwise.
    """

    learning_rate: Rate = field(default=0.001, kw_only=False)
    beta: float = 0.9
    epsilon: float = 1e-8

    _remembers = ("v",)

    def _update(self, rate: float) -> None:
        for parameter, v, scratch in self._rows:
            v *= self.beta
            v += np.multiply(np.square(parameter.grad, out=scratch), 1 - self.beta, out=scratch)
            parameter.value -= _scaled(parameter.grad, v, rate, self.epsilon, out=scratch)


@dataclass(eq=False, kw_only=True)
class Adam(Optimizer):
    """Adam: steps scaled by running means of the gradient and of its square.

    m = beta1 * m + (1 - beta1) * g and v = beta2 * v + (1 - beta2) * g^2, both from zero; after t updates
    value -= rate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon).

    Parameters
    ----------
    parameters : Parameter or iterable of Parameter
    learning_rate : float > 0, or callable
        A number or a schedule ``step -> rate``.
    beta1, beta2 : float in [0, 1)
        How slowly the two means forget.
    epsilon : float > 0
        Stands outside the root.

    Raises
    ------
    ValueError
        If an option is out of range, or for what `Optimizer` refuses.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> from nnkit import Parameter
    >>> p = Parameter([1.0, 1.0])
    >>> optimizer = Adam([p], learning_rate=0.1)
    >>> p.grad += [0.001, 1000.0]
    >>> optimizer.step()
    >>> p.value.round(4)  # the first step has length rate, whatever the gradient's size
    array([0.9, 0.9])

    References
    ----------
    Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization", Algorithm 1 (epsilon outside the root), in
    the order of computation at the end of section 2.
    """

    learning_rate: Rate = field(default=0.001, kw_only=False)
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    _remembers = ("m", "v")

    def _update(self, rate: float) -> None:
        t = self.steps + 1
        # Passes over the arrays cost the time. So every number that does not change within a step is moved to
        # the rate and to epsilon: the corrections, and that m and v here lack 1 - beta1 and 1 - beta2.
        root = math.sqrt((1 - self.beta2**t) / (1 - self.beta2))
        rate, epsilon = rate * root * (1 - self.beta1) / (1 - self.beta1**t), self.epsilon * root
        for parameter, m, v, scratch in self._rows:
            m *= self.beta1
            m += parameter.grad
            v *= self.beta2
            v += np.square(parameter.grad, out=scratch)
            parameter.value -= _scaled(m, v, rate, epsilon, out=scratch)


@dataclass(eq=False, kw_only=True)
class AdamW(Adam):
    """Adam with decoupled weight decay: weights shrink by a share that no gradient rescales.

    value -= rate * weight_decay * value, then Adam's step. As in `Penalty`, what decays are **weights** only:
    parameters of two or more axes. Members of a fused `Parameter` count as what they are in their layers.

    Parameters
    ----------
    parameters : Parameter or iterable of Parameter
    learning_rate : float > 0, or callable
        A number or a schedule ``step -> rate``. It scales the decay too.
    beta1, beta2, epsilon : float
        As in `Adam`.
    weight_decay : float >= 0
    biases : bool
        Whether parameters of one axis decay too: biases, and the scales of normalization.

    Raises
    ------
    ValueError
        If an option is out of range, or for what `Optimizer` refuses.
    TypeError
        If an argument is of the wrong kind.

    Examples
    --------
    >>> from nnkit import Parameter
    >>> W, b = Parameter([[1.0, -2.0]]), Parameter([1.0])
    >>> optimizer = AdamW([W, b], learning_rate=0.1, weight_decay=0.5)
    >>> optimizer.step()
    >>> W.value, b.value  # no gradient: W shrinks by 0.1 * 0.5
    (array([[ 0.95, -1.9 ]]), array([1.]))

    References
    ----------
    Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization", Algorithm 2. There only the schedule's
    multiplier scales the decay; here, as in PyTorch, the whole rate does. PyTorch decays biases too.
    """

    weight_decay: float = 0.01
    biases: bool = False

    def _update(self, rate: float) -> None:
        for W in weights_of(self.parameters, biases=self.biases):
            W.value *= 1 - rate * self.weight_decay
        super()._update(rate)


def _scaled(x: np.ndarray, v: np.ndarray, rate: float, epsilon: float, *, out: np.ndarray) -> np.ndarray:
    """rate * x / (sqrt(v) + epsilon), computed in `out`: new memory costs more than the arithmetic."""
    np.add(np.sqrt(v, out=out), epsilon, out=out)
    np.divide(x, out, out=out)
    return np.multiply(out, rate, out=out)
