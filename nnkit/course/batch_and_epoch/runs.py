"""The training runs that the chapter compares: one network, one data set, and what is held equal.

Network 64-32-10 with ReLU on the digits, plain SGD. A seed decides the initial weights and the order.
"""

from functools import lru_cache

import numpy as np

import nnkit
from nnkit.course import digits
from nnkit.course.batch_and_epoch.counting import updates_per_epoch

SEEDS = (0, 1, 2, 3, 4)
EXAMPLES = 1297
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, EXAMPLES)
EPOCHS = 20


def trainer(seed: int, batch_size: int, rate: float, layers: tuple[int, ...] = (64, 32, 10)) -> nnkit.Trainer:
    """Return a new network with all that trains it.

    Parameters
    ----------
    seed : int
        Of the initial weights and of the order of the examples; both are the same for every batch size.
    batch_size : int
        Examples per update, 1 to 1,297.
    rate : float
        The learning rate.
    layers : tuple of int
        Sizes of the network's layers.

    Returns
    -------
    Trainer
    """
    init, order = np.random.default_rng(seed).spawn(2)
    model = nnkit.mlp(layers, rng=init)
    optimizer = nnkit.SGD(model.parameters(), rate)
    return nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=batch_size, rng=order)


@lru_cache(maxsize=2048)
def accuracy(
    seed: int, batch_size: int, rate: float = 0.1, *, epochs: int | None = None, updates: int | None = None
) -> float:
    """Train within a budget and return the share of unseen digits that are read rightly.

    Parameters
    ----------
    seed, batch_size, rate
        As in `trainer`.
    epochs, updates : int
        The budget: give one of the two.

    Returns
    -------
    float in [0, 1]
        0 if the loss became infinite on the way: such a network reads nothing.
    """
    train, unseen = digits.split()
    run = trainer(seed, batch_size, rate)
    try:
        run.fit(train, epochs, updates=updates)
    except nnkit.TrainingDiverged:
        return 0.0
    return nnkit.accuracy(run.model(unseen[0]), unseen[1])


def accuracies(
    run: nnkit.Trainer, train: nnkit.data.Pair, *, shuffle: bool = True, drop_last: bool = False
) -> list[float]:
    """Train for 20 epochs whose batches are cut in a given way; measure on unseen digits after each.

    Parameters
    ----------
    run : Trainer
        As `trainer` gives it.
    train : (X, y)
    shuffle, drop_last : bool
        As in `nnkit.data.batches`.

    Returns
    -------
    list of float
        One accuracy for each epoch.
    """
    _, (X, y) = digits.split()
    size, found = run.batch_size, []
    for _ in range(EPOCHS):
        for batch in nnkit.data.batches(*train, size, rng=run.rng, shuffle=shuffle, drop_last=drop_last):
            run.step(*batch)
        found.append(nnkit.accuracy(run.model(X), y))
    return found


def accuracy_without_rest(seed: int, batch_size: int, rate: float = 0.1) -> float:
    """Train for 20 epochs without the last, smaller batch of each; return the accuracy on unseen digits.

    Parameters
    ----------
    seed, batch_size, rate
        As in `trainer`.

    Returns
    -------
    float in [0, 1]
    """
    train, _ = digits.split()
    return accuracies(trainer(seed, batch_size, rate), train, drop_last=True)[-1]


def around_the_last_update(seed: int, batch_size: int) -> tuple[float, float]:
    """Train for 20 epochs at rate 0.1; return the accuracy on unseen digits before and after the last update.

    Parameters
    ----------
    seed, batch_size
        As in `trainer`.

    Returns
    -------
    (float, float)
    """
    all_but_one = EPOCHS * updates_per_epoch(EXAMPLES, batch_size) - 1
    before = accuracy(seed, batch_size, updates=all_but_one)
    return before, accuracy(seed, batch_size, epochs=EPOCHS)


def margins(first: int, second: int, rates: tuple[float, float] = (0.1, 0.1), **budget: int) -> list[float]:
    """Return by how much one batch size is ahead of another, for the seeds 0 to 4.

    Parameters
    ----------
    first, second : int
        Batch sizes.
    rates : (float, float)
        Their learning rates.
    **budget : int
        ``epochs`` or ``updates``, the same for both.

    Returns
    -------
    list of float
        Accuracy of the first minus that of the second, one number per seed.
    """
    return [
        accuracy(seed, first, rates[0], **budget) - accuracy(seed, second, rates[1], **budget)
        for seed in SEEDS
    ]


def epochs_to(target: float, seed: int, batch_size: int, rate: float = 0.1) -> float:
    """Return after how many epochs the accuracy on unseen digits first reaches a target.

    Parameters
    ----------
    target : float
        An accuracy, such as 0.95.
    seed, batch_size, rate
        As in `trainer`.

    Returns
    -------
    float
        A whole number, or infinity if 600 epochs were not enough.
    """
    return first_epoch_above(target, trainer(seed, batch_size, rate), *digits.split())


def first_epoch_above(
    target: float, run: nnkit.Trainer, train: nnkit.data.Pair, unseen: nnkit.data.Pair, limit: int = 600
) -> float:
    """Train until the accuracy on unseen examples reaches a target; return after how many epochs.

    Parameters
    ----------
    target : float
    run : Trainer
    train, unseen : (X, y)
    limit : int
        Give up after so many epochs.

    Returns
    -------
    float
        Infinity if the limit came first.
    """
    X, y = unseen
    reached = run.fit(train, limit, callbacks=[lambda record: nnkit.accuracy(run.model(X), y) >= target])
    return len(reached) if nnkit.accuracy(run.model(X), y) >= target else float("inf")


@lru_cache(maxsize=16)
def accuracies_in_order(seed: int, order: str) -> tuple[float, ...]:
    """Train with batches of 32 in a given order of the examples; measure on unseen digits after each epoch.

    Parameters
    ----------
    seed : int
        Of the initial weights and of whatever is drawn.
    order : {"new every epoch", "drawn once", "sorted by class"}
        How the examples follow each other.

    Returns
    -------
    tuple of float
        One accuracy for each of 20 epochs.
    """
    (X, y), _ = digits.split()
    run = trainer(seed, 32, 0.1)
    rows = np.argsort(y, kind="stable") if order == "sorted by class" else run.rng.permutation(len(y))
    return tuple(accuracies(run, (X[rows], y[rows]), shuffle=order == "new every epoch"))
