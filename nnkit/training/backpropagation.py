"""One batch forward and backward, in the one order that is right.

What happens with the gradients afterwards belongs to `nnkit.optimizers` and `trainer`.
"""

from __future__ import annotations

import numpy as np

from nnkit.arguments import as_numbers, check_bool, check_int, check_kind
from nnkit.layers import Layer
from nnkit.losses import Loss
from nnkit.parameter import Parameter
from nnkit.training.arguments import Data


def backpropagate(
    model: Layer, loss: Loss, x: np.ndarray, y: np.ndarray, *, training: bool = True, parts: int = 1
) -> float:
    """The loss of one batch; afterwards every `Parameter.grad` holds its gradient.

    The one place that says what happens in which order: forward, loss, gradients to zero, backward.

    A batch too large for the memory goes through in parts. The gradients of n_1 + ... + n_k = n examples add
    up as sum(n_i / n * gradient_i): up to rounding that of the whole batch, if the loss is a mean over
    examples and no layer looks at the batch as a whole, as batch normalization does.

    Parameters
    ----------
    model : Layer
    loss : Loss
    x, y : array_like, shape (batch, ...)
        The input, and the target as the loss expects it.
    training : bool
        Handed to the layers.
    parts : int >= 1
        In how many parts of equal length, up to one example, the batch goes through the model.

    Returns
    -------
    float
        The loss before any update.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind, or x or y does not hold real numbers.
    ValueError
        If the batch is empty, or `parts` is below 1.

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
    check_kind("backpropagate", "model", model, Layer)
    check_kind("backpropagate", "loss", loss, Loss)
    x, y = as_numbers("backpropagate", "x", x), as_numbers("backpropagate", "y", y)
    training = check_bool("backpropagate", "training", training)
    parts = check_int("backpropagate", "parts", parts)
    return run(model, loss, (x, y), model.parameters(), training=training, parts=parts)


def run(
    model: Layer, loss: Loss, batch: Data, parameters: list[Parameter], *, training: bool, parts: int
) -> float:
    """`backpropagate`, the checks aside; whoever runs many batches gathers the parameters once."""
    x, y = batch
    parts, value = min(parts, len(x)), 0.0
    pieces = zip(np.array_split(x, parts), np.array_split(y, parts), strict=True) if parts > 1 else [batch]
    for number, (x_part, y_part) in enumerate(pieces):
        prediction, cache = model.forward(x_part, training)
        part_value, gradient = loss.value_and_gradient(prediction, y_part)
        for parameter in parameters if number == 0 else ():
            parameter.expire_grad()
        share = len(x_part) / len(x)
        model.add_gradients(gradient if parts == 1 else share * gradient, cache)
        value += share * part_value
    for parameter in parameters:
        parameter.grad  # noqa: B018 - looked at, what no layer wrote to becomes zero
    return value
