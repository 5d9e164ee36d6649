"""What examples show before any network sees them: scale, order, leaks, and what a blind answer costs.

What a network makes of them stands in `learning`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nnkit.arguments import as_pair, check_finite, check_int, check_kind
from nnkit.losses import Loss, MulticlassHinge, SigmoidBinaryCrossEntropy, SoftmaxCrossEntropy

LOGITS = (SoftmaxCrossEntropy, SigmoidBinaryCrossEntropy, MulticlassHinge)

Pair = tuple[np.ndarray, np.ndarray]

_RARE = 1e-6  # share of a class that does not occur: its logit stays finite


def check_pair(owner: str, X: np.ndarray, y: np.ndarray, of: str = "") -> Pair:
    """Both arrays, if they are finite and of one length; `of` says which data they are."""
    X, y = as_pair(owner, X, y, of)
    check_finite(owner, f"X{of}", X)
    check_finite(owner, f"y{of}", y)
    return X, y


def check_data(owner: str, name: str, data: Pair) -> Pair:
    """The pair (X, y) that is called so, checked likewise."""
    check_kind(owner, name, data, (tuple, list), "pass (X, y)")
    check_int(owner, f"the length of {name}", len(data), low=2, high=2)
    return check_pair(owner, *data, of=f" of {name}")


def blind_loss(loss: Loss, y: np.ndarray, shape: tuple[int, ...]) -> float:
    """The loss of an answer that ignores the input: class frequencies as logits, or the targets' mean."""
    mean = np.asarray((np.eye(shape[1])[y] if y.ndim < len(shape) else y).mean(axis=0))
    if isinstance(loss, SigmoidBinaryCrossEntropy):
        mean = np.log((mean + _RARE) / (1 - mean + _RARE))
    elif isinstance(loss, LOGITS):
        mean = np.log(mean + _RARE)
    return loss.value(np.broadcast_to(mean, (len(y), *shape[1:])).copy(), y)


def data_measures(
    loss: Loss, X: np.ndarray, y: np.ndarray, held_out: np.ndarray | None, shuffle: bool
) -> dict[str, Any]:
    """Rows shared with `held_out`, scales, likeness of neighbors, and the feature that tells the target."""
    regression = y.dtype.kind == "f" and not isinstance(loss, LOGITS)
    X, numbers = _rows(X), _rows(y)
    seen = {row.tobytes() for row in X}
    shared = [np.nan] if held_out is None else [row.tobytes() in seen for row in _rows(held_out)]
    target = np.eye(y.max() + 1)[y] if y.ndim == 1 and not regression else numbers
    unlike = (np.diff(target, axis=0) ** 2).mean(axis=0).sum() / (2 * target.var(axis=0).sum())
    Z, T = (array - array.mean(axis=0) for array in (X, np.column_stack([target, numbers])))
    correlation = np.abs(Z.T @ T) / np.outer(np.linalg.norm(Z, axis=0), np.linalg.norm(T, axis=0))
    strongest = np.nan_to_num(correlation).max(axis=1)  # a constant has none
    input_rms, target_rms = (np.sqrt((array**2).mean(axis=0).max()) for array in (X, numbers))
    return {
        "shared_rows": np.mean(shared),
        "input_rms": input_rms,
        "input_scale": abs(np.log10(input_rms)),
        "target_rms": target_rms,
        "target_scale": abs(np.log10(target_rms)) if regression else np.nan,
        "neighbor_distance": np.nan if shuffle else unlike,
        "leaking_column": strongest.argmax(),
        "correlation": strongest.max(),
    }


def _rows(array: np.ndarray) -> np.ndarray:
    """One row of numbers per example; -0.0 becomes 0.0."""
    return np.asarray(array.reshape(len(array), -1), dtype=np.float64) + 0.0
