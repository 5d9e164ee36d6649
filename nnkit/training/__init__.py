"""Training: the order of one step, and the loop over steps and epochs."""

from nnkit.training.backpropagation import backpropagate
from nnkit.training.trainer import Trainer

__all__ = ["Trainer", "backpropagate"]
