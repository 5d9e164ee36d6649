"""Timing within one process: everyone takes turns, by the processor's clock; a line says where it was.

Contenders from other libraries need processes of their own: `step_time.py`.
"""

import datetime
import io
import math
import os
import platform
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
sys.path.insert(0, str(HERE.parent))  # the package of this clone, installed or not
SECONDS = 0.02  # of a turn, at least


def in_turn(runs, rounds, seconds=SECONDS):
    """Seconds of the processor that a call of each takes, {name: one per round}."""
    repeats, found = {}, {name: [] for name in runs}
    for name, run in runs.items():
        run()  # warm caches
        repeats[name] = math.ceil(seconds / max(timed(run, 1), 1e-9))
    names = list(runs)
    for at in range(rounds):
        for name in names[at % len(names) :] + names[: at % len(names)]:
            found[name].append(timed(runs[name], repeats[name]))
    return found


def timed(run, repeats):
    """Seconds of the processor for one of so many calls in a row."""
    began = time.process_time()
    for _ in range(repeats):
        run()
    return (time.process_time() - began) / repeats


def where(rounds, more):
    """A paragraph between two comments: when, on what, and how the numbers were measured."""
    date, cores = datetime.date.today().isoformat(), os.cpu_count()
    return between(
        "measured",
        f"Measured {date} on {platform.machine()}, {cores} cores, Python {platform.python_version()}, numpy "
        f"{np.__version__}, float32, one thread; medians of {rounds} rounds in which everything takes turns. "
        f"{more}\n",
    )


def between(name, text):
    """A piece of a results file between two comments, so that a page can include it alone."""
    return f"<!-- {name} -->\n\n{text}\n<!-- end of {name} -->\n"


def rows(head, body):
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)]) + "\n"


def save(figure, path):
    """A figure as a picture of few colors and few bytes."""
    from PIL import Image

    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=120)
    Image.open(stream).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
