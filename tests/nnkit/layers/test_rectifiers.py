"""Rectifiers at their edges, and the numbers that are told of them."""

import math

import numpy as np
import pytest

from nnkit import ELU, GELU, SELU, LeakyReLU, ReLU, Sequential, SiLU, Softplus, initializers, mlp

ALL = [ReLU(), LeakyReLU(), ELU(), SELU(), Softplus(), SiLU(), GELU(), GELU(approximate="tanh")]


def slope(layer, x):
    y, cache = layer.forward(np.array([[x]]))
    return layer.backward(np.ones_like(y), cache).item()


def test_relu_has_slope_zero_at_zero():
    assert [slope(ReLU(), x) for x in (-1.0, 0.0, 1e-300)] == [0, 0, 1]


def test_a_kink_takes_the_slope_of_the_negative_side():
    assert slope(LeakyReLU(0.2), 0.0) == 0.2
    assert slope(ELU(0.5), 0.0) == 0.5


def test_elu_of_alpha_one_has_no_kink():
    assert slope(ELU(), 0.0) == 1
    assert slope(ELU(), -1e-9) == pytest.approx(1, abs=2e-9)


def test_a_leaky_relu_without_leak_is_relu(rng):
    x = rng.normal(size=(5, 3))
    np.testing.assert_array_equal(LeakyReLU(0)(x), ReLU()(x))


@pytest.mark.parametrize("layer", ALL, ids=repr)
def test_large_inputs_pass_with_slope_one_and_small_ones_level_off(layer):
    gain = 1.0507009873554805 if isinstance(layer, SELU) else 1
    assert layer(np.array([[1e4]])).item() == pytest.approx(1e4 * gain)
    assert slope(layer, 1e4) == pytest.approx(gain)
    leak = 0.01 if isinstance(layer, LeakyReLU) else 0
    assert slope(layer, -1e4) == pytest.approx(leak)


@pytest.mark.parametrize("layer", ALL, ids=repr)
def test_any_number_of_axes_is_welcome(layer):
    x = np.linspace(-1, 1, 24).reshape(2, 3, 4)
    (y, cache), (row, cache_of_row) = layer.forward(x), layer.forward(x.reshape(1, -1))
    dx = layer.backward(x**3, cache)
    assert y.shape == dx.shape == (2, 3, 4)
    np.testing.assert_array_equal(y.ravel(), row[0])
    np.testing.assert_array_equal(dx.ravel(), layer.backward(x.reshape(1, -1) ** 3, cache_of_row)[0])


@pytest.mark.parametrize("layer", ALL, ids=repr)
def test_a_nan_is_passed_on_rather_than_hidden(layer):
    with np.errstate(invalid="ignore"):
        assert np.isnan(layer(np.array([[math.nan]]))).all()


@pytest.mark.parametrize(
    ("layer", "x", "y"), [(GELU(), -0.752, -0.16997), (SiLU(), -1.2785, -0.27846)], ids=repr
)
def test_the_minimum_is_where_the_docstring_says(layer, x, y):
    grid = np.linspace(-6, 6, 120001)[None]
    values = layer(grid)
    assert grid[0, values.argmin()] == pytest.approx(x, abs=3e-4)
    assert values.min() == pytest.approx(y, abs=5e-6)
    assert slope(layer, grid[0, values.argmin()]) == pytest.approx(0, abs=1e-4)


def test_phi_is_exact_to_the_last_digits():
    x = np.random.default_rng(0).uniform(-9, 9, 20000)
    Phi = GELU()(x[None]) / x
    expected = np.array([(1 + math.erf(one / math.sqrt(2))) / 2 for one in x])
    np.testing.assert_allclose(Phi[0], expected, rtol=0, atol=5e-16)
    tail = x[x < 0]
    expected = np.array([math.erfc(-one / math.sqrt(2)) / 2 for one in tail])
    np.testing.assert_allclose(Phi[0, x < 0], expected, rtol=1e-12)  # where 1 + erf would cancel


def test_the_exact_slope_is_that_of_the_definition():
    x = np.random.default_rng(0).uniform(-9, 9, 2000)
    x[:3] = 0, 1e-300, -1e-300
    y, cache = GELU().forward(x[None])
    expected = [
        math.erfc(-one / math.sqrt(2)) / 2 + one * math.exp(-one * one / 2) / math.sqrt(2 * math.pi)
        for one in x
    ]
    np.testing.assert_allclose(GELU().backward(np.ones_like(y), cache)[0], expected, rtol=1e-12, atol=1e-15)


def test_gelu_ends_in_zero_and_x():
    x = np.array([[-1e4, -40.0, 9.0, 40.0, 1e4]])
    np.testing.assert_array_equal(GELU()(x), [[0, 0, 9, 40, 1e4]])


def test_the_slope_of_elu_keeps_small_values():
    assert slope(ELU(2.0), -50.0) == pytest.approx(2 * math.exp(-50), rel=1e-14)


def test_the_approximate_gelu_is_as_close_as_it_says():
    x = np.linspace(-8, 8, 10001)[None]
    assert 4e-4 < np.abs(GELU()(x) - GELU(approximate="tanh")(x)).max() < 5e-4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softplus_keeps_small_values_and_stays_above_relu(dtype):
    y = Softplus()(np.array([[-50, 0, 50]], dtype=dtype))[0]
    assert y[0] == pytest.approx(math.exp(-50), rel=1e-5)
    assert y[1] == pytest.approx(math.log(2))
    assert y[2] == 50


def test_selu_keeps_mean_zero_and_variance_one():
    z = np.linspace(-12, 12, 480001)  # the trapezoid rule; beyond 12 the density is below 1e-31
    weights = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    y = SELU()(z[None])[0]
    assert (y * weights).sum() == pytest.approx(0, abs=1e-9)
    assert (y * y * weights).sum() == pytest.approx(1, abs=1e-9)


def test_selu_keeps_signals_in_scale_through_fifty_layers(rng):
    sizes = [256] * 51
    model = mlp(sizes, rng=rng, activation=SELU, initializer=initializers.lecun("normal"))
    y = Sequential(*model.layers, SELU())(rng.normal(size=(200, 256)))
    assert abs(y.mean()) < 0.1
    assert abs(y.std() - 1) < 0.1


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: LeakyReLU(1.0), "LeakyReLU expects slope in [0, 1), got 1.0."),
        (lambda: LeakyReLU(-0.1), "LeakyReLU expects slope in [0, 1), got -0.1."),
        (lambda: ELU(0), "ELU expects alpha in (0, inf), got 0."),
        (lambda: ELU(math.inf), "ELU expects alpha in (0, inf), got inf."),
    ],
)
def test_a_wrong_option_is_refused(build, text):
    with pytest.raises(ValueError) as error:
        build()
    assert str(error.value) == text


def test_the_repr_names_an_option_that_is_not_the_default():
    assert [repr(layer) for layer in (LeakyReLU(), LeakyReLU(0.2), ELU(0.5), GELU(approximate="tanh"))] == [
        "LeakyReLU()",
        "LeakyReLU(slope=0.2)",
        "ELU(alpha=0.5)",
        "GELU(approximate='tanh')",
    ]


def test_an_unknown_approximation_is_refused():
    with pytest.raises(ValueError) as error:
        GELU(approximate="erf")
    assert str(error.value) == "GELU expects approximate to be 'none' or 'tanh', got str 'erf'."
