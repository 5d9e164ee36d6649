"""Every explorer of every chapter, at both ends of each of its controls."""

import importlib
import inspect
import math
import pkgutil

import pytest

import nnkit.course
from nnkit.explore import Explorer


def explorers():
    """The functions of the chapters that return an explorer."""
    for found in pkgutil.walk_packages(nnkit.course.__path__, "nnkit.course."):
        for name, function in inspect.getmembers(importlib.import_module(found.name), inspect.isfunction):
            returned = inspect.signature(function, eval_str=True).return_annotation
            if returned is Explorer and function.__module__ == found.name and not name.startswith("_"):
                yield pytest.param(function, id=f"{found.name.removeprefix('nnkit.course.')}.{name}")


@pytest.mark.parametrize("build", list(explorers()))
def test_both_ends_of_every_control_are_drawn_and_described(build):
    explorer = build()
    start = explorer.position
    for axis, control in enumerate(explorer.scene.controls.values()):
        for end in (0, len(control) - 1):
            shot = explorer.scene.shot((*start[:axis], end, *start[axis + 1 :]))
            assert shot.sentence.endswith(".")
            assert all(math.isfinite(number) for number in shot.numbers.values())
            assert (shot.figure is None) == (explorer.scene.template is not None)
            if explorer.scene.template is not None:
                explorer.scene.template.check(shot.texts)
