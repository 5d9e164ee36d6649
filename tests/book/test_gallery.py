"""The gallery: what it shows of a task is what stands beside the explorer, formulas among it."""

from __future__ import annotations

import sys
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


@pytest.mark.parametrize(("formula", "typeset"), [(":math:`x^2`", True), ("nothing", False)])
def test_formulas_of_a_task_are_typeset_in_the_gallery(tmp_path, formula, typeset):
    conf = "extensions = ['book_extension.gallery', 'sphinx.ext.mathjax']\n"
    files = {"conf.py": conf, "index.rst": INDEX, "gallery.rst": GALLERY, "page.rst": PAGE.format(formula)}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    Sphinx(tmp_path, tmp_path, tmp_path / "out", tmp_path / "doctrees", "html", status=None).build()
    card = (tmp_path / "out" / "gallery.html").read_text(encoding="utf-8")
    assert "Find" in card and "the list" in card and "Task." not in card
    assert ("x^2" in card) is ('class="math' in card) is ("mathjax" in card.lower()) is typeset
