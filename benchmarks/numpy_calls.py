"""How many calls of NumPy a piece of code makes: arithmetic, methods of arrays, and rows taken by index.

Counted are calls whose arguments, or the array they belong to, are arrays of the kind below; what comes
out of one is of that kind too. Looking at a shape is no call.
"""

import sys
from collections import Counter
from contextlib import contextmanager
from unittest import mock

import numpy as np

ALSO = {"sum", "mean", "max", "min", "any", "all"}  # methods that are counted as the operations they call

SEEN = Counter()  # the operations; Python itself tells of the methods


class Watched(np.ndarray):
    """An array whose use is counted."""

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        """Count an operation, such as `+`, `@` or `np.exp`."""
        SEEN[ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"] += 1
        inputs = [plain(array) for array in inputs]
        if out:
            options["out"] = tuple(plain(array) for array in out)
        result = getattr(ufunc, method)(*inputs, **options)
        return out[0] if out else result.view(Watched) if isinstance(result, np.ndarray) else result

    def __array_function__(self, function, types, arguments, options):
        """Count a function, such as `np.dot`."""
        SEEN[function.__name__] += 1
        out = options.get("out")
        options = {name: plain(value) for name, value in options.items()}
        result = function(*map(plain, arguments), **options)
        return result.view(Watched) if out is None and isinstance(result, np.ndarray) else out

    def dot(self, other, out=None):
        """Count a matrix product, whose result would be a plain array."""
        SEEN["dot"] += 1
        result = plain(self).dot(plain(other), out=plain(out))
        return result.view(Watched) if out is None else out

    def __getitem__(self, index):
        """Count rows that are taken."""
        SEEN["getitem"] += 1
        return super().__getitem__(index)


def plain(array):
    """The same memory, not counted."""
    return array.view(np.ndarray) if isinstance(array, Watched) else array


@contextmanager
def counting():
    """A Counter of the calls made inside, by name."""
    SEEN.clear()
    found = Counter()

    def look(frame, event, called):
        own = frame.f_code.co_filename == __file__
        method = isinstance(getattr(called, "__self__", None), np.ndarray) and called.__name__ not in ALSO
        if event == "c_call" and method and not own:
            found[called.__name__] += 1

    sys.setprofile(look)
    try:
        with mock.patch.object(np, "asarray", np.asanyarray):  # which leaves arrays of a kind as they are
            yield found
    finally:
        sys.setprofile(None)
        found.update(SEEN)


def watch(parameters):
    """Let the use of parameters be counted; an optimizer made afterwards remembers in arrays of that kind."""
    for parameter in parameters:
        for each in {parameter, parameter._home or parameter}:
            each._value, each._grad = each._value.view(Watched), each._grad.view(Watched)


def count(trainer, x, y):
    """The calls of one step of a trainer, by name, after a first one."""
    trainer.step(x, y)
    with counting() as found:
        trainer.step(x.view(Watched), y.view(Watched))
    return found
