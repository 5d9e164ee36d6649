"""The explorer: one declaration that lives in a notebook, in a static page, as a picture and as text.

Its widgets' behavior stands in `live`, the only other module that imports ipywidgets.
"""

import dataclasses
import html
import os
import re
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from nnkit.explore.controls import Control
from nnkit.explore.live import CLICKABLE, Clicks, Latest, Question, SignOfWork, input_of, row_of
from nnkit.explore.page import page_html
from nnkit.explore.pictures import to_png
from nnkit.explore.prediction import Prediction
from nnkit.explore.scene import Scene, Shot
from nnkit.explore.stored import read_states
from nnkit.explore.template import Template
from nnkit.plots import style

FRAMES_SWITCH = "NNKIT_EXPLORER_FRAMES"  # set to 1 where a book is built: then the output carries all states
STORED_SWITCH = (
    "NNKIT_EXPLORER_STORED"  # set to 0 where tables of states are written or checked: none is read
)
# Outside the book's pages the theme is unknown, and a template's dark ink needs a light ground.
PLATE = f'<div style="padding: 0.5rem; color: {style.INK}; background: {style.PAPER}">{{}}</div>'
LIVE_DPI = 200  # twice the density of a page
# Room for three lines, so that the picture does not jump when a sentence grows.
SENTENCE = '<p aria-live="polite" style="margin: 0.3em 0; min-height: 4.5em; line-height: 1.5">{}</p>'
# What a state that fails shows in place of its sentence; the next turn of a control mends it.
FAILURE = (
    '<div role="alert"><p>This state failed; the picture is still the one before.</p>'
    '<pre style="max-height: 20em; overflow: auto">{}</pre></div>'
)
SMOOTH = 0.05  # seconds; a costlier state waits until the slider is let go


class Explorer(widgets.VBox):
    """Controls over a picture or a template. Made by :func:`explore`.

    Parameters
    ----------
    scene : Scene
        What is shown.
    fresh : Scene, optional
        The same explorer, computing; for a `scene` whose numbers come from a table.
    table : Path, optional
        The file of that table.
    tolerance : float
        How far its numbers may be off elsewhere, relative to the largest of the same name.
    """

    def __init__(
        self,
        scene: Scene,
        *,
        fresh: Scene | None = None,
        table: Path | None = None,
        tolerance: float = 1e-12,
    ) -> None:
        self.scene, self.fresh, self.table, self.tolerance = scene, fresh or scene, table, tolerance
        # Here and not when it is shown: IPython would swallow an error there, and the page would be broken.
        self.page = page_html(scene) if os.environ.get(FRAMES_SWITCH) == "1" else ""
        began = time.perf_counter()
        self.shot: Shot = scene.shot(scene.start)
        drawn = self._drawn()
        smooth = time.perf_counter() - began < SMOOTH
        self.inputs = {name: input_of(name, control, smooth) for name, control in scene.controls.items()}
        self.stage = _stage(scene, drawn)
        self.sentence = widgets.HTML(value=self._said())
        self.latest = Latest(lambda: self._redraw(self.scene))
        super().__init__(self._rows())
        self.add_class("nn-explorer-live")
        for box in self.inputs.values():
            names = "value" if isinstance(box, widgets.Checkbox) else "index"
            box.observe(lambda _: self.latest.request(), names=names)

    @property
    def position(self) -> tuple[int, ...]:
        """The index of each control's value."""
        return tuple(
            int(box.value) if isinstance(box, widgets.Checkbox) else box.index for box in self.inputs.values()
        )

    def numbers(self) -> dict[str, float]:
        """Return the scalars that `compute` gave for the state that the controls say."""
        self.latest.settle()
        return dict(self.shot.numbers)

    def recompute(self) -> None:
        """Compute the state that is shown on this machine, where it came from a table."""
        began = time.perf_counter()
        if self._redraw(self.fresh):
            seconds = time.perf_counter() - began
            self.sentence.value += f"<p><em>Computed here, in {seconds:.1f} s.</em></p>"

    def _rows(self) -> list[Any]:
        rows = [row_of(self.inputs[name], control) for name, control in self.scene.controls.items()]
        if self.fresh is not self.scene:
            layout = widgets.Layout(width="auto", align_self="flex-start")
            button = widgets.Button(description="Compute this state here", layout=layout)
            button.on_click(lambda _: self.recompute())
            rows.append(button)
        rows += [self.sentence, self.stage]
        if self.scene.prediction is not None:  # nothing is turned or seen before the guess, as in a page
            rows.insert(0, Question(self.scene.prediction, lambda: _show(rows[1:], True)))
            _show(rows[1:], False)
        return [*rows, Clicks(self.inputs)] if self._clickable else rows

    @property
    def _clickable(self) -> bool:
        return self.scene.template is not None and bool(self.scene.template.picks)

    def _redraw(self, scene: Scene) -> bool:
        """Draw where the controls stand; return whether that worked."""
        try:
            with SignOfWork(self._at_work):
                self.shot = scene.shot(self.position)
                drawn = self._drawn()
        except Exception:
            self.sentence.value = FAILURE.format(html.escape(traceback.format_exc()))
            return False
        self.stage.value = drawn
        self.sentence.value = self._said()
        return True

    def _at_work(self) -> None:
        self.sentence.value = SENTENCE.format("Computing ...")

    def _drawn(self) -> bytes | str:
        if self.shot.figure is not None:
            return to_png(self.shot.figure, dpi=LIVE_DPI)
        plate = PLATE.format(self.scene.markup(self.shot))
        return CLICKABLE.format(plate) if self._clickable else plate

    def _said(self) -> str:
        return SENTENCE.format(html.escape(self.shot.sentence))

    def __repr__(self) -> str:
        lines = [f"Explorer {self.scene.name!r}, {self.scene.states} states"]
        lines += [f"  {name}: {control.described()}" for name, control in self.scene.controls.items()]
        lines += [f"  {self.shot.sentence}"] if self.shot.sentence else []
        lines += ["  " + ", ".join(f"{key} {value:.4g}" for key, value in self.shot.numbers.items())]
        return "\n".join(lines).rstrip()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the live view, text, picture and, where a book is built, the page with all states."""
        bundle: dict[str, Any] = {}
        if hasattr(widgets.VBox, "_repr_mimebundle_"):  # ipywidgets 7 shows its view by other means
            bundle |= super()._repr_mimebundle_(**kwargs) or {}
        bundle["text/plain"] = repr(self)
        if self.shot.figure is not None:
            bundle["image/png"] = to_png(self.shot.figure, dpi=110, colors=64)
        elif self.scene.template is not None and (drawing := self.scene.template.picture(self.shot.texts)):
            bundle["image/svg+xml"] = drawing
        if self.page:
            bundle["text/html"] = self.page
        return bundle


def explore(
    draw: Callable[..., Any],
    compute: Callable[..., Mapping[str, Any]] | None = None,
    *,
    name: str | None = None,
    template: str | None = None,
    size: tuple[float, float] = (6.4, 3.2),
    predict: Prediction | None = None,
    stored: str | Path | None = None,
    tolerance: float = 1e-12,
    **controls: Control,
) -> Explorer:
    """Show a picture or a template that changes with its controls, in a notebook and in a built page.

    Parameters
    ----------
    draw : callable
        ``draw(frame, figure)`` with `compute`, ``draw(figure, **controls)`` without; returns the sentence
        that says what is seen. With `template` it gets a dict for the slots' texts instead of a figure.
        A function written for `interact`, whose arguments are the controls and nothing else, draws with
        pyplot, on the current axes or a figure that it returns.
    compute : callable, optional
        ``compute(**controls) -> dict``: numbers only. Its scalars are the explorer's key numbers.
    name : str, optional
        Lowercase words joined by hyphens, unique on a page; made from the name of `draw` by default.
    template : str, optional
        Markup with slots, see `Template`; without it each state is a picture.
    size : (float, float)
        Width and height of the figure in inches (100 page pixels each).
    predict : Prediction, optional
        What :func:`predict` gave: a question that is asked before anything is shown.
    stored : str or Path, optional
        A file that :func:`write_states` wrote, for states that train and cost more than 0.3 seconds: the
        frames are read from it, and a button in the notebook computes the state that is shown afresh.
    tolerance : float
        How far the numbers of a state may be off on another machine, relative to the largest of the same
        name. Algebra keeps the default; states that train state a bound of their own.
    **controls : Control
        What :func:`slider`, :func:`choice`, :func:`toggle` or :func:`play` gave. One that is named ``seed``
        keeps its value when a reader resets the others.

    Returns
    -------
    Explorer
        A widget; put it last in a cell.

    Raises
    ------
    ValueError
        If a control is unknown to the function, there are too many states, or the name does not fit an
        address.
    TypeError
        If a control is something else.
    ExplorerError
        If the first state fails, or `stored` does not fit the controls.

    Examples
    --------
    >>> import numpy as np
    >>> from nnkit.explore import slider
    >>> def line(figure, slope):
    ...     x = np.linspace(-1, 1)
    ...     figure.subplots().plot(x, slope * x)
    ...     return f"The line rises by {slope:g} for each step to the right."
    >>> explore(line, slope=slider(1, 5))
    Explorer 'line', 5 states
      slope: slider, 5 values from 1 to 5, starts at 1
      The line rises by 1 for each step to the right.
    """
    if not isinstance(predict, (Prediction, type(None))):
        raise TypeError(
            f"explore expects predict to be what predict() gave, got {type(predict).__name__}; "
            "write predict=predict(question, options)."
        )
    own = {"compute": compute, "template": template, "size": size, "name": name}
    _check_controls(controls, own | {"stored": stored, "tolerance": tolerance})
    label = name or getattr(draw, "__name__", "").strip("_<>").replace("_", "-").lower()
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", label):
        raise ValueError(f"explore expects a name of lowercase words joined by hyphens, got {label!r}.")
    markup = Template(template) if template else None
    scene = Scene(label, draw, compute, controls, markup, size, predict)
    table = None if stored is None else Path(stored)
    shown = scene
    if table is not None and os.environ.get(STORED_SWITCH) != "0":
        shown = dataclasses.replace(scene, compute=read_states(scene, table))
    return Explorer(shown, fresh=scene, table=table, tolerance=tolerance)


def _check_controls(controls: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    for key, value in own.items():
        if isinstance(value, Control):
            raise TypeError(f"explore keeps the name {key} for itself; give the control another one.")
    for key, control in controls.items():
        if not isinstance(control, Control):
            raise TypeError(
                f"explore expects {key} to be a slider, choice, toggle or play, "
                f"got {type(control).__name__}; write {key}=slider(low, high)."
            )


def _show(parts: list[Any], visible: bool) -> None:
    for part in parts:
        part.layout.display = None if visible else "none"


def _stage(scene: Scene, drawn: bytes | str) -> Any:
    width = f"{scene.size[0] * 100:.0f}px"
    if scene.template is not None:
        return widgets.HTML(value=drawn, layout=widgets.Layout(max_width=width))
    return widgets.Image(value=drawn, format="png", layout=widgets.Layout(width=width, max_width="100%"))
