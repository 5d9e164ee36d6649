"""The explorer that compares batch sizes, with a switch for what is held equal."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from nnkit.course.batch_and_epoch import runs
from nnkit.course.batch_and_epoch.counting import updates_per_epoch
from nnkit.explore import Explorer, choice, explore, predict, slider
from nnkit.plots import style

RULES = {
    "epochs": "equal epochs",
    "updates": "equal updates",
    "scaled": "equal epochs, rate scaled by the batch",
    "best": "equal epochs, each at its best rate",
}
MENU = {  # the same in few words: a menu's lines do not wrap
    "equal epochs": "epochs",
    "equal updates": "updates",
    "epochs, scaled rate": "scaled",
    "epochs, best rates": "best",
}
BUDGETS = (5, 10, 20, 40)  # epochs of a batch of 32
TICKS = (0.1, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
UPDATES_OF_32 = updates_per_epoch(runs.EXAMPLES, 32)  # in an epoch: 41
# Of .01, .03, .1, .3, .6, 1, 2, 4: the rate with the highest mean accuracy over the seeds after 20 epochs.
BEST_RATES = dict(zip(runs.SIZES, (0.03, 0.1, 0.3, 0.3, 0.6, 0.6, 0.6, 0.6, 0.6, 1.0, 1.0), strict=True))


def rate_of(rule: str, size: int) -> float:
    """Return the learning rate that a rule gives to a batch size.

    Parameters
    ----------
    rule : {"epochs", "updates", "scaled", "best"}
    size : int

    Returns
    -------
    float
    """
    if rule == "best":
        return BEST_RATES[size]
    return 0.1 * size / 32 if rule == "scaled" else 0.1


def results(rule: str, budget: int) -> np.ndarray:
    """Train all batch sizes under a rule and return the accuracies on unseen digits.

    Parameters
    ----------
    rule : {"epochs", "updates", "scaled", "best"}
        What is held equal; see `RULES`.
    budget : int
        Epochs; under "updates", as many updates as a batch of 32 makes in so many epochs.

    Returns
    -------
    ndarray, shape (11, 5)
        A row for each of `runs.SIZES`, a column for each seed.
    """
    counted = {"updates": budget * UPDATES_OF_32} if rule == "updates" else {"epochs": budget}
    return np.array(
        [
            [runs.accuracy(seed, size, rate_of(rule, size), **counted) for seed in runs.SEEDS]
            for size in runs.SIZES
        ]
    )


def compute(rule: str, budget: int, examples: int) -> dict[str, Any]:
    """Give all accuracies under a rule, and what one batch size saw and did."""
    accuracies = results(rule, budget)
    per_epoch = updates_per_epoch(runs.EXAMPLES, examples)
    updates = budget * UPDATES_OF_32 if rule == "updates" else budget * per_epoch
    own = accuracies[runs.SIZES.index(examples)]
    return {
        "rule": rule,
        "budget": budget,
        "examples": examples,
        "updates": updates,
        "epochs": updates / per_epoch,
        "rate": rate_of(rule, examples),
        "mean": float(own.mean()),
        "accuracies": accuracies,
    }


def draw(frame: dict[str, Any], figure: Figure) -> str:
    """Draw accuracy over batch size: a dot for each seed, a line through the means, one size marked."""
    axes, sizes = figure.subplots(), np.array(runs.SIZES)
    axes.plot(sizes, frame["accuracies"].mean(axis=1), color=style.BLUE, lw=1.4)
    for column in frame["accuracies"].T:
        axes.plot(sizes, column, ".", color=style.BLUE, ms=4)
    axes.plot(frame["examples"], frame["mean"], "o", color=style.ORANGE, ms=9, mfc="none", mew=2)
    axes.set(xscale="log", yscale="logit", ylim=(0.05, 0.994))  # stretched where most networks end up
    axes.set(xlabel="examples per batch", ylabel="share of unseen digits read")
    axes.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS], minor=False)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    figure.suptitle(RULES[frame["rule"]], x=0.02, ha="left", fontsize=11)
    own = frame["accuracies"][runs.SIZES.index(frame["examples"])]
    plural = "s" if frame["examples"] > 1 else ""
    return (
        f"{RULES[frame['rule']].capitalize()}. {frame['examples']:,} example{plural} per batch at rate "
        f"{frame['rate']:.3g}: {frame['updates']:,} updates in {_said(frame['epochs'])}, and "
        f"{own.min():.3f} to {own.max():.3f} of the unseen digits are read, {frame['mean']:.3f} on average."
    )


def _said(epochs: float) -> str:
    """A count of epochs as one would write it: whole, or a part of the first, or about so many."""
    if epochs < 1:
        return f"{epochs:.2g} of an epoch"
    if epochs == round(epochs):
        return f"{epochs:,.0f} epoch{'s' * (epochs != 1)}"
    return f"about {epochs:,.0f} epochs" if epochs >= 10 else f"about {epochs:.2g} epochs"


def race() -> Explorer:
    """Return the explorer of batch sizes: what is held equal, how long, and the size to look at."""
    return explore(
        draw,
        compute,
        name="race",
        size=(5.1, 4.2),
        stored=Path(__file__).with_name("race.npz"),
        tolerance=0.05,  # it trains; the runs that collapse differ most from one processor to the next
        rule=choice(MENU, label="held equal"),
        budget=slider(values=BUDGETS, start=20, label="budget, in epochs of a batch of 32"),
        examples=slider(values=runs.SIZES, start=32, label="examples per batch", digits=4),
        predict=predict(
            "All get 20 epochs, and a rate that grows with the batch. What does the full batch do?",
            ["it keeps up", "it falls behind a little", "it reads less than guessing would"],
            answer="it reads less than guessing would",
        ),
    )
