"""The backprop stepper: the worked example, forward, backward and update, at any round and in both orders.

The numbers come from `worked_example`; the drawing of the network stands in `stepper_template`.
"""

from functools import lru_cache
from typing import Any

import nnkit
from nnkit.course.backpropagation import worked_example as example
from nnkit.course.backpropagation.stepper_template import marker, markup, ring, weight_ink
from nnkit.explore import Explorer, choice, explore, play, slider

ROUNDS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 9999, 10_000)
STEPS = {
    "simultaneous": (
        *("given", "net_h", "h", "net_o", "o", "error"),
        *("delta_o", "gradient_output", "delta_h", "gradient_hidden", "update_output", "update_hidden"),
    ),
    "sequential": (
        *("given", "net_h", "h", "net_o", "o", "error"),
        *("delta_o", "gradient_output", "update_output", "delta_h", "gradient_hidden", "update_hidden"),
    ),
}
ENDS = {  # weight -> the neuron it leaves and the neuron it enters
    "w1": ("i1", "h1"),
    "w2": ("i2", "h1"),
    "w3": ("i1", "h2"),
    "w4": ("i2", "h2"),
    "w5": ("h1", "o1"),
    "w6": ("h2", "o1"),
    "w7": ("h1", "o2"),
    "w8": ("h2", "o2"),
}
HIDDEN, OUTPUT = ("w1", "w2", "w3", "w4"), ("w5", "w6", "w7", "w8")
DIFFERENCE_STEP = (
    1e-5  # near the cube root of float64's rounding error, where a central difference is sharpest
)
ROUNDING = 2e-11  # of a finite difference here: float64 is good to 2e-16, divided by the step


@lru_cache(maxsize=64)
def round_in_detail(rounds: int, order: str) -> dict[str, float]:
    """Take one round of training apart.

    Parameters
    ----------
    rounds : int
        How many rounds were done before this one.
    order : {"simultaneous", "sequential"}
        When the output weights change.

    Returns
    -------
    dict of str to float
        ``net_h1``, ``h1``, ``delta_h1``, ``w5``, ``gradient_w5``, ``finite_w5``, ``new_w5``, ``error``,
        ``new_error`` and their siblings.
    """
    model = example.with_weights(example.run(order)[0][rounds])
    found = {"i1": 0.05, "i2": 0.10, **example.weights(model)}
    found |= {f"finite_{name}": _finite_difference(model, name) for name in example.PLACES}
    net_h = model[0](example.X)
    h = model[1](net_h)
    net_o = model[2](h)
    o = model[3](net_o)
    old_output = model[2].W.value.copy()
    found["error"] = example.update(model, order)
    used = old_output if order == "simultaneous" else model[2].W.value
    delta_o = (o - example.TARGET) * o * (1 - o)
    delta_h = (delta_o @ used.T) * h * (1 - h)
    for number in (1, 2):
        at = (0, number - 1)
        found |= {f"net_h{number}": net_h[at], f"h{number}": h[at], f"delta_h{number}": delta_h[at]}
        found |= {f"net_o{number}": net_o[at], f"o{number}": o[at], f"delta_o{number}": delta_o[at]}
    found |= {f"new_{name}": value for name, value in example.weights(model).items()}
    for name, (layer, row, column) in example.PLACES.items():
        found[f"gradient_{name}"] = model[layer].W.grad[row, column]
    found["new_error"] = example.LOSS.value(model(example.X), example.TARGET)
    return {name: float(value) for name, value in found.items()}


def _finite_difference(model: nnkit.Sequential, name: str) -> float:
    layer, row, column = example.PLACES[name]
    value = model[layer].W.value
    old = value[row, column]
    errors = []
    for moved in (old + DIFFERENCE_STEP, old - DIFFERENCE_STEP):
        value[row, column] = moved
        errors.append(example.LOSS.value(model(example.X), example.TARGET))
    value[row, column] = old
    return (errors[0] - errors[1]) / (2 * DIFFERENCE_STEP)


def compute(rounds: int, step: int, order: str, edge: str) -> dict[str, Any]:
    """Give the numbers of one state of the stepper.

    Parameters
    ----------
    rounds : int
        Rounds done before the one that is shown.
    step : int in [0, 11]
        How far this round has come.
    order : {"simultaneous", "sequential"}
        When the output weights change.
    edge : str
        The weight whose four numbers are shown.

    Returns
    -------
    dict
        Key numbers of the edge, and everything else under ``parts``.
    """
    parts = round_in_detail(rounds, order)
    return {
        "error": parts["error"],
        "value": parts[edge],
        "gradient": parts[f"gradient_{edge}"],
        "finite_difference": parts[f"finite_{edge}"],
        "parts": parts,
        "rounds": rounds,
        "done": STEPS[order][: step + 1],
        "order": order,
        "edge": edge,
    }


def draw(frame: dict[str, Any], slots: dict[str, str]) -> str:
    """Fill the network, the table of the chosen edge and the marker on the error curve; say what happens."""
    parts, done, edge = frame["parts"], frame["done"], frame["edge"]
    for layer in ("h", "o"):
        for neuron in (f"{layer}1", f"{layer}2"):
            slots[f"net_{neuron}"] = f"net {_short(parts[f'net_{neuron}'])}" if f"net_{layer}" in done else ""
            slots[neuron] = f"{parts[neuron]:.4f}" if layer in done else ""
            slots[f"delta_{neuron}"] = (
                f"δ {_short(parts[f'delta_{neuron}'])}" if f"delta_{layer}" in done else ""
            )
            slots[f"ring_{neuron}"] = ring(done[-1] in (f"net_{layer}", layer, f"delta_{layer}"))
    for names, layer in ((HIDDEN, "hidden"), (OUTPUT, "output")):
        updated = f"update_{layer}" in done
        for name in names:
            slots[name] = f"{name} {_short(parts[f'new_{name}' if updated else name])}"
            slots[f"slope_{name}"] = (
                f"∂ {_short(parts[f'gradient_{name}'])}" if f"gradient_{layer}" in done else ""
            )
            slots[f"ink_{name}"] = weight_ink(done[-1] == f"update_{layer}")
            slots[f"box_{name}"] = ring(name == edge)
    slots["error"] = f"{parts['error']:.6f}" if "error" in done else ""
    moved = done[-1] == "update_hidden"
    slots["new_error"] = f"{parts['new_error']:.6f}" if moved else ""
    slots["ring_error"] = ring(moved or done[-1] == "error")
    slots["marker_x"], slots["marker_y"] = marker(frame["rounds"], parts["error"])
    slots.update(_edge_table(frame))
    return _sentence(frame)


def stepper() -> Explorer:
    """Return the stepper: rounds, steps of a round, the order of the updates, and the edge to look at."""
    return explore(
        draw,
        compute,
        name="stepper",
        template=markup(),
        tolerance=1e-9,  # finite differences: rounding errors, divided by the step
        step=play(slider(0, 11, label="step of the round"), interval=1.5),
        rounds=slider(values=ROUNDS, label="rounds done before", digits=6),
        order=choice(list(example.ORDERS), label="update order"),
        edge=choice(list(example.PLACES), start="w5", label="look at"),
    )


def _edge_table(frame: dict[str, Any]) -> dict[str, str]:
    parts, edge = frame["parts"], frame["edge"]
    tail, head = ENDS[edge]
    gap = frame["gradient"] - frame["finite_difference"]
    agrees = "they agree" if abs(gap) < ROUNDING else f"off by {abs(gap):.0e}"
    return {
        "edge_name": f"{edge}, from {tail} to {head}, in the whole round",
        "edge_values": f"{_plain(frame['value'])} → {_plain(parts[f'new_{edge}'])}",
        "edge_gradient": _plain(frame["gradient"], 11),
        "edge_factors": f"∂ = δ of {head} × {tail}",
        "edge_product": f"{_plain(parts[f'delta_{head}'])} × {_plain(parts[tail])}",
        "edge_finite": f"{_plain(frame['finite_difference'], 11)} ({agrees})",
    }


def _sentence(frame: dict[str, Any]) -> str:
    parts = frame["parts"]
    through = "the old" if frame["order"] == "simultaneous" else "the already updated"
    what = {
        "given": f"the two inputs and the eight weights, after {frame['rounds']:,} rounds of training.",
        "net_h": "each hidden neuron adds up its weighted inputs and its bias: its net input.",
        "h": "the logistic function turns net inputs into the hidden neurons' outputs.",
        "net_o": "each output neuron adds up the hidden outputs, weighted, and its bias.",
        "o": f"the network answers {parts['o1']:.4f} and {parts['o2']:.4f}; the targets are 0.01 and 0.99.",
        "error": f"the error, half the squared gaps added up, is {parts['error']:.9f}.",
        "delta_o": "back from the error to the net inputs of the outputs: each delta is gap times slope.",
        "gradient_output": "a weight's gradient is the delta it leads to times the output it comes from.",
        "delta_h": f"the deltas travel back through {through} output weights.",
        "gradient_hidden": "the hidden weights' gradients follow by the same product.",
        "update_output": "the output weights move against their gradients, half a gradient far.",
        "update_hidden": f"all weights have moved; the error is now {parts['new_error']:.9f}.",
    }[frame["done"][-1]]
    return f"Step {len(frame['done']) - 1}: {what}"


def _short(value: float) -> str:
    """Four decimals, or one digit and a power of ten where these would be zeros."""
    if 0 < abs(value) < 0.5e-4:
        digit, power = f"{value:.0e}".split("e")
        return f"{digit}e{int(power)}".replace("-", "\N{MINUS SIGN}")
    return _plain(value, 4)


def _plain(value: float, digits: int = 9) -> str:
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")
