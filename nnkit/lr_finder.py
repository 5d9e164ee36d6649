"""The learning-rate range test: how the loss answers while the rate grows from tiny to too large.

Drawing the answer belongs to `nnkit.plots`; what to do with a rate over time to `nnkit.schedules`.
"""

from __future__ import annotations

import copy
from itertools import count
from typing import NamedTuple

import numpy as np

from nnkit.arguments import check_int, check_kind, check_number
from nnkit.data import batches
from nnkit.divergence import TrainingDiverged
from nnkit.training import Trainer
from nnkit.training.arguments import Data, check_data


class LearningRateRange(NamedTuple):
    """What a range test measured; all arrays have shape (steps,), fewer if the loss exploded before.

    Attributes
    ----------
    rates : ndarray
        The learning rate of each step.
    losses : ndarray
        The loss of each batch, before its update.
    smoothed : ndarray
        The median of the last losses, a twentieth of the planned steps.

    suggestion : float
        A tenth of the rate at which `smoothed` is lowest: a careful rate to start from.

    Examples
    --------
    >>> rates, losses = np.array([0.001, 0.01, 0.1, 1.0]), np.array([2.0, 1.9, 1.0, 4.0])
    >>> LearningRateRange(rates, losses, losses, 0.01).suggestion
    0.01
    """

    rates: np.ndarray
    losses: np.ndarray
    smoothed: np.ndarray
    suggestion: float


def learning_rate_range(
    trainer: Trainer, train: Data, *, low: float = 1e-5, high: float = 1.0, steps: int = 100
) -> LearningRateRange:
    """Train a copy for some steps, each at a larger rate, and record the losses: a range test.

    The rates grow from `low` to `high` by the same factor every step. The test ends early when the smoothed
    loss is more than four times its lowest, or a loss is no longer a number. The trainer, its model,
    optimizer and generators stay as they are, bit for bit.

    The rule behind `suggestion`: on a bowl of largest curvature L the loss turns at the limit of stability,
    2 / L for SGD without momentum, and a tenth of where it turns is stable with room to spare. Its weakness:
    it sees some steps from one start only. If the loss has not turned by `high`, the edge was not seen, and
    `high` is too low; if it never falls, the suggestion means nothing; noise of small batches moves it; and
    losses that swing under momentum may end the test early, with too small a suggestion. Look at the curve.

    Parameters
    ----------
    trainer : Trainer
    train : (X, y)
    low, high : float > 0
        The first and the last rate, low < high.
    steps : int >= 2

    Returns
    -------
    LearningRateRange

    Raises
    ------
    ValueError
        If ``0 < low < high`` does not hold, `steps` is below 2, or for data that `Trainer.epochs` refuses.
    TypeError
        If an argument is of the wrong kind.
    TrainingDiverged
        If the first loss is NaN or infinite.

    Examples
    --------
    >>> import nnkit
    >>> rng = np.random.default_rng(0)
    >>> X, y = nnkit.datasets.moons(200, noise=0.2, rng=rng)
    >>> model = nnkit.mlp([2, 16, 2], rng=rng)
    >>> optimizer = nnkit.SGD(model.parameters(), learning_rate=0.1)
    >>> trainer = nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=32, rng=rng)
    >>> result = learning_rate_range(trainer, (X, y), high=100.0)
    >>> 0.01 < result.suggestion < 2
    True

    References
    ----------
    Smith 2017, "Cyclical Learning Rates for Training Neural Networks", section 3.3, with rates on a straight
    line. Rates that grow by a factor, and the tenth: Howard & Gugger 2020, "fastai: A Layered API for Deep
    Learning". The median is ours: it finds the turn of a smooth curve wherever the loss stands there.
    """
    check_kind("learning_rate_range", "trainer", trainer, Trainer)
    check_number("learning_rate_range", "low", low, "(0, inf)")
    check_number("learning_rate_range", "high", high, f"({low}, inf)", "it must lie above low")
    check_int("learning_rate_range", "steps", steps, low=2)
    trainer = copy.deepcopy(trainer)  # so that nothing of the caller's moves
    X, y = check_data("train", train, trainer.model)
    order = (batch for _ in count() for batch in batches(X, y, trainer.batch_size, rng=trainer.rng))
    rates = np.geomspace(low, high, steps)
    losses: list[float] = []
    smoothed: list[float] = []
    for rate, (x, target) in zip(rates, order, strict=False):
        trainer.optimizer.learning_rate = float(rate)
        try:
            losses.append(trainer.step(x, target))
        except TrainingDiverged:
            if not losses:
                raise
            break
        smoothed.append(float(np.median(losses[-max(1, steps // 20) :])))
        if smoothed[-1] > 4 * min(smoothed):  # exploded: no larger rate will help
            break
    suggestion = float(rates[np.argmin(smoothed)] / 10)
    return LearningRateRange(rates[: len(losses)], np.array(losses), np.array(smoothed), suggestion)
