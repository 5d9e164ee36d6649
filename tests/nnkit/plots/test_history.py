import math
import re

import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex

from nnkit.history import EpochRecord, History
from nnkit.plots import loss_curves
from nnkit.plots.style import COLORS


def raises(error, text):
    return pytest.raises(error, match=f"^{re.escape(text)}$")


def run(losses, validation_losses=None):
    validation_losses = validation_losses or [None] * len(losses)
    return History(
        EpochRecord(epoch, 10 * epoch, 0.1, loss, validation_loss=validation_loss)
        for epoch, (loss, validation_loss) in enumerate(zip(losses, validation_losses, strict=True), start=1)
    )


def drawn(ax):
    return {line.get_label(): [list(map(float, data)) for data in line.get_data()] for line in ax.get_lines()}


def test_one_run_gives_a_training_and_a_validation_curve():
    ax = loss_curves(run([3.0, 2.0, 1.0], [3.5, 2.5, 2.0]))
    assert drawn(ax) == {
        "training": [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]],
        "validation": [[1.0, 2.0, 3.0], [3.5, 2.5, 2.0]],
    }
    assert [line.get_linestyle() for line in ax.get_lines()] == ["-", "--"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["training", "validation"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("epoch", "loss", "linear")


def test_without_validation_there_is_one_curve():
    assert list(drawn(loss_curves(run([2.0, 1.0])))) == ["training"]


def test_validation_is_drawn_at_the_epochs_where_it_was_measured():
    ax = loss_curves(run([4.0, 3.0, 2.0, 1.0], [None, 3.5, math.nan, 2.5]))
    assert drawn(ax)["validation"] == [[2.0, 4.0], [3.5, 2.5]]


def test_runs_to_compare_have_one_color_each_and_their_names():
    ax = loss_curves({"small": run([2.0, 1.0], [2.5, 2.0]), "large": run([2.0, 0.5])})
    assert list(drawn(ax)) == ["small, training", "small, validation", "large, training"]
    assert [to_hex(line.get_color()) for line in ax.get_lines()] == [COLORS[0], COLORS[0], COLORS[1]]


def test_the_loss_axis_can_be_logarithmic():
    ax = loss_curves(run([1.0, 0.1, 0.01]), log=True)
    assert ax.get_yscale() == "log"
    assert drawn(ax)["training"][1] == [1.0, 0.1, 0.01]


def test_a_single_epoch_is_seen_as_a_point():
    ax = loss_curves(run([1.0], [2.0]))
    assert [line.get_marker() for line in ax.get_lines()] == ["o", "o"]
    assert all(line.get_marker() == "None" for line in loss_curves(run([1.0, 2.0])).get_lines())


def test_epochs_are_whole_numbers_on_the_axis():
    for losses in ([1.0], [2.0, 1.0], [3.0, 2.0, 1.0]):
        ax = loss_curves(run(losses))
        assert all(float(tick).is_integer() for tick in ax.get_xticks())


def test_given_axes_are_used():
    _, ax = pyplot.subplots()
    before = pyplot.get_fignums()
    assert loss_curves(run([1.0, 0.5]), ax=ax) is ax
    assert pyplot.get_fignums() == before


def test_a_list_of_records_is_drawn_like_a_history():
    assert drawn(loss_curves(list(run([2.0, 1.0])))) == drawn(loss_curves(run([2.0, 1.0])))


def test_what_is_not_a_history_is_refused():
    text = "loss_curves expects the history to be a History, got {}; pass what Trainer.fit returned."
    for history, kind in (([1.0, 2.0], "list"), (3.0, "float 3.0"), ("loss", "str 'loss'")):
        with raises(TypeError, text.format(kind)):
            loss_curves(history)
    text = "loss_curves expects the history of 'a' to be a History, got list; pass what Trainer.fit returned."
    with raises(TypeError, text):
        loss_curves({"a": [0.5]})
    assert not pyplot.get_fignums()  # refused before a figure is made


def test_no_epoch_no_run_and_too_many_runs_are_refused():
    with raises(
        ValueError, "loss_curves expects history to hold an epoch, got an empty history; train first."
    ):
        loss_curves([])
    text = "loss_curves expects history to hold an epoch, got an empty history of 'a'; train first."
    with raises(ValueError, text):
        loss_curves({"a": []})
    for count in (0, 7):
        text = f"loss_curves expects history to be 1 to 6 runs, got {count}; choose some."
        with raises(ValueError, text):
            loss_curves({str(i): run([1.0]) for i in range(count)})
