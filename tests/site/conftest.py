"""Fixtures for tests that open the built site in a headless Chromium.

site        Path of the built site, `_build/html`; fails with a remedy when it is missing.
page_paths  list[str], every page of the site relative to `site`, such as "book/index.html"; without the
            page at the root, which only leads on to that one.
server      address of a local http server over `site`, such as "http://127.0.0.1:40123"; no trailing slash.
browser     playwright Browser; tests that use it are skipped, with one reason, where Chromium is missing.
visit       function (address, *, width=1280, height=900, dark=False, reduced_motion=False) -> Visit: opens
            a page in a fresh context and waits until it has loaded. `visit(...).page` is playwright's Page,
            and the Visit records what went on: `.requests` (addresses), `.outside` (requests to another
            origin), `.errors` (script and console errors, failed requests).
address     function (path, via) -> str: the address of a page, via "file" or "http".
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)
NO_CHROMIUM = (
    "no Chromium on this machine: install it (Debian: apt install chromium) to test the site in a browser"
)


@dataclass
class Visit:
    """An open page and what it asked for and complained about."""

    page: object
    origin: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        """The requests that left the site's own folder or server."""
        inline = ("data:", "blob:", "about:")
        return [address for address in self.requests if not address.startswith((self.origin, *inline))]


@pytest.fixture(scope="session")
def build_book() -> Callable[[Path, dict[str, str]], Path]:
    """Build a book in its folder, strictly, under an environment; give the folder of its pages."""

    def build(folder: Path, environment: dict[str, str]) -> Path:
        command = Path(sys.executable).with_name("jupyter-book")
        done = subprocess.run(
            [str(command), "build", str(folder), "-W", "-n", "--keep-going"],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return folder / "_build" / "html"

    return build


@pytest.fixture(scope="session")
def site() -> Path:
    folder = ROOT / "_build" / "html"
    if not (folder / "book" / "index.html").is_file():
        pytest.fail(f"The built site is missing at {folder}; run `make book` first.", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def page_paths(site: Path) -> list[str]:
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return [page for page in pages if page != "index.html" and not page.startswith("_static/")]


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[str]:
    handler = functools.partial(_QuietHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.daemon_threads = True
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        pytest.skip(NO_CHROMIUM)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def address(site: Path, server: str) -> Callable[[str, str], str]:
    def build(path: str, via: str) -> str:
        return f"{server}/{path}" if via == "http" else (site / path).as_uri()

    return build


@pytest.fixture(scope="session")
def visit(browser: object, site: Path) -> Iterator[Callable[..., Visit]]:
    contexts = []

    def open_page(
        address: str,
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        reduced_motion: bool = False,
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if reduced_motion else "no-preference",
        )
        contexts.append(context)
        page = context.new_page()
        parts = urlsplit(address)
        origin = site.as_uri() + "/" if parts.scheme == "file" else f"{parts.scheme}://{parts.netloc}/"
        seen = Visit(page, origin)
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("pageerror", lambda error: seen.errors.append(f"script error: {error}"))
        page.on("requestfailed", lambda request: seen.errors.append(f"request failed: {request.url}"))
        page.on(
            "console",
            lambda message: (
                seen.errors.append(f"console: {message.text}") if message.type == "error" else None
            ),
        )
        page.goto(address, wait_until="load")
        # MathJax typesets after the load event; pages without math have no such promise.
        page.evaluate("() => window.MathJax?.startup?.promise")
        return seen

    yield open_page
    for context in contexts:
        with contextlib.suppress(Exception):  # a test may have closed it
            context.close()
