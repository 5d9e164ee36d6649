"""Activations at their edges."""

import math

import numpy as np
import pytest

from nnkit import Identity, Linear, LogSoftmax, ReLU, Sequential, Sigmoid, Softmax, SoftmaxCrossEntropy, Tanh


def slope(layer, x):
    y, cache = layer.forward(np.array([[x]]))
    return layer.backward(np.ones_like(y), cache).item()


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh()])
def test_the_slope_is_steepest_at_zero_and_vanishes_far_away(layer):
    assert slope(layer, 0.0) == {"Sigmoid()": 0.25, "Tanh()": 1.0}[repr(layer)]
    assert slope(layer, 1e3) == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_neither_overflows_nor_loses_small_values(dtype):
    y = Sigmoid()(np.array([[-1e4, -50, 50, 1e4]], dtype=dtype))[0]
    assert y[0] == 0
    assert y[1] == pytest.approx(math.exp(-50), rel=1e-5)
    assert y[2] == y[3] == 1


def test_sigmoid_is_symmetric_about_one_half():
    x = np.linspace(-30, 30, 101)[None, :]
    np.testing.assert_allclose(Sigmoid()(x) + Sigmoid()(-x), 1, rtol=1e-15)


@pytest.mark.parametrize("layer", [Identity(), Tanh(), Sigmoid(), Softmax(), LogSoftmax()])
def test_any_number_of_axes_is_welcome(layer):
    x = np.linspace(-1, 1, 24).reshape(2, 3, 4)
    (y, cache), (rows, cache_of_rows) = layer.forward(x), layer.forward(x.reshape(-1, 4))
    dx = layer.backward(x**3, cache)
    assert y.shape == dx.shape == (2, 3, 4)
    np.testing.assert_array_equal(y.reshape(-1, 4), rows)
    np.testing.assert_array_equal(dx.reshape(-1, 4), layer.backward(x.reshape(-1, 4) ** 3, cache_of_rows))


@pytest.mark.parametrize("layer", [Identity(), Tanh(), Sigmoid(), Softmax(), LogSoftmax()])
def test_a_nan_is_passed_on_rather_than_hidden(layer):
    with np.errstate(invalid="ignore"):
        assert np.isnan(layer(np.array([[math.nan]]))).all()


def test_two_linear_layers_with_the_identity_between_are_one(rng):
    first, second = Linear(3, 4, rng=rng), Linear(4, 2, rng=rng)
    x = rng.normal(size=(5, 3))
    expected = x @ (first.W.value @ second.W.value)
    np.testing.assert_allclose(Sequential(first, Identity(), second)(x), expected, rtol=1e-12)


def test_softmax_gives_probabilities_that_a_shift_of_the_logits_leaves_alone(rng):
    x = rng.normal(0, 5, size=(6, 4))
    y = Softmax()(x)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-15)
    assert (y > 0).all()
    np.testing.assert_allclose(Softmax()(x + 1000.0), y, rtol=1e-11)


def test_the_gradient_of_softmax_sums_to_zero_over_each_row(rng):
    for layer in (Softmax(), LogSoftmax()):
        y, cache = layer.forward(rng.normal(size=(6, 4)))
        dx = layer.backward(rng.normal(size=y.shape), cache)
        np.testing.assert_allclose(dx.sum(axis=1), 0, atol=1e-14)


def test_log_softmax_keeps_what_softmax_rounds_to_zero():
    x = np.array([[1e4, 0.0, -1e4]])
    np.testing.assert_array_equal(LogSoftmax()(x), [[0, -1e4, -2e4]])
    np.testing.assert_array_equal(Softmax()(x), [[1, 0, 0]])


def test_the_cross_entropy_is_minus_the_log_softmax_of_the_target(rng):
    logits, target = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    layer, loss = LogSoftmax(), SoftmaxCrossEntropy()
    y, cache = layer.forward(logits)
    dy = np.zeros_like(y)
    dy[np.arange(6), target] = -1 / 6
    assert loss.value(logits, target) == pytest.approx(-y[np.arange(6), target].mean(), rel=1e-14)
    np.testing.assert_allclose(layer.backward(dy, cache), loss.gradient(logits, target), atol=1e-16)


def test_a_gradient_of_another_shape_is_refused_rather_than_broadcast():
    y, cache = ReLU().forward(np.ones((4, 3)))
    for wrong in (y[0], y[:, :1], y[:1]):
        with pytest.raises(ValueError) as error:
            ReLU().backward(wrong, cache)
        assert str(error.value) == f"ReLU expects dy of shape (4, 3), got {wrong.shape}."


def test_a_single_number_is_refused():
    with pytest.raises(ValueError) as error:
        Tanh()(np.array(1.0))
    assert str(error.value) == "Tanh expects x of shape (batch, ...), got (); give it examples as rows."


def test_whole_numbers_are_refused_with_the_remedy():
    with pytest.raises(TypeError) as error:
        ReLU()(np.array([[1, 2]]))
    assert str(error.value) == (
        "ReLU expects x as a floating-point ndarray, got dtype int64; convert it with x.astype(np.float64)."
    )
