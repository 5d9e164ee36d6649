"""The explorer of the small graph e = (a + b)(b + 1): local derivatives on edges, sums over paths."""

from nnkit.autodiff import Scalar
from nnkit.course.drawing import text
from nnkit.explore import Explorer, explore, slider
from nnkit.plots import style

_NODE = f'fill="{style.PAPER}" stroke="{style.INK}" stroke-width="1.5"'
_EDGE = f'stroke="{style.FAINT}" stroke-width="1.8" fill="none"'

# name: x, y of the node's middle; the graph runs from left to right
_NODES = {"a": (70, 60), "b": (70, 200), "c": (250, 90), "d": (250, 200), "e": (430, 130)}
_MEANING = {"a": "a", "b": "b", "c": "c = a + b", "d": "d = b + 1", "e": "e = c · d"}
_EDGES = {"ac": (160, 62), "bc": (150, 126), "bd": (160, 220), "ce": (345, 96), "de": (345, 186)}


def compute(a: float, b: float) -> dict[str, float]:
    """Evaluate the graph and its derivatives with the scalar tape.

    Parameters
    ----------
    a, b : float
        The two inputs.

    Returns
    -------
    dict
        Values of c, d, e and the derivatives of e.
    """
    x, y = Scalar(a), Scalar(b)
    c, d = x + y, y + 1
    e = c * d
    e.backward()
    return {
        "a": a,
        "b": b,
        "c": c.value,
        "d": d.value,
        "e": e.value,
        "de_da": x.grad,
        "de_db": y.grad,
        "de_dc": c.grad,
        "de_dd": d.grad,
    }


def draw(frame: dict[str, float], slots: dict[str, str]) -> str:
    """Fill the graph's template and say how b moves e."""
    shown = {name: _number(value) for name, value in frame.items()}
    slots.update({name: shown[name] for name in "abcde"})
    slots.update({"ac": "1", "bc": "1", "bd": "1", "ce": shown["de_dc"], "de": shown["de_dd"]})
    slots["sum"] = f"de/db = {shown['de_dc']} + {_bracketed(shown['de_dd'])} = {shown['de_db']}"
    slots["other"] = f"de/da = {shown['de_da']}"
    moves = (
        "does not move e at all, to first order"
        if frame["de_db"] == 0
        else f"moves e at rate {shown['de_db']}"
    )
    return (
        f"e = {shown['e']}. Through c, b moves e at rate {shown['de_dc']}; through d, at rate "
        f"{shown['de_dd']}. Both paths together: b {moves}."
    )


def graph() -> Explorer:
    """Return the explorer of the small graph: two sliders, every edge with its local derivative."""
    return explore(
        draw,
        compute,
        name="graph",
        template=_template(),
        a=slider(-4, 4, steps=17, start=2.0),
        b=slider(-4, 4, steps=17, start=1.0),
    )


def _template() -> str:
    lines = ['<svg viewBox="0 0 500 300">', "<title>Computational graph of e = (a + b)(b + 1)</title>"]
    for name, (x, y) in _EDGES.items():
        (x1, y1), (x2, y2) = _NODES[name[0]], _NODES[name[1]]
        lines.append(f'<path d="M {x1 + 30} {y1} L {x2 - 34} {y2}" {_EDGE}></path>')
        lines.append(f'<path d="M {x2 - 28} {y2} l -10 -5 l 0 10 z" fill="{style.FAINT}"></path>')
        lines.append(text(x, y, slot=name, color=style.BLUE, size=14))
    for name, (x, y) in _NODES.items():
        lines.append(f'<circle cx="{x}" cy="{y}" r="28" {_NODE}></circle>')
        lines.append(text(x, y + 5, slot=name))
        lines.append(text(x, y - 36, _MEANING[name]))
    lines.append(text(250, 262, slot="sum"))
    lines.append(text(250, 288, slot="other"))
    return "\n".join([*lines, "</svg>"])


def _number(value: float) -> str:
    return f"{value + 0.0:g}".replace("-", "\N{MINUS SIGN}")  # -0.0 + 0.0 is 0.0


def _bracketed(number: str) -> str:
    return f"({number})" if number.startswith("\N{MINUS SIGN}") else number
