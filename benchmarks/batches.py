"""Batch sizes against the clock: the stored tables of the chapter "Batch and epoch".

    python benchmarks/batches.py digits        write nnkit/course/batch_and_epoch/digits.json
    python benchmarks/batches.py mnist         write mnist.json beside it, from MNIST's training part
    python benchmarks/batches.py mnist --part test     the same from its test part: 8,000 to learn from

Times are the processor's, on one thread, so that other programs do not lengthen them. Counts of epochs and
accuracies are those of seeds 0 to 4.
"""

import argparse
import datetime
import json
import os
import platform
import sys
import time
from pathlib import Path
from statistics import median

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
os.environ.update(dict.fromkeys(THREADS, "1"))  # before NumPy is imported
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

import nnkit  # noqa: E402
from nnkit.course import digits  # noqa: E402
from nnkit.course.batch_and_epoch import runs, times  # noqa: E402

NEIGHBORS = (31, 32, 33, 63, 64, 65, 127, 128, 129)  # powers of two, and the sizes beside them
RACE = {1: 0.03, 32: 0.6, "all": 1.0}  # batch sizes and the best of eight rates for each, on the digits


def setting(name, part):
    """Give the sizes of the layers, the data, what they are in words, and the target."""
    if name == "digits":
        return (64, 32, 10), *digits.split(), "digits, 8 by 8 pixels", 0.95
    X, y = nnkit.datasets.mnist(part)
    unseen = len(y) // 6 if part == "train" else 2_000
    train, rest = nnkit.data.split(X, y, test_size=unseen, rng=np.random.default_rng(0))
    return (784, 32, 10), train, rest, f"MNIST's {part} part, 28 by 28 pixels", 0.9


def seconds_per_epoch(layers, size, train, seconds=0.5):
    """The median time of the processor for an epoch, over at least three epochs and half a second."""
    run, found = runs.trainer(0, size, 0.1, layers), []
    while len(found) < 3 or sum(found) < seconds:
        began = time.process_time()
        run.fit(train, 1)
        found.append(time.process_time() - began)
    return median(found)


def side_by_side(layers, sizes, train, seconds=10):
    """The median time of an epoch for batch sizes that take turns, so that all meet the same weather."""
    trainers = {size: runs.trainer(0, size, 0.1, layers) for size in sizes}
    found = {size: [] for size in sizes}
    end = time.process_time() + seconds
    while time.process_time() < end:
        for size, run in trainers.items():
            began = time.process_time()
            run.fit(train, 1)
            found[size].append(time.process_time() - began)
    return {size: median(values[1:]) for size, values in found.items()}


def accuracy_after(layers, size, rate, seed, train, unseen, seconds):
    """Train for a time of the processor, and measure."""
    run = runs.trainer(seed, size, rate, layers)
    began = time.process_time()
    run.fit(train, 10_000, callbacks=[lambda record: time.process_time() - began > seconds])
    return nnkit.accuracy(run.model(unseen[0]), unseen[1])


def measure(name, part):
    """Measure everything, with a line of progress for each batch size."""
    layers, train, unseen, words, target = setting(name, part)
    n = len(train[1])
    sizes = [*runs.SIZES[:-1], n]
    # After so many epochs a target counts as missed.
    limits = [600 if name == "digits" else 10 if size < 8 else 200 for size in sizes]
    epochs, seconds = [], []
    for size, limit in zip(sizes, limits, strict=True):
        epochs.append(
            [
                runs.first_epoch_above(target, runs.trainer(seed, size, 0.1, layers), train, unseen, limit)
                for seed in runs.SEEDS
            ]
        )
        seconds.append(seconds_per_epoch(layers, size, train))
        print(f"{size:>6} per batch: {epochs[-1]} epochs of {1000 * seconds[-1]:.1f} ms", flush=True)
    pace = {size: value / n for size, value in side_by_side(layers, NEIGHBORS, train).items()}
    allowed = 20 * seconds[sizes.index(32)]
    race = {
        n if size == "all" else size: [
            accuracy_after(layers, n if size == "all" else size, rate, seed, train, unseen, allowed)
            for seed in runs.SEEDS
        ]
        for size, rate in RACE.items()
    }
    return {
        "data": words,
        "learned_from": n,
        "measured_on": len(unseen[1]),
        "network": "-".join(map(str, layers)),
        "rate": 0.1,
        "target": target,
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "versions": f"Python {platform.python_version()}, NumPy {np.__version__}",
        "sizes": sizes,
        "limits": limits,
        "epochs": [[None if np.isinf(value) else int(value) for value in row] for row in epochs],
        "seconds_per_epoch": [float(f"{value:.3g}") for value in seconds],
        "microseconds_per_example": {str(size): float(f"{1e6 * value:.3g}") for size, value in pace.items()},
        "race_seconds": float(f"{allowed:.3g}"),
        "race": {str(size): [round(value, 4) for value in row] for size, row in race.items()},
    }


def processor():
    """What this machine calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def written(table):
    """JSON with a line for each entry, so that a change shows where it is."""
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in table.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main():
    """Measure one data set and write its table."""
    parser = argparse.ArgumentParser(prog="batches.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", choices=("digits", "mnist"))
    parser.add_argument("--part", choices=("train", "test"), default="train", help="of MNIST")
    options = parser.parse_args()
    path = times.path(options.data)
    path.write_text(written(measure(options.data, options.part)), encoding="utf-8")
    print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
