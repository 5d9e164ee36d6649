"""The numbers of every state of every explorer, computed again and compared with the stored ones."""

import json
import os
import re
import time
from pathlib import Path

import numpy as np
import pytest
import states

ROOT = Path(__file__).resolve().parents[3]
CHAPTERS = sorted(path.stem for path in states.NUMBERS.glob("*.json"))
BUDGET = 20.0  # seconds a chapter; NNKIT_ALL_STATES=1 computes every state however long it takes
WHOLE = os.environ.get("NNKIT_ALL_STATES") == "1"


@pytest.fixture(scope="module", params=CHAPTERS)
def chapter(request, monkeypatch_module):
    """A chapter's explorers, computing, and the stored numbers of each.

    Those that train for minutes keep a table of their frames; they are computed when all states are due.
    """
    made = states.explorers(request.param, stored=not WHOLE)
    found = [each for each in made if WHOLE or each.table is None]
    return found, states.read_numbers(request.param)


@pytest.fixture(scope="module")
def monkeypatch_module():
    """`states.explorers` sets switches for the whole process; put them back."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (states.FRAMES_SWITCH, states.STORED_SWITCH):
            patch.setenv(name, os.environ.get(name, ""))
        yield


def differences(explorer, stored, seconds):
    """What differs by more than the explorer's own tolerance, in states taken at random until time is up."""
    table, shape, found = stored[explorer.scene.name], explorer.scene.shape, []
    scale = {name: float(np.abs(column.values).max()) for name, column in table.items()}
    positions = list(explorer.scene.positions())
    np.random.default_rng(0).shuffle(positions)
    deadline = time.monotonic() + seconds
    for position in map(tuple, positions):
        now = states.numbers_at(explorer, position)
        assert list(now) == list(table), f"{explorer.scene.name}: the names changed; run make states"
        for name, column in table.items():
            assert column.values.shape == tuple(shape[axis] for axis in column.axes), "run make states"
            was = column.at(position)
            if not abs(now[name] - was) <= explorer.tolerance * scale[name]:
                found.append((explorer.scene.name, name, position, was, now[name]))
        if not WHOLE and time.monotonic() > deadline:
            break
    return found


def test_every_state_still_gives_the_stored_numbers(chapter):
    explorers, stored = chapter
    for explorer in explorers:
        wrong = differences(explorer, stored, BUDGET / len(explorers))
        assert wrong == [], f"{len(wrong)} numbers moved; if they are right now, run make states"


def test_a_number_that_moved_is_found(chapter):
    explorers, stored = chapter
    for explorer in explorers:
        # The name with the most values: one of them, off by a little more than the explorer allows.
        name, column = max(stored[explorer.scene.name].items(), key=lambda entry: entry[1].values.size)
        moved = column.values.astype(float)
        moved.flat[moved.size // 2] += 3 * explorer.tolerance * np.abs(moved).max()
        spoiled = stored | {
            explorer.scene.name: stored[explorer.scene.name] | {name: states.Column(column.axes, moved)}
        }
        assert {found[1] for found in differences(explorer, spoiled, 60)} == {name}


def test_explorers_of_every_chapter_are_in_the_tables():
    for path in sorted((ROOT / "book" / "chapters").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        texts = ["".join(output.get("data", {}).get("text/plain", "")) for output in outputs]
        shown = dict(re.findall(r"^Explorer '([a-z0-9-]+)', (\d+) states$", "\n".join(texts), re.M))
        folder = re.sub(r"^\d+-", "", path.stem).replace("-", "_")
        table = states.read_numbers(folder) if shown else {}
        assert set(shown) <= set(table), f"{path.name}: run make states"
