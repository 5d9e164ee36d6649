"""What each layer of a network gives out: dead, saturated and repeated units.

From which value on a share is a finding stands in ``findings.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnkit.arguments import as_numbers, check_kind
from nnkit.layers import Layer
from nnkit.models import Sequential

__all__ = ["ActivationStatistics", "activation_statistics"]

_FLAT = 0.01  # slope below which a unit passes on a hundredth: |x| > 3 for tanh, > 4.6 for the sigmoid


@dataclass(frozen=True)
class ActivationStatistics:
    """What one layer gives out over a set of examples. An image's channels are its units.

    Parameters
    ----------
    layer : str
        Position from 0 and kind, such as ``"1 ReLU"``.
    std : float
        Over all entries.
    dead : float in [0, 1]
        Share of units that are 0 for every example.
    saturated : float in [0, 1]
        Share of entries that are not 0 but where the slope is below 0.01. It is 0 for a layer that has
        parameters or changes the shape.
    twins : float in [0, 1]
        Share of the units alive that repeat another one for every example.
    """

    layer: str
    std: float
    dead: float
    saturated: float
    twins: float


def activation_statistics(model: Layer, X: np.ndarray) -> list[ActivationStatistics]:
    """Statistics of every layer's output in inference, in the order of the forward pass.

    A Sequential is looked into; any other container counts as one layer.

    Parameters
    ----------
    model : Layer
    X : ndarray, shape (n, ...)
        A few hundred examples suffice.

    Returns
    -------
    list of ActivationStatistics

    Raises
    ------
    TypeError
        If `model` is not a Layer, or `X` does not hold real numbers.
    ValueError
        If `X` is empty.

    Examples
    --------
    >>> from nnkit import Linear, ReLU
    >>> model = Sequential(Linear(1, 2, rng=np.random.default_rng(0)), ReLU())
    >>> model[0].W.value[...] = [[1.0, -1.0]]
    >>> statistics = activation_statistics(model, np.array([[1.0], [3.0]]))
    >>> statistics[1].layer, statistics[1].std, statistics[1].dead
    ('1 ReLU', 1.224744871391589, 0.5)
    """
    check_kind("activation_statistics", "model", model, Layer)
    x = as_numbers("activation_statistics", "X", X)
    x = x.astype(next((parameter.value.dtype for parameter in model.parameters()), np.float64))
    found = []
    for position, layer in enumerate(_unpacked(model)):
        y, cache = layer.forward(x)
        bends = y.shape == x.shape and not layer.parameters()
        slope = layer.backward(np.ones_like(y), cache) if bends else np.ones_like(y)
        units = np.moveaxis(y, 1, -1).reshape(-1, y.shape[1])  # one column per unit or channel
        alive = units[:, units.any(axis=0)]
        dead, unlike = 1 - alive.shape[1] / units.shape[1], np.unique(alive, axis=1).shape[1]
        saturated, twins = (np.abs(slope) < _FLAT) & (y != 0), 1 - unlike / max(alive.shape[1], unlike, 1)
        name = f"{position} {type(layer).__name__}"
        found.append(ActivationStatistics(name, float(y.std()), dead, float(saturated.mean()), twins))
        x = y
    return found


def _unpacked(model: Layer) -> list[Layer]:
    """The layers of a Sequential and of those inside it, in order."""
    if not isinstance(model, Sequential):
        return [model]
    return [inner for layer in model.layers for inner in _unpacked(layer)]
