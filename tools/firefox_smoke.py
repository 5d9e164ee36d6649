"""A smoke test in Firefox: take a picture of pages of the built site, and see that something was drawn.

Everything else about the site is tested in Chromium (tests/site).
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("firefox-esr", "firefox")
PAGES = ("book/index.html", "book/chapters/03-backpropagation.html")
SIZE = (1280, 900)
SECONDS = 120
LEAST_COLORS = 40  # a blank page has one; text is drawn in many shades


def picture(firefox: str, address: str, folder: Path) -> bytes:
    """The png of the first screen of a page, drawn by a fresh profile."""
    target = folder / "page.png"
    command = [
        firefox,
        "--headless",
        "--no-remote",
        "--profile",
        str(folder),
        "--screenshot",
        str(target),
        f"--window-size={SIZE[0]},{SIZE[1]}",
        address,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    return target.read_bytes()


def colors(png: bytes) -> int:
    """How many colors a picture has."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return len(image.getcolors(maxcolors=image.width * image.height) or ())


def check(firefox: str, site: Path, page: str) -> str | None:
    """A sentence on what is wrong with a page in Firefox, None when nothing is."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = colors(picture(firefox, (site / page).as_uri(), Path(folder)))
        except (subprocess.SubprocessError, FileNotFoundError) as error:
            return f"{page}: Firefox took no picture ({error})."
    return None if found >= LEAST_COLORS else f"{page}: the picture has {found} colors; the page looks blank."


def main(arguments: list[str] | None = None) -> int:
    """Check the pages; exit code 0 when all are drawn, 1 when one is not, 2 when there is nothing to run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "pages", nargs="*", help="pages under _build/html; default: the front page and a chapter"
    )
    pages = parser.parse_args(arguments).pages or PAGES
    site = ROOT / "_build" / "html"
    firefox = next(filter(None, map(shutil.which, NAMES)), None)
    if firefox is None:
        print("firefox_smoke: Firefox is not installed. On Debian: apt install firefox-esr", file=sys.stderr)
        return 2
    missing = [page for page in pages if not (site / page).is_file()]
    if missing:
        print(f"firefox_smoke: not built: {', '.join(missing)}. Run `make book` first.", file=sys.stderr)
        return 2
    problems = [problem for page in pages if (problem := check(firefox, site, page))]
    print("\n".join(problems) or f"firefox_smoke: {len(pages)} pages drawn.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
