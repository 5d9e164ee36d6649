import base64
import io
import re

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

from nnkit.analysis import DecisionGrid, decision_grid
from nnkit.plots import book_style, decision_regions
from nnkit.plots.style import CLASS_TINTS, COLORS, PAPER

X = np.array([[0.0, 1.0], [1.0, 0.0], [0.2, 0.9], [0.4, 0.5]])
Y = np.array([1, 0, 1, 1])


def raises(error, text):
    return pytest.raises(error, match=f"^{re.escape(text)}$")


def model(points):
    return 3.0 * points


def by_hand(classes, confidence, n_classes=2):
    classes, confidence = np.array(classes), np.array(confidence)
    rows, columns = classes.shape
    return DecisionGrid(np.arange(float(columns)), np.arange(float(rows)), classes, confidence, n_classes)


def test_the_image_has_one_pixel_per_grid_point_centered_there():
    grid = decision_grid(model, X, resolution=20)
    (image,) = decision_regions(grid).get_images()
    assert image.get_array().shape == (20, 20, 3)
    assert image.origin == "lower" and image.get_interpolation() == "none"
    left, right, bottom, top = image.get_extent()
    centers = left + (np.arange(20) + 0.5) * (right - left) / 20
    np.testing.assert_allclose(centers, grid.x, rtol=0, atol=1e-12)
    centers = bottom + (np.arange(20) + 0.5) * (top - bottom) / 20
    np.testing.assert_allclose(centers, grid.y, rtol=0, atol=1e-12)


def test_a_sure_class_has_its_full_tint_and_a_guess_is_palest():
    ax = decision_regions(by_hand([[0, 1], [1, 0]], [[1.0, 1.0], [0.5, 0.5]]))
    pixels = ax.get_images()[0].get_array()
    assert [to_hex(pixels[0, 0]), to_hex(pixels[0, 1])] == CLASS_TINTS.colors[:2]
    paper = np.array(to_rgb(PAPER))
    for pixel, sure in ((pixels[1, 0], pixels[0, 1]), (pixels[1, 1], pixels[0, 0])):
        np.testing.assert_allclose(pixel - paper, 0.35 * (sure - paper), rtol=0, atol=1e-12)


def test_less_confidence_is_never_darker_and_few_colors_are_used():
    confidence = np.linspace(0.5, 1.0, 200) * np.ones((2, 1))
    grid = by_hand(np.zeros((2, 200), int), confidence)
    pixels = decision_regions(grid).get_images()[0].get_array()[0]
    assert (np.diff(pixels.sum(axis=1)) <= 0.0).all()
    assert len(np.unique(pixels, axis=0)) == 8


def test_every_class_has_its_own_marker_color_and_name():
    ax = decision_regions(decision_grid(model, X), X, Y)
    first, second = ax.collections
    assert first.get_offsets().tolist() == X[Y == 0].tolist()
    assert second.get_offsets().tolist() == X[Y == 1].tolist()
    assert [to_hex(points.get_facecolor()[0]) for points in (first, second)] == COLORS[:2]
    assert first.get_paths()[0].vertices.shape != second.get_paths()[0].vertices.shape
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["class 0", "class 1"]


def test_a_class_without_points_is_named_too():
    ax = decision_regions(decision_grid(model, X), X[:1], Y[:1])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["class 0", "class 1"]


def test_the_view_is_the_grid_and_points_outside_do_not_widen_it():
    grid = decision_grid(model, X)
    bare = decision_regions(grid)
    limits = (bare.get_xlim(), bare.get_ylim())
    ax = decision_regions(grid, np.array([[50.0, 50.0]]), np.array([0]))
    assert (ax.get_xlim(), ax.get_ylim()) == limits
    assert limits[0] == pytest.approx(bare.get_images()[0].get_extent()[:2])


def test_axes_are_labeled_and_used_when_given():
    _, ax = pyplot.subplots()
    before = pyplot.get_fignums()
    assert decision_regions(decision_grid(model, X), ax=ax) is ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$x_1$", "$x_2$")
    assert ax.get_legend() is None
    assert pyplot.get_fignums() == before


def test_a_new_figure_has_the_style_of_the_book_and_leaves_the_settings_alone():
    settings = pyplot.rcParams.copy()
    ax = decision_regions(decision_grid(model, X))
    assert tuple(ax.figure.get_size_inches()) == book_style()["figure.figsize"]
    assert to_hex(ax.figure.get_facecolor()) == PAPER
    assert pyplot.rcParams == settings


def test_an_svg_holds_just_the_pixels_of_the_grid():
    ax = decision_regions(decision_grid(model, X, resolution=30), X, Y)
    file = io.StringIO()
    ax.figure.savefig(file, format="svg")
    (data,) = re.findall(r'data:image/png;base64,\s*([^"]+)"', file.getvalue())
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (30, 30)


def test_other_grids_and_axes_are_refused():
    text = (
        "decision_regions expects a DecisionGrid, got ndarray; "
        "make one with nnkit.analysis.decision_grid(model, X)."
    )
    with raises(TypeError, text):
        decision_regions(X)
    text = "expected ax to be one matplotlib Axes, got Figure; pass figure.subplots()."
    with raises(TypeError, text):
        decision_regions(decision_grid(model, X), ax=pyplot.figure())
    with raises(ValueError, "decision_regions draws at most 6 classes, got 7."):
        decision_regions(by_hand([[0]], [[1.0]], n_classes=7))


def test_points_that_do_not_fit_the_grid_are_refused():
    grid = decision_grid(model, X)
    text = "decision_regions expects X and y together, got only one of them; pass both or neither."
    for points in ({"X": X}, {"y": Y}):
        with raises(ValueError, text):
            decision_regions(grid, **points)
    text = "decision_regions expects X of shape (n, 2) and y of shape (n,), got (4, 2) and (3,)."
    with raises(ValueError, text):
        decision_regions(grid, X, Y[:3])
    text = (
        "decision_regions expects the classes in y to be integers from 0 to 1; got int64 values from 0 to 2."
    )
    with raises(ValueError, text):
        decision_regions(grid, X, np.array([0, 1, 2, 0]))
    text = (
        "decision_regions expects the classes in y to be integers from 0 to 1; "
        "got float64 values from 0.0 to 1.0."
    )
    with raises(ValueError, text):
        decision_regions(grid, X, Y.astype(float))
    assert not pyplot.get_fignums()  # refused before a figure is made
