"""How the loss fell: curves over the epochs of one run or several.

The numbers come from `nnkit.history`, which `training` fills.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from nnkit.arguments import check_bool, described
from nnkit.history import EpochRecord
from nnkit.plots.axes import axes_or_new
from nnkit.plots.style import COLORS, PAPER


def loss_curves(
    history: Sequence[EpochRecord] | Mapping[str, Sequence[EpochRecord]],
    *,
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Training loss over epochs, solid, and validation loss, dashed.

    Parameters
    ----------
    history : History or other sequence of EpochRecord, or mapping from names to such
        One run, or up to 6 runs to compare, each in its own color under its name.
    log : bool
        Give the loss a logarithmic axis.
    ax : matplotlib Axes, optional
        Where to draw; without it, a new figure in the book's style.

    Returns
    -------
    matplotlib Axes
        A curve of validation loss holds the epochs at which it was measured; there is none without any.

    Raises
    ------
    TypeError
        If `history` holds something other than records of epochs, or `ax` is not an Axes.
    ValueError
        If there is no run, more than 6, or one without an epoch.

    Examples
    --------
    >>> from nnkit import History
    >>> history = History(EpochRecord(epoch, 10 * epoch, 0.1, 1 / epoch) for epoch in (1, 2, 3))
    >>> ax = loss_curves({"rate 0.1": history}, log=True)
    >>> [line.get_label() for line in ax.get_lines()]
    ['rate 0.1, training']
    """
    runs = history if isinstance(history, Mapping) else {"": history}
    _check(runs)
    log, ax = check_bool("loss_curves", "log", log), axes_or_new(ax)
    for position, (name, records) in enumerate(runs.items()):
        prefix = f"{name}, " if name else ""
        training: list[tuple[int, float | None]] = [(record.epoch, record.loss) for record in records]
        validation = [(record.epoch, record.validation_loss) for record in records]
        _draw(ax, training, f"{prefix}training", COLORS[position], dashed=False)
        # several runs: one color each; a single run has a second color to spare
        _draw(ax, validation, f"{prefix}validation", COLORS[position if len(runs) > 1 else 1], dashed=True)
    ax.set(xlabel="epoch", ylabel="loss", yscale="log" if log else "linear")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if log:
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter("{x:g}")  # 0.2, not 2 x 10^-1
        ax.yaxis.set_minor_formatter(NullFormatter())
    ax.legend(frameon=False, fontsize=9)
    return ax


def _draw(ax: Axes, curve: list[tuple[int, float | None]], label: str, color: str, *, dashed: bool) -> None:
    measured = [(epoch, loss) for epoch, loss in curve if loss is not None and not math.isnan(loss)]
    if not measured:
        return
    epochs, losses = zip(*measured, strict=True)
    (line,) = ax.plot(epochs, losses, color=color, linestyle="--" if dashed else "-", label=label)
    if len(measured) == 1:  # a line through one point would not be seen
        line.set(marker="o", markerfacecolor=PAPER if dashed else color)


def _check(runs: Mapping[str, Sequence[EpochRecord]]) -> None:
    if not 1 <= len(runs) <= len(COLORS):
        raise ValueError(
            f"loss_curves expects history to be 1 to {len(COLORS)} runs, got {len(runs)}; choose some."
        )
    for name, records in runs.items():
        of = f" of {name!r}" if name else ""
        if not isinstance(records, Sequence) or not all(
            isinstance(record, EpochRecord) for record in records
        ):
            raise TypeError(
                f"loss_curves expects the history{of} to be a History, got {described(records)}; "
                "pass what Trainer.fit returned."
            )
        if len(records) == 0:
            raise ValueError(
                f"loss_curves expects history to hold an epoch, got an empty history{of}; train first."
            )
