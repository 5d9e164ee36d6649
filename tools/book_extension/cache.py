"""When chapters must be executed again, and the environment they are executed in.

jupyter-cache compares code cells only, so a change in the package would leave old outputs in the book.
What a cell prints does not belong here, and neither does where the outputs go.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)

FRAMES_SWITCH = "NNKIT_EXPLORER_FRAMES"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
FINGERPRINT_FILE = "nnkit-fingerprint"


def book_root(start: Path) -> Path:
    """The nearest folder at or above `start` that holds `_config.yml`; `start` itself without one."""
    start = Path(start).resolve()
    for folder in (start, *start.parents):
        if (folder / "_config.yml").is_file():
            return folder
    return start


def _inputs(root: Path) -> Iterator[Path]:
    """The files, besides a chapter's cells, that decide what a chapter prints."""
    package = root / "nnkit"
    if package.is_dir():
        for path in sorted(package.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
    lock = root / "requirements.lock"
    if lock.is_file():
        yield lock


def fingerprint(root: Path) -> str:
    """A hash of everything besides the cells that an execution depends on.

    The package with its data, the lock file, Python's version, and the frames switch.

    Parameters
    ----------
    root : Path
        The folder that holds `nnkit/` and `requirements.lock`; either may be missing.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    digest.update(f"{platform.python_version()} {os.environ.get(FRAMES_SWITCH, '')}\n".encode())
    for path in _inputs(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _own_hash() -> str:
    """A hash of this extension's code, templates and styles."""
    files = sorted(path for path in Path(__file__).parent.rglob("*") if path.is_file())
    own = [path.read_bytes() for path in files if "__pycache__" not in path.parts]
    return hashlib.sha256(b"".join(own)).hexdigest()


def drop_stale_cache(cache_folder: Path, current: str) -> bool:
    """Delete the execution cache unless it was made under the fingerprint `current`.

    Returns True when there was a cache and it had to go.
    """
    note = cache_folder.parent / f"{cache_folder.name}.{FINGERPRINT_FILE}"
    stored = note.read_text(encoding="utf-8").strip() if note.is_file() else ""
    stale = stored != current and cache_folder.is_dir()
    if stale:
        shutil.rmtree(cache_folder)
    if stored != current:
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(current + "\n", encoding="utf-8")
    return stale


def prepare_environment(root: Path) -> None:
    """Let this process and the kernels it starts import the `nnkit` of `root`, on one BLAS thread."""
    for name in (FRAMES_SWITCH, *THREADS):
        os.environ.setdefault(name, "1")
    folder = str(root)
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != folder]
    os.environ["PYTHONPATH"] = os.pathsep.join([folder, *paths])
    if sys.path[:1] != [folder]:
        sys.path.insert(0, folder)


def _prepare(app: Sphinx, config: Config) -> None:
    root = book_root(Path(app.srcdir))
    current = fingerprint(root)
    # An "env" value: Sphinx itself reads every page again when it differs from the last build's, and so it
    # should when the extension changes. That needs no new execution.
    config.nnkit_fingerprint = f"{current} {_own_hash()}"
    folder = Path(config.nb_execution_cache_path or Path(app.outdir).parent / ".jupyter_cache")
    if drop_stale_cache(folder.resolve(), current):
        LOGGER.info("nnkit, the lock file, Python, or the frames switch changed: chapters are executed again")


def setup(app: Sphinx) -> None:
    """Set the environment at once, check the cache when the configuration is complete."""
    prepare_environment(book_root(Path(app.srcdir)))
    app.add_config_value("nnkit_fingerprint", "", "env")
    app.connect("config-inited", _prepare)
