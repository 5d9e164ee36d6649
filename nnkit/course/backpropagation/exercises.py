"""Checks of the exercises in the chapter "Backpropagation"; each knows the likely mistakes.

Right answers come from the error itself, by a complex step through a plain forward pass, not from `nnkit`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from nnkit.course.backpropagation.debugging import best_step, rate_for_a_sum, two_layers
from nnkit.course.feedback import Feedback, answer_of, compared

__all__ = [
    "best_step",
    "grad_w1",
    "grad_w5",
    "linear_backward",
    "rate_for_a_sum",
    "slope",
    "tanh_backward",
    "two_layers",
]

_X, _T = np.array([0.05, 0.10]), np.array([0.01, 0.99])
_W1, _W2 = np.array([[0.15, 0.25], [0.20, 0.30]]), np.array([[0.40, 0.50], [0.45, 0.55]])
EXAMPLE = (_X, _W1, _W2, 0.35, 0.60, _T)  # the worked example
OTHER = (
    np.array([0.9, -0.4]),
    _W2 - 1.0,
    3 * _W1,
    0.1,
    -0.2,
    np.array([0.7, 0.2]),
)  # catches typed-in digits


def grad_w5(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 3.1: the derivative of the error by w5.

    Parameters
    ----------
    function : callable
        ``function(x, W1, W2, b1, b2, t) -> float``.

    Returns
    -------
    Feedback
    """

    def mistakes(
        h: np.ndarray, o: np.ndarray, W2: np.ndarray, x: np.ndarray, t: np.ndarray
    ) -> dict[str, float]:
        gap, slope = (o - t)[0], (o * (1 - o))[0]
        return {
            f"You have dE/do times h1, but the output neuron's own slope is missing. "
            f"o * (1 - o) is {slope:.8f} here.": gap * h[0],
            "The sign is turned: you have target minus output. The error falls when the weight goes against "
            "the gradient, so the gradient itself keeps output minus target.": -gap * slope * h[0],
            "You multiplied by the output of h2. w5 starts at h1, so h1 is its factor.": gap * slope * h[1],
            "You multiplied by the input x1. w5 does not start there: it starts at h1.": gap * slope * x[0],
            "There is a factor 2 too much. The half in the error cancels the 2 of the square.": 2
            * gap
            * slope
            * h[0],
        }

    return _checked(function, (1, 0, 0), mistakes, "dE/dw5")


def grad_w1(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 3.2: the derivative of the error by w1.

    Parameters
    ----------
    function : callable
        ``function(x, W1, W2, b1, b2, t) -> float``.

    Returns
    -------
    Feedback
    """

    def mistakes(
        h: np.ndarray, o: np.ndarray, W2: np.ndarray, x: np.ndarray, t: np.ndarray
    ) -> dict[str, float]:
        delta = (o - t) * o * (1 - o)
        slope = (h * (1 - h))[0]
        both = delta @ W2[0]
        return {
            "That is the path through o1 alone. h1 also feeds o2: add the second path.": delta[0]
            * W2[0, 0]
            * slope
            * x[0],
            "That is the path through o2 alone. h1 also feeds o1: add the first path.": delta[1]
            * W2[0, 1]
            * slope
            * x[0],
            f"The slope of h1 is missing: h * (1 - h) is {slope:.8f} here.": both * x[0],
            "Both paths are there, but with the weights that enter o1 (w5, w6). "
            "The weights that leave h1 are w5 and w7.": (delta @ W2[:, 0]) * slope * x[0],
            "The sign is turned: output minus target, not target minus output.": -both * slope * x[0],
            "You multiplied by x2. w1 starts at x1.": both * slope * x[1],
            "That is the delta of h1. Multiply it by the input that w1 starts from.": both * slope,
        }

    return _checked(function, (0, 0, 0), mistakes, "dE/dw1")


def linear_backward(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 3.3: the way back through a layer y = x @ W + b, for a whole batch.

    Parameters
    ----------
    function : callable
        ``function(x, W, dy) -> (dx, dW, db)``.

    Returns
    -------
    Feedback
    """
    rng = np.random.default_rng(3)
    x, W, dy = rng.normal(size=(5, 3)), rng.normal(size=(3, 2)), rng.normal(size=(5, 2))
    answer = answer_of(function, x, W, dy)
    if isinstance(answer, Feedback):
        shapes = (
            "The shapes do not fit: x is (5, 3), W is (3, 2), dy is (5, 2). Which one needs its transpose?"
        )
        return Feedback(False, shapes) if "ValueError" in answer.text else answer
    if not isinstance(answer, (tuple, list)) or len(answer) != 3 or any(part is ... for part in answer):
        return Feedback(False, "Three arrays are expected, in this order: return dx, dW, db.")
    # The loss is sum(y * dy): then dLoss/dy is dy, and each slope is a sum written out.
    rights = {
        "dx": [[sum(dy[i, k] * W[j, k] for k in range(2)) for j in range(3)] for i in range(5)],
        "dW": [[sum(x[i, j] * dy[i, k] for i in range(5)) for k in range(2)] for j in range(3)],
        "db": [sum(dy[i, k] for i in range(5)) for k in range(2)],
    }
    mistakes = {
        "dx": {},
        "dW": {
            "dW has the shape of W turned over: it is x.T @ dy, not dy.T @ x.": dy.T @ x,
            "dW is divided by the batch size. The mean is the loss's business and is in dy already.": x.T
            @ dy
            / 5,
        },
        "db": {
            "db keeps one row per example. One bias serves all of them, so their gradients add.": dy,
            "db is a mean over the batch. The gradients of the examples add.": dy.mean(axis=0),
            "db is summed along the wrong axis: add over examples, not over outputs.": dy.sum(axis=1),
        },
    }
    for (name, right), part in zip(rights.items(), answer, strict=True):
        found = compared(part, right, mistakes[name], name)
        if found is not None:
            return found
    return Feedback(True, "Right. All three agree with the sums written out, entry by entry.")


def tanh_backward(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 3.4: the way back through y = tanh(z), from y alone.

    Parameters
    ----------
    function : callable
        ``function(dy, y) -> dz``.

    Returns
    -------
    Feedback
    """
    z, dy = np.array([[-2.0, -0.3, 0.1], [0.0, 0.7, 3.0]]), np.array([[1.0, -2.0, 3.0], [0.5, 1.5, -1.0]])
    y = np.tanh(z)
    answer = answer_of(function, dy, y)
    if isinstance(answer, Feedback):
        return answer
    mistakes = {
        "That is the slope alone. By the chain rule it multiplies what arrives: dy.": 1 - y**2,
        "That is the slope of the logistic function. The slope of tanh is 1 - tanh(z)^2.": dy * y * (1 - y),
        "You took tanh a second time. y is tanh(z) already.": dy * (1 - np.tanh(y) ** 2),
        "The square is missing: the slope is 1 - y^2, not 1 - y.": dy * (1 - y),
    }
    right = dy * np.imag(np.tanh(z + 1e-30j)) / 1e-30  # a complex step: exact to rounding
    found = compared(answer, right, mistakes, "dz")
    return found or Feedback(
        True, "Right, and cheap: the forward pass had y at hand, so nothing is computed twice."
    )


def slope(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 3.5: a finite difference.

    Parameters
    ----------
    function : callable
        ``function(f, x, step) -> float``.

    Returns
    -------
    Feedback
    """
    f, x, step = np.sin, 0.7, 1e-3
    answer = answer_of(function, f, x, step)
    if isinstance(answer, Feedback):
        return answer
    up, here, down = f(x + step), f(x), f(x - step)
    brackets = "Python divides first: put brackets around f(x + step) - f(x - step) and around 2 * step."
    mistakes = {
        "That is one-sided, from x to x + step. With both sides the error shrinks like the step's square.": (
            (up - here) / step
        ),
        "That is one-sided, from x - step to x. With both sides the error shrinks like the step's square.": (
            (here - down) / step
        ),
        brackets: (up - down) / 2 * step,
        brackets + " ": up - down / (2 * step),
        "The distance between the two points is 2 step, not step.": (up - down) / step,
        "Nearly: divide by the distance between the two points, 2 step.": up - down,
        "The sign is turned: take f above minus f below.": (down - up) / (2 * step),
    }
    found = compared(answer, (up - down) / (2 * step), mistakes, "Your slope", "over both sides it is")
    slope_of_sin = np.cos(x)
    gap = abs((up - down) / (2 * step) - slope_of_sin)
    one_sided = abs((up - here) / step - slope_of_sin)
    said = f"Right. For sin at 0.7 and a step of 0.001 it is off by {gap:.1e}; one-sided, by {one_sided:.1e}."
    return found or Feedback(True, said)


def _checked(
    function: Callable[..., Any],
    place: tuple[int, int, int],
    mistakes: Callable[..., dict[str, float]],
    name: str,
) -> Feedback:
    for arguments in (EXAMPLE, OTHER):
        answer = answer_of(function, *arguments)
        if isinstance(answer, Feedback):
            return answer
        x, W1, W2, b1, b2, t = arguments
        h, o = _forward(x, W1, W2, b1, b2)
        found = compared(answer, _derivative(arguments, place), mistakes(h, o, W2, x, t))
        if found is not None:
            where = (
                "" if arguments is EXAMPLE else "Right for the worked example, but not for another network. "
            )
            return Feedback(False, where + found.text)
    right = _derivative(EXAMPLE, place)
    return Feedback(True, f"Right. {name} = {right:.9f}, and your function is right for another network too.")


def _forward(
    x: np.ndarray, W1: np.ndarray, W2: np.ndarray, b1: float, b2: float
) -> tuple[np.ndarray, np.ndarray]:
    h = 1 / (1 + np.exp(-(x @ W1 + b1)))
    return h, 1 / (1 + np.exp(-(h @ W2 + b2)))


def _derivative(arguments: tuple[Any, ...], place: tuple[int, int, int]) -> float:
    """Differentiate the error by one weight with a complex step: exact to rounding, no subtraction."""
    x, W1, W2, b1, b2, t = arguments
    moved = [W1.astype(complex), W2.astype(complex)]
    layer, row, column = place
    moved[layer][row, column] += 1e-30j
    _, o = _forward(x, moved[0], moved[1], b1, b2)
    return float(np.sum((t - o) ** 2 / 2).imag / 1e-30)
