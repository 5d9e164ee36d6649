"""Every page of the built site in a browser: what it asks for, says, weighs, and is to a screen reader.

The pages are visited once for each way, theme, and width; the tests read what was found, and a failure
lists every page that is concerned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

SEVERE = ("serious", "critical")
PHONE = 390
FIRST_SCREEN_LIMIT = 1_000_000  # bytes
SHARED_LIMIT = 3_000_000
WAYS = ("file", "http")

# One look at an open page; everything the tests below ask for.
LOOK = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (selector) => all(selector).filter((element) => element.checkVisibility()).length;
  const scrollers = all('article div.math, article pre, article .text_html')
    .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
    .filter((box) => ['auto', 'scroll'].includes(getComputedStyle(box).overflowX))
    .filter((box) => box.tabIndex < 0 && !box.querySelector('a, button, input, [tabindex]'));
  return {
    address: document.URL,
    title: document.title,
    language: document.documentElement.lang,
    headings: shown('h1'),
    width: document.documentElement.scrollWidth,
    ids: all('[id]').map((element) => element.id),
    links: all('a[href]').map((link) => link.href),
    search_buttons: shown('.search-button__button'),
    search_fields: shown('input[type=search]'),
    formulas: all('article .math').length,
    drawn: all('mjx-container').filter((m) => m.offsetWidth > 0 || m.closest('details:not([open])')).length,
    spoken: all('mjx-assistive-mml math').length,
    typefaces: [...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family),
    unreachable: scrollers.map((box) => box.outerHTML.slice(0, 100)),
    undrawn_icons: all('i[class*=fa-], span[class*=fa-]').map((icon) => icon.outerHTML),
    patterns: ['div.objectives', 'div.predict', 'div.task', 'section.exercise'].map((box) => all(box).length),
  };
}"""

# An API page says the same of hundreds of names. Marks the entries made of kinds of elements (tag, classes,
# parent) that entries before them showed: a style sheet cannot tell these apart.
MARK_REPEATED = """() => {
  const name = (element) => `${element.tagName} ${element.className}`;
  const kind = (element) => `${name(element)} in ${name(element.parentElement)}`;
  const seen = new Set();
  for (const entry of document.querySelectorAll('article section > dl.py')) {
    const kinds = [...entry.querySelectorAll('*')].map(kind);
    if (kinds.every((one) => seen.has(one))) entry.dataset.repeated = '';
    for (const one of kinds) seen.add(one);
  }
  return document.querySelectorAll('[data-repeated]').length;
}"""


@dataclass
class Look:
    """What one visit to one page found."""

    path: str
    facts: dict
    requests: list[str]
    outside: list[str]
    errors: list[str]
    severe: list[str]


def _severe(page: object, *, whole: bool = True) -> list[str]:
    """axe-core's serious and critical findings on an open page, one line each."""
    page.evaluate("() => {}" if whole else MARK_REPEATED)
    return [
        f"{found['id']} ({found['impact']}): {node['html'][:120]}"
        for found in Axe().run(page, {"exclude": [["[data-repeated]"]]}).response["violations"]
        if found["impact"] in SEVERE
        for node in found["nodes"]
    ]


@pytest.fixture(scope="module")
def look_at(page_paths: list[str], address: Callable, visit: Callable) -> Callable[..., list[Look]]:
    """All pages by one way, in one theme, at one width; looked at once and remembered."""
    remembered: dict[tuple, list[Look]] = {}

    def look(via: str, *, dark: bool = False, width: int = 1280) -> list[Look]:
        key = (via, dark, width)
        if key not in remembered:
            remembered[key] = list(_look_at_each(page_paths, address, visit, via, dark, width))
        return remembered[key]

    return look


def _look_at_each(
    page_paths: list[str], address: Callable, visit: Callable, via: str, dark: bool, width: int
) -> Iterator[Look]:
    for path in page_paths:
        seen = visit(address(path, via), dark=dark, width=width)
        seen.page.evaluate("() => document.fonts.ready")
        seen.page.wait_for_timeout(50)  # scripts that run after layout
        facts = seen.page.evaluate(LOOK)
        # Copied before axe runs, which asks for style sheets of its own accord.
        requests, outside, errors = list(seen.requests), seen.outside, list(seen.errors)
        whole = not dark and width > PHONE  # once is enough for what only repeats
        severe = _severe(seen.page, whole=whole) if via == "http" else []
        yield Look(path, facts, requests, outside, errors, severe)
        seen.page.context.close()


def _shared(address: str) -> bool:
    """Whether a request is for one of the theme's or MathJax's files, which all pages share."""
    path = urlsplit(address).path
    return "/_static/" in path and "/_static/explorers/" not in path


def _weight(site: Path, addresses: set[str]) -> int:
    return sum((site / unquote(urlsplit(address).path).lstrip("/")).stat().st_size for address in addresses)


@pytest.mark.parametrize("via", WAYS)
def test_no_page_asks_another_origin_or_raises_an_error(look_at, via):
    looks = look_at(via)
    assert [f"{look.path}: asked for {request}" for look in looks for request in look.outside] == []
    assert [f"{look.path}: {error}" for look in looks for error in look.errors] == []


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", PHONE)])
def test_axe_finds_nothing_serious_on_any_page(look_at, theme, width):
    looks = look_at("http", dark=theme == "dark", width=width)
    assert [f"{look.path}: {finding}" for look in looks for finding in look.severe] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_open_search(address, visit, theme):
    page = visit(address("book/index.html", "http"), dark=theme == "dark").page
    page.locator(".search-button-field").click()
    assert _severe(page) == []


def test_no_page_scrolls_sideways_on_a_phone(look_at):
    looks = look_at("http", width=PHONE)
    assert [f"{look.path}: {look.facts['width']} px" for look in looks if look.facts["width"] > PHONE] == []


def test_every_page_has_a_title_a_language_and_one_first_heading(look_at):
    odd = {
        look.path: (look.facts["title"], look.facts["language"], look.facts["headings"])
        for look in look_at("http")
        if not look.facts["title"] or look.facts["language"] != "en" or look.facts["headings"] != 1
    }
    assert odd == {}


def test_every_link_inside_the_site_leads_to_a_page_and_to_a_place_on_it(look_at):
    looks = look_at("file")
    places = {_target(look.facts["address"])[0]: set(look.facts["ids"]) for look in looks}
    broken = set()
    for look in looks:
        for target, anchor in (_target(link) for link in look.facts["links"] if link.startswith("file:")):
            known = target in places and (not anchor or anchor in places[target])
            if not known and not (target not in places and Path(target).is_file()):
                broken.add(f"{look.path}: {target}#{anchor}")
    assert sorted(broken) == []


def _target(link: str) -> tuple[str, str]:
    parts = urlsplit(link)
    return unquote(parts.path), unquote(parts.fragment)


@pytest.mark.parametrize("via", WAYS)
def test_the_page_at_the_root_leads_on_to_the_book(site, address, browser, via):
    page = browser.new_context().new_page()
    page.goto(address("index.html", via))
    page.wait_for_url("**/book/index.html")
    page.context.close()
    text = (site / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in text and "<title>" in text and 'href="book/index.html"' in text


def test_each_page_shows_one_search_button_and_no_field_until_it_is_pressed(look_at):
    found = {
        look.path: (look.facts["search_buttons"], look.facts["search_fields"]) for look in look_at("http")
    }
    del found["search.html"]  # the page of the results has its own field
    assert {path: counts for path, counts in found.items() if counts != (1, 0)} == {}


@pytest.mark.parametrize("via", WAYS)
def test_a_search_for_gradient_shows_one_field_and_lists_results(address, visit, via):
    seen = visit(address("book/index.html", via))
    seen.page.locator(".search-button-field").click()
    assert seen.page.evaluate(LOOK)["search_fields"] == 1
    seen.page.keyboard.type("gradient")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**/search.html?q=gradient")
    results = seen.page.locator("#search-results li a")  # they arrive one by one
    results.filter(has_text="Backpropagation").first.wait_for(timeout=10_000)
    assert seen.errors == []


@pytest.mark.parametrize("via", WAYS)
def test_the_theme_switch_turns_the_page_dark_and_the_next_page_remembers(address, visit, via):
    page = visit(address("book/index.html", via)).page
    switch = page.locator(".theme-switch-button:visible").first
    themes, grounds = [], []
    for _ in range(3):
        switch.click()
        themes.append(page.evaluate("document.documentElement.dataset.theme"))
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert set(themes) == {"light", "dark"}
    assert len(set(grounds)) == 2
    while page.evaluate("document.documentElement.dataset.mode") != "dark":
        switch.click()
    page.goto(address("book/reference/notation.html", via))
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("via", WAYS)
def test_math_is_typeset_and_spoken_without_a_network(look_at, via):
    looks = look_at(via)
    left = {
        look.path: [look.facts[name] for name in ("formulas", "drawn", "spoken")]
        for look in looks
        if not look.facts["formulas"] <= min(look.facts["drawn"], look.facts["spoken"])
    }
    assert left == {}
    assert sum(look.facts["drawn"] for look in looks) > 0


@pytest.mark.parametrize("via", WAYS)
def test_math_is_set_in_its_own_typeface(look_at, via):
    with_math = [look for look in look_at(via) if look.facts["formulas"]]
    assert with_math
    assert [
        look.path for look in with_math if not any("MJX" in face for face in look.facts["typefaces"])
    ] == []


@pytest.mark.parametrize("width", [1280, PHONE])
def test_what_scrolls_sideways_can_be_scrolled_with_the_keyboard(look_at, width):
    looks = look_at("http", width=width)
    assert [f"{look.path}: {box}" for look in looks for box in look.facts["unreachable"]] == []


def test_the_first_screen_of_each_page_weighs_under_a_megabyte(site, look_at):
    own = {
        look.path: {request for request in look.requests if not _shared(request)} for look in look_at("http")
    }
    weights = {path: _weight(site, requests) for path, requests in own.items()}
    assert {path: weight for path, weight in weights.items() if weight > FIRST_SCREEN_LIMIT} == {}


def test_the_shared_files_of_a_page_weigh_under_three_megabytes(site, look_at):
    shared = {
        look.path: {request for request in look.requests if _shared(request)} for look in look_at("http")
    }
    weights = {path: _weight(site, requests) for path, requests in shared.items()}
    assert {path: weight for path, weight in weights.items() if weight > SHARED_LIMIT} == {}


def test_every_icon_of_the_theme_is_drawn(look_at):
    assert [f"{look.path}: {icon}" for look in look_at("file") for icon in look.facts["undrawn_icons"]] == []


def test_plain_patterns_of_a_chapter_become_boxes(look_at):
    chapters = [look for look in look_at("file") if look.path.startswith("book/chapters/")]
    assert chapters
    found = {look.path: look.facts["patterns"] for look in chapters}
    assert {path: counts for path, counts in found.items() if not all(counts)} == {}


def test_the_site_names_no_foreign_script_style_or_font(site):
    foreign = ("unpkg.com", "jsdelivr", "cdnjs", "fonts.googleapis", "fonts.gstatic", "googletagmanager")
    found = [
        f"{path.relative_to(site)}: {host}"
        for path in sorted(site.rglob("*"))
        if path.suffix in {".html", ".css"}
        for host in foreign
        if host in path.read_text(encoding="utf-8")
    ]
    assert found == []
