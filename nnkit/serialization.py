"""A model's arrays by name, and files that hold them: written whole or not at all, read without trust.

What a training run needs beside the model, to go on after an interruption, belongs to `nnkit.callbacks`.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from nnkit.arguments import check_kind, load_library
from nnkit.layers import Layer

__all__ = ["load", "save", "state"]

VERSION = 1
_NOTE = "nnkit.json"  # the entry of a file that says what the others are
_REBUILD = "build the model and whatever else is restored as they were"

Path = str | os.PathLike[str]
Arrays = dict[str, np.ndarray]


def state(model: Layer) -> Arrays:
    """All arrays that make a model what it is, by name: the values of its parameters, and its buffers.

    They are the model's own arrays, not copies: writing into one changes the model.

    Parameters
    ----------
    model : Layer

    Returns
    -------
    dict of str to ndarray
        Named by position: ``"0.W"`` is the W of the first layer, ``"2.0.b"`` the b of the first layer inside
        the third. What stands in the model twice comes once, under its first name.

    Raises
    ------
    TypeError
        If `model` is not a Layer.
    ValueError
        If two arrays of a layer have the same name.

    Examples
    --------
    >>> from nnkit import mlp
    >>> model = mlp([2, 8, 1], rng=np.random.default_rng(0))
    >>> {name: array.shape for name, array in state(model).items()}
    {'0.W': (2, 8), '0.b': (8,), '2.W': (8, 1), '2.b': (1,)}
    """
    check_kind("state", "model", model, Layer)
    found: Arrays = {}
    for name, array in _named(model, ""):
        if any(array is known for known in found.values()):
            continue
        if name in found:
            raise ValueError(f"state expects model to name its arrays apart, got {name!r} twice; rename one.")
        found[name] = array
    return found


def _named(layer: Layer, prefix: str) -> Iterator[tuple[str, np.ndarray]]:
    for index, inner in enumerate(layer.layers):
        yield from _named(inner, f"{prefix}{index}.")
    for parameter in layer.parameters():
        yield prefix + parameter.name, parameter.value
    for name, buffer in layer.buffers.items():
        yield prefix + name, buffer


def save(model: Layer, path: Path) -> None:
    """Write the arrays of a model to a file, whole or not at all.

    The file is written beside its place and then renamed: whoever reads it, even after a crash, finds the
    old one or the new one. A process that is killed meanwhile leaves a file ``<path>.<process id>.part``.
    The same state gives the same bytes. NaN and infinity are written as they are.

    Parameters
    ----------
    model : Layer
    path : str or path-like
        Ends in ``.npz``, which `numpy.load` reads too, or in ``.safetensors``, which needs the package
        safetensors and is read by other frameworks.

    Raises
    ------
    ValueError
        If the path ends otherwise, or for what `state` refuses.
    TypeError
        If an argument is of the wrong kind.
    ImportError
        If safetensors is needed and not installed.

    Examples
    --------
    >>> import tempfile
    >>> from nnkit import mlp
    >>> model, other = (mlp([2, 8, 1], rng=np.random.default_rng(seed)) for seed in (0, 1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/model.npz")
    ...     load(other, f"{folder}/model.npz")
    >>> bool((model[0].W.value == other[0].W.value).all())
    True
    """
    check_kind("save", "model", model, Layer)
    write_file(check_path("save", path, ".npz", ".safetensors"), state(model), {"format": "nnkit model"})


def load(model: Layer, path: Path) -> None:
    """Read the arrays of a model from a file that `save` wrote, into the model's own arrays.

    Everything is checked before anything is written: a load that fails leaves the model as it was. Nothing
    in the file is executed, and no more memory is taken than the file is long.

    Parameters
    ----------
    model : Layer
        Built as the one that was saved, with whatever values.
    path : str or path-like

    Raises
    ------
    ValueError
        If the file is damaged, of another format or version, or has not exactly the names, shapes and dtypes
        of this model.
    TypeError, ImportError, OSError
        As in `save`; if the file cannot be read.

    Examples
    --------
    See `save`.
    """
    check_kind("load", "model", model, Layer)
    path = check_path("load", path, ".npz", ".safetensors")
    arrays, _ = read_file("load", path, "nnkit model")
    fill("load", path, state(model), arrays)


def check_path(owner: str, path: Path, *endings: str) -> str:
    """The path as text, if it ends in one of the endings."""
    check_kind(owner, "path", path, (str, os.PathLike), "pass the name of a file")
    path = os.fspath(path)
    if not path.endswith(endings):
        raise ValueError(f"{owner} expects path to end in {' or '.join(endings)}, got {path!r}; rename it.")
    return path


def fill(owner: str, path: str, into: Arrays, arrays: Arrays) -> None:
    """Write the arrays of a file into those of the same names, after all names, shapes and dtypes fit."""
    wanted, found = ({name: f"{a.dtype} {a.shape}" for name, a in one.items()} for one in (into, arrays))
    for name in wanted | found:
        here, there = wanted.get(name, "nothing"), found.get(name, "nothing")
        if here != there:
            raise ValueError(f"{owner} expects {name!r} in {path} to be {here}, got {there}; {_REBUILD}.")
    for name, array in into.items():
        array[...] = arrays[name]


def write_file(path: str, arrays: Arrays, note: dict[str, Any]) -> None:
    """Write arrays and a note of plain values to a file beside the path; then rename it."""
    import json

    text = json.dumps({**note, "version": VERSION}, default=np.ndarray.tolist)
    write = _write_npz if path.endswith(".npz") else _write_safetensors
    aside = f"{path}.{os.getpid()}.part"
    try:
        with open(aside, "wb") as file:
            write(file, arrays, text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        if os.path.exists(aside):
            os.unlink(aside)


def read_file(owner: str, path: str, kind: str) -> tuple[Arrays, dict[str, Any]]:
    """The arrays and the note of a file, if it is whole and of this kind."""
    import json

    read = _read_npz if path.endswith(".npz") else _read_safetensors
    with open(path, "rb") as file:
        data = file.read()
    try:
        arrays, text = read(data)
        note = json.loads(text)
        got = note["format"], note["version"]
    except ImportError:
        raise
    except Exception as error:  # whatever a parser says about bytes that are not for it
        what = f"{type(error).__name__}: {error}; it is damaged or of another kind, so write it again."
        raise ValueError(f"{owner} expects {path} to be a whole file of nnkit, got {what}") from error
    if got != (kind, VERSION):
        raise ValueError(f"{owner} expects {path} to hold {(kind, VERSION)}, got {got}; use what wrote it.")
    return arrays, note


def _write_npz(file: BinaryIO, arrays: Arrays, text: str) -> None:
    import zipfile

    with zipfile.ZipFile(file, "w") as archive:  # an entry's date is fixed: the same state, the same bytes
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, version=(1, 0), allow_pickle=False)
        archive.writestr(zipfile.ZipInfo(_NOTE), text)


def _read_npz(data: bytes) -> tuple[Arrays, bytes]:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        # Stored, and together no longer than the file: a small file cannot unpack into a large one.
        if any(entry.compress_type for entry in entries) or sum(e.file_size for e in entries) > len(data):
            raise ValueError("entries that are compressed or overlap")
        found = {entry.filename.removesuffix(".npy"): archive.read(entry) for entry in entries}
    note = found.pop(_NOTE)
    return {name: _parse_npy(raw) for name, raw in found.items()}, note


def _parse_npy(raw: bytes) -> np.ndarray:
    """The array of a .npy file. numpy.load would take memory for whatever shape is declared."""
    stream = io.BytesIO(raw)
    np.lib.format.read_magic(stream)
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(stream)
    return np.frombuffer(stream.read(), dtype).reshape(shape, order="F" if by_columns else "C")


def _write_safetensors(file: BinaryIO, arrays: Arrays, text: str) -> None:
    contiguous = {name: np.array(array, order="C") for name, array in arrays.items()}
    file.write(_safetensors().save(contiguous, metadata={_NOTE: text}))


def _read_safetensors(data: bytes) -> tuple[Arrays, str]:
    import json

    arrays = _safetensors().load(data)  # checks the length of the header
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return arrays, header["__metadata__"][_NOTE]


def _safetensors() -> Any:
    return load_library("A .safetensors file", "safetensors.numpy")
