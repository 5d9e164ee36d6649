"""The checks at the door: what passes unchanged, and what an error says."""

import math
import os

import numpy as np
import pytest

from nnkit import arguments


def refusal(kind, check, *arguments, **options):
    with pytest.raises(kind) as error:
        check(*arguments, **options)
    return str(error.value)


def test_a_kind_is_named_with_its_article():
    check = arguments.check_kind
    assert check("f", "x", 3, int) is None
    assert refusal(TypeError, check, "f", "x", "a", int) == "f expects x to be an int, got str 'a'."
    assert refusal(TypeError, check, "f", "x", 3, str) == "f expects x to be a str, got int 3."
    assert (
        refusal(TypeError, check, "f", "x", None, (dict, list)) == "f expects x to be a dict, got NoneType."
    )
    assert refusal(TypeError, check, "f", "x", dict, dict, "call it") == (
        "f expects x to be a dict, got the class dict; call it."
    )


@pytest.mark.parametrize(
    ("name", "article"),
    [("Array", "an"), ("array", "an"), ("Image", "an"), ("Text", "a"), ("Xylophone", "a")],
)
def test_the_article_is_that_of_the_first_letter(name, article):
    kind = type(name, (), {})
    text = refusal(TypeError, arguments.check_kind, "f", "x", 1, kind)
    assert text == f"f expects x to be {article} {name}, got int 1."


@pytest.mark.parametrize("value", [True, False, np.True_])
def test_flags_become_plain(value):
    assert arguments.check_bool("f", "x", value) is bool(value)


def test_what_is_no_flag_is_refused():
    assert (
        refusal(TypeError, arguments.check_bool, "f", "x", 1) == "f expects x to be True or False, got int 1."
    )


@pytest.mark.parametrize(
    ("value", "low", "high"), [(1, 1, math.inf), (5, 1, 5), (0, 0, math.inf), (np.int32(3), 1, 4)]
)
def test_whole_numbers_within_their_bounds_become_plain(value, low, high):
    found = arguments.check_int("f", "x", value, low=low, high=high)
    assert found == value
    assert type(found) is int


def test_what_is_no_whole_number_within_its_bounds_is_refused():
    check = arguments.check_int
    assert refusal(ValueError, check, "f", "x", 0) == "f expects x to be at least 1, got 0."
    assert refusal(ValueError, check, "f", "x", 0, high=4) == "f expects x to be from 1 to 4, got 0."
    assert refusal(ValueError, check, "f", "x", 5, high=4) == "f expects x to be from 1 to 4, got 5."
    assert refusal(ValueError, check, "f", "x", 1, low=2, remedy="add one") == (
        "f expects x to be at least 2, got 1; add one."
    )
    assert refusal(TypeError, check, "f", "x", 1.0, remedy="round it") == (
        "f expects x to be an int, got float 1.0; round it."
    )
    assert refusal(TypeError, check, "f", "x", True) == "f expects x to be an int, got bool True."


@pytest.mark.parametrize(
    ("value", "interval"),
    [(0, "[0, 1)"), (0.999, "[0, 1)"), (1, "(0, 1]"), (1e-300, "(0, inf)"), (-1e300, "(-inf, inf)")],
)
def test_numbers_of_the_interval_become_plain(value, interval):
    for number in (value, np.float64(value)):
        found = arguments.check_number("f", "x", number, interval)
        assert found == value
        assert type(found) is float


@pytest.mark.parametrize(
    ("value", "interval"),
    [
        (1, "[0, 1)"),
        (0, "(0, 1]"),
        (-1e-9, "[0, 1)"),
        (1 + 1e-9, "(0, 1]"),
        (math.nan, "(-inf, inf)"),
        (math.inf, "[0, inf]"),
        (-math.inf, "[-inf, 0]"),
    ],
)
def test_numbers_outside_the_interval_are_refused(value, interval):
    text = refusal(ValueError, arguments.check_number, "f", "x", value, interval, "try 0.5")
    assert text == f"f expects x in {interval}, got {value}; try 0.5."


@pytest.mark.parametrize("value", [True, np.False_, "1", None, 1j, np.ones(1)])
def test_what_is_no_number_is_refused(value):
    text = refusal(TypeError, arguments.check_number, "f", "x", value, "[0, 1]")
    assert text.startswith("f expects x to be a number, got ")
    assert text.endswith(f"{type(value).__name__}.") or repr(value) in text or "(1,)" in text


def test_a_choice_is_one_of_its_names():
    check, names = arguments.check_choice, ("up", "down", "left")
    assert check("f", "x", "down", names) == "down"
    assert refusal(ValueError, check, "f", "x", "u", names) == (
        "f expects x to be 'up', 'down' or 'left', got str 'u'."
    )
    assert refusal(TypeError, check, "f", "x", 1, iter(names)) == (
        "f expects x to be 'up', 'down' or 'left', got int 1."
    )


def test_a_generator_is_no_seed():
    arguments.check_rng("f", np.random.default_rng(0))
    assert refusal(TypeError, arguments.check_rng, "f", 0) == (
        "f expects rng to be a Generator, got int 0; pass np.random.default_rng(0)."
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64, "float32", "float64", np.dtype("float64")])
def test_dtypes_become_numpys(dtype):
    assert arguments.check_dtype("f", dtype) == np.dtype(dtype)
    assert isinstance(arguments.check_dtype("f", dtype), np.dtype)


def test_other_dtypes_are_refused():
    assert refusal(TypeError, arguments.check_dtype, "f", np.int64) == (
        "f expects dtype to be np.float64 or np.float32, got the class int64."
    )


def test_arrays_of_floats_pass_and_others_are_named_with_the_remedy():
    check = arguments.check_floats
    for dtype in (np.float32, np.float64):
        assert check("f", "x", np.ones(3, dtype)) is None
    assert refusal(TypeError, check, "f", "x", [1.0]) == (
        "f expects x as a floating-point ndarray, got list; pass np.array(..., dtype=np.float64)."
    )
    assert refusal(TypeError, check, "f", "x", np.ones(3, int)) == (
        "f expects x as a floating-point ndarray, got dtype int64; convert it with x.astype(np.float64)."
    )


def test_a_shape_is_met_exactly():
    check = arguments.check_shape
    assert check("f", "x", np.ones((2, 3)), (2, 3)) is None
    assert refusal(ValueError, check, "f", "x", np.ones((2, 1)), (2, 3)) == (
        "f expects x of shape (2, 3), got (2, 1)."
    )
    assert refusal(TypeError, check, "f", "x", np.ones((2, 3), int), (2, 3)).startswith(
        "f expects x as a floating-point ndarray, got dtype int64"
    )


def test_an_axis_given_by_name_has_any_length():
    check = arguments.check_shape
    for n in (0, 1, 7):
        assert check("f", "x", np.ones((n, 3)), ("n", 3)) is None
    for shape in ((7, 2), (3,), (7, 3, 1)):
        assert refusal(ValueError, check, "f", "x", np.ones(shape), ("n", 3), "turn it") == (
            f"f expects x of shape (n, 3), got {shape}; turn it."
        )


@pytest.mark.parametrize("shape", [(1,), (3,), (0,), (0, 3), (1, 1), (2, 1, 3)])
def test_a_batch_has_an_axis_of_examples_and_may_be_empty(shape):
    assert arguments.check_batch("f", np.ones(shape)) is None


@pytest.mark.parametrize("shape", [(), (2, 0), (0, 0), (2, 3, 0), (2, 0, 3)])
def test_examples_of_nothing_are_no_batch(shape):
    assert refusal(ValueError, arguments.check_batch, "f", np.ones(shape)) == (
        f"f expects x of shape (batch, ...), got {shape}; give it examples as rows."
    )


def test_a_batch_is_an_array_of_floats():
    assert refusal(TypeError, arguments.check_batch, "f", np.ones((2, 3), int)) == (
        "f expects x as a floating-point ndarray, got dtype int64; convert it with x.astype(np.float64)."
    )


@pytest.mark.parametrize("array", [[1, 2], [[True]], np.ones((2, 3), np.float32), np.ones(1, np.uint8)])
def test_real_numbers_become_an_array_of_their_own_dtype(array):
    found = arguments.as_numbers("f", "x", array)
    assert isinstance(found, np.ndarray)
    assert found.dtype == np.asarray(array).dtype
    assert found.tolist() == np.asarray(array).tolist()


def test_what_holds_no_real_numbers_is_refused():
    check = arguments.as_numbers
    assert refusal(ValueError, check, "f", "x", [[1.0], [1.0, 2.0]]) == (
        "f expects x as an array, got rows of unequal length; make them equally long."
    )
    assert refusal(TypeError, check, "f", "x", ["a", "b"]) == (
        "f expects x to hold real numbers, got dtype <U1; encode it as numbers first."
    )
    for array in (3.0, np.ones((0, 2))):
        assert refusal(ValueError, check, "f", "x", array) == (
            f"f expects x to hold at least one example, got shape {np.shape(array)}."
        )


def test_numbers_may_be_asked_for_in_a_shape():
    check = arguments.as_numbers
    assert check("f", "x", [[1, 2]], (1, 2)).tolist() == [[1, 2]]
    assert refusal(ValueError, check, "f", "x", [1, 2], (3,)) == "f expects x of shape (3,), got (2,)."
    assert refusal(ValueError, check, "f", "x", [1, 2], (2, 1)) == (
        "f expects x of shape (2, 1), got (2,); add an axis with x[..., None]."
    )
    assert refusal(ValueError, check, "f", "x", [[1], [2]], (2,)) == (
        "f expects x of shape (2,), got (2, 1); drop the last axis with x[..., 0]."
    )


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64])
def test_class_indices_are_whole_numbers_below_the_number_of_classes(dtype):
    found = arguments.as_classes("f", "y", np.array([2, 0, 1], dtype), 3, 3)
    assert found.tolist() == [2, 0, 1]
    assert found.dtype == dtype
    assert arguments.as_classes("f", "y", [10**6], 1).tolist() == [10**6]  # of how many is not known


@pytest.mark.parametrize(
    ("array", "kind", "rest"),
    [
        (
            [0, 1],
            ValueError,
            "of shape (3,) with class indices, got (2,); give one class index per example.",
        ),
        (
            [[0], [1], [2]],
            ValueError,
            "of shape (3,) with class indices, got (3, 1); drop the last axis with y[..., 0].",
        ),
        (
            [[0, 1]] * 3,
            ValueError,
            "of shape (3,) with class indices, got (3, 2); give one class index per example.",
        ),
        (
            [0.0, 1.0, 2.0],
            TypeError,
            "to hold class indices as integers, got dtype float64; convert it with y.astype(np.int64).",
        ),
        (
            ["a", "b", "c"],
            TypeError,
            "to hold real numbers, got dtype <U1; encode it as numbers first.",
        ),
        (
            [0, 3, 1],
            ValueError,
            "to hold class indices from 0 to 2, got 3; "
            "number the classes from 0; the model needs one output for each.",
        ),
        (
            [0, -1, 2],
            ValueError,
            "to hold class indices from 0 to 2, got -1; "
            "number the classes from 0; the model needs one output for each.",
        ),
    ],
)
def test_what_holds_no_class_indices_is_refused(array, kind, rest):
    assert refusal(kind, arguments.as_classes, "f", "y", array, 3, 3) == f"f expects y {rest}"


def test_what_would_do_for_class_indices_is_said():
    text = refusal(ValueError, arguments.as_classes, "f", "y", [0], 3, 2, probabilities=True)
    assert text == (
        "f expects y of shape (3,) with class indices or (3, 2) with probabilities, got (1,); "
        "give one class index per example."
    )


def test_long_values_are_shortened():
    assert arguments.described("a" * 100) == f"str '{'a' * 12}...{'a' * 13}'"
    assert arguments.described(np.ones((2, 3))) == "an ndarray of shape (2, 3)"
    assert arguments.described([1, 2]) == "list"


def test_a_pair_has_one_target_for_each_row():
    X, y = arguments.as_pair("f", [[1.0], [2.0]], [0, 1])
    assert X.shape == (2, 1)
    assert y.tolist() == [0, 1]
    text = refusal(ValueError, arguments.as_pair, "f", [[1.0], [2.0]], [0], " of validation")
    assert text == (
        "f expects y of validation with one target for each of the 2 rows of X, got 1; "
        "pass arrays of one data set."
    )


def test_a_pair_of_other_things_than_numbers_is_refused_by_name():
    assert refusal(TypeError, arguments.as_pair, "f", ["a"], [0]).startswith("f expects X to hold real ")
    assert refusal(TypeError, arguments.as_pair, "f", [0], ["a"]).startswith("f expects y to hold real ")
    assert refusal(ValueError, arguments.as_pair, "f", [0], [0, 1]).startswith("f expects y with one target ")
    assert refusal(TypeError, arguments.as_pair, "f", [0], ["a"], " of validation").startswith(
        "f expects y of validation to hold real numbers"
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused_with_its_first_row(bad):
    assert arguments.check_finite("f", "x", np.array([1, 2])) is None
    x = np.array([[0.0, 1.0], [bad, 2.0], [3.0, 4.0], [bad, bad]])
    assert refusal(ValueError, arguments.check_finite, "f", "x", x) == (
        "f expects x to be finite, got NaN or infinity in 2 of 4 rows, first in row 1; "
        "fill or drop these rows."
    )


def test_a_library_is_loaded_by_the_name_of_a_module():
    assert arguments.load_library("f", "math") is math
    assert arguments.load_library("f", "os.path") is os.path


@pytest.mark.parametrize("module", ["no_such_package", "no_such_package.part.of_it"])
def test_a_library_that_is_missing_is_told_by_the_name_of_its_package(module):
    assert refusal(ImportError, arguments.load_library, "f", module) == (
        "f expects the package no_such_package, which is not installed; pip install no_such_package."
    )
