"""The drawing of the backprop stepper: a network, a table for one edge, and the error over the rounds.

Only markup and coordinates; every number in a slot is filled by `stepper`.
"""

import math

from nnkit.course.backpropagation import worked_example as example
from nnkit.course.drawing import text
from nnkit.plots import style

_NODES = {
    "i1": (32, 70),
    "i2": (32, 206),
    "h1": (180, 70),
    "h2": (180, 206),
    "o1": (328, 70),
    "o2": (328, 206),
}
_ERROR = (394, 138)
_SIZE = 14  # of all text in the network: the drawing is no wider and no higher than that needs
_LABELS = {  # weight -> middle of its label; crossing edges have theirs near the neuron that they leave
    "w1": (106, 70),
    "w2": (84, 165),
    "w3": (84, 111),
    "w4": (106, 206),
    "w5": (254, 70),
    "w6": (232, 165),
    "w7": (232, 111),
    "w8": (254, 206),
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
        '<svg viewBox="0 0 434 276">',
        "<title>The network of the worked example</title>",
    ]
    for tail, head in _ENDS:
        (x1, y1), (x2, y2) = _NODES[tail], _NODES[head]
        parts.append(f'<path d="M {x1} {y1} L {x2} {y2}" {_line(style.FAINT)}></path>')
    for neuron, target in (("o1", "t1 0.01"), ("o2", "t2 0.99")):
        (x, y), (ex, ey) = _NODES[neuron], _ERROR
        parts.append(f'<path d="M {x} {y} L {ex} {ey}" {_line(style.GRID)}></path>')
        parts.append(text(ex + 4, y + (10 if y < ey else 1), target, size=_SIZE))
    parts += [_node(name, x, y) for name, (x, y) in _NODES.items()] + [_error()]
    parts += [_weight(at, name, x, y) for at, (name, (x, y)) in enumerate(_LABELS.items())]
    parts.append(text(_NODES["h2"][0], 143, "b1 0.35", size=_SIZE))
    parts.append(text(_NODES["o2"][0] - 6, 143, "b2 0.60", size=_SIZE))
    return "".join([*parts, "</svg>"])


def _node(name: str, x: int, y: int) -> str:
    if name.startswith("i"):
        value = "0.05" if name == "i1" else "0.10"
        circle = f'<circle cx="{x}" cy="{y}" r="30" {_ground(style.FAINT)}></circle>'
        return circle + text(x, y - 6, name, size=_SIZE) + text(x, y + 12, value, size=_SIZE)
    # net input and delta stand above the upper row, below the lower
    net, delta = (y - 36, y - 53) if y < _ERROR[1] else (y + 46, y + 63)
    return (
        f'<circle cx="{x}" cy="{y}" r="30" {_ground(style.FAINT)} data-attr="stroke:ring_{name}"></circle>'
        f"{text(x, y - 6, name, size=_SIZE)}{text(x, y + 12, '', slot=name, size=_SIZE)}"
        f"{text(x, net, '', slot=f'net_{name}', size=_SIZE)}"
        f"{text(x, delta, '', slot=f'delta_{name}', color=style.ORANGE, size=_SIZE)}"
    )


def _error() -> str:
    x, y = _ERROR
    circle = (
        f'<circle cx="{x}" cy="{y}" r="38" {_ground(style.FAINT)} data-attr="stroke:ring_error"></circle>'
    )
    before = text(x, y - 17, "E", size=_SIZE) + text(x, y - 1, "", slot="error", size=_SIZE)
    return circle + before + text(x, y + 15, "", slot="new_error", color=style.BLUE, size=_SIZE)


def _weight(at: int, name: str, x: int, y: int) -> str:
    place = f'x="{x - 44}" y="{y - 19}" width="88" height="38" rx="6"'
    box = f'<rect {place} {_ground(style.FAINT)} data-attr="stroke:box_{name}"></rect>'
    value = text(x, y - 3, "", slot=name, size=_SIZE, fill=f"ink_{name}")
    slope = text(x, y + 14, "", slot=f"slope_{name}", color=style.ORANGE, size=_SIZE)
    return f'<g data-pick="edge:{at}" aria-label="Look at {name}">{box}{value}{slope}</g>'


def _table() -> str:
    rows = {
        "edge_values": ">before → after",
        "edge_gradient": ">∂ by backpropagation",
        "edge_product": ' data-text="edge_factors">?',
        "edge_finite": ">∂ by finite difference",
    }
    cells = "".join(
        f'<tr><th scope="row" style="text-align: left"{head}</th><td data-text="{slot}">?</td></tr>'
        for slot, head in rows.items()
    )
    caption = '<caption data-text="edge_name" style="text-align: left">?</caption>'
    return f'<table class="nn-numbers">{caption}<tbody>{cells}</tbody></table>'


def _curve() -> str:
    parts = [f'<svg class="nn-aside" viewBox="0 0 {_WIDTH} {_HEIGHT}">']
    parts.append("<title>Error over rounds, both orders</title>")
    for power in range(0, 5):
        x, _ = marker(10**power - 1, 1.0)
        parts.append(f'<path d="M {x} 14 L {x} {_BOTTOM}" {_line(style.GRID)}></path>')
        parts.append(text(float(x), _BOTTOM + 15, f"{10**power:,}" if power else "0", size=11))
    for power in (-1, -3, -5):
        _, y = marker(0, 10.0**power)
        parts.append(f'<path d="M {_LEFT} {y} L {_WIDTH - 20} {y}" {_line(style.GRID)}></path>')
        parts.append(text(_LEFT - 24, float(y) + 4, f"{10.0**power:.{-power}f}", size=11))
    parts.append(text(_WIDTH / 2 + 20, _HEIGHT - 2, "rounds", size=11))
    parts.append(text(24, 10, "error E", size=11))
    parts.append(text(_WIDTH - 95, 28, "simultaneous", color=style.BLUE, size=11))
    parts.append(text(_WIDTH - 95, 44, "sequential (dashed)", color=style.ORANGE, size=11))
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


def _line(color: str) -> str:
    return f'stroke="{color}" stroke-width="1.6" fill="none"'


def _ground(color: str) -> str:
    return f'fill="{style.PAPER}" stroke="{color}" stroke-width="1.8"'
