import dataclasses
import math
import re

import numpy as np
import pytest

from nnkit.analysis import decision_grid

SQUARE = np.array([[0.0, 0.0], [2.0, 4.0]])


def raises(error, text):
    return pytest.raises(error, match=f"^{re.escape(text)}$")


def three_classes(points):
    return np.column_stack([points[:, 0], points[:, 1], 1.0 - points.sum(axis=1)])


def test_the_axes_cover_the_data_and_the_margin_evenly():
    grid = decision_grid(three_classes, SQUARE, resolution=5, margin=0.25)
    np.testing.assert_allclose(grid.x, [-0.5, 0.25, 1.0, 1.75, 2.5], rtol=0, atol=1e-15)
    np.testing.assert_allclose(grid.y, [-1.0, 0.5, 2.0, 3.5, 5.0], rtol=0, atol=1e-15)


def test_by_default_the_grid_adds_a_tenth_of_the_extent_on_each_side():
    grid = decision_grid(three_classes, SQUARE)
    np.testing.assert_allclose(
        [grid.x[0], grid.x[-1], grid.y[0], grid.y[-1]], [-0.2, 2.2, -0.4, 4.4], rtol=1e-14
    )
    assert grid.classes.shape == (120, 120)


def test_the_grid_is_computed_in_float64():
    grid = decision_grid(lambda points: points.astype(np.float32), SQUARE.astype(np.float32), resolution=3)
    assert grid.x.dtype == grid.y.dtype == grid.confidence.dtype == np.float64


def test_each_cell_holds_the_answer_at_its_own_point():
    grid = decision_grid(three_classes, SQUARE, resolution=7)
    for row in range(7):
        for column in range(7):
            x, y = float(grid.x[column]), float(grid.y[row])
            logits = [x, y, 1.0 - (x + y)]
            weights = [math.exp(logit) for logit in logits]
            assert grid.classes[row, column] == logits.index(max(logits))
            assert grid.confidence[row, column] == pytest.approx(max(weights) / sum(weights), rel=1e-12)


def test_the_parts_have_the_documented_shapes_and_types():
    grid = decision_grid(three_classes, SQUARE)
    assert grid.x.shape == grid.y.shape == (120,)
    assert (grid.classes.shape, grid.classes.dtype) == ((120, 120), np.int64)
    assert (grid.confidence.shape, grid.confidence.dtype) == ((120, 120), np.float64)
    assert 1 / 3 <= grid.confidence.min() <= grid.confidence.max() <= 1.0
    assert grid.n_classes == 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        grid.x = grid.y


def test_the_model_is_asked_once_about_all_points():
    calls = []

    def model(points):
        calls.append(points.shape)
        return points

    decision_grid(model, SQUARE, resolution=6)
    assert calls == [(36, 2)]


def test_a_single_output_is_the_logit_of_class_one():
    grid = decision_grid(lambda points: points[:, :1] - 1.0, SQUARE, resolution=3, margin=0.0)
    assert grid.n_classes == 2
    assert grid.classes.tolist() == [[0, 0, 1]] * 3  # x = 0, 1, 2; a tie goes to class 0
    sure = 1 / (1 + math.exp(-1))
    assert grid.confidence[0].tolist() == pytest.approx([sure, 0.5, sure], rel=1e-14)


def test_large_logits_give_full_confidence_without_overflow():
    grid = decision_grid(lambda points: 1e4 * np.add(points, [0.0, 9.0]), SQUARE, resolution=4)
    assert np.array_equal(grid.confidence, np.ones((4, 4)))


def test_points_on_a_line_or_a_single_point_get_a_band_of_width_one():
    grid = decision_grid(three_classes, np.array([[3.0, 1.0], [3.0, 2.0]]), resolution=2, margin=0.5)
    assert grid.x.tolist() == [2.5, 3.5]
    assert grid.y.tolist() == [0.5, 2.5]


@pytest.mark.parametrize("shape", [(3,), (3, 3), (2, 2, 2)])
def test_data_that_are_not_points_of_the_plane_are_refused(shape):
    with raises(ValueError, f"decision_grid expects X of shape (n, 2), got {shape}; choose two features."):
        decision_grid(three_classes, np.zeros(shape))


def test_points_and_logits_that_are_not_finite_are_refused():
    text = (
        "decision_grid expects X to be finite, got NaN or infinity in 1 of 1 rows, first in row 0; "
        "fill or drop these rows."
    )
    with raises(ValueError, text):
        decision_grid(three_classes, np.array([[0.0, math.nan]]))
    text = "decision_grid expects finite logits of the model, got NaN or infinity; did it diverge?"
    with raises(ValueError, text):
        decision_grid(lambda points: points * math.nan, SQUARE)


@pytest.mark.parametrize("answer", [np.zeros(9), np.zeros((8, 2)), np.zeros((9, 0)), np.zeros((9, 2, 1))])
def test_an_answer_that_is_not_one_row_per_point_is_refused(answer):
    text = (
        f"decision_grid expects the model to give shape (9, classes), got {answer.shape}; "
        f"pass a classifier of two features."
    )
    with raises(ValueError, text):
        decision_grid(lambda points: answer, SQUARE, resolution=3)


def test_options_out_of_range_are_refused():
    with raises(TypeError, "decision_grid expects model to be callable, got int 3; pass a function."):
        decision_grid(3, SQUARE)
    with raises(ValueError, "decision_grid expects resolution to be at least 2, got 1."):
        decision_grid(three_classes, SQUARE, resolution=1)
    with raises(ValueError, "decision_grid expects margin in [0, inf), got -0.1."):
        decision_grid(three_classes, SQUARE, margin=-0.1)
