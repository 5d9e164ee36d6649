"""Activations at their edges."""

import math

import numpy as np
import pytest

from nnkit import ReLU, Sigmoid, Tanh


def slope(layer, x):
    y, cache = layer.forward(np.array([[x]]))
    return layer.backward(np.ones_like(y), cache).item()


def test_relu_has_slope_zero_at_zero():
    assert [slope(ReLU(), x) for x in (-1.0, 0.0, 1e-300)] == [0, 0, 1]


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


@pytest.mark.parametrize("layer", [ReLU(), Tanh(), Sigmoid()])
def test_any_number_of_axes_is_welcome(layer):
    x = np.linspace(-1, 1, 24).reshape(2, 3, 4)
    y, cache = layer.forward(x)
    assert y.shape == layer.backward(x, cache).shape == (2, 3, 4)
    np.testing.assert_array_equal(y.ravel(), layer(x.reshape(1, -1))[0])


@pytest.mark.parametrize("layer", [ReLU(), Tanh(), Sigmoid()])
def test_a_nan_is_passed_on_rather_than_hidden(layer):
    with np.errstate(invalid="ignore"):
        assert np.isnan(layer(np.array([[math.nan]]))).all()
