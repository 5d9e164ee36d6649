"""One batch forward and backward, in the one order that is right.

What happens with the gradients afterwards belongs to `nnkit.optimizers` and `trainer`.
"""

from __future__ import annotations

import numpy as np

from nnkit.layers import Layer
from nnkit.losses import Loss

__all__ = ["backpropagate"]


def backpropagate(model: Layer, loss: Loss, x: np.ndarray, y: np.ndarray, *, training: bool = True) -> float:
    """The loss of one batch; afterwards every `Parameter.grad` holds its gradient.

    This is the one place that says what happens in which order: gradients to zero, forward, loss, backward.

    Parameters
    ----------
    model : Layer
    loss : Loss
    x, y : ndarray, shape (batch, ...)
        The input, and the target as the loss expects it.
    training : bool
        Handed to the layers.

    Returns
    -------
    float
        The loss before any update.

    Examples
    --------
    >>> from nnkit import Linear, MeanSquaredError
    >>> model = Linear(1, 1, rng=np.random.default_rng(0))
    >>> model.W.value[...] = 3.0
    >>> backpropagate(model, MeanSquaredError(), np.array([[2.0]]), np.array([[5.0]]))  # (3 * 2 - 5)^2
    1.0
    >>> model.W.grad  # 2 * (3 * 2 - 5) * 2
    array([[4.]])
    """
    for parameter in model.parameters():
        parameter.grad.fill(0)
    prediction, cache = model.forward(x, training)
    value, gradient = loss.value_and_gradient(prediction, y)
    model.add_gradients(gradient, cache)
    return value
