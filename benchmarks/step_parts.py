"""Where the time and the memory of a training step go, and what a matrix product costs.

    python benchmarks/step_parts.py       measure, write results/step_parts*.md and .png

A stopwatch stands at the parts while `Trainer.fit` runs. Matrix products are run alone; what the layers
take beyond them counts as theirs, memory that is far away included. What a step takes beyond its parts is
called the rest: Python between the parts, and the stopwatch.
"""

import math
import time
import tracemalloc
from functools import partial
from statistics import median
from unittest import mock

import contenders
import numpy as np
from cases import BATCHES, LENET, MLPS, MOMENTUM, RATES, Case
from numpy_calls import count, watch
from threadpoolctl import threadpool_limits
from turns import RESULTS, SECONDS, between, in_turn, rows, save, timed, where

import nnkit
from nnkit.layers import walk
from nnkit.plots import style

ROUNDS = 15
SHORT = 2e-3  # seconds of a step that seldom meets another program
PARTS = ("matrix products", "layers beyond", "loss", "update", "batch", "rest")
SIZES, BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512, 1024), (32, 256)
MEMORY = (((784, 512, 512, 10), 256), ((64,) * 9 + (10,), 256), (LENET, 64))


class Watch:
    """A stopwatch on the parts of a trainer's steps, which stay as they are.

    To ask for the processor's time takes a microsecond, too long for short steps. They get the clock on the
    wall: the median of many short times is one that no other program lengthened.
    """

    def __init__(self, trainer, clock):
        self.clock, self.run, self.spent = clock, trainer.fit, {}
        for owner, name in (
            (trainer.model, "forward"),
            (trainer.model, "add_gradients"),
            (trainer.loss, "value_and_gradient"),
            (trainer.optimizer, "step"),
        ):
            setattr(owner, name, self._timed(name, getattr(owner, name)))

    def _timed(self, name, function):
        def run(*arguments):
            began = self.clock()
            result = function(*arguments)
            self.spent.setdefault(name, []).append(self.clock() - began)
            return result

        return run

    def _batches(self, *arguments, **options):
        found, began = nnkit.data.batches(*arguments, **options), None
        take = self._timed("batch", lambda: next(found, None))
        while (batch := take()) is not None:
            began = self.clock()
            yield batch
            self.spent.setdefault("after the batch", []).append(self.clock() - began)

    def epochs(self, data, count):
        """Seconds of a step, and of each part in it."""
        self.spent.clear()
        with mock.patch.object(nnkit.training.trainer, "batches", self._batches):
            self.run(data, count)
        found = {name: median(seconds) for name, seconds in self.spent.items()}
        return {
            "step": found["batch"] + found["after the batch"],
            "layers": found["forward"] + found["add_gradients"],
            "loss": found["value_and_gradient"],
            "update": found["step"],
            "batch": found["batch"],
        }


def measured(case):
    """Microseconds of a step and of each part: the median of its share in the step of the same round."""
    data, trainer, products = case.examples(), trainer_of(case), contenders.products(case)
    seconds = timed(lambda: trainer.fit(data, 1), 1)
    clock = time.perf_counter if seconds < BATCHES * SHORT else time.process_time
    watch, epochs = Watch(trainer, clock), math.ceil(SECONDS / seconds)
    watch.epochs(data, 1)
    found = {part: [] for part in (*PARTS, "step")}
    for _ in range(ROUNDS):
        spent = watch.epochs(data, epochs)
        bare = []
        for _ in range(epochs):
            bare.append(timed(partial(products, 1), 1) / BATCHES)
        spent["matrix products"] = median(bare)
        spent["layers beyond"] = spent.pop("layers") - spent["matrix products"]
        spent["rest"] = spent["step"] - sum(spent[part] for part in PARTS[:-1])
        for part, times in found.items():
            times.append(spent[part] / (1 if part == "step" else spent["step"]))
    whole = 1e6 * median(found.pop("step"))
    return {part: whole * median(shares) for part, shares in found.items()} | {"step": whole}


def trainer_of(case, prepare=lambda parameters: None):
    """A trainer of the case's network."""
    rng = np.random.default_rng(0)
    model = contenders.network(case, rng)
    prepare(model.parameters())
    optimizer = nnkit.SGD(model.parameters(), RATES["sgd"], momentum=MOMENTUM)
    return nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=case.batch, rng=rng)


def calls(case):
    """How many calls of NumPy a step makes."""
    X, y = case.examples()
    return sum(count(trainer_of(case, watch), X[: case.batch], y[: case.batch]).values())


def products():
    """Seconds of x @ W, by (batch, n) with W of n x n, and of an addition of two numbers in arrays."""
    rng = np.random.default_rng(0)
    one, runs = np.zeros(1, np.float32), {}
    runs["empty"] = partial(np.add, one, one, one)
    for batch in BATCH_SIZES:
        for n in SIZES:
            x, W = (rng.normal(size=shape).astype(np.float32) for shape in ((batch, n), (n, n)))
            runs[batch, n] = partial(np.matmul, x, W, out=np.empty((batch, n), np.float32))
    return {name: median(times) for name, times in in_turn(runs, ROUNDS).items()}


def memory(case):
    """Megabytes: outputs of all layers and windows of convolutions; the most that a step takes at once."""
    trainer = trainer_of(case)
    x, y = (array[: case.batch].copy() for array in case.examples())
    stored, value = 0, x
    for layer in walk(trainer.model):
        if not layer.layers:
            value, cache = layer.forward(value, training=True)
            stored += value.nbytes + (cache[0].nbytes if isinstance(layer, nnkit.Conv2D) else 0)
    del value, cache
    trainer.step(x, y)
    tracemalloc.start()
    trainer.step(x, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return stored / 1e6, peak / 1e6


def tables(parts, counted, timed, stored):
    """What was measured, as Markdown."""
    cases = list(parts)
    head = ("", *(f"{case.name}, {case.batch}" for case in cases))
    per_step = [("the whole step, us", *(f"{parts[case]['step']:.1f}" for case in cases))]
    for part in PARTS:
        each = (f"{parts[case][part]:.1f} ({parts[case][part] / parts[case]['step']:.0%})" for case in cases)
        per_step.append((f"{part}, us", *each))
    empty = 1e6 * timed["empty"]
    per_step.append(("calls of NumPy", *(str(counted[case]) for case in cases)))
    bound = [counted[case] * empty for case in cases]
    each = (f"{us:.1f} ({us / parts[case]['step']:.0%})" for us, case in zip(bound, cases, strict=True))
    per_step.append(("as many empty calls, us", *each))
    speed = [
        (f"{batch}", *(f"{2e-9 * batch * n * n / timed[batch, n]:.1f}" for n in SIZES))
        for batch in BATCH_SIZES
    ]
    cost = [(f"{batch}", *(f"{1e6 * timed[batch, n]:.1f}" for n in SIZES)) for batch in BATCH_SIZES]
    sizes = tuple(f"n = {n:,}" for n in SIZES)
    kept = [
        (f"{case.name}, {case.batch}", f"{need:.2f}", f"{peak:.2f}", f"{peak / need:.2f}")
        for case, (need, peak) in stored.items()
    ]
    return {
        "parts": rows(head, per_step),
        "products": f"An empty call, `np.add` of two arrays of one entry: {empty:.2f} us.\n\n"
        + "Billions of operations a second, `x @ W` with `x` of shape (batch, n) and `W` of (n, n):\n\n"
        + rows(("batch", *sizes), speed)
        + "\nMicroseconds:\n\n"
        + rows(("batch", *sizes), cost),
        "memory": rows(("network, batch", "stored outputs, MB", "peak of a step, MB", "ratio"), kept),
    }


def picture(parts, timed, path):
    """Shares of a step as bars, and the speed of a matrix product over its size."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    colors = (style.BLUE, style.SKY, style.ORANGE, style.GREEN, style.PURPLE, style.FAINT)
    with rc_context(style.book_style()):
        figure = Figure(figsize=(9, 3.6), layout="constrained")
        bars, lines = figure.subplots(1, 2, width_ratios=(3, 2))
        left = np.zeros(len(parts))
        for part, color in zip(PARTS, colors, strict=True):
            widths = [100 * found[part] / sum(found[each] for each in PARTS) for found in parts.values()]
            bars.barh([case.name for case in parts], widths, left=left, color=color, label=part, height=0.7)
            left += widths
        bars.set(title="where the time of a step goes", xlabel="percent of the step", xlim=(0, 102))
        bars.invert_yaxis()
        bars.grid(axis="y", visible=False)
        bars.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.4, -0.17))
        for batch, color in zip(BATCH_SIZES, (style.BLUE, style.ORANGE), strict=True):
            speed = [2e-9 * batch * n * n / timed[batch, n] for n in SIZES]
            lines.plot(SIZES, speed, "o-", color=color, label=f"batch {batch}")
        lines.set(title="x @ W, W of n x n", xlabel="n", ylabel="billion operations a second", ylim=(0, None))
        lines.set_xscale("log", base=2)
        lines.set_xticks(SIZES, [f"{n}" for n in SIZES])
        lines.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2)
        save(figure, path)


def main():
    """Measure, print and store."""
    with threadpool_limits(1):
        cases = [Case(sizes, batch, "sgd") for sizes, batch in MLPS]
        parts = {case: measured(case) for case in cases}
        counted = {case: calls(case) for case in cases}
        timed = products()
        stored = {case: memory(case) for case in (Case(*each, "sgd") for each in MEMORY)}
    text = ["# Where the time of a step goes\n", where(ROUNDS, "`make bench-parts` writes this file.")]
    text += [between(name, table) for name, table in tables(parts, counted, timed, stored).items()]
    (RESULTS / "step_parts.md").write_text("\n".join(text), encoding="utf-8")
    picture(parts, timed, RESULTS / "step_parts.png")
    print("\n".join(text))


if __name__ == "__main__":
    main()
