"""Runs every test of this folder over every line of the table in cases.py that it asks for."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

_spec = importlib.util.spec_from_file_location("conformance_cases", Path(__file__).with_name("cases.py"))
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)

TABLES = {
    "layer_case": cases.LAYERS,
    "loss_case": cases.LOSSES,
    "penalty_case": cases.PENALTIES,
    "optimizer_case": cases.OPTIMIZERS,
    "initializer_case": cases.INITIALIZERS,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name, table in TABLES.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, table, ids=[case.name for case in table])


@pytest.fixture
def same():
    """Whether two nests of lists, tuples and arrays hold the same bits."""

    def compare(a, b) -> bool:
        if isinstance(a, (list, tuple)):
            return len(a) == len(b) and all(map(compare, a, b))
        return a is b is None or (np.asarray(a).dtype == np.asarray(b).dtype and np.array_equal(a, b))

    return compare
