"""From arrays to training data: cut a data set into parts and batches, scale it, vary its images.

Where the arrays come from belongs to `datasets`; what is done with a batch belongs to `training`.
"""

from nnkit.data.augmentation import add_noise, rotate, shift
from nnkit.data.cutting import Pair as Pair
from nnkit.data.cutting import batches, folds, split
from nnkit.data.scaling import standardize

__all__ = ["add_noise", "batches", "folds", "rotate", "shift", "split", "standardize"]
