"""What public names accept: the checks at the door, and the one form of their errors.

An error says who expects what, what came, and how to mend it. Checks that know about layers, losses or
trainers stand beside those.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from functools import lru_cache
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

Shape = tuple[int | str, ...]  # the lengths of the axes; a name stands for any length


def check_kind(owner: str, name: str, value: object, kind: type | tuple[type, ...], remedy: str = "") -> None:
    """Refuse what is not an instance of `kind`."""
    if not isinstance(value, kind):
        first = (kind[0] if isinstance(kind, tuple) else kind).__name__
        wanted = f"an {first}" if first[0] in "AEIOUaeiou" else f"a {first}"
        raise TypeError(f"{owner} expects {name} to be {wanted}, got {described(value)}{_mend(remedy)}.")


def check_callable(owner: str, name: str, value: object) -> None:
    """Refuse what cannot be called."""
    if not callable(value):
        raise TypeError(f"{owner} expects {name} to be callable, got {described(value)}; pass a function.")


def check_bool(owner: str, name: str, value: bool) -> bool:
    """The value, if it is True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{owner} expects {name} to be True or False, got {described(value)}.")
    return bool(value)


def check_int(owner: str, name: str, value: int, *, low: int = 1, high: float = inf, remedy: str = "") -> int:
    """The value, if it is a whole number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{owner} expects {name} to be an int, got {described(value)}{_mend(remedy)}.")
    if not low <= value <= high:
        bounds = f"at least {low}" if high == inf else f"from {low} to {high}"
        raise ValueError(f"{owner} expects {name} to be {bounds}, got {value}{_mend(remedy)}.")
    return int(value)


def check_number(owner: str, name: str, value: float, interval: str, remedy: str = "") -> float:
    """The value, if it is a real number in an interval such as ``"[0, 1)"`` or ``"(0, inf)"``."""
    if not isinstance(value, (float, int, np.floating, np.integer)) or isinstance(value, bool):
        raise TypeError(f"{owner} expects {name} to be a number, got {described(value)}{_mend(remedy)}.")
    low, high = _bounds(interval)
    above = value >= low if interval[0] == "[" else value > low
    below = value <= high if interval[-1] == "]" else value < high
    if not (above and below and isfinite(value)):  # NaN is in no interval
        raise ValueError(f"{owner} expects {name} in {interval}, got {value}{_mend(remedy)}.")
    return float(value)


def check_choice(owner: str, name: str, value: str | None, choices: Iterable[str]) -> str:
    """The value, if it is one of the names."""
    choices = list(choices)
    if not isinstance(value, str) or value not in choices:
        names = " or ".join([", ".join(map(repr, choices[:-1])), repr(choices[-1])])
        kind = ValueError if isinstance(value, str) else TypeError
        raise kind(f"{owner} expects {name} to be {names}, got {described(value)}.")
    return value


def check_rng(owner: str, rng: object) -> None:
    """Refuse a seed in place of a generator."""
    check_kind(owner, "rng", rng, np.random.Generator, "pass np.random.default_rng(0)")


def check_dtype(owner: str, dtype: np.typing.DTypeLike) -> np.dtype[np.floating]:
    """The dtype, if it is float32 or float64."""
    if dtype not in (np.float32, np.float64, "float32", "float64"):
        raise TypeError(f"{owner} expects dtype to be np.float64 or np.float32, got {described(dtype)}.")
    return np.dtype(dtype)


def check_floats(owner: str, name: str, array: np.ndarray) -> None:
    """Refuse what is not an array of floating-point numbers: a list has no shape, an int no slope."""
    if isinstance(array, np.ndarray) and array.dtype.kind == "f":
        return
    got = f"{type(array).__name__}; pass np.array(..., dtype=np.float64)"
    if isinstance(array, np.ndarray):
        got = f"dtype {array.dtype}; convert it with {name}.astype(np.float64)"
    raise TypeError(f"{owner} expects {name} as a floating-point ndarray, got {got}.")


def check_shape(owner: str, name: str, array: np.ndarray, shape: Shape, remedy: str = "") -> None:
    """Refuse what is not a floating-point array of this shape; axes given by name have any length."""
    if isinstance(array, np.ndarray) and array.shape == shape and array.dtype.kind == "f":
        return
    check_floats(owner, name, array)
    lengths = tuple(wanted for wanted in shape if isinstance(wanted, int))
    given = tuple(size for size, wanted in zip(array.shape, shape, strict=False) if isinstance(wanted, int))
    if array.ndim != len(shape) or given != lengths:
        wanted = str(shape).replace("'", "")
        raise ValueError(f"{owner} expects {name} of shape {wanted}, got {array.shape}{_mend(remedy)}.")


def check_batch(owner: str, x: np.ndarray) -> None:
    """Refuse what is not a floating-point array with an axis of examples, or holds examples of nothing."""
    check_floats(owner, "x", x)
    if x.ndim == 0 or (x.size == 0 and 0 in x.shape[1:]):
        raise ValueError(f"{owner} expects x of shape (batch, ...), got {x.shape}; give it examples as rows.")


def as_numbers(owner: str, name: str, array: ArrayLike, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """The array_like as an array, if it holds real numbers, at least one, in the shape if one is given."""
    try:
        array = np.asarray(array)
    except ValueError:  # rows of unequal length
        got = "rows of unequal length; make them equally long"
        raise ValueError(f"{owner} expects {name} as an array, got {got}.") from None
    if array.dtype.kind not in "fiub":
        got = f"dtype {array.dtype}; encode it as numbers first"
        raise TypeError(f"{owner} expects {name} to hold real numbers, got {got}.")
    if array.ndim == 0 or array.size == 0:
        raise ValueError(f"{owner} expects {name} to hold at least one example, got shape {array.shape}.")
    if shape is not None and array.shape != shape:
        remedy = f"add an axis with {name}[..., None]" if shape == (*array.shape, 1) else ""
        remedy = f"drop the last axis with {name}[..., 0]" if array.shape == (*shape, 1) else remedy
        raise ValueError(f"{owner} expects {name} of shape {shape}, got {array.shape}{_mend(remedy)}.")
    return array


def as_classes(
    owner: str, name: str, array: ArrayLike, n: int, classes: float = inf, *, probabilities: bool = False
) -> np.ndarray:
    """The array_like as an array, if it holds a class index per example. `probabilities`: would do, too."""
    array = as_numbers(owner, name, array)
    if array.shape != (n,):
        column = array.shape == (n, 1)
        remedy = f"drop the last axis with {name}[..., 0]" if column else "give one class index per example"
        others = f" or ({n}, {classes}) with probabilities" if probabilities else ""
        wanted = f"shape ({n},) with class indices{others}"
        raise ValueError(f"{owner} expects {name} of {wanted}, got {array.shape}; {remedy}.")
    if array.dtype.kind not in "iu":
        got = f"dtype {array.dtype}; convert it with {name}.astype(np.int64)"
        raise TypeError(f"{owner} expects {name} to hold class indices as integers, got {got}.")
    if np.maximum.reduce(array.astype(np.uint64)) >= min(classes, 2**63):  # a negative one becomes huge
        wrong = array[(array < 0) | (array >= classes)][0]
        got = f"{wrong}; number the classes from 0; the model needs one output for each"
        raise ValueError(f"{owner} expects {name} to hold class indices from 0 to {classes - 1}, got {got}.")
    return array


def as_pair(owner: str, X: ArrayLike, y: ArrayLike, of: str = "") -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays, if y holds one target for each row of X; `of` says which data they are."""
    X, y = as_numbers(owner, f"X{of}", X), as_numbers(owner, f"y{of}", y)
    if len(X) != len(y):
        wanted = f"one target for each of the {len(X)} rows of X"
        raise ValueError(f"{owner} expects y{of} with {wanted}, got {len(y)}; pass arrays of one data set.")
    return X, y


def check_finite(owner: str, name: str, array: np.ndarray) -> None:
    """Refuse NaN and infinity."""
    if not np.isfinite(array).all():
        bad = ~np.isfinite(array.reshape(len(array), -1)).all(axis=1)
        got = f"NaN or infinity in {bad.sum()} of {len(array)} rows, first in row {bad.argmax()}"
        raise ValueError(f"{owner} expects {name} to be finite, got {got}; fill or drop these rows.")


def load_library(owner: str, package: str) -> Any:
    """An optional library, or a module of it, imported only where it is used."""
    import importlib

    try:
        return importlib.import_module(package)
    except ImportError:
        name = package.partition(".")[0]
        got = f"which is not installed; pip install {name}"
        raise ImportError(f"{owner} expects the package {name}, {got}.") from None


def described(value: object) -> str:
    """What came, in a few words: its type, and the value where that is short."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, (str, bool, int, float)):
        return f"{type(value).__name__} {reprlib.repr(value)}"
    if isinstance(value, np.ndarray):
        return f"an ndarray of shape {value.shape}"
    return type(value).__name__


@lru_cache
def _bounds(interval: str) -> tuple[float, ...]:  # optimizers ask in every step
    return tuple(map(float, interval[1:-1].split(",")))


def _mend(remedy: str) -> str:
    return f"; {remedy}" if remedy else ""
