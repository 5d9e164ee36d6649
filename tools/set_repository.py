"""Write the repository's address everywhere it is needed, or take it out again.

    python tools/set_repository.py https://github.com/owner/name
    python tools/set_repository.py ""

It goes into `_config.yml` (launch buttons), the chapters' install cells, the README's line on installing, and
the project's links in `pyproject.toml`. Running it twice changes nothing.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from install_cell import parse_address, requirement, with_install_cell
from normal_form import dumps, normalize
from notebooks import read

ROOT = Path(__file__).resolve().parent.parent
README_START, README_END = "<!-- repository:install -->", "<!-- /repository:install -->"
_PROJECT_URLS = re.compile(r"\n\[project\.urls\]\n(?:[^\[\n].*\n)*")
_REPOSITORY_BLOCK = re.compile(r"^repository:.*\n(?:[ \t]+.*\n|[ \t]*\n(?=[ \t]))*", re.M)
_URL = re.compile(r"""^([ \t]+url:[ \t]*)("[^"\n]*"|'[^'\n]*'|[^\s#]*)""", re.M)


def in_config(text: str, address: str) -> str:
    """Give `_config.yml` with repository.url set to the address, the rest untouched."""
    block = _REPOSITORY_BLOCK.search(text)
    if block is None:
        return text.rstrip("\n") + f'\n\nrepository:\n  url: "{address}"\n'
    if _URL.search(block[0]):
        new = _URL.sub(lambda match: f'{match[1]}"{address}"', block[0], count=1)
    else:
        new = block[0].replace("\n", f'\n  url: "{address}"\n', 1)
    return text[: block.start()] + new + text[block.end() :]


def in_readme(text: str, address: str) -> str:
    """Give the README with the line on installing between its two markers, or nothing between them.

    Raises
    ------
    ValueError
        If the markers are missing.
    """
    if README_START not in text or README_END not in text:
        raise ValueError(
            f"README.md has no place for the address; put {README_START} and {README_END} into it."
        )
    before, rest = text.split(README_START, 1)
    after = rest.split(README_END, 1)[1]
    command = f'\n```bash\npip install "{requirement(address)}"\n```\n' if address else "\n"
    return before + README_START + command + README_END + after


def in_pyproject(text: str, address: str) -> str:
    """Give pyproject.toml with the project's links, or without them."""
    text = _PROJECT_URLS.sub("", text)
    if not address:
        return text
    links = f'\n[project.urls]\nRepository = "{address}"\nIssues = "{address}/issues"\n'
    start = text.index("\n[project.optional-dependencies]")
    return text[:start] + links + text[start:]


def set_repository(root: Path, url: str) -> list[Path]:
    """Write the address in every file below the root that holds it; give the files that changed.

    Raises
    ------
    ValueError
        If the URL is neither empty nor the https address of a GitHub repository; nothing is written then.
    """
    address = parse_address(url) if url.strip() else ""
    writers: dict[str, Callable[[str, str], str]] = {
        "_config.yml": in_config,
        "README.md": in_readme,
        "pyproject.toml": in_pyproject,
    }
    new = {root / name: write((root / name).read_text("utf-8"), address) for name, write in writers.items()}
    for path in sorted((root / "book" / "chapters").glob("*.ipynb")):
        new[path] = dumps(normalize(with_install_cell(read(path), address)))
    changed = [path for path, text in new.items() if path.read_text("utf-8") != text]
    for path in changed:
        path.write_text(new[path], encoding="utf-8")
    return changed


def main(arguments: list[str]) -> int:
    """Set the one address given; give the exit code."""
    if len(arguments) != 1:
        print("usage: make set-repository URL=https://github.com/owner/name", file=sys.stderr)
        return 2
    try:
        changed = set_repository(ROOT, arguments[0])
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    for path in changed:
        print(f"wrote {path.relative_to(ROOT)}")
    if not changed:
        print("nothing to change")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
