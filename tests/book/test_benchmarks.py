"""Stored measurements: each says when and where, and the page on speed quotes nothing that no table holds."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "book" / "reference" / "how_fast.md"
sys.path.insert(0, str(ROOT / "tools"))

from chapter import numbers_in  # noqa: E402

INCLUDED = re.compile(r"```\{include\} (\S+)\n(.*?)```", re.DOTALL)
# A measured number in prose: with decimals or thousands, or with a unit.
MEASURED = re.compile(r"(?<![\w.,-])(\d[\d,]*\.\d+|\d{1,3}(?:,\d{3})+|\d+(?= calls|%))")
STORED = ("explorers", "step_parts", "step_time", "tricks", "where_slower")


def tables():
    """The texts that the page includes."""
    page = PAGE.read_text(encoding="utf-8")
    found = []
    for path, options in INCLUDED.findall(page):
        text = (PAGE.parent / path).read_text(encoding="utf-8")
        for option in ("start-after", "end-before"):
            mark = re.search(rf':{option}: "(.*?)"', options)
            assert mark is None or text.count(mark[1]) == 1, f"{path} has no single {mark and mark[1]}"
            if mark:
                text = text.split(mark[1])[option == "start-after"]
        found.append(text)
    return found


def prose():
    """What the page says itself."""
    return re.sub(r"```.*?```|`[^`]*`|\$[^$]*\$", " ", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("name", STORED)
def test_a_stored_table_says_when_and_where_it_was_measured(name):
    text = (RESULTS / f"{name}.md").read_text(encoding="utf-8")
    assert re.search(r"^Measured 20\d\d-\d\d-\d\d on .+, \d+ cores, Python 3\.\d+\.\d+, numpy ", text, re.M)
    assert "thread" in text


@pytest.mark.parametrize("name", ("step_parts", "step_time", "tricks"))
def test_pictures_of_measurements_are_small(name):
    assert (RESULTS / f"{name}.png").stat().st_size <= 30_000


def test_every_number_that_the_page_quotes_stands_in_a_table_of_it():
    known = numbers_in(" ".join(tables()).replace(",", ""))
    quoted = [float(number.replace(",", "")) for number in MEASURED.findall(prose())]
    assert len(quoted) > 10
    assert [number for number in quoted if number not in known] == []


def test_the_page_is_short():
    assert len(prose().split()) <= 1200
