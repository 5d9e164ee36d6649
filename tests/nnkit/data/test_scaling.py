import math
import re

import numpy as np
import pytest

from nnkit.data import standardize


def raises(error, text):
    return pytest.raises(error, match=f"^{re.escape(text)}$")


def test_standardized_columns_follow_the_definition():
    rng = np.random.default_rng(0)
    train, test = rng.normal(3.0, 5.0, (7, 3)), rng.normal(3.0, 5.0, (4, 3))
    z_train, z_test = standardize(train, test)
    for j in range(3):
        column = [float(value) for value in train[:, j]]
        mean = math.fsum(column) / 7
        std = math.sqrt(math.fsum((value - mean) ** 2 for value in column) / 7)
        assert z_train[:, j].tolist() == pytest.approx([(v - mean) / std for v in column], abs=1e-12)
        assert z_test[:, j].tolist() == pytest.approx(
            [(float(v) - mean) / std for v in test[:, j]], abs=1e-12
        )


def test_the_training_part_has_mean_zero_and_deviation_one_and_the_others_do_not_decide():
    rng = np.random.default_rng(0)
    train = rng.normal(10.0, 3.0, (50, 4))
    alone, beside = standardize(train)[0], standardize(train, rng.normal(size=(9, 4)))[0]
    assert np.array_equal(alone, beside)
    assert np.abs(alone.mean(axis=0)).max() < 1e-14
    assert np.abs(alone.std(axis=0) - 1.0).max() < 1e-14


@pytest.mark.parametrize("value", [0.0, 5.0, 0.1, 1e30])
def test_a_constant_training_column_becomes_zero_everywhere(value):
    train = np.column_stack([np.full(10, value), np.arange(10.0)])
    z_train, z_test = standardize(train, np.array([[value + 1.0, 0.0], [7.0, 1.0]]))
    assert np.array_equal(z_train[:, 0], np.zeros(10))
    assert np.array_equal(z_test[:, 0], np.zeros(2))
    assert z_train[:, 1].any()


def test_the_input_is_left_as_it_was():
    train = np.arange(6.0).reshape(3, 2)
    (z,) = standardize(train)
    assert not np.shares_memory(z, train)
    assert np.array_equal(train, np.arange(6.0).reshape(3, 2))


@pytest.mark.parametrize(
    ("dtype", "result"), [(np.float32, np.float32), (np.float64, np.float64), (np.int8, np.float64)]
)
def test_float_types_are_kept_and_integers_become_float64(dtype, result):
    z_train, z_test = standardize(np.array([[1], [3]], dtype), np.array([[2]], dtype))
    assert z_train.dtype == z_test.dtype == result
    assert z_train.tolist() == [[-1.0], [1.0]] and z_test.tolist() == [[0.0]]


def test_large_float32_values_do_not_overflow():
    (z,) = standardize(np.array([[1e30], [3e30]], np.float32))
    assert z.tolist() == [[-1.0], [1.0]]


def test_images_are_standardized_pixel_by_pixel():
    images = np.random.default_rng(0).random((6, 1, 2, 2))
    flat = standardize(images.reshape(6, 4))[0]
    assert np.array_equal(standardize(images)[0], flat.reshape(6, 1, 2, 2))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("position", [0, 1])
def test_values_that_are_not_finite_are_refused_with_their_row(bad, position):
    arrays = [np.zeros((3, 2)), np.zeros((2, 2))]
    arrays[position][1, 0] = bad
    name = ["train", "others[0]"][position]
    text = (
        f"standardize expects {name} to be finite, got NaN or infinity in 1 of {3 - position} rows, first in "
        "row 1; fill or drop these rows."
    )
    with raises(ValueError, text):
        standardize(*arrays)


def test_other_columns_are_refused():
    text = (
        "standardize expects others[0] with the columns of train, (2,), got (3,); "
        "pass the same features in the same order."
    )
    with raises(ValueError, text):
        standardize(np.zeros((3, 2)), np.zeros((3, 3)))


def test_a_column_of_words_is_refused():
    text = "standardize expects train to hold real numbers, got dtype <U1; encode it as numbers first."
    with raises(TypeError, text):
        standardize(np.array([["a"]]))
