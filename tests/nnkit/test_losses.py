"""Losses: exact values, extreme logits, and what they refuse."""

import math

import numpy as np
import pytest

from nnkit import MeanSquaredError, SoftmaxCrossEntropy

LOGITS = np.zeros((4, 3))
CLASSES = np.array([0, 1, 2, 0])


def refusal(loss, prediction, target):
    with pytest.raises((TypeError, ValueError)) as error:
        loss.value_and_gradient(prediction, target)
    return type(error.value), str(error.value)


def test_the_squared_error_is_a_mean_over_batch_and_outputs_without_one_half():
    prediction, target = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]), np.zeros((2, 3))
    value, gradient = MeanSquaredError().value_and_gradient(prediction, target)
    assert value == (1 + 4 + 9) / 6
    np.testing.assert_allclose(gradient, 2 * prediction / 6, rtol=1e-15)


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes():
    assert SoftmaxCrossEntropy().value(LOGITS, CLASSES) == pytest.approx(math.log(3), rel=1e-15)


def test_one_hot_rows_cost_what_class_indices_cost(rng):
    logits = rng.normal(size=(4, 3))
    by_index = SoftmaxCrossEntropy().value_and_gradient(logits, CLASSES)
    for one_hot in (np.eye(3)[CLASSES], np.eye(3, dtype=int)[CLASSES]):
        by_row = SoftmaxCrossEntropy().value_and_gradient(logits, one_hot)
        assert by_row[0] == pytest.approx(by_index[0], rel=1e-15)
        np.testing.assert_allclose(by_row[1], by_index[1], atol=1e-16)


def test_adding_a_number_to_all_logits_of_a_row_changes_nothing(rng):
    logits = rng.normal(size=(4, 3))
    shifted = logits + np.array([[0.0], [10.0], [-10.0], [100.0]])
    loss = SoftmaxCrossEntropy()
    assert loss.value(shifted, CLASSES) == pytest.approx(loss.value(logits, CLASSES), rel=1e-12)


def test_the_softmax_gradient_sums_to_zero_in_each_row(rng):
    gradient = SoftmaxCrossEntropy().gradient(rng.normal(size=(4, 3)), CLASSES)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-16)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_ten_thousand_stay_finite_and_exact(dtype):
    logits = np.array([[1e4, 0, -1e4], [1e4, 0, -1e4]], dtype=dtype)
    value, gradient = SoftmaxCrossEntropy().value_and_gradient(logits, np.array([0, 2]))
    assert value == (0 + 2e4) / 2
    np.testing.assert_array_equal(gradient, [[0, 0, 0], [0.5, 0, -0.5]])


def test_a_target_of_integers_is_cast_for_the_squared_error():
    assert MeanSquaredError().gradient(np.ones((1, 2), np.float32), np.array([[1, 0]])).dtype == np.float32


@pytest.mark.parametrize(
    ("prediction", "target", "remedy"),
    [
        ((4, 1), (4,), "give target an output axis with target[:, None]"),
        ((4,), (4, 1), "drop the target's last axis with target[..., 0]"),
        ((4, 2), (3, 2), "prediction and target must have the same shape"),
        ((4, 2), (1, 2), "prediction and target must have the same shape"),
    ],
)
def test_the_squared_error_never_broadcasts(prediction, target, remedy):
    assert refusal(MeanSquaredError(), np.zeros(prediction), np.zeros(target)) == (
        ValueError,
        f"MeanSquaredError expects target of shape {prediction}, got {target}; {remedy}.",
    )


def test_the_squared_error_refuses_what_holds_no_real_numbers():
    assert refusal(MeanSquaredError(), np.zeros((1, 1)), np.array([["a"]])) == (
        TypeError,
        "MeanSquaredError expects target to hold real numbers, got dtype <U1.",
    )


def test_a_list_of_predictions_is_refused():
    assert refusal(MeanSquaredError(), [[1.0]], [[1.0]]) == (
        TypeError,
        "MeanSquaredError expects prediction as a floating-point ndarray, got list; pass the model's output.",
    )


@pytest.mark.parametrize(
    ("target", "kind", "text"),
    [
        (
            CLASSES[:, None],
            ValueError,
            "SoftmaxCrossEntropy expects target of shape (4,), got (4, 1); "
            "drop the last axis with target[:, 0].",
        ),
        (
            CLASSES[:3],
            ValueError,
            "SoftmaxCrossEntropy expects target of shape (4,) with class indices or (4, 3) with "
            "probabilities, got (3,); give one target per row of logits.",
        ),
        (
            CLASSES.astype(float),
            TypeError,
            "SoftmaxCrossEntropy expects class indices as integers, got dtype float64; "
            "convert them with target.astype(np.int64).",
        ),
        (
            CLASSES.astype(bool),
            TypeError,
            "SoftmaxCrossEntropy expects class indices as integers, got dtype bool; "
            "convert them with target.astype(np.int64).",
        ),
        (
            np.array([0, -1, 2, 0]),
            ValueError,
            "SoftmaxCrossEntropy expects class indices from 0 to 2, got -1; "
            "number the classes from 0 and give the model one output per class.",
        ),
        (
            np.array([1, 2, 3, 1]),
            ValueError,
            "SoftmaxCrossEntropy expects class indices from 0 to 2, got 3; "
            "number the classes from 0 and give the model one output per class.",
        ),
        (
            np.tile([1.0, 0.5, 0.0], (4, 1)),
            ValueError,
            "SoftmaxCrossEntropy expects each row of target to sum to 1, got 1.5 in row 0; "
            "divide each row by its sum.",
        ),
        (
            np.tile([1.5, -0.5, 0.0], (4, 1)),
            ValueError,
            "SoftmaxCrossEntropy expects probabilities of at least 0, got -0.5; "
            "pass class indices of shape (batch,), or rows of probabilities.",
        ),
        (
            np.full((4, 3), "a"),
            TypeError,
            "SoftmaxCrossEntropy expects target to hold real numbers, got dtype <U1.",
        ),
    ],
)
def test_cross_entropy_refuses_wrong_targets(target, kind, text):
    assert refusal(SoftmaxCrossEntropy(), LOGITS, target) == (kind, text)


def test_cross_entropy_refuses_logits_without_a_class_axis():
    assert refusal(SoftmaxCrossEntropy(), np.zeros(4), CLASSES) == (
        ValueError,
        "SoftmaxCrossEntropy expects logits of shape (batch, classes), got (4,); "
        "give the model one output per class.",
    )


def test_a_row_of_nan_probabilities_is_refused():
    target = np.full((4, 3), np.nan)
    with np.errstate(invalid="ignore"):
        kind, text = refusal(SoftmaxCrossEntropy(), LOGITS, target)
    assert kind is ValueError
    assert "sum to 1, got nan in row 0" in text
