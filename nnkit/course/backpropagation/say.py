"""How much say each weight has: the size of its gradient on digits, drawn at its pixel and sorted."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

import nnkit
from nnkit.course.backpropagation import wishes
from nnkit.plots import style
from nnkit.plots.axes import new_figure


def gradients(seed: int, epochs: int) -> np.ndarray:
    """Return the gradient of the first weights over all training digits.

    Parameters
    ----------
    seed : int
        Of the training run.
    epochs : int
        One of ``wishes.EPOCHS``.

    Returns
    -------
    ndarray, shape (64, 32)
        Row j belongs to pixel j, column k to hidden unit k.
    """
    model = wishes.snapshots(seed)[epochs]
    nnkit.backpropagate(model, nnkit.SoftmaxCrossEntropy(), *wishes.training_digits())
    gradient: np.ndarray = model[0].W.grad.copy()
    return gradient


def share_of_the_loudest(gradient: np.ndarray, part: float = 0.1) -> float:
    """Return how much of the squared length of a gradient its largest entries carry.

    Parameters
    ----------
    gradient : ndarray
        Any shape.
    part : float in (0, 1]
        Which part of the entries is counted.

    Returns
    -------
    float in [part, 1]
        `part` itself if all entries are equally large.

    Examples
    --------
    >>> share_of_the_loudest(np.array([3.0, 1.0, 1.0, 1.0]), part=0.25)
    0.75
    """
    squares = np.sort(gradient.ravel() ** 2)[::-1]
    return float(squares[: round(part * squares.size)].sum() / squares.sum())


def picture() -> Figure:
    """Draw the say of the pixels, and the share of the gradient that the loudest weights carry."""
    figure = new_figure(figsize=(6.4, 2.8), dpi=90)
    with rc_context(style.book_style()):
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
        by_pixel = np.sqrt((gradients(0, 0) ** 2).mean(axis=1)).reshape(8, 8)
        left.imshow(by_pixel / by_pixel.max(), cmap="gray_r", interpolation="none")
        left.set(title="say of each pixel's weights", xticks=[], yticks=[])
        left.grid(False)
        for seed in range(5):
            squares = np.sort(gradients(seed, 0).ravel() ** 2)[::-1]
            share = 100 * np.cumsum(squares) / squares.sum()
            at = 100 * np.arange(1, squares.size + 1) / squares.size
            right.plot(at[::16], share[::16], color=style.BLUE, linewidth=1)
        right.plot([0, 100], [0, 100], color=style.FAINT, linestyle="--", linewidth=1)
        right.annotate("all weights equal", (60, 54), color=style.FAINT)
        right.set(xlabel="loudest weights, %", ylabel="share of the gradient, %", xlim=(0, 100))
    return figure
