"""All states of an explorer, for a page: in turn or in parallel, within a limit of time, the same every time.

What one state shows is the scene's business; how a page stores and shows it, that of `page`.
"""

import math
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from nnkit.explore.pictures import themed, to_svg
from nnkit.explore.scene import ExplorerError, Scene, Shot

SECONDS_SWITCH = "NNKIT_EXPLORER_SECONDS"  # how long all states of one explorer may compute
LOG_SWITCH = "NNKIT_EXPLORER_LOG"  # a file that gets a line for each explorer
SECONDS = 120.0
WORTH_WORKERS = 4.0  # seconds of work left; to start the other processes takes about two
FIRST_STATES = 5  # how many must be done before their pace is trusted
LONGEST_COLUMN = 512  # entries of an array in the table of numbers

Position = tuple[int, ...]
State = dict[str, str]  # slot -> text


def state(scene: Scene, position: Position) -> State:
    """Return every text of one state: picture or slots, sentence, and numbers.

    Parameters
    ----------
    scene : Scene
    position : tuple of int
        The index of each control's value.

    Returns
    -------
    dict of str to str
        ``"picture"`` or the template's slots, ``"sentence"``, and with `compute` the numbers behind the
        state: ``"number name"`` for one, ``"column name"`` for several in a row.
    """
    shot = scene.shot(position)
    texts = _drawn(scene, shot) | {"sentence": shot.sentence}
    return texts | _numbers(scene, position, shot) if scene.compute else texts


def all_states(scene: Scene) -> dict[Position, State]:
    """Compute every state of an explorer.

    Parameters
    ----------
    scene : Scene

    Returns
    -------
    dict
        Position -> state, in the order of ``scene.positions()``.

    Raises
    ------
    ExplorerError
        If a state fails, shows something else when it is computed again, or all take too long.
    """
    clock = Clock(scene)
    states: dict[Position, State] = {}
    for position in scene.positions():
        part, seconds = _some(scene, [position])
        states |= part
        if clock.left(len(states), seconds) > WORTH_WORKERS and len(states) >= FIRST_STATES:
            break
    waiting = [position for position in scene.positions() if position not in states]
    for part, seconds in _in_parallel(scene, waiting):
        states |= part
        clock.left(len(states), seconds)
    for position in waiting:  # those for which no other process was to be had
        if position not in states:
            part, seconds = _some(scene, [position])
            states |= part
            clock.left(len(states), seconds)
    _check_repetition(scene, states)
    clock.close()
    return {position: states[position] for position in scene.positions()}


class Clock:
    """Adds up what an explorer's states cost, shows how far they are, and stops what would take too long.

    Seconds are those of a processor at work, so that a busy machine fails no build that an idle one passes.

    Parameters
    ----------
    scene : Scene
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.limit = _seconds_allowed()
        self.first = self.spent = 0.0
        self.bar = _bar(scene)

    def left(self, done: int, seconds: float) -> float:
        """Estimate the seconds that are left.

        Parameters
        ----------
        done : int, at least 1
            How many states are done.
        seconds : float
            What the latest of them took.

        Returns
        -------
        float

        Raises
        ------
        ExplorerError
            If all states would take longer than the limit.
        """
        self.spent += seconds
        if self.bar is not None:
            self.bar.update(done - self.bar.n)
        if done == 1:
            self.first = seconds  # it often trains what all others share
            return 0.0
        states = self.scene.states
        left = (self.spent - self.first) / (done - 1) * (states - done)
        trusted = done >= max(FIRST_STATES, states // 20) or self.spent > self.limit
        if trusted and self.spent + left > self.limit:
            raise ExplorerError(
                f"explorer {self.scene.name!r} needs about {self.spent + left:,.0f} seconds for its {states} "
                f"states, the limit is {self.limit:g}; take about {_times((self.spent + left) / self.limit)} "
                f"times fewer states, compute less in each, or set {SECONDS_SWITCH} to what you can wait."
            )
        return left

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.close()


def report(line: str) -> None:
    """Add a line to the build's log, if there is one.

    Parameters
    ----------
    line : str
    """
    if place := os.environ.get(LOG_SWITCH):
        with Path(place).open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")


def _drawn(scene: Scene, shot: Shot) -> State:
    if shot.figure is not None:
        return {"picture": to_svg(shot.figure, salt=scene.name)}
    return {name: themed(str(text)) for name, text in shot.texts.items()}


def _numbers(scene: Scene, position: Position, shot: Shot) -> State:
    """The numbers of a state by name: the controls' values, then what compute gave."""
    found = {}
    for (name, control), at in zip(scene.controls.items(), position, strict=True):
        number = _number(control.values[at])
        found[f"number {name}"] = control.texts[at] if number is None else number
    for name, value in shot.frame.items():
        number = _number(value)
        if number is not None:
            found[f"number {name}"] = number
        elif (column := _column(value)) is not None:
            found.pop(f"number {name}", None)
            found[f"column {name}"] = column
    return found


def _number(value: Any) -> str | None:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        return None
    return str(int(value)) if isinstance(value, (int, np.integer)) else f"{value:.6g}"


def _column(value: Any) -> str | None:
    if not isinstance(value, (np.ndarray, list, tuple)) or not 0 < len(value) <= LONGEST_COLUMN:
        return None
    entries = [_number(entry) for entry in value]
    return None if None in entries else " ".join(entry for entry in entries if entry)


def _in_parallel(scene: Scene, positions: list[Position]) -> Iterator[tuple[dict[Position, State], float]]:
    """Give parts of the states, with their seconds, from other processes; none where those cannot be had."""
    workers = _workers()
    if workers < 2 or len(positions) < 2:
        return
    import joblib

    size = math.ceil(len(positions) / (2 * workers))  # few parts: each process may have to train once more
    parts = [positions[at : at + size] for at in range(0, len(positions), size)]
    try:
        with joblib.parallel_config("loky", n_jobs=workers, inner_max_num_threads=1):
            yield from joblib.Parallel(return_as="generator")(
                joblib.delayed(_some)(scene, part) for part in parts
            )
    except ExplorerError:
        raise
    except Exception as error:  # what cannot travel to another process is computed in this one
        report(f"explorer {scene.name}: in one process, because of {type(error).__name__} in others")


def _workers() -> int:
    """How many processes would find a processor free; on a busy machine two take longer than one."""
    try:
        import joblib
    except ImportError:
        return 1
    others = os.getloadavg()[0] - 1 if hasattr(os, "getloadavg") else 0.0  # without this process
    return max(1, round(joblib.cpu_count() - max(0.0, others)))


def _some(scene: Scene, positions: list[Position]) -> tuple[dict[Position, State], float]:
    began = time.process_time()
    states = {position: state(scene, position) for position in positions}
    return states, time.process_time() - began


def _check_repetition(scene: Scene, states: dict[Position, State]) -> None:
    for position in dict.fromkeys([next(scene.positions()), tuple(count - 1 for count in scene.shape)]):
        again = state(scene, position)
        if differing := [name for name in again if again[name] != states[position].get(name)]:
            raise ExplorerError(
                f"explorer {scene.name!r} shows another {differing[0]} when it is computed again at "
                f"{scene.described(position)}, so two builds would differ. Seed its random numbers in "
                f"{scene.owner()}: rng = np.random.default_rng(0)."
            )


def _seconds_allowed() -> float:
    text = os.environ.get(SECONDS_SWITCH, "") or str(SECONDS)
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not seconds > 0:
        raise ValueError(f"{SECONDS_SWITCH} expects a positive number of seconds, got {text!r}.")
    return seconds


def _times(factor: float) -> str:
    return f"{math.ceil(10 * factor) / 10:g}"


def _bar(scene: Scene) -> Any:
    """A bar where a person watches a terminal; None elsewhere."""
    if not sys.stderr.isatty():
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm(total=scene.states, desc=f"explorer {scene.name}", unit=" states", leave=False)
