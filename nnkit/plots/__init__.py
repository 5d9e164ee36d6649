"""Matplotlib pictures of what `analysis` and `training` measured; each function draws into one Axes.

Nothing is trained or shown here, and no other part of the core imports matplotlib.
"""

from nnkit.plots.decision import decision_regions
from nnkit.plots.diagnosis import findings
from nnkit.plots.history import loss_curves
from nnkit.plots.learning_rate import learning_rate_range
from nnkit.plots.style import book_style, use_book_style

__all__ = [
    "book_style",
    "decision_regions",
    "findings",
    "learning_rate_range",
    "loss_curves",
    "use_book_style",
]
