"""What a trainer accepts: an optimizer of its own model, one budget, and data that are finite and whole.

What a layer or a loss accepts stands in that layer or loss.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

from nnkit.arguments import as_pair, check_finite, check_int, check_kind, described
from nnkit.layers import Layer
from nnkit.optimizers import Optimizer

Data = tuple[np.ndarray, np.ndarray]
Metric = Callable[[np.ndarray, np.ndarray], float]


def check_optimizer(model: Layer, optimizer: Optimizer) -> None:
    """Refuse an optimizer that would move other parameters than the model's."""
    owned = {id(parameter) for parameter in model.parameters()}
    members = [member for parameter in optimizer.parameters for member in parameter.members]
    if all(id(member) in owned for member in members):
        return
    got = "some that are not in the model (perhaps it was copied)"
    remedy = f"build {type(optimizer).__name__}(model.parameters(), ...) from the model in use"
    raise ValueError(f"Trainer expects an optimizer over the model's own parameters, got {got}; {remedy}.")


def name_metrics(metrics: Iterable[Metric]) -> dict[str, Metric]:
    """The metrics by the name under which they are reported."""
    check_kind("Trainer", "metrics", metrics, (list, tuple), "pass metrics=[function]")
    named: dict[str, Metric] = {}
    for metric in metrics:
        name = getattr(metric, "__name__", None)
        if not callable(metric) or name is None:
            got = f"{described(metric)}; write a def"
            raise TypeError(f"Trainer expects metrics to be functions with a __name__, got {got}.")
        if name in named or name == "loss":
            raise ValueError(f'Trainer expects metrics of different names, none called "loss", got {name!r}.')
        named[name] = metric
    return named


def as_examples(n: int, size: int, **budget: int | None) -> int:
    """The one budget that is given, in examples: n make an epoch, `size` an update but an epoch's last."""
    given = [(unit, count) for unit, count in budget.items() if count is not None]
    if len(given) != 1:
        got = " and ".join(unit for unit, _ in given) or "none"
        units = ", ".join(budget)
        raise ValueError(f"Trainer expects exactly one of {units}, got {got}; pass for example epochs=10.")
    unit, count = given[0]
    count = check_int("Trainer", unit, count)
    if unit == "examples":
        return count
    epochs, updates = (count, 0) if unit == "epochs" else divmod(count, math.ceil(n / size))
    return epochs * n + updates * size


def check_data(name: str, data: Data, model: Layer) -> Data:
    """Both arrays, if they are whole, finite and of one length; real numbers cast to the model's dtype."""
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise TypeError(f"Trainer expects {name} data as a pair (X, y), got {described(data)}.")
    X, y = as_pair("Trainer", *data, f" of the {name} data")
    check_finite("Trainer", f"X of the {name} data", X)
    check_finite("Trainer", f"y of the {name} data", y)
    return _cast(X, model), _cast(y, model)


def _cast(array: np.ndarray, model: Layer) -> np.ndarray:
    parameters = model.parameters()
    if array.dtype.kind != "f" or not parameters:
        return array  # integers stay: they may be class indices
    return array.astype(parameters[0].value.dtype, copy=False)  # once here, so that no batch needs it
