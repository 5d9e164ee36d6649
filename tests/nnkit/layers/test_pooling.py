"""Pooling: what a window becomes, and where its gradient goes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnkit import AveragePool2D, MaxPool2D, MeanSquaredError, gradient_error

BOTH = {MaxPool2D: np.max, AveragePool2D: np.mean}


@pytest.mark.parametrize("kind", BOTH)
@settings(max_examples=20)
@given(
    batch=st.integers(1, 3),
    channels=st.integers(1, 2),
    size=st.integers(1, 3),
    stride=st.none() | st.integers(1, 4),
    height=st.integers(3, 6),
    width=st.integers(3, 6),
)
def test_any_size_and_stride_gives_the_definition_and_its_gradient(
    kind, batch, channels, size, stride, height, width
):
    # distinct entries at least 0.01 apart: no step of the gradient check changes which is largest
    entries = np.random.default_rng(0).permutation(batch * channels * height * width) * 0.01
    x = entries.reshape(batch, channels, height, width)
    layer = kind(size, stride=stride)
    y, s = layer(x), stride or size
    assert y.shape == (batch, channels, (height - size) // s + 1, (width - size) // s + 1)
    for e, j, r, c in np.ndindex(y.shape):
        window = x[e, j, r * s : r * s + size, c * s : c * s + size]
        assert y[e, j, r, c] == pytest.approx(BOTH[kind](window), rel=1e-13)
    target = np.random.default_rng(1).normal(size=y.shape)
    assert gradient_error(layer, MeanSquaredError(), x, target) <= 1e-7


def test_of_equal_maxima_the_first_gets_the_gradient():
    layer = MaxPool2D(2)
    y, cache = layer.forward(np.ones((1, 1, 2, 2)))
    np.testing.assert_array_equal(layer.backward(np.ones_like(y), cache)[0, 0], [[1, 0], [0, 0]])


def test_an_entry_that_is_largest_in_two_windows_gets_both_gradients():
    layer = MaxPool2D(2, stride=1)
    _, cache = layer.forward(np.array([[[[0.0, 9.0, 0.0], [0.0, 0.0, 0.0]]]]))
    dx = layer.backward(np.array([[[[2.0, 3.0]]]]), cache)
    np.testing.assert_array_equal(dx, [[[[0, 5, 0], [0, 0, 0]]]])


@pytest.mark.parametrize("kind", BOTH)
def test_a_rest_that_fills_no_window_has_no_gradient(kind, rng):
    layer = kind(2)
    y, cache = layer.forward(rng.normal(size=(1, 1, 5, 5)))
    dx = layer.backward(np.ones_like(y), cache)
    assert dx.shape == (1, 1, 5, 5)
    assert not dx[:, :, 4].any()
    assert not dx[..., 4].any()


def test_a_nan_is_passed_on_rather_than_hidden():
    x = np.array([[[[np.nan, 1.0], [2.0, 3.0]]]])
    assert np.isnan(MaxPool2D(2)(x)).all()
    assert np.isnan(AveragePool2D(2)(x)).all()


@pytest.mark.parametrize("kind", BOTH)
def test_a_wrong_size_is_refused(kind):
    name = kind.__name__
    with pytest.raises(ValueError) as error:
        kind(0)
    assert str(error.value) == f"{name} expects kernel_size to be at least 1, got 0."
    with pytest.raises(ValueError) as error:
        kind(2, stride=0)
    assert str(error.value) == f"{name} expects stride to be at least 1, got 0."
    with pytest.raises(ValueError) as error:
        kind(3)(np.zeros((1, 1, 2, 5)))
    assert str(error.value) == f"{name} expects x of 3 x 3 or more, got (1, 1, 2, 5); lower kernel_size."


def test_images_without_channels_are_refused_with_the_remedy():
    with pytest.raises(ValueError) as error:
        MaxPool2D(2)(np.zeros((8, 28, 28)))
    assert str(error.value) == (
        "MaxPool2D expects x of shape (batch, channels, height, width), got (8, 28, 28); "
        "add an axis with x[:, None] or x[None]."
    )


def test_the_repr_is_the_call():
    assert repr(MaxPool2D(2)) == "MaxPool2D(2, stride=2)"
    assert repr(AveragePool2D(3, stride=2)) == "AveragePool2D(3, stride=2)"
