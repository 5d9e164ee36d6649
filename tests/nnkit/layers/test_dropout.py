"""Dropout: what it drops, what it keeps."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnkit import Dropout


@settings(max_examples=30)
@given(st.just(0.0) | st.floats(0.01, 0.9), st.integers(0, 2**32))
def test_dropout_keeps_the_mean(rate, seed):
    n = 10_000  # at a rate of 0.01 some 100 are dropped: enough for the normal law, on which 6 sigma rest
    y, _ = Dropout(rate, rng=np.random.default_rng(seed)).forward(np.ones((1, n)), training=True)
    sigma = math.sqrt(rate / (1 - rate) / n)  # of the mean of n masks
    assert abs(y.mean() - 1) <= 6 * sigma + 1e-12
    assert set(np.unique(y)) <= {0.0, 1 / (1 - rate)}


def test_the_rate_is_the_fraction_that_is_dropped(rng):
    y, _ = Dropout(0.2, rng=rng).forward(np.ones((100, 100)), training=True)
    assert (y == 0).mean() == pytest.approx(0.2, abs=0.016)  # 4 sigma


def test_every_pass_draws_anew_and_the_seed_decides():
    x = np.ones((4, 8))
    layer = Dropout(0.5, rng=np.random.default_rng(1))
    first, second = (layer.forward(x, training=True)[0] for _ in range(2))
    assert not np.array_equal(first, second)
    again = Dropout(0.5, rng=np.random.default_rng(1)).forward(x, training=True)[0]
    np.testing.assert_array_equal(first, again)


def test_backward_drops_and_scales_what_forward_did(rng):
    layer = Dropout(0.5, rng=rng)
    y, mask = layer.forward(np.ones((4, 8)), training=True)
    np.testing.assert_array_equal(layer.backward(np.ones((4, 8)), mask), y)


def test_inference_is_the_identity(rng):
    layer = Dropout(0.9, rng=rng)
    x = rng.normal(size=(4, 8))
    y, cache = layer.forward(x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(layer.backward(x, cache), x)


@pytest.mark.parametrize("rate", [1, 1.5, -0.1, math.nan])
def test_a_rate_out_of_range_is_refused(rate, rng):
    with pytest.raises(ValueError) as error:
        Dropout(rate, rng=rng)
    assert str(error.value) == (
        f"Dropout expects rate in [0, 1), got {rate}; it is the fraction that is dropped."
    )


def test_a_seed_in_place_of_a_generator_is_refused():
    with pytest.raises(TypeError) as error:
        Dropout(0.5, rng=0)
    assert str(error.value) == (
        "Dropout expects rng to be a Generator, got int 0; pass np.random.default_rng(0)."
    )


def test_the_repr_is_the_call(rng):
    assert repr(Dropout(0.5, rng=rng)) == "Dropout(0.5, rng=rng)"


@pytest.mark.parametrize("training", [False, True])
def test_a_gradient_of_another_shape_is_refused_rather_than_broadcast(training, rng):
    layer = Dropout(0.5, rng=rng)
    _, cache = layer.forward(np.ones((4, 8)), training)
    with pytest.raises(ValueError) as error:
        layer.backward(np.ones((1, 8)), cache)
    assert str(error.value) == "Dropout expects dy of shape (4, 8), got (1, 8)."


def test_a_rate_of_zero_drops_nothing_whatever_is_drawn():
    class Zeros(np.random.Generator):  # 0.0 is the lowest that random() can give
        def random(self, size=None, dtype=np.float64, out=None):
            return np.zeros(size, dtype)

    x = np.ones((2, 3))
    y, _ = Dropout(0, rng=Zeros(np.random.PCG64(0))).forward(x, training=True)
    np.testing.assert_array_equal(y, x)
