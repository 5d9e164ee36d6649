"""Write the tables of a chapter's explorers: the numbers of all states, and the frames of those that train.

    python tools/states.py backpropagation...

The numbers stand in `tests/nnkit/course/numbers/<chapter>.json`, where a test computes them again. A table of
frames stands beside the explorer that names it with `stored=`.
"""

import argparse
import importlib
import inspect
import json
import os
import pkgutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from nnkit.explore import Explorer, write_states
from nnkit.explore.explorer import FRAMES_SWITCH, STORED_SWITCH
from nnkit.explore.live import LONG
from nnkit.explore.scene import scalars
from nnkit.explore.stored import Column, columns

ROOT = Path(__file__).resolve().parent.parent
NUMBERS = ROOT / "tests" / "nnkit" / "course" / "numbers"


def explorers(chapter: str, *, stored: bool = False) -> Iterator[Explorer]:
    """Make every explorer of a chapter: what its modules' functions without arguments return.

    With `stored` those that have a table of frames show it; else, and where there is none, they compute.
    """
    os.environ.update({FRAMES_SWITCH: "0", STORED_SWITCH: "1" if stored else "0"})
    package = importlib.import_module(f"nnkit.course.{chapter}")
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        for _, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__
            signature = inspect.signature(function)
            if own and signature.return_annotation is Explorer and not signature.parameters:
                yield function()


def numbers_at(explorer: Explorer, position: tuple[int, ...]) -> dict[str, float]:
    """Compute the scalars of one state."""
    scene = explorer.fresh
    return scalars(scene.compute(**scene.values_at(position))) if scene.compute else {}


def numbers_of(explorer: Explorer) -> dict[str, Column]:
    """Compute the scalars of all states, by name."""
    scene = explorer.fresh
    return columns(scene, [numbers_at(explorer, position) for position in scene.positions()])


def written(tables: dict[str, dict[str, Column]]) -> str:
    """The numbers of a chapter as JSON, a line for each row, so that a change shows where it is."""
    parts = []
    for explorer, table in tables.items():
        entries = [
            f'  "{name}": {{"axes": {json.dumps(column.axes)}, "values": {_rows(column.values)}}}'
            for name, column in table.items()
        ]
        parts.append(f' "{explorer}": {{\n' + ",\n".join(entries) + "\n }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _rows(values: np.ndarray) -> str:
    if values.ndim < 2:
        return json.dumps(values.tolist())
    return "[\n" + ",\n".join(f"   {json.dumps(row)}" for row in values.tolist()) + "]"


def read_numbers(chapter: str) -> dict[str, dict[str, Column]]:
    """The stored numbers of a chapter's explorers."""
    stored: dict[str, Any] = json.loads((NUMBERS / f"{chapter}.json").read_text(encoding="utf-8"))
    return {
        explorer: {
            name: Column(tuple(entry["axes"]), np.array(entry["values"])) for name, entry in table.items()
        }
        for explorer, table in stored.items()
    }


def write(chapter: str) -> None:
    """Write every table of a chapter and say what each explorer costs."""
    tables = {}
    for explorer in explorers(chapter):
        scene, began = explorer.fresh, time.perf_counter()
        tables[scene.name] = numbers_of(explorer)
        seconds = time.perf_counter() - began
        print(f"{scene.name}: {scene.states} states in {seconds:.1f} s", flush=True)
        if explorer.table is not None:
            write_states(scene, explorer.table)
            print(f"  frames in {explorer.table.name}: {explorer.table.stat().st_size / 1000:.0f} kB")
        elif seconds / scene.states > LONG:
            print(f"  over {LONG} s a state: give it a table with stored=Path(__file__).with_name(...)")
    NUMBERS.mkdir(parents=True, exist_ok=True)
    path = NUMBERS / f"{chapter}.json"
    path.write_text(written(tables), encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


def main(arguments: list[str] | None = None) -> int:
    """Write the tables of the chapters that are named by their notebooks or folders."""
    parser = argparse.ArgumentParser(prog="states.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("chapters", nargs="+", metavar="CHAPTER")
    for chapter in parser.parse_args(arguments).chapters:
        # book/chapters/03-loss-surface.ipynb belongs to nnkit/course/loss_surface
        write(Path(chapter).stem.lstrip("0123456789-").replace("-", "_"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
