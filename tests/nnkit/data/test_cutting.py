import math
import re
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnkit.data import batches, split, standardize


def numbered(n):
    """Rows that name themselves: row i of X is (i, i + 0.5), its target is i."""
    rows = np.arange(n)
    return np.column_stack([rows, rows + 0.5]), rows


def raises(error, text):
    return pytest.raises(error, match=f"^{re.escape(text)}$")


sizes = st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n)))


# batches


@given(sizes, st.integers(0, 2**32))
def test_an_epoch_holds_every_example_once_with_its_own_target(size, seed):
    n, batch_size = size
    X, y = numbered(n)
    epoch = list(batches(X, y, batch_size, rng=np.random.default_rng(seed)))
    assert sorted(target for _, targets in epoch for target in targets) == list(range(n))
    for x, targets in epoch:
        assert x.tolist() == [[target, target + 0.5] for target in targets]


@given(sizes, st.booleans())
def test_all_batches_but_the_last_are_full(size, shuffle):
    n, batch_size = size
    epoch = list(batches(*numbered(n), batch_size, shuffle=shuffle, rng=np.random.default_rng(0)))
    assert len(epoch) == math.ceil(n / batch_size)
    assert all(len(x) == len(y) == batch_size for x, y in epoch[:-1])
    assert len(epoch[-1][0]) == n - batch_size * (len(epoch) - 1)


@given(sizes, st.booleans())
def test_drop_last_leaves_out_just_the_incomplete_batch(size, shuffle):
    n, batch_size = size
    options = {"shuffle": shuffle, "drop_last": True}
    epoch = list(batches(*numbered(n), batch_size, rng=np.random.default_rng(0), **options))
    assert [len(x) for x, _ in epoch] == [batch_size] * (n // batch_size)


def test_the_order_is_one_permutation_drawn_from_rng_per_epoch():
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    for _ in range(2):
        order = [target for _, targets in batches(*numbered(10), 3, rng=rng) for target in targets]
        assert order == twin.permutation(10).tolist()
    assert rng.random() == twin.random()  # nothing else was drawn


def test_without_shuffle_the_rows_come_in_order_and_rng_is_not_used():
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    epoch = list(batches(*numbered(5), 2, rng=rng, shuffle=False))
    assert [y.tolist() for _, y in epoch] == [[0, 1], [2, 3], [4]]
    assert rng.random() == twin.random()


def test_shuffled_batches_are_copies_and_ordered_ones_are_views():
    X, y = numbered(6)
    x, target = next(batches(X, y, 6, rng=np.random.default_rng(0)))
    assert not np.shares_memory(x, X) and not np.shares_memory(target, y)
    x, target = next(batches(X, y, 6, shuffle=False))
    assert np.shares_memory(x, X) and np.shares_memory(target, y)


def test_batches_keep_dtypes_and_further_axes():
    X, y = np.zeros((4, 1, 2, 2), np.float32), np.zeros((4, 3), np.int8)
    x, target = next(batches(X, y, 2, rng=np.random.default_rng(0)))
    assert (x.shape, x.dtype) == ((2, 1, 2, 2), np.float32)
    assert (target.shape, target.dtype) == ((2, 3), np.int8)


def test_batches_draw_nothing_before_the_first_pair_is_asked_for():
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    epoch = batches(*numbered(4), 2, rng=rng)
    assert isinstance(epoch, types.GeneratorType)
    assert rng.random() == twin.random()


@pytest.mark.parametrize(
    ("size", "error", "text"),
    [
        (
            0,
            ValueError,
            "batches expects batch_size between 1 and the 5 examples, got 0; choose one in between.",
        ),
        (
            -1,
            ValueError,
            "batches expects batch_size between 1 and the 5 examples, got -1; choose one in between.",
        ),
        (
            6,
            ValueError,
            "batches expects batch_size between 1 and the 5 examples, got 6; choose one in between.",
        ),
        (
            2.0,
            TypeError,
            "batches expects batch_size to be an int, got 2.0; pass a whole number from 1 to 5.",
        ),
        (
            True,
            TypeError,
            "batches expects batch_size to be an int, got True; pass a whole number from 1 to 5.",
        ),
        (
            None,
            TypeError,
            "batches expects batch_size to be an int, got None; pass a whole number from 1 to 5.",
        ),
    ],
)
def test_a_batch_size_out_of_range_is_refused_by_the_call_itself(size, error, text):
    with raises(error, text):
        batches(*numbered(5), size, rng=np.random.default_rng(0))


@pytest.mark.parametrize("size", [np.int64(2), np.uint8(2)])
def test_a_numpy_integer_is_a_batch_size(size):
    assert len(list(batches(*numbered(4), size, shuffle=False))) == 2


@pytest.mark.parametrize("rng", [None, 0, np.random])
def test_shuffling_without_a_generator_is_refused(rng):
    text = (
        f"batches expects rng to be a numpy.random.Generator, got {rng!r}; "
        f"pass np.random.default_rng(0), or shuffle=False."
    )
    with raises(TypeError, text):
        batches(*numbered(5), 2, rng=rng)


@pytest.mark.parametrize("caller", ["batches", "split"])
def test_data_that_do_not_pair_up_are_refused(caller):
    rng = np.random.default_rng(0)

    def call(X, y):
        return batches(X, y, 1, rng=rng) if caller == "batches" else split(X, y, test_size=1, rng=rng)

    text = f"{caller} expects as many targets as examples, got 3 rows in X and 2 in y; "
    with raises(ValueError, text + "pass the two arrays of one data set."):
        call(np.zeros((3, 2)), np.zeros(2))
    text = f"{caller} expects at least one example, got empty X and y; check how they were selected."
    with raises(ValueError, text):
        call(np.zeros((0, 2)), np.zeros(0))
    text = f"{caller} expects X and y with one example per row, got shapes (3,) and ()."
    with raises(ValueError, text):
        call(np.zeros(3), np.float64(1.0))


# split


@given(
    st.integers(2, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n - 1))), st.integers(0, 2**32)
)
def test_the_two_parts_hold_every_example_once_with_its_own_target(size, seed):
    n, count = size
    (X_train, y_train), (X_test, y_test) = split(
        *numbered(n), test_size=count, rng=np.random.default_rng(seed)
    )
    assert len(X_train) == len(y_train) == n - count
    assert len(X_test) == len(y_test) == count
    assert sorted([*y_train, *y_test]) == list(range(n))
    assert np.array_equal(X_train[:, 0], y_train) and np.array_equal(X_test[:, 0], y_test)


def test_the_test_part_is_the_end_of_one_permutation():
    order = np.random.default_rng(5).permutation(10)
    train, test = split(*numbered(10), test_size=3, rng=np.random.default_rng(5))
    assert train[1].tolist() == order[:7].tolist()
    assert test[1].tolist() == order[7:].tolist()


@pytest.mark.parametrize(
    ("share", "count"), [(0.25, 2), (0.3, 3), (0.05, 1), (0.94, 9), (np.float32(0.5), 5)]
)
def test_a_share_gives_the_nearest_count(share, count):
    n = 8 if share == 0.25 else 10 if share != 0.05 else 20
    _, test = split(*numbered(n), test_size=share, rng=np.random.default_rng(0))
    assert len(test[0]) == count


def test_the_parts_are_copies():
    X, y = numbered(4)
    for part in split(X, y, test_size=1, rng=np.random.default_rng(0)):
        assert not np.shares_memory(part[0], X) and not np.shares_memory(part[1], y)


@pytest.mark.parametrize("size", [0, 10, 11, -1, 0.04, 0.96])
def test_an_empty_part_is_refused(size):
    text = (
        f"split expects at least one training and one test example, got test_size={size} of 10 examples; "
        f"choose a test_size that leaves both parts non-empty."
    )
    with raises(ValueError, text):
        split(*numbered(10), test_size=size, rng=np.random.default_rng(0))


@pytest.mark.parametrize("size", [0.0, 1.0, 1.5, -0.1, math.nan])
def test_a_share_outside_zero_to_one_is_refused(size):
    text = (
        f"split expects a float test_size to lie between 0 and 1, got {size}; "
        f"pass an int to give the number of test examples."
    )
    with raises(ValueError, text):
        split(*numbered(10), test_size=size, rng=np.random.default_rng(0))


@pytest.mark.parametrize("size", [None, "0.2", True])
def test_a_test_size_of_the_wrong_kind_is_refused(size):
    text = (
        f"split expects test_size to be an int (a count) or a float (a share), got {size!r}; "
        f"pass for example test_size=0.25."
    )
    with raises(TypeError, text):
        split(*numbered(10), test_size=size, rng=np.random.default_rng(0))


def test_split_asks_for_a_generator():
    text = "split expects rng to be a numpy.random.Generator, got 0; pass np.random.default_rng(0)."
    with raises(TypeError, text):
        split(*numbered(10), test_size=2, rng=0)


