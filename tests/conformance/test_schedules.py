"""What every schedule promises."""

import copy
import pickle

import numpy as np
import pytest

import nnkit
from nnkit import schedules

STEPS = 120


def test_every_step_has_the_rate_of_its_definition(schedule_case):
    schedule = schedule_case.build()
    for step in range(STEPS):
        assert schedule(step) == pytest.approx(schedule_case.reference(step), rel=1e-12, abs=1e-15)


def test_rates_keep_their_bounds_and_jump_no_further_than_said(schedule_case):
    low, high = schedule_case.bounds
    rates = np.array([schedule_case.build()(step) for step in range(STEPS)])
    assert low * (1 - 1e-15) <= rates.min()
    assert rates.max() <= high * (1 + 1e-15)
    assert np.abs(np.diff(rates)).max() <= schedule_case.jump * (1 + 1e-12) + 1e-16


def test_a_rate_is_a_plain_float_that_a_step_alone_decides(schedule_case):
    schedule = schedule_case.build()
    forward = [schedule(step) for step in range(STEPS)]
    assert [schedule(step) for step in reversed(range(STEPS))][::-1] == forward
    assert {type(rate) for rate in forward} == {float}
    assert [schedule(np.int64(step)) for step in range(STEPS)] == pytest.approx(forward, rel=1e-14)


def test_the_repr_is_the_call_and_survives_copy_and_pickle(schedule_case):
    schedule = schedule_case.build()
    twins = [eval(repr(schedule), vars(schedules).copy()), copy.deepcopy(schedule)]
    for twin in [*twins, pickle.loads(pickle.dumps(schedule))]:
        assert repr(twin) == repr(schedule)
        assert [twin(step) for step in range(STEPS)] == [schedule(step) for step in range(STEPS)]


def test_an_optimizer_follows_it_and_may_be_copied_with_it(schedule_case):
    p = nnkit.Parameter([0.0])
    optimizer, twin = copy.deepcopy((nnkit.SGD(p, schedule_case.build()), p))
    twin.grad[...] = -1.0
    for _ in range(20):
        optimizer.step()
    assert twin.value.item() == pytest.approx(sum(map(schedule_case.reference, range(20))), rel=1e-12)
