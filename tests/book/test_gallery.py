"""The gallery: what it shows of a task is what stands beside the explorer; links that lead to one alone."""

from __future__ import annotations

import sys
from io import StringIO
from pathlib import Path

import pytest
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

PAGE = """\
A page
======

.. raw:: html

   <figure class="nn-explorer" data-explorer="one"><svg></svg></figure>

.. container:: task

   **Task.** Find {} in `the list <index.html>`_.
"""
GALLERY = """\
Gallery
=======

.. explorers::
"""
INDEX = """\
Contents
========

.. toctree::

   page
   gallery
"""


def built(folder, gallery, page):
    """Build the small book; return what was warned of."""
    conf = "extensions = ['book_extension.gallery', 'sphinx.ext.mathjax']\n"
    files = {"conf.py": conf, "index.rst": INDEX, "gallery.rst": gallery, "page.rst": page}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    warned = StringIO()
    Sphinx(folder, folder, folder / "out", folder / "doctrees", "html", status=None, warning=warned).build()
    return warned.getvalue()


@pytest.mark.parametrize(("formula", "typeset"), [(":math:`x^2`", True), ("nothing", False)])
def test_formulas_of_a_task_are_typeset_in_the_gallery(tmp_path, formula, typeset):
    built(tmp_path, GALLERY, PAGE.format(formula))
    card = (tmp_path / "out" / "gallery.html").read_text(encoding="utf-8")
    assert "Find" in card and "the list" in card and "Task." not in card
    assert ("x^2" in card) is ('class="math' in card) is ("mathjax" in card.lower()) is typeset


def test_the_role_leads_to_an_explorer_alone(tmp_path):
    warned = built(tmp_path, "Guide\n=====\n\nShow :explorer:`one`.\n", PAGE.format("it"))
    assert "explorer expects" not in warned
    guide = (tmp_path / "out" / "gallery.html").read_text(encoding="utf-8")
    assert 'href="page.html?explorer=one"><em>one</em></a>' in guide


@pytest.mark.parametrize(("name", "page", "count"), [("two", PAGE, 0), ("one", PAGE + PAGE, 2)])
def test_a_name_that_not_one_explorer_has_is_an_error_of_the_build(tmp_path, name, page, count):
    warned = built(tmp_path, f"Guide\n=====\n\nShow :explorer:`{name}`.\n", page)
    assert "explorer expects a name that one explorer of the book has (one" in warned
    assert f"got {name}, which {count} have." in warned
