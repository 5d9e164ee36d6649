"""Where PyTorch is faster on one thread: exact GELU, and convolutions with many channels.

    python benchmarks/where_slower.py                 measure, write results/where_slower.md; needs PyTorch
    python benchmarks/where_slower.py --one nnkit     one library, in a process of its own; prints JSON

Each runs a layer forward and backward, alone.
"""

import argparse
import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import numpy as np
from turns import RESULTS, between, in_turn, rows, where

ROUNDS, TURNS = 5, 5  # of processes, and within each
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ENTRIES = (256, 512)
# Images in a batch, channels in and out, edge of the kernel, edge of the image, padding.
CONVOLUTIONS = ((64, 1, 6, 5, 28, 2), (64, 6, 16, 5, 14, 0), (32, 16, 32, 3, 32, 1), (32, 64, 64, 3, 16, 1))


def name_of(batch, c_in, c_out, k, edge, padding):
    """What the table calls a convolution."""
    return f"convolution, {c_in} to {c_out} channels, {k} x {k}, on {batch} images of {edge} x {edge}"


def with_nnkit():
    """Each layer of the package, forward and backward."""
    import nnkit

    rng = np.random.default_rng(0)

    def both(layer, x):
        x = x.astype(np.float32)
        dy = layer(x)
        return lambda: layer.backward(dy, layer.forward(x, True)[1])

    x = rng.normal(size=ENTRIES)
    runs = {"GELU, exact": both(nnkit.GELU(), x), "GELU by tanh": both(nnkit.GELU(approximate="tanh"), x)}
    for shape in CONVOLUTIONS:
        batch, c_in, c_out, k, edge, padding = shape
        layer = nnkit.Conv2D(c_in, c_out, k, padding=padding, rng=rng, dtype=np.float32)
        runs[name_of(*shape)] = both(layer, rng.normal(size=(batch, c_in, edge, edge)))
    return runs


def with_pytorch():
    """The same layers of PyTorch."""
    import torch
    from torch import nn

    def both(layer, *shape):
        x = torch.randn(shape, requires_grad=True)
        dy = layer(x).detach()
        return lambda: layer(x).backward(dy)

    runs = {"GELU, exact": both(nn.GELU(), *ENTRIES), "GELU by tanh": both(nn.GELU("tanh"), *ENTRIES)}
    for shape in CONVOLUTIONS:
        batch, c_in, c_out, k, edge, padding = shape
        runs[name_of(*shape)] = both(nn.Conv2d(c_in, c_out, k, padding=padding), batch, c_in, edge, edge)
    return runs


MAKERS = {"nnkit": with_nnkit, "PyTorch": with_pytorch}


def one_process(library):
    """Microseconds of every layer, from a fresh process on one thread."""
    environment = os.environ | dict.fromkeys(THREADS, "1")
    command = [sys.executable, str(Path(__file__).resolve()), "--one", library]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main():
    """Measure one library, or both and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--one", choices=MAKERS)
    library = parser.parse_args().one
    if library:
        found = in_turn(MAKERS[library](), TURNS)
        print(json.dumps({name: 1e6 * median(times) for name, times in found.items()}))
        return
    rounds = [{each: one_process(each) for each in MAKERS} for _ in range(ROUNDS)]
    body = []
    for name in rounds[0]["nnkit"]:
        ours, theirs = ([found[each][name] for found in rounds] for each in MAKERS)
        ratios = sorted(a / b for a, b in zip(ours, theirs, strict=True))
        spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
        body.append((name, f"{median(ours):,.0f}", f"{median(theirs):,.0f}", f"{median(ratios):.2f}", spread))
    how = (
        f"torch {importlib.metadata.version('torch')}; each library in a process of its own, by the "
        "processor's clock. A layer alone, forward and backward; the ratio is our time over PyTorch's."
    )
    layers = rows(("", "nnkit, us", "PyTorch, us", "ratio", "of the rounds"), body)
    text = "\n".join(["# Where PyTorch is faster\n", where(ROUNDS, how), between("layers", layers)])
    (RESULTS / "where_slower.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
