"""What each trick of the package buys: the same training with the trick undone, and with it, in turn.

    python benchmarks/tricks.py       measure, write results/tricks.md and .png

Each trick is a function that undoes it inside a `with`, in which the network is built and trained. Ideas
that did not pay are measured the same way: there the `with` tries the idea.
"""

import math
from contextlib import contextmanager, nullcontext
from functools import partial
from statistics import median
from unittest import mock

import contenders
import numpy as np
from batch_first import Conv2D, MaxPool2D
from cases import LENET, MLPS, Case
from threadpoolctl import threadpool_limits
from turns import RESULTS, SECONDS, between, rows, save, timed, where

import nnkit
from nnkit.models import Sequential
from nnkit.optimizers.adaptive import Adam
from nnkit.optimizers.sgd import SGD
from nnkit.parameter import Parameter
from nnkit.plots import style
from nnkit.training.trainer import Trainer

LEAST, MOST, LONG = 5, 41, 1.0  # rounds; seconds in which there may be more than the least
NETWORKS = tuple(MLPS)
CONVOLUTION = ((LENET, 64),)


def replaced(owner, **functions):
    """A `with` in which methods of a class, or names of a module, are others."""
    return mock.patch.multiple(owner, **functions)


def apart():
    """Leave every parameter in memory of its own: the optimizer makes a pass for each."""
    return replaced(nnkit.models, fuse=lambda parameters: None)


@contextmanager
def filled():
    """Fill gradients with zeros, and add to them."""

    def fill(self):
        self._grad.fill(0)

    def add(self, operation, *arrays, **options):
        self._grad += operation(*arrays, **options)

    with replaced(Parameter, expire_grad=fill, accumulate=add):
        yield


def gathered():
    """Ask the model for its parameters in every step."""
    update = Trainer._update

    def gather(self, x, y):
        self._parameters = self.model.parameters()
        return update(self, x, y)

    return replaced(Trainer, _update=gather)


def silenced():
    """Silence NumPy's warnings in every step."""
    update = Trainer._update

    def silence(self, x, y):
        with np.errstate(over="ignore", invalid="ignore"):
            return update(self, x, y)

    return replaced(Trainer, _update=silence)


def twelve_passes():
    """Write Adam as in the paper, but for the corrections: 12 passes instead of 10."""

    def update(self, rate):
        t = self.steps + 1
        root = (1 - self.beta2**t) ** 0.5
        rate, epsilon = rate * root / (1 - self.beta1**t), self.epsilon * root
        for parameter, m, v, scratch in self._rows:
            m *= self.beta1
            m += np.multiply(parameter.grad, 1 - self.beta1, out=scratch)
            v *= self.beta2
            np.square(parameter.grad, out=scratch)
            v += np.multiply(scratch, 1 - self.beta2, out=scratch)
            np.add(np.sqrt(v, out=scratch), epsilon, out=scratch)
            np.divide(m, scratch, out=scratch)
            parameter.value -= np.multiply(scratch, rate, out=scratch)

    return replaced(Adam, _update=update)


def all_the_way():
    """Let the first layer compute dx, which nobody reads."""
    return replaced(Sequential, add_gradients=lambda self, dy, cache: self.backward(dy, cache))


def batch_first():
    """Keep the batch first in convolution and pooling, with a matrix product for each image."""
    return replaced(nnkit, Conv2D=Conv2D, MaxPool2D=MaxPool2D)


def blocks(entries, rule):
    """Update so many entries at a time, so that they stay in the cache between passes."""
    update = rule._update

    def in_blocks(self, rate):
        whole = self._rows
        for row in whole:
            for start in range(0, row[0].value.size, entries):
                part = slice(start, start + entries)
                self._rows = [(Block(row[0], part), *(array[part] for array in row[1:]))]
                update(self, rate)
        self._rows = whole

    return replaced(rule, _update=in_blocks)


class Block:
    """A stretch of a fused Parameter."""

    def __init__(self, parameter, part):
        self.value, self.grad = parameter.value[part], parameter.grad[part]


def sign():
    """Take ReLU's slope as the sign of y."""
    return replaced(nnkit.ReLU, _gradient=lambda self, dy, x, y: dy * np.sign(y))


# What is written in the table, the `with`, the networks, and the optimizer.
TRICKS = {
    "all parameters in one vector": (apart, NETWORKS, "sgd"),
    "the same, with Adam": (apart, NETWORKS, "adam"),
    "gradients written, not added to zeros": (filled, NETWORKS, "sgd"),
    "parameters gathered once": (gathered, NETWORKS, "sgd"),
    "warnings silenced once an epoch": (silenced, NETWORKS, "sgd"),
    "Adam in 10 passes, not 12": (twelve_passes, NETWORKS, "adam"),
    "no dx for the first layer": (all_the_way, NETWORKS, "sgd"),
    "batch last, one product per convolution": (batch_first, CONVOLUTION, "sgd"),
}
LEFT = {
    "SGD in blocks of 16,384": (partial(blocks, 16_384, SGD), NETWORKS[2:], "sgd"),
    "SGD in blocks of 32,768": (partial(blocks, 32_768, SGD), NETWORKS[2:], "sgd"),
    "Adam in blocks of 16,384": (partial(blocks, 16_384, Adam), NETWORKS[2:], "adam"),
    "Adam in blocks of 32,768": (partial(blocks, 32_768, Adam), NETWORKS[2:], "adam"),
    "ReLU's slope by np.sign": (sign, NETWORKS, "sgd"),
}


def ratio(other, case):
    """Time with `other` in force over time as it is: median and middle half of the rounds."""
    within = (other, nullcontext)
    runs = []
    for made in within:
        with made():
            runs.append(contenders.nnkit(case))
            runs[-1](1)
    seconds = timed(partial(runs[1], 1), 1)
    epochs, pairs = math.ceil(SECONDS / seconds), []
    rounds = min(MOST, max(LEAST, int(LONG / (2 * epochs * seconds))))
    for at in range(rounds):
        seconds = [0.0, 0.0]
        for which in (at % 2, 1 - at % 2):
            with within[which]():
                seconds[which] = timed(partial(runs[which], epochs), 1)
        pairs.append(seconds[0] / seconds[1])
    pairs.sort()
    return median(pairs), pairs[rounds // 4], pairs[-1 - rounds // 4]


def measured(tricks):
    """The ratios of every trick, {name: {case: (median, low, high)}}, with a line of progress for each."""
    found = {}
    for name, (other, networks, rule) in tricks.items():
        cases = [Case(sizes, batch, rule) for sizes, batch in networks]
        found[name] = {case.name: ratio(other, case) for case in cases}
        line = "  ".join(
            f"{case} {at:.2f} ({low:.2f}-{high:.2f})" for case, (at, low, high) in found[name].items()
        )
        print(f"{name:42s} {line}", flush=True)
    return found


def table(found):
    """Medians, and the widest middle half of the rounds."""
    names = [Case(*network, "sgd").name for network in (*NETWORKS, *CONVOLUTION)]
    names = [name for name in names if any(name in row for row in found.values())]
    body = []
    for trick, row in found.items():
        spread = max((high - low) / 2 for _, low, high in row.values())
        body.append(
            (trick, *(f"{row[name][0]:.2f}" if name in row else "" for name in names), f"± {spread:.2f}")
        )
    return rows(("", *names, "spread"), body)


def picture(found, path):
    """A dot for each trick and network."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    names = [Case(*network, "sgd").name for network in (*NETWORKS, *CONVOLUTION)]
    with rc_context(style.book_style()):
        figure = Figure(figsize=(9, 4.2), layout="constrained")
        axes = figure.subplots()
        axes.axvline(1, color=style.FAINT, linewidth=1)
        for name, color, marker in zip(names, style.COLORS, style.CLASS_MARKERS, strict=False):
            points = [(row[name][0], at) for at, row in enumerate(found.values()) if name in row]
            axes.plot(*zip(*points, strict=True), marker, color=color, markersize=7, alpha=0.9, label=name)
        axes.set_yticks(range(len(found)), found)
        axes.invert_yaxis()
        axes.set(title="what each trick buys", xlabel="time without the trick / time with it")
        axes.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.3, -0.15))
        save(figure, path)


def main():
    """Measure, print and store."""
    with threadpool_limits(1):
        tricks, left = measured(TRICKS), measured(LEFT)
    how = (
        "A number is the time of a step without the trick over the time with it, by the processor's clock. "
        "The spread is half the width of the middle half of the rounds, where it is widest. For what was "
        "left out, it is the time with the idea over the time without. `make bench-parts` writes this file."
    )
    text = ["# What each trick buys\n", where(f"{LEAST} to {MOST}", how)]
    text += [between("tricks", table(tricks)), between("left", table(left))]
    (RESULTS / "tricks.md").write_text("\n".join(text), encoding="utf-8")
    picture(tricks, RESULTS / "tricks.png")


if __name__ == "__main__":
    main()
