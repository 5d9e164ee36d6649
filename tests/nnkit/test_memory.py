"""Memory of training: what a step takes at once, and that steps leave nothing behind."""

import gc
import tracemalloc

import numpy as np
import pytest

import nnkit
from nnkit.layers import walk

MOST = 1.3  # times what the layers' outputs take


def dense(*sizes):
    return nnkit.mlp(sizes, rng=np.random.default_rng(0), dtype=np.float32)


def lenet():
    rng, dtype = np.random.default_rng(0), np.float32
    return nnkit.Sequential(
        nnkit.Conv2D(1, 6, 5, padding=2, rng=rng, dtype=dtype),
        nnkit.ReLU(),
        nnkit.MaxPool2D(2),
        nnkit.Conv2D(6, 16, 5, rng=rng, dtype=dtype),
        nnkit.ReLU(),
        nnkit.MaxPool2D(2),
        nnkit.Flatten(),
        dense(400, 120, 84, 10),
    )


def prepared(model, shape):
    """A trainer that has made a first step, and the batch."""
    rng = np.random.default_rng(0)
    optimizer = nnkit.SGD(model.parameters(), 0.01, momentum=0.9)
    trainer = nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=shape[0], rng=rng)
    x, y = rng.normal(size=shape).astype(np.float32), rng.integers(2, size=shape[0])
    trainer.step(x, y)
    return trainer, x, y


def outputs(model, x):
    """Bytes of the outputs of all layers, and of the windows of convolutions."""
    total = 0
    for layer in walk(model):
        if not layer.layers:
            batch, channels = x.shape[:2]
            x = layer(x)
            total += x.nbytes
            if isinstance(layer, nnkit.Conv2D):
                total += batch * channels * layer.kernel_size**2 * x.shape[2] * x.shape[3] * x.itemsize
    return total


def peak_of(function):
    """The most bytes that a call needs beyond what is there before it."""
    gc.collect()
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (dense(784, 512, 512, 10), (256, 784)),
        (dense(*[64] * 9, 10), (256, 64)),
        (lenet(), (64, 1, 28, 28)),
    ],
    ids=["wide", "deep", "convolutional"],
)
def test_a_step_needs_little_more_than_the_outputs_of_the_layers(model, shape):
    trainer, x, y = prepared(model, shape)
    assert peak_of(lambda: trainer.step(x, y)) <= MOST * outputs(model, x)


def test_a_gradient_is_written_without_an_array_of_its_size():
    model = dense(784, 128, 10)
    trainer, x, y = prepared(model, (4, 784))
    assert peak_of(lambda: trainer.step(x, y)) < model[0].W.grad.nbytes


def test_many_steps_leave_no_more_memory_than_few():
    trainer, x, y = prepared(dense(2, 4, 2), (8, 2))

    def left(steps):
        for _ in range(steps):
            trainer.step(x, y)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        few = left(100)
        assert left(10_000) - few < 4096  # room for the interpreter
    finally:
        tracemalloc.stop()
