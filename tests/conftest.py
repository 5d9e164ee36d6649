"""Fixtures for all tests: strict floating-point errors and seeded randomness."""

from collections.abc import Iterator

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def strict_numerics() -> Iterator[None]:
    """Overflow, division by zero and NaN raise. Underflow is harmless: exp(-1000) is 0."""
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        yield


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
