"""Optimizers: the rules by which gradients change parameters, one file per family, and clipping before.

How a rate changes over the steps belongs to `nnkit.schedules`.
"""

from nnkit.optimizers.adaptive import AdaGrad, Adam, AdamW, RMSProp
from nnkit.optimizers.base import Optimizer
from nnkit.optimizers.clipping import ClipByNorm, ClipByValue
from nnkit.optimizers.sgd import SGD

__all__ = ["SGD", "AdaGrad", "Adam", "AdamW", "ClipByNorm", "ClipByValue", "Optimizer", "RMSProp"]
