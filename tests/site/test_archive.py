"""The site in one file: unpacked into a folder, it is the book, and its explorers move."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from book_extension import archive  # noqa: E402


def test_the_unpacked_archive_opens_from_a_folder(site, tmp_path, browser):
    archive.write_archive(site, tmp_path / "the-book.zip")
    with zipfile.ZipFile(tmp_path / "the-book.zip") as packed:
        packed.extractall(tmp_path)
    page, asked, errors = browser.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "the-book" / "index.html").as_uri())
    page.wait_for_url("**/book/index.html")
    assert page.locator(".book-archive").count() == 0, "the archive offers what is not in it"
    page.goto((tmp_path / "the-book" / "book" / "chapters" / "03-backpropagation.html").as_uri())
    figure = page.locator(".nn-explorer").first
    figure.scroll_into_view_if_needed()
    page.wait_for_selector(".nn-explorer.nn-ready")
    before = figure.locator(".nn-sentence").inner_text()
    figure.locator("input[type=range]").first.press("End")
    assert figure.locator(".nn-sentence").inner_text() != before
    folder = (tmp_path / "the-book").as_uri()
    assert [address for address in asked if not address.startswith((folder, "data:", "blob:"))] == []
    assert errors == []
    page.close()


def test_the_front_page_offers_the_archive_exactly_when_it_is_there(site):
    offered = "book-archive" in (site / "book" / "index.html").read_text(encoding="utf-8")
    assert offered is (site / "how-neural-networks-learn.zip").is_file()
