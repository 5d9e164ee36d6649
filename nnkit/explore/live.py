"""What keeps a live explorer light in the hand: inputs, drawing after the last turn only, a sign of work.

What is drawn, and when a notebook shows it, is decided in `explorer`.
"""

import asyncio
import html
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

import ipywidgets as widgets

from nnkit.explore.controls import Control
from nnkit.explore.prediction import Prediction

GATHER = 0.01  # seconds without a further turn after which a state is drawn
PATIENCE = 0.1  # seconds after which it is drawn even while turns keep coming
LONG = 0.3  # seconds; a state that takes longer shows that it is being worked on
# Around a template with clickable elements, inside a widget of class nn-explorer-live; see `Clicks`.
CLICKABLE = (
    '<style>.nn-explorer-live [data-pick] {{ cursor: pointer; }}</style><div onclick="'
    "const part = event.target.closest('[data-pick]');"
    "const field = this.closest('.nn-explorer-live').querySelector('.nn-clicks input');"
    "if (part) {{ field.value = part.dataset.pick;"
    "field.dispatchEvent(new Event('change', {{ bubbles: true }})); }}"
    '">{}</div>'
)


class Latest:
    """Calls a function once for many requests that come close together.

    A kernel handles the messages of a slider one by one. Drawing inside each of them would draw every value
    that the hand has passed; waiting a moment on the event loop lets the messages come in first.

    Parameters
    ----------
    function : callable
        What to call; it reads the latest state itself.
    """

    def __init__(self, function: Callable[[], object]) -> None:
        self.function = function
        self.waiting: asyncio.TimerHandle | None = None
        self.deadline = 0.0

    def request(self) -> None:
        """Ask for a call: soon where an event loop runs, at once where none does."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.function()
            return
        now = loop.time()
        if self.waiting is None:
            self.deadline = now + PATIENCE
        else:
            self.waiting.cancel()
        self.waiting = loop.call_at(min(now + GATHER, self.deadline), self._run)

    def settle(self) -> None:
        """Call now what still waits."""
        if self.waiting is not None:
            self.waiting.cancel()
            self._run()

    def _run(self) -> None:
        self.waiting = None
        self.function()


class SignOfWork:
    """A context that calls `show` when it is not left within `LONG` seconds.

    Parameters
    ----------
    show : callable
        Called from another thread; never after the context was left.
    """

    def __init__(self, show: Callable[[], None]) -> None:
        self.show = show
        self.lock = threading.Lock()
        self.timer: threading.Timer | None = None

    def __enter__(self) -> None:
        self.timer = threading.Timer(LONG, self._late)
        self.timer.daemon = True
        try:
            self.timer.start()
        except RuntimeError:  # no threads, as in a kernel inside a browser: then no sign
            self.timer = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.lock:
            if self.timer is not None:
                self.timer.cancel()
            self.timer = None

    def _late(self) -> None:
        with self.lock:
            if self.timer is not None:
                self.show()


def input_of(name: str, control: Control, smooth: bool) -> Any:
    """Return the widget of a control.

    Parameters
    ----------
    name : str
        The control's name, its label by default.
    control : Control
    smooth : bool
        Whether a slider shows every value on its way; else it waits until it is let go.

    Returns
    -------
    Widget
    """
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


def row_of(box: Any, control: Control) -> Any:
    """Return a control's widget with its play button, if it has one."""
    if not control.interval:
        return box
    player = widgets.Play(
        min=0, max=len(control) - 1, value=control.start, interval=int(1000 * control.interval)
    )
    widgets.link((player, "value"), (box, "index"))
    return widgets.HBox([box, player])


class Clicks(widgets.Text):
    """An unseen text field that takes the clicks on a template's elements to their controls.

    Widgets tell the kernel of no click inside HTML, but of every change of a text field. The page writes
    ``control:number`` into this one. The keyboard has the control itself, which does the same.

    Parameters
    ----------
    inputs : dict of str to Widget
        The controls' widgets, by name.
    """

    def __init__(self, inputs: dict[str, Any]) -> None:
        self.inputs = inputs
        super().__init__(layout=widgets.Layout(display="none"))
        self.add_class("nn-clicks")
        self.observe(lambda change: self._pick(change.new), names="value")

    def _pick(self, clicked: str) -> None:
        name, _, at = clicked.partition(":")
        if name not in self.inputs:
            return
        box = self.inputs[name]
        setattr(box, "value" if isinstance(box, widgets.Checkbox) else "index", int(at))
        self.value = ""  # so that the same click is a change again


class Question(widgets.VBox):
    """A guess that is asked for before anything is shown.

    Parameters
    ----------
    prediction : Prediction
        Question, options and, if there is one, the right option's number.
    reveal : callable
        Called once, when the reader has chosen or skipped.
    """

    def __init__(self, prediction: Prediction, reveal: Callable[[], None]) -> None:
        self.prediction, self.reveal = prediction, reveal
        layout = widgets.Layout(width="auto")
        self.options = [widgets.Button(description=text, layout=layout) for text in prediction.options]
        self.skip = widgets.Button(description="Skip", layout=layout)
        for at, button in enumerate(self.options):
            button.on_click(lambda _, at=at: self.answer(at))
        self.skip.on_click(lambda _: self.answer(None))
        self.text = widgets.HTML(value=f"<p><strong>{html.escape(prediction.question)}</strong></p>")
        row = widgets.HBox([*self.options, self.skip], layout=widgets.Layout(flex_flow="row wrap"))
        super().__init__([self.text, row])

    def answer(self, guess: int | None) -> None:
        """Take the reader's guess, None for a skipped one, and show the result."""
        said = "" if guess is None else f" Your guess: {self.prediction.options[guess]}."
        right = self.prediction.answer
        if right is not None:
            known = "Right" if guess == right else f"It is: {self.prediction.options[right]}"
            said += f" {known}."
        question = html.escape(self.prediction.question)
        self.text.value = f'<p aria-live="polite"><strong>{question}</strong>{html.escape(said)}</p>'
        self.children = (self.text,)
        self.reveal()
