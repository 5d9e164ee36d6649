"""The static form of an explorer: native controls, the first state, and all states as one compressed text.

It needs `static/explorer.js` to move and nothing to be read.
"""

import base64
import gzip
import html
import json
import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnkit.explore.controls import Control
from nnkit.explore.scene import ExplorerError, Scene
from nnkit.explore.states import State, all_states, report

BYTES = 3_000_000  # of one explorer's states, as a page loads them
SHORT = 2  # letters of a label that stands beside its slider in a narrow column, as in "x"


def page_html(scene: Scene) -> str:
    """Write an explorer with all its states as HTML.

    Parameters
    ----------
    scene : Scene
        The explorer.

    Returns
    -------
    str
        One ``<figure>``; the data stand in its ``<script type="application/json">``.

    Raises
    ------
    ExplorerError
        If a state fails or differs when it is computed again, or all take too long or weigh too much.
    """
    began = time.perf_counter()
    states = all_states(scene)
    first = states[scene.start]
    packed = _packed(_table(list(states.values()), scene.shape))
    _check_weight(scene, len(packed))
    seconds = time.perf_counter() - began
    report(f"explorer {scene.name}: {seconds:.1f} s, {scene.states:,} states, {len(packed):,} bytes")
    stage = first["picture"] if scene.template is None else scene.markup(scene.shot(scene.start))
    longest = max((one["sentence"] for one in states.values()), key=len)
    return (
        f'<figure class="nn-explorer" id="explorer-{scene.name}" data-explorer="{scene.name}" '
        f'aria-label="Explorer {scene.name}">\n{_question(scene)}<div class="nn-body">\n{_form(scene)}'
        f'<div class="nn-say" data-longest="{html.escape(longest)}">'
        f'<p class="nn-sentence" data-text="sentence">{html.escape(first["sentence"])}</p></div>\n'
        f'<div class="nn-stage"{_described(scene, first)}>{stage}</div>\n'
        f"{_more(scene, drawn='<svg' in stage)}</div>\n"
        '<p class="nn-said" role="status"></p>\n'
        f'<script type="application/json" class="nn-data">{packed}'
        "</script>\n</figure>"
    )


def _described(scene: Scene, first: State) -> str:
    """A picture is one image to a screen reader; a template speaks for itself."""
    return (
        "" if scene.template else f' role="img" aria-label="{html.escape(first["sentence"] or scene.name)}"'
    )


def _table(states: Sequence[State], shape: tuple[int, ...]) -> dict[str, dict[str, Any]]:
    """Store each slot once per value of the controls that it depends on; the others' axes are dropped."""
    table = {}
    for name in dict.fromkeys(name for state in states for name in state):
        texts = list(dict.fromkeys(state.get(name, "") for state in states))
        codes = {text: code for code, text in enumerate(texts)}
        at = np.array([codes[state.get(name, "")] for state in states]).reshape(shape)
        axes = [axis for axis in range(len(shape)) if not (at == at.take([0], axis)).all()]
        ignored = tuple(axis for axis in range(len(shape)) if axis not in axes)
        kept = at[tuple(0 if axis in ignored else slice(None) for axis in range(len(shape)))]
        table[name] = {"axes": axes, "at": kept.ravel().tolist(), "texts": texts}
    return table


def _packed(table: dict[str, dict[str, Any]]) -> str:
    text = json.dumps(table, separators=(",", ":"), ensure_ascii=False)
    data = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    return json.dumps({"gzip": data})


def _check_weight(scene: Scene, size: int) -> None:
    if size > BYTES:
        raise ExplorerError(
            f"explorer {scene.name!r} takes {size:,} bytes for its {scene.states} states, the limit is "
            f"{BYTES:,}; take about {math.ceil(10 * size / BYTES) / 10:g} times fewer states, or draw less "
            "in each: fewer points in a line, smaller images, no filled contours."
        )


def _question(scene: Scene) -> str:
    """The box that asks for a guess; the script shows it and hides the rest."""
    asked = scene.prediction
    if asked is None:
        return ""
    identity = f"explorer-{scene.name}.question"  # no control's id holds a dot
    answer = "" if asked.answer is None else f' data-answer="{asked.answer}"'
    options = "".join(
        f'<button type="button" data-guess="{at}">{html.escape(text)}</button>'
        for at, text in enumerate(asked.options)
    )
    return (
        f'<div class="nn-predict" role="group" aria-labelledby="{identity}"{answer}>'
        f'<p class="nn-question" id="{identity}"><strong>Predict.</strong> {html.escape(asked.question)}</p>'
        f'<p class="nn-guesses">{options}'
        '<button type="button" class="nn-skip" data-guess="skip">Skip</button></p>'
        '<p class="nn-guessed" tabindex="-1"></p>'
        '<button type="button" class="nn-again" data-guess="">Guess again</button></div>\n'
    )


def _form(scene: Scene) -> str:
    controls = "\n".join(_control(scene, axis, name) for axis, name in enumerate(scene.controls))
    return (
        f'<form class="nn-controls" aria-label="Controls of {scene.name}">\n{controls}\n'
        '<button type="button" class="nn-reset">Reset</button>\n</form>\n'
    )


def _more(scene: Scene, *, drawn: bool) -> str:
    """What a reader may take along; each button names a method of the script."""
    buttons = {"copy": "Copy link", "embed": "Embed", "full": "Full screen"}
    buttons |= {"svg": "Picture (SVG)", "png": "Picture (PNG)"} if drawn else {}
    buttons |= {"numbers": "Numbers", "csv": "Download CSV"} if scene.compute else {}
    pressed = {"numbers": ' aria-expanded="false"'}
    row = "".join(
        f'<button type="button" data-do="{method}"{pressed.get(method, "")}>{text}</button>'
        for method, text in buttons.items()
    )
    return (
        f'<details class="nn-more"><summary>More</summary><p class="nn-tools">{row}</p>'
        '<p class="nn-note" role="status"></p>'
        f'<input class="nn-address" readonly hidden aria-label="Address of {scene.name}">'
        f'<div class="nn-table" role="region" aria-label="Numbers of {scene.name}" tabindex="0" hidden></div>'
        "</details>\n"
    )


def _control(scene: Scene, axis: int, name: str) -> str:
    control = scene.controls[name]
    identity = f"explorer-{scene.name}--{name}"  # no name holds "--", so no two ids are the same
    common = (
        f'id="{identity}" name="{name}" data-axis="{axis}" data-count="{len(control)}" '
        f'data-start="{control.start}"'
    )
    label = f'<label id="{identity}-label" for="{identity}">{html.escape(control.label or name)}</label>'
    short = " nn-short" * (len(control.label or name) <= SHORT)
    kinds = f"nn-control nn-{control.kind}{short}"
    return f'<div class="{kinds}">{label}{_input(control, common, identity)}</div>'


def _input(control: Control, common: str, identity: str) -> str:
    if control.kind == "toggle":
        return f'<input type="checkbox" {common}{" checked" if control.start else ""}>'
    if control.kind == "choice":
        options = "".join(
            f'<option value="{at}"{" selected" if at == control.start else ""}>{html.escape(text)}</option>'
            for at, text in enumerate(control.texts)
        )
        return f"<select {common}>{options}</select>"
    texts = html.escape(json.dumps(list(control.texts), ensure_ascii=False))
    shown = html.escape(control.texts[control.start])
    played = (
        f'<button type="button" class="nn-play" id="{identity}-play" data-for="{identity}" '
        f'aria-labelledby="{identity}-play {identity}-label" '
        f'data-interval="{control.interval:g}">Play</button>'
        if control.interval
        else ""
    )
    return (
        f'<input type="range" {common} min="0" max="{len(control) - 1}" step="1" value="{control.start}" '
        f'aria-valuetext="{shown}" data-texts="{texts}">'
        f'<output for="{identity}" aria-live="off">{shown}</output>{played}'
    )
