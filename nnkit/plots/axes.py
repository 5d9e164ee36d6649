"""Where a picture goes when the caller names no Axes; what is drawn belongs to the other modules."""

from matplotlib import pyplot, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnkit.plots.style import book_style


def new_figure(**options: object) -> Figure:
    """An empty figure in the book's style, which a notebook shows when its cell ends.

    Parameters
    ----------
    **options
        For ``pyplot.figure``, such as ``figsize=(5, 3)``.

    Returns
    -------
    matplotlib Figure
    """
    with rc_context(book_style()):
        figure = pyplot.figure(**options)
        interactive = pyplot.isinteractive()
    if interactive:  # the first figure of a notebook switches it on, and rc_context takes it back
        pyplot.ion()
    return figure


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
        figure = new_figure()
        with rc_context(book_style()):
            return figure.subplots()
    if not isinstance(ax, Axes):
        raise TypeError(
            f"expected ax to be one matplotlib Axes, got {type(ax).__name__}; pass figure.subplots()."
        )
    return ax
