"""The cell that installs nnkit where it is missing (Colab, Binder), and the address that it installs from.

It stands before a chapter's set-up cell, does nothing where nnkit can be imported, and is left out while the
repository has no address. Who writes the address where is in `set_repository.py`.
"""

import re
from pathlib import Path
from typing import Any

CELL_ID = "install"
_ADDRESS = re.compile(r"https://github\.com/(?P<owner>[A-Za-z0-9-]+)/(?P<name>[A-Za-z0-9._-]+?)(\.git)?/?")
_CONFIG_URL = re.compile(
    r"^repository:[ \t]*(?:#.*)?\n(?:[ \t]+.*\n|[ \t]*\n)*?[ \t]+url:[ \t]*(?P<url>[^\s#]*)", re.M
)
_SOURCE = """\
import importlib.util

if importlib.util.find_spec("nnkit") is None:
    %pip install --quiet "{requirement}"\
"""


def parse_address(url: str) -> str:
    """Give a repository's address in its plain form, https://github.com/owner/name.

    Raises
    ------
    ValueError
        If the URL is not the https address of a GitHub repository.

    Examples
    --------
    >>> parse_address("https://github.com/ada/book.git")
    'https://github.com/ada/book'
    """
    match = _ADDRESS.fullmatch(url.strip())
    if match is None:
        raise ValueError(
            f"The address must read https://github.com/owner/name, got {url!r}; "
            "copy it from the browser's address bar on the repository's front page."
        )
    return f"https://github.com/{match['owner']}/{match['name']}"


def configured_address(root: Path) -> str:
    """Give the address in `_config.yml` (repository.url), or an empty string where there is none."""
    config = root / "_config.yml"
    match = _CONFIG_URL.search(config.read_text(encoding="utf-8")) if config.exists() else None
    url = match["url"].strip("\"'") if match else ""
    return parse_address(url) if url else ""


def requirement(address: str) -> str:
    """Give what pip is asked for: the distribution, its extras, and the repository's address."""
    return f"nnkit-book[plots,widgets] @ git+{address}"


def with_install_cell(notebook: dict[str, Any], address: str) -> dict[str, Any]:
    """Give the notebook with its install cell written for the address, or left out where that is empty.

    The cell goes directly before the first code cell; the argument is left as it is.
    """
    cells = [cell for cell in notebook["cells"] if cell.get("id") != CELL_ID]
    first_code = next((i for i, cell in enumerate(cells) if cell["cell_type"] == "code"), None)
    if address and first_code is not None:
        cells.insert(first_code, _install_cell(address))
    return {**notebook, "cells": cells}


def _install_cell(address: str) -> dict[str, Any]:
    source = _SOURCE.format(requirement=requirement(address))
    return {
        "cell_type": "code",
        "execution_count": 1,  # it prints nothing where nnkit is installed: no run is needed to store it
        "id": CELL_ID,
        "metadata": {"tags": ["remove-cell"]},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }
