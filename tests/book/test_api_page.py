"""The API page shows every public name, with its docstring in sections."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

import nnkit

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "book" / "reference" / "api.md"
WITH_NAMES = ("data", "datasets", "initializers", "autodiff", "analysis", "doctor")
WITH_NAMES += ("sweeps", "plots", "explore")


def documented_modules() -> list[str]:
    return re.findall(r"^\.\. automodule:: (nnkit[\w.]*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def public_names(module_name: str) -> list[str]:
    """What automodule shows of a module: its `__all__`, or else the public names it defines."""
    module = importlib.import_module(module_name)
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module_name
    ]


def documented_names() -> list[str]:
    """The full names of everything on the page."""
    return [f"{module}.{name}" for module in documented_modules() for name in public_names(module)]


def test_every_public_name_of_nnkit_is_on_the_page():
    public = {name for name in nnkit.__all__ if not isinstance(getattr(nnkit, name), ModuleType)}
    assert public - {name.rpartition(".")[2] for name in documented_names()} == set()


def test_every_public_module_of_nnkit_is_on_the_page():
    modules = {f"nnkit.{name}" for name in nnkit.__all__ if isinstance(getattr(nnkit, name), ModuleType)}
    assert modules - set(documented_modules()) == set()


@pytest.mark.parametrize("name", WITH_NAMES)
def test_every_public_name_of_a_module_is_on_the_page(name):
    assert f"nnkit.{name}" in documented_modules()
    assert public_names(f"nnkit.{name}")


def test_no_module_is_on_the_page_twice():
    modules = documented_modules()
    assert sorted(set(modules)) == sorted(modules)


def test_every_name_on_the_page_has_a_docstring():
    bare = []
    for full_name in documented_names():
        module, _, name = full_name.rpartition(".")
        value = getattr(importlib.import_module(module), name)
        if callable(value) and not (value.__doc__ or "").strip():
            bare.append(full_name)
    assert bare == []


def test_the_built_page_has_an_anchor_for_every_name():
    built = ROOT / "_build" / "html" / "book" / "reference" / "api.html"
    if not built.is_file():
        pytest.skip("the book is not built; `make book` builds it")
    anchors = set(re.findall(r'<dt class="sig[^"]*" id="([\w.]+)"', built.read_text(encoding="utf-8")))
    assert [name for name in documented_names() if name not in anchors] == []
