"""Metrics by their definitions, against scikit-learn, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from nnkit import accuracy, class_scores, confusion_matrix, exact_match, f1, precision, r2, recall


def test_accuracy_is_the_share_of_rows_whose_largest_entry_is_the_target(rng):
    prediction, target = rng.normal(size=(50, 4)), rng.integers(0, 4, 50)
    hits = sum(row.index(max(row)) == t for row, t in zip(prediction.tolist(), target.tolist(), strict=True))
    assert accuracy(prediction, target) == hits / 50


def test_probability_rows_count_by_their_largest_entry():
    prediction = np.array([[0.1, 0.9], [0.8, 0.2]])
    assert accuracy(prediction, prediction) == 1
    assert accuracy(prediction, prediction[:, ::-1]) == 0


def test_an_output_on_the_threshold_means_no():
    assert exact_match(np.array([[0.0]]), np.array([[0]])) == 1
    assert exact_match(np.array([[0.5]]), np.array([[0]]), threshold=0.5) == 1


def test_r2_judges_a_constant_output_beside_others_by_itself():
    target = np.array([[5.0, 1.0], [5.0, 9.0], [5.0, 2.0]])
    prediction = np.array([[5.0, 2.0], [5.0, 8.0], [5.0, 2.0]])
    for columns in ([0, 1], [1, 0]):
        expected = reference.r2_score(target[:, columns], prediction[:, columns])
        assert r2(prediction[:, columns], target[:, columns]) == pytest.approx(expected, rel=1e-14)
    missed = np.add(prediction, [1.0, 0.0])
    assert r2(missed, target) == pytest.approx(reference.r2_score(target, missed), rel=1e-14)


def test_between_equal_outputs_the_first_wins():
    assert accuracy(np.zeros((2, 3)), np.array([0, 1])) == 0.5


@pytest.mark.parametrize(
    ("prediction", "target", "kind", "text"),
    [
        (
            np.zeros(3),
            np.zeros(3, int),
            ValueError,
            "accuracy expects prediction of shape (batch, classes), got (3,); "
            "pass one column per class (exact_match judges yes-or-no outputs).",
        ),
        (
            np.zeros((0, 3)),
            np.zeros(0, int),
            ValueError,
            "accuracy expects prediction to hold at least one example, got shape (0, 3).",
        ),
        (
            np.zeros((2, 1)),
            np.zeros((2, 1)),
            ValueError,
            "accuracy expects prediction of shape (batch, classes), got (2, 1); "
            "pass one column per class (exact_match judges yes-or-no outputs).",
        ),
        (
            np.zeros((2, 3)),
            np.array([0, 3]),
            ValueError,
            "accuracy expects target to hold class indices from 0 to 2, got 3; "
            "number the classes from 0; the model needs one output for each.",
        ),
        (
            np.zeros((2, 3)),
            np.zeros((2, 1), int),
            ValueError,
            "accuracy expects target of shape (2,) with class indices or (2, 3) with probabilities, "
            "got (2, 1); drop the last axis with target[..., 0].",
        ),
        (
            np.zeros((2, 3)),
            np.zeros(2),
            TypeError,
            "accuracy expects target to hold class indices as integers, got dtype float64; "
            "convert it with target.astype(np.int64).",
        ),
    ],
)
def test_wrong_arguments_are_refused(prediction, target, kind, text):
    with pytest.raises(kind) as error:
        accuracy(prediction, target)
    assert str(error.value) == text


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), batch=st.integers(1, 12), classes=st.integers(2, 5))
def test_class_metrics_agree_with_scikit_learn(seed, batch, classes):
    rng = np.random.default_rng(seed)  # few examples: classes are missing in target, prediction or both
    prediction, target = rng.normal(size=(batch, classes)), rng.integers(0, classes, batch)
    predicted, labels = prediction.argmax(axis=1), range(classes)
    np.testing.assert_array_equal(
        confusion_matrix(prediction, target), reference.confusion_matrix(target, predicted, labels=labels)
    )
    expected = reference.precision_recall_fscore_support(target, predicted, labels=labels, zero_division=0)
    seen = np.isin(labels, [*predicted, *target])
    for ours, theirs in zip(class_scores(prediction, target), expected[:3], strict=True):
        np.testing.assert_allclose(ours[seen], theirs[seen], rtol=1e-15)
        assert np.isnan(ours[~seen]).all()
    macro = {"average": "macro", "zero_division": 0}
    assert precision(prediction, target) == pytest.approx(
        reference.precision_score(target, predicted, **macro), rel=1e-14
    )
    assert recall(prediction, target) == pytest.approx(
        reference.recall_score(target, predicted, **macro), rel=1e-14
    )
    assert f1(prediction, target) == pytest.approx(reference.f1_score(target, predicted, **macro), rel=1e-14)


def test_a_confusion_matrix_has_a_row_per_actual_and_a_column_per_predicted_class():
    prediction = np.eye(3)[[0, 1, 1, 2, 2, 2]]
    matrix = confusion_matrix(prediction, np.array([0, 0, 1, 0, 0, 2]))
    np.testing.assert_array_equal(matrix, [[1, 1, 2], [0, 1, 0], [0, 0, 1]])
    assert matrix.trace() / matrix.sum() == accuracy(prediction, np.array([0, 0, 1, 0, 0, 2]))


def test_shares_of_nothing_are_zero_and_absent_classes_are_not_judged():
    prediction = np.eye(4)[[0, 0, 1]]  # class 1 is predicted but never there, 2 there but never predicted
    scores = class_scores(prediction, np.array([0, 2, 0]))
    np.testing.assert_array_equal(scores[0], [0.5, 0, 0, np.nan])
    np.testing.assert_array_equal(scores[1], [0.5, 0, 0, np.nan])
    np.testing.assert_array_equal(scores[2], [0.5, 0, 0, np.nan])
    assert precision(prediction, np.array([0, 2, 0])) == 0.5 / 3


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), batch=st.integers(1, 8), n_out=st.integers(1, 3))
def test_exact_match_is_scikit_learns_subset_accuracy(seed, batch, n_out):
    rng = np.random.default_rng(seed)
    logits, target = rng.normal(size=(batch, n_out)), rng.integers(0, 2, (batch, n_out))
    expected = reference.accuracy_score(target, (logits > 0).astype(int))
    assert exact_match(logits, target) == pytest.approx(expected, rel=1e-15)
    probabilities = 1 / (1 + np.exp(-logits))
    assert exact_match(probabilities, target.astype(bool), threshold=0.5) == exact_match(logits, target)


def test_exact_match_takes_one_output_without_an_axis():
    assert exact_match(np.array([1.0, -1.0, 2.0]), np.array([1, 0, 0])) == 2 / 3


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), batch=st.integers(2, 20), n_out=st.integers(1, 3))
def test_r2_agrees_with_scikit_learn(seed, batch, n_out):
    rng = np.random.default_rng(seed)
    target = rng.normal(size=(batch, n_out))
    prediction = target + rng.normal(size=(batch, n_out))
    assert r2(prediction, target) == pytest.approx(reference.r2_score(target, prediction), rel=1e-10)
    assert r2(prediction[:, 0], target[:, 0]) == pytest.approx(
        reference.r2_score(target[:, 0], prediction[:, 0]), rel=1e-10
    )


def test_r2_is_one_for_the_target_and_zero_for_its_mean(rng):
    target = rng.normal(size=(9, 2))
    assert r2(target, target) == 1
    assert r2(np.tile(target.mean(axis=0), (9, 1)), target) == pytest.approx(0, abs=1e-15)


def test_r2_of_a_constant_target_is_one_if_exact_and_else_zero():
    target = np.full((7, 2), 0.1)
    prediction = target + np.array([0.0, 1.0])
    assert r2(prediction, target) == 0.5
    assert r2(np.array([3.0]), np.array([3.0])) == 1
    assert r2(np.array([3]), np.array([4])) == 0


def test_r2_of_float32_is_computed_in_float64():
    target = np.array([1e4, 1e4 + 1, 1e4 + 2], np.float32)
    assert r2(target + np.float32(0.5), target) == 1 - 0.75 / 2


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: exact_match(np.zeros((2, 3)), np.zeros(2)),
            "exact_match expects target of shape (2, 3), got (2,).",
        ),
        (
            lambda: exact_match(np.zeros((2, 1)), np.array([[0.5], [1]])),
            "exact_match expects target of 0 and 1, got 0.5; compare it with 0.5.",
        ),
        (
            lambda: r2(np.zeros((2, 1)), np.zeros(2)),
            "r2 expects target of shape (2, 1), got (2,); add an axis with target[..., None].",
        ),
        (
            lambda: r2(np.zeros(0), np.zeros(0)),
            "r2 expects prediction to hold at least one example, got shape (0,).",
        ),
        (
            lambda: confusion_matrix(np.zeros((2, 3)), np.array([0, -1])),
            "confusion_matrix expects target to hold class indices from 0 to 2, got -1; "
            "number the classes from 0; the model needs one output for each.",
        ),
    ],
)
def test_the_other_metrics_refuse_wrong_arguments(call, text):
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value) == text
