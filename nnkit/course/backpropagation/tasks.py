"""Checks of the tasks that go with the explorers of the chapter "Backpropagation".

Tasks are about looking; what a reader programs is checked in `exercises`.
"""

from collections.abc import Iterable

from nnkit.course.feedback import Feedback


def still_point(a: float, b: float) -> Feedback:
    """Check the task of the small graph: a pair where raising b does not change e, to first order.

    Parameters
    ----------
    a, b : float
        The reader's pair.

    Returns
    -------
    Feedback
    """
    rate = (b + 1) + (a + b)
    if abs(rate) < 1e-9:
        return Feedback(
            True,
            f"Right. The two paths cancel: {b + 1:g} + {a + b:g} = 0. Every pair with a + 2b = -1 does it.",
        )
    if abs(b + 1) < 1e-9 or abs(a + b) < 1e-9:
        return Feedback(
            False,
            f"One path is silent there, the other still moves e at rate {rate:g}. Both must add up to 0.",
        )
    return Feedback(False, f"At a = {a:g}, b = {b:g}, b moves e at rate {rate:g}. You look for a rate of 0.")


def wrong_gradients(names: Iterable[str]) -> Feedback:
    """Check the task of the stepper: the weights whose gradient is wrong in sequential order.

    Parameters
    ----------
    names : iterable of str
        Such as ``["w1", "w2"]``.

    Returns
    -------
    Feedback
    """
    given, wrong = set(names), {"w1", "w2", "w3", "w4"}
    if given == wrong:
        return Feedback(
            True,
            "Right. Only the deltas of the hidden layer pass through weights that were changed too early.",
        )
    if given and given <= {"w5", "w6", "w7", "w8"}:
        return Feedback(
            False,
            "Those four are right: their deltas are computed before anything is updated. Look at the others.",
        )
    if given and given < wrong:
        return Feedback(False, "Those are wrong indeed, but there are more of them.")
    return Feedback(
        False, "Choose sequential order and look at each weight in turn: where do the two gradients part?"
    )
