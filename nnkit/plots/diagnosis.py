"""What the doctor found: one row per finding, most urgent on top.

The findings come from `nnkit.doctor`.
"""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes

from nnkit.doctor import Diagnosis
from nnkit.plots.axes import axes_or_new
from nnkit.plots.style import BLUE, FAINT, INK, ORANGE, PAPER, RED

COLUMNS = 80  # characters that fit beside the marker at the book's width
LOOKS = {"fault": (RED, "X"), "warning": (ORANGE, "^"), "note": (BLUE, "o")}  # told apart without color too


def findings(diagnosis: Diagnosis, *, ax: Axes | None = None) -> Axes:
    """The findings with their evidence and remedies, marked by severity.

    Parameters
    ----------
    diagnosis : Diagnosis
        From `nnkit.doctor.learns` or `nnkit.doctor.generalizes`.
    ax : matplotlib Axes, optional
        Where to draw; without it, a new figure in the book's style, as tall as the text.

    Returns
    -------
    matplotlib Axes
        Its y axis counts lines of text, downward.

    Raises
    ------
    TypeError
        If `diagnosis` is not a Diagnosis, or `ax` not an Axes.

    Examples
    --------
    >>> from nnkit.doctor import Finding
    >>> ax = findings(Diagnosis([Finding("overfit", "warning", "A gap of 0.4.", "more data", "Data")]))
    >>> [text.get_text() for text in ax.texts]
    ['overfit', 'warning', 'A gap of 0.4.', 'Remedy: more data. (Data)']
    """
    if not isinstance(diagnosis, Diagnosis):
        raise TypeError(
            f"findings expects a Diagnosis, got {type(diagnosis).__name__}; "
            "make one with nnkit.doctor.learns."
        )
    rows = [_wrapped(f"{one.evidence}", f"Remedy: {one.remedy}. ({one.chapter})") for one in diagnosis]
    height = sum(2.2 + evidence.count("\n") + remedy.count("\n") + 2 for evidence, remedy in rows)
    new = ax is None
    ax = axes_or_new(ax)
    if new:
        ax.figure.set_size_inches(6.4, max(0.17 * height, 0.6))  # 0.17 inch per line of text
    top = 0.0
    for finding, (evidence, remedy) in zip(diagnosis, rows, strict=True):
        color, marker = LOOKS[finding.severity]
        ax.plot(
            0.015, top + 0.5, marker=marker, color=color, markersize=9, markeredgecolor=PAPER, clip_on=False
        )
        _write(ax, 0.05, top, finding.name, weight="bold", color=color, size=10)
        _write(ax, 1.0, top, finding.severity, ha="right", color=color)
        _write(ax, 0.05, top + 1.3, evidence, color=INK)
        _write(ax, 0.05, top + 2.3 + evidence.count("\n"), remedy, color=INK)
        top += 4.2 + evidence.count("\n") + remedy.count("\n")
        ax.axhline(top - 0.5, color=FAINT, linewidth=0.4)
    ax.set(xlim=(0, 1), ylim=(max(top - 0.5, 1), -0.3))
    ax.set_axis_off()
    return ax


def _wrapped(*texts: str) -> tuple[str, ...]:
    return tuple(textwrap.fill(text, COLUMNS) for text in texts)


def _write(ax: Axes, x: float, y: float, text: str, **look: object) -> None:
    ax.text(x, y, text, **{"va": "top", "size": 9, "linespacing": 1.25, **look})
