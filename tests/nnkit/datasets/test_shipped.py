import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets as peer

from nnkit import datasets

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "nnkit" / "_datasets"
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


def test_every_file_is_small_needs_no_pickle_and_has_its_license():
    files = sorted(FOLDER.glob("*.npz"))
    licenses = (FOLDER / "LICENSES.md").read_text(encoding="utf-8")
    assert [file.stem for file in files] == sorted(NAMES)
    assert sum(file.stat().st_size for file in files) < 200_000
    for file in files:
        assert f"`{file.name}`" in licenses
        with np.load(file, allow_pickle=False) as stored:
            assert sorted(stored) == ["X", "classes", "features", "y"]
            assert all(stored[key].dtype.kind in "ufU" for key in stored)
    assert "BSD 3-Clause License" in licenses and "Redistributions in binary form" in licenses


def test_the_generator_writes_the_same_files_again(tmp_path):
    subprocess.run([sys.executable, ROOT / "tools" / "make_datasets.py", "--folder", tmp_path], check=True)
    for name in NAMES:
        with (
            zipfile.ZipFile(FOLDER / f"{name}.npz") as ours,
            zipfile.ZipFile(tmp_path / f"{name}.npz") as new,
        ):
            assert ours.namelist() == new.namelist()
            for entry, again in zip(ours.infolist(), new.infolist(), strict=True):
                assert entry.date_time == again.date_time == (1980, 1, 1, 0, 0, 0)
                assert ours.read(entry) == new.read(again)
