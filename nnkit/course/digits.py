"""The digits as the chapters use them: one split for all, made once."""

from functools import lru_cache

import numpy as np

import nnkit


@lru_cache(maxsize=1)
def split() -> tuple[nnkit.data.Pair, nnkit.data.Pair]:
    """Return 1,297 digits to learn from and 500 that only measure.

    Returns
    -------
    ((X, y), (X_unseen, y_unseen))
        Pixels in [0, 1], shapes (1297, 64) and (500, 64); classes 0 to 9. The same two parts for every seed:
        what varies in the book's experiments is the initial network and the order of the examples.
    """
    return nnkit.data.split(*nnkit.datasets.digits(), test_size=500, rng=np.random.default_rng(0))
