"""What the table of conformance does not cover: bounds, orthogonality, refusals."""

import math

import numpy as np
import pytest

from nnkit import initializers


@pytest.mark.parametrize(
    ("initializer", "limit"),
    [
        (initializers.uniform(0.3), 0.3),
        (initializers.glorot("uniform"), math.sqrt(6 / (30 + 20))),
        (initializers.he("uniform"), math.sqrt(6 / 30)),
        (initializers.lecun("uniform"), math.sqrt(3 / 30)),
    ],
)
def test_uniform_draws_fill_their_interval_and_stay_inside(initializer, limit, rng):
    W = initializer(rng, (300, 100), 30, 20)
    assert 0.999 * limit < W.max() <= limit
    assert -limit <= W.min() < -0.999 * limit


@pytest.mark.parametrize("name", ["glorot", "he", "lecun"])
def test_a_fifth_of_normal_draws_lies_beyond_1_28_standard_deviations(name, rng):
    W = getattr(initializers, name)("normal")(rng, (300, 100), 200, 200)
    beyond = np.mean(np.abs(W) > 1.2816 * W.std())
    assert abs(beyond - 0.2) < 4 * math.sqrt(0.2 * 0.8 / W.size)  # of a uniform variable 0.26
    assert np.abs(W).max() > 3 * W.std()


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5), (2, 3, 4)])
def test_orthogonal_gives_orthonormal_columns_or_rows(shape, rng):
    W = initializers.orthogonal(1.5)(rng, shape, 1, 1).reshape(-1, shape[-1])
    small = W.T @ W if W.shape[0] >= W.shape[1] else W @ W.T
    np.testing.assert_allclose(small, 1.5**2 * np.eye(len(small)), atol=1e-12)


def test_orthogonal_keeps_the_shape_and_has_gain_one_unless_told(rng):
    W = initializers.orthogonal()(rng, (2, 3, 4), 1, 1)
    assert W.shape == (2, 3, 4)
    np.testing.assert_allclose(np.linalg.norm(W.reshape(6, 4), axis=0), 1, rtol=1e-14)


def test_orthogonal_rotations_have_no_preferred_direction(rng):
    # Without the sign correction the first entry would never be positive: LAPACK leaves it so.
    first = [initializers.orthogonal()(rng, (2, 2), 2, 2)[0, 0] for _ in range(2000)]
    assert abs(np.mean(first)) < 4 * math.sqrt(0.5 / 2000)  # an entry of a random rotation has variance 1/2


def test_orthogonal_refuses_a_vector(rng):
    with pytest.raises(ValueError) as error:
        initializers.orthogonal()(rng, (3,), 3, 1)
    assert str(error.value) == "orthogonal expects a shape of two axes or more, got (3,); try zeros()."


@pytest.mark.parametrize("name", ["glorot", "he", "lecun"])
def test_an_unknown_distribution_is_refused(name):
    with pytest.raises(ValueError) as error:
        getattr(initializers, name)("gauss")
    assert str(error.value) == f"{name} expects distribution to be 'normal' or 'uniform', got str 'gauss'."


@pytest.mark.parametrize(
    ("name", "argument"), [("normal", "std"), ("uniform", "limit"), ("orthogonal", "gain")]
)
@pytest.mark.parametrize("value", [0, -1.0, math.nan, math.inf])
def test_a_scale_that_is_not_positive_is_refused(name, argument, value):
    with pytest.raises(ValueError) as error:
        getattr(initializers, name)(value)
    assert str(error.value) == f"{name} expects {argument} in (0, inf), got {value}; zeros() draws zeros."


def test_a_constant_that_is_not_finite_is_refused():
    with pytest.raises(ValueError) as error:
        initializers.constant(math.nan)
    assert str(error.value) == "constant expects value in (-inf, inf), got nan."
