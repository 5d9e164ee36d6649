"""Accuracy by its definition, and what it refuses."""

import numpy as np
import pytest

from nnkit import accuracy


def test_accuracy_is_the_share_of_rows_whose_largest_entry_is_the_target(rng):
    prediction, target = rng.normal(size=(50, 4)), rng.integers(0, 4, 50)
    hits = sum(row.index(max(row)) == t for row, t in zip(prediction.tolist(), target.tolist(), strict=True))
    assert accuracy(prediction, target) == hits / 50


def test_probability_rows_count_by_their_largest_entry():
    prediction = np.array([[0.1, 0.9], [0.8, 0.2]])
    assert accuracy(prediction, prediction) == 1
    assert accuracy(prediction, prediction[:, ::-1]) == 0


def test_between_equal_outputs_the_first_wins():
    assert accuracy(np.zeros((2, 3)), np.array([0, 1])) == 0.5


@pytest.mark.parametrize(
    ("prediction", "target", "kind", "text"),
    [
        (
            np.zeros(3),
            np.zeros(3, int),
            ValueError,
            "accuracy expects prediction of shape (batch, classes), got (3,); pass one column per class.",
        ),
        (
            np.zeros((0, 3)),
            np.zeros(0, int),
            ValueError,
            "accuracy expects prediction of shape (batch, classes), got (0, 3); pass one column per class.",
        ),
        (
            np.zeros((2, 1)),
            np.zeros((2, 1)),
            ValueError,
            "accuracy expects prediction of shape (batch, classes), got (2, 1); pass one column per class.",
        ),
        (
            np.zeros((2, 3)),
            np.array([0, 3]),
            ValueError,
            "accuracy expects class indices from 0 to 2, got from 0 to 3; "
            "give prediction one column per class.",
        ),
        (
            np.zeros((2, 3)),
            np.zeros((2, 1), int),
            ValueError,
            "accuracy expects target of shape (2,) or (2, 3), got (2, 1); "
            "give one target per row of prediction.",
        ),
        (
            np.zeros((2, 3)),
            np.zeros(2),
            TypeError,
            "accuracy expects class indices as integers, got dtype float64; "
            "convert them with target.astype(np.int64).",
        ),
    ],
)
def test_wrong_arguments_are_refused(prediction, target, kind, text):
    with pytest.raises(kind) as error:
        accuracy(prediction, target)
    assert str(error.value) == text
