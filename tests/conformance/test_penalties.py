"""What every penalty promises."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnkit


def parameters(rng, shapes=((2, 3), (3,), (3, 2, 2, 2)), dtype=np.float64):
    """Parameters whose gradients are not zero, and whose weights keep off the kink at 0."""
    found = [nnkit.Parameter((rng.choice([-1, 1], s) * rng.uniform(0.1, 2, s)).astype(dtype)) for s in shapes]
    for parameter in found:
        parameter.grad[...] = rng.normal(size=parameter.grad.shape)
    return found


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1),
    shapes=st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple), max_size=4),
    biases=st.booleans(),
)
def test_value_and_gradient_match_plain_loops(penalty_case, seed, shapes, biases):
    members = parameters(np.random.default_rng(seed), shapes)
    before = [p.grad.copy() for p in members]
    penalty = penalty_case.build(biases=biases)
    total = 0.0
    for p in members:
        if biases or len(p.value.shape) >= 2:
            total += sum(penalty_case.reference(w) for w in p.value.ravel().tolist())
    assert penalty.value(members) == pytest.approx(total, rel=1e-12)
    penalty.add_gradient(members)
    for p, grad in zip(members, before, strict=True):
        added = np.zeros_like(grad)
        for index in np.ndindex(p.value.shape):
            w = float(p.value[index])
            if biases or p.value.ndim >= 2:
                rise = penalty_case.reference(w + 1e-5) - penalty_case.reference(w - 1e-5)
                added[index] = rise / 2e-5
        np.testing.assert_allclose(p.grad - grad, added, rtol=1e-7, atol=1e-10)


def test_biases_are_left_alone_unless_asked_for(penalty_case, rng):
    b = nnkit.Parameter(rng.normal(size=3))
    penalty_case.build().add_gradient([b])
    assert penalty_case.build().value([b]) == 0
    assert not b.grad.any()
    assert penalty_case.build(biases=True).value([b]) > 0


def test_fused_parameters_count_as_their_members(penalty_case):
    apart, together = parameters(np.random.default_rng(3)), parameters(np.random.default_rng(3))
    fused = nnkit.fuse(together)
    penalty = penalty_case.build()
    assert penalty.value([fused]) == penalty.value(apart)
    penalty.add_gradient([fused])
    penalty.add_gradient(apart)
    for one, other in zip(apart, together, strict=True):
        np.testing.assert_array_equal(one.grad, other.grad)


def test_values_are_left_alone_and_the_dtype_is_kept(penalty_case, rng):
    members = parameters(rng, dtype=np.float32)
    before = [p.value.copy() for p in members]
    penalty = penalty_case.build()
    assert type(penalty.value(members)) is float
    penalty.add_gradient(members)
    for p, value in zip(members, before, strict=True):
        np.testing.assert_array_equal(p.value, value)
        assert p.value.dtype == p.grad.dtype == np.float32


def test_a_weight_of_zero_costs_nothing_and_is_not_pulled(penalty_case):
    W = nnkit.Parameter(np.zeros((2, 2)))
    penalty_case.build().add_gradient([W])
    assert penalty_case.build().value([W]) == 0
    assert not W.grad.any()


def test_the_repr_is_the_call_and_copies_cost_the_same(penalty_case, rng):
    members = parameters(rng)
    for options in ({}, {"biases": True}):
        penalty = penalty_case.build(**options)
        twins = [eval(repr(penalty), vars(nnkit).copy()), copy.deepcopy(penalty)]
        for twin in [*twins, pickle.loads(pickle.dumps(penalty))]:
            assert repr(twin) == repr(penalty)
            assert twin.value(members) == penalty.value(members)


@pytest.mark.parametrize("strength", [-0.1, np.inf, np.nan])
def test_a_strength_that_is_negative_or_not_finite_is_refused(penalty_case, strength):
    kind = type(penalty_case.build())
    with pytest.raises(ValueError) as error:
        kind(strength)
    assert str(error.value) == f"{kind.__name__} expects strength in [0, inf), got {strength}."
