"""SGD: what momentum in its two forms implies, and what is refused."""

import math

import numpy as np
import pytest

import nnkit
from nnkit import SGD, Parameter, schedules


def descend(optimizer, p, slope, steps):
    """Follow the gradient slope(value) for some steps; return where the values were."""
    seen = []
    for _ in range(steps):
        p.grad[...] = slope(p.value)
        optimizer.step()
        seen.append(p.value.copy())
    return seen


def test_under_a_steady_gradient_momentum_multiplies_the_speed():
    p = Parameter([0.0])
    *_, before, after = descend(SGD(p, 0.1, momentum=0.9), p, lambda x: 1.0, 300)
    assert (after - before).item() == pytest.approx(-0.1 / (1 - 0.9), rel=1e-9)


def test_nesterov_takes_the_papers_steps_seen_from_the_point_ahead():
    # Sutskever et al. 2013, equations 3 and 4: v = m v - rate f'(w + m v), w = w + v.
    a, m, rate = np.array([1.0, 10.0]), 0.9, 0.05
    w, v = np.array([4.0, -3.0]), np.zeros(2)
    p = Parameter(w)
    for ahead in descend(SGD(p, rate, momentum=m, nesterov=True), p, lambda x: a * x, 30):
        v = m * v - rate * a * (w + m * v)
        w = w + v
        np.testing.assert_allclose(ahead, w + m * v, rtol=1e-12)


def test_nesterov_damps_where_momentum_overshoots():
    ends = []
    for nesterov in (False, True):
        p = Parameter([1.0])
        seen = descend(SGD(p, 0.1, momentum=0.9, nesterov=nesterov), p, lambda x: 10 * x, 50)
        ends.append(max(abs(value.item()) for value in seen[25:]))
    assert ends[1] < 0.01 * ends[0]


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_on_a_bowl_it_converges_below_the_limit_of_stability_and_diverges_above(momentum):
    limit = 2 * (1 + momentum) / 3.0  # curvature 3; Goh 2017, "Why Momentum Really Works"
    for factor in (0.98, 1.02):
        p = Parameter([1.0])
        end = descend(SGD(p, factor * limit, momentum=momentum), p, lambda x: 3 * x, 1000)[-1]
        assert (abs(end.item()) < 1) == (factor < 1)


def test_nesterov_without_momentum_is_plain_descent():
    ends = []
    for nesterov in (False, True):
        p = Parameter([4.0])
        ends.append(descend(SGD(p, 0.05, nesterov=nesterov), p, np.sin, 20)[-1])
    np.testing.assert_array_equal(*ends)


@pytest.mark.parametrize("nesterov", [False, True])
def test_a_momentum_schedule_is_asked_once_for_each_step(nesterov):
    asked = []

    def schedule(step):
        asked.append(step)
        return [0.5, 0.9, 0.0, 0.5][step]

    p, q = Parameter([0.0]), Parameter([0.0])
    q.grad += 1.0
    descend(SGD([p, q], 1.0, momentum=schedule, nesterov=nesterov), p, lambda x: 1.0, 4)
    assert asked == [0, 1, 2, 3]
    velocities = [1, 0.9 * 1 + 1, 0 * 1.9 + 1, 0.5 * 1 + 1]
    ahead = [1 + 0.5 * 1, 1 + 0.9 * 1.9, 1 + 0 * 1, 1 + 0.5 * 1.5]
    assert p.value.item() == pytest.approx(-sum(ahead if nesterov else velocities), rel=1e-15)


@pytest.mark.parametrize("nesterov", [False, True])
def test_a_constant_momentum_schedule_is_the_number(nesterov):
    ends = []
    for momentum in (0.9, schedules.constant(0.9)):
        p = Parameter([4.0])
        ends += descend(SGD(p, 0.05, momentum=momentum, nesterov=nesterov), p, np.sin, 20)[-1:]
    np.testing.assert_array_equal(*ends)


def test_l2_in_the_gradient_and_decay_beside_it_are_the_same_for_sgd(rng):
    decayed, penalized = rng.normal(size=(2, 3)), Parameter(np.zeros((2, 3)))
    penalized.value[...] = decayed
    optimizer = SGD(penalized, 0.1)
    for gradient in rng.normal(size=(50, 2, 3)):
        penalized.grad[...] = gradient
        nnkit.L2(0.3).add_gradient([penalized])
        optimizer.step()
        decayed = (1 - 0.1 * 0.3) * decayed - 0.1 * gradient
    np.testing.assert_allclose(penalized.value, decayed, rtol=0, atol=2e-15)


@pytest.mark.parametrize("momentum", [-0.1, 1.0, math.nan])
def test_a_momentum_schedule_that_leaves_its_range_is_refused_before_anything_moves(momentum):
    p = Parameter([1.0])
    optimizer = SGD(p, 0.1, momentum=lambda step: 0.9 if step < 2 else momentum)
    here = descend(optimizer, p, np.cos, 2)[-1]
    with pytest.raises(ValueError) as error:
        optimizer.step()
    assert str(error.value) == f"SGD expects momentum at step 2 in [0, 1), got {momentum}."
    assert optimizer.steps == 2
    np.testing.assert_array_equal(p.value, here)
