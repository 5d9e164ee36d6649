"""Checks of the tasks that go with the explorers of the chapter "Backpropagation".

Tasks are about looking; what a reader programs is checked in `exercises`.
"""

import re
from collections.abc import Iterable

from nnkit.course.backpropagation import wishes
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
        said = f"Right. The two paths cancel: {b + 1:g} + {a + b:g} = 0. Every pair with a + 2b = -1 does it."
        return Feedback(True, said.replace("+ -", "- "))
    if abs(b + 1) < 1e-9 or abs(a + b) < 1e-9:
        said = f"One path is silent there, the other still moves e at rate {rate:g}. Both must add up to 0."
        return Feedback(False, said)
    return Feedback(False, f"At a = {a:g}, b = {b:g}, b moves e at rate {rate:g}. You look for a rate of 0.")


def wrong_gradients(names: Iterable[str]) -> Feedback:
    """Check the task of the stepper: the weights whose gradient is wrong in sequential order.

    Parameters
    ----------
    names : iterable of str
        Such as ``["w1", "w2"]``; ``"w1 w2"`` is understood too.

    Returns
    -------
    Feedback
    """
    text = names if isinstance(names, str) else " ".join(map(str, names))
    given, wrong = set(re.findall(r"w\d", text.lower())), {"w1", "w2", "w3", "w4"}
    if given == wrong:
        said = "Right. Only the deltas of the hidden layer pass through weights that were changed too early."
        return Feedback(True, said)
    if given and given <= {"w5", "w6", "w7", "w8"}:
        said = (
            "w5 to w8 have the right gradient: their deltas are computed before anything is updated. "
            "You look for the wrong ones."
        )
        return Feedback(False, said)
    if given and given < wrong:
        return Feedback(False, "Those are wrong indeed, but there are more of them.")
    said = "Choose sequential order and look at each weight in turn: where do the two gradients part?"
    return Feedback(False, said)


def images_needed(before: int, after: int) -> Feedback:
    """Check the task of the wishes: how many images reach a cosine of 0.8 to the average of all.

    Parameters
    ----------
    before, after : int
        The fewest on the slider, before training and after 20 epochs.

    Returns
    -------
    Feedback
    """
    for when, epochs, given in (("Before training", 0, before), ("After 20 epochs", 20, after)):
        short = [at for at, images in enumerate(wishes.IMAGES) if wishes.alignment(0, epochs, images) < 0.8]
        fewest = wishes.IMAGES[max(short) + 1]
        if given not in wishes.IMAGES:
            choices = ", ".join(f"{images:,}" for images in wishes.IMAGES)
            return Feedback(False, f"{when}: give a number that is on the slider, one of {choices}.")
        if given != fewest:
            reached = wishes.alignment(0, epochs, given)
            hint = "fewer will do" if given > fewest else "that is not enough"
            return Feedback(False, f"{when}: {given:,} images reach a cosine of {reached:.2f}; {hint}.")
    return Feedback(True, "Right. What a handful could say for all at first, only all can say in the end.")
