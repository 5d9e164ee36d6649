"""What is wrong with an argument: for each kind of argument, the faults that apply to it.

Each table of this folder lists the doors of its pieces: a public callable, good arguments for it, and the
kind of each. `test_doors` puts every fault of its kind into every argument.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import nnkit


@dataclass
class Door:
    name: str  # as the errors say it
    call: Callable  # (**arguments)
    good: Callable  # () -> arguments that are accepted, made anew
    kinds: dict[str, list]  # argument -> its faults, from the functions below
    said: dict[str, str] | None = None  # argument -> how errors call it, if otherwise


def counts(low: int = 1, high: int | None = None) -> list:
    """Faults of a whole number from `low` to `high`."""
    beyond = [low - 1, -7] + ([] if high is None else [high + 1])
    return [*beyond, 2.5, float("nan"), True, "3", None, [3], np.array([3, 3])]


def numbers(interval: str) -> list:
    """Faults of a real number in an interval such as "[0, 1)"."""
    low, high = map(float, interval[1:-1].split(","))
    beyond = [low if interval[0] == "(" else low - 1e-9, high if interval[-1] == ")" else high + 1e-9]
    nowhere = [float("nan"), float("inf"), -float("inf")]
    return [*beyond, *nowhere, 1j, True, "0.5", None, [0.5], np.array([0.5, 0.5])]


def flags() -> list:
    """Faults of True or False."""
    return ["yes", 1, 0.0, None, [], np.array([True, False])]


def choices() -> list:
    """Faults of one name among several."""
    return ["no such name", "", None, 3, ["normal"]]


def generators() -> list:
    """Faults of a random generator."""
    return [0, None, np.random.RandomState(0), np.random.default_rng, "rng"]


def dtypes() -> list:
    """Faults of float32 or float64."""
    return [int, np.int64, np.float16, np.complex128, "float", "no dtype", None, 64]


def objects(*wrong: object) -> list:
    """Faults of an instance of a class: among others the class itself, which the caller adds."""
    return [None, 3, "name", object(), *wrong]


def floats(*shapes: tuple[int, ...], empty: bool = False) -> list:
    """Faults of a floating-point ndarray: other kinds, and the given shapes; `empty`: zero rows are wrong."""
    wrong = [None, 3.0, "x", [[1.0, 2.0]], object()]
    wrong += [np.ones((2, 3), dtype) for dtype in (int, bool, complex, object)]
    wrong += [np.full((2, 3), "x"), np.array(1.0)]
    return wrong + [np.ones(shape) for shape in shapes] + ([np.ones((0, 3))] if empty else [])


def arrays(*shapes: tuple[int, ...]) -> list:
    """Faults of an array_like of real numbers with at least one row, and the given shapes."""
    wrong = [None, 3.0, "x", object(), [[1.0], [1.0, 2.0]], np.ones((2, 3), complex), np.full((2, 3), "x")]
    return [*wrong, np.ones((0, 3)), *(np.ones(shape) for shape in shapes)]


def pairs() -> list:
    """Faults of data (X, y) with as many targets as examples, all finite."""
    X, y = np.ones((8, 2)), np.zeros(8, int)
    wrong = [None, 3, "Xy", X, (X,), (X, y, y), (X, 3), (None, y), (X, ["a"] * 8), (X.astype(complex), y)]
    wrong += [(X[:0], y[:0]), (X, y[:7]), ([[1.0], [1.0, 2.0]], y[:2])]
    return wrong + [(X * bad, y) for bad in (float("nan"), float("inf"))]


def functions() -> list:
    """Faults of something that can be called."""
    return [3, "name", object(), [max]]


def lists(*wrong: object) -> list:
    """Faults of a list or tuple of some kind; `wrong` are those that are no member of it."""
    return [None, 3, "name", object(), max, *([member] for member in wrong)]


def paths() -> list:
    """Faults of the name of a file that can be written and read."""
    return [None, 3, 2.5, b"model.npz", ["model.npz"], "", "model", "model.pkl", "model.npz/", "model.NPZ"]


def classes(n: int, number: int) -> list:
    """Faults of `n` class indices below `number`."""
    shapes = [np.zeros(shape, int) for shape in ((n - 1,), (n, 1), (n, number + 1), (0,))]
    wrong = [np.full(n, number), np.full(n, -1), np.zeros(n), np.zeros(n, bool), np.full(n, "x")]
    return [*wrong, *shapes, None, 3, "x", object(), [[0], [0, 1]]]


def listed(*wrong: object) -> list:
    """Faults of a list of things, and the given ones."""
    return [None, 3, 2.5, object(), *wrong]


def members() -> list:
    """Faults of one Parameter or several distinct ones."""
    p, model = nnkit.Parameter([1.0]), nnkit.Sequential(nnkit.ReLU())
    return [None, 3, "name", object(), nnkit.Parameter, np.ones(2), model, [], [None], [p, p], [p, [p]]]


def sequences(*wrong: object) -> list:
    """Faults of a sequence of whole numbers: other kinds, and the given ones."""
    return [None, 3, 2.5, "32", object(), {3, 2}, *wrong]
