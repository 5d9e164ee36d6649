"""Data sets: three drawn from a formula, five small real ones that come with the package, two to download.

Each gives `X` (one example per row) and `y`. Splitting, scaling and batching belong to `data`.
"""

from nnkit.datasets.downloaded import fashion_mnist, mnist
from nnkit.datasets.generated import moons, spirals, xor
from nnkit.datasets.shipped import Description, breast_cancer, describe, diabetes, digits, iris, wine

__all__ = ["moons", "spirals", "xor"]
__all__ += ["Description", "breast_cancer", "describe", "diabetes", "digits", "iris", "wine"]
__all__ += ["fashion_mnist", "mnist"]
