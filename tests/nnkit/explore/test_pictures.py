"""Pictures: compact SVG that repeats to the byte and takes its colors from the page; small PNG."""

import io
import re
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from nnkit.explore import pictures
from nnkit.plots import style


@pytest.fixture
def figure():
    with mpl.rc_context(style.book_style()):
        drawn = Figure(figsize=(3, 2))
        axes = drawn.subplots()
        axes.plot(np.linspace(0, 1, 30), np.linspace(0, 1, 30) ** 2)
        axes.set(xlabel="weight", title="loss")
    return drawn


def test_the_same_figure_gives_the_same_bytes(figure):
    assert pictures.to_svg(figure, salt="a") == pictures.to_svg(figure, salt="a")


def test_the_svg_is_well_formed_and_scales(figure):
    root = ElementTree.fromstring(pictures.to_svg(figure, salt="a"))
    assert root.get("viewBox") == "0 0 216 144"
    assert root.get("width") is None and root.get("height") is None


def test_texts_stay_texts_and_colors_become_variables(figure):
    svg = pictures.to_svg(figure, salt="a")
    assert ">weight</text>" in svg
    assert "var(--nn-blue, #0072b2)" in svg
    assert not re.search(r"(?<!, )#0072b2", svg), "a color without its variable would ignore the dark theme"


def test_nothing_reaches_beyond_the_picture(figure):
    svg = pictures.to_svg(figure, salt="a")
    assert "<style" not in svg, "a style element would apply to the whole page"
    assert '<g id="' not in svg, "group ids repeat in every figure"
    own, other = (set(re.findall(r'id="([^"]+)"', pictures.to_svg(figure, salt=salt))) for salt in "ab")
    assert own and not own & other, "ids of two explorers on a page must differ"


def test_coordinates_have_one_decimal_at_most(figure):
    for path in re.findall(r' d="([^"]*)"', pictures.to_svg(figure, salt="a")):
        assert not re.search(r"\.\d\d", path)


def test_an_image_is_stored_as_its_own_small_grid():
    figure = Figure(figsize=(4, 4))
    figure.subplots().imshow(np.eye(8), interpolation="none")
    assert len(pictures.to_svg(figure, salt="a")) < 12_000


def test_the_png_has_the_asked_density_and_palette(figure):
    image = Image.open(io.BytesIO(pictures.to_png(figure, dpi=200, colors=16)))
    assert image.size == (600, 400) and len(image.getcolors()) <= 16
    assert Image.open(io.BytesIO(pictures.to_png(figure, dpi=100))).mode == "RGB"
