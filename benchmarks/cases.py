"""What is timed: networks, batches and data, the same for every contender."""

from dataclasses import dataclass

import numpy as np

BATCHES = 32  # in an epoch of random data

# Sizes of the layers, and the examples in a batch.
MLPS = (((2, 16, 16, 2), 32), ((64, 64, 32, 10), 32), ((784, 128, 10), 32), ((784, 256, 128, 10), 64))
MLPS += (((784, 512, 512, 10), 256),)
LENET = (1, 28, 28)  # the shape of an image; the layers stand with each contender
RATES = {"sgd": 0.01, "adam": 0.001}
MOMENTUM = 0.9


@dataclass(frozen=True)
class Case:
    """One race: a network, its batch size, what is run on it, and in which precision."""

    sizes: tuple[int, ...]
    batch: int
    rule: str  # "sgd" (with momentum), "adam", or "inference"
    dtype: str = "float32"
    data: str = "random"  # or "digits", "mnist": an epoch of real examples

    @property
    def convolutional(self):
        """Whether `sizes` is an image's shape instead of layers' sizes."""
        return self.sizes == LENET

    @property
    def name(self):
        """What the table calls the network."""
        return "LeNet" if self.convolutional else "-".join(map(str, self.sizes))

    def examples(self):
        """Inputs of shape (n, ...) and class indices."""
        if self.data != "random":
            return real(self.data, self.dtype)
        rng = np.random.default_rng(0)
        shape, classes = (self.sizes, 10) if self.convolutional else (self.sizes[:1], self.sizes[-1])
        X = rng.normal(size=(BATCHES * self.batch, *shape)).astype(self.dtype)
        return X, rng.integers(classes, size=len(X))

    def weights(self):
        """Start values of each Linear layer, (W, b), the same for all."""
        rng = np.random.default_rng(1)
        for n_in, n_out in zip(self.sizes, self.sizes[1:], strict=False):
            W = rng.normal(scale=(2 / n_in) ** 0.5, size=(n_in, n_out))
            yield W.astype(self.dtype), np.zeros(n_out, self.dtype)


def real(name, dtype):
    """The digits of the book, or MNIST's files if they are at hand."""
    import nnkit

    X, y = nnkit.datasets.digits() if name == "digits" else nnkit.datasets.mnist("train")
    return (X.reshape(len(X), -1) / X.max()).astype(dtype), y


def races():
    """Every case in the order of the table."""
    for dtype in ("float32", "float64"):
        for sizes, batch in MLPS:
            for rule in ("sgd", "adam"):
                yield Case(sizes, batch, rule, dtype)
    for dtype in ("float32", "float64"):
        yield Case(LENET, 64, "sgd", dtype)
        yield from (Case(sizes, batch, "inference", dtype) for sizes, batch in (*MLPS, (LENET, 64)))
    yield Case((64, 64, 32, 10), 32, "sgd", data="digits")
    yield Case((784, 128, 10), 32, "sgd", data="mnist")
