"""Checks of the exercises on finding mistakes in the chapter "Backpropagation"; each knows the likely ones.

The exercises on deriving a gradient are checked in `exercises`.
"""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from nnkit.course.feedback import Feedback, answer_of, compared

# Of the three mistakes: what it is called, and the array that gives it away.
WRONG_LINES = {
    "mean": "the loss is a mean over the batch, and delta2 does not know it",
    "transpose": "delta1 comes back through the transpose of W2; in a square layer both fit",
    "mask": "ReLU passes a slope on where its unit was active, and delta1 asks something else",
}


def two_layers(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 3.6: a backward pass with three mistakes, repaired.

    Parameters
    ----------
    function : callable
        ``function(x, y, W1, b1, W2, b2) -> (dW1, db1, dW2, db2)``.

    Returns
    -------
    Feedback
    """
    given = _square_problem()
    answer = answer_of(function, *given)
    if isinstance(answer, Feedback):
        return answer
    if not isinstance(answer, (tuple, list)) or len(answer) != 4 or any(part is ... for part in answer):
        return Feedback(False, "Four arrays are expected, in this order: return dW1, db1, dW2, db2.")
    rights = _slopes(given)
    off = {
        name: found
        for (name, right), part in zip(rights.items(), answer, strict=True)
        if (found := compared(part, right, {}, name, "the loss itself says"))
    }
    if not off:
        said = "Right. All four agree with the loss itself, and you have seen three mistakes that fit."
        return Feedback(True, f"{said} {_at_large_logits(function, given)}")
    left = _lines_left(given, tuple(answer))
    if left:
        words = {1: "One line is still wrong", 2: "Two lines are still wrong", 3: "All three are still wrong"}
        return Feedback(False, f"{words[len(left)]}. A hint: {WRONG_LINES[left[0]]}.")
    return next(iter(off.values()))


def rate_for_a_sum(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 3.7: the learning rate that makes a summed loss take the step of a mean loss.

    Parameters
    ----------
    function : callable
        ``function(rate, batch_size) -> float``.

    Returns
    -------
    Feedback
    """
    for rate, size in ((0.1, 32), (0.5, 1), (0.2, 5)):
        answer = answer_of(function, rate, size)
        if isinstance(answer, Feedback):
            return answer
        mistakes = {
            "That is the same rate. A sum's gradient is batch_size times as long, and so is the step.": rate,
            "The wrong way around: a sum's gradient is longer already, so its rate is smaller.": rate * size,
            "The root belongs to the noise of a mean. The length of the gradient grows with size itself.": (
                rate / np.sqrt(size)
            ),
        }
        name = f"For rate {rate:g} and batch size {size}, your function"
        found = compared(answer, rate / size, mistakes, name, "the same step needs")
        if found is not None:
            return found
    return Feedback(True, "Right. And a mean keeps its rate when the batch grows: one reason to prefer it.")


def best_step(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 3.8: the step that makes c h^2 + eps / h smallest.

    Parameters
    ----------
    function : callable
        ``function(eps, c) -> float``.

    Returns
    -------
    Feedback
    """
    for eps, c in ((1.2e-7, 0.25), (2.2e-16, 1.0)):  # the first keeps the mistakes far apart
        answer = answer_of(function, eps, c)
        if isinstance(answer, Feedback):
            return answer
        mistakes = {
            "A square root belongs to the one-sided difference, whose first part is c h.": np.sqrt(eps / c),
            "There both parts are equal; the sum is smallest where 2 c h = eps / h^2.": np.cbrt(eps / c),
            "The 2 stands on the wrong side: 2 c h = eps / h^2.": np.cbrt(2 * eps / c),
            "1/3 without brackets divides by three: write ** (1 / 3), or np.cbrt.": eps / (2 * c) / 3,
            "eps itself is far too small: there the second part, eps / h, is 1.": eps,
        }
        name = f"For eps = {eps:g} and c = {c:g}, your function"
        found = compared(answer, np.cbrt(eps / (2 * c)), mistakes, name, "the sum is smallest at")
        if found is not None:
            return found
    said = f"Right. For float64 and c = 1 it is {np.cbrt(1.1e-16):.0e}, for float32 {np.cbrt(6e-8):.0e}."
    return Feedback(True, said)


def _square_problem() -> tuple[np.ndarray, ...]:
    """Five examples; W2 is square, so that its transpose is not found by its shape."""
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(5, 4)), rng.integers(0, 3, size=5)
    W1, b1 = rng.normal(size=(4, 3)), 0.1 * rng.normal(size=3)
    return x, y, W1, b1, rng.normal(size=(3, 3)), 0.1 * rng.normal(size=3)


def _gradients(given: tuple[np.ndarray, ...], wrong: tuple[str, ...]) -> list[np.ndarray]:
    """The four gradients with the wrong lines that are named."""
    x, y, W1, b1, W2, b2 = given
    h = np.maximum(x @ W1 + b1, 0)
    p = np.exp(h @ W2 + b2)
    delta2 = p / p.sum(axis=1, keepdims=True)
    delta2[np.arange(len(y)), y] -= 1
    delta2 = delta2 / (1 if "mean" in wrong else len(y))
    delta1 = delta2 @ (W2 if "transpose" in wrong else W2.T)
    delta1 = delta1 * (delta1 > 0 if "mask" in wrong else h > 0)
    return [x.T @ delta1, delta1.sum(axis=0), h.T @ delta2, delta2.sum(axis=0)]


def _at_large_logits(function: Callable[..., Any], given: tuple[np.ndarray, ...]) -> str:
    """What becomes of a right answer where the largest logit, if nobody subtracts it, overflows exp."""
    x, y, W1, b1, W2, b2 = given
    with np.errstate(all="ignore"):
        answer = answer_of(function, x, y, W1, b1, W2, b2 + 1000.0)  # the same shares, in exact numbers
    if not isinstance(answer, Feedback) and all(np.isfinite(part).all() for part in answer):
        return "At logits near 1,000 they stay finite, too: you subtract the largest first."
    return (
        "One more thing, which no gradient check at small weights can see: at logits near 1,000 your exp "
        "overflows, and the gradients are nan. Subtract each row's largest logit first, as this page did."
    )


def _lines_left(given: tuple[np.ndarray, ...], answer: tuple[Any, ...]) -> tuple[str, ...]:
    """The wrong lines that explain an answer; none if no choice of them does."""
    for count in (1, 2, 3):
        for wrong in itertools.combinations(WRONG_LINES, count):
            expected = _gradients(given, wrong)
            if all(compared(part, one, {}) is None for part, one in zip(answer, expected, strict=True)):
                return wrong
    return ()


def _slopes(given: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
    """The derivatives of the loss by a complex step: exact to rounding, and no backward pass."""
    x, y, *values = given
    found = {}
    for at, name in enumerate(("dW1", "db1", "dW2", "db2")):
        found[name] = np.zeros(values[at].shape)
        for place in np.ndindex(values[at].shape):
            moved = [value.astype(complex) for value in values]
            moved[at][place] += 1e-30j
            W1, b1, W2, b2 = moved
            z = x @ W1 + b1
            logits = np.where(z.real > 0, z, 0) @ W2 + b2
            losses = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]
            found[name][place] = losses.mean().imag / 1e-30
    return found
