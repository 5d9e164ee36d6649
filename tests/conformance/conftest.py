"""Runs every test of this folder over every line of the tables, `*_cases.py`, that it asks for."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent


def loaded(name: str):
    """A module of this folder, by name; the tests have no package."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


loaded("doors")
TABLES = [loaded(path.stem) for path in sorted(HERE.glob("*_cases.py"))]


ROWS = {
    "door": "DOORS",
    "layer_case": "LAYERS",
    "loss_case": "LOSSES",
    "penalty_case": "PENALTIES",
    "optimizer_case": "OPTIMIZERS",
    "schedule_case": "SCHEDULES",
    "initializer_case": "INITIALIZERS",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for fixture in ROWS.keys() & set(metafunc.fixturenames):
        rows = [row for table in TABLES for row in getattr(table, ROWS[fixture], [])]
        metafunc.parametrize(fixture, rows, ids=[row.name for row in rows])


@pytest.fixture
def same():
    """Whether two nests of lists, tuples and arrays hold the same bits."""

    def compare(a, b) -> bool:
        if isinstance(a, (list, tuple)):
            return len(a) == len(b) and all(map(compare, a, b))
        return a is b is None or (np.asarray(a).dtype == np.asarray(b).dtype and np.array_equal(a, b))

    return compare
