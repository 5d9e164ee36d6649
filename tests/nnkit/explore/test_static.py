"""The page's one script: short, without a library, a request of its own, or arithmetic on data."""

import re
from pathlib import Path

import nnkit

SCRIPT = (Path(nnkit.__file__).parent / "explore" / "static" / "explorer.js").read_text(encoding="utf-8")


def test_it_is_one_short_file():
    assert len(SCRIPT.splitlines()) <= 400


def test_it_asks_the_network_for_nothing():
    code = re.sub(r"//.*", "", SCRIPT)
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|https?:", code)


def test_it_computes_nothing_but_positions():
    assert set(re.findall(r"Math\.(\w+)", SCRIPT)) <= {"min", "max", "round"}
