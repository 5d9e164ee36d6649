"""Every public callable has a door, and the door knows every argument."""

import inspect
import sys
from pathlib import Path

import pytest

import nnkit
import nnkit.sweeps  # which `import nnkit` does not load

MODULES = ("analysis", "autodiff", "data", "datasets", "initializers", "metrics", "schedules", "sweeps")
TABLES = [path.stem for path in Path(__file__).parent.glob("*_cases.py")]

STARRED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)  # doors pass arguments by name

# Callables without a door, and why.
EXCEPTIONS = {
    "TrainingDiverged": "an error that only nnkit raises",
    "EpochRecord": "a plain record that the trainer fills",
    "DecisionGrid": "a plain record that decision_grid fills",
    "Description": "a plain record that describe fills",
    "LearningRateRange": "a plain record that learning_rate_range fills",
    "Sweep": "a plain list that sweep fills",
    "Schedule": "made by the functions of nnkit.schedules, which check its numbers",
}


def offered():
    """Every public callable and its name."""
    places = [nnkit, *(getattr(nnkit, name) for name in MODULES if hasattr(nnkit, name))]
    for place in places:
        own = [
            name for name, value in vars(place).items() if getattr(value, "__module__", "") == place.__name__
        ]
        for name in getattr(place, "__all__", own):
            found = getattr(place, name)
            if (
                (inspect.isfunction(found) or inspect.isclass(found))
                and not name.startswith("_")
                and not inspect.isabstract(found)
            ):
                yield found, name


OFFERED = [(name, found) for found, name in dict(offered()).items()]  # each once


def tried(name, found) -> set[str]:
    """The arguments that the doors of a callable try."""
    doors = [door for table in TABLES for door in getattr(sys.modules[table], "DOORS", [])]
    own = [door for door in doors if door.call is found]
    return {argument for door in own or doors if own or door.name == name for argument in door.kinds}


@pytest.mark.parametrize(("name", "found"), OFFERED, ids=[name for name, _ in OFFERED])
def test_every_argument_of_every_callable_is_tried(name, found):
    if name not in EXCEPTIONS:
        wanted = inspect.signature(found).parameters.values()
        missing = {one.name for one in wanted if one.kind not in STARRED} - tried(name, found)
        assert missing == set(), f"no door tries {', '.join(sorted(missing))} of {name}"


def test_every_exception_exists():
    assert set(EXCEPTIONS) <= {name for name, _ in OFFERED}
