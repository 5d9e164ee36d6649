"""Data sets drawn from a formula, as many examples as asked for.

Data that were measured belong to `shipped`.
"""

from __future__ import annotations

import numpy as np

from nnkit.arguments import check_int, check_number, check_rng

Pair = tuple[np.ndarray, np.ndarray]


def moons(n: int, *, noise: float, rng: np.random.Generator) -> Pair:
    """Two half circles that reach into each other.

    Class 0 is the upper half of the unit circle, class 1 is its copy turned by 180 degrees about (0.5, 0.25).

    Parameters
    ----------
    n : int, at least 2
        Number of examples. Class 0 has `n // 2` of them, evenly spaced along its arc; class 1 has the others.
    noise : float, at least 0
        Standard deviation of the Gaussian noise added to both coordinates.
    rng : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    X : ndarray, shape (n, 2)
        Points, class by class.
    y : ndarray of int64, shape (n,)
        Class, 0 or 1.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If `n` is below 2, or `noise` is negative or not finite.

    Examples
    --------
    >>> X, y = moons(4, noise=0.0, rng=np.random.default_rng(0))
    >>> X.round(2).tolist(), y.tolist()
    ([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [2.0, 0.5]], [0, 0, 1, 1])

    References
    ----------
    scikit-learn, `make_moons(shuffle=False)`: the same points before noise.
    """
    _check("moons", n, 2, noise, rng)
    upper, lower = np.linspace(0.0, np.pi, n // 2), np.linspace(0.0, np.pi, n - n // 2)
    x = np.concatenate([np.cos(upper), 1.0 - np.cos(lower)])
    height = np.concatenate([np.sin(upper), 0.5 - np.sin(lower)])
    X = np.column_stack([x, height]) + rng.normal(0.0, noise, (n, 2))
    return X, np.repeat(np.arange(2), [len(upper), len(lower)])


def spirals(n: int, *, classes: int = 3, noise: float, rng: np.random.Generator) -> Pair:
    """Spiral arms around the origin, one class each.

    Arm j runs from radius 0 to 1 while its angle t grows from 4j to 4(j + 1) radians:
    x = (r sin(t + e), r cos(t + e)) with Gaussian noise e.

    Parameters
    ----------
    n : int, at least `classes`
        Number of examples in all. The arms are as equal as possible; the first ones get what is left over.
    classes : int in [2, 11]
        Number of arms. A twelfth would lie on the first: 44 radians are seven full turns.
    noise : float, at least 0
        Standard deviation of the angle, in radians; CS231n uses 0.2.
    rng : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    X : ndarray, shape (n, 2)
        Points inside the unit circle, class by class.
    y : ndarray of int64, shape (n,)
        Class, 0 to `classes - 1`.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If `n` is below `classes`, `classes` is not in [2, 11], or `noise` is negative or not finite.

    Examples
    --------
    >>> X, y = spirals(300, noise=0.2, rng=np.random.default_rng(0))
    >>> X.shape, np.bincount(y).tolist()
    ((300, 2), [100, 100, 100])

    References
    ----------
    CS231n course notes, "Neural Networks Case Study", "Generating some data" (there `n` is per class).
    """
    check_int("spirals", "classes", classes, low=2, high=11, remedy="with more, arms would coincide")
    _check("spirals", n, classes, noise, rng)
    counts = [n // classes + (arm < n % classes) for arm in range(classes)]
    radius = np.concatenate([np.linspace(0.0, 1.0, count) for count in counts])
    arms = [np.linspace(4.0 * arm, 4.0 * (arm + 1), count) for arm, count in enumerate(counts)]
    angle = np.concatenate(arms) + rng.normal(0.0, noise, n)
    X = np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])
    return X, np.repeat(np.arange(classes), counts)


def xor(n: int, *, noise: float, rng: np.random.Generator) -> Pair:
    """Four clouds on the corners of the unit square; opposite corners share a class.

    Parameters
    ----------
    n : int, at least 4
        Number of examples. They take the corners (0, 0), (0, 1), (1, 0), (1, 1) in turn.
    noise : float, at least 0
        Standard deviation of the Gaussian noise added to both coordinates.
    rng : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    X : ndarray, shape (n, 2)
        Points.
    y : ndarray of int64, shape (n,)
        1 where exactly one coordinate of the point's corner is 1, else 0.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If `n` is below 4, or `noise` is negative or not finite.

    Examples
    --------
    >>> X, y = xor(4, noise=0.0, rng=np.random.default_rng(0))
    >>> X.tolist(), y.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    _check("xor", n, 4, noise, rng)
    first, second = divmod(np.arange(n) % 4, 2)
    X = np.column_stack([first, second]) + rng.normal(0.0, noise, (n, 2))
    return X, first ^ second


def _check(owner: str, n: int, smallest: int, noise: float, rng: np.random.Generator) -> None:
    check_int(owner, "n", n, low=smallest)
    check_number(owner, "noise", noise, "[0, inf)", "0 gives the bare shape")
    check_rng(owner, rng)
