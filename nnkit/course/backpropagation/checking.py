"""Gradient checking: how far a finite difference is off, by step, side, activation and precision.

The networks are small and at random weights; the truth is `nnkit`'s backward pass, in float64.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

import nnkit
from nnkit.course.backpropagation import wishes
from nnkit.explore import Explorer, choice, explore, predict, slider
from nnkit.plots import style

SIDES = ("central", "one-sided")
NETWORKS = ("tanh", "ReLU", "ReLU near a kink")
STEPS = tuple(float(f"{10.0**-power:.0e}") for power in range(1, 13))
NEAR = 1e-4  # how far one net input stands from its kink
FLOOR = 1e-12  # the drawing's lower end
_RAISED = str.maketrans("-0123456789", "\N{SUPERSCRIPT MINUS}⁰¹²³⁴⁵⁶⁷⁸⁹")


@lru_cache(maxsize=32)
def problem(network: str, seed: int) -> tuple[nnkit.Sequential, np.ndarray, np.ndarray]:
    """Return a network 4-8-3 at random weights, and five examples.

    Parameters
    ----------
    network : {"tanh", "ReLU", "ReLU near a kink"}
        The last has one hidden net input at `NEAR`, for the first example.
    seed : int
        Of weights and examples.

    Returns
    -------
    model, x, y
    """
    rng = np.random.default_rng(seed)
    activation = nnkit.Tanh if network == "tanh" else nnkit.ReLU
    model = nnkit.mlp([4, 8, 3], rng=rng, activation=activation)
    x, y = rng.normal(size=(5, 4)), rng.integers(0, 3, size=5)
    if network == NETWORKS[2]:
        z = model[0](x)[0]
        unit = int(np.abs(model[2].W.value).sum(axis=1).argmax())
        model[0].b.value[unit] += NEAR - z[unit]
    return model, x, y


def slopes(loss: Callable[[], float], values: np.ndarray, step: float, side: str) -> np.ndarray:
    """Return finite differences of a loss by every entry of an array, which is moved in place and put back.

    Parameters
    ----------
    loss : callable
        ``loss() -> float``, at the values as they are now.
    values : ndarray
        What is moved.
    step : float
        How far.
    side : {"central", "one-sided"}
        Up and down, or up only.

    Returns
    -------
    ndarray
        Like `values`.
    """
    found, here = np.zeros(values.shape), loss() if side == "one-sided" else 0.0
    for place in np.ndindex(values.shape):
        kept = values[place]
        values[place] = kept + step
        above = loss()
        values[place] = kept - step
        found[place] = (above - loss()) / (2 * step) if side == "central" else (above - here) / step
        values[place] = kept
    return found


@lru_cache(maxsize=4096)
def error(network: str, seed: int, step: float, side: str, precision: str = "float64") -> float:
    """Return the relative error of finite differences, over all parameters together.

    Parameters
    ----------
    network, seed
        See :func:`problem`.
    step, side
        See :func:`slopes`.
    precision : {"float64", "float32"}
        In which the loss is computed. The gradient that counts as true is always in float64.

    Returns
    -------
    float
        Length of the difference, over the length of the gradient.
    """
    model, x, y = problem(network, seed)
    loss = nnkit.SoftmaxCrossEntropy()
    nnkit.backpropagate(model, loss, x, y)
    truth = np.concatenate([parameter.grad.ravel() for parameter in model.parameters()])
    probed = _in_precision(model, precision)
    x = x.astype(precision)
    found = [
        slopes(lambda: loss.value(probed(x), y), parameter.value, step, side).ravel()
        for parameter in probed.parameters()
    ]
    return float(np.linalg.norm(np.concatenate(found) - truth) / np.linalg.norm(truth))


def best(network: str, seed: int, side: str, precision: str = "float64") -> float:
    """Return the smallest error over all `STEPS`."""
    return min(error(network, seed, step, side, precision) for step in STEPS)


def order(network: str, seed: int, side: str) -> float:
    """Return how many powers of ten the error loses when the step falls from 1e-2 to 1e-3."""
    return float(np.log10(error(network, seed, 1e-2, side) / error(network, seed, 1e-3, side)))


def float32_gap(seed: int) -> float:
    """Return the relative difference of a network's gradients on digits, computed in float32 and in float64.

    Both have the same weights, which float32 can hold; network 64-32-10, the first 32 digits.
    """
    X, y = (part[:32] for part in wishes.training_digits())
    small = nnkit.mlp([64, 32, 10], rng=np.random.default_rng(seed), dtype=np.float32)
    large = nnkit.mlp([64, 32, 10], rng=np.random.default_rng(seed))
    for source, goal in zip(small.parameters(), large.parameters(), strict=True):
        goal.value[...] = source.value
    loss, found = nnkit.SoftmaxCrossEntropy(), []
    for model in (small, large):
        nnkit.backpropagate(model, loss, X, y)
        found.append(np.concatenate([each.grad.ravel().astype(np.float64) for each in model.parameters()]))
    return float(np.linalg.norm(found[0] - found[1]) / np.linalg.norm(found[1]))


def compute(network: str, side: str, step: float) -> dict[str, Any]:
    """Give the error at one step, and at all of them."""
    return {
        "step": step,
        "error": error(network, 0, step, side),
        "errors": np.array([error(network, 0, each, side) for each in STEPS]),
        "network": network,
        "side": side,
    }


def draw(frame: dict[str, Any], figure: Figure) -> str:
    """Draw the error over the step, with the step that is looked at."""
    axes = figure.subplots()
    axes.loglog(STEPS, np.maximum(frame["errors"], FLOOR), marker="o", markersize=4)
    axes.loglog(frame["step"], max(frame["error"], FLOOR), marker="o", markersize=10, color=style.ORANGE)
    axes.axhline(1e-7, color=style.FAINT, linestyle="--", linewidth=1)
    axes.annotate("below the dashed line, a gradient counts as right", (7e-13, 3e-12), color=style.FAINT)
    axes.set(xlabel="step", ylabel="relative error", ylim=(FLOOR, 3), xlim=(5e-13, 0.2))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(FixedLocator([10.0**power for power in range(-12, 1, 2)]))
        axis.set_major_formatter(FuncFormatter(_power))
        axis.set_minor_locator(NullLocator())
    return (
        f"{frame['network']}, {frame['side']}: with a step of {_power(frame['step'])}, the finite difference "
        f"and the gradient differ by {_rounded(frame['error'])} of the gradient's length."
    )


def steps() -> Explorer:
    """Return the explorer of the step: error of a finite difference by step, side and network."""
    return explore(
        draw,
        compute,
        name="steps",
        size=(5.1, 4.2),
        tolerance=0.05,  # where rounding rules, the error itself is rounding
        step=slider(values=STEPS[::-1], start=1e-1, label="step", digits=1),
        side=choice(list(SIDES), label="difference"),
        network=choice(list(NETWORKS), label="network"),
        predict=predict(
            "Divide the step by ten, again and again. Where does the error of a central difference turn?",
            ["near 0.01", "near 0.00001", "near 0.00000001", "it never turns"],
            answer="near 0.00001",
        ),
    )


def _power(value: float, _: object = None) -> str:
    """A power of ten in plain characters: matplotlib would look for fonts of mathematics."""
    return "10" + str(round(np.log10(value))).translate(_RAISED)


def _rounded(value: float) -> str:
    """One digit and a power of ten."""
    digit, power = f"{value:.0e}".split("e")
    return f"{digit} × {_power(10.0 ** int(power))}"


def _in_precision(model: nnkit.Sequential, precision: str) -> nnkit.Sequential:
    if precision == "float64":
        return model
    kind = nnkit.Tanh if isinstance(model[1], nnkit.Tanh) else nnkit.ReLU
    copy = nnkit.mlp([4, 8, 3], rng=np.random.default_rng(0), activation=kind, dtype=np.float32)
    for source, goal in zip(model.parameters(), copy.parameters(), strict=True):
        goal.value[...] = source.value
    return copy
