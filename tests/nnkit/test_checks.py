"""gradient_error: right gradients pass, every planted fault is found."""

import math

import numpy as np
import pytest

import nnkit
from nnkit import (
    BatchNorm,
    Dropout,
    Layer,
    Linear,
    MeanSquaredError,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    gradient_error,
    mlp,
)


@pytest.fixture
def batch(rng):
    return rng.normal(size=(6, 3)), rng.integers(0, 2, 6)


@pytest.fixture
def model(rng):
    return mlp([3, 4, 2], rng=rng, activation=Tanh)


def faulty(change):
    """Linear, with one line of its backward changed."""

    class Faulty(Linear):
        def backward(self, dy, cache):
            return change(self, dy, cache)

        def add_gradients(self, dy, cache):
            self.backward(dy, cache)

    return Faulty(3, 2, rng=np.random.default_rng(0))


def plain(layer, dy, x, *, weights=1.0, bias=1.0, dx=1.0):
    layer.W.grad += weights * (x.T @ dy)
    layer.b.grad += bias * dy.sum(axis=0)
    return dx * (dy @ layer.W.value.T)


def test_right_gradients_have_a_tiny_error(model, batch):
    assert gradient_error(model, SoftmaxCrossEntropy(), *batch) < 1e-8


def test_the_unchanged_copy_of_linear_is_right(batch):
    assert gradient_error(faulty(plain), SoftmaxCrossEntropy(), *batch) < 1e-8


@pytest.mark.parametrize("which", ["weights", "bias", "dx"])
def test_a_factor_of_two_anywhere_is_an_error_of_one(which, batch):
    layer = faulty(lambda layer, dy, x: plain(layer, dy, x, **{which: 2.0}))
    assert gradient_error(layer, SoftmaxCrossEntropy(), *batch) == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("which", ["weights", "bias", "dx"])
def test_a_turned_sign_anywhere_is_an_error_of_two(which, batch):
    layer = faulty(lambda layer, dy, x: plain(layer, dy, x, **{which: -1.0}))
    assert gradient_error(layer, SoftmaxCrossEntropy(), *batch) == pytest.approx(2, rel=1e-6)


def test_an_error_of_a_thousandth_is_measured_as_such(batch):
    layer = faulty(lambda layer, dy, x: plain(layer, dy, x, weights=1.001))
    assert gradient_error(layer, SoftmaxCrossEntropy(), *batch) == pytest.approx(1e-3, rel=1e-3)


@pytest.mark.parametrize("which", ["weights", "bias", "dx"])
def test_a_tiny_loss_is_judged_as_any_other(which, batch):
    x, target = 1e-6 * batch[0], np.zeros((6, 2))
    assert gradient_error(faulty(plain), MeanSquaredError(), x, target) < 1e-8
    layer = faulty(lambda layer, dy, x: plain(layer, dy, x, **{which: -1.0}))
    assert gradient_error(layer, MeanSquaredError(), x, target) == pytest.approx(2, rel=1e-6)


def test_a_loss_whose_gradient_forgets_its_mean_is_found(batch, model):
    class Forgetful(MeanSquaredError):
        def _gradient(self, shared):
            return 2 * shared

    target = np.zeros((6, 2))
    assert gradient_error(model, Forgetful(), batch[0], target) == pytest.approx(11, rel=1e-6)


def test_a_gradient_that_is_zero_counts_as_right_and_inventing_one_as_wrong(batch):
    class Blind(Layer):
        def __init__(self, invented):
            self.invented = invented

        def forward(self, x, training=False):
            return np.ones_like(x), None

        def backward(self, dy, cache):
            return np.full_like(dy, self.invented)

    target = np.zeros((6, 3))
    assert gradient_error(Blind(0.0), MeanSquaredError(), batch[0], target) == 0
    assert gradient_error(Blind(0.0), MeanSquaredError(), batch[0], target + 1) == 0  # a loss of 0 as well
    assert gradient_error(Blind(1e-6), MeanSquaredError(), batch[0], target) > 1


def test_values_gradients_and_input_are_left_as_they_were(model, batch):
    x, y = batch
    for p in model.parameters():
        p.grad[...] = 7
    before = [p.value.copy() for p in model.parameters()], x.copy()
    gradient_error(model, SoftmaxCrossEntropy(), x, y)
    for p, value in zip(model.parameters(), before[0], strict=True):
        np.testing.assert_array_equal(p.value, value)
        assert (p.grad == 7).all()
    np.testing.assert_array_equal(x, before[1])


def test_values_and_gradients_are_as_before_after_an_error(model, batch):
    class Breaking(SoftmaxCrossEntropy):
        calls = 0

        def value(self, prediction, target):
            self.calls += 1
            if self.calls == 30:
                raise RuntimeError("broken")
            return super().value(prediction, target)

    before = [p.value.copy() for p in model.parameters()]
    with pytest.raises(RuntimeError, match="broken"):
        gradient_error(model, Breaking(), *batch)
    for p, value in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.value, value)
        assert not p.grad.any()


def test_a_fused_model_is_checked_and_stays_fused(model, batch):
    fused = nnkit.fuse(model.parameters())
    assert gradient_error(model, SoftmaxCrossEntropy(), *batch) < 1e-8
    assert fused.intact


def test_a_float32_model_is_refused(rng, batch):
    with pytest.raises(ValueError) as error:
        gradient_error(mlp([3, 2], rng=rng, dtype=np.float32), SoftmaxCrossEntropy(), *batch)
    assert str(error.value) == "gradient_error expects a float64 model, got float32; build it in float64."


@pytest.mark.parametrize("step", [0.0, -1e-5, math.nan])
def test_a_step_that_is_not_positive_is_refused(step, model, batch):
    with pytest.raises(ValueError) as error:
        gradient_error(model, SoftmaxCrossEntropy(), *batch, step=step)
    assert str(error.value) == f"gradient_error expects step in (0, inf), got {step}; 1e-05 is usual."


def test_while_training_every_pass_draws_the_same_and_nothing_stays_changed(rng, batch):
    first, second = np.random.default_rng(1), np.random.default_rng(2)
    layers = [Linear(3, 4, rng=rng), BatchNorm(4), Dropout(0.5, rng=first), Linear(4, 2, rng=rng)]
    model = Sequential(*layers, Dropout(0.2, rng=second), Dropout(0.2, rng=first))  # one shared generator
    buffers = {name: buffer.copy() for name, buffer in model.buffers.items()}
    states = [generator.bit_generator.state for generator in (first, second)]
    assert gradient_error(model, SoftmaxCrossEntropy(), *batch, training=True) < 1e-7
    assert [generator.bit_generator.state for generator in (first, second)] == states
    for name, buffer in model.buffers.items():
        np.testing.assert_array_equal(buffer, buffers[name])


def test_a_batch_norm_that_forgets_its_own_mean_is_found_while_training_only(batch):
    class Forgetful(BatchNorm):
        def backward(self, dy, cache):
            x_hat, std, _ = cache
            return super().backward(dy, (x_hat, std, ()))

    target = np.zeros((6, 3))
    assert gradient_error(Forgetful(3), MeanSquaredError(), batch[0], target) < 1e-7
    assert gradient_error(Forgetful(3), MeanSquaredError(), batch[0], target, training=True) > 0.1


def test_a_few_entries_of_each_array_find_the_fault_at_less_cost(batch):
    class Counting(MeanSquaredError):
        calls = 0

        def value(self, prediction, target):
            Counting.calls += 1
            return super().value(prediction, target)

    right = mlp([3, 40, 2], rng=np.random.default_rng(0), activation=Tanh)
    assert gradient_error(right, Counting(), batch[0], np.zeros((6, 2)), entries=5) < 1e-7
    assert Counting.calls == 2 * (5 * 4 + 2)  # the arrays x, W, b, W have five entries or more, b has two
    wrong = faulty(lambda layer, dy, x: plain(layer, dy, x, bias=-1.0))
    assert gradient_error(wrong, SoftmaxCrossEntropy(), *batch, entries=1) > 0.1


def test_all_entries_and_more_than_all_are_the_same(model, batch):
    every = gradient_error(model, SoftmaxCrossEntropy(), *batch)
    assert gradient_error(model, SoftmaxCrossEntropy(), *batch, entries=10**6) == every


def test_entries_must_be_a_count(model, batch):
    for entries, error in ((0, ValueError), (2.5, TypeError), (True, TypeError)):
        with pytest.raises(error, match=r"^gradient_error expects entries to be .*, got "):
            gradient_error(model, SoftmaxCrossEntropy(), *batch, entries=entries)
