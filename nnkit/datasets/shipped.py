"""Small real data sets that come with the package; sources and licenses stand in nnkit/_datasets/LICENSES.md.

Points drawn from a formula belong to `generated`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nnkit.arguments import check_choice

Pair = tuple[np.ndarray, np.ndarray]

SHIPPED = ("digits", "iris", "wine", "breast_cancer", "diabetes")


class Description(NamedTuple):
    """Names of the columns of `X`, and of the classes that `y` counts.

    Parameters
    ----------
    features : tuple of str
        One name per column, with its unit where one is known.
    classes : tuple of str
        Name of class 0, 1, ...; empty when the target is a quantity.
    """

    features: tuple[str, ...]
    classes: tuple[str, ...]


def digits() -> Pair:
    """Handwritten digits, 8 x 8 pixels: 1797 examples, 10 classes.

    Returns
    -------
    X : ndarray, shape (1797, 64)
        Share of ink in each pixel, in [0, 1], in steps of 1/16; `X[i].reshape(8, 8)` is the image.
    y : ndarray of int64, shape (1797,)
        The digit, 0 to 9.

    Examples
    --------
    >>> X, y = digits()
    >>> X.shape, y[:5].tolist()
    ((1797, 64), [0, 1, 2, 3, 4])

    References
    ----------
    Alpaydin & Kaynak 1998, "Optical Recognition of Handwritten Digits" (its test part), UCI Machine Learning
    Repository, doi:10.24432/C50P49, CC BY 4.0. Counts of 0 to 16 there, divided by 16 here.
    """
    X, y = _load("digits")
    return X / 16.0, y


def iris() -> Pair:
    """Iris flowers: 150 examples, 4 lengths, 3 species of 50 each.

    Returns
    -------
    X : ndarray, shape (150, 4)
        Length and width of sepal and petal, in centimeters.
    y : ndarray of int64, shape (150,)
        0 setosa, 1 versicolor, 2 virginica; sorted.

    Examples
    --------
    >>> X, y = iris()
    >>> X[0].tolist(), np.bincount(y).tolist()
    ([5.1, 3.5, 1.4, 0.2], [50, 50, 50])

    References
    ----------
    Fisher 1936, "The use of multiple measurements in taxonomic problems", table I; UCI Machine Learning
    Repository, doi:10.24432/C56C76, CC BY 4.0. As in scikit-learn, rows 34 and 37 follow the paper where
    UCI's copy does not.
    """
    return _load("iris")


def wine() -> Pair:
    """Chemical analysis of Italian wines: 178 examples, 13 features, 3 growers.

    The features differ in scale by a factor of a thousand: standardize them.

    Returns
    -------
    X : ndarray, shape (178, 13)
        Alcohol, magnesium, hue, proline and more; `describe("wine").features` names all. The source gives no
        units.
    y : ndarray of int64, shape (178,)
        Grower, 0 to 2 (59, 71 and 48 wines); sorted.

    Examples
    --------
    >>> X, y = wine()
    >>> X.shape, np.bincount(y).tolist()
    ((178, 13), [59, 71, 48])

    References
    ----------
    Aeberhard & Forina 1992, "Wine", UCI Machine Learning Repository, doi:10.24432/C5PC7J, CC BY 4.0.
    """
    return _load("wine")


def breast_cancer() -> Pair:
    """Cell nuclei of breast tumors: 569 examples, 30 features, 2 classes.

    Returns
    -------
    X : ndarray, shape (569, 30)
        Mean, standard error and mean of the three largest values of ten measures of the nuclei in one image:
        radius, texture, area, ...; `describe("breast_cancer").features` names all.
    y : ndarray of int64, shape (569,)
        0 malignant (212), 1 benign (357).

    Examples
    --------
    >>> X, y = breast_cancer()
    >>> X.shape, np.bincount(y).tolist()
    ((569, 30), [212, 357])

    References
    ----------
    Wolberg, Mangasarian, Street & Street 1995, "Breast Cancer Wisconsin (Diagnostic)", UCI Machine Learning
    Repository, doi:10.24432/C5DW2B, CC BY 4.0.
    """
    return _load("breast_cancer")


def diabetes() -> Pair:
    """Progress of diabetes: 442 patients, 10 features, a quantity to predict.

    Returns
    -------
    X : ndarray, shape (442, 10)
        Age in years, sex (1 or 2), body mass index in kg/m2, mean blood pressure and six blood serum values;
        in their own units, where scikit-learn's default scales each column.
    y : ndarray of float64, shape (442,)
        Measure of the disease's progress within a year, 25 to 346, without a unit.

    Examples
    --------
    >>> X, y = diabetes()
    >>> X[0, :3].tolist(), float(y[0])
    ([59.0, 2.0, 32.1], 151.0)

    References
    ----------
    Efron, Hastie, Johnstone & Tibshirani 2004, "Least Angle Regression", section 1; distributed with
    scikit-learn. The source states no license.
    """
    return _load("diabetes")


def describe(name: str) -> Description:
    """Names of the features and classes of a shipped data set.

    Parameters
    ----------
    name : {"digits", "iris", "wine", "breast_cancer", "diabetes"}
        Name of the function that loads it.

    Returns
    -------
    Description
        `features`, one name per column, and `classes`, one name per class.

    Raises
    ------
    ValueError
        If no shipped data set has this name.
    TypeError
        If the name is not a str.

    Examples
    --------
    >>> describe("iris").classes
    ('setosa', 'versicolor', 'virginica')
    """
    stored = _read(check_choice("describe", "name", name, SHIPPED))
    return Description(tuple(stored["features"].tolist()), tuple(stored["classes"].tolist()))


def _load(name: str) -> Pair:
    stored = _read(name)
    y = stored["y"]
    return stored["X"].astype(np.float64), y.astype(np.int64 if y.dtype.kind == "u" else np.float64)


def _read(name: str) -> dict[str, np.ndarray]:
    from importlib import resources  # here, because it would slow down `import nnkit`

    with resources.files("nnkit").joinpath(f"_datasets/{name}.npz").open("rb") as file:
        return dict(np.load(file, allow_pickle=False))
