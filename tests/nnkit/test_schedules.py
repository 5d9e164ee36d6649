"""Schedules: what the table of conformance does not cover."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnkit import schedules

counts = st.integers(1, 200)


@settings(max_examples=50)
@given(counts, st.integers(1, 4), st.integers(0, 2000))
def test_a_warm_restart_is_where_a_cosine_starts_anew(steps, growth, step):
    starts = {0}
    while max(starts) <= step:
        starts.add(max(starts) + steps * growth ** (len(starts) - 1))
    rate = schedules.warm_restarts(1.0, steps, growth=growth)(step)
    assert 0 <= rate <= 1
    assert (rate == 1.0) == (step in starts)


@settings(max_examples=50)
@given(counts, counts)
def test_a_cycle_comes_back(half_cycle, step):
    schedule = schedules.cyclical(0.25, 1.0, half_cycle)
    assert schedule(step) == pytest.approx(schedule(step + 2 * half_cycle), abs=1e-12)
    assert (schedule(0), schedule(half_cycle)) == (0.25, 1.0)


@settings(max_examples=20)
@given(st.integers(1, 30))
def test_one_cycle_moves_rate_and_momentum_against_each_other(twentieth):
    steps = 20 * twentieth  # so that the corners, at 9 and 18 twentieths, are whole steps
    rate, momentum = schedules.one_cycle(1.0, steps), schedules.one_cycle_momentum(steps)
    for step in range(18 * twentieth):
        assert (rate(step + 1) - rate(step)) * (momentum(step + 1) - momentum(step)) < 0
    assert max(map(rate, range(steps))) == rate(9 * twentieth) == 1
    assert rate(steps) == rate(10 * steps) == 1e-3
    assert momentum(18 * twentieth) == momentum(10 * steps) == 0.95


def test_warm_restarts_stay_quick_after_a_million_steps():
    assert schedules.warm_restarts(1.0, 1)(10**12) == 1.0


def test_schedules_nest():
    schedule = schedules.chain(
        schedules.warmup(0.5, 2), 2, schedules.chain(schedules.constant(0.3), 1, schedules.cosine(0.3, 2))
    )
    np.testing.assert_allclose([schedule(step) for step in range(6)], [0.25, 0.5, 0.3, 0.3, 0.15, 0.0])
    assert repr(schedule) == (
        "chain(first=warmup(schedule=0.5, steps=2), steps=2, second=chain(first=constant(rate=0.3), steps=1, "
        "second=cosine(rate=0.3, steps=2, end=0.0)))"
    )


def test_a_step_of_the_staircase_is_a_tenth_by_default():
    np.testing.assert_allclose([schedules.step_decay(5.0, 3)(step) for step in (2, 3, 6)], [5, 0.5, 0.05])


def test_any_function_of_the_step_may_be_a_part():
    assert schedules.warmup(lambda step: step, 4)(2) == 2 * 3 / 4
    assert schedules.chain(lambda step: step, 3, lambda step: 10 * step)(5) == 20


def test_an_option_out_of_range_is_refused():
    with pytest.raises(ValueError) as error:
        schedules.constant(-0.1)
    assert str(error.value) == "constant expects rate in [0, inf), got -0.1."
    with pytest.raises(TypeError) as error:
        schedules.cosine(0.1, 5.0)
    assert str(error.value) == "cosine expects steps to be an int, got float 5.0."
    with pytest.raises(TypeError) as error:
        schedules.cosine(schedules.constant(0.1), 5)
    assert str(error.value) == "cosine expects rate to be a number, got Schedule."
