"""Clipping: bounds on the gradients, before an optimizer reads them.

When it happens within a step is decided in `nnkit.training`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnkit.arguments import check_number
from nnkit.parameter import Parameters, as_parameters


@dataclass(frozen=True)
class _Limit:
    limit: float

    def __post_init__(self) -> None:
        check_number(type(self).__name__, "limit", self.limit, "(0, inf)", "1.0 is usual")


class ClipByValue(_Limit):
    """Cuts every entry of every gradient to [-limit, limit], in place. The direction may change.

    Parameters
    ----------
    limit : float > 0

    Raises
    ------
    ValueError
        If the limit is not positive and finite.
    TypeError
        If it is no number.

    Examples
    --------
    >>> from nnkit import Parameter
    >>> p = Parameter([0.0, 0.0])
    >>> p.grad += [3.0, -0.5]
    >>> clip = ClipByValue(1.0)  # Trainer(..., clip=clip)
    >>> clip(p)
    >>> p.grad
    array([ 1. , -0.5])

    References
    ----------
    Goodfellow, Bengio & Courville 2016, "Deep Learning", section 10.11.1, for both ways of clipping.
    """

    def __call__(self, parameters: Parameters) -> None:
        """Clip the gradients of one Parameter or several."""
        for parameter in as_parameters("ClipByValue", parameters):
            np.clip(parameter.grad, -self.limit, self.limit, out=parameter.grad)


class ClipByNorm(_Limit):
    """Scales all gradients together, in place, so that their joint norm is at most `limit`.

    norm = sqrt(sum of g^2 over all entries of all gradients); if norm > limit, g becomes g limit / norm. The
    direction stays. A norm that is NaN or infinite changes nothing, so that the next loss shows it.

    Parameters
    ----------
    limit : float > 0

    Raises
    ------
    ValueError
        If the limit is not positive and finite.
    TypeError
        If it is no number.

    Examples
    --------
    >>> from nnkit import Parameter
    >>> p, q = Parameter([0.0]), Parameter([0.0])
    >>> p.grad += 3.0
    >>> q.grad += 4.0
    >>> clip = ClipByNorm(1.0)  # Trainer(..., clip=clip)
    >>> clip([p, q])
    5.0
    >>> p.grad, q.grad
    (array([0.6]), array([0.8]))

    References
    ----------
    Pascanu, Mikolov & Bengio 2013, "On the Difficulty of Training Recurrent Neural Networks", Algorithm 1.
    PyTorch adds 1e-6 to the norm; here the limit is met to rounding.
    """

    def __call__(self, parameters: Parameters) -> float:
        """Clip the gradients of one Parameter or several; return their joint norm before."""
        gradients = [parameter.grad for parameter in as_parameters("ClipByNorm", parameters)]
        # in float64, where the square of no float32 overflows
        norm = math.hypot(*(np.linalg.norm(g.astype(np.float64, copy=False)) for g in gradients))
        if self.limit < norm < math.inf:
            for gradient in gradients:
                gradient *= self.limit / norm
        return norm
