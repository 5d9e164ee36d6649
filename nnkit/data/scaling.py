"""Features brought to one scale.

What varies examples at random belongs to `augmentation`.
"""

from __future__ import annotations

import numpy as np

from nnkit.arguments import as_numbers, check_finite


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
        If an array is empty or has other columns than `train`, or a value is NaN or infinite.

    Examples
    --------
    >>> train, test = standardize(np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([[4.0, 6.0]]))
    >>> train.tolist(), test.tolist()
    ([[-1.0, 0.0], [1.0, 0.0]], [[2.0, 0.0]])
    """
    first = _finite("train", train)
    arrays = [first, *(_finite(f"others[{index}]", other) for index, other in enumerate(others))]
    for index, other in enumerate(arrays[1:]):
        if other.shape[1:] != first.shape[1:]:
            wanted = f"others[{index}] with the columns of train, {first.shape[1:]}"
            got = f"{other.shape[1:]}; pass the same features in the same order"
            raise ValueError(f"standardize expects {wanted}, got {got}.")
    mean, std = first.mean(axis=0, dtype=np.float64), first.std(axis=0, dtype=np.float64)
    # compared exactly: the rounded std of a constant column need not be zero
    constant = (first.max(axis=0) == first.min(axis=0)) | (std == 0)
    scale = np.where(constant, np.inf, std)  # divided by infinity, a constant column is zero
    return tuple(((array - mean) / scale).astype(array.dtype, copy=False) for array in arrays)


def _finite(name: str, array: np.ndarray) -> np.ndarray:
    array = as_numbers("standardize", name, array)
    check_finite("standardize", name, array)
    return array if array.dtype.kind == "f" else array.astype(np.float64)
