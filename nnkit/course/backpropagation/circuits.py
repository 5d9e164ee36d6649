"""The explorer of gates: one circuit of two gates, values forward, slopes backward.

Every number comes from the scalar tape `nnkit.autodiff`.
"""

from nnkit.autodiff import Scalar
from nnkit.course.drawing import text
from nnkit.explore import Explorer, choice, explore, predict, slider
from nnkit.plots import style

GATES = ("add", "multiply", "max")
SIGNS = {"add": "+", "multiply": "×", "max": "max"}
RULES = {
    "add": "add distributes: both inputs get what arrives",
    "multiply": "multiply swaps: each input gets what arrives, times the other input",
    "max": "max routes: the larger input gets all that arrives, the other nothing",
}
_NODES = {"x": (44, 56), "y": (44, 168), "z": (44, 264), "gate": (208, 112), "result": (362, 188)}
_WIRES = (("x", "gate"), ("y", "gate"), ("gate", "result"), ("z", "result"))


def larger(a: Scalar, b: Scalar) -> Scalar:
    """Return the larger of two numbers as a node of the tape, b + relu(a - b); at a tie the slope is b's."""
    return b + (a - b).relu()


def compute(gate: str, x: float, y: float, z: float) -> dict[str, float | str]:
    """Evaluate the circuit (x gate y) times z and walk back through it.

    Parameters
    ----------
    gate : {"add", "multiply", "max"}
        What joins x and y.
    x, y, z : float
        The inputs.

    Returns
    -------
    dict
        Inputs, the value of the gate `q`, the result `f`, and the slopes of f by all of them.
    """
    a, b, c = Scalar(x), Scalar(y), Scalar(z)
    q = {"add": lambda: a + b, "multiply": lambda: a * b, "max": lambda: larger(a, b)}[gate]()
    f = q * c
    f.backward()
    return {
        "gate": gate,
        **{"x": x, "y": y, "z": z, "q": q.value, "f": f.value},
        **{"df_dx": a.grad, "df_dy": b.grad, "df_dz": c.grad, "df_dq": q.grad},
    }


def draw(frame: dict[str, float | str], slots: dict[str, str]) -> str:
    """Write values above the wires and slopes below them; say what the gate did on the way back."""
    shown = {name: _number(value) for name, value in frame.items() if not isinstance(value, str)}
    gate = str(frame["gate"])
    slots.update({name: shown[name] for name in ("x", "y", "z", "q", "f")})
    slots.update({f"d{name}": shown[f"df_d{name}"] for name in ("x", "y", "z", "q")})
    slots["sign"] = SIGNS[gate]
    slots |= {f"ink_{name}": style.BLUE if name == gate else style.FAINT for name in GATES}
    tie = "; at a tie this tape takes y for the larger" if gate == "max" and frame["x"] == frame["y"] else ""
    return (
        f"f = {shown['f']}. At the gate arrives {shown['df_dq']}; it hands {shown['df_dx']} to x and "
        f"{shown['df_dy']} to y. In words, {RULES[gate]}{tie}."
    )


def gates() -> Explorer:
    """Return the explorer of gates: which gate joins x and y, and the three inputs."""
    return explore(
        draw,
        compute,
        name="gates",
        template=_template(),
        gate=choice(list(GATES), label="gate of x and y"),
        x=slider(-5, 5, start=-2),
        y=slider(-5, 5, start=5),
        z=slider(-5, 5, start=-4),
        predict=predict(
            "f = (x + y) z at x = -2, y = 5, z = -4: which input has a positive slope?",
            ["x", "y", "z"],
            answer="z",
        ),
    )


def _template() -> str:
    parts = ['<svg viewBox="0 0 460 330">', "<title>A circuit of two gates: x and y meet, then z</title>"]
    for tail, head in _WIRES:
        (x1, y1), (x2, y2) = _NODES[tail], _NODES[head]
        line = f'stroke="{style.FAINT}" stroke-width="1.8" fill="none"'
        parts.append(f'<path d="M {x1 + 24} {y1} L {x2 - 28} {y2}" {line}></path>')
    parts.append(f'<path d="M 390 188 L 420 188" stroke="{style.FAINT}" stroke-width="1.8"></path>')
    for name in ("x", "y", "z"):
        (x, y) = _NODES[name]
        parts.append(_circle(x, y, 24) + text(x, y + 5, name, size=16))
        parts.append(_pair(x + 62, y + {"x": -12, "y": 26, "z": 26}[name], name))
    for name, word, slot in (("gate", "?", "sign"), ("result", "×", "")):
        (x, y) = _NODES[name]
        parts.append(_circle(x, y, 28) + text(x, y + 6, word, slot=slot, size=19))
    parts.append(_pair(296, 112, "q"))
    parts.append(text(428, 176, slot="f", color=style.BLUE, size=16))
    parts.append(text(428, 208, "1", color=style.ORANGE, size=16))
    for at, name in enumerate(GATES):
        box = f'x="{176 + at * 90}" y="284" width="84" height="30" rx="6" fill="{style.PAPER}"'
        rect = f'<rect {box} stroke-width="1.8" data-attr="stroke:ink_{name}"></rect>'
        label = text(218 + at * 90, 304, name, size=14)
        parts.append(f'<g data-pick="gate:{at}" aria-label="Use the {name} gate">{rect}{label}</g>')
    parts.append(text(330, 30, "value", color=style.BLUE, size=14))
    parts.append(text(330, 50, "slope of f, coming back", color=style.ORANGE, size=14))
    return "".join([*parts, "</svg>"])


def _pair(x: int, y: int, name: str) -> str:
    """A value over its slope."""
    value = text(x, y, slot=name, color=style.BLUE, size=16)
    return value + text(x, y + 18, slot=f"d{name}", color=style.ORANGE, size=16)


def _circle(x: int, y: int, radius: int) -> str:
    look = f'fill="{style.PAPER}" stroke="{style.INK}" stroke-width="1.5"'
    return f'<circle cx="{x}" cy="{y}" r="{radius}" {look}></circle>'


def _number(value: float) -> str:
    return f"{value + 0.0:g}".replace("-", "\N{MINUS SIGN}")  # no negative zero
