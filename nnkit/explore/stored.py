"""Tables of states: frames that cost too much to compute at every turn, written once, read back exactly.

A table is an ``.npz`` file of plain arrays, read without pickle. How a frame is drawn does not belong here.
"""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nnkit.explore.scene import ExplorerError, Scene

ABOUT = "about"  # the entry of a file that says which explorer it was written for
SCALARS = (bool, int, float, str)


@dataclass(frozen=True)
class Column:
    """One name of the frames: a value for each state, stored once per value of the controls it depends on.

    Parameters
    ----------
    axes : tuple of int
        The controls that it depends on.
    values : ndarray
        One axis for each of those controls, then those of the value itself.
    """

    axes: tuple[int, ...]
    values: np.ndarray

    def at(self, position: tuple[int, ...]) -> Any:
        """Return the value of a state: a Python scalar, or an array of its own."""
        value = self.values[tuple(position[axis] for axis in self.axes)]
        return value.item() if np.ndim(value) == 0 else np.array(value)


def columns(scene: Scene, frames: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
    """Arrange the frames of all states by name.

    Parameters
    ----------
    scene : Scene
        Whose frames they are.
    frames : sequence of mapping
        One for each state, in the order of ``scene.positions()``.

    Returns
    -------
    dict of str to Column

    Raises
    ------
    ValueError
        If the frames do not have the same names, or a value is neither a number, a truth value, a text nor
        an array of the same shape in every state.
    """
    names = list(frames[0])
    for frame in frames:
        if list(frame) != names:
            raise ValueError(
                f"explorer {scene.name!r} expects the same names in the frame of every state, got "
                f"{', '.join(names)} and {', '.join(frame)}."
            )
    return {name: _column(scene, name, [frame[name] for frame in frames]) for name in names}


def write_states(scene: Scene, path: str | Path) -> None:
    """Compute all states of an explorer and write their frames into a file.

    Parameters
    ----------
    scene : Scene
        The explorer's own, ``explorer.fresh``.
    path : str or Path
        Where to write, ending in ``.npz``.

    Raises
    ------
    ValueError
        If the explorer has no `compute`; if its frames do not have the same names; or if a value is neither
        a number, a truth value, a text nor an array, of one shape in every state.
    """
    compute = _compute(scene)
    frames = [compute(**scene.values_at(position)) for position in scene.positions()]
    table = columns(scene, frames)
    about = {**_about(scene), "axes": {name: column.axes for name, column in table.items()}}
    arrays: dict[str, Any] = {f"value.{name}": column.values for name, column in table.items()}
    arrays[ABOUT] = np.array(json.dumps(about))
    np.savez_compressed(path, **arrays)


def read_states(scene: Scene, path: str | Path) -> Callable[..., dict[str, Any]]:
    """Read a file of states and return a `compute` that looks frames up in it.

    Parameters
    ----------
    scene : Scene
        The explorer that computes.
    path : str or Path
        What :func:`write_states` wrote for it.

    Returns
    -------
    callable
        With the signature of ``scene.compute``.

    Raises
    ------
    ExplorerError
        If the file is not there, or was written for another explorer or other controls.
    """
    compute, table = _compute(scene), _read(scene, Path(path))
    places = {name: control.values for name, control in scene.controls.items()}

    @functools.wraps(compute)
    def look_up(**values: Any) -> dict[str, Any]:
        position = tuple(places[name].index(values[name]) for name in places)
        return {name: column.at(position) for name, column in table.items()}

    return look_up


def _compute(scene: Scene) -> Callable[..., Mapping[str, Any]]:
    if scene.compute is None:
        raise ValueError(
            f"explorer {scene.name!r} has no compute, so there are no numbers to store; split its function "
            "into compute and draw."
        )
    return scene.compute


def _read(scene: Scene, path: Path) -> dict[str, Column]:
    mend = "write it with write_states, or for a chapter of the book with make states"
    if not path.is_file():
        raise ExplorerError(
            f"explorer {scene.name!r} expects its states in {path.name}, which is not there; {mend}."
        )
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(file[ABOUT].item())
        for key, now in _about(scene).items():
            if about[key] != now:
                raise ExplorerError(
                    f"explorer {scene.name!r} does not fit its stored states: {path.name} was written for "
                    f"{_difference(key, about[key], now)}; {mend}."
                )
        return {name: Column(tuple(axes), file[f"value.{name}"]) for name, axes in about["axes"].items()}


def _about(scene: Scene) -> dict[str, Any]:
    """What must be the same when a table is read: the name, the controls, and their values."""
    controls = {
        name: [
            value if isinstance(value, SCALARS) else text
            for value, text in zip(control.values, control.texts, strict=True)
        ]
        for name, control in scene.controls.items()
    }
    return {"name": scene.name, "controls": controls}


def _difference(key: str, then: Any, now: Any) -> str:
    if key == "name":
        return f"explorer {then!r}"
    if list(then) != list(now):
        return f"the controls {', '.join(then)}, and it has {', '.join(now)}"
    name = next(name for name in now if then[name] != now[name])
    return f"{name} = {_listed(then[name])}, and it has {name} = {_listed(now[name])}"


def _listed(values: list[Any]) -> str:
    return ", ".join(str(value) for value in values[:6]) + (
        f", ... ({len(values)})" if len(values) > 6 else ""
    )


def _column(scene: Scene, name: str, values: list[Any]) -> Column:
    arrays = [np.asarray(value) for value in values]
    shapes = {array.shape for array in arrays}
    plain = all(isinstance(value, (*SCALARS, np.generic, np.ndarray)) for value in values)
    if not plain or len(shapes) > 1 or any(array.dtype.kind not in "biufU" for array in arrays):
        raise ValueError(
            f"explorer {scene.name!r} expects {name!r} of its frame to be a number, a truth value, a text or "
            f"an array, of one shape in every state, got {_kinds(values)}; leave it out or mend it."
        )
    stacked = np.stack(arrays).reshape(scene.shape + arrays[0].shape)
    axes = [axis for axis in range(len(scene.shape)) if _depends(stacked, axis)]
    kept = tuple(slice(None) if axis in axes else 0 for axis in range(len(scene.shape)))
    return Column(tuple(axes), stacked[kept])


def _depends(stacked: np.ndarray, axis: int) -> bool:
    first = stacked.take([0], axis)
    same = stacked == first
    if stacked.dtype.kind == "f":
        same |= np.isnan(stacked) & np.isnan(first)
    return not bool(same.all())


def _kinds(values: list[Any]) -> str:
    kinds = [
        f"an array of shape {value.shape} and type {value.dtype}"
        if isinstance(value, np.ndarray)
        else type(value).__name__
        for value in values
    ]
    return " and ".join(list(dict.fromkeys(kinds))[:2])
