"""What every loss promises."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnkit


def built(case, rng, dtype=np.float64):
    prediction = rng.normal(size=case.shape).astype(dtype)
    return case.build(), prediction, case.target(rng, case.shape)


def test_the_value_matches_plain_loops(loss_case, rng):
    loss, prediction, target = built(loss_case, rng)
    expected = loss_case.reference(prediction.tolist(), target.tolist())
    assert loss.value(prediction, target) == pytest.approx(expected, rel=1e-13)


def test_the_gradient_is_the_slope_of_the_plain_loops(loss_case, rng):
    loss, prediction, target = built(loss_case, rng)
    slope = np.empty_like(prediction)
    for index in np.ndindex(prediction.shape):
        above, below = prediction.copy(), prediction.copy()
        above[index] += 1e-5
        below[index] -= 1e-5
        rise = [loss_case.reference(moved.tolist(), target.tolist()) for moved in (above, below)]
        slope[index] = (rise[0] - rise[1]) / 2e-5
    gradient = loss.gradient(prediction, target)
    assert np.abs(gradient - slope).max() <= 1e-7 * np.abs(slope).max()


def test_value_and_gradient_gives_both(loss_case, rng):
    loss, prediction, target = built(loss_case, rng)
    value, gradient = loss.value_and_gradient(prediction, target)
    assert value == loss.value(prediction, target)
    np.testing.assert_array_equal(gradient, loss.gradient(prediction, target))


def test_the_loss_is_a_mean_over_the_batch(loss_case, rng):
    loss, prediction, target = built(loss_case, rng)
    singles = [loss.value(prediction[i : i + 1], target[i : i + 1]) for i in range(len(prediction))]
    expected = np.average(singles, weights=loss_case.shares(target.tolist()))
    assert loss.value(prediction, target) == pytest.approx(expected, rel=1e-13)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), batch=st.integers(1, 20), copies=st.integers(1, 4))
def test_copies_and_order_of_the_examples_change_nothing(loss_case, seed, batch, copies):
    rng = np.random.default_rng(seed)
    loss = loss_case.build()
    prediction, target = rng.normal(size=(batch, 3)), loss_case.target(rng, (batch, 3))
    order = rng.permutation(np.tile(np.arange(batch), copies))
    value, gradient = loss.value_and_gradient(prediction, target)
    other_value, other_gradient = loss.value_and_gradient(prediction[order], target[order])
    assert value >= 0
    assert other_value == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(other_gradient, gradient[order] / copies, rtol=1e-12, atol=1e-16)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-3, 1.0, 1e2, 1e4]))
def test_no_chord_runs_below_the_loss(loss_case, seed, scale):
    rng = np.random.default_rng(seed)
    loss, target = loss_case.build(), loss_case.target(rng, (4, 3))
    start, end = rng.normal(0, scale, (4, 3)), rng.normal(0, scale, (4, 3))
    value, gradient = loss.value_and_gradient(start, target)  # every loss here is convex
    tangent = value + float((gradient * (end - start)).sum())
    assert loss.value(end, target) >= tangent - 1e-12 * (value + scale * scale)


def test_the_gradient_in_a_model_matches_central_differences(loss_case, rng):
    _, x, target = built(loss_case, rng)
    model = nnkit.mlp([3, 4, 3], rng=rng, activation=nnkit.Tanh)
    assert nnkit.gradient_error(model, loss_case.build(), x, target) <= 1e-7


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_predictions_of_ten_thousand_stay_finite(loss_case, rng, dtype):
    loss, _, target = built(loss_case, rng)
    prediction = rng.choice([-1e4, 0, 1e4], loss_case.shape).astype(dtype)
    value, gradient = loss.value_and_gradient(prediction, target)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_gives_the_same_bits(loss_case, duplicate, rng, same):
    loss, prediction, target = built(loss_case, rng)
    twin = duplicate(loss)
    assert same(twin.value_and_gradient(prediction, target), loss.value_and_gradient(prediction, target))


def test_the_dtype_of_the_prediction_is_kept(loss_case, rng):
    loss, prediction, target = built(loss_case, rng, np.float32)
    value, gradient = loss.value_and_gradient(prediction, target)
    assert type(value) is float
    assert gradient.dtype == np.float32
    assert gradient.shape == prediction.shape


def test_prediction_and_target_are_not_changed(loss_case, rng):
    loss, prediction, target = built(loss_case, rng)
    before = prediction.copy(), target.copy()
    loss.value_and_gradient(prediction, target)
    np.testing.assert_array_equal(prediction, before[0])
    np.testing.assert_array_equal(target, before[1])


def test_an_empty_batch_is_refused(loss_case, rng):
    loss, prediction, target = built(loss_case, rng)
    with pytest.raises(ValueError) as error:
        loss.value(prediction[:0], target[:0])
    assert str(error.value) == (
        f"{type(loss).__name__} expects prediction to hold at least one example, got shape (0, 3)."
    )


def test_a_prediction_of_integers_is_refused(loss_case, rng):
    loss, prediction, target = built(loss_case, rng)
    with pytest.raises(TypeError) as error:
        loss.gradient(prediction.astype(np.int64), target)
    assert str(error.value) == (
        f"{type(loss).__name__} expects prediction as a floating-point ndarray, got dtype int64; "
        "convert it with prediction.astype(np.float64)."
    )


def test_the_repr_is_the_call(loss_case, rng, same):
    loss, prediction, target = built(loss_case, rng)
    twin = eval(repr(loss), vars(nnkit).copy())
    assert repr(twin) == repr(loss)
    assert same(twin.value_and_gradient(prediction, target), loss.value_and_gradient(prediction, target))
