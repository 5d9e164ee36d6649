"""What examples show before any network sees them: scale, order, leaks, and what a blind answer costs.

What a network makes of them stands in `learning`.
"""

from __future__ import annotations

import numpy as np

from nnkit.arguments import as_numbers, check_kind
from nnkit.losses import Loss, MulticlassHinge, SigmoidBinaryCrossEntropy, SoftmaxCrossEntropy

Pair = tuple[np.ndarray, np.ndarray]

_RARE = 1e-6  # share of a class that does not occur: its logit stays finite


def check_pair(owner: str, X: np.ndarray, y: np.ndarray, of: str = "") -> Pair:
    """Both arrays, if they are finite and of one length; `of` says which data they are."""
    X, y = as_numbers(owner, f"X{of}", X), as_numbers(owner, f"y{of}", y)
    if len(X) != len(y):
        raise ValueError(f"{owner} expects X and y{of} of one length, got {len(X)} and {len(y)} rows.")
    for name, array in (("X", X), ("y", y)):
        if not np.isfinite(array).all():
            raise ValueError(
                f"{owner} expects finite {name}{of}, got NaN or infinity; fill or drop these rows."
            )
    return X, y


def check_data(owner: str, name: str, data: Pair) -> Pair:
    """The pair (X, y), if both are finite and of one length."""
    check_kind(owner, name, data, (tuple, list), "pass (X, y)")
    if len(data) != 2:
        raise ValueError(f"{owner} expects {name} to be a pair (X, y), got {len(data)} entries.")
    return check_pair(owner, *data, of=f" of {name}")


def blind_prediction(loss: Loss, y: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The answer that ignores the input: class frequencies as logits, or the targets' mean."""
    mean = np.asarray((np.eye(shape[1])[y] if y.ndim < len(shape) else y).mean(axis=0))
    if isinstance(loss, SigmoidBinaryCrossEntropy):
        mean = np.log((mean + _RARE) / (1 - mean + _RARE))
    elif isinstance(loss, (SoftmaxCrossEntropy, MulticlassHinge)):
        mean = np.log(mean + _RARE)
    return np.broadcast_to(mean, shape).copy()


def shared_rows(X: np.ndarray, other: np.ndarray) -> float:
    """Share of the rows of `other` that are rows of `X` too."""
    seen = {row.tobytes() for row in _rows(X)}
    return float(np.mean([row.tobytes() in seen for row in _rows(other)]))


def data_measures(X: np.ndarray, y: np.ndarray, *, regression: bool, shuffle: bool) -> dict[str, float]:
    """Scale of inputs and targets, likeness of neighbors, and the feature that tells the target."""
    rows, target = _rows(X), _rows(np.eye(y.max() + 1)[y] if y.ndim == 1 and not regression else y)
    input_rms, target_rms = (float(np.sqrt((array**2).mean(axis=0).max())) for array in (rows, _rows(y)))
    unlike = (np.diff(target, axis=0) ** 2).mean(axis=0).sum() / (2 * target.var(axis=0).sum())
    centered, known = (array - array.mean(axis=0) for array in (rows, np.column_stack([target, _rows(y)])))
    cosines = np.abs(centered.T @ known) / np.outer(*(np.sqrt((a**2).sum(axis=0)) for a in (centered, known)))
    cosines = np.nan_to_num(cosines).max(axis=1)  # 0 for a constant feature
    return {
        "input_rms": input_rms,
        "input_scale": abs(np.log10(input_rms)),
        "target_rms": target_rms,
        "target_scale": abs(np.log10(target_rms)) if regression else np.nan,
        "neighbor_distance": np.nan if shuffle else unlike,
        "leaking_column": int(cosines.argmax()),
        "correlation": cosines.max(),
    }


def _rows(array: np.ndarray) -> np.ndarray:
    """One row of numbers per example; -0.0 becomes 0.0."""
    return np.ascontiguousarray(array.reshape(len(array), -1), dtype=np.float64) + 0.0
