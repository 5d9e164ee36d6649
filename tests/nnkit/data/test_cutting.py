import math
import re
import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnkit.data import batches, folds, split


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


@pytest.mark.parametrize("size", [0, -1, 6])
def test_a_batch_size_out_of_range_is_refused_by_the_call_itself(size):
    text = f"batches expects batch_size to be from 1 to 5, got {size}; 5 gives the full batch."
    with raises(ValueError, text):
        batches(*numbered(5), size, rng=np.random.default_rng(0))


@pytest.mark.parametrize("size", [np.int64(2), np.uint8(2)])
def test_a_numpy_integer_is_a_batch_size(size):
    assert len(list(batches(*numbered(4), size, shuffle=False))) == 2


def test_shuffling_without_a_generator_is_refused():
    text = "batches expects rng to be a Generator, got NoneType; pass np.random.default_rng(0)."
    with raises(TypeError, text):
        batches(*numbered(5), 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda X, y, rng: batches(X, y, 1, rng=rng),
        lambda X, y, rng: split(X, y, test_size=1, rng=rng),
        lambda X, y, rng: folds(X, y, 2, rng=rng),
    ],
    ids=["batches", "split", "folds"],
)
def test_data_that_do_not_pair_up_are_refused(call, request):
    text = (
        f"{request.node.callspec.id} expects y with one target for each of the 3 rows of X, got 2; "
        "pass arrays of one data set."
    )
    with raises(ValueError, text):
        call(np.zeros((3, 2)), np.zeros(2), np.random.default_rng(0))


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


@pytest.mark.parametrize(("size", "count"), [(0, 0), (10, 10), (11, 11), (-1, -1), (0.04, 0), (0.96, 10)])
def test_an_empty_part_is_refused(size, count):
    text = f"split expects test_size to be from 1 to 9, got {count}; each part needs an example."
    with raises(ValueError, text):
        split(*numbered(10), test_size=size, rng=np.random.default_rng(0))


@pytest.mark.parametrize("size", [0.0, 1.0, 1.5, -0.1, math.nan])
def test_a_share_outside_zero_to_one_is_refused(size):
    text = f"split expects test_size in (0, 1), got {size}; an int is a count."
    with raises(ValueError, text):
        split(*numbered(10), test_size=size, rng=np.random.default_rng(0))


labels = st.lists(st.integers(0, 3), min_size=2, max_size=40).map(np.array)


@settings(max_examples=60)
@given(labels, st.data())
def test_a_stratified_split_gives_each_class_its_share_to_within_one_example(y, data):
    count = data.draw(st.integers(1, len(y) - 1))
    X, rng = np.arange(len(y)), np.random.default_rng(len(y))
    sizes = np.bincount(y)
    try:
        (X_train, y_train), (X_test, y_test) = split(X, y, test_size=count, rng=rng, stratify=True)
    except ValueError as error:
        assert "expects y with enough examples of every class" in str(error)
        shares = sizes[sizes > 0] * count / len(y)
        assert (shares < 1).any() or (sizes[sizes > 0] - shares < 1).any()
        return
    assert len(y_test) == count
    assert sorted([*X_train, *X_test]) == list(range(len(y)))
    assert np.array_equal(y[X_train], y_train) and np.array_equal(y[X_test], y_test)
    assert (np.abs(np.bincount(y_test) - sizes * count / len(y)) < 1).all()


def test_a_stratified_split_is_random_within_each_class_and_keeps_no_order():
    y = np.repeat([0, 1], 50)
    tested = np.zeros(100)
    for seed in range(200):
        rng = np.random.default_rng(seed)
        (_, y_train), (X_test, _) = split(np.arange(100), y, test_size=20, rng=rng, stratify=True)
        tested[X_test] += 1
        assert 0 < y_train[:20].sum() < 20  # sorted by class it would be 0
    # binomial(200, 0.2): mean 40, deviation 5.7
    assert tested.min() > 40 - 5 * 5.7 and tested.max() < 40 + 5 * 5.7


def test_a_class_too_small_to_be_in_both_parts_is_refused():
    y = np.array([0] * 9 + [1])
    text = (
        "split expects y with enough examples of every class per part, got 1 of class 1; "
        "leave out stratify=True, or the class."
    )
    with raises(ValueError, text):
        split(np.arange(10), y, test_size=2, rng=np.random.default_rng(0), stratify=True)


# folds


@settings(max_examples=40)
@given(st.integers(2, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(2, n))), st.integers(0, 99))
def test_each_example_is_validated_once_and_trained_on_in_all_other_folds(size, seed):
    n, k = size
    parts = list(folds(*numbered(n), k, rng=np.random.default_rng(seed)))
    assert len(parts) == k
    assert sorted(row for _, (_, y) in parts for row in y) == list(range(n))
    for (X_train, y_train), (X_rest, y_rest) in parts:
        assert sorted([*y_train, *y_rest]) == list(range(n))
        assert np.array_equal(X_train[:, 0], y_train) and np.array_equal(X_rest[:, 0], y_rest)
        assert n // k <= len(y_rest) <= n // k + 1


@settings(max_examples=40)
@given(labels, st.integers(2, 4), st.integers(0, 99))
def test_stratified_folds_share_each_class_evenly(y, k, seed):
    y = np.concatenate([y, np.repeat(np.arange(4), k)])
    parts = list(folds(np.arange(len(y)), y, k, rng=np.random.default_rng(seed), stratify=True))
    counts = np.array([np.bincount(part, minlength=4) for _, (_, part) in parts])
    assert (counts.max(axis=0) - counts.min(axis=0) <= 1).all()
    assert np.ptp(counts.sum(axis=1)) <= 1
    assert sorted(row for _, (X, _) in parts for row in X) == list(range(len(y)))


def test_folds_draw_one_permutation_in_the_call_itself():
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    parts = folds(*numbered(7), 3, rng=rng)
    order = twin.permutation(7)
    assert rng.random() == twin.random()
    assert [y.tolist() for _, (_, y) in parts] == [order[start::3].tolist() for start in range(3)]


def test_stratified_folds_deal_out_class_by_class_as_drawn():
    y = np.random.default_rng(0).integers(0, 3, 200)
    parts = folds(np.arange(200), y, 4, rng=np.random.default_rng(3), stratify=True)
    drawn = np.random.default_rng(3).permutation(200).tolist()
    dealt = sorted(drawn, key=lambda row: y[row])  # Python's sort keeps the order within a class
    for fold, (_, (X, _)) in enumerate(parts):
        assert X.tolist() == [row for row in drawn if dealt.index(row) % 4 == fold]


def test_a_class_with_fewer_examples_than_folds_is_refused():
    text = (
        "folds expects y with enough examples of every class per part, got 2 of class 1; "
        "leave out stratify=True, or the class."
    )
    with raises(ValueError, text):
        folds(np.arange(9), np.array([0] * 7 + [1] * 2), 3, rng=np.random.default_rng(0), stratify=True)


def test_classes_that_are_not_integers_cannot_be_stratified():
    text = (
        "split expects y to hold class indices as integers, got dtype float64; "
        "convert it with y.astype(np.int64)."
    )
    with raises(TypeError, text):
        split(*[np.arange(4.0)] * 2, test_size=2, rng=np.random.default_rng(0), stratify=True)
