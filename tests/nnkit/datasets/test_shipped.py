"""The shipped data sets against scikit-learn and against what their documentation says."""

import re

import numpy as np
import pytest
import sklearn.datasets as peer

from nnkit import datasets

NAMES = ["digits", "iris", "wine", "breast_cancer", "diabetes"]
SHAPES = {
    "digits": (1797, 64),
    "iris": (150, 4),
    "wine": (178, 13),
    "breast_cancer": (569, 30),
    "diabetes": (442, 10),
}


def load_peer(name):
    options = {"scaled": False} if name == "diabetes" else {}
    return getattr(peer, f"load_{name}")(**options)


@pytest.mark.parametrize("name", NAMES)
def test_values_equal_those_of_scikit_learn(name):
    X, y = getattr(datasets, name)()
    bunch = load_peer(name)
    assert np.array_equal(X, bunch.data / 16 if name == "digits" else bunch.data)
    assert np.array_equal(y, bunch.target)


@pytest.mark.parametrize("name", NAMES)
def test_shapes_and_types_are_as_documented(name):
    X, y = getattr(datasets, name)()
    assert (X.shape, X.dtype) == (SHAPES[name], np.float64)
    assert (y.shape, y.dtype) == (SHAPES[name][:1], np.float64 if name == "diabetes" else np.int64)


@pytest.mark.parametrize("name", NAMES)
def test_each_call_gives_fresh_writable_arrays(name):
    X, y = getattr(datasets, name)()
    original_X, original_y = X.copy(), y.copy()
    X[:] = -1.0
    y[:] = -1
    again_X, again_y = getattr(datasets, name)()
    assert np.array_equal(again_X, original_X) and np.array_equal(again_y, original_y)


def test_digits_are_shares_of_ink_in_sixteenths():
    X, y = datasets.digits()
    assert (X.min(), X.max()) == (0.0, 1.0)
    assert np.array_equal(X * 16, np.round(X * 16))
    assert sorted(set(y.tolist())) == list(range(10))


def test_diabetes_differs_from_the_default_of_scikit_learn_by_centering_and_scaling_alone():
    X, _ = datasets.diabetes()
    centered = X - X.mean(axis=0)
    scaled = centered / np.sqrt((centered**2).sum(axis=0))
    np.testing.assert_allclose(scaled, peer.load_diabetes().data, rtol=0, atol=1e-14)


def test_documented_counts_and_ranges_hold():
    assert np.bincount(datasets.iris()[1]).tolist() == [50, 50, 50]
    assert np.bincount(datasets.wine()[1]).tolist() == [59, 71, 48]
    assert np.bincount(datasets.breast_cancer()[1]).tolist() == [212, 357]
    target = datasets.diabetes()[1]
    assert (target.min(), target.max()) == (25.0, 346.0)
    assert set(datasets.diabetes()[0][:, 1]) == {1.0, 2.0}


def test_two_rows_of_iris_follow_the_paper_of_fisher():
    X, _ = datasets.iris()
    assert X[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert X[37].tolist() == [4.9, 3.6, 1.4, 0.1]


@pytest.mark.parametrize("name", NAMES)
def test_descriptions_name_every_column_and_every_class(name):
    X, y = getattr(datasets, name)()
    features, classes = datasets.describe(name)
    assert len(features) == len(set(features)) == X.shape[1]
    assert classes == () if name == "diabetes" else len(classes) == y.max() + 1
    assert all(type(text) is str for text in features + classes)


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer"])
def test_descriptions_name_what_scikit_learn_names(name):
    features, classes = datasets.describe(name)
    bunch = load_peer(name)
    assert list(features) == [feature.replace("_", " ") for feature in bunch.feature_names]
    assert list(classes) == [label.replace("_", " ") for label in bunch.target_names]


@pytest.mark.parametrize("name", ["mnist", "moons", "../data"])
def test_describe_refuses_other_names(name):
    names = "'digits', 'iris', 'wine', 'breast_cancer' or 'diabetes'"
    text = f"describe expects name to be {names}, got str {name!r}."
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        datasets.describe(name)
