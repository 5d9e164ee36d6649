"""What the explorers' benchmark shows: line art, a raster and a template, each in 24 states.

Every contender draws with the same functions; how it is measured stands in `explorers.py`.
"""

import numpy as np

from nnkit.explore import Scene, Template, slider
from nnkit.plots import style

STATES = 24
SIZE = (6.4, 3.2)
GRID = 64


def curves(rate):
    """A path of gradient descent and its loss."""
    weights = [1.8]
    for _ in range(40):
        weights.append(weights[-1] - rate * (2 * weights[-1] + np.sin(3 * weights[-1])))
    path = np.array(weights)
    return {"rate": rate, "path": path, "loss": path**2 - np.cos(3 * path) / 3}


def draw_curves(frame, figure):
    """Two axes with lines, markers and labels."""
    left, right = figure.subplots(1, 2)
    w = np.linspace(-2.5, 2.5, 100)
    left.plot(w, w**2 - np.cos(3 * w) / 3)
    left.plot(frame["path"], frame["loss"], marker="o", markersize=4, color=style.ORANGE)
    left.set(xlabel="weight", ylabel="loss", xlim=(-2.5, 2.5), ylim=(-1, 6))
    right.plot(frame["loss"])
    right.set(xlabel="step", ylabel="loss", ylim=(-1, 6))
    return f"Rate {frame['rate']:.2f}: the loss ends at {frame['loss'][-1]:.3f}."


def regions(rate):
    """The output of a small network over the plane."""
    x = np.linspace(-2, 2, GRID)
    a, b = np.meshgrid(x, x)
    z = np.tanh(4 * rate * a + np.sin(3 * b)) + np.tanh(2 * b - 3 * rate * a * b)
    return {"rate": rate, "z": z}


def draw_regions(frame, figure):
    """One raster."""
    axes = figure.subplots()
    axes.imshow(
        frame["z"], extent=(-2, 2, -2, 2), cmap=style.DIVERGING, vmin=-2, vmax=2, interpolation="none"
    )
    axes.grid(False)
    axes.set(xlabel="first input", ylabel="second input")
    return f"Scale {frame['rate']:.2f}: the mean output is {frame['z'].mean():.3f}."


def network(rate):
    """Twelve numbers of a network with two layers."""
    return {f"n{at}": float(np.tanh(rate * (at - 5))) for at in range(12)} | {"rate": rate}


def draw_network(frame, figure):
    """The network as a figure, for contenders without templates."""
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 480), ylim=(240, 0))
    axes.axis("off")
    for at in range(12):
        x, y = _place(at)
        axes.add_artist(_circle(x, y))
        axes.text(x, y, f"{frame[f'n{at}']:.4f}", ha="center", va="center", fontsize=8)
    return f"Rate {frame['rate']:.2f}."


def fill_network(frame, slots):
    """The network's texts, for a template."""
    slots.update({f"n{at}": f"{frame[f'n{at}']:.4f}" for at in range(12)})
    return f"Rate {frame['rate']:.2f}."


def _place(at):
    return 60 + 120 * (at % 4), 50 + 70 * (at // 4)


def _circle(x, y):
    from matplotlib.patches import Circle

    return Circle((x, y), 26, facecolor=style.PAPER, edgecolor=style.INK)


def _markup():
    parts = ['<svg viewBox="0 0 480 240">']
    for at in range(12):
        x, y = _place(at)
        parts.append(f'<circle cx="{x}" cy="{y}" r="26" fill="{style.PAPER}" stroke="{style.INK}"></circle>')
        parts.append(f'<text x="{x}" y="{y + 4}" text-anchor="middle" data-text="n{at}"></text>')
    return "".join([*parts, "</svg>"])


def control():
    """The slider of every scene."""
    return slider(0.02, 0.6, steps=STATES)


# kind -> compute, draw on a figure, and the scene that an explorer shows
KINDS = {
    "line art": (curves, draw_curves, lambda: Scene("curves", draw_curves, curves, {"rate": control()})),
    "raster": (regions, draw_regions, lambda: Scene("regions", draw_regions, regions, {"rate": control()})),
    "template": (
        network,
        draw_network,
        lambda: Scene("network", fill_network, network, {"rate": control()}, Template(_markup())),
    ),
}
