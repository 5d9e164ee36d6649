"""What examples show before any network sees them: scale, order, leaks, and what a blind answer costs.

What a network makes of them stands in `learning`.
"""

from __future__ import annotations

import numpy as np

from nnkit.arguments import as_numbers, described
from nnkit.losses import Loss, MulticlassHinge, SigmoidBinaryCrossEntropy, SoftmaxCrossEntropy

LOGITS = (SoftmaxCrossEntropy, SigmoidBinaryCrossEntropy, MulticlassHinge)

Pair = tuple[np.ndarray, np.ndarray]

_RARE = 1e-6  # share of a class that does not occur: its logit stays finite


def check_pair(owner: str, data: Pair | None, of: str = "") -> Pair:
    """Both arrays, if they are finite and of one length; `of` says which data they are."""
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise TypeError(f"{owner} expects a pair (X, y){of}, got {described(data)}.")
    X, y = (as_numbers(owner, f"{letter}{of}", array) for letter, array in zip("Xy", data, strict=True))
    if len(X) != len(y):
        raise ValueError(f"{owner} expects X and y{of} of one length, got {len(X)} and {len(y)} rows.")
    for letter, array in (("X", X), ("y", y)):
        if not np.isfinite(array).all():
            raise ValueError(f"{owner} expects finite {letter}{of}, got NaN or infinity; drop these rows.")
    return X, y


def blind_loss(loss: Loss, y: np.ndarray, shape: tuple[int, ...]) -> float:
    """The loss of an answer that ignores the input: class frequencies as logits, or the targets' mean."""
    mean = np.asarray((np.eye(shape[1])[y] if y.ndim < len(shape) else y).mean(axis=0))
    if isinstance(loss, LOGITS):
        one_sided = isinstance(loss, SigmoidBinaryCrossEntropy)
        mean = np.log((mean + _RARE) / ((1 - mean if one_sided else 1) + _RARE))
    return loss.value(np.broadcast_to(mean, (len(y), *shape[1:])).copy(), y)


def shared_rows(X: np.ndarray, other: np.ndarray) -> float:
    """Share of the rows of `other` that are rows of `X` too."""
    seen = {row.tobytes() for row in _rows(X)}
    return float(np.mean([row.tobytes() in seen for row in _rows(other)]))


def data_measures(loss: Loss, X: np.ndarray, y: np.ndarray, *, shuffle: bool) -> dict[str, float]:
    """Scale of inputs and targets, likeness of neighbors, and the feature that tells the target."""
    regression = y.dtype.kind == "f" and not isinstance(loss, LOGITS)
    X, target = _rows(X), _rows(np.eye(y.max() + 1)[y] if y.ndim == 1 and not regression else y)
    rms = [float(np.sqrt((array**2).mean(axis=0).max())) for array in (X, _rows(y))]
    unlike = (np.diff(target, axis=0) ** 2).mean(axis=0).sum() / (2 * target.var(axis=0).sum())
    known = np.column_stack([target, _rows(y)])  # indicators of the classes, and their numbers
    correlation = np.nan_to_num([[np.corrcoef(x, t)[0, 1] for t in known.T] for x in X.T])
    strongest = np.abs(correlation).max(axis=1)
    return {
        "input_rms": rms[0],
        "input_scale": abs(np.log10(rms[0])),
        "target_rms": rms[1],
        "target_scale": abs(np.log10(rms[1])) if regression else np.nan,
        "neighbor_distance": np.nan if shuffle else unlike,
        "leaking_column": strongest.argmax(),
        "correlation": strongest.max(),
    }


def _rows(array: np.ndarray) -> np.ndarray:
    """One row of numbers per example; -0.0 becomes 0.0."""
    return np.asarray(array.reshape(len(array), -1), dtype=np.float64) + 0.0
