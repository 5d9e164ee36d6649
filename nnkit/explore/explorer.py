"""The explorer: one declaration that lives in a notebook, in a static page, as a picture and as text.

This is the only module of the package that imports ipywidgets.
"""

import html
import os
import re
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from nnkit.explore.controls import Control
from nnkit.explore.page import page_html
from nnkit.explore.pictures import to_png
from nnkit.explore.prediction import Prediction
from nnkit.explore.scene import Scene, Shot
from nnkit.explore.template import Template
from nnkit.plots import style

FRAMES_SWITCH = "NNKIT_EXPLORER_FRAMES"  # set to 1 where a book is built: then the output carries all states
# Outside the book's pages the theme is unknown, and a template's dark ink needs a light ground.
PLATE = f'<div style="padding: 0.5rem; color: {style.INK}; background: {style.PAPER}">{{}}</div>'
LIVE_DPI = 200  # twice the density of a page
SMOOTH = 0.05  # seconds; a costlier state waits until the slider is let go


class Explorer(widgets.VBox):
    """Controls over a picture or a template. Made by :func:`explore`.

    Parameters
    ----------
    scene : Scene
        What is shown.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        # Here and not when it is shown: IPython would swallow an error there, and the page would be broken.
        self.page = page_html(scene) if os.environ.get(FRAMES_SWITCH) == "1" else ""
        began = time.perf_counter()
        self.shot: Shot = scene.shot(scene.start)
        drawn = self._drawn()
        smooth = time.perf_counter() - began < SMOOTH
        self.inputs = {name: _input(name, control, smooth) for name, control in scene.controls.items()}
        width = f"{scene.size[0] * 100:.0f}px"
        self.stage = (
            widgets.Image(value=drawn, format="png", layout=widgets.Layout(width=width, max_width="100%"))
            if scene.template is None
            else widgets.HTML(value=drawn, layout=widgets.Layout(max_width=width))
        )
        self.sentence = widgets.HTML(value=self._said())
        rows = [_row(self.inputs[name], control) for name, control in scene.controls.items()]
        super().__init__([*rows, self.sentence, self.stage])
        for box in self.inputs.values():
            box.observe(self._changed, names="value" if isinstance(box, widgets.Checkbox) else "index")

    @property
    def position(self) -> tuple[int, ...]:
        """The index of each control's value."""
        return tuple(
            int(box.value) if isinstance(box, widgets.Checkbox) else box.index for box in self.inputs.values()
        )

    def numbers(self) -> dict[str, float]:
        """Return the scalars that `compute` gave for the state that is shown."""
        return dict(self.shot.numbers)

    def _changed(self, change: Any) -> None:
        try:
            self.shot = self.scene.shot(self.position)
            self.stage.value = self._drawn()
            self.sentence.value = self._said()
        except Exception:
            self.sentence.value = f"<pre>{html.escape(traceback.format_exc())}</pre>"

    def _drawn(self) -> bytes | str:
        if self.shot.figure is not None:
            return to_png(self.shot.figure, dpi=LIVE_DPI)
        return PLATE.format(self.scene.markup(self.shot))

    def _said(self) -> str:
        return f'<p aria-live="polite">{html.escape(self.shot.sentence)}</p>'

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
    **controls: Control,
) -> Explorer:
    """Show a picture or a template that changes with its controls, in a notebook and in a built page.

    Parameters
    ----------
    draw : callable
        ``draw(frame, figure)`` with `compute`, ``draw(figure, **controls)`` without; returns the sentence
        that says what is seen. With `template` it gets a dict for the slots' texts instead of a figure.
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
        If the first state fails.

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
    for key, own in {"compute": compute, "template": template, "size": size, "name": name}.items():
        if isinstance(own, Control):
            raise TypeError(f"explore keeps the name {key} for itself; give the control another one.")
    for key, control in controls.items():
        if not isinstance(control, Control):
            raise TypeError(
                f"explore expects {key} to be a slider, choice, toggle or play, "
                f"got {type(control).__name__}; write {key}=slider(low, high)."
            )
    label = name or getattr(draw, "__name__", "").strip("_<>").replace("_", "-").lower()
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", label):
        raise ValueError(f"explore expects a name of lowercase words joined by hyphens, got {label!r}.")
    markup = Template(template) if template else None
    return Explorer(Scene(label, draw, compute, controls, markup, size, predict))


def _input(name: str, control: Control, smooth: bool) -> Any:
    options = [(text, at) for at, text in enumerate(control.texts)]
    common = {"description": control.label or name, "style": {"description_width": "initial"}}
    if control.kind == "slider":
        layout = widgets.Layout(width="26em", max_width="100%")
        return widgets.SelectionSlider(
            options=options, index=control.start, continuous_update=smooth, layout=layout, **common
        )
    if control.kind == "choice":
        return widgets.Dropdown(options=options, index=control.start, **common)
    return widgets.Checkbox(value=bool(control.start), indent=False, description=common["description"])


def _row(box: Any, control: Control) -> Any:
    if not control.interval:
        return box
    player = widgets.Play(
        min=0, max=len(control) - 1, value=control.start, interval=int(1000 * control.interval)
    )
    widgets.link((player, "value"), (box, "index"))
    return widgets.HBox([box, player])
