"""What a trainer accepts: arguments of the right kind, and data that are finite and of one length.

What a layer or a loss accepts stands in that layer or loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from nnkit.layers import Layer
from nnkit.optimizers import Optimizer

Data = tuple[np.ndarray, np.ndarray]
Metric = Callable[[np.ndarray, np.ndarray], float]


def check_kind(name: str, value: object, kind: type) -> None:
    """Refuse what is not an instance of `kind`."""
    if not isinstance(value, kind):
        got = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise TypeError(f"Trainer expects {name} to be {article} {kind.__name__}, got {got}.")


def check_count(name: str, value: int) -> None:
    """Refuse what is not an int of at least 1."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"Trainer expects {name} to be an int, got {type(value).__name__} {value!r}.")
    if value < 1:
        raise ValueError(f"Trainer expects {name} to be at least 1, got {value}.")


def check_optimizer(model: Layer, optimizer: Optimizer) -> None:
    """Refuse an optimizer that would move other parameters than the model's."""
    owned = {id(parameter) for parameter in model.parameters()}
    members = [member for parameter in optimizer.parameters for member in parameter.members]
    if all(id(member) in owned for member in members):
        return
    name = type(optimizer).__name__
    raise ValueError(
        "Trainer expects an optimizer over the model's own parameters, got some that are not in the "
        f"model (perhaps it was copied); build {name}(model.parameters(), ...) from the model in use."
    )


def name_metrics(metrics: Iterable[Metric]) -> dict[str, Metric]:
    """The metrics by the name under which they are reported."""
    if callable(metrics):
        raise TypeError("Trainer expects metrics to be a sequence of functions, got one; pass metrics=[it].")
    named: dict[str, Metric] = {}
    for metric in metrics:
        name = getattr(metric, "__name__", None)
        if not callable(metric) or name is None:
            raise TypeError(
                f"Trainer expects metrics to be functions with a __name__, got {type(metric).__name__}; "
                "write a def."
            )
        if name in named or name == "loss":
            raise ValueError(f'Trainer expects metrics of different names, none called "loss", got {name!r}.')
        named[name] = metric
    return named


def check_data(name: str, data: Data, model: Layer) -> Data:
    """Both arrays, if they are whole, finite and of one length; real numbers cast to the model's dtype."""
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise TypeError(f"Trainer expects {name} data as a pair (X, y), got {type(data).__name__}.")
    X, y = np.asarray(data[0]), np.asarray(data[1])
    if X.ndim == 0 or y.ndim == 0 or len(X) == 0:
        raise ValueError(
            f"Trainer expects {name} data with at least one example, got X of shape {X.shape} and y of shape "
            f"{y.shape}."
        )
    if len(X) != len(y):
        raise ValueError(
            f"Trainer expects {name} data with one target per example, got {len(X)} examples and {len(y)} "
            "targets."
        )
    for letter, array in (("X", X), ("y", y)):
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            bad = ~np.isfinite(array.reshape(len(array), -1)).all(axis=1)
            raise ValueError(
                f"Trainer expects finite {name} data, got NaN or infinity in {bad.sum()} of {len(array)} "
                f"rows of {letter}, first in row {int(np.argmax(bad))}; fill or drop these rows."
            )
    return _cast(X, model), _cast(y, model)


def _cast(array: np.ndarray, model: Layer) -> np.ndarray:
    parameters = model.parameters()
    if array.dtype.kind != "f" or not parameters:
        return array  # integers stay: they may be class indices
    return array.astype(parameters[0].value.dtype, copy=False)  # once here, so that no batch needs it
