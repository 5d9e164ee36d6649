"""From arrays to training data: split, standardize, cut into batches.

Where the arrays come from belongs to `datasets`; what is done with a batch belongs to `training`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

Pair = tuple[np.ndarray, np.ndarray]


def batches(
    X: np.ndarray,
    y: np.ndarray,
    batch_size: int,
    *,
    rng: np.random.Generator | None = None,
    shuffle: bool = True,
    drop_last: bool = False,
) -> Iterator[Pair]:
    """One epoch of batches: every example once, `batch_size` at a time.

    Parameters
    ----------
    X : ndarray, shape (n, ...)
        Examples, one per row.
    y : ndarray, shape (n, ...)
        Targets, one per row of `X`.
    batch_size : int in [1, n]
        Examples per batch. `n` gives the full batch.
    rng : numpy.random.Generator, optional
        Source of the order. Needed when `shuffle` is true.
    shuffle : bool
        Draw a new order for this epoch. Otherwise the rows come in order, as views of the data.
    drop_last : bool
        Leave out the last batch when it is smaller than the others.

    Returns
    -------
    iterator of (x, y)
        `ceil(n / batch_size)` pairs, or `floor(n / batch_size)` with `drop_last`.
        The arguments are checked by the call itself, the order is drawn by the first pair.

    Raises
    ------
    TypeError
        If `batch_size` is not an int, or `rng` is not a Generator while `shuffle` is true.
    ValueError
        If `X` is empty, `y` has another length, or `batch_size` is not in [1, n].

    Examples
    --------
    >>> X, y = np.arange(5.0).reshape(5, 1), np.arange(5)
    >>> [target.tolist() for _, target in batches(X, y, 2, shuffle=False)]
    [[0, 1], [2, 3], [4]]
    >>> rng = np.random.default_rng(0)
    >>> [target.tolist() for _, target in batches(X, y, 2, rng=rng, drop_last=True)]
    [[2, 4], [3, 0]]
    """
    X, y = _paired(X, y, "batches")
    n = len(X)
    _check_count(batch_size, "batch_size", n, "batches")
    if shuffle:
        _check_rng(rng, "batches", remedy="np.random.default_rng(0), or shuffle=False")
    end = n - n % batch_size if drop_last else n
    return _cut(X, y, batch_size, end, rng if shuffle else None)


def _cut(
    X: np.ndarray, y: np.ndarray, size: int, end: int, rng: np.random.Generator | None
) -> Iterator[Pair]:
    order = None if rng is None else rng.permutation(len(X))
    for start in range(0, end, size):
        rows = slice(start, start + size)
        if order is None:
            yield X[rows], y[rows]
        else:
            yield X.take(order[rows], axis=0), y.take(order[rows], axis=0)


def split(
    X: np.ndarray, y: np.ndarray, *, test_size: int | float, rng: np.random.Generator
) -> tuple[Pair, Pair]:
    """Training and test part of a data set, drawn at random.

    Parameters
    ----------
    X : ndarray, shape (n, ...)
        Examples, one per row.
    y : ndarray, shape (n, ...)
        Targets, one per row of `X`.
    test_size : int in [1, n - 1] or float in (0, 1)
        Number of test examples, or their share of `n`, rounded to the nearest count.
    rng : numpy.random.Generator
        Source of the order. The rows are permuted once; the test part is the end of the permutation.

    Returns
    -------
    ((X_train, y_train), (X_test, y_test))
        Copies. Together they hold every example once.

    Raises
    ------
    TypeError
        If `test_size` is not a number, or `rng` is not a Generator.
    ValueError
        If `X` is empty, `y` has another length, or one of the two parts would be empty.

    Examples
    --------
    >>> X, y = np.arange(10.0).reshape(10, 1), np.arange(10)
    >>> train, test = split(X, y, test_size=0.3, rng=np.random.default_rng(0))
    >>> len(train[0]), len(test[0])
    (7, 3)
    """
    X, y = _paired(X, y, "split")
    _check_rng(rng, "split", remedy="np.random.default_rng(0)")
    n_train = len(X) - _test_count(test_size, len(X))
    order = rng.permutation(len(X))
    train, test = order[:n_train], order[n_train:]
    return (X[train], y[train]), (X[test], y[test])


def _test_count(test_size: int | float, n: int) -> int:
    if isinstance(test_size, (bool, np.bool_)) or not isinstance(
        test_size, (int, float, np.integer, np.floating)
    ):
        raise TypeError(
            f"split expects test_size to be an int (a count) or a float (a share), got {test_size!r}; "
            f"pass for example test_size=0.25."
        )
    if isinstance(test_size, (float, np.floating)):
        if not 0 < test_size < 1:
            raise ValueError(
                f"split expects a float test_size to lie between 0 and 1, got {test_size!r}; "
                f"pass an int to give the number of test examples."
            )
        count = round(n * test_size)
    else:
        count = int(test_size)
    if not 1 <= count <= n - 1:
        raise ValueError(
            f"split expects at least one training and one test example, got test_size={test_size!r} "
            f"of {n} examples; choose a test_size that leaves both parts non-empty."
        )
    return count


def standardize(train: np.ndarray, *others: np.ndarray) -> tuple[np.ndarray, ...]:
    """Arrays whose columns have mean 0 and standard deviation 1 over `train`.

    z = (x - mean(train)) / std(train), column by column. The test data take the training data's mean and
    standard deviation: computed from the test data, they would let it leak into the model.

    A column that is constant in `train` becomes zero in every array, because nothing can be learned from it.

    Parameters
    ----------
    train : ndarray, shape (n, ...)
        Training examples, one per row. They alone decide the mean and the standard deviation (divisor n).
    *others : ndarray, shape (m, ...)
        Further examples with the same columns: validation and test data.

    Returns
    -------
    tuple of ndarray
        New arrays, `train` first, also when it is the only one: `(X,) = standardize(X)`.
        float32 stays float32; integers become float64.

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If `train` is empty, an array has other columns, or a value is NaN or infinite.

    Examples
    --------
    >>> train, test = standardize(np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([[4.0, 6.0]]))
    >>> train.tolist(), test.tolist()
    ([[-1.0, 0.0], [1.0, 0.0]], [[2.0, 0.0]])
    """
    arrays = [_real(array, position) for position, array in enumerate((train, *others))]
    reference = arrays[0]
    if len(reference) == 0:
        raise ValueError(
            "standardize expects at least one training example, got none; pass a non-empty array first."
        )
    for position, array in enumerate(arrays):
        if array.shape[1:] != reference.shape[1:]:
            raise ValueError(
                f"standardize expects every array to have the columns of the first, {reference.shape[1:]}, "
                f"got {array.shape[1:]} in array {position}; pass the same features in the same order."
            )
    mean = reference.mean(axis=0, dtype=np.float64)
    std = reference.std(axis=0, dtype=np.float64)
    # compared exactly: the rounded std of a constant column need not be zero
    constant = (reference.max(axis=0) == reference.min(axis=0)) | (std == 0)
    scale = np.where(constant, np.inf, std)  # divided by infinity, a constant column is zero
    return tuple(((array - mean) / scale).astype(array.dtype, copy=False) for array in arrays)


def _real(array: np.ndarray, position: int) -> np.ndarray:
    array = np.asarray(array)
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"standardize expects arrays of real numbers, got dtype {array.dtype} in array {position}; "
            f"encode or leave out what is not a number."
        )
    if array.ndim == 0:
        raise ValueError(
            f"standardize expects arrays with one example per row, got a single number as array {position}; "
            f"for several arrays write standardize(train, test)."
        )
    if array.dtype.kind != "f":
        array = array.astype(np.float64)
    if not np.isfinite(array).all():
        row = tuple(int(index) for index in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(
            f"standardize expects finite numbers, got {array[row]} at {list(row)} of array {position}; "
            f"remove or fill in such values first."
        )
    return array


def _paired(X: np.ndarray, y: np.ndarray, caller: str) -> Pair:
    X, y = np.asarray(X), np.asarray(y)
    if X.ndim == 0 or y.ndim == 0:
        raise ValueError(
            f"{caller} expects X and y with one example per row, got shapes {X.shape} and {y.shape}."
        )
    if len(X) != len(y):
        raise ValueError(
            f"{caller} expects as many targets as examples, got {len(X)} rows in X and {len(y)} in y; "
            f"pass the two arrays of one data set."
        )
    if len(X) == 0:
        raise ValueError(
            f"{caller} expects at least one example, got empty X and y; check how they were selected."
        )
    return X, y


def _check_count(value: int, name: str, n: int, caller: str) -> None:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(
            f"{caller} expects {name} to be an int, got {value!r}; pass a whole number from 1 to {n}."
        )
    if not 1 <= value <= n:
        raise ValueError(
            f"{caller} expects {name} between 1 and the {n} examples, got {value}; choose one in between."
        )


def _check_rng(rng: object, caller: str, *, remedy: str) -> None:
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{caller} expects rng to be a numpy.random.Generator, got {rng!r}; pass {remedy}.")
