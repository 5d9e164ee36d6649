"""Two directions through one graph: sweeps from inputs, sweeps from outputs, and what each costs.

A graph is a row of arrows (tail, head, rate); all arrows into a node stand before those that leave it.
"""

from collections import Counter
from typing import Any

import numpy as np

from nnkit.course.drawing import text
from nnkit.explore import Explorer, choice, explore, play, slider
from nnkit.plots import style

HIDDEN, MOST = 3, 5
MODES = {"forward, from an input": "forward", "backward, from an output": "backward"}
Arrow = tuple[str, str, float]
_TOP, _X = 40, {"x": 36, "h": 150, "y": 264}


def dense(inputs: int, outputs: int, hidden: int = HIDDEN) -> list[Arrow]:
    """Return the arrows of a graph in which every input leads to every hidden node, and those to all outputs.

    Parameters
    ----------
    inputs, outputs, hidden : int
        How many nodes there are of each.

    Returns
    -------
    list of (str, str, float)
        Tail, head and local derivative: small whole numbers, so that products are exact.
    """
    rng = np.random.default_rng(0)

    def rates(tails: int, heads: int) -> np.ndarray:
        return rng.choice([-2, -1, 1, 2, 3], size=(max(tails, MOST), max(heads, MOST)))

    first, second = rates(inputs, hidden), rates(hidden, outputs)
    arrows = [(f"x{i}", f"h{k}", float(first[i, k])) for i in range(inputs) for k in range(hidden)]
    return arrows + [(f"h{k}", f"y{j}", float(second[k, j])) for k in range(hidden) for j in range(outputs)]


def sweep(arrows: list[Arrow], start: str, mode: str) -> tuple[Counter[str], int]:
    """Walk through the graph once.

    Parameters
    ----------
    arrows : list of (str, str, float)
        The graph.
    start : str
        An input for "forward", an output for "backward".
    mode : {"forward", "backward"}
        How much `start` moves every node, or how much every node moves `start`.

    Returns
    -------
    slopes : Counter
        One number for each node that was reached.
    multiplications : int
        One for each arrow.
    """
    slopes: Counter[str] = Counter()
    slopes[start], count = 1, 0
    for tail, head, rate in arrows if mode == "forward" else reversed(arrows):
        source, goal = (tail, head) if mode == "forward" else (head, tail)
        slopes[goal] += rate * slopes[source]  # type: ignore[assignment]
        count += 1
    return slopes, count


def multiplications(arrows: list[Arrow], starts: list[str], mode: str) -> int:
    """Count the multiplications of one sweep from each start."""
    return sum(sweep(arrows, start, mode)[1] for start in starts)


def compute(inputs: int, outputs: int, mode: str, sweeps: int) -> dict[str, Any]:
    """Sweep through a dense graph and count.

    Parameters
    ----------
    inputs, outputs : int
        Size of the graph.
    mode : {"forward", "backward"}
        Where sweeps start.
    sweeps : int
        How many are done; more than needed changes nothing.

    Returns
    -------
    dict
        ``needed`` sweeps, ``done`` sweeps, ``multiplications`` so far and in total, and the ``table`` of
        derivatives of outputs (columns) by inputs (rows), NaN where not known yet.
    """
    arrows = dense(inputs, outputs)
    starts = [f"x{i}" for i in range(inputs)] if mode == "forward" else [f"y{j}" for j in range(outputs)]
    done, table = starts[:sweeps], np.full((MOST, MOST), np.nan)
    for start in done:
        slopes, at = sweep(arrows, start, mode)[0], int(start[1:])
        if mode == "forward":
            table[at, :outputs] = [slopes[f"y{j}"] for j in range(outputs)]
        else:
            table[:inputs, at] = [slopes[f"x{i}"] for i in range(inputs)]
    return {
        "inputs": inputs,
        "outputs": outputs,
        "arrows": len(arrows),
        "needed": len(starts),
        "done": len(done),
        "multiplications": multiplications(arrows, done, mode),
        "forward_total": len(arrows) * inputs,
        "backward_total": len(arrows) * outputs,
        "mode": mode,
        "table": table,
    }


def draw(frame: dict[str, Any], slots: dict[str, str]) -> str:
    """Show the graph, the node where the last sweep started, the table so far, and the two bills."""
    inputs, outputs, done = frame["inputs"], frame["outputs"], frame["done"]
    last = f"{'x' if frame['mode'] == 'forward' else 'y'}{done - 1}"
    for letter, there in (("x", inputs), ("y", outputs)):
        for at in range(MOST):
            slots[f"{letter}{at}"] = "1" if at < there else "0"
            slots[f"ring_{letter}{at}"] = style.ORANGE if f"{letter}{at}" == last else style.INK
    for row in range(MOST):
        for column in range(MOST):
            known = frame["table"][row, column]
            here = row < inputs and column < outputs
            slots[f"cell{row}{column}"] = "" if np.isnan(known) else f"{known:g}".replace("-", "−")
            slots[f"box{row}{column}"] = "1" if here else "0"
            new = (row if frame["mode"] == "forward" else column) == done - 1
            slots[f"ink{row}{column}"] = style.ORANGE if new else style.INK
    slots["count"] = f"{done} of {frame['needed']} sweeps: {frame['multiplications']} multiplications"
    slots["forward"] = f"forward: {inputs} × {frame['arrows']} = {frame['forward_total']}"
    slots["backward"] = f"backward: {outputs} × {frame['arrows']} = {frame['backward_total']}"
    filled = "row" if frame["mode"] == "forward" else "column"
    derivatives = "the one derivative" if inputs * outputs == 1 else f"all {inputs * outputs} derivatives"
    return (
        f"A sweep passes all {frame['arrows']} arrows once and fills one {filled} of the table. For "
        f"{derivatives}, sweeps forward cost {frame['forward_total']} multiplications, "
        f"sweeps backward {frame['backward_total']}."
    )


def directions() -> Explorer:
    """Return the explorer of the two directions: size of the graph, direction, and sweeps done."""
    return explore(
        draw,
        compute,
        name="directions",
        template=_template(),
        inputs=slider(1, MOST, start=4),
        outputs=slider(1, MOST, start=2),
        mode=choice(MODES, label="sweeps"),
        sweeps=play(slider(1, MOST, label="sweeps done"), interval=1.0),
    )


def _template() -> str:
    parts = ['<svg viewBox="0 0 560 372">', "<title>A graph, its table of derivatives, two bills</title>"]
    for letter, other in (("x", "h"), ("h", "y")):
        for i in range(HIDDEN if letter == "h" else MOST):
            for j in range(HIDDEN if other == "h" else MOST):
                parts.append(_wire((letter, i), (other, j)))
    for letter in ("x", "h", "y"):
        for at in range(HIDDEN if letter == "h" else MOST):
            parts.append(_node(letter, at))
    for row in range(MOST):
        parts.append(text(320, 82 + 44 * row, f"x{row + 1}", opacity=f"x{row}"))
        parts.append(text(356 + 44 * row, 44, f"y{row + 1}", opacity=f"y{row}"))
        parts += [_cell(row, column) for column in range(MOST)]
    parts.append(text(444, 20, "derivatives of y by x", size=13))
    parts.append(text(280, 316, slot="count", color=style.ORANGE))
    parts.append(text(140, 346, slot="forward"))
    parts.append(text(420, 346, slot="backward"))
    return "".join([*parts, "</svg>"])


def _place(letter: str, at: int) -> tuple[int, int]:
    return _X[letter], (86 + 66 * at if letter == "h" else _TOP + 56 * at)


def _wire(tail: tuple[str, int], head: tuple[str, int]) -> str:
    (x1, y1), (x2, y2) = _place(*tail), _place(*head)
    outer = f"x{tail[1]}" if tail[0] == "x" else f"y{head[1]}"
    line = f'stroke="{style.FAINT}" stroke-width="1.2" data-attr="opacity:{outer}"'
    return f'<path d="M {x1 + 15} {y1} L {x2 - 15} {y2}" {line}></path>'


def _node(letter: str, at: int) -> str:
    x, y = _place(letter, at)
    outer = "" if letter == "h" else f'data-attr="opacity:{letter}{at} stroke:ring_{letter}{at}"'
    look = f'fill="{style.PAPER}" stroke="{style.INK}" stroke-width="2" {outer}'
    name = "" if letter == "h" else text(x, y + 5, f"{letter}{at + 1}", opacity=f"{letter}{at}", size=13)
    return f'<circle cx="{x}" cy="{y}" r="15" {look}></circle>{name}'


def _cell(row: int, column: int) -> str:
    x, y = 334 + 44 * column, 56 + 44 * row
    look = f'fill="{style.PAPER}" stroke="{style.GRID}" data-attr="opacity:box{row}{column}"'
    box = f'<rect x="{x}" y="{y}" width="44" height="44" {look}></rect>'
    return box + text(x + 22, y + 27, slot=f"cell{row}{column}", fill=f"ink{row}{column}")
