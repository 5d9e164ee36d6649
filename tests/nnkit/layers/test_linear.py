"""Linear: what it refuses, and what its options do."""

import numpy as np
import pytest

from nnkit import Flatten, Linear, initializers


def test_the_bias_starts_at_zero_and_the_weights_as_he_draws_them():
    layer = Linear(4, 3, rng=np.random.default_rng(3))
    expected = initializers.he()(np.random.default_rng(3), (4, 3), fan_in=4, fan_out=3)
    np.testing.assert_array_equal(layer.W.value, expected)
    np.testing.assert_array_equal(layer.b.value, np.zeros(3))


def test_without_bias_zero_goes_to_zero(rng):
    layer = Linear(4, 3, rng=rng, bias=False)
    assert layer.b is None
    assert not layer(np.zeros((1, 4))).any()
    assert [p.name for p in layer.parameters()] == ["W"]


class Identity(initializers.Initializer):
    def __init__(self, n):
        self.n = n

    def __call__(self, rng, shape, fan_in, fan_out):
        return np.eye(self.n)

    def __repr__(self):
        return f"Identity({self.n})"


def test_an_initializer_of_ones_own_is_welcome(rng):
    layer = Linear(2, 2, rng=rng, initializer=Identity(2))
    x = rng.normal(size=(3, 2))
    np.testing.assert_array_equal(layer(x), x)


@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((784,), "give one example a batch axis with x[None, :]"),
        ((64, 28, 28), "add Flatten() before it"),
        ((784, 64), "put one example per row, perhaps with x.T"),
        ((64, 100), "give x 784 columns, or build the layer with another n_in"),
        ((64, 1, 1), "give x 784 columns, or build the layer with another n_in"),
    ],
)
def test_a_wrong_shape_is_refused_with_a_remedy_that_works(shape, remedy, rng):
    with pytest.raises(ValueError) as error:
        Linear(784, 2, rng=rng)(np.zeros(shape))
    assert str(error.value) == f"Linear expects x of shape (batch, 784), got {shape}; {remedy}."


def test_numbers_in_a_row_are_examples_of_one_entry(rng):
    layer, x = Linear(1, 2, rng=rng), np.zeros(5)
    with pytest.raises(ValueError, match=r"got \(5,\); add Flatten\(\) before it\.$"):
        layer(x)
    assert layer(Flatten()(x)).shape == (5, 2)


def test_the_remedies_work(rng):
    layer = Linear(6, 2, rng=rng)
    for x in (np.zeros(6)[None, :], Flatten()(np.zeros((5, 2, 3))), np.zeros((6, 5)).T):
        assert layer(x).shape == (len(x), 2)


@pytest.mark.parametrize(
    ("n_in", "n_out", "kind", "text"),
    [
        (0, 2, ValueError, "Linear expects n_in to be at least 1, got 0."),
        (2, -1, ValueError, "Linear expects n_out to be at least 1, got -1."),
        (2.0, 2, TypeError, "Linear expects n_in to be an int, got float 2.0."),
        (2, True, TypeError, "Linear expects n_out to be an int, got bool True."),
    ],
)
def test_a_wrong_size_is_refused(n_in, n_out, kind, text, rng):
    with pytest.raises(kind) as error:
        Linear(n_in, n_out, rng=rng)
    assert str(error.value) == text


def test_a_seed_in_place_of_a_generator_is_refused():
    with pytest.raises(TypeError) as error:
        Linear(2, 2, rng=0)
    assert str(error.value) == (
        "Linear expects rng to be a Generator, got int 0; pass np.random.default_rng(0)."
    )


def test_a_list_is_refused(rng):
    with pytest.raises(TypeError) as error:
        Linear(2, 2, rng=rng)([[1.0, 2.0]])
    assert str(error.value) == (
        "Linear expects x as a floating-point ndarray, got list; pass np.array(..., dtype=np.float64)."
    )


def test_an_initializer_without_brackets_is_refused(rng):
    with pytest.raises(TypeError) as error:
        Linear(2, 2, rng=rng, initializer=initializers.he)
    assert str(error.value) == (
        "Linear expects initializer to be an Initializer, got function; call it with brackets, such as he()."
    )


def test_an_initializer_that_draws_another_shape_is_refused(rng):
    with pytest.raises(ValueError) as error:
        Linear(2, 2, rng=rng, initializer=Identity(3))
    assert str(error.value) == "Linear expects initializer to give W of shape (2, 2), got (3, 3)."


def test_a_gradient_of_another_shape_is_refused_rather_than_broadcast(rng):
    layer = Linear(2, 3, rng=rng)
    y, cache = layer.forward(np.ones((4, 2)))
    with pytest.raises(ValueError) as error:
        layer.backward(y[0], cache)
    assert str(error.value) == "Linear expects dy of shape (4, 3), got (3,)."
    assert not layer.b.grad.any()


def test_flatten_makes_rows_in_reading_order():
    x = np.arange(24.0).reshape(2, 3, 2, 2)
    y, cache = Flatten().forward(x)
    np.testing.assert_array_equal(y, [np.arange(12), np.arange(12, 24)])
    np.testing.assert_array_equal(Flatten().backward(y, cache), x)
    assert Flatten()(np.ones(3)).shape == (3, 1)


def test_flatten_refuses_examples_of_nothing():
    with pytest.raises(ValueError) as error:
        Flatten()(np.ones((2, 0)))
    assert (
        str(error.value) == "Flatten expects x of shape (batch, ...), got (2, 0); give it examples as rows."
    )
