"""Checks of the tasks that go with the explorers of the chapter "Backpropagation".

Tasks are about looking; what a reader programs is checked in `exercises`.
"""

import re
from collections.abc import Iterable

from nnkit.course.backpropagation import checking, mutants, shapes, wishes
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
    return Feedback(True, "Right. What a few can say for all at first, only nearly all can say in the end.")


def zero_with_a_slope(x: float, y: float, z: float) -> Feedback:
    """Check the task of the gates: with the multiply gate, f = 0 and yet df/dx = 20.

    Parameters
    ----------
    x, y, z : float
        The reader's inputs.

    Returns
    -------
    Feedback
    """
    f, rate = x * y * z, y * z
    if f == 0 and rate == 20:
        said = "Right. x is 0 and so is f, yet x moves f at rate y · z = 20. A slope asks for the others."
        return Feedback(True, said)
    if rate == 20:
        return Feedback(False, f"The slope is 20, but f = {f:g}. Which input may be 0 and leave y · z alone?")
    if f == 0:
        said = f"f is 0, but x moves it at rate y · z = {rate:g}. Multiply swaps: look at the others."
        return Feedback(False, said)
    return Feedback(False, f"Here f = {f:g} and df/dx = y · z = {rate:g}. You look for 0 and 20.")


def a_quarter(inputs: int, outputs: int) -> Feedback:
    """Check the task of the two directions: backward costs a quarter of forward.

    Parameters
    ----------
    inputs, outputs : int
        Size of the graph.

    Returns
    -------
    Feedback
    """
    if inputs == 4 * outputs:
        said = "Right. Both bills hold the same arrows, so only the sweeps count: 4 inputs, 1 output."
        return Feedback(True, said)
    if outputs == 4 * inputs:
        return Feedback(False, "That is the other way around: there, forward costs a quarter of backward.")
    said = f"There, forward takes {inputs} sweeps and backward {outputs}. You look for four times as many."
    return Feedback(False, said)


def silent_shapes(batch: int, n_in: int, n_out: int) -> Feedback:
    """Check the task of the shape checker: delta @ W passes unnoticed, and x @ delta does not fit.

    Parameters
    ----------
    batch, n_in, n_out : int
        Sizes of the layer.

    Returns
    -------
    Feedback
    """
    first = shapes.attempt("delta @ W", batch, n_in, n_out)["verdict"]
    second = shapes.attempt("x @ delta", batch, n_in, n_out)["verdict"]
    if first == "silent" and second == "refused":
        said = "Right. In a square layer W fits both ways; only as many examples as inputs would hide both."
        return Feedback(True, said)
    if first == "right":
        return Feedback(False, "With one input and one output, δ @ W is right: W is its own transpose.")
    if first != "silent":
        said = f"With {n_in} inputs and {n_out} outputs, NumPy refuses δ @ W. When does W fit both ways?"
        return Feedback(False, said)
    return Feedback(
        False, f"δ @ W is silent there, but x @ δ multiplies too: m is {batch}, as many as inputs."
    )


def steps_found(kink: float, one_sided: float) -> Feedback:
    """Check the task of the steps: the largest right step near a kink, and the best one-sided step.

    Parameters
    ----------
    kink : float
        The largest step whose central difference is right to 1e-7, ReLU near a kink.
    one_sided : float
        The step with the smallest error, tanh, one-sided.

    Returns
    -------
    Feedback
    """
    asked = (
        ("Near the kink", kink, 1e-5, checking.NETWORKS[2], "central"),
        ("One-sided", one_sided, 1e-7, "tanh", "one-sided"),
    )
    for where, given, right, network, side in asked:
        if given not in checking.STEPS:
            return Feedback(False, f"{where}: give a step that is on the slider, such as 1e-3.")
        if given != right:
            off = checking.error(network, 0, given, side)
            better = "smaller" if given > right else "larger"
            return Feedback(
                False, f"{where}: at {given:.0e} the error is {off:.0e}. A {better} step does better."
            )
    return Feedback(True, "Right. Below the kink's distance, and where the two slopes of the curve meet.")


def hiding_places(mask: str, transpose: str, mean: str) -> Feedback:
    """Check the task of the mutants: at which input each of three mutants hides.

    Parameters
    ----------
    mask, transpose, mean : str
        One of ``mutants.INPUTS`` for the missing mask, the missing transpose and the forgotten mean.

    Returns
    -------
    Feedback
    """
    asked = {"missing mask": mask, "missing transpose": transpose, "forgotten mean": mean}
    for mutant, place in asked.items():
        if place not in mutants.INPUTS:
            return Feedback(False, f"{mutant}: give one of {', '.join(map(repr, mutants.INPUTS))}.")
        if mutants.worst(mutant, place) > mutants.CAUGHT:
            return Feedback(False, f"{mutant}: at {place!r} it is caught. Where does it change nothing?")
    said = "Right. So check several examples, at random weights, with some units at rest."
    return Feedback(True, said)
