"""A data set cut into parts: batches, training and test part, folds.

What changes the numbers themselves belongs to `scaling` and `augmentation`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnkit.arguments import as_classes, as_pair, check_bool, check_int, check_number, check_rng

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
        If an argument is of the wrong kind, or `rng` is missing while `shuffle` is true.
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
    X, y = as_pair("batches", X, y)
    n = len(X)
    batch_size = check_int("batches", "batch_size", batch_size, high=n, remedy=f"{n} gives the full batch")
    drop_last = check_bool("batches", "drop_last", drop_last)
    if check_bool("batches", "shuffle", shuffle):
        check_rng("batches", rng)
    return _cut((X, y), batch_size, n - n % batch_size if drop_last else n, rng if shuffle else None)


def _cut(data: Pair, size: int, end: int, rng: np.random.Generator | None) -> Iterator[Pair]:
    X, y = data
    order = None if rng is None else rng.permutation(len(X))
    for start in range(0, end, size):
        part = slice(start, start + size)  # take gives what X[order[part]] gives, and sooner
        yield (X[part], y[part]) if order is None else (X.take(order[part], 0), y.take(order[part], 0))


def split(
    X: np.ndarray, y: np.ndarray, *, test_size: int | float, rng: np.random.Generator, stratify: bool = False
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
    stratify : bool
        Give both parts the same mixture of classes: of each class the test part gets its share, rounded up
        or down to a whole example. `y` then holds class indices, and the test examples stand anywhere in
        the permutation.

    Returns
    -------
    ((X_train, y_train), (X_test, y_test))
        Copies. Together they hold every example once.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If `X` is empty, `y` has another length, one of the two parts would be empty, or with `stratify` a
        class would be missing in one of them.

    Examples
    --------
    >>> X, y = np.arange(10.0).reshape(10, 1), np.arange(10)
    >>> train, test = split(X, y, test_size=0.3, rng=np.random.default_rng(0))
    >>> len(train[0]), len(test[0])
    (7, 3)
    >>> rng = np.random.default_rng(0)
    >>> train, test = split(X, y % 2, test_size=4, rng=rng, stratify=True)
    >>> np.bincount(train[1]), np.bincount(test[1])
    (array([3, 3]), array([2, 2]))
    """
    X, y = as_pair("split", X, y)
    n = len(X)
    if isinstance(test_size, (float, np.floating)):
        test_size = round(n * check_number("split", "test_size", test_size, "(0, 1)", "an int is a count"))
    count = check_int("split", "test_size", test_size, high=n - 1, remedy="each part needs an example")
    check_rng("split", rng)
    order = rng.permutation(n)
    if check_bool("split", "stratify", stratify):
        place = _places("split", y, order)
        tested = (place + 1) * count // n > place * count // n  # every (n / count)-th, evenly spread
        _check_classes("split", y, [y[order[tested]], y[order[~tested]]])
    else:
        tested = np.arange(n) >= n - count
    train, test = order[~tested], order[tested]
    return (X[train], y[train]), (X[test], y[test])


def folds(
    X: np.ndarray, y: np.ndarray, k: int, *, rng: np.random.Generator, stratify: bool = False
) -> Iterator[tuple[Pair, Pair]]:
    """The k pairs of training and validation part of a cross-validation.

    Every example is in the validation part of exactly one pair. What is learned from the data, such as the
    mean in `standardize`, must be learned from each training part anew.

    Parameters
    ----------
    X : ndarray, shape (n, ...)
        Examples, one per row.
    y : ndarray, shape (n, ...)
        Targets, one per row of `X`.
    k : int in [2, n]
        Number of folds. They have `n // k` examples or one more; `n` leaves one example out at a time.
    rng : numpy.random.Generator
        Source of the order. The rows are permuted once, by the call itself, and dealt out in turn.
    stratify : bool
        Deal out class by class, so that the folds' counts of a class differ by at most one. `y` then holds
        class indices.

    Returns
    -------
    iterator of ((X_train, y_train), (X_validation, y_validation))
        `k` pairs of copies.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If `X` is empty, `y` has another length, `k` is not in [2, n], or with `stratify` a class has fewer
        than `k` examples.

    Examples
    --------
    >>> X, y = np.arange(6.0).reshape(6, 1), np.arange(6)
    >>> for train, validation in folds(X, y, 3, rng=np.random.default_rng(0)):
    ...     print(train[1], validation[1])
    [2 5 0 1] [3 4]
    [3 5 4 1] [2 0]
    [3 2 4 0] [5 1]

    References
    ----------
    Stone 1974, "Cross-Validatory Choice and Assessment of Statistical Predictions". Hastie, Tibshirani &
    Friedman 2009, "The Elements of Statistical Learning", section 7.10.
    """
    X, y = as_pair("folds", X, y)
    k = check_int("folds", "k", k, low=2, high=len(X), remedy="each fold needs an example")
    check_rng("folds", rng)
    order = rng.permutation(len(X))
    fold = np.arange(len(X)) % k
    if check_bool("folds", "stratify", stratify):
        fold = _places("folds", y, order) % k
        _check_classes("folds", y, [y[order[fold == i]] for i in range(k)])
    parts = ((order[fold != i], order[fold == i]) for i in range(k))
    return (((X[train], y[train]), (X[rest], y[rest])) for train, rest in parts)


def _places(owner: str, y: np.ndarray, order: np.ndarray) -> np.ndarray:
    """The place of each drawn example when they are sorted by class, as drawn within a class."""
    by_class = np.argsort(as_classes(owner, "y", y, len(y))[order], kind="stable")
    return np.argsort(by_class)


def _check_classes(owner: str, y: np.ndarray, parts: list[np.ndarray]) -> None:
    for part in parts:
        for missing in np.setdiff1d(y, part):
            got = f"{(y == missing).sum()} of class {missing}; leave out stratify=True, or the class"
            raise ValueError(f"{owner} expects y with enough examples of every class per part, got {got}.")
