"""The drawing of the backprop stepper: a network, a table for one edge, and the error over the rounds.

Only markup and coordinates; every number in a slot is filled by `stepper`.
"""

import math

from nnkit.course.backpropagation import worked_example as example
from nnkit.plots import style

_NODES = {
    "i1": (32, 92),
    "i2": (32, 244),
    "h1": (166, 92),
    "h2": (166, 244),
    "o1": (300, 92),
    "o2": (300, 244),
}
_ERROR = (411, 168)
_LABELS = {  # weight -> middle of its label; crossing edges have theirs near the neuron that they leave
    "w1": (99, 92),
    "w2": (78, 195),
    "w3": (78, 141),
    "w4": (99, 244),
    "w5": (233, 92),
    "w6": (212, 195),
    "w7": (212, 141),
    "w8": (233, 244),
}
_ENDS = (
    ("i1", "h1"),
    ("i2", "h1"),
    ("i1", "h2"),
    ("i2", "h2"),
    ("h1", "o1"),
    ("h2", "o1"),
    ("h1", "o2"),
    ("h2", "o2"),
)
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 440, 150, 56, 118  # of the error curve


def ring(now: bool) -> str:
    """Color of the line around what the step is about, or around the chosen edge."""
    return style.BLUE if now else style.FAINT


def weight_ink(now: bool) -> str:
    """Color of a weight's value: it stands out when it has just been updated."""
    return style.BLUE if now else style.INK


def marker(rounds: int, error: float) -> tuple[str, str]:
    """Place of the marker on the error curve, in the curve's own units."""
    across = math.log10(1 + rounds) / 4
    up = (math.log10(error) + 5) / 5
    return f"{_LEFT + across * (_WIDTH - _LEFT - 20):.1f}", f"{_BOTTOM - up * (_BOTTOM - 14):.1f}"


def markup() -> str:
    """Return the template: the network, the edge's table, the error curve."""
    return f'<div class="nn-panels">{_network()}{_table()}{_curve()}</div>'


def _network() -> str:
    parts = [
        '<svg viewBox="0 0 450 330">',
        "<title>The network of the worked example</title>",
    ]
    for tail, head in _ENDS:
        (x1, y1), (x2, y2) = _NODES[tail], _NODES[head]
        parts.append(f'<path d="M {x1} {y1} L {x2} {y2}" {_line(style.FAINT)}></path>')
    for neuron, target in (("o1", "t1 0.01"), ("o2", "t2 0.99")):
        (x, y), (ex, ey) = _NODES[neuron], _ERROR
        parts.append(f'<path d="M {x} {y} L {ex} {ey}" {_line(style.GRID)}></path>')
        parts.append(_label((x + ex) / 2 + 20, y + (10 if y < ey else 2), target, size=12))
    parts += [_node(name, x, y) for name, (x, y) in _NODES.items()] + [_error()]
    parts += [_weight(at, name, x, y) for at, (name, (x, y)) in enumerate(_LABELS.items())]
    parts.append(_label(_NODES["h2"][0], 172, "b1 0.35", size=12))
    parts.append(_label(_NODES["o2"][0] - 2, 172, "b2 0.60", size=12))
    return "".join([*parts, "</svg>"])


def _node(name: str, x: int, y: int) -> str:
    if name.startswith("i"):
        value = "0.05" if name == "i1" else "0.10"
        circle = f'<circle cx="{x}" cy="{y}" r="28" {_ground(style.FAINT)}></circle>'
        return circle + _label(x, y - 5, name) + _label(x, y + 12, value)
    outside = (
        (-38, -55) if y < _ERROR[1] else (48, 65)
    )  # net input and delta stand above the upper row, below the lower
    return (
        f'<circle cx="{x}" cy="{y}" r="28" {_ground(style.FAINT)} data-attr="stroke:ring_{name}"></circle>'
        f"{_label(x, y - 5, name)}{_label(x, y + 12, slot=name)}"
        f"{_label(x, y + outside[0], slot=f'net_{name}', size=12)}"
        f"{_label(x, y + outside[1], slot=f'delta_{name}', color=style.ORANGE)}"
    )


def _error() -> str:
    x, y = _ERROR
    circle = (
        f'<circle cx="{x}" cy="{y}" r="36" {_ground(style.FAINT)} data-attr="stroke:ring_error"></circle>'
    )
    return circle + _label(x, y - 6, "E") + _label(x, y + 12, slot="error")


def _weight(at: int, name: str, x: int, y: int) -> str:
    place = f'x="{x - 38}" y="{y - 18}" width="76" height="37" rx="6"'
    box = f'<rect {place} {_ground(style.FAINT)} data-attr="stroke:box_{name}"></rect>'
    value = _label(x, y - 3, slot=name, ink=f"ink_{name}", size=12)
    slope = _label(x, y + 13, slot=f"slope_{name}", color=style.ORANGE, size=12)
    return f'<g data-pick="edge:{at}" aria-label="Look at {name}">{box}{value}{slope}</g>'


def _table() -> str:
    rows = {
        "value before this round": "edge_value",
        "its gradient ∂, by backpropagation": "edge_gradient",
        "its gradient, by finite difference": "edge_finite",
        "its gradient, as a product": "edge_formula",
        "value after this round": "edge_new",
    }
    cells = "".join(
        f'<tr><th scope="row" style="text-align: left">{text}</th><td data-text="{slot}">?</td></tr>'
        for text, slot in rows.items()
    )
    caption = '<caption data-text="edge_name" style="text-align: left">?</caption>'
    return f'<table class="nn-numbers">{caption}<tbody>{cells}</tbody></table>'


def _curve() -> str:
    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}">', "<title>Error over rounds, both orders</title>"]
    for power in range(0, 5):
        x, _ = marker(10**power - 1, 1.0)
        parts.append(f'<path d="M {x} 14 L {x} {_BOTTOM}" {_line(style.GRID)}></path>')
        parts.append(_label(float(x), _BOTTOM + 15, f"{10**power:,}" if power else "0", size=11))
    for power in (-1, -3, -5):
        _, y = marker(0, 10.0**power)
        parts.append(f'<path d="M {_LEFT} {y} L {_WIDTH - 20} {y}" {_line(style.GRID)}></path>')
        parts.append(_label(_LEFT - 24, float(y) + 4, f"{10.0**power:.{-power}f}", size=11))
    parts.append(_label(_WIDTH / 2 + 20, _HEIGHT - 2, "rounds", size=11))
    parts.append(_label(24, 10, "error E", size=11))
    parts.append(_label(_WIDTH - 95, 28, "simultaneous", color=style.BLUE, size=11))
    parts.append(_label(_WIDTH - 95, 44, "sequential (dashed)", color=style.ORANGE, size=11))
    for order, color, dash in (
        ("simultaneous", style.BLUE, ""),
        ("sequential", style.ORANGE, 'stroke-dasharray="5 4"'),
    ):
        errors = example.run(order)[1]
        shown = sorted({round(10 ** (at / 15)) - 1 for at in range(61)})
        points = " ".join(",".join(marker(rounds, errors[rounds])) for rounds in shown)
        parts.append(f'<polyline points="{points}" {_line(color)} {dash}></polyline>')
    parts.append(
        f'<circle r="5" fill="{style.INK}" cx="0" cy="0" data-attr="cx:marker_x cy:marker_y"></circle>'
    )
    return "".join([*parts, "</svg>"])


def _label(
    x: float,
    y: float,
    text: str = "",
    *,
    slot: str = "",
    ink: str = "",
    color: str = style.INK,
    size: int = 13,
) -> str:
    bound = (f' data-text="{slot}"' if slot else "") + (f' data-attr="fill:{ink}"' if ink else "")
    font = f'font-size="{size}" font-family="sans-serif" text-anchor="middle"'
    return f'<text x="{x:g}" y="{y:g}" fill="{color}" {font}{bound}>{text}</text>'


def _line(color: str) -> str:
    return f'stroke="{color}" stroke-width="1.6" fill="none"'


def _ground(color: str) -> str:
    return f'fill="{style.PAPER}" stroke="{color}" stroke-width="1.8"'
