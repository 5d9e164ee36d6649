"""A learning-rate range test as a curve: the loss over the rate.

The numbers come from `nnkit.learning_rate_range`.
"""

from __future__ import annotations

from matplotlib.axes import Axes

from nnkit.arguments import check_kind
from nnkit.lr_finder import LearningRateRange
from nnkit.plots.axes import axes_or_new
from nnkit.plots.style import BLUE, FAINT, ORANGE


def learning_rate_range(result: LearningRateRange, *, ax: Axes | None = None) -> Axes:
    """Loss of each batch over the learning rate of its step, faint, with its median and the suggestion.

    Parameters
    ----------
    result : LearningRateRange
        What `nnkit.learning_rate_range` returned.
    ax : matplotlib Axes, optional
        Where to draw; without it, a new figure in the book's style.

    Returns
    -------
    matplotlib Axes
        The axis of the rates is logarithmic.

    Raises
    ------
    TypeError
        If `result` is no LearningRateRange, or `ax` is not an Axes.

    Examples
    --------
    >>> import numpy as np
    >>> rates, losses = np.array([0.001, 0.01, 0.1, 1.0]), np.array([2.0, 1.5, 1.0, 3.0])
    >>> ax = learning_rate_range(LearningRateRange(rates, losses, losses, suggestion=0.01))
    >>> [line.get_label() for line in ax.get_lines()]
    ['each batch', 'running median', 'suggestion 0.01']
    """
    remedy = "pass what nnkit.learning_rate_range returned"
    check_kind("learning_rate_range", "result", result, LearningRateRange, remedy)
    ax = axes_or_new(ax)
    ax.plot(result.rates, result.losses, color=FAINT, linewidth=1, label="each batch")
    ax.plot(result.rates, result.smoothed, color=BLUE, label="running median")
    ax.axvline(result.suggestion, color=ORANGE, linestyle="--", label=f"suggestion {result.suggestion:.2g}")
    ax.set(xlabel="learning rate", ylabel="loss", xscale="log", ylim=(0, 1.1 * result.smoothed.max()))
    ax.legend(frameon=False, fontsize=9)
    return ax
