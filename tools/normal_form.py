"""The one form in which a chapter is stored, so that a diff shows what an author changed and nothing else.

How a chapter is run is in `notebooks.py`; what a chapter must contain is in `lint_chapters.py`.
"""

import base64
import json
import re
from typing import Any

Notebook = dict[str, Any]  # a notebook as JSON: nbformat's objects would add random ids on reading
Cell = dict[str, Any]

LARGEST_IMAGE = 30_000  # bytes; a page of ten figures stays light on GitHub and in Colab
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # its model ids are random
EXPLORER = "application/vnd.nnkit.explorer"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
KNOWN_METADATA = ("nnkit",)  # of a notebook, beside METADATA
KNOWN_CELL_METADATA = ("mystnb", "tags")
IMAGE_METADATA = ("alt", "height", "width")

# Words with hyphens: letters with at most a final number, or a number. Random ids have digits inside.
_MEANINGFUL_ID = re.compile(r"[a-z]+[0-9]*(-([a-z]+[0-9]*|[0-9]+))*")
_RANDOM_ID = re.compile(r"[0-9a-f]{8}|(cell|code|markdown|untitled)(-?[0-9]+)?")


def text_of(lines: str | list[str]) -> str:
    """Give the text that a notebook stores as one string or as a list of lines."""
    return lines if isinstance(lines, str) else "".join(lines)


def dumps(notebook: Notebook) -> str:
    """Give a notebook's file content as nbformat writes it: sorted keys, indent 1, a final newline."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def normalize(notebook: Notebook) -> Notebook:
    """Give the notebook in normal form; the argument is left as it is.

    A cell that was never run keeps its empty execution count, and ids are never invented: `problems` tells.
    """
    cells, n_code = [], 0
    for cell in notebook["cells"]:
        n_code += cell["cell_type"] == "code"
        cells.append(_normal_cell(cell, n_code))
    kept = {key: notebook["metadata"][key] for key in KNOWN_METADATA if key in notebook["metadata"]}
    return {"cells": cells, "metadata": {**METADATA, **kept}, "nbformat": 4, "nbformat_minor": 5}


def problems(notebook: Notebook) -> list[str]:
    """List what an author has to mend, each naming its cell: ids, cells never run, heavy images."""
    found, seen = [], set()
    for number, cell in enumerate(notebook["cells"], start=1):
        name = cell.get("id")
        found += _id_problems(name, number, seen)
        seen.add(name)
        if "attachments" in cell:
            found.append(f"cell {name}: holds an attached image; draw it in a cell, or link to a file.")
        if cell["cell_type"] == "code":
            if cell.get("execution_count") is None:
                found.append(f"cell {name}: was never run, so nothing checks it; run: make notebooks.")
            found += _image_problems(name, cell["outputs"])
    return found


def is_meaningful_id(name: str) -> bool:
    """Tell whether a cell id is made of lowercase words and not drawn at random."""
    return bool(_MEANINGFUL_ID.fullmatch(name)) and not _RANDOM_ID.fullmatch(name)


def _id_problems(name: str | None, number: int, seen: set[str | None]) -> list[str]:
    if not name:
        return [f"cell number {number}: has no id; give it one of lowercase words, such as first-gradient."]
    if not is_meaningful_id(name):
        return [f"cell {name}: the id says nothing; use words and hyphens, such as first-gradient."]
    if name in seen:
        return [f"cell {name}: another cell has this id; ids are unique in a chapter."]
    return []


def _image_problems(name: str | None, outputs: list[dict[str, Any]]) -> list[str]:
    found = []
    for output in outputs:
        for mime, content in output.get("data", {}).items():
            if mime.startswith("image/") and (size := _image_size(mime, content)) > LARGEST_IMAGE:
                found.append(
                    f"cell {name}: its {mime} has {size / 1000:.1f} kB, the limit is "
                    f"{LARGEST_IMAGE // 1000} kB; draw it smaller or with fewer colors."
                )
    return found


def _image_size(mime: str, content: str | list[str]) -> int:
    text = text_of(content)
    return len(text.encode()) if mime == "image/svg+xml" else len(base64.b64decode(text))


def _normal_cell(cell: Cell, number: int) -> Cell:
    normal: Cell = {"cell_type": cell["cell_type"], "metadata": _normal_metadata(cell.get("metadata", {}))}
    normal |= {key: cell[key] for key in ("attachments", "id") if key in cell}
    normal["source"] = _lines(text_of(cell["source"]).strip("\n"))
    if cell["cell_type"] == "code":
        count = None if cell.get("execution_count") is None else number
        normal["execution_count"] = count
        normal["outputs"] = [_normal_output(output, count) for output in _merge_streams(cell["outputs"])]
    return normal


def _normal_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    kept = {key: metadata[key] for key in KNOWN_CELL_METADATA if metadata.get(key)}
    if "tags" in kept:
        kept["tags"] = sorted(set(kept["tags"]))
    return kept


def _merge_streams(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # The kernel flushes when it likes: neighbors of one name are one text.
    merged: list[dict[str, Any]] = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output["output_type"] == "stream" == last.get("output_type") and output["name"] == last["name"]:
            merged[-1] = {**last, "text": text_of(last["text"]) + text_of(output["text"])}
        else:
            merged.append(output)
    return merged


def _normal_output(output: dict[str, Any], count: int | None) -> dict[str, Any]:
    kind = output["output_type"]
    if kind == "stream":
        return {"output_type": kind, "name": output["name"], "text": _lines(text_of(output["text"]))}
    if kind == "error":  # a traceback names paths and memory addresses
        message = f"{output['ename']}: {output['evalue']}"
        return {
            "output_type": kind,
            "ename": output["ename"],
            "evalue": output["evalue"],
            "traceback": [message],
        }
    normal = {"output_type": kind, "data": _normal_data(output["data"])}
    normal["metadata"] = {
        mime: {key: value for key, value in about.items() if key in IMAGE_METADATA}
        for mime, about in output.get("metadata", {}).items()
        if mime in normal["data"] and isinstance(about, dict) and set(about) & set(IMAGE_METADATA)
    }
    if kind == "execute_result":
        normal["execution_count"] = count
    return normal


def _normal_data(data: dict[str, Any]) -> dict[str, Any]:
    # An explorer's html holds every frame, and the build makes it anew; a view is dead without its kernel.
    dropped = {WIDGET_VIEW, "text/html"} if WIDGET_VIEW in data or EXPLORER in data else set()
    return {mime: _normal_content(mime, content) for mime, content in data.items() if mime not in dropped}


def _normal_content(mime: str, content: Any) -> Any:
    if mime.startswith("text/") or mime in ("image/svg+xml", "application/javascript"):
        return _lines(text_of(content))
    if mime.startswith("image/"):
        return text_of(content).replace("\n", "")
    return content


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
