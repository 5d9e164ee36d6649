"""Losses: exact values, extreme logits, and what they refuse."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest

from nnkit import (
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    MulticlassHinge,
    SigmoidBinaryCrossEntropy,
    SoftmaxCrossEntropy,
)

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


EXTREMES = [-1e4, -710.0, -40.0, -1e-8, 0.0, 1e-300, 3.5, 40.0, 745.0, 1e4]


def exact_binary(z, t):
    """Cross-entropy and its slope for one logit, to 60 digits."""
    with localcontext() as context:
        context.prec = 60
        context.Emin = -(10**6)
        z, t = Decimal(z), Decimal(t)
        p, q = 1 / (1 + (-z).exp()), 1 / (1 + z.exp())  # sigmoid(z) and sigmoid(-z)
        return float(-t * p.ln() - (1 - t) * q.ln()), float(p * (1 - t) - q * t)


@pytest.mark.parametrize("logit", EXTREMES)
@pytest.mark.parametrize("target", [0.0, 1e-10, 0.25, 0.5, 1 - 1e-10, 1.0])
def test_binary_cross_entropy_keeps_its_digits_for_every_logit(logit, target):
    value, slope = exact_binary(logit, target)
    got = SigmoidBinaryCrossEntropy().value_and_gradient(np.array([[logit]]), np.array([[target]]))
    assert got[0] == pytest.approx(value, rel=1e-15, abs=1e-307)
    near_its_root = 0 < target < 1  # the two terms of the slope then cancel
    assert got[1][0, 0] == pytest.approx(slope, rel=1e-15, abs=2e-16 if near_its_root else 1e-307)


def test_binary_cross_entropy_of_float32_logits_of_ten_thousand_is_exact():
    logits = np.array([[1e4, -1e4], [1e4, -1e4]], np.float32)
    value, gradient = SigmoidBinaryCrossEntropy().value_and_gradient(logits, np.array([[1, 0], [0, 1]]))
    assert value == 2e4 / 4
    np.testing.assert_array_equal(gradient, [[0, 0], [0.25, -0.25]])


def exact_softmax(rows, classes, weights, smoothing):
    """The weighted and smoothed cross-entropy and its gradient, to 60 digits."""
    with localcontext() as context:
        context.prec = 60
        context.Emin = -(10**6)
        divisor = sum(Decimal(weights[k]) for k in classes)
        value, gradient = Decimal(0), []
        for row, goal in zip(rows, classes, strict=True):
            exponentials = [Decimal(z).exp() for z in row]
            factors = [
                Decimal(weights[k]) * ((1 - Decimal(smoothing)) * (k == goal) + Decimal(smoothing) / len(row))
                for k in range(len(row))
            ]
            softmax = [e / sum(exponentials) for e in exponentials]
            value -= sum(f * p.ln() for f, p in zip(factors, softmax, strict=True)) / divisor
            slopes = [(p * sum(factors) - f) / divisor for f, p in zip(factors, softmax, strict=True)]
            gradient.append([float(slope) for slope in slopes])
        return float(value), gradient


@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0), (0.1, 1.0, 30.0)])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
@pytest.mark.parametrize("classes", [[0, 0], [1, 2], [2, 0]])
def test_softmax_cross_entropy_of_extreme_logits_is_exact(weights, smoothing, classes):
    rows = [[1e4, 0.5, -1e4], [-1e4, -1e4, 35.0]]
    value, gradient = exact_softmax(rows, classes, weights, smoothing)
    loss = SoftmaxCrossEntropy(class_weights=weights, label_smoothing=smoothing)
    got = loss.value_and_gradient(np.array(rows), np.array(classes))
    assert got[0] == pytest.approx(value, rel=1e-15)
    np.testing.assert_allclose(got[1], gradient, rtol=1e-15, atol=3e-16)


@pytest.mark.parametrize("lead", [0.0, 1e-9, 0.5, 5.0, 20.0, 36.5, 40.0, 90.0])
@pytest.mark.parametrize("target", [np.array([0]), np.array([[1.0, 0.0, 0.0]])])
def test_softmax_cross_entropy_keeps_its_digits_where_it_is_almost_zero(lead, target):
    row = [lead, 0.0, -1.5]
    value, _ = exact_softmax([row], [0], [1.0, 1.0, 1.0], 0.0)
    for shift in (0.0, 1e4):
        logits = np.array([row]) + shift
        if (logits - shift == row).all():
            assert SoftmaxCrossEntropy().value(logits, target) == pytest.approx(value, rel=4e-16, abs=0)


def test_a_lead_of_seven_hundred_costs_what_is_left_of_the_others():
    value = SoftmaxCrossEntropy().value(np.array([[700.0, 0.0, -1.0]]), np.array([0]))
    assert value == pytest.approx(math.exp(-700) + math.exp(-701), rel=1e-15, abs=0)


@pytest.mark.parametrize("margin", [1.0, 0.1])
def test_the_hinge_of_extreme_logits_is_exact(margin):
    rows = [[1e4, 0.5, -1e4], [-1e4, 9999.75, 1e4], [0.25, -0.5, 0.125]]
    for classes in ([0, 0, 0], [1, 2, 1], [2, 1, 2]):
        cost = Fraction(0)
        for row, goal in zip(rows, classes, strict=True):
            leads = [Fraction(z) - Fraction(row[goal]) + Fraction(margin) for z in row]
            cost += sum(max(Fraction(0), lead) for k, lead in enumerate(leads) if k != goal)
        got = MulticlassHinge(margin).value(np.array(rows), np.array(classes))
        assert got == pytest.approx(float(cost / 3), rel=1e-15)


def test_the_hinge_of_the_cs231n_figure_is_1_58():
    logits = np.array([[-2.85, 0.86, 0.28]])
    value, gradient = MulticlassHinge().value_and_gradient(logits, np.array([2]))
    assert value == pytest.approx(max(0, -2.85 - 0.28 + 1) + max(0, 0.86 - 0.28 + 1), rel=1e-15)
    assert value == pytest.approx(1.58, rel=1e-15)
    np.testing.assert_array_equal(gradient, [[0, 1, -1]])
    # The same figure's cross-entropy: -log(exp(0.28) / (exp(-2.85) + exp(0.86) + exp(0.28))).
    assert round(SoftmaxCrossEntropy().value(logits, np.array([2])), 4) == 1.0402


def test_a_wrong_class_exactly_at_the_margin_costs_nothing_and_is_not_pushed():
    value, gradient = MulticlassHinge().value_and_gradient(np.array([[2.0, 1.0]]), np.array([0]))
    assert value == 0
    assert not gradient.any()


def test_smoothing_pulls_the_best_logits_from_infinity_to_a_finite_lead():
    # At the minimum softmax = smooth target, so exp(lead) = (1 - s + s / K) / (s / K).
    lead = math.log((0.7 + 0.1) / 0.1)
    gradient = SoftmaxCrossEntropy(label_smoothing=0.3).gradient(np.array([[lead, 0.0, 0.0]]), np.array([0]))
    np.testing.assert_allclose(gradient, 0, atol=1e-16)


def test_equal_class_weights_change_nothing_whatever_their_size(rng):
    logits = rng.normal(size=(4, 3))
    plain = SoftmaxCrossEntropy().value_and_gradient(logits, CLASSES)
    for size in (1e-3, 1.0, 50.0):
        equal = SoftmaxCrossEntropy(class_weights=[size] * 3).value_and_gradient(logits, CLASSES)
        assert equal[0] == pytest.approx(plain[0], rel=1e-14)
        np.testing.assert_allclose(equal[1], plain[1], atol=1e-16)


def test_a_class_of_weight_three_counts_as_three_copies(rng):
    logits = rng.normal(size=(4, 3))
    weighted = SoftmaxCrossEntropy(class_weights=[3, 1, 1]).value(logits, CLASSES)
    copies = [0, 0, 0, 1, 2, 3, 3, 3]  # examples 0 and 3 are of class 0
    repeated = SoftmaxCrossEntropy().value(logits[copies], CLASSES[copies])
    assert weighted == pytest.approx(repeated, rel=1e-14)


@pytest.mark.parametrize("options", [{"class_weights": [0.2, 1, 5]}, {"label_smoothing": 0.1}])
def test_one_hot_rows_cost_what_class_indices_cost_with_options_too(options, rng):
    logits, loss = rng.normal(size=(4, 3)), SoftmaxCrossEntropy(**options)
    by_index, by_row = (loss.value_and_gradient(logits, t) for t in (CLASSES, np.eye(3)[CLASSES]))
    assert by_row[0] == pytest.approx(by_index[0], rel=1e-15)
    np.testing.assert_allclose(by_row[1], by_index[1], atol=1e-16)


def test_two_classes_of_softmax_are_the_sigmoid_of_their_difference(rng):
    logits, target = rng.normal(0, 5, (6, 1)), rng.integers(0, 2, (6, 1))
    pairs = np.hstack([np.zeros_like(logits), logits])
    expected = SoftmaxCrossEntropy().value(pairs, target[..., 0])
    assert SigmoidBinaryCrossEntropy().value(logits, target) == pytest.approx(expected, rel=1e-13)


def test_huber_is_smooth_where_parabola_and_line_meet():
    loss, zero = Huber(delta=2.0), np.zeros((1, 1))
    assert loss.value(np.full((1, 1), 2.0), zero) == 2.0**2 / 2
    for d in (2 - 1e-9, 2 + 1e-9):
        value, gradient = loss.value_and_gradient(np.full((1, 1), d), zero)
        assert value == pytest.approx(2.0, abs=3e-9)
        assert gradient[0, 0] == pytest.approx(2.0, abs=2e-9)


def test_huber_is_between_half_the_squared_and_the_absolute_error(rng):
    prediction, target = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
    half_square = MeanSquaredError().value(prediction, target) / 2
    assert Huber(delta=1e3).value(prediction, target) == pytest.approx(half_square, rel=1e-14)
    absolute = MeanAbsoluteError().value(prediction, target)
    assert Huber(delta=1e-9).value(prediction, target) / 1e-9 == pytest.approx(absolute, rel=1e-8)


def test_differences_of_ten_thousand_cost_what_the_formula_says():
    prediction, target = np.array([[1e4, -1e4]]), np.array([[0.0, 1.0]])
    assert MeanAbsoluteError().value(prediction, target) == (10000 + 10001) / 2
    assert Huber(delta=1.0).value(prediction, target) == (9999.5 + 10000.5) / 2
    np.testing.assert_array_equal(Huber(delta=1.0).gradient(prediction, target), [[0.5, -0.5]])


@pytest.mark.parametrize("loss", [MeanAbsoluteError(), Huber(1.0)])
def test_an_exact_prediction_has_no_gradient(loss):
    assert not loss.gradient(np.ones((2, 2)), np.ones((2, 2))).any()


def test_the_best_constant_for_the_absolute_error_is_the_median():
    target = np.array([[1.0], [2.0], [30.0]])
    costs = {c: MeanAbsoluteError().value(np.full((3, 1), c), target) for c in np.arange(0, 31, 0.5)}
    assert min(costs, key=costs.get) == 2.0


def test_by_default_the_line_of_huber_begins_at_one():
    differences, zero = np.array([[0.25, 1.0, 1.5, 3.0]]), np.zeros((1, 4))
    assert Huber().value(differences, zero) == (0.25**2 / 2 + 1 / 2 + (1.5 - 0.5) + (3 - 0.5)) / 4


def test_a_repr_shows_every_option_that_is_set():
    assert repr(Huber()) == "Huber(delta=1.0)"
    assert repr(MulticlassHinge(2)) == "MulticlassHinge(margin=2.0)"
    assert repr(MeanSquaredError()) == "MeanSquaredError()"
    assert repr(SoftmaxCrossEntropy()) == "SoftmaxCrossEntropy()"
    assert repr(SoftmaxCrossEntropy(class_weights=[1, 2])) == "SoftmaxCrossEntropy(class_weights=[1.0, 2.0])"
    assert repr(SoftmaxCrossEntropy(class_weights=[3], label_smoothing=0.1)) == (
        "SoftmaxCrossEntropy(class_weights=[3.0], label_smoothing=0.1)"
    )


def test_the_repr_of_a_loss_of_ones_own_is_its_call():
    class Asymmetric(MeanSquaredError):
        def __init__(self, above=1.0, below=2.0):
            self.above, self.below = above, below

    assert repr(Asymmetric(below=3.0)) == "Asymmetric(above=1.0, below=3.0)"


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Huber(0), "Huber expects delta in (0, inf), got 0; 1.0 is usual."),
        (lambda: Huber(math.nan), "Huber expects delta in (0, inf), got nan; 1.0 is usual."),
        (
            lambda: MulticlassHinge(-1.0),
            "MulticlassHinge expects margin in (0, inf), got -1.0; 1.0 is usual.",
        ),
        (
            lambda: SoftmaxCrossEntropy(label_smoothing=1),
            "SoftmaxCrossEntropy expects label_smoothing in [0, 1), got 1.",
        ),
        (
            lambda: SoftmaxCrossEntropy(label_smoothing=-0.1),
            "SoftmaxCrossEntropy expects label_smoothing in [0, 1), got -0.1.",
        ),
        (
            lambda: SoftmaxCrossEntropy(class_weights=[1, 0, 2]),
            "SoftmaxCrossEntropy expects class_weights as positive finite numbers, got [1 0 2].",
        ),
        (
            lambda: SoftmaxCrossEntropy(class_weights=[1, math.inf]),
            "SoftmaxCrossEntropy expects class_weights as positive finite numbers, got [ 1. inf].",
        ),
        (
            lambda: SoftmaxCrossEntropy(class_weights=[1, 2]).value(LOGITS, CLASSES),
            "SoftmaxCrossEntropy expects 3 class_weights, got 2; pass one each.",
        ),
    ],
)
def test_options_out_of_range_are_refused(make, text):
    with pytest.raises(ValueError) as error:
        make()
    assert str(error.value) == text


@pytest.mark.parametrize(
    ("target", "kind", "text"),
    [
        (
            np.zeros(4),
            ValueError,
            "SigmoidBinaryCrossEntropy expects target of shape (4, 1), got (4,); "
            "add an axis with target[..., None].",
        ),
        (
            np.array([[0], [1], [2], [0]]),
            ValueError,
            "SigmoidBinaryCrossEntropy expects target in [0, 1], got 0 to 2; pass 1 for yes and 0 for no.",
        ),
        (
            np.array([[-1.0], [1], [1], [-1]]),
            ValueError,
            "SigmoidBinaryCrossEntropy expects target in [0, 1], got -1 to 1; pass 1 for yes and 0 for no.",
        ),
        (
            np.full((4, 1), "a"),
            TypeError,
            "SigmoidBinaryCrossEntropy expects target to hold real numbers, got dtype <U1; "
            "encode it as numbers first.",
        ),
    ],
)
def test_binary_cross_entropy_refuses_wrong_targets(target, kind, text):
    assert refusal(SigmoidBinaryCrossEntropy(), np.zeros((4, 1)), target) == (kind, text)


@pytest.mark.parametrize(
    ("target", "kind", "text"),
    [
        (
            np.eye(3)[CLASSES],
            ValueError,
            "MulticlassHinge expects target of shape (4,) with class indices, got (4, 3); "
            "give one class index per example.",
        ),
        (
            CLASSES[:, None],
            ValueError,
            "MulticlassHinge expects target of shape (4,) with class indices, got (4, 1); "
            "drop the last axis with target[..., 0].",
        ),
        (
            np.array([1, 2, 3, 1]),
            ValueError,
            "MulticlassHinge expects target to hold class indices from 0 to 2, got 3; "
            "number the classes from 0; the model needs one output for each.",
        ),
        (
            CLASSES.astype(float),
            TypeError,
            "MulticlassHinge expects target to hold class indices as integers, got dtype float64; "
            "convert it with target.astype(np.int64).",
        ),
    ],
)
def test_the_hinge_refuses_wrong_targets(target, kind, text):
    assert refusal(MulticlassHinge(), LOGITS, target) == (kind, text)


@pytest.mark.parametrize("loss", [MeanAbsoluteError(), Huber()])
def test_the_other_errors_never_broadcast_either(loss):
    assert refusal(loss, np.zeros((4, 1)), np.zeros(4)) == (
        ValueError,
        f"{type(loss).__name__} expects target of shape (4, 1), got (4,); "
        "add an axis with target[..., None].",
    )


def test_a_target_of_integers_is_cast_for_the_squared_error():
    assert MeanSquaredError().gradient(np.ones((1, 2), np.float32), np.array([[1, 0]])).dtype == np.float32


@pytest.mark.parametrize(
    ("prediction", "target", "remedy"),
    [
        ((4, 1), (4,), "; add an axis with target[..., None]"),
        ((4,), (4, 1), "; drop the last axis with target[..., 0]"),
        ((4, 2), (3, 2), ""),
        ((4, 2), (1, 2), ""),
    ],
)
def test_the_squared_error_never_broadcasts(prediction, target, remedy):
    assert refusal(MeanSquaredError(), np.zeros(prediction), np.zeros(target)) == (
        ValueError,
        f"MeanSquaredError expects target of shape {prediction}, got {target}{remedy}.",
    )


def test_the_squared_error_refuses_what_holds_no_real_numbers():
    assert refusal(MeanSquaredError(), np.zeros((1, 1)), np.array([["a"]])) == (
        TypeError,
        "MeanSquaredError expects target to hold real numbers, got dtype <U1; encode it as numbers first.",
    )


def test_a_list_of_predictions_is_refused():
    assert refusal(MeanSquaredError(), [[1.0]], [[1.0]]) == (
        TypeError,
        "MeanSquaredError expects prediction as a floating-point ndarray, got list; "
        "pass np.array(..., dtype=np.float64).",
    )


@pytest.mark.parametrize(
    ("target", "kind", "text"),
    [
        (
            CLASSES[:, None],
            ValueError,
            "SoftmaxCrossEntropy expects target of shape (4,) with class indices or (4, 3) with "
            "probabilities, got (4, 1); drop the last axis with target[..., 0].",
        ),
        (
            CLASSES[:3],
            ValueError,
            "SoftmaxCrossEntropy expects target of shape (4,) with class indices or (4, 3) with "
            "probabilities, got (3,); give one class index per example.",
        ),
        (
            CLASSES.astype(float),
            TypeError,
            "SoftmaxCrossEntropy expects target to hold class indices as integers, got dtype float64; "
            "convert it with target.astype(np.int64).",
        ),
        (
            CLASSES.astype(bool),
            TypeError,
            "SoftmaxCrossEntropy expects target to hold class indices as integers, got dtype bool; "
            "convert it with target.astype(np.int64).",
        ),
        (
            np.array([0, -1, 2, 0]),
            ValueError,
            "SoftmaxCrossEntropy expects target to hold class indices from 0 to 2, got -1; "
            "number the classes from 0; the model needs one output for each.",
        ),
        (
            np.array([1, 2, 3, 1]),
            ValueError,
            "SoftmaxCrossEntropy expects target to hold class indices from 0 to 2, got 3; "
            "number the classes from 0; the model needs one output for each.",
        ),
        (
            np.tile([1.0, 0.5, 0.0], (4, 1)),
            ValueError,
            "SoftmaxCrossEntropy expects each row of target to hold probabilities of sum 1, got "
            "[1.  0.5 0. ] in row 0; divide it by its sum, or pass class indices of shape (batch,).",
        ),
        (
            np.tile([1.5, -0.5, 0.0], (4, 1)),
            ValueError,
            "SoftmaxCrossEntropy expects each row of target to hold probabilities of sum 1, got "
            "[ 1.5 -0.5  0. ] in row 0; divide it by its sum, or pass class indices of shape (batch,).",
        ),
        (
            np.full((4, 3), "a"),
            TypeError,
            "SoftmaxCrossEntropy expects target to hold real numbers, got dtype <U1; "
            "encode it as numbers first.",
        ),
    ],
)
def test_cross_entropy_refuses_wrong_targets(target, kind, text):
    assert refusal(SoftmaxCrossEntropy(), LOGITS, target) == (kind, text)


def test_cross_entropy_refuses_logits_without_a_class_axis():
    assert refusal(SoftmaxCrossEntropy(), np.zeros(4), CLASSES) == (
        ValueError,
        "SoftmaxCrossEntropy expects prediction of shape (batch, classes), got (4,); "
        "give the model one output per class.",
    )


@pytest.mark.parametrize("wrong", [[1.5, -0.5, 0.0], [0.5, 0.0, 0.25]])
def test_the_first_row_that_is_no_distribution_is_named(wrong):
    target = np.eye(3)[CLASSES]
    target[2:] = wrong
    kind, text = refusal(SoftmaxCrossEntropy(), LOGITS, target)
    assert kind is ValueError
    assert f"got {np.array(wrong)} in row 2; " in text


def test_a_row_of_nan_probabilities_is_refused():
    target = np.full((4, 3), np.nan)
    with np.errstate(invalid="ignore"):
        kind, text = refusal(SoftmaxCrossEntropy(), LOGITS, target)
    assert kind is ValueError
    assert "of sum 1, got [nan nan nan] in row 0" in text


@pytest.mark.parametrize("dtype", [np.uint8, np.uint64, np.int16])
def test_class_indices_may_be_integers_of_any_kind(dtype, rng):
    logits, classes = rng.normal(size=(4, 250)), [249, 0, 130, 7]
    value, gradient = SoftmaxCrossEntropy().value_and_gradient(logits, np.array(classes, dtype))
    expected = SoftmaxCrossEntropy().value_and_gradient(logits, np.eye(250)[classes])
    assert value == pytest.approx(expected[0], rel=1e-14)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-12, atol=1e-16)
