"""Callbacks: what may happen after an epoch. A callback is called with the record; a true answer stops.

Anything finer than an epoch iterates over `Trainer.epochs` or calls `Trainer.step`.
"""

from nnkit.callbacks.best import BestWeights, EarlyStopping
from nnkit.callbacks.checkpoint import Checkpoint
from nnkit.callbacks.progress import Progress

__all__ = ["BestWeights", "Checkpoint", "EarlyStopping", "Progress"]
