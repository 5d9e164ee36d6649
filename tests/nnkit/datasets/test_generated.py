import math
import re

import numpy as np
import pytest
from sklearn.datasets import make_moons

from nnkit.datasets import moons, spirals, xor

GENERATORS = [moons, spirals, xor]


def rng(seed=0):
    return np.random.default_rng(seed)


def raises(error, text):
    return pytest.raises(error, match=f"^{re.escape(text)}$")


@pytest.mark.parametrize("generate", GENERATORS)
@pytest.mark.parametrize("n", [4, 5, 12, 101])
def test_n_examples_come_with_one_class_each(generate, n):
    X, y = generate(n, noise=0.1, rng=rng())
    assert (X.shape, X.dtype) == ((n, 2), np.float64)
    assert (y.shape, y.dtype) == ((n,), np.int64)
    counts = np.bincount(y)
    assert counts.max() - counts.min() <= 1
    assert X.flags.writeable and y.flags.writeable


@pytest.mark.parametrize("generate", GENERATORS)
def test_the_same_seed_gives_the_same_points_and_another_seed_others(generate):
    assert np.array_equal(generate(20, noise=0.1, rng=rng())[0], generate(20, noise=0.1, rng=rng())[0])
    assert not np.array_equal(generate(20, noise=0.1, rng=rng())[0], generate(20, noise=0.1, rng=rng(1))[0])


@pytest.mark.parametrize("n", [2, 7, 50])
def test_moons_without_noise_are_those_of_scikit_learn(n):
    X, y = moons(n, noise=0.0, rng=rng())
    X_peer, y_peer = make_moons(n, shuffle=False)
    np.testing.assert_allclose(X, X_peer, rtol=0, atol=1e-15)
    assert np.array_equal(y, y_peer)


def test_the_second_moon_is_the_first_turned_around():
    X, y = moons(10, noise=0.0, rng=rng())
    np.testing.assert_allclose(X[y == 1], [1.0, 0.5] - X[y == 0], rtol=0, atol=1e-15)


@pytest.mark.parametrize("generate", [moons, xor])
def test_noise_is_the_standard_deviation_of_each_coordinate(generate):
    n = 20_000
    noise = generate(n, noise=0.3, rng=rng())[0] - generate(n, noise=0.0, rng=rng())[0]
    # the deviation of a sample deviation is 0.3 / sqrt(2 n) = 0.0015; of a mean, 0.0021
    assert np.abs(noise.std(axis=0) - 0.3).max() < 4 * 0.0015
    assert np.abs(noise.mean(axis=0)).max() < 4 * 0.0021


@pytest.mark.parametrize("classes", [2, 3, 5, 11])
def test_spirals_follow_the_formula_of_cs231n(classes):
    per_class, noise = 10, rng(7).normal(0.0, 0.2, 10 * classes)
    X, y = spirals(per_class * classes, classes=classes, noise=0.2, rng=rng(7))
    for j in range(classes):
        for i in range(per_class):
            row = j * per_class + i
            r = i / (per_class - 1)
            t = 4.0 * j + 4.0 * i / (per_class - 1) + float(noise[row])
            assert X[row].tolist() == pytest.approx([r * math.sin(t), r * math.cos(t)], abs=1e-12)
            assert y[row] == j


def test_spirals_give_the_examples_left_over_to_the_first_arms():
    assert np.bincount(spirals(11, classes=4, noise=0.0, rng=rng())[1]).tolist() == [3, 3, 3, 2]


def test_the_noise_of_spirals_turns_points_but_keeps_their_radius():
    bare, turned = spirals(60, noise=0.0, rng=rng())[0], spirals(60, noise=0.5, rng=rng())[0]
    np.testing.assert_allclose(np.hypot(*turned.T), np.hypot(*bare.T), rtol=0, atol=1e-15)
    assert np.abs(turned - bare).max() > 0.1


def test_eleven_arms_stay_apart_and_a_twelfth_would_not():
    starts = [4.0 * arm % (2 * math.pi) for arm in range(12)]
    gaps = [
        min(abs(a - b), 2 * math.pi - abs(a - b)) for i, a in enumerate(starts) for b in starts[:i] if i < 11
    ]
    assert min(gaps) > 0.5
    assert min(starts[11], 2 * math.pi - starts[11]) < 0.02


def test_xor_without_noise_is_the_truth_table():
    X, y = xor(8, noise=0.0, rng=rng())
    table = [(0.0, 0.0, 0), (0.0, 1.0, 1), (1.0, 0.0, 1), (1.0, 1.0, 0)]
    assert [(*x, t) for x, t in zip(X.tolist(), y.tolist(), strict=True)] == table * 2


@pytest.mark.parametrize(("generate", "smallest"), [(moons, 2), (spirals, 3), (xor, 4)])
def test_too_few_examples_are_refused(generate, smallest):
    name = generate.__name__
    assert len(generate(smallest, noise=0.0, rng=rng())[0]) == smallest
    for n in (smallest - 1, 0, -3):
        with raises(ValueError, f"{name} expects n to be at least {smallest}, got {n}."):
            generate(n, noise=0.0, rng=rng())


@pytest.mark.parametrize("generate", GENERATORS)
def test_bad_arguments_are_refused(generate):
    name = generate.__name__
    with raises(TypeError, f"{name} expects n to be an int, got float 10.0."):
        generate(10.0, noise=0.0, rng=rng())
    with raises(ValueError, f"{name} expects noise in [0, inf), got -0.1; 0 gives the bare shape."):
        generate(10, noise=-0.1, rng=rng())
    with raises(
        TypeError, f"{name} expects rng to be a Generator, got int 0; pass np.random.default_rng(0)."
    ):
        generate(10, noise=0.0, rng=0)


def test_a_number_of_arms_that_cannot_be_told_apart_is_refused():
    for classes in (1, 0, 12):
        text = f"spirals expects classes to be from 2 to 11, got {classes}; with more, arms would coincide."
        with raises(ValueError, text):
            spirals(50, classes=classes, noise=0.0, rng=rng())
