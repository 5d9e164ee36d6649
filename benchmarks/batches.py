"""Batch sizes against the clock: the stored tables of the chapter "Batch and epoch".

    python benchmarks/batches.py digits        write nnkit/course/batch_and_epoch/digits.json
    python benchmarks/batches.py mnist         write mnist.json beside it, from the test part of MNIST (8,000)
    python benchmarks/batches.py mnist --part train    the same from its training part, half an hour or more

Times are the processor's, on one thread, so that other programs do not lengthen them; all batch sizes take
turns, so that a slow minute lengthens all of them. Counts of epochs and accuracies are those of seeds 0 to 4.
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
from nnkit.course.batch_and_epoch.counting import updates_per_epoch  # noqa: E402

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


def seconds_per_epoch(layers, sizes, train, seconds=60, turns=9):
    """The median time of an epoch for batch sizes that take turns, so that all meet the same weather."""
    trainers = {size: runs.trainer(0, size, 0.1, layers) for size in sizes}
    found = {size: [] for size in sizes}
    end = time.process_time() + seconds
    while time.process_time() < end or len(found[sizes[0]]) < turns:
        for size, run in trainers.items():
            began = time.process_time()
            run.fit(train, 1)
            found[size].append(time.process_time() - began)
    return {size: median(values[1:]) for size, values in found.items()}


def accuracy_after(layers, size, rate, seed, train, unseen, updates):
    """Train for so many updates, and measure."""
    run = runs.trainer(seed, size, rate, layers)
    run.fit(train, updates=updates)
    return nnkit.accuracy(run.model(unseen[0]), unseen[1])


def race(layers, train, unseen, seconds):
    """The accuracies after the time of 20 epochs of batch 32: how many updates fit into it says the table."""
    n, found = len(train[1]), {}
    for contender, rate in RACE.items():
        size = n if contender == "all" else contender
        updates = round(20 * seconds[32] / seconds[size] * updates_per_epoch(n, size))
        found[size] = {
            "updates": updates,
            "accuracies": [
                round(accuracy_after(layers, size, rate, seed, train, unseen, updates), 4)
                for seed in runs.SEEDS
            ],
        }
    return found


def measure(name, part):
    """Measure everything, with a line of progress for each batch size."""
    layers, train, unseen, words, target = setting(name, part)
    n = len(train[1])
    sizes = [*runs.SIZES[:-1], n]
    spent = seconds_per_epoch(layers, sorted({*sizes, *NEIGHBORS}), train)
    seconds = {size: float(f"{value:.3g}") for size, value in spent.items()}
    # After so many epochs a target counts as missed.
    limits = [600 if name == "digits" else 10 if size < 8 else 200 for size in sizes]
    epochs = []
    for size, limit in zip(sizes, limits, strict=True):
        epochs.append(
            [
                runs.first_epoch_above(target, runs.trainer(seed, size, 0.1, layers), train, unseen, limit)
                for seed in runs.SEEDS
            ]
        )
        print(f"{size:>6} per batch: {epochs[-1]} epochs of {1000 * seconds[size]:.1f} ms", flush=True)
    found = race(layers, train, unseen, seconds)
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
        "seconds_per_epoch": [seconds[size] for size in sizes],
        "microseconds_per_example": {str(size): float(f"{1e6 * spent[size] / n:.3g}") for size in NEIGHBORS},
        "race_updates": {str(size): entry["updates"] for size, entry in found.items()},
        "race": {str(size): entry["accuracies"] for size, entry in found.items()},
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
    parser.add_argument("--part", choices=("train", "test"), default="test", help="of MNIST")
    options = parser.parse_args()
    path = times.path(options.data)
    path.write_text(written(measure(options.data, options.part)), encoding="utf-8")
    print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
