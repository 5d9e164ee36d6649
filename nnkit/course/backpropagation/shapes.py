"""The shape checker: the products of a layer's backward pass, the right ones and those that look right.

Whether a product fits, has the right shape and holds the right numbers is found by trying it in NumPy.
"""

from typing import Any

import numpy as np

from nnkit.course.drawing import text
from nnkit.explore import Explorer, choice, explore, slider
from nnkit.plots import style

MOST = 5
SCALE = 24  # pixels for one row or column
# name -> what stands left, what stands right, the array that is wanted
PRODUCTS = {
    "x @ W": ("x", "W", "z"),
    "delta @ W.T": ("delta", "W.T", "dx"),
    "delta @ W": ("delta", "W", "dx"),
    "W.T @ delta": ("W.T", "delta", "dx"),
    "x.T @ delta": ("x.T", "delta", "dW"),
    "x @ delta": ("x", "delta", "dW"),
    "delta.T @ x": ("delta.T", "x", "dW"),
}
_LEFT, _RIGHT, _RESULT, _MIDDLE = 68, 222, 376, 116  # middles of the three arrays


def attempt(product: str, batch: int, n_in: int, n_out: int) -> dict[str, Any]:
    """Try one product on random whole numbers.

    Parameters
    ----------
    product : str
        One of `PRODUCTS`.
    batch, n_in, n_out : int
        Sizes of the layer.

    Returns
    -------
    dict
        Shapes ``left``, ``right``, ``wanted`` and ``result`` (None if NumPy refuses), and ``verdict``, one of
        "right", "refused", "wrong shape" and "silent".
    """
    rng = np.random.default_rng(0)
    x, W = rng.integers(1, 9, (batch, n_in)), rng.integers(1, 9, (n_in, n_out))
    delta = rng.integers(1, 9, (batch, n_out))
    arrays = {"x": x, "W": W, "delta": delta, "x.T": x.T, "W.T": W.T, "delta.T": delta.T}
    wanted = {"z": x @ W, "dx": delta @ W.T, "dW": x.T @ delta}
    left, right, name = PRODUCTS[product]
    found = {"left": arrays[left].shape, "right": arrays[right].shape, "wanted": wanted[name].shape}
    try:
        result = arrays[left] @ arrays[right]
    except ValueError:
        return {**found, "result": None, "verdict": "refused"}
    if result.shape != wanted[name].shape:
        verdict = "wrong shape"
    else:
        verdict = "right" if np.array_equal(result, wanted[name]) else "silent"
    return {**found, "result": result.shape, "verdict": verdict}


def compute(product: str, batch: int, n_in: int, n_out: int) -> dict[str, Any]:
    """Give the attempt with its sizes, and 1 where a wrong product passes for a right one."""
    found = attempt(product, batch, n_in, n_out)
    silent = int(found["verdict"] == "silent")
    return {"batch": batch, "n_in": n_in, "n_out": n_out, "silent": silent, "product": product, **found}


def draw(frame: dict[str, Any], slots: dict[str, str]) -> str:
    """Draw both factors and what comes out, to scale; say whether they fit."""
    left, right, name = PRODUCTS[frame["product"]]
    verdict = frame["verdict"]
    _rectangle(slots, "left", _LEFT, frame["left"])
    _rectangle(slots, "right", _RIGHT, frame["right"])
    _rectangle(slots, "result", _RESULT, frame["result"] or frame["wanted"])
    slots["opacity"] = "0.15" if verdict == "refused" else "1"
    slots["name_left"], slots["name_right"] = (_pretty(part) for part in (left, right))
    slots["name_result"] = f"wanted: {name} {_shape(frame['wanted'])}"
    inner = frame["left"][1], frame["right"][0]
    slots["inner"] = f"{inner[0]} {'=' if inner[0] == inner[1] else '≠'} {inner[1]}"
    slots["ink_inner"] = style.GREEN if inner[0] == inner[1] else style.RED
    slots["shape_result"] = "no result" if frame["result"] is None else _shape(frame["result"])
    slots["ink_result"] = style.GREEN if verdict == "right" else style.RED
    return {
        "right": f"It fits: the inner sizes are {inner[0]} and {inner[1]}, and what comes out is {name}.",
        "refused": f"The inner sizes are {inner[0]} and {inner[1]}: NumPy stops with an error.",
        "wrong shape": f"It multiplies, but {name} has shape {_shape(frame['wanted'])}: that gives it away.",
        "silent": f"It multiplies, the shape is that of {name}, the numbers are wrong: nothing complains.",
    }[verdict]


def checker() -> Explorer:
    """Return the shape checker: the product to try, and the three sizes."""
    return explore(
        draw,
        compute,
        name="shapes",
        template=_template(),
        product=choice({_pretty(name): name for name in PRODUCTS}, label="product"),
        batch=slider(1, MOST, start=4, label="examples m"),
        n_in=slider(1, MOST, start=3, label="inputs of the layer"),
        n_out=slider(1, MOST, start=2, label="outputs of the layer"),
    )


def _rectangle(slots: dict[str, str], name: str, middle: int, shape: tuple[int, int]) -> None:
    height, width = shape[0] * SCALE, shape[1] * SCALE
    slots[f"{name}_x"], slots[f"{name}_y"] = f"{middle - width / 2:g}", f"{_MIDDLE - height / 2:g}"
    slots[f"{name}_w"], slots[f"{name}_h"] = f"{width}", f"{height}"
    if name != "result":
        slots[f"shape_{name}"] = _shape(shape)


def _template() -> str:
    parts = ['<svg viewBox="0 0 444 238">', "<title>Two arrays, drawn to scale, and their product</title>"]
    for name, color in (("left", style.BLUE), ("right", style.ORANGE)):
        parts.append(_box(name, f'fill="{color}" fill-opacity="0.25" stroke="{color}"'))
    parts.append(
        _box("result", f'fill="{style.PAPER}" stroke-width="2"', " stroke:ink_result opacity:opacity")
    )
    parts += [text(at, 30, slot=f"name_{name}") for at, name in ((_LEFT, "left"), (_RIGHT, "right"))]
    parts += [text(at, 204, slot=f"shape_{name}") for at, name in ((_LEFT, "left"), (_RIGHT, "right"))]
    parts.append(text(_RESULT, 30, slot="name_result"))
    parts.append(text(_RESULT, 204, slot="shape_result", fill="ink_result"))
    parts.append(text(145, 121, "@") + text(299, 121, "="))
    parts.append(text(145, 230, slot="inner", fill="ink_inner"))
    return "".join([*parts, "</svg>"])


def _box(name: str, look: str, more: str = "") -> str:
    places = f"x:{name}_x y:{name}_y width:{name}_w height:{name}_h"
    return f'<rect x="0" y="0" width="1" height="1" {look} data-attr="{places}{more}"></rect>'


def _shape(shape: tuple[int, int]) -> str:
    return f"({shape[0]}, {shape[1]})"


def _pretty(name: str) -> str:
    return name.replace("delta", "δ").replace(".T", "ᵀ")
