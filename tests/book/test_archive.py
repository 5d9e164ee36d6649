"""The site in one file: offered where it was written, complete, and the same from the same site."""

import os
import sys
import zipfile
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from book_extension import archive  # noqa: E402

PAGE = """# A small book

```{archive} The whole book
Unpack it and open `index.html`.
```

The end.
"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A function that builds one page with the directive, with the archive or without; gives the site."""
    (tmp_path / "source" / "part").mkdir(parents=True)
    (tmp_path / "source" / "part" / "index.md").write_text(PAGE, encoding="utf-8")

    def build(zipped):
        monkeypatch.setenv(archive.SWITCH, "1" if zipped else "0")
        source, site = str(tmp_path / "source"), tmp_path / "site"
        settings = {
            "html_title": "A Small Book!",
            "extensions": ["myst_parser", "book_extension.archive"],
            "root_doc": "part/index",
            "html_theme": "basic",
        }
        with patch_docutils(), docutils_namespace():
            app = Sphinx(
                source, None, str(site), str(tmp_path / "trees"), "html", settings, status=None, warning=None
            )
            app.build()
        assert app.statuscode == 0
        return site

    return build


def test_the_link_is_there_exactly_when_the_file_is(book):
    for zipped in (False, True, False):
        site = book(zipped)
        page = (site / "part" / "index.html").read_text(encoding="utf-8")
        assert (site / "a-small-book.zip").is_file() is zipped
        assert ('href="../a-small-book.zip"' in page) is zipped
        assert ("Unpack it" in page) is zipped and "The end." in page


def test_the_archive_holds_every_file_and_offers_no_archive(book, tmp_path):
    site = book(True)
    with zipfile.ZipFile(site / "a-small-book.zip") as packed:
        packed.extractall(tmp_path / "unpacked")
    unpacked = tmp_path / "unpacked" / "a-small-book"
    files = {path.relative_to(site) for path in site.rglob("*") if path.is_file()}
    assert {path.relative_to(unpacked) for path in unpacked.rglob("*") if path.is_file()} == files - {
        Path("a-small-book.zip")
    }
    page = (unpacked / "part" / "index.html").read_text(encoding="utf-8")
    assert "a-small-book.zip" not in page and "Unpack it" not in page and "The end." in page
    assert (unpacked / "searchindex.js").read_bytes() == (site / "searchindex.js").read_bytes()


def test_the_same_site_gives_the_same_archive(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<p>One.</p>")
    archive.write_archive(site, site / "one.zip")
    first = (site / "one.zip").read_bytes()
    os.utime(site / "index.html", (0, 0))
    archive.write_archive(site, site / "one.zip")
    assert (site / "one.zip").read_bytes() == first
