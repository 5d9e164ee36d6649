"""What every loss promises."""

import numpy as np
import pytest


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
    assert loss.value(prediction, target) == pytest.approx(np.mean(singles), rel=1e-13)


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
    assert str(error.value) == f"{type(loss).__name__} expects at least one example, got shape (0, 3)."


def test_a_prediction_of_integers_is_refused(loss_case, rng):
    loss, prediction, target = built(loss_case, rng)
    with pytest.raises(TypeError) as error:
        loss.gradient(prediction.astype(np.int64), target)
    assert str(error.value) == (
        f"{type(loss).__name__} expects prediction as a floating-point ndarray, got int64; "
        "pass the model's output."
    )


def test_the_repr_is_the_call(loss_case):
    loss = loss_case.build()
    assert repr(loss) == f"{type(loss).__name__}()"
