"""What every initializer promises."""

import copy
import pickle

import numpy as np
import pytest

from nnkit import initializers


def test_mean_and_standard_deviation_are_as_stated(initializer_case, rng):
    n_in, n_out = 400, 100
    W = initializer_case.build()(rng, (n_in, n_out), fan_in=n_in, fan_out=n_out)
    std = initializer_case.std(n_in, n_out)
    four_sigma = 4 / np.sqrt(W.size)  # of the mean, in standard deviations; that of the std is smaller
    assert abs(W.mean() - initializer_case.mean) <= four_sigma * std + 1e-15
    assert W.std() == pytest.approx(std, rel=four_sigma, abs=1e-15)


def test_the_array_has_the_shape_and_float64(initializer_case, rng):
    W = initializer_case.build()(rng, (4, 7), fan_in=4, fan_out=7)
    assert W.shape == (4, 7)
    assert W.dtype == np.float64


def test_the_same_seed_gives_the_same_array(initializer_case):
    draws = [initializer_case.build()(np.random.default_rng(5), (3, 2), 3, 2) for _ in range(2)]
    np.testing.assert_array_equal(*draws)


def test_the_repr_is_the_call_and_survives_copy_and_pickle(initializer_case, same):
    initializer = initializer_case.build()
    names = {name: getattr(initializers, name) for name in initializers.__all__}
    twins = [
        eval(repr(initializer), names),
        copy.deepcopy(initializer),
        pickle.loads(pickle.dumps(initializer)),
    ]
    expected = initializer(np.random.default_rng(5), (3, 2), 3, 2)
    for twin in twins:
        assert repr(twin) == repr(initializer)
        assert same(twin(np.random.default_rng(5), (3, 2), 3, 2), expected)
