"""A book by somebody else: three lines in its `_config.yml`, and its explorer works in the page."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "tests" / "second_book"


@pytest.fixture(scope="module")
def built(tmp_path_factory, build_book):
    """The folder of the second book's pages, built from a copy far from this repository's own files."""
    folder = tmp_path_factory.mktemp("second") / "book"
    shutil.copytree(BOOK, folder)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("NNKIT_EXPLORER_FRAMES", None)
    return build_book(folder, environment)


def test_its_configuration_names_the_extension_and_nothing_else_of_ours():
    lines = (BOOK / "_config.yml").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "nnkit" in line] == ["  extra_extensions: [nnkit.explore.sphinx]"]


def test_its_explorer_works_from_a_folder(built, browser):
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((built / "index.html").as_uri())
    figure = page.locator('[data-explorer="waves"]')
    figure.scroll_into_view_if_needed()
    page.wait_for_selector('[data-explorer="waves"].nn-ready')
    sentence, picture = figure.locator(".nn-sentence"), figure.locator(".nn-stage")
    before = picture.inner_html()
    assert sentence.inner_text() == "The highest point of the sum is 2.00."
    figure.locator("input[type=range]").press("End")
    assert sentence.inner_text() == "The highest point of the sum is 0.00."
    assert picture.inner_html() != before
    figure.locator("select").select_option(label="square")
    figure.locator("input[type=checkbox]").check()
    figure.locator(".nn-reset").click()
    assert picture.inner_html() == before
    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []
    page.close()


def test_its_page_carries_no_widget_state(built):
    text = (built / "index.html").read_text(encoding="utf-8")
    assert "widget-state" not in text and "embed-amd" not in text and "require.min.js" not in text
