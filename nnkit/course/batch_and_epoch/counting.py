"""The explorer of the two loops: twenty examples, cut into batches, epoch after epoch."""

import math

import numpy as np

from nnkit.course.drawing import text
from nnkit.explore import Explorer, explore, play, slider
from nnkit.plots import style

EXAMPLES = 20
UPDATES = 60  # three epochs of single examples
_COLUMNS, _CELL = 10, 44


def updates_per_epoch(n: int, batch_size: int) -> int:
    """Return how many batches cover n examples once: n / batch_size, rounded up.

    Parameters
    ----------
    n, batch_size : int
        At least 1.

    Returns
    -------
    int
    """
    return math.ceil(n / batch_size)


def compute(batch_size: int, updates: int) -> dict[str, float]:
    """Say where a run stands after some updates.

    Parameters
    ----------
    batch_size : int
        Examples per update.
    updates : int
        How many were made.

    Returns
    -------
    dict
        Finished epochs, the batch of the last update, and what was seen.
    """
    per_epoch = updates_per_epoch(EXAMPLES, batch_size)
    epochs = updates // per_epoch
    in_epoch = updates - epochs * per_epoch
    seen = epochs * EXAMPLES + min(in_epoch * batch_size, EXAMPLES)
    last = EXAMPLES - (per_epoch - 1) * batch_size
    return {
        "batch_size": batch_size,
        "updates": updates,
        "updates_per_epoch": per_epoch,
        "epochs_finished": epochs,
        "examples_seen": seen,
        "last_batch": last,
    }


def draw(frame: dict[str, float], slots: dict[str, str]) -> str:
    """Fill the template: the order of this epoch, what is done of it, and the batch of the last update."""
    size, made, per_epoch = (int(frame[name]) for name in ("batch_size", "updates", "updates_per_epoch"))
    epoch = max(made - 1, 0) // per_epoch  # the epoch of the last update, counted from 0
    batch = made - 1 - epoch * per_epoch
    order = np.random.default_rng(epoch).permutation(EXAMPLES) + 1
    for place in range(EXAMPLES):
        of = place // size
        now, done = made > 0 and of == batch, made > 0 and of < batch
        slots[f"example{place}"] = str(order[place])
        slots[f"ground{place}"] = style.GRID if done else style.PAPER
        slots[f"edge{place}"] = style.ORANGE if now else style.FAINT
    slots["epoch"] = f"epoch {epoch + 1}"
    slots["batch"] = (
        f"batch {batch + 1} of {per_epoch}" if made else f"{_counted(per_epoch, 'batch')} to come"
    )
    slots["updates"] = _counted(made, "update")
    slots["seen"] = f"{_counted(int(frame['examples_seen']), 'example')} seen"
    if made == 0:
        return f"Nothing has happened yet. {_an_epoch(size, per_epoch, int(frame['last_batch']))}"
    these = min(size, EXAMPLES - batch * size)
    where = f"batch {batch + 1} of {per_epoch} in epoch {epoch + 1}"
    whole = _an_epoch(size, per_epoch, int(frame["last_batch"]))
    return f"Update {made} averages {_counted(these, 'example')}: {where}. {whole}"


def _an_epoch(size: int, per_epoch: int, last: int) -> str:
    what = f"With {_counted(size, 'example')} per batch an epoch has {_counted(per_epoch, 'update')}"
    return f"{what}." if last == size else f"{what}, the last over {last}."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 'es' if what == 'batch' else 's'}"


def loops() -> Explorer:
    """Return the explorer of the two loops: batch size, and updates made, which can play."""
    return explore(
        draw,
        compute,
        name="loops",
        template=_template(),
        batch_size=slider(1, EXAMPLES, start=6, label="examples per batch"),
        updates=play(slider(0, UPDATES, label="updates made"), interval=0.4),
    )


def _template() -> str:
    width, height = _COLUMNS * _CELL + 20, 2 * _CELL + 70
    parts = [f'<svg viewBox="0 0 {width} {height}">', "<title>Twenty examples in this epoch's order</title>"]
    for place in range(EXAMPLES):
        x, y = 10 + place % _COLUMNS * _CELL, 38 + place // _COLUMNS * _CELL
        parts.append(
            f'<rect x="{x + 2}" y="{y}" width="{_CELL - 4}" height="{_CELL - 6}" rx="5" stroke-width="2" '
            f'data-attr="fill:ground{place} stroke:edge{place}"></rect>'
        )
        parts.append(text(x + _CELL / 2, y + 25, slot=f"example{place}"))
    parts.append(text(12, 22, slot="epoch", anchor="start"))
    parts.append(text(width - 12, 22, slot="batch", anchor="end"))
    parts.append(text(12, height - 12, slot="updates", anchor="start"))
    parts.append(text(width - 12, height - 12, slot="seen", anchor="end"))
    return "".join([*parts, "</svg>"])
