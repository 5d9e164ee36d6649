"""A guess before the result: the question that an explorer asks before it shows anything.

How it is asked belongs to the page and to the widget.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Prediction:
    """A question with the answers that a reader can choose from. Made by :func:`predict`.

    Parameters
    ----------
    question : str
        What the reader is to predict.
    options : tuple of str
        The answers to choose from.
    answer : int or None
        Index of the right answer; None if the result itself is the answer.
    """

    question: str
    options: tuple[str, ...]
    answer: int | None = None


def predict(question: str, options: Sequence[str], answer: str | None = None) -> Prediction:
    """Ask for a guess before an explorer shows its result.

    Parameters
    ----------
    question : str
        What the reader is to predict, about the state that is shown first.
    options : sequence of str
        At least two answers that read differently.
    answer : str, optional
        The right one of the options; without it the reader compares the guess with what is seen.

    Returns
    -------
    Prediction
        Pass it on: ``explore(..., predict=predict(...))``.

    Raises
    ------
    TypeError
        If the question or an option is no text.
    ValueError
        If the question is empty, there are fewer than two options or two that read the same, or `answer`
        is none of them.

    Examples
    --------
    >>> predict("Which way will it go?", ["up", "down"], answer="down").answer
    1
    """
    if not isinstance(question, str):
        raise TypeError(f"predict expects the question as text, got {type(question).__name__}.")
    if not question.strip():
        raise ValueError("predict expects a question, got an empty text.")
    if isinstance(options, str):
        raise ValueError(f"predict expects several options, got the text {options!r}; put it into a list.")
    texts = tuple(options)
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"predict expects options that are texts, got {text!r}; write {str(text)!r}.")
    if len(texts) < 2:
        raise ValueError(f"predict expects at least 2 options, got {len(texts)}; add what else could happen.")
    if len(set(texts)) < len(texts):
        raise ValueError(f"predict expects options that read differently, got {', '.join(texts)}.")
    if answer is not None and answer not in texts:
        raise ValueError(f"predict expects answer to be one of {', '.join(texts)}, got {answer!r}.")
    return Prediction(question.strip(), texts, None if answer is None else texts.index(answer))
