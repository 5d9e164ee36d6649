"""For all tests: strict floating-point errors, seeded randomness, and time for a busy machine."""

from collections.abc import Iterator

import numpy as np
import pytest

try:
    from hypothesis import HealthCheck, settings
except ImportError:  # where only the tests of explorers run
    pass
else:  # from what is in force, such as the profile for continuous integration
    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def strict_numerics() -> Iterator[None]:
    """Overflow, division by zero and NaN raise. Underflow is harmless: exp(-1000) is 0."""
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        yield


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
