import re

import numpy as np
import pytest
from matplotlib import pyplot

from nnkit import LearningRateRange
from nnkit.plots import learning_rate_range


@pytest.fixture
def result():
    rates, losses = np.array([0.001, 0.01, 0.1, 1.0]), np.array([2.0, 1.5, 1.0, 30.0])
    return LearningRateRange(rates, losses, np.array([2.0, 1.8, 1.4, 4.0]), suggestion=0.01)


def test_losses_median_and_suggestion_are_drawn_over_the_rate(result):
    ax = learning_rate_range(result)
    each, median, suggestion = ax.get_lines()
    np.testing.assert_array_equal(each.get_xydata(), np.column_stack([result.rates, result.losses]))
    np.testing.assert_array_equal(median.get_xydata(), np.column_stack([result.rates, result.smoothed]))
    assert set(suggestion.get_xdata()) == {0.01}
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["each batch", "running median", "suggestion 0.01"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_xscale()) == ("learning rate", "loss", "log")


def test_one_exploding_batch_does_not_flatten_the_curve(result):
    assert learning_rate_range(result).get_ylim() == pytest.approx((0, 4.4))


def test_given_axes_are_used(result):
    _, ax = pyplot.subplots()
    assert learning_rate_range(result, ax=ax) is ax


def test_what_is_no_result_is_refused():
    text = (
        "learning_rate_range expects result to be a LearningRateRange, got list; "
        "pass what nnkit.learning_rate_range returned."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(text)}$"):
        learning_rate_range([1.0])
    assert not pyplot.get_fignums()  # refused before a figure is made
