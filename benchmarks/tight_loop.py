"""The opponent written by hand: one training loop for one dense network, as tight as NumPy allows.

It checks nothing and knows one loss and two rules. Weights, gradients and what an optimizer remembers lie in
one vector each; every array is made once.
"""

import math

import numpy as np
from cases import MOMENTUM, RATES


def flat(case):
    """All weights in one vector, and (W, b) of each layer as views of it."""
    arrays = [array for pair in case.weights() for array in pair]
    vector = np.concatenate([array.ravel() for array in arrays])
    return vector, views(vector, case)


def views(vector, case):
    """(W, b) of each layer as views of a vector."""
    found, start = [], 0
    for n_in, n_out in zip(case.sizes, case.sizes[1:], strict=False):
        stop = start + n_in * n_out
        found.append((vector[start:stop].reshape(n_in, n_out), vector[stop : stop + n_out]))
        start = stop + n_out
    return found


def outputs(case):
    """An array for the output of each layer."""
    return [np.empty((case.batch, size), case.dtype) for size in case.sizes[1:]]


def forward(a, layers, out):
    """Run the layers; the last has no ReLU."""
    for (W, b), z in zip(layers, out, strict=True):
        np.dot(a, W, out=z)
        z += b
        if z is not out[-1]:
            np.maximum(z, 0, out=z)
        a = z


def update(case, value, grad):
    """The rule of the case, as a function without arguments."""
    rate = RATES[case.rule]
    m, v, scratch = (np.zeros_like(value) for _ in range(3))
    if case.rule == "sgd":

        def step():
            np.multiply(m, MOMENTUM, out=m)
            np.add(m, grad, out=m)
            np.multiply(m, rate, out=scratch)
            np.subtract(value, scratch, out=value)

        return step
    t = 0

    def step():
        nonlocal t
        t += 1
        root = math.sqrt(1 - 0.999**t)
        np.multiply(m, 0.9, out=m)
        np.multiply(grad, 0.1, out=scratch)
        np.add(m, scratch, out=m)
        np.multiply(v, 0.999, out=v)
        np.multiply(grad, grad, out=scratch)
        np.multiply(scratch, 0.001, out=scratch)
        np.add(v, scratch, out=v)
        np.sqrt(v, out=scratch)
        np.add(scratch, 1e-8 * root, out=scratch)
        np.divide(m, scratch, out=scratch)
        np.multiply(scratch, rate * root / (1 - 0.9**t), out=scratch)
        np.subtract(value, scratch, out=value)

    return step


def epoch(case):
    """A function that trains for an epoch and gives the sum of the batches' losses."""
    X, y = case.examples()
    rng = np.random.default_rng(0)
    value, layers = flat(case)
    grad = np.zeros_like(value)
    gradients = views(grad, case)
    step = update(case, value, grad)
    x, out, back = np.empty((case.batch, case.sizes[0]), case.dtype), outputs(case), outputs(case)
    masks = [np.empty(z.shape, bool) for z in out]
    every = np.arange(case.batch)

    def train(rows):
        np.take(X, rows, axis=0, out=x, mode="clip")
        target = y[rows]
        forward(x, layers, out)
        z, d = out[-1], back[-1]
        np.subtract(z, z.max(axis=1, keepdims=True), out=z)
        np.exp(z, out=d)
        sums = d.sum(axis=1, keepdims=True)
        loss = (np.log(sums[:, 0]) - z[every, target]).mean()
        d /= sums
        d[every, target] -= 1
        d *= 1 / case.batch
        for at in range(len(layers) - 1, -1, -1):
            below = out[at - 1] if at else x
            np.dot(below.T, back[at], out=gradients[at][0])
            np.add.reduce(back[at], axis=0, out=gradients[at][1])
            if at:
                np.dot(back[at], layers[at][0].T, out=back[at - 1])
                np.greater(below, 0, out=masks[at - 1])
                np.multiply(back[at - 1], masks[at - 1], out=back[at - 1])
        step()
        return float(loss)

    def run():
        order = rng.permutation(len(X))
        whole = len(X) - len(X) % case.batch  # the arrays have the length of a batch
        return sum(train(order[start : start + case.batch]) for start in range(0, whole, case.batch))

    return run


def inference(case):
    """A function that runs an epoch of batches forward."""
    X, _ = case.examples()
    _, layers = flat(case)
    out = outputs(case)

    def run():
        for start in range(0, len(X), case.batch):
            forward(X[start : start + case.batch], layers, out)

    return run


def products(case):
    """A function that makes the matrix products of an epoch: three for a layer, two for the first."""
    X, _ = case.examples()
    value, layers = flat(case)
    gradients = views(np.zeros_like(value), case)
    out, back = outputs(case), outputs(case)
    for array in (*out, *back):
        array.fill(0.01)
    learning = case.rule != "inference"

    def run():
        for start in range(0, len(X) - len(X) % case.batch, case.batch):
            a = x = X[start : start + case.batch]
            for (W, _), z in zip(layers, out, strict=True):
                np.dot(a, W, out=z)
                a = z
            for at in range(len(layers) - 1, -1, -1) if learning else ():
                np.dot((out[at - 1] if at else x).T, back[at], out=gradients[at][0])
                if at:
                    np.dot(back[at], layers[at][0].T, out=back[at - 1])

    return run
