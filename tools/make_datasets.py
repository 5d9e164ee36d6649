"""Write nnkit/_datasets/*.npz from the copies that scikit-learn bundles.

Run from the repository root: `python tools/make_datasets.py`. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn import datasets

FOLDER = Path(__file__).resolve().parent.parent / "nnkit" / "_datasets"

# what the columns of the diabetes data are, Efron et al. 2004 and the data's own page
DIABETES_FEATURES = [
    "age (years)",
    "sex (1 or 2)",
    "body mass index (kg/m2)",
    "mean blood pressure (mm Hg)",
    "total cholesterol",
    "low-density lipoproteins",
    "high-density lipoproteins",
    "total cholesterol / HDL",
    "log of serum triglycerides (possibly)",
    "blood sugar",
]


def digits() -> dict[str, np.ndarray]:
    """Counts of ink, 0 to 16, as bytes; `nnkit.datasets.digits` divides by 16."""
    bunch = datasets.load_digits()
    features = [f"pixel ({row}, {column})" for row in range(8) for column in range(8)]
    return _entry(bunch.data.astype(np.uint8), bunch.target, features, [str(digit) for digit in range(10)])


def iris() -> dict[str, np.ndarray]:
    bunch = datasets.load_iris()
    return _entry(bunch.data, bunch.target, bunch.feature_names, bunch.target_names)


def wine() -> dict[str, np.ndarray]:
    bunch = datasets.load_wine()
    features = [name.replace("_", " ") for name in bunch.feature_names]
    return _entry(bunch.data, bunch.target, features, [name.replace("_", " ") for name in bunch.target_names])


def breast_cancer() -> dict[str, np.ndarray]:
    bunch = datasets.load_breast_cancer()
    return _entry(bunch.data, bunch.target, bunch.feature_names, bunch.target_names)


def diabetes() -> dict[str, np.ndarray]:
    """The columns in their own units; scikit-learn's default scales them to a sum of squares of one."""
    bunch = datasets.load_diabetes(scaled=False)
    return _entry(bunch.data, bunch.target, DIABETES_FEATURES, [])


def _entry(X: np.ndarray, y: np.ndarray, features: list[str], classes: list[str]) -> dict[str, np.ndarray]:
    target = y.astype(np.uint8) if len(classes) else y.astype(np.float64)
    return {"X": X, "y": target, "features": np.array(features, "U"), "classes": np.array(classes, "U")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write (default: the package)")
    folder = parser.parse_args().folder
    for make in (digits, iris, wine, breast_cancer, diabetes):
        path = folder / f"{make.__name__}.npz"
        np.savez_compressed(path, **make())  # zip entries carry the fixed date 1980-01-01
        print(f"{path.name:<20} {path.stat().st_size:>7,} bytes")


if __name__ == "__main__":
    main()
