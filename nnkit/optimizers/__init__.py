"""Optimizers: the rules by which gradients change parameters, one file per family."""

from nnkit.optimizers.adaptive import Adam
from nnkit.optimizers.base import Optimizer
from nnkit.optimizers.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]
