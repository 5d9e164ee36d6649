"""Clipping: what it bounds and what it keeps."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnkit
from nnkit import ClipByNorm, ClipByValue, Parameter, fuse

sizes = st.lists(st.integers(1, 5), min_size=1, max_size=4)
scales = st.floats(-12, 12).map(lambda exponent: 10.0**exponent)


def with_gradients(shapes, scale, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    parameters = [Parameter(np.zeros(n, dtype)) for n in shapes]
    for p in parameters:
        p.grad[...] = scale * rng.normal(size=p.grad.shape)
    return parameters


def norm(parameters):
    return math.sqrt(sum(float(g) ** 2 for p in parameters for g in p.grad))


@settings(max_examples=30)
@given(sizes, scales, st.sampled_from([np.float32, np.float64]), st.booleans())
def test_the_norm_is_at_most_the_limit_and_the_direction_stays(shapes, scale, dtype, fused):
    parameters = with_gradients(shapes, scale, dtype)
    before, start = norm(parameters), [p.grad.copy() for p in parameters]
    tolerance = 1e-12 if dtype is np.float64 else 1e-6
    assert ClipByNorm(2.0)(fuse(parameters) if fused else parameters) == pytest.approx(before, rel=1e-12)
    assert norm(parameters) == pytest.approx(min(before, 2.0), rel=tolerance)
    for p, g in zip(parameters, start, strict=True):
        assert p.grad.dtype == dtype
        np.testing.assert_allclose(p.grad, g * min(1.0, 2.0 / before), rtol=tolerance)
        if before <= 2.0:
            np.testing.assert_array_equal(p.grad, g)


@settings(max_examples=30)
@given(sizes, scales, st.sampled_from([np.float32, np.float64]))
def test_every_entry_is_cut_to_the_limit_by_itself(shapes, scale, dtype):
    parameters = with_gradients(shapes, scale, dtype)
    expected = [[max(-0.5, min(0.5, g)) for g in p.grad.tolist()] for p in parameters]
    ClipByValue(0.5)(parameters)
    assert [p.grad.tolist() for p in parameters] == expected
    assert all(p.grad.dtype == dtype for p in parameters)


def test_the_square_of_a_large_float32_does_not_overflow():
    p = Parameter(np.zeros(2, np.float32))
    p.grad[...] = [3e30, 4e30]
    assert ClipByNorm(1.0)(p) == pytest.approx(5e30, rel=1e-6)
    np.testing.assert_allclose(p.grad, [0.6, 0.8], rtol=1e-6)


@pytest.mark.parametrize("clip", [ClipByNorm(1.0), ClipByValue(1.0)])
def test_no_gradient_stays_no_gradient(clip):
    p = Parameter([0.0, 0.0])
    clip(p)
    assert not p.grad.any()


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_a_norm_that_is_no_number_is_told_and_hides_nothing(bad):
    p = Parameter([0.0, 0.0])
    p.grad[...] = [bad, 5.0]
    assert not math.isfinite(ClipByNorm(1.0)(p))
    np.testing.assert_array_equal(p.grad, [bad, 5.0])


@pytest.mark.parametrize("make", [ClipByNorm, ClipByValue])
def test_the_repr_is_the_call_and_copies_are_equal(make):
    clip = make(0.5)
    assert eval(repr(clip), vars(nnkit).copy()) == pickle.loads(pickle.dumps(clip)) == clip
    assert clip != make(0.6)


@pytest.mark.parametrize("make", [ClipByNorm, ClipByValue])
def test_a_limit_that_is_not_positive_is_refused(make):
    with pytest.raises(ValueError) as error:
        make(0)
    assert str(error.value) == f"{make.__name__} expects limit in (0, inf), got 0; 1.0 is usual."
