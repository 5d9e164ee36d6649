"""Checks of the exercises in the chapter "Batch and epoch"; each knows the likely mistakes.

Right answers are counted, or computed from their definition, not with `nnkit`.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from nnkit.course.feedback import Feedback, answer_of, compared


def updates(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 5.1: how many updates a run makes.

    Parameters
    ----------
    function : callable
        ``function(n, batch_size, epochs) -> int``.

    Returns
    -------
    Feedback
    """
    for n, size, epochs in ((200, 5, 1000), (10, 4, 3), (1297, 32, 20), (1297, 128, 7), (10, 16, 3)):
        answer = answer_of(function, n, size, epochs)
        if isinstance(answer, Feedback):
            return answer
        right = sum(1 for _ in range(epochs) for _ in range(0, n, size))
        mistakes = {
            "You dropped the last, smaller batch. It makes an update, too: round up.": n // size * epochs,
            "That counts one epoch.": math.ceil(n / size),
            "That is how many examples are seen. An update sees a whole batch of them.": n * epochs,
            "An update cannot be made in part. Round up within each epoch, then multiply.": n / size * epochs,
            "You let batches reach over the end of an epoch. Round up within each one.": math.ceil(
                n * epochs / size
            ),
        }
        case = f"for n = {n:,}, batches of {size} and {epochs:,} epochs it is"
        found = compared(answer, right, mistakes, truth=f"counted, {case}")
        if found is not None:
            return found
    return Feedback(True, "Right, also for batches that do not divide n, and for one that is larger than n.")


def cut(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 5.2: cut examples and targets into shuffled batches.

    Parameters
    ----------
    function : callable
        ``function(X, y, batch_size, rng) -> list of (x, y)``.

    Returns
    -------
    Feedback
    """
    y = np.arange(100, 123)
    X = np.column_stack([y, -y]).astype(float)
    answer = answer_of(function, X, y, 5, np.random.default_rng(3))
    if isinstance(answer, Feedback):
        return answer
    try:
        found = [(np.asarray(x, dtype=float), np.asarray(t)) for x, t in answer]
    except (TypeError, ValueError):
        return Feedback(False, "A list of pairs is expected, one (x, y) for each batch.")
    if any(x.shape != (len(t), 2) for x, t in found):
        return Feedback(False, "In a batch, x needs a row for every target in y. Take the same rows of both.")
    said = _fault(found, y)
    if said is None and _same_twice(function, X, y):
        said = "The order is the same for every generator. Draw it from rng."
    if said is not None:
        return Feedback(False, said)
    return Feedback(True, "Right: every example once, each with its own target, the rest in a last batch.")


def _fault(found: list[tuple[np.ndarray, np.ndarray]], y: np.ndarray) -> str | None:
    """What is wrong with batches of 5 out of 23 examples, whose x begins with y; None if nothing is."""
    order = np.concatenate([t for _, t in found]) if found else np.array([])
    sizes = [len(t) for _, t in found]
    if any((x[:, 0] != t).any() for x, t in found):
        return _APART
    if len(order) == 20:
        return "The last three examples are missing: a last, smaller batch belongs to the epoch."
    if len(set(order.tolist())) < len(order):
        return "An example comes twice. Draw one order of all rows, then cut it."
    if len(order) != 23:
        return f"23 examples go in, {len(order)} come out."
    if sizes != [5, 5, 5, 5, 3]:
        return f"Batches of 5, 5, 5, 5 and 3 are expected, {_listed(sizes)} came."
    return (
        "Nothing is shuffled. Draw an order first: rng.permutation(len(X))." if (order == y).all() else None
    )


_APART = (
    "Inputs and targets have come apart: some x stand beside the y of another. Use one order for both. In a "
    "real run nothing would warn you; the network would learn noise."
)


def _same_twice(function: Callable[..., Any], X: np.ndarray, y: np.ndarray) -> bool:
    first, second = (
        np.concatenate([t for _, t in function(X.copy(), y.copy(), 5, np.random.default_rng(seed))])
        for seed in (3, 4)
    )
    return bool((first == second).all())


def _listed(sizes: list[int]) -> str:
    return ", ".join(map(str, sizes[:-1])) + f" and {sizes[-1]}" if len(sizes) > 1 else str(sizes)


def full_gradient(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 5.3: the full gradient from the mean gradients of batches of unequal size.

    Parameters
    ----------
    function : callable
        ``function(gradients, sizes) -> ndarray``: a row of `gradients` for each batch.

    Returns
    -------
    Feedback
    """
    rng = np.random.default_rng(1)
    single = rng.normal(size=(11, 3))
    parts = np.split(single, [4, 8])
    gradients, sizes = np.array([part.mean(axis=0) for part in parts]), np.array([4, 4, 3])
    answer = answer_of(function, gradients, sizes)
    if isinstance(answer, Feedback):
        return answer
    mistakes = {
        "That is the plain mean: the three examples of the last batch count too much. Weigh by size.": (
            gradients.mean(axis=0)
        ),
        "You weighed, but forgot to divide by the number of all examples.": sizes @ gradients,
        "That is a sum of means. Weigh each by its size and divide by all examples.": gradients.sum(axis=0),
        "You divided by the number of batches. The weights add up to the number of examples.": (
            sizes @ gradients / 3
        ),
        "Turned around: the smaller batch gets more weight. Multiply by the size.": (
            (1 / sizes) @ gradients / (1 / sizes).sum()
        ),
    }
    found = compared(
        answer, single.mean(axis=0), mistakes, "The gradient", "averaged over all examples, it is"
    )
    return found or Feedback(True, "Right. Each example has the same say again.")


def batch_for(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 5.4: the smallest batch whose noise is at most 1/k of a single example's.

    Parameters
    ----------
    function : callable
        ``function(k, n) -> int``, with whole k and n.

    Returns
    -------
    Feedback
    """
    for k, n in ((10, 1297), (4, 60_000), (2, 10), (6, 25)):
        answer = answer_of(function, k, n)
        if isinstance(answer, Feedback):
            return answer
        # From the law itself, in whole numbers: no rounding error decides.
        right = next(m for m in range(1, n + 1) if k**2 * (n - m) <= m * (n - 1))
        exact = n * k**2 / (k**2 + n - 1)
        mistakes = {
            "You left out the second factor, which says that the examples run out. Solve the whole law.": k
            ** 2,
            "The law is about squared distances. A share of the length is its root.": math.ceil(
                n * k / (k + n - 1)
            ),
            "Nearly: a batch has a whole number of examples. Round up, for less noise, not more.": exact,
            "You rounded down, and the noise is a bit too long.": math.floor(exact),
            "A single example has all the noise. It shall be 1/k as long, not k times.": 1,
        }
        if exact == right:
            mistakes[
                f"Nearly: for k = {k} and n = {n} the law gives {right} exactly, and one more came. Rounding "
                "up adds nothing to a whole number. If a rounding error did it, divide whole numbers."
            ] = right + 1
        case = f"tried one by one, for k = {k} and n = {n:,} it is"
        found = compared(answer, right, mistakes, truth=case)
        if found is not None:
            return found
    return Feedback(
        True, "Right. To shorten the noise tenfold you pay 100 examples, or a few less if n is small."
    )


def one_epoch(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 5.5: an epoch of a linear model, with its three slips mended.

    Parameters
    ----------
    function : callable
        ``function(X, y, w, rate, size, rng) -> ndarray``.

    Returns
    -------
    Feedback
    """
    data = np.random.default_rng(5)
    X, w = data.normal(size=(10, 2)), np.array([0.5, -1.0])
    y = X @ np.array([1.0, 2.0])
    for n, size in ((8, 4), (10, 4)):
        answer = answer_of(function, X[:n], y[:n], w, 0.1, size, np.random.default_rng(0))
        if isinstance(answer, Feedback):
            return answer
        slipped = partial(_walked, X[:n], y[:n], w, size)
        mistakes = {
            "The last batch is still left out. range ends before its end: len(X) is the end.": slipped(
                end=size
            ),
            "The gradient is still a sum. Divide by how many rows are in the batch.": slipped(mean="sum"),
            "You divide by size. The last batch is smaller: divide by len(rows).": slipped(mean="size"),
            "The order is still the same in every epoch. Draw it from rng.": slipped(shuffle=False),
            "The last batch is left out, and the gradient is a sum.": slipped(end=size, mean="sum"),
            "The last batch is left out, and the order is not drawn.": slipped(end=size, shuffle=False),
            "The gradient is a sum, and the order is not drawn.": slipped(mean="sum", shuffle=False),
            "All three slips are still there.": slipped(end=size, mean="sum", shuffle=False),
        }
        right = _walked(X[:n], y[:n], w, size)
        found = compared(answer, right, mistakes, "The weight after one epoch", "written out, it is")
        if found is not None:
            return found
    return Feedback(True, "Right: a drawn order, every batch, and a mean over the rows that are in it.")


def _walked(
    X: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    size: int,
    *,
    end: int = 0,
    mean: str = "rows",
    shuffle: bool = True,
) -> np.ndarray:
    """One epoch over squared errors at rate 0.1, example by example, with the slips that are named."""
    order = np.random.default_rng(0).permutation(len(X)) if shuffle else np.arange(len(X))
    w = w.copy()
    for start in range(0, len(X) - end, size):
        rows = order[start : start + size]
        step = sum((X[i] @ w - y[i]) * X[i] for i in rows)
        w = w - 0.1 * step / {"rows": len(rows), "size": size, "sum": 1}[mean]
    return w


def equal_updates(function: Callable[..., Any]) -> Feedback:
    """Check Exercise 5.6: how many epochs a large batch needs for the updates of a small one.

    Parameters
    ----------
    function : callable
        ``function(n, small, large, epochs) -> int``.

    Returns
    -------
    Feedback
    """
    for n, small, large, epochs in (
        (1297, 32, 1297, 20),
        (1297, 2, 128, 1),
        (1297, 32, 128, 3),
        (1000, 10, 300, 3),
    ):
        answer = answer_of(function, n, small, large, epochs)
        if isinstance(answer, Feedback):
            return answer
        wanted = epochs * math.ceil(n / small)
        right, made = 0, 0
        while made < wanted:
            right, made = right + 1, made + math.ceil(n / large)
        mistakes = {
            "Nearly: batches that do not divide n round up, within each epoch. Count both.": (
                epochs * large / small
            ),
            "Nearly: round up within each epoch, before you divide.": math.ceil(epochs * large / small),
            "Turned around: the larger batch needs more epochs, not fewer.": epochs * small / large,
            "That is the number of updates. How many epochs of the large batch are that?": wanted,
            "Nearly: an epoch is whole or not at all. Round up.": wanted / math.ceil(n / large),
            "Nearly: with the last epoch left out, there are too few updates. Round up.": (
                wanted // math.ceil(n / large)
            ),
        }
        case = f"for n = {n:,}, {small} against {large} and {epochs} epochs it is"
        found = compared(answer, right, mistakes, truth=f"counted, {case}")
        if found is not None:
            return found
    return Feedback(True, "Right. For 820 updates the full batch has to see every digit 820 times.")
