"""What a reader can turn: sliders, choices, toggles, and a play button over one of them.

A control is a row of values with a text for each; how it looks in a notebook or a page is decided elsewhere.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Control:
    """A row of values that a reader can choose from.

    Parameters
    ----------
    kind : {"slider", "choice", "toggle"}
        How it is shown.
    values : tuple
        What the explorer's function gets.
    texts : tuple of str
        What the reader sees, one for each value.
    start : int
        Index of the value shown first.
    label : str
        What stands beside the control; empty means the control's name.
    interval : float
        Seconds between two values while it plays; 0 means no play button.
    """

    kind: str
    values: tuple[Any, ...]
    texts: tuple[str, ...]
    start: int
    label: str = ""
    interval: float = 0.0

    def __len__(self) -> int:
        return len(self.values)

    def described(self) -> str:
        """Say kind, range and start in a few words, for the stored text of a notebook."""
        if self.kind == "slider":
            rest = f"{len(self)} values from {self.texts[0]} to {self.texts[-1]}"
        else:
            rest = " | ".join(self.texts)
        played = ", can play" if self.interval else ""
        return f"{self.kind}, {rest}, starts at {self.texts[self.start]}{played}"


def slider(
    low: float | None = None,
    high: float | None = None,
    *,
    steps: int | None = None,
    values: Sequence[float] | None = None,
    scale: str = "linear",
    start: float | None = None,
    label: str = "",
    digits: int = 3,
) -> Control:
    """Make a slider from `low` to `high`, or over given `values`.

    Parameters
    ----------
    low, high : float
        First and last value. Two integers without `steps` give every integer between them.
    steps : int, at least 2
        How many values, evenly spaced on the scale.
    values : sequence of float
        The values themselves, instead of `low`, `high` and `steps`.
    scale : {"linear", "log"}
        Spacing; "log" needs positive ends.
    start : float
        The value shown first, one of the values; the first one by default.
    label : str
        What stands beside the slider; the control's name by default.
    digits : int
        Significant digits of the texts.

    Returns
    -------
    Control

    Raises
    ------
    ValueError
        If the range is empty or `start` is none of the values.

    Examples
    --------
    >>> slider(1, 4, start=2).values
    (1, 2, 3, 4)
    >>> slider(0.01, 1, steps=3, scale="log").values
    (0.01, 0.1, 1.0)
    """
    if values is not None and (low, high, steps) != (None, None, None):
        raise ValueError("slider expects either low and high or values=[...], got both.")
    row = _spaced(low, high, steps, scale) if values is None else tuple(values)
    for value in row:
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            raise ValueError(f"slider expects finite numbers, got {value!r}; use choice for anything else.")
    if len(set(row)) < len(row):
        raise ValueError(f"slider expects every value once, got {_listed(row)}.")
    if len(row) < 2:
        raise ValueError(f"slider expects at least 2 values, got {len(row)}; widen the range or raise steps.")
    texts = tuple(_text(value, digits) for value in row)
    if len(set(texts)) < len(texts):
        raise ValueError(f"slider shows two of its values as the same text at {digits} digits; raise digits.")
    return Control("slider", row, texts, _position(row, row[0] if start is None else start), label)


def choice(options: Sequence[Any] | Mapping[str, Any], *, start: Any = None, label: str = "") -> Control:
    """Make a choice of a few options.

    Parameters
    ----------
    options : sequence, or mapping of text to value
        What can be chosen.
    start : object
        The value shown first; the first option by default.
    label : str
        What stands beside the choice; the control's name by default.

    Returns
    -------
    Control

    Raises
    ------
    ValueError
        If there are fewer than two options or `start` is none of them.

    Examples
    --------
    >>> choice({"every example": 1, "a batch": 32}).texts
    ('every example', 'a batch')
    """
    if isinstance(options, str):
        raise ValueError(f"choice expects several options, got the text {options!r}; put it into a list.")
    texts = tuple(str(option) for option in options)
    values = tuple(options.values()) if isinstance(options, Mapping) else tuple(options)
    if len(values) < 2:
        raise ValueError(
            f"choice expects at least 2 options, got {len(values)}; add one or drop the control."
        )
    if len(set(texts)) < len(texts):
        raise ValueError(f"choice expects options that read differently, got {_listed(texts)}.")
    return Control("choice", values, texts, _position(values, values[0] if start is None else start), label)


def toggle(start: bool = False, *, label: str = "") -> Control:
    """Make a switch that is off or on.

    Parameters
    ----------
    start : bool
        How it stands first.
    label : str
        What stands beside it; the control's name by default.

    Returns
    -------
    Control

    Examples
    --------
    >>> toggle(True).texts
    ('off', 'on')
    """
    return Control("toggle", (False, True), ("off", "on"), int(bool(start)), label)


def play(control: Control, *, interval: float = 0.6) -> Control:
    """Give a slider a play button that walks through its values.

    Parameters
    ----------
    control : Control
        A slider.
    interval : float
        Seconds between two values, at least 0.1.

    Returns
    -------
    Control

    Raises
    ------
    ValueError
        If the control is no slider or the interval is too short to follow.

    Examples
    --------
    >>> play(slider(0, 10)).interval
    0.6
    """
    if control.kind != "slider":
        raise ValueError(f"play expects a slider, got a {control.kind}; wrap one of the sliders instead.")
    if not 0.1 <= interval < math.inf:
        raise ValueError(f"play expects an interval of at least 0.1 seconds, got {interval}.")
    return replace(control, interval=float(interval))


def _spaced(low: float | None, high: float | None, steps: int | None, scale: str) -> tuple[float, ...]:
    if low is None or high is None:
        raise ValueError("slider expects low and high, or values=[...].")
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(
            f"slider expects low < high, both finite, got {low} and {high}; turn or widen the range."
        )
    if scale not in ("linear", "log"):
        raise ValueError(f"slider expects scale 'linear' or 'log', got {scale!r}.")
    if scale == "log" and low <= 0:
        raise ValueError(f"a log slider expects a positive low, got {low}; start above zero or use 'linear'.")
    if steps is None and isinstance(low, int) and isinstance(high, int) and scale == "linear":
        return tuple(range(low, high + 1))
    count = 24 if steps is None else steps
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 0:
        raise ValueError(f"slider expects steps to be a whole number of at least 2, got {count!r}.")
    row = np.geomspace(low, high, count) if scale == "log" else np.linspace(low, high, count)
    return tuple(float(f"{value:.12g}") for value in row)  # 0.3, not 0.30000000000000004


def _position(values: tuple[Any, ...], start: Any) -> int:
    if start in values:
        return values.index(start)
    raise ValueError(f"start expects one of the control's values ({_listed(values)}), got {start!r}.")


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values[:8]) + (", ..." if len(values) > 8 else "")


def _text(value: float, digits: int) -> str:
    if isinstance(value, (int, np.integer)):
        return f"{value:,}"
    text = f"{value:.{digits}g}"
    return text.replace("-", "\N{MINUS SIGN}") if "e" not in text else text
