"""Images varied at random: the target stays, the pixels move.

Each function gives new images, in the dtype of the old ones, and draws for each image by itself. Images are
(batch, channels, height, width). They are varied batch by batch, anew in every epoch:

>>> from nnkit.data import batches
>>> X, y, rng = np.ones((6, 1, 8, 8)), np.arange(6), np.random.default_rng(0)
>>> for x, target in batches(X, y, 3, rng=rng):
...     x = add_noise(shift(x, 1, rng=rng), 0.1, rng=rng)  # then trainer.step(x, target)

Only training data are varied, never those on which a model is judged.
"""

from __future__ import annotations

import numpy as np

from nnkit.arguments import as_numbers, check_floats, check_int, check_number, check_rng


def shift(X: np.ndarray, pixels: int, *, rng: np.random.Generator) -> np.ndarray:
    """Each image moved by whole pixels; zeros enter at the edges.

    Parameters
    ----------
    X : ndarray, shape (batch, channels, height, width)
    pixels : int >= 0
        The farthest move. Down and right each move by a number that is drawn evenly from -pixels to pixels.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape and dtype of X
        A new array.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If X has other than four axes or no entries, or `pixels` is negative.

    Examples
    --------
    >>> X = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> shift(X, 1, rng=np.random.default_rng(4))[0, 0]  # one down, one to the right
    array([[0., 0.],
           [0., 1.]])
    """
    _check_images("shift", X)
    pixels = check_int("shift", "pixels", pixels, low=0)
    check_rng("shift", rng)
    n, _, height, width = X.shape
    down, right = rng.integers(-pixels, pixels, (2, n), endpoint=True)
    padded = np.pad(X, ((0, 0), (0, 0), (pixels, pixels), (pixels, pixels)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(2, 3))
    return windows[np.arange(n), :, pixels - down, pixels - right]


def rotate(X: np.ndarray, degrees: float, *, rng: np.random.Generator) -> np.ndarray:
    """Each image turned about its center; zeros enter at the corners.

    A positive angle turns counterclockwise, as seen with row 0 on top. A pixel of the result takes its value
    from where it came from, interpolated between the four pixels around that place (bilinear).

    Parameters
    ----------
    X : ndarray, shape (batch, channels, height, width)
    degrees : float in [0, 180]
        The widest turn. The angles are drawn uniformly from -degrees to degrees.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape and dtype of X
        A new array.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If X has other than four axes or no entries, or `degrees` is not in [0, 180].

    Examples
    --------
    >>> X = np.zeros((1, 1, 3, 3))
    >>> X[0, 0, 1, 2] = 1.0
    >>> rotate(X, 45, rng=np.random.default_rng(0)).round(2)[0, 0]  # by 12.3 degrees
    array([[0.  , 0.  , 0.19],
           [0.  , 0.  , 0.77],
           [0.  , 0.  , 0.  ]])
    """
    _check_images("rotate", X)
    degrees = check_number("rotate", "degrees", degrees, "[0, 180]")
    check_rng("rotate", rng)
    return _turned(X, rng.uniform(-degrees, degrees, len(X)))


def _turned(X: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    n, channels, height, width = X.shape
    angle = np.deg2rad(degrees)[:, None, None]
    cosine, sine = np.cos(angle), np.sin(angle)
    middle, center = (height - 1) / 2, (width - 1) / 2
    y, x = np.arange(height)[:, None] - middle, np.arange(width) - center
    # Where each pixel came from, counted in the image with a frame of zeros: (batch, height, width).
    row = (x * sine + y * cosine + middle).clip(-1, height) + 1
    column = (x * cosine - y * sine + center).clip(-1, width) + 1
    top, left = row.astype(int).clip(max=height), column.astype(int).clip(max=width)
    down, right = (row - top)[:, None].astype(X.dtype), (column - left)[:, None].astype(X.dtype)
    padded = np.pad(X, ((0, 0), (0, 0), (1, 1), (1, 1)))
    image, channel = np.arange(n)[:, None, None, None], np.arange(channels)[:, None, None]
    steps = [(0, 0), (0, 1), (1, 0), (1, 1)]
    corners = [padded[image, channel, (top + i)[:, None], (left + j)[:, None]] for i, j in steps]
    above, below = ((1 - right) * near + right * far for near, far in (corners[:2], corners[2:]))
    return (1 - down) * above + down * below


def add_noise(X: np.ndarray, std: float, *, rng: np.random.Generator) -> np.ndarray:
    """Each entry plus Gaussian noise of its own; entries may leave [0, 1].

    Parameters
    ----------
    X : ndarray, shape (batch, ...)
        Images, or rows of features.
    std : float >= 0
        Standard deviation of the noise, in the unit of X.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape and dtype of X
        A new array.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If X has no entries, or `std` is negative or not finite.

    Examples
    --------
    >>> X = np.zeros((1000, 3), np.float32)
    >>> noisy = add_noise(X, 0.5, rng=np.random.default_rng(0))
    >>> noisy.dtype, round(float(noisy.std()), 2)
    (dtype('float32'), 0.5)

    References
    ----------
    Bishop 1995, "Training with Noise is Equivalent to Tikhonov Regularization".
    """
    check_floats("add_noise", "X", X)
    as_numbers("add_noise", "X", X)
    std = check_number("add_noise", "std", std, "[0, inf)")
    check_rng("add_noise", rng)
    return (X + rng.normal(0.0, std, X.shape)).astype(X.dtype, copy=False)


def _check_images(owner: str, X: np.ndarray) -> None:
    check_floats(owner, "X", X)
    if X.ndim != 4 or X.size == 0:
        raise ValueError(f"{owner} expects X of shape (batch, channels, height, width), got {X.shape}.")
