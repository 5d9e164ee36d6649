"""Epochs to a target, time per epoch, and their product, from stored tables that carry their date.

The tables are written by ``benchmarks/batches.py``: times are never measured while a page is built.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from nnkit.explore import Explorer, choice, explore
from nnkit.plots import style

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)  # in every table; the last row is all examples at once


def path(data: str) -> Path:
    """Return where the table of a data set is stored.

    Parameters
    ----------
    data : {"digits", "mnist"}

    Returns
    -------
    Path
    """
    return Path(__file__).with_name(f"{data}.json")


@lru_cache(maxsize=2)
def table(data: str) -> dict[str, Any]:
    """Read a stored table.

    Parameters
    ----------
    data : {"digits", "mnist"}

    Returns
    -------
    dict
        What was measured, on what data, when and on which processor.
    """
    stored: dict[str, Any] = json.loads(path(data).read_text(encoding="utf-8"))
    return stored


def about(data: str) -> str:
    """Say what a stored table was measured on, in a sentence or two.

    Parameters
    ----------
    data : {"digits", "mnist"}

    Returns
    -------
    str
    """
    stored = table(data)
    return (
        f"{stored['data']}: {stored['learned_from']:,} to learn from, {stored['measured_on']:,} to measure; "
        f"network {stored['network']}. Times: {stored['date']}, {stored['processor']}, one thread."
    )


def epochs(data: str) -> np.ndarray:
    """Return the epochs to the target: a row for each batch size, a column for each seed; NaN if never."""
    return np.array(table(data)["epochs"], dtype=float)


def seconds(data: str) -> np.ndarray:
    """Return the seconds per epoch, one for each batch size."""
    return np.array(table(data)["seconds_per_epoch"])


def seconds_in_all(data: str) -> np.ndarray:
    """Return the median time to the target, one for each batch size; infinite if most seeds never arrive."""
    return np.nan_to_num(np.median(epochs(data), axis=1), nan=np.inf) * seconds(data)


def valley(data: str, within: float = 0.5) -> list[int]:
    """Return the batch sizes whose median time to the target is the shortest, or longer by so little.

    Another measurement moves the times by tenths, and another seed the epochs by more.

    Parameters
    ----------
    data : {"digits", "mnist"}
    within : float
        What still counts, as a part of the shortest time.

    Returns
    -------
    list of int
    """
    whole = seconds_in_all(data)
    return np.array(table(data)["sizes"])[whole <= (1 + within) * whole.min()].tolist()


def ends_over_best(data: str) -> float:
    """Return how many times as long the faster of batch 1 and the full batch takes as the best size."""
    whole = seconds_in_all(data)
    return float(min(whole[0], whole[-1]) / whole.min())


def powers_over_neighbors(data: str) -> list[float]:
    """Return the time per example at 32, 64 and 128, each over the mean of its two neighbors' times."""
    pace = table(data)["microseconds_per_example"]
    return [2 * pace[str(size)] / (pace[str(size - 1)] + pace[str(size + 1)]) for size in (32, 64, 128)]


def lead_in_race(data: str) -> list[float]:
    """Return by how much batch 32 leads the better of batch 1 and all, after the same time; per seed."""
    runs = [np.array(accuracies) for accuracies in table(data)["race"].values()]
    lead: list[float] = (runs[1] - np.maximum(runs[0], runs[2])).tolist()
    return lead


def compute(data: str, examples: int) -> dict[str, Any]:
    """Give the three curves of a data set, and the batch size to look at."""
    stored = table(data)
    place = stored["sizes"].index(examples) if examples else len(stored["sizes"]) - 1
    return {
        "data": data,
        "target": stored["target"],
        "sizes": np.array(stored["sizes"]),
        "epochs": epochs(data),
        "seconds": seconds(data),
        "place": place,
        "examples": stored["sizes"][place],
        "limit": stored["limits"][place],
        "milliseconds": 1000 * stored["seconds_per_epoch"][place],
    }


def draw(frame: dict[str, Any], figure: Figure) -> str:
    """Draw epochs to the target, time per epoch, and their product, one above the other."""
    place, sizes = frame["place"], frame["sizes"]
    needed = frame["epochs"]
    rows = {
        "epochs needed": needed,
        "ms per epoch": 1000 * frame["seconds"][:, np.newaxis],
        "seconds in all": needed * frame["seconds"][:, np.newaxis],
    }
    panels = figure.subplots(3, 1, sharex=True)
    for axes, (name, values) in zip(panels, rows.items(), strict=True):
        for column in values.T:
            axes.loglog(sizes, column, ".", color=style.BLUE, ms=4)
        middle = np.median(values, axis=1)
        axes.loglog(sizes, middle, color=style.BLUE, lw=1.4)
        axes.loglog(sizes[place], middle[place], "o", color=style.ORANGE, ms=9, mfc="none", mew=2)
        axes.set_ylabel(name, fontsize=9)
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
    panels[-1].set(xlabel="examples per batch")
    panels[-1].set_xticks(sizes, [str(size) for size in sizes])
    plural = "s" if frame["examples"] > 1 else ""
    data = {"digits": "Digits", "mnist": "MNIST"}[frame["data"]]
    start = f"{data}, {frame['examples']:,} example{plural} per batch: "
    own, each = needed[place], frame["milliseconds"]
    if np.isnan(own).any():
        return (
            f"{start}{each:,.0f} ms per epoch; {np.isfinite(own).sum()} of {len(own)} networks reached an "
            f"accuracy of {frame['target']} within {frame['limit']} epochs, where we stopped."
        )
    low, high = f"{own.min():.0f}", f"{own.max():.0f}"
    needed_epochs = low if low == high else f"{low} to {high}"
    return (
        f"{start}{needed_epochs} epochs to an accuracy of {frame['target']}, {each:.3g} ms each; "
        f"{np.median(own) * each / 1000:.2g} seconds in all at the median."
    )


def targets() -> Explorer:
    """Return the explorer of the price: data set, and the batch size to look at."""
    return explore(
        draw,
        compute,
        name="targets",
        size=(5.1, 4.6),
        data=choice({"digits": "digits", "MNIST": "mnist"}, label="data"),
        examples=choice(
            {**{str(size): size for size in SIZES}, "all": 0}, start=32, label="examples per batch"
        ),
    )
