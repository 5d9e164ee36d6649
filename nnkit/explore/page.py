"""The static form of an explorer: native controls, the first state, and all states as one compressed text.

It needs `static/explorer.js` to move and nothing to be read.
"""

import base64
import gzip
import html
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnkit.explore.controls import Control
from nnkit.explore.pictures import themed, to_svg
from nnkit.explore.scene import Scene, Shot


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
    """
    shots = {position: slots(scene, scene.shot(position)) for position in scene.positions()}
    controls = "\n".join(_control(scene, axis, name) for axis, name in enumerate(scene.controls))
    first = shots[scene.start]
    stage = first["picture"] if scene.template is None else scene.markup(scene.shot(scene.start))
    states = _packed(_table(list(shots.values()), scene.shape))
    return (
        f'<figure class="nn-explorer" id="explorer-{scene.name}" data-explorer="{scene.name}" '
        f'aria-label="Explorer {scene.name}">\n'
        f'<form class="nn-controls" aria-label="Controls of {scene.name}">\n{controls}\n'
        '<button type="button" class="nn-reset">Reset</button>\n</form>\n'
        '<p class="nn-sentence" data-text="sentence" aria-live="polite">'
        f"{html.escape(first['sentence'])}</p>\n"
        f'<div class="nn-stage"{_described(scene, first)}>{stage}</div>\n'
        f'<script type="application/json" class="nn-data">{states}'
        "</script>\n</figure>"
    )


def slots(scene: Scene, shot: Shot) -> dict[str, str]:
    """Return every text that changes: the picture or the template's slots, and the sentence."""
    if shot.figure is not None:
        return {"picture": to_svg(shot.figure, salt=scene.name), "sentence": shot.sentence}
    return {name: themed(str(text)) for name, text in shot.texts.items()} | {"sentence": shot.sentence}


def _described(scene: Scene, first: dict[str, str]) -> str:
    """A picture is one image to a screen reader; a template speaks for itself."""
    return (
        "" if scene.template else f' role="img" aria-label="{html.escape(first["sentence"] or scene.name)}"'
    )


def _table(states: Sequence[dict[str, str]], shape: tuple[int, ...]) -> dict[str, dict[str, Any]]:
    """Store each slot once per value of the controls that it depends on; the others' axes are dropped."""
    table = {}
    for name in states[0]:
        texts = list(dict.fromkeys(state[name] for state in states))
        codes = {text: code for code, text in enumerate(texts)}
        at = np.array([codes[state[name]] for state in states]).reshape(shape)
        axes = [axis for axis in range(len(shape)) if not (at == at.take([0], axis)).all()]
        ignored = tuple(axis for axis in range(len(shape)) if axis not in axes)
        kept = at[tuple(0 if axis in ignored else slice(None) for axis in range(len(shape)))]
        table[name] = {"axes": axes, "at": kept.ravel().tolist(), "texts": texts}
    return table


def _packed(table: dict[str, dict[str, Any]]) -> str:
    text = json.dumps(table, separators=(",", ":"), ensure_ascii=False)
    data = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    return json.dumps({"gzip": data})


def _control(scene: Scene, axis: int, name: str) -> str:
    control = scene.controls[name]
    identity = f"explorer-{scene.name}--{name}"  # no name holds "--", so no two ids are the same
    common = f'id="{identity}" name="{name}" data-axis="{axis}" data-start="{control.start}"'
    label = f'<label id="{identity}-label" for="{identity}">{html.escape(control.label or name)}</label>'
    return f'<div class="nn-control nn-{control.kind}">{label}{_input(control, common, identity)}</div>'


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
