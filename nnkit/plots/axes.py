"""Where a picture goes when the caller names no Axes; what is drawn belongs to the other modules."""

from matplotlib import pyplot, rc_context
from matplotlib.axes import Axes

from nnkit.plots.style import book_style


def axes_or_new(ax: Axes | None) -> Axes:
    """The given Axes, or the only one of a new figure in the book's style.

    Parameters
    ----------
    ax : matplotlib Axes, optional
        Where the caller wants the picture.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    TypeError
        If `ax` is something else, a whole figure for instance.
    """
    if ax is None:
        with rc_context(book_style()):
            return pyplot.subplots()[1]
    if not isinstance(ax, Axes):
        raise TypeError(
            f"expected ax to be one matplotlib Axes, got {type(ax).__name__}; pass figure.subplots()."
        )
    return ax
