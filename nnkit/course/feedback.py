"""What a check answers: right or not, and in words what probably happened.

Which mistakes are likely is known where the exercise is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

RELATIVE, ABSOLUTE = 1e-6, 1e-12  # how close an answer has to come


@dataclass(frozen=True, repr=False)
class Feedback:
    """The answer of a check; shows as its text.

    Parameters
    ----------
    right : bool
        Whether the exercise is solved.
    text : str
        What to say to the reader.
    """

    right: bool
    text: str

    def __repr__(self) -> str:
        return self.text


def answer_of(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a reader's function on copies of its arguments and return what came, or say why nothing did.

    Parameters
    ----------
    function : callable
        What the reader wrote.
    *arguments
        What it is called with.

    Returns
    -------
    object or Feedback
    """
    try:
        answer = function(*(np.copy(each) if isinstance(each, np.ndarray) else each for each in arguments))
    except Exception as error:
        return Feedback(False, f"Your function stopped with {type(error).__name__}: {error}.")
    if answer is None or answer is ...:
        return Feedback(False, "Nothing came back yet. End your function with return and your result.")
    return answer


def compared(
    answer: Any,
    right: Any,
    mistakes: Mapping[str, Any],
    name: str = "Your function",
    truth: str = "measured on the error itself, it is",
) -> Feedback | None:
    """Compare an answer with the right one and with what known mistakes would give.

    Parameters
    ----------
    answer, right : float or ndarray
        The reader's result and the true one.
    mistakes : mapping of text to float or ndarray
        What to say, for each result that a likely mistake leads to.
    name : str
        What the result is called in the answer.
    truth : str
        What stands before the right number in the answer.

    Returns
    -------
    Feedback or None
        None if the answer is right.
    """
    right = np.asarray(right)
    try:
        given = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return Feedback(False, f"{name}: numbers are expected, {type(answer).__name__} came.")
    for text, wrong in mistakes.items():
        if _same(given, wrong) and not _same(given, right):
            return Feedback(False, text)
    if right.size == 1 and given.size != 1:
        return Feedback(False, f"{name}: one number is expected, {given.size} came.")
    if given.shape != right.shape and not given.size == right.size == 1:
        return Feedback(False, f"{name}: shape {right.shape} is expected, shape {given.shape} came.")
    if not np.isfinite(given).all():
        return Feedback(False, f"{name}: finite numbers are expected, {answer!r} came.")
    if _same(given.reshape(right.shape), right):
        return None
    place = np.unravel_index(np.argmax(np.abs(given.reshape(right.shape) - right)), right.shape)
    got, true = float(given.reshape(right.shape)[place]), float(right[place])
    where = f" at {tuple(int(at) for at in place)}" if place else ""
    return Feedback(False, f"{name} gives {got:.9g}{where}; {truth} {true:.9g}.")


def _same(answer: np.ndarray, other: Any) -> bool:
    if np.shape(answer) != np.shape(other):
        return False
    return bool(np.allclose(answer, other, rtol=RELATIVE, atol=ABSOLUTE))
