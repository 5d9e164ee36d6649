"""AdaGrad, RMSProp, Adam, AdamW: what their rules imply."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnkit
from nnkit import AdaGrad, Adam, AdamW, Parameter, RMSProp, fuse

ADAPTIVE = [AdaGrad, RMSProp, Adam]


def network():
    """Built by hand: each parameter has a memory of its own, until it is fused."""
    rng = np.random.default_rng(0)
    return nnkit.Sequential(nnkit.Linear(2, 3, rng=rng), nnkit.ReLU(), nnkit.Linear(3, 2, rng=rng))


def moved(optimizer, parameter, gradient, steps=1):
    start = parameter.value.copy()
    parameter.grad[...] = gradient
    for _ in range(steps):
        optimizer.step()
    return parameter.value - start


@pytest.mark.parametrize("make", ADAPTIVE)
@settings(max_examples=20)
@given(exponent=st.floats(-6, 6), seed=st.integers(0, 1000))
def test_the_size_of_the_gradients_does_not_matter(make, exponent, seed):
    gradients = np.random.default_rng(seed).normal(size=(10, 3))
    ends = []
    for scale in (1.0, 10**exponent):
        p = Parameter(np.zeros(3))
        optimizer = make(p, 0.1, epsilon=1e-30)
        for gradient in gradients:
            moved(optimizer, p, scale * gradient)
        ends.append(p.value)
    np.testing.assert_allclose(*ends, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_adagrads_steps_shrink_with_the_root_of_their_number(size):
    p = Parameter([0.0])
    optimizer = AdaGrad(p, 0.1)
    steps = [moved(optimizer, p, size).item() for _ in range(20)]
    np.testing.assert_allclose(steps, [-0.1 / math.sqrt(t) for t in range(1, 21)], rtol=1e-6)


def test_rmsprops_steps_under_a_steady_gradient_come_down_to_the_rate():
    p = Parameter([0.0])
    optimizer = RMSProp(p, 0.1, beta=0.9)
    steps = [moved(optimizer, p, 5.0).item() for _ in range(200)]
    np.testing.assert_allclose(steps, [-0.1 / math.sqrt(1 - 0.9**t) for t in range(1, 201)], rtol=1e-8)


def test_rmsprop_forgets_a_large_gradient_and_adagrad_does_not():
    lengths = []
    for optimizer in (RMSProp(Parameter([0.0]), 0.1), AdaGrad(Parameter([0.0]), 0.1)):
        (p,) = optimizer.parameters
        moved(optimizer, p, 1000.0)
        lengths.append([abs(moved(optimizer, p, 1.0).item()) for _ in range(200)][-1])
    assert lengths[0] == pytest.approx(0.1, rel=0.01)
    assert lengths[1] == pytest.approx(0.1 / math.sqrt(1000**2 + 200), rel=1e-9)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_adams_first_step_has_the_length_of_the_rate(size):
    p = Parameter([0.0, 0.0])
    change = moved(Adam(p, 0.1), p, [size, -size])
    np.testing.assert_allclose(change, [-0.1, 0.1], rtol=2e-5)  # epsilon / 1e-3 = 1e-5


@pytest.mark.parametrize("make", ADAPTIVE)
def test_what_has_no_gradient_is_left_alone(make):
    p = Parameter([1.0])
    assert moved(make(p, 0.1), p, 0.0, steps=3).item() == 0


@pytest.mark.parametrize(("make", "root"), [(AdaGrad, 1.0), (RMSProp, math.sqrt(0.1)), (Adam, 1.0)])
def test_epsilon_stands_outside_the_root(make, root):
    p, slope = Parameter([0.0]), 2.0
    change = moved(make(p, 0.1, epsilon=1.0), p, slope)
    assert change.item() == pytest.approx(-0.1 * slope / (slope * root + 1.0), rel=1e-12)


def run(make, steps, *, l2):
    """Two weights pulled to 1 with gradients scaled by 10 and 0.01, as a matrix so that they may decay."""
    p, scale = Parameter([[0.0, 0.0]]), np.array([[10.0, 0.01]])
    optimizer = make(p)
    for _ in range(steps):
        p.grad[...] = scale * (p.value - 1) + l2 * p.value
        optimizer.step()
    return p.value.ravel()


def test_adamw_shrinks_both_weights_and_l2_through_adam_only_the_one_with_small_gradients():
    with_l2 = run(lambda p: Adam(p, 0.01), 5000, l2=0.5)
    # The gradient with L2 vanishes at scale / (scale + l2): the large scale escapes, the small is wiped out.
    np.testing.assert_allclose(with_l2, [10 / 10.5, 0.01 / 0.51], rtol=1e-3)
    decayed = run(lambda p: AdamW(p, 0.01, weight_decay=0.5), 5000, l2=0.0)
    # AdamW rests where a pull of at most 1, whatever the scale, equals the decay; both get equally far.
    assert decayed[0] == pytest.approx(decayed[1], rel=1e-3)


def test_adamw_without_decay_is_adam_bit_for_bit(rng):
    one, other = Parameter(np.ones((2, 3))), Parameter(np.ones((2, 3)))
    optimizers = Adam(one, 0.1), AdamW(other, 0.1, weight_decay=0.0)
    for gradient in rng.normal(size=(10, 2, 3)):
        moved(optimizers[0], one, gradient)
        moved(optimizers[1], other, gradient)
    np.testing.assert_array_equal(one.value, other.value)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("biases", [False, True])
def test_without_gradient_weights_shrink_by_rate_times_decay_and_biases_if_asked(fused, biases):
    model = network()
    for p in model.parameters():
        p.value[...] = 1.0
    parameters = fuse(model.parameters()) if fused else model.parameters()
    optimizer = AdamW(parameters, lambda step: 0.1 + step, weight_decay=0.5, biases=biases)
    for _ in range(2):
        optimizer.step()  # all gradients are zero, so Adam moves nothing
    for p in model.parameters():
        decays = biases or p.value.ndim == 2
        np.testing.assert_array_equal(p.value, (1 - 0.1 * 0.5) * (1 - 1.1 * 0.5) if decays else 1.0)


def test_fused_weights_decay_as_single_ones_bit_for_bit(rng):
    ends = []
    for fused in (False, True):
        model = network()
        parameters = fuse(model.parameters()) if fused else model.parameters()
        optimizer = AdamW(parameters, 0.1, weight_decay=0.5)
        for seed in range(5):
            draw = np.random.default_rng(seed)
            for p in model.parameters():
                p.grad[...] = draw.normal(size=p.grad.shape)
            optimizer.step()
        ends.append([p.value for p in model.parameters()])
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)
