"""Find, check, normalize and run the chapters.

    python tools/notebooks.py find [CHAPTER]        print the paths of the chapters whose name holds CHAPTER
    python tools/notebooks.py check FILE...         fail where a file is not in normal form
    python tools/notebooks.py normalize FILE...     write files in normal form
    python tools/notebooks.py run FILE...           run from a fresh kernel, normalize, store

The normal form itself is in `normal_form.py`; the rules of writing are in `lint_chapters.py`.
"""

import argparse
import base64
import io
import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from install_cell import configured_address, with_install_cell
from normal_form import Cell, Notebook, dumps, normalize, problems, text_of

ROOT = Path(__file__).resolve().parent.parent
_COLORS = re.compile(r"\x1b\[[0-9;]*m")
CELL_TIMEOUT = 120  # seconds; a whole page runs in less than 60
# What a kernel inherits: one BLAS thread, and explorers that compute one state instead of all.
KERNEL_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NNKIT_EXPLORER_FRAMES": "0",
}


def find(chapter: str, folder: Path) -> list[Path]:
    """Give the chapters in a folder whose file name holds the given words; all of them for an empty string.

    Raises
    ------
    ValueError
        If no chapter matches.
    """
    paths = sorted(folder.glob("*.ipynb"))
    wanted = chapter.removesuffix(".ipynb").rsplit("/", 1)[-1]
    matching = [path for path in paths if wanted in path.stem]
    if not matching:
        names = ", ".join(path.stem for path in paths) or "none"
        raise ValueError(f"No chapter is named {chapter!r}; the chapters in {folder} are: {names}.")
    return matching


def read(path: Path) -> Notebook:
    """Read a notebook as plain JSON, its cells' ids untouched.

    Raises
    ------
    ValueError
        If the file is not a notebook of format 4.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{path} is not JSON ({error}); restore it, or save it again as a notebook."
        ) from error
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        raise ValueError(f"{path} is not a notebook of format 4; save it again with a current Jupyter.")
    return notebook


def stored_form(notebook: Notebook) -> Notebook:
    """Give a chapter as it is stored: with the install cell for the repository's address, in normal form."""
    return normalize(with_install_cell(notebook, configured_address(ROOT)))


def check_file(path: Path) -> list[str]:
    """List what keeps a file from being in normal form; an empty list where it is."""
    notebook = read(path)
    found = problems(notebook)
    normal = stored_form(notebook)
    if path.read_text(encoding="utf-8") != dumps(normal):
        found.append(f"not in normal form ({_where_different(notebook, normal)}); run: make format.")
    return found


def normalize_file(path: Path) -> list[str]:
    """Write a file in normal form and list what is left for the author to mend."""
    normal = stored_form(read(path))
    _write(path, normal)
    return problems(normal)


def run_file(path: Path) -> list[str]:
    """Run a chapter from a fresh kernel, store it in normal form, and list what is left to mend.

    A chapter that raises is left as it was. An image whose pixels did not change keeps its stored bytes.
    """
    stored = with_install_cell(read(path), configured_address(ROOT))
    started = time.perf_counter()
    n_code = sum(cell["cell_type"] == "code" for cell in stored["cells"])
    print(f"{path.name}: running {n_code} cells", flush=True)
    ran, failure = execute(stored, path.parent, _show_progress(n_code))
    if failure:
        return [failure]
    normal = keep_equal_images(stored, normalize(ran))
    _write(path, normal)
    print(f"{path.name}: stored after {time.perf_counter() - started:.1f} s", flush=True)
    return problems(normal)


def execute(notebook: Notebook, folder: Path, on_cell: Callable[[int], None]) -> tuple[Notebook, str]:
    """Run a notebook with this Python; give it with its outputs, and the failure's text (empty on success).

    `on_cell` is called with the number of code cells begun.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    cells = [{**cell, "source": text_of(cell["source"])} for cell in notebook["cells"]]
    node = nbformat.from_dict({**notebook, "cells": cells})
    begun: list[str] = []

    def begin(cell: Cell, cell_index: int) -> None:
        if cell["cell_type"] == "code":
            begun.append(cell.get("id", f"number {cell_index + 1}"))
            on_cell(len(begun))

    client = NotebookClient(
        node,
        kernel_manager_class=_kernel_manager_class(),
        timeout=CELL_TIMEOUT,
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
        on_cell_start=begin,
    )
    try:
        client.execute(env=_kernel_environment())
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return (
            notebook,
            f"cell {begun[-1] if begun else '(none)'}: the run stopped here.\n{_COLORS.sub('', str(error))}",
        )
    return json.loads(json.dumps(node)), ""


def keep_equal_images(stored: Notebook, new: Notebook) -> Notebook:
    """Put the stored bytes of an image back where its pixels did not change, so that a diff stays small."""
    old_outputs = {cell.get("id"): cell.get("outputs", []) for cell in stored["cells"]}
    for cell in new["cells"]:
        for old, output in zip(old_outputs.get(cell.get("id"), []), cell.get("outputs", []), strict=False):
            old_png, png = (out.get("data", {}).get("image/png") for out in (old, output))
            if old_png and png and _pixels(old_png) == _pixels(png):
                output["data"]["image/png"] = text_of(old_png).replace("\n", "")
    return new


def _pixels(png: str | list[str]) -> tuple[tuple[int, int], bytes] | None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(base64.b64decode(text_of(png)))) as image:
            return image.size, image.convert("RGBA").tobytes()
    except (OSError, ValueError):  # not an image: never equal to a drawn one
        return None


def _kernel_manager_class() -> type[Any]:
    from ipykernel.kernelspec import make_ipkernel_cmd
    from jupyter_client import AsyncKernelManager
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

    class ThisPython(KernelSpecManager):
        """Always this interpreter, whatever kernels the user has installed under the same name."""

        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return KernelSpec(
                argv=make_ipkernel_cmd(extra_arguments=["--log-level=40"]),
                display_name="Python 3",
                language="python",
            )

    class ThisKernel(AsyncKernelManager):
        """Starts the kernel of this interpreter."""

        def _kernel_spec_manager_default(self) -> KernelSpecManager:
            return ThisPython()

    return ThisKernel


def _kernel_environment() -> dict[str, str]:
    environment = {**os.environ, **KERNEL_ENVIRONMENT}
    environment.pop("MPLBACKEND", None)  # figures belong in the notebook
    paths = [str(ROOT), environment.get("PYTHONPATH", "")]
    return {**environment, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def _show_progress(n_code: int) -> Callable[[int], None]:
    def show(begun: int) -> None:
        if sys.stdout.isatty():
            print(f"\r  cell {begun} of {n_code}", end="\n" if begun == n_code else "", flush=True)

    return show


def _where_different(notebook: Notebook, normal: Notebook) -> str:
    if len(notebook["cells"]) != len(normal["cells"]):
        return "the install cell does not fit the repository's address"
    pairs = zip(notebook["cells"], normal["cells"], strict=True)
    different = [str(new.get("id")) for old, new in pairs if old != new]
    if not different:
        return "the notebook's metadata or the layout of the file"
    more = f" and {len(different) - 3} more" if len(different) > 3 else ""
    return f"cells {', '.join(different[:3])}{more}"


def _write(path: Path, notebook: Notebook) -> None:
    text = dumps(notebook)
    if path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _find_command(chapter: str, *, one: bool) -> int:
    try:
        paths = find(chapter, ROOT / "book" / "chapters")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if one and len(paths) > 1:
        names = ", ".join(path.stem for path in paths)
        print(f"CHAPTER must name one chapter, got {chapter!r}, which fits: {names}.", file=sys.stderr)
        return 1
    print("\n".join(os.path.relpath(path) for path in paths))
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run one command of the list above; give the exit code."""
    parser = argparse.ArgumentParser(
        prog="notebooks.py", description="Find, check, normalize and run the chapters."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    finder = commands.add_parser("find", help="print the paths of chapters")
    finder.add_argument("chapter", nargs="?", default="")
    finder.add_argument("--one", action="store_true", help="fail where more than one chapter fits")
    actions = {"check": check_file, "normalize": normalize_file, "run": run_file}
    for name, action in actions.items():
        commands.add_parser(name, help=(action.__doc__ or "").splitlines()[0]).add_argument(
            "files", nargs="*", type=Path, metavar="FILE"
        )
    options = parser.parse_args(arguments)
    if options.command == "find":
        return _find_command(options.chapter, one=options.one)
    failed = False
    for path in options.files:
        try:
            found = actions[options.command](path)
        except (OSError, ValueError) as error:
            found = [str(error)]
        failed |= bool(found)
        for problem in found:
            print(f"{path}: {problem}", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
