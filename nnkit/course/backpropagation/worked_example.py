"""The worked example of Mazur 2015, two inputs, two hidden neurons, two outputs, run with `nnkit`.

Only the network and its rounds; what the stepper shows of them stands in `stepper`.
"""

from functools import lru_cache

import numpy as np

import nnkit
from nnkit.layers import Linear, Sigmoid
from nnkit.models import Sequential

X = np.array([[0.05, 0.10]])
TARGET = np.array([[0.01, 0.99]])
LEARNING_RATE = 0.5
ORDERS = ("simultaneous", "sequential")
# Name of a weight -> (layer in the network, row, column). w1 and w2 lead to h1, w3 and w4 to h2, and so on.
PLACES = {
    "w1": (0, 0, 0),
    "w2": (0, 1, 0),
    "w3": (0, 0, 1),
    "w4": (0, 1, 1),
    "w5": (2, 0, 0),
    "w6": (2, 1, 0),
    "w7": (2, 0, 1),
    "w8": (2, 1, 1),
}
LOSS = nnkit.MeanSquaredError()  # with two outputs: the sum of their half squares


def network() -> Sequential:
    """Return the network with the weights and biases that Mazur starts from.

    Returns
    -------
    Sequential
        Linear, Sigmoid, Linear, Sigmoid; weights (2, 2).

    Examples
    --------
    >>> float(round(LOSS.value(network()(X), TARGET), 9))
    0.298371109
    """
    rng = np.random.default_rng(0)  # every drawn weight is overwritten below
    model = Sequential(Linear(2, 2, rng=rng), Sigmoid(), Linear(2, 2, rng=rng), Sigmoid())
    model[0].W.value[...] = [[0.15, 0.25], [0.20, 0.30]]
    model[0].b.value[...] = 0.35
    model[2].W.value[...] = [[0.40, 0.50], [0.45, 0.55]]
    model[2].b.value[...] = 0.60
    return model


def weights(model: Sequential) -> dict[str, float]:
    """Return the eight weights by their names.

    Parameters
    ----------
    model : Sequential
        What :func:`network` made.

    Returns
    -------
    dict of str to float
    """
    return {name: float(model[layer].W.value[row, column]) for name, (layer, row, column) in PLACES.items()}


def update(model: Sequential, order: str) -> float:
    """Train the eight weights for one round; the biases stay, as in the published example.

    Parameters
    ----------
    model : Sequential
        Changed in place.
    order : {"simultaneous", "sequential"}
        "simultaneous" takes all gradients at the old weights. "sequential" updates the output weights first
        and sends the deltas back through the new ones: a mistake, and the one behind a published figure.

    Returns
    -------
    float
        The error before the update.
    """
    if order not in ORDERS:
        raise ValueError(f"update expects order 'simultaneous' or 'sequential', got {order!r}.")
    hidden, output = model[0].W, model[2].W
    if order == "sequential":
        error = _backward_through_new_weights(model)
    else:
        error = nnkit.backpropagate(model, LOSS, X, TARGET)
        output.value -= LEARNING_RATE * output.grad
    hidden.value -= LEARNING_RATE * hidden.grad
    return error


def _backward_through_new_weights(model: Sequential) -> float:
    """Do what `backpropagate` does, but change the output weights on the way back: the mistake itself."""
    first, first_sigmoid, second, second_sigmoid = model
    h, h_cache = first_sigmoid.forward(first(X))
    y, y_cache = second_sigmoid.forward(second(h))
    error, dy = LOSS.value_and_gradient(y, TARGET)
    delta_output = second_sigmoid.backward(dy, y_cache)
    second.W.grad[...] = h.T @ delta_output
    second.W.value -= LEARNING_RATE * second.W.grad
    delta_hidden = first_sigmoid.backward(delta_output @ second.W.value.T, h_cache)
    first.W.grad[...] = X.T @ delta_hidden
    return error


@lru_cache(maxsize=4)
def run(order: str, rounds: int = 10_000) -> tuple[np.ndarray, np.ndarray]:
    """Train for many rounds and keep everything.

    Parameters
    ----------
    order : {"simultaneous", "sequential"}
        See :func:`update`.
    rounds : int
        How many updates.

    Returns
    -------
    weights : ndarray, shape (rounds + 1, 8)
        w1 to w8 before each round, and after the last.
    errors : ndarray, shape (rounds + 1,)
        The error at each of these weights.
    """
    model = network()
    kept, errors = np.empty((rounds + 1, 8)), np.empty(rounds + 1)
    for number in range(rounds):
        kept[number] = list(weights(model).values())
        errors[number] = update(model, order)
    kept[rounds], errors[rounds] = list(weights(model).values()), LOSS.value(model(X), TARGET)
    return kept, errors


def with_weights(values: np.ndarray) -> Sequential:
    """Return the network with other weights.

    Parameters
    ----------
    values : ndarray, shape (8,)
        w1 to w8.

    Returns
    -------
    Sequential
    """
    model = network()
    for (layer, row, column), value in zip(PLACES.values(), values, strict=True):
        model[layer].W.value[row, column] = value
    return model
