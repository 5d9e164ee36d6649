"""One explorer's states: from control values to numbers, a picture or slot texts, and a sentence.

Widgets and pages show what a scene gives; they compute nothing.
"""

import inspect
import itertools
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from nnkit.explore.controls import Control
from nnkit.explore.prediction import Prediction
from nnkit.explore.template import Template
from nnkit.plots.style import book_style

PICTURE_STATES, TEMPLATE_STATES = 200, 20_000  # more would make a page heavy and its build slow


class ExplorerError(RuntimeError):
    """An explorer's function failed; the text names explorer, state and mend."""


@dataclass(frozen=True)
class Shot:
    """What one state shows.

    Parameters
    ----------
    sentence : str
        What is to be seen, in words.
    figure : Figure or None
        The picture of a picture explorer.
    texts : dict of str to str
        The slots of a template explorer.
    frame : dict
        What `compute` gave; empty without it.
    """

    sentence: str
    figure: Figure | None = None
    texts: dict[str, str] = field(default_factory=dict)
    frame: dict[str, Any] = field(default_factory=dict)

    @property
    def numbers(self) -> dict[str, float]:
        """The scalars of the frame."""
        return scalars(self.frame)


def scalars(frame: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is a single number in a frame; a truth value is none."""
    kinds = (int, float, np.integer, np.floating)
    return {
        name: value
        for name, value in frame.items()
        if isinstance(value, kinds) and not isinstance(value, bool)
    }


@dataclass(frozen=True)
class Scene:
    """A named explorer: its functions, its controls and, if it has them, its template and its question."""

    name: str
    draw: Callable[..., Any]
    compute: Callable[..., Mapping[str, Any]] | None
    controls: dict[str, Control]
    template: Template | None = None
    size: tuple[float, float] = (6.4, 3.2)
    prediction: Prediction | None = None
    start: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not self.controls:
            raise ValueError(
                f"explorer {self.name!r} expects at least one control, such as slope=slider(0, 5)."
            )
        self._check_names()
        self._check_picks()
        limit = TEMPLATE_STATES if self.template else PICTURE_STATES
        if self.states > limit:
            counts = " x ".join(f"{len(control)} {name}" for name, control in self.controls.items())
            raise ValueError(
                f"explorer {self.name!r} has {self.states} states ({counts}), the limit is {limit}; "
                f"take fewer values, about {math.ceil(self.states / limit)} times fewer states."
            )
        object.__setattr__(self, "start", tuple(control.start for control in self.controls.values()))

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of values of each control."""
        return tuple(len(control) for control in self.controls.values())

    @property
    def states(self) -> int:
        """The number of all combinations."""
        return math.prod(self.shape)

    def positions(self) -> Iterator[tuple[int, ...]]:
        """Walk through all states, the last control fastest."""
        return itertools.product(*(range(count) for count in self.shape))

    def shot(self, position: tuple[int, ...]) -> Shot:
        """Compute and draw one state.

        Parameters
        ----------
        position : tuple of int
            The index of each control's value.

        Returns
        -------
        Shot

        Raises
        ------
        ExplorerError
            If a function of the explorer fails or shows nothing; names explorer, state and mend.
        """
        before = _pyplot_figures()
        try:
            shot = self._shot(self.values_at(position))
            _check_pyplot(before)
            return shot
        except Exception as error:
            kind = "" if isinstance(error, _Nothing) else f"{type(error).__name__}: "
            where = f"explorer {self.name!r} fails at {self.described(position)}"
            raise ExplorerError(
                f"{where}: {kind}{str(error).rstrip('.')}. Mend {self.owner()}, or leave this value out of "
                "the control."
            ) from error

    def described(self, position: tuple[int, ...]) -> str:
        """Return a state as text, such as ``slope=2, double=True``."""
        return ", ".join(f"{name}={value!r}" for name, value in self.values_at(position).items())

    def owner(self) -> str:
        """Return the names of the functions that an author would mend."""
        functions = [function for function in (self.compute, self.draw) if function is not None]
        return " or ".join(map(_called, functions))

    def markup(self, shot: Shot) -> str:
        """Return the filled template of a state; empty without a template."""
        return self.template.filled(shot.texts) if self.template else ""

    def values_at(self, position: tuple[int, ...]) -> dict[str, Any]:
        """Return what the functions get in a state, by the controls' names."""
        pairs = zip(self.controls.items(), position, strict=True)
        return {name: control.values[at] for (name, control), at in pairs}

    def _shot(self, values: dict[str, Any]) -> Shot:
        frame = None if self.compute is None else self.compute(**values)
        if self.compute is not None and not isinstance(frame, Mapping):
            raise _Nothing(
                f"compute expects to return a dict of numbers, it returned {type(frame).__name__}."
            )
        arguments = (lambda canvas: (canvas,)) if frame is None else (lambda canvas: (frame, canvas))
        keywords = values if frame is None else {}
        kept = dict(frame or {})
        if self.template is not None:
            texts: dict[str, str] = {}
            sentence = _sentence(self.draw(*arguments(texts), **keywords))
            self.template.check(texts)
            return Shot(sentence, texts=texts, frame=kept)
        with mpl.rc_context(book_style()):
            if not self._gives_canvas:
                figure, sentence = _drawn_with_pyplot(self.draw, values, self.size)
            else:
                figure = Figure(figsize=self.size)
                sentence = _sentence(self.draw(*arguments(figure), **keywords))
        if not figure.axes:
            mend = "." if self._gives_canvas else "; leave out plt.show() and plt.close()."
            raise _Nothing(f"draw left the figure empty{mend}")
        return Shot(sentence, figure=figure, frame=kept)

    @property
    def _gives_canvas(self) -> bool:
        """False for a function of the controls alone, which draws with pyplot as one for `interact` does."""
        if self.compute is not None or self.template is not None:
            return True
        return next(iter(inspect.signature(self.draw).parameters), None) not in self.controls

    def _check_names(self) -> None:
        function = self.compute or self.draw
        canvas = not self.compute and self._gives_canvas
        parameters = list(inspect.signature(function).parameters.values())[1 if canvas else 0 :]
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            return
        taken = [parameter.name for parameter in parameters]
        unknown = [name for name in self.controls if name not in taken]
        needed = [
            one.name for one in parameters if one.default is one.empty and one.name not in self.controls
        ]
        if unknown or needed:
            wrong = ["there is no " + ", ".join(unknown)] if unknown else []
            wrong += ["no control gives it " + ", ".join(needed)] if needed else []
            raise ValueError(
                f"explorer {self.name!r}: {_called(function)} takes {', '.join(taken) or 'no control'}, "
                f"{' and '.join(wrong)}; give both the same names."
            )

    def _check_picks(self) -> None:
        for pick in self.template.picks if self.template else ():
            name, _, at = pick.partition(":")
            if name not in self.controls or not at.isdecimal() or int(at) >= len(self.controls[name]):
                raise ValueError(
                    f"explorer {self.name!r}: data-pick={pick!r} expects control:number, one of "
                    f"{', '.join(self.controls)} and the number of one of its values, counted from 0."
                )


class _Nothing(ValueError):
    """A function ran through and gave nothing to show."""


def _pyplot_figures() -> set[int]:
    """The numbers of the figures that pyplot keeps; it is not loaded for this."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot else set()


def _drawn_with_pyplot(
    draw: Callable[..., Any], values: dict[str, Any], size: tuple[float, float]
) -> tuple[Figure, str]:
    """The figure that a function returns or leaves as the current one, and its sentence; all are closed."""
    import matplotlib.pyplot as plt

    before = _pyplot_figures()
    plt.figure(figsize=size)
    try:
        answer = draw(**values)
        if isinstance(answer, Figure):
            return answer, ""
        return plt.gcf(), _sentence(answer)
    finally:
        for number in _pyplot_figures() - before:
            plt.close(number)


def _check_pyplot(before: set[int]) -> None:
    opened = _pyplot_figures() - before
    for number in opened:
        sys.modules["matplotlib.pyplot"].close(number)
    if opened:
        raise _Nothing(
            "it opened a figure of pyplot, which would stay open for every state; "
            "draw on the figure that draw is given."
        )


def _called(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", repr(function))


def _sentence(answer: Any) -> str:
    if not isinstance(answer, (str, type(None))):
        raise _Nothing(
            f"draw expects to return its sentence or nothing, it returned {type(answer).__name__}."
        )
    return answer or ""
