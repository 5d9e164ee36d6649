"""What every optimizer promises."""

import copy
import pickle

import numpy as np
import pytest

import nnkit

STEPS = 6


def parameters(dtype=np.float64):
    rng = np.random.default_rng(1)
    return [nnkit.Parameter(rng.normal(size=shape).astype(dtype), "p") for shape in [(2, 3), (3,), (1,)]]


def run(optimizer, members, *, steps=STEPS, seed=2):
    """Make some steps, each with new gradients; return them by step."""
    rng = np.random.default_rng(seed)
    history = []
    for _ in range(steps):
        for p in members:
            p.grad[...] = rng.normal(size=p.value.shape)
        history.append([p.grad.copy() for p in members])
        optimizer.step()
    return history


def test_every_entry_follows_the_rule_written_as_a_loop(optimizer_case):
    members = parameters()
    start = [p.value.copy() for p in members]
    gradients = run(optimizer_case.build(members, 0.1), members)
    for i, p in enumerate(members):
        for index in np.ndindex(p.value.shape):
            steps = [float(step[i][index]) for step in gradients]
            expected = optimizer_case.reference(float(start[i][index]), steps, 0.1)
            assert p.value[index] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fused_parameters_end_at_the_same_bits(optimizer_case, dtype):
    apart, together = parameters(dtype), parameters(dtype)
    run(optimizer_case.build(apart, 0.1), apart)
    run(optimizer_case.build([nnkit.fuse(together)], 0.1), together)
    for one, other in zip(apart, together, strict=True):
        np.testing.assert_array_equal(one.value, other.value)


def test_float32_stays_float32(optimizer_case):
    members = parameters(np.float32)
    run(optimizer_case.build(members, lambda step: np.float64(0.1)), members)
    assert all(p.value.dtype == p.grad.dtype == np.float32 for p in members)


def test_values_are_written_in_place_and_gradients_left_alone(optimizer_case):
    members = parameters()
    arrays = [p.value for p in members]
    gradients = run(optimizer_case.build(members, 0.1), members, steps=1)[0]
    assert all(p.value is array for p, array in zip(members, arrays, strict=True))
    for p, gradient in zip(members, gradients, strict=True):
        np.testing.assert_array_equal(p.grad, gradient)


def test_a_quadratic_is_minimized(optimizer_case):
    p = nnkit.Parameter([4.0, -3.0])
    optimizer = optimizer_case.build(p, optimizer_case.quadratic_rate)
    for _ in range(400):
        p.grad[...] = 2 * (p.value - 1)
        optimizer.step()
    np.testing.assert_allclose(p.value, 1, atol=0.01)


def test_a_schedule_is_asked_for_the_rate_of_each_step(optimizer_case):
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.1

    scheduled, constant = parameters(), parameters()
    run(optimizer_case.build(scheduled, schedule), scheduled)
    run(optimizer_case.build(constant, 0.1), constant)
    assert asked == list(range(STEPS))
    for one, other in zip(scheduled, constant, strict=True):
        np.testing.assert_array_equal(one.value, other.value)


def test_a_rate_of_zero_from_a_schedule_moves_nothing(optimizer_case):
    members = parameters()
    start = [p.value.copy() for p in members]
    run(optimizer_case.build(members, lambda step: 0.0), members)
    for p, value in zip(members, start, strict=True):
        np.testing.assert_array_equal(p.value, value)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("fused", [False, True])
def test_a_copy_in_the_middle_goes_on_as_the_original(optimizer_case, duplicate, fused):
    members = parameters()
    optimizer = optimizer_case.build([nnkit.fuse(members)] if fused else members, 0.1)
    run(optimizer, members)
    twin_optimizer, twin_members = duplicate((optimizer, members))
    run(optimizer, members, seed=3)
    run(twin_optimizer, twin_members, seed=3)
    assert twin_optimizer.steps == optimizer.steps == 2 * STEPS
    for one, other in zip(members, twin_members, strict=True):
        np.testing.assert_array_equal(one.value, other.value)
        assert not np.shares_memory(one.value, other.value)


@pytest.mark.parametrize("fused", [False, True])
def test_its_memory_is_its_buffers(optimizer_case, fused):
    pairs = []
    for seed in (2, 4):
        group = parameters()
        pairs.append((optimizer_case.build([nnkit.fuse(group)] if fused else group, 0.1), group))
        run(*pairs[-1], seed=seed)
    (optimizer, group), (twin, twins) = pairs
    arrays = optimizer.buffers
    for old, new in zip(twins, group, strict=True):
        old.value[...] = new.value
    for name, array in twin.buffers.items():
        array[...] = arrays[name]
    twin.steps = optimizer.steps
    run(optimizer, group, seed=3)
    run(twin, twins, seed=3)
    for one, other in zip(group, twins, strict=True):
        np.testing.assert_array_equal(one.value, other.value)
    for name, array in arrays.items():  # written in place
        np.testing.assert_array_equal(optimizer.buffers[name], array)
        assert np.shares_memory(optimizer.buffers[name], array)


def test_zero_grad_clears_every_gradient(optimizer_case):
    members = parameters()
    optimizer = optimizer_case.build(members, 0.1)
    run(optimizer, members, steps=1)
    optimizer.zero_grad()
    assert not any(p.grad.any() for p in members)


def test_the_repr_names_the_rule_and_its_rate(optimizer_case):
    optimizer = optimizer_case.build(parameters(), 0.25)
    assert repr(optimizer).startswith(f"{type(optimizer).__name__}(learning_rate=0.25")
