"""Where the book's repository is, and the buttons that need to know.

Binder, Colab, and the source buttons appear only when the address is known.
Nothing else on a page is decided here.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import yaml
from sphinx.application import Sphinx
from sphinx.config import Config

from book_extension.cache import book_root

_GITHUB = re.compile(
    r"(?:https://(?:[^@/]+@)?github\.com/|git@github\.com:|ssh://git@github\.com(?::22)?/)"
    r"(?P<owner>[A-Za-z0-9][A-Za-z0-9-]*)/(?P<name>[A-Za-z0-9._-]+?)(?:\.git)?/?"
)
_SOURCE_BUTTONS = ("use_repository_button", "use_issues_button", "use_edit_page_button")


def github_address(remote: str) -> str | None:
    """The https address of a GitHub remote, or None when `remote` is not one.

    Examples
    --------
    >>> github_address("git@github.com:owner/name.git")
    'https://github.com/owner/name'
    >>> github_address("https://gitlab.com/owner/name") is None
    True
    """
    match = _GITHUB.fullmatch(remote.strip())
    return f"https://github.com/{match['owner']}/{match['name']}" if match else None


def configured_address(root: Path) -> str | None:
    """`repository.url` of `_config.yml`, which wins over the git remote; None when it is empty."""
    path = root / "_config.yml"
    if not path.is_file():
        return None
    settings = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    address = ((settings.get("repository") or {}).get("url") or "").strip()
    if not address:
        return None
    normal = github_address(address)
    if normal is None:
        raise ValueError(
            f"repository.url in _config.yml must look like https://github.com/owner/name, got {address!r}; "
            "mend it with `make set-repository URL=https://github.com/owner/name`."
        )
    return normal


def remote_address(root: Path) -> str | None:
    """The GitHub address of the git remote `origin`, or None without git, without remote, or elsewhere."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(root), "config", "--get", "remote.origin.url"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return github_address(answer.stdout) if answer.returncode == 0 else None


def repository_address(root: Path) -> str | None:
    """The address of the book's repository, or None when nobody has told."""
    return configured_address(root) or remote_address(root)


def _set_buttons(app: Sphinx, config: Config) -> None:
    root = book_root(Path(app.srcdir))
    address = repository_address(root)
    options = config.html_theme_options
    if address is None:
        # Jupyter Book's own default is its own repository: an address must not be inherited.
        for name in ("repository_url", "launch_buttons", "path_to_docs", *_SOURCE_BUTTONS):
            options.pop(name, None)
    else:
        options["repository_url"] = address
        options["path_to_docs"] = Path(app.srcdir).resolve().relative_to(root).as_posix().removeprefix(".")
        options.update(dict.fromkeys(_SOURCE_BUTTONS, True))


def setup(app: Sphinx) -> None:
    """Decide on the buttons before the theme reads its options."""
    app.connect("config-inited", _set_buttons)
