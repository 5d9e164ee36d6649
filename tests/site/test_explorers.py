"""Every explorer of the built book, driven in a browser: controls, keyboard, play, reset, address.

The tests share the open pages; each finds the explorer as a reader does who just arrived and has guessed.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from statistics import median

import numpy as np
import pytest

# Turn a slider once and say how many frames pass until what a reader sees has changed.
FRAMES = """(figure) => new Promise((done) => {
  const slider = figure.querySelector('input[type=range], select');
  const last = slider.options ? slider.options.length - 1 : Number(slider.max);
  const [stage, sentence] = [figure.querySelector('.nn-stage'), figure.querySelector('.nn-sentence')];
  const seen = () => stage.innerHTML + sentence.textContent;
  const before = seen();
  slider.value = Number(slider.value) < last ? Number(slider.value) + 1 : 0;
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  let frames = 0;
  const look = () => {
    frames += 1;
    if (seen() !== before || frames === 60) done(frames); else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
COUNTS = """(figure) => [...figure.querySelectorAll('[data-axis]')].map((input) =>
  input.type === 'checkbox' ? 2 : input.options ? input.options.length : Number(input.max) + 1)"""
TURNED = """(figure) => [...figure.querySelectorAll('[data-axis]')]
  .map((input) => [input, input.type === 'checkbox' ? Number(input.checked) : Number(input.value)])
  .filter(([input, at]) => at !== Number(input.dataset.start))
  .map(([input, at]) => `${figure.dataset.explorer}.${input.name}=${at}`)"""
COLORS = """(figure) => [...figure.querySelectorAll('.nn-stage *')].map((element) => {
  const { fill, stroke } = getComputedStyle(element);
  return `${fill} ${stroke}`;
})"""
START = (
    """(figure) => [...figure.querySelectorAll('[data-axis]')].map((input) => Number(input.dataset.start))"""
)
TEXTS = """(figure) => Object.fromEntries([...figure.querySelectorAll('[data-text]')]
  .map((element) => [element.dataset.text, element.textContent]))"""
SPOKEN = """(figure) =>
  figure.querySelector('.nn-said').textContent === figure.querySelector('.nn-sentence').textContent"""
# What is cut off: by the lower edge, by the right one, or by the column that it stands in.
CUT = """(figure) => {
  const outer = figure.getBoundingClientRect();
  const column = figure.querySelector('.nn-controls').getBoundingClientRect();
  const texts = [...figure.querySelectorAll('.nn-controls :is(label, select, input, output, button)')];
  const seen = figure.querySelectorAll('.nn-predict *, .nn-stage text, .nn-stage td, summary');
  const parts = [...texts, ...seen];
  return parts.filter((part) => part.getClientRects().length).filter((part) => {
    const { right, bottom } = part.getBoundingClientRect();
    return bottom > outer.bottom + 1 || right > (texts.includes(part) ? column : outer).right + 1;
  }).map((part) => part.textContent || part.tagName);
}"""
# The width that a menu has for its words, less that of the longest of them, in pixels.
SPARE = """(figure) => [...figure.querySelectorAll('.nn-controls select')].map((menu) => {
  const probe = menu.cloneNode(true);
  probe.style.cssText = 'max-width: none; width: auto; position: absolute; visibility: hidden';
  menu.after(probe);
  const spare = menu.getBoundingClientRect().width - probe.getBoundingClientRect().width;
  probe.remove();
  return spare;
})"""
SMALLEST = """(figure) => Math.min(...[...figure.querySelectorAll('.nn-stage svg text')]
  .filter((text) => text.textContent.trim() && text.getClientRects().length)
  .map((text) => {
    const { b, d } = text.getScreenCTM();
    return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(b, d);
  }))"""
SET = """(figure, position) => figure.querySelectorAll('[data-axis]').forEach((input, axis) => {
  if (input.type === 'checkbox') input.checked = position[axis] === 1; else input.value = position[axis];
  input.dispatchEvent(new Event('input', { bubbles: true }));
})"""


@pytest.fixture(scope="module")
def explorers(site, page_paths):
    """(page, name) of every explorer of the book."""
    found = []
    for path in page_paths:
        names = re.findall(r'data-explorer="([^"]+)"', (site / path).read_text(encoding="utf-8"))
        found += [(path, name) for name in names]
    assert found, "the built book has no explorer"
    return found


@pytest.fixture(scope="module")
def opened(visit, address):
    """An explorer in its first state: on a page that the tests share, or with `hash` on one of its own."""
    pages = {}

    def open_explorer(path, name, via="file", hash="", fresh=False, **options):
        key = (path, via, *sorted(options.items()))
        if hash or fresh or key not in pages:
            seen = visit(address(path, via) + hash, **options)
        else:
            seen = pages[key]
        if not (hash or fresh):
            pages[key] = seen
        figure = seen.page.locator(f'[data-explorer="{name}"]')
        figure.scroll_into_view_if_needed()
        seen.page.wait_for_selector(f'[data-explorer="{name}"].nn-ready')
        if figure.locator(".nn-skip").is_visible():  # a question; test_explorer_page answers it
            figure.locator(".nn-skip").click()
        if not hash:
            figure.evaluate(SET, figure.evaluate(START))
        return seen, figure

    return open_explorer


def shown(figure):
    return figure.locator(".nn-stage").inner_html(), figure.locator(".nn-sentence").text_content()


def turn(control, to_end):
    """Move a control to its last or first value, as a reader would."""
    kind = control.get_attribute("type")
    if kind == "checkbox":
        control.set_checked(to_end)
    elif kind == "range":
        control.focus()
        control.press("End" if to_end else "Home")
    else:
        options = control.locator("option").count()
        control.select_option(index=options - 1 if to_end else 0)


def states_file(site, path, name):
    """The file that the page loads when this explorer comes near the view."""
    markup = (site / path).read_text(encoding="utf-8")
    source = re.search(rf'data-src="([^"]+)" data-explorer="{name}"', markup)[1]
    return (site / path).parent / source


def stored_states(site, path, name):
    """The table of an explorer's states, as the built site carries it."""
    text = states_file(site, path, name).read_text(encoding="utf-8")
    packed = re.search(r'"gzip": "([^"]+)"', text)[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def test_the_state_that_is_shown_is_the_one_that_was_asked_for(explorers, opened, site):
    rng = np.random.default_rng(0)
    for path, name in explorers:
        _, figure = opened(path, name)
        table = stored_states(site, path, name)
        shape = figure.evaluate(COUNTS)
        for _ in range(15):
            position = [int(rng.integers(count)) for count in shape]
            figure.evaluate(SET, position)
            for slot, text in figure.evaluate(TEXTS).items():
                axes, at, texts = (table[slot][key] for key in ("axes", "at", "texts"))
                grid = np.reshape(at, [shape[axis] for axis in axes])
                assert text == texts[grid[tuple(position[axis] for axis in axes)]], (name, slot)


def matters(figure, control):
    """Whether a control changes something where the others stand at their ends, or else where they start."""
    for at_start in (False, True):
        if at_start:
            figure.evaluate(SET, figure.evaluate(START))
        turn(control, to_end=False)
        low = shown(figure)
        turn(control, to_end=True)
        if shown(figure) != low:
            return True
    return False


@pytest.mark.parametrize("via", ["file", "http"])
def test_every_control_changes_picture_or_sentence_and_reset_brings_all_back(explorers, opened, via):
    for path, name in explorers:
        seen, figure = opened(path, name, via)
        first = shown(figure)
        controls = figure.locator("[data-axis]")
        for number in range(controls.count()):
            control = controls.nth(number)
            assert matters(figure, control), f"{name}: {control.get_attribute('name')} changes nothing"
        figure.locator(".nn-reset").click()
        assert shown(figure) == first, f"{name}: reset does not bring the first state back"
        assert seen.errors == [] and seen.outside == []


def test_the_first_state_needs_no_script(explorers, browser, address):
    context = browser.new_context(java_script_enabled=False)
    for path, name in explorers:
        page = context.new_page()
        page.goto(address(path, "file"))
        figure = page.locator(f'[data-explorer="{name}"]')
        assert figure.locator(".nn-stage svg").first.is_visible()
        # The authors' page begins with an explorer without a sentence; in a chapter each has one.
        assert figure.locator(".nn-sentence").inner_text().strip() or "chapters/" not in path
        assert not figure.locator(".nn-controls").is_visible(), "dead controls would be a lie"
    context.close()


def test_sliders_speak_their_value(explorers, opened):
    for path, name in explorers:
        _, figure = opened(path, name)
        for control in figure.locator("input[type=range]").all():
            turn(control, to_end=True)
            assert control.get_attribute("aria-valuetext") == control.locator("+ output").inner_text()
            assert figure.locator(f'label[for="{control.get_attribute("id")}"]').count() == 1


def test_play_walks_to_the_end_and_pause_stops(explorers, opened):
    played = 0
    for path, name in explorers:
        if not opened(path, name)[1].locator(".nn-play").count():
            continue
        seen, figure = opened(path, name, fresh=True)  # its clock will be held
        for player in figure.locator(".nn-play").all():
            played += 1
            control = figure.locator(f"#{player.get_attribute('data-for')}")
            seen.page.clock.install()
            player.click()
            seen.page.clock.run_for(2_500)
            assert int(control.input_value()) > 0 and player.inner_text() == "Pause"
            player.click()
            moved = int(control.input_value())  # only now: a tick may have come before the click
            seen.page.clock.run_for(5_000)
            assert int(control.input_value()) == moved and player.inner_text() == "Play"
            player.click()
            seen.page.clock.run_for(120_000)
            assert control.input_value() == control.get_attribute("max") and player.inner_text() == "Play"
    assert played, "no explorer can be played"


def test_touching_an_element_of_the_picture_sets_its_control(explorers, opened):
    touched = 0
    for path, name in explorers:
        _, figure = opened(path, name)
        for element in figure.locator("[data-pick]").all():
            touched += 1
            control, at = element.get_attribute("data-pick").split(":")
            element.press("Enter")
            assert figure.locator(f'[name="{control}"]').input_value() == at
            assert element.get_attribute("aria-pressed") == "true"
    assert touched, "no explorer has elements to touch"


def test_the_address_remembers_and_brings_back_a_state(explorers, opened):
    for path in dict.fromkeys(path for path, _ in explorers):
        names = [name for place, name in explorers if place == path]
        turned, states = [], {}
        entries = opened(path, names[0])[0].page.evaluate("history.length")
        for name in names:
            seen, figure = opened(path, name)
            for control in figure.locator("[data-axis]").all():
                turn(control, to_end=True)
            states[name] = shown(figure)
            turned += (own := figure.evaluate(TURNED))
            assert own
        seen.page.wait_for_function(
            "(parts) => parts.every((part) => location.hash.split('&').includes(part))", arg=turned
        )
        assert seen.page.evaluate("history.length") == entries, "turning a slider must not fill the history"
        again, _ = opened(path, names[0], hash=seen.page.evaluate("location.hash"))
        for name, state in states.items():
            figure = again.page.locator(f'[data-explorer="{name}"]')
            again.page.wait_for_function(
                "([figure, text]) => figure.querySelector('.nn-sentence').textContent === text",
                arg=[figure.element_handle(), state[1]],
            )
            assert figure.locator(".nn-stage").inner_html() == state[0]


def test_a_change_is_on_screen_within_two_frames(explorers, opened, record_property):
    for path, name in explorers:
        _, figure = opened(path, name)
        figure.evaluate(FRAMES)  # the first one warms up
        frames = [figure.evaluate(FRAMES) for _ in range(9)]
        record_property(f"frames {name}", frames)
        assert median(frames) <= 2, f"{name}: {frames}"


def test_the_keyboard_may_walk_on_while_it_plays(explorers, opened):
    path, name = next((path, name) for path, name in explorers if name == "stepper")
    seen, figure = opened(path, name, fresh=True)  # its clock will be held
    player = figure.locator(".nn-play").first
    said, sentence = (figure.locator(name) for name in (".nn-said", ".nn-sentence"))
    seen.page.wait_for_function(SPOKEN, arg=figure.element_handle())  # `opened` turned the controls, too
    first = said.text_content()
    seen.page.clock.install()
    player.click()
    player.press("Tab")
    seen.page.clock.run_for(2_000)
    assert player.inner_text() == "Pause" and sentence.text_content() != first
    assert said.text_content() == first, "a sentence a tick is a flood"
    figure.locator("select").first.select_option(index=1)
    assert player.inner_text() == "Play"
    for _ in range(10):  # on a busy machine the change itself may come late
        if said.text_content() != sentence.text_content():
            seen.page.clock.run_for(1_000)
    assert said.text_content() == sentence.text_content()


HALLS = [(1280, 720), (1280, 800), (1920, 1080)]


@pytest.fixture
def alone(browser, address):
    """An explorer alone in a window, its question skipped. The chapter's math is not seen, and not loaded."""
    page = browser.new_page()
    page.route(re.compile("mathjax", re.IGNORECASE), lambda route: route.abort())

    def open_alone(path, name):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto("about:blank")
        page.goto(f"{address(path, 'file')}?explorer={name}", wait_until="commit")
        page.wait_for_selector(f'[data-explorer="{name}"].nn-ready')
        figure = page.locator(f'[data-explorer="{name}"]')
        if figure.locator(".nn-skip").is_visible():
            figure.locator(".nn-skip").click()
        return page, figure

    yield open_alone
    page.close()


def test_alone_in_a_hall_all_can_be_read_and_nothing_is_cut_off(explorers, alone):
    asking = []
    for path, name in explorers:
        if "chapters/" not in path:
            continue
        page, figure = alone(path, name)
        assert figure.evaluate(SMALLEST) > 18.5, name  # pixels; the pictures have 19.5 and more
        options = figure.locator("[data-guess]").count() - 2  # without Skip and Guess again
        asking += [name] * (options > 0)
        for guess in range(-1, options):  # first: it was skipped
            if guess >= 0:
                figure.locator(".nn-again").click()
                figure.locator(f'[data-guess="{guess}"]').click()
            for width, height in HALLS:
                page.set_viewport_size({"width": width, "height": height})
                where = (name, guess, width)
                assert figure.evaluate(CUT) == [], where
                assert all(spare > -1 for spare in figure.evaluate(SPARE)), where
                assert figure.evaluate("(figure) => figure.scrollHeight") <= height, where
    assert asking == ["gates", "steps", "race"]


@pytest.mark.parametrize("damage", ["missing", "cut", "flipped"])
def test_damaged_data_leave_the_first_state_and_a_word(explorers, browser, address, site, damage):
    path, name = explorers[0]
    page = browser.new_page()
    text = states_file(site, path, name).read_text(encoding="utf-8")
    bodies = {"cut": text[: len(text) // 2], "flipped": text.replace("H4sI", "H4sJ", 1)}

    def answer(route):
        route.abort() if damage == "missing" else route.fulfill(
            body=bodies[damage], content_type="text/javascript"
        )

    page.route(f"**/{name}-*.js", answer)
    page.goto(address(path, "http"))
    figure = page.locator(f'[data-explorer="{name}"]')
    figure.scroll_into_view_if_needed()
    page.wait_for_function(
        f"document.querySelector('[data-explorer={name}] .nn-sentence').innerText.includes('(The')"
    )
    said = "did not load" if damage == "missing" else "are damaged"
    assert said in figure.locator(".nn-sentence").inner_text()
    assert figure.locator(".nn-stage svg").first.is_visible()
    assert not figure.locator(".nn-controls").is_visible()
    page.close()


def test_a_link_to_a_state_works_in_a_page_that_is_open(explorers, opened):
    path, name = explorers[0]
    seen, figure = opened(path, name, fresh=True)
    control = figure.locator("[data-axis]").first
    seen.page.evaluate(f"location.hash = '#explore&{name}.{control.get_attribute('name')}=3'")
    seen.page.wait_for_function(f"document.querySelector('[data-explorer={name}] [data-axis]').value === '3'")


def test_pictures_follow_the_theme(explorers, opened):
    for path, name in explorers:
        seen, figure = opened(path, name)
        turn(figure.locator("[data-axis]").first, to_end=True)  # a picture that the script put there
        light = figure.evaluate(COLORS)
        seen.page.evaluate("document.documentElement.dataset.theme = 'dark'")
        dark = figure.evaluate(COLORS)
        seen.page.evaluate("document.documentElement.dataset.theme = 'light'")
        assert len(dark) == len(light) and dark != light, name
        assert figure.evaluate(COLORS) == light, name


def test_states_load_when_the_explorer_comes_near_and_weigh_little(explorers, site, visit, address):
    total = {}
    for path, name in explorers:
        total[path] = total.get(path, 0) + states_file(site, path, name).stat().st_size
    assert all(size < 8_000_000 for size in total.values()), total
    path, name = explorers[-1]
    seen = visit(address(path, "file"))
    assert not any(f"/{name}-" in request for request in seen.requests), "loaded before it was near"
    seen.page.locator(f'[data-explorer="{name}"]').scroll_into_view_if_needed()
    seen.page.wait_for_selector(f'[data-explorer="{name}"].nn-ready')
    assert any(f"/{name}-" in request for request in seen.requests)


def test_nothing_is_cut_off_at_phone_width(explorers, opened):
    for path, name in explorers:
        seen, figure = opened(path, name, width=390, height=800)
        box = figure.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
        figure.locator(".nn-more").evaluate("(more) => { more.open = true; }")
        for control in figure.locator("select, input[type=range], button, summary").all():
            if not control.is_visible():  # a question that was answered
                continue
            box = control.bounding_box()
            assert box["x"] + box["width"] <= 390 and box["height"] >= 44, name
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
