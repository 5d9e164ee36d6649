"""Explorers that no chapter has, on a page of their own: a guess, several on a page, numbers, links."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest

from nnkit.explore import Scene, Template, choice, play, predict, slider, toggle
from nnkit.explore.page import page_html
from nnkit.explore.pictures import THEME
from nnkit.explore.sphinx import STATIC, split

PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="light"><head><meta charset="utf-8"><title>Many explorers</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="explorer.css"></head>
<body><article><h1>Many explorers</h1>
{}
<div style="height: 4000px"></div>
{}
</article><script src="explorer.js"></script></body></html>"""
INK = next(color for color, name in THEME.items() if name == "ink")


def line(frame, figure):
    figure.subplots().plot(frame["x"], frame["slope"] * frame["x"])
    return f"The line ends at {frame['slope']:g}, on seed {frame['seed']}" + "." * int(10 * frame["slope"])


def points(slope, seed):
    return {"x": np.array([0.0, 0.5, 1.0]), "slope": slope, "end": slope / 3, "seed": seed}


def square(frame, slots):
    slots.update({"a": str(frame["a"]), "how": frame["how"]})
    return f"{frame['a']} {frame['how']}."


def drawn(figure, on):
    figure.subplots().plot([0, 1], [0, int(on)])


def scenes():
    controls = {"slope": play(slider(1, 6, start=3), interval=0.7), "seed": slider(0, 2)}
    question = predict("Which way does it go?", ["up", "down"], answer="up")
    yield Scene("guess", line, points, controls, size=(5.0, 4.5), prediction=question)
    markup = (
        f'<svg viewBox="0 0 90 30"><text y="20" fill="{INK}" data-text="a">?</text>'
        f'<g data-pick="a:2"><rect x="60" width="25" height="25" fill="{INK}"/>'
        '<text x="40" y="20" data-text="how">?</text></g></svg>'
    )
    controls = {"a": slider(-1, 3), "how": choice(["squared, twice", "cubed"])}
    yield Scene("square", square, lambda a, how: {"a": a, "how": how}, controls, Template(markup))
    open_question = predict("Does it rise?", ["yes", "no"])
    yield Scene("open", line, points, {"slope": slider(1, 3), "seed": slider(0, 1)}, prediction=open_question)
    yield Scene("far", drawn, None, {"on": toggle()})


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("shelf")
    figures = [page_html(scene) for scene in scenes()]
    body, files = split("shelf", PAGE.format("\n".join(figures[:3]), figures[3]), lambda file: file)
    for name, text in {"page.html": body, **files}.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("explorer.css", "explorer.js"):
        (folder / name).write_text((STATIC / name).read_text(encoding="utf-8"), encoding="utf-8")
    return folder / "page.html"


@pytest.fixture
def opened(browser, shelf):
    contexts = []

    def open_page(query="", **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.errors, page.asked = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(shelf.as_uri() + query)
        if options.get("java_script_enabled", True):
            page.wait_for_selector(".nn-ready", state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()


def figure_of(page, name):
    return page.locator(f'[data-explorer="{name}"]')


def ready(page, name):
    page.wait_for_selector(f'[data-explorer="{name}"].nn-ready', state="attached")
    return figure_of(page, name)


def button(figure, text):
    return figure.get_by_role("button", name=text, exact=True)


def take(figure, text):
    """Press one of the buttons under More."""
    if not figure.locator(".nn-more").evaluate("(more) => more.open"):
        figure.locator("summary").click()
    button(figure, text).click()


def stop_the_clock(page):
    """From here on, time passes by `page.clock.run_for` only."""
    page.clock.install(time=0)
    page.clock.pause_at(10_000)


# ---- a guess before the result ---------------------------------------------------------------------


def test_the_result_is_hidden_until_the_reader_guessed(opened):
    page = opened()
    figure = figure_of(page, "guess")
    for part in (".nn-stage", ".nn-sentence", ".nn-controls", ".nn-more"):
        assert not figure.locator(part).is_visible(), part
    assert figure.get_by_role("group", name="Predict. Which way does it go?").is_visible()
    button(figure, "down").click()
    for part in (".nn-stage", ".nn-sentence", ".nn-controls", ".nn-more"):
        assert figure.locator(part).is_visible(), part
    assert figure.locator(".nn-guessed").inner_text() == "You guessed “down”. The answer is “up”."
    assert page.errors == []


@pytest.mark.parametrize(
    ("name", "guess", "said"),
    [
        ("guess", "up", "You guessed “up”. That is right."),
        ("guess", "Skip", "You skipped the guess."),
        ("open", "no", "You guessed “no”. Compare it with what you see."),
        ("open", "Skip", "You skipped the guess."),
    ],
)
def test_a_guess_is_answered_in_words_and_by_keyboard(opened, name, guess, said):
    page = opened()
    figure = figure_of(page, name)
    button(figure, guess).focus()
    page.keyboard.press("Enter")
    assert figure.locator(".nn-guessed").inner_text() == said
    assert page.evaluate("document.activeElement.className") == "nn-guessed", "the focus would be lost"
    assert figure.locator(".nn-stage").is_visible() and not button(figure, guess).is_visible()


def test_a_guess_is_remembered_until_the_reader_guesses_again(opened):
    page = opened()
    button(figure_of(page, "guess"), "up").click()
    page.reload()
    figure = ready(page, "guess")
    assert figure.locator(".nn-guessed").inner_text() == "You guessed “up”. That is right."
    assert figure_of(page, "open").locator(".nn-guesses").is_visible(), "the other box asks on"
    button(figure, "Reset").click()
    assert figure.locator(".nn-stage").is_visible(), "a reset hides nothing"
    button(figure, "Guess again").click()
    assert not figure.locator(".nn-stage").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "up"
    page.reload()
    assert figure_of(page, "guess").locator(".nn-guesses").is_visible()


def test_a_guess_works_where_nothing_may_be_kept(opened, browser, shelf):
    page = browser.new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no') } })"
    )
    page.goto(shelf.as_uri())
    figure = ready(page, "guess")
    button(figure, "up").click()
    assert figure.locator(".nn-stage").is_visible()
    page.close()


def test_print_and_a_page_without_scripts_show_the_result_without_the_question(opened):
    page = opened()
    page.emulate_media(media="print")
    for one in (page, opened(java_script_enabled=False)):
        figure = figure_of(one, "guess")
        assert figure.locator(".nn-stage svg").is_visible() and figure.locator(".nn-sentence").is_visible()
        assert not figure.locator(".nn-predict").is_visible()


def test_a_script_that_does_not_come_leaves_the_result(browser, shelf):
    page = browser.new_page()
    page.route("**/explorer.js", lambda route: route.abort())
    page.goto(shelf.as_uri())
    stage = figure_of(page, "guess").locator(".nn-stage")
    assert not stage.is_visible(), "what is asked for would flash up"
    stage.wait_for(state="visible", timeout=6_000)
    page.close()


def test_data_that_do_not_come_leave_the_result_without_the_question(browser, shelf):
    page = browser.new_page()
    page.route("**/guess-*.js", lambda route: route.abort())
    page.goto(shelf.as_uri())
    figure = figure_of(page, "guess")
    page.wait_for_selector('[data-explorer="guess"].nn-failed')
    assert figure.locator(".nn-stage").is_visible() and not figure.locator(".nn-predict").is_visible()
    page.close()


# ---- what is spoken ----------------------------------------------------------------------------------


def test_the_sentence_is_spoken_once_after_the_last_change(opened):
    page = opened()
    figure = ready(page, "square")
    assert figure.locator(".nn-sentence").get_attribute("aria-live") is None
    said, control = figure.locator(".nn-said"), figure.locator("[name=a]")
    assert said.get_attribute("role") == "status" and said.bounding_box()["width"] <= 1
    stop_the_clock(page)
    for _ in range(3):
        control.press("ArrowRight")
        page.clock.run_for(400)
        assert said.text_content() == ""
    page.clock.run_for(150)
    assert said.text_content() == "2 squared, twice."


def test_play_is_spoken_at_its_end_only(opened):
    page = opened()
    button(figure_of(page, "guess"), "Skip").click()
    figure = ready(page, "guess")
    said, player = figure.locator(".nn-said"), figure.locator(".nn-play")
    stop_the_clock(page)
    player.click()
    page.clock.run_for(1_300)
    assert said.text_content() == "" and player.inner_text() == "Pause"
    page.clock.run_for(5_000)
    assert said.text_content().startswith("The line ends at 6, on seed 0.")
    player.click()
    page.clock.run_for(500)
    player.click()
    page.clock.run_for(600)
    assert said.text_content() == figure.locator(".nn-sentence").text_content() != ""


# ---- what may be taken along -------------------------------------------------------------------------


def test_a_copied_link_leads_to_the_state_and_is_one_entry_of_the_history(opened, browser, shelf):
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    figure = ready(page, "square")
    figure.locator("[name=a]").press("End")
    page.wait_for_function("location.hash === '#explore&square.a=4'")
    entries = page.evaluate("history.length")
    take(figure, "Copy link")
    page.wait_for_function("document.querySelector('#explorer-square .nn-note').textContent !== ''")
    assert page.evaluate("history.length") == entries + 1
    assert page.evaluate("location.hash") == "#explore&square&square.a=4"
    link = figure.locator(".nn-address").input_value() or page.evaluate("navigator.clipboard.readText()")
    assert link == f"{shelf.as_uri()}#explore&square&square.a=4"
    again = browser.new_page()
    again.goto(link)
    assert ready(again, "square").locator(".nn-sentence").inner_text() == "3 squared, twice."
    again.close()


def test_where_copying_is_not_allowed_the_address_is_selected(opened):
    page = opened()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    figure = ready(page, "square")
    take(figure, "Copy link")
    assert figure.locator(".nn-note").inner_text() == "Copy this address:"
    address = figure.locator(".nn-address").input_value()
    assert address == page.url and address.endswith("page.html#explore&square")
    assert page.evaluate("getSelection().toString()") == address


def test_a_copied_link_says_so(opened):
    page = opened()
    page.add_init_script(
        "const writeText = async (text) => { window.got = text; };"
        "Object.defineProperty(navigator, 'clipboard', { value: { writeText } })"
    )
    page.reload()
    figure = ready(page, "square")
    take(figure, "Copy link")
    assert figure.locator(".nn-note").inner_text() == "Copied."
    assert not figure.locator(".nn-address").is_visible()
    assert page.evaluate("window.got") == page.url


def test_the_numbers_behind_a_state_are_a_table_that_follows(opened):
    page = opened()
    figure = ready(page, "guess")
    button(figure, "Skip").click()
    take(figure, "Numbers")
    assert button(figure, "Numbers").get_attribute("aria-expanded") == "true"
    singles, columns = figure.locator(".nn-table table").all()
    assert singles.inner_text().split() == ["name", "value", "slope", "3", "seed", "0", "end", "1"]
    assert columns.inner_text().split() == ["x", "0", "0.5", "1"]
    figure.locator("[name=slope]").press("End")
    assert figure.locator(".nn-table").inner_text().split()[7] == "2"
    button(figure, "Numbers").click()
    assert not figure.locator(".nn-table").is_visible()


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("guess", [["slope", "seed", "end", "x"], *(["3", "0", "1", x] for x in ("0", "0.5", "1"))]),
        ("square", [["a", "how"], ["-1", "squared, twice"]]),
    ],
)
def test_the_csv_holds_one_column_for_each_number(opened, name, rows):
    page = opened()
    figure = ready(page, name)
    if figure.locator(".nn-skip").is_visible():
        button(figure, "Skip").click()
    with page.expect_download() as waiting:
        take(figure, "Download CSV")
    assert waiting.value.suggested_filename == f"{name}.csv"
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert list(csv.reader(io.StringIO(text))) == rows


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_is_saved_in_the_colors_that_are_shown(opened, theme, tmp_path):
    from PIL import Image

    page = opened()
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    figure = ready(page, "square")
    with page.expect_download() as waiting:
        take(figure, "Picture (SVG)")
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    ink = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--nn-ink')")
    assert waiting.value.suggested_filename == "square.svg"
    assert f'fill="{ink}"' in text and "var(" not in text
    assert re.search(r'<svg [^>]*xmlns="http://www.w3.org/2000/svg"', text) and 'width="90"' in text
    with page.expect_download() as waiting:
        take(figure, "Picture (PNG)")
    image = Image.open(waiting.value.path()).convert("RGB")
    assert image.size == (1280, 427)
    paper, mark = image.getpixel((3, 420)), image.getpixel((1000, 100))
    assert "#{:02x}{:02x}{:02x}".format(*paper) == ("#ffffff" if theme == "light" else "#14181e")
    assert "#{:02x}{:02x}{:02x}".format(*mark) == ink


def test_an_explorer_without_numbers_offers_none(opened):
    page = opened()
    figure_of(page, "far").scroll_into_view_if_needed()
    figure = ready(page, "far")
    figure.locator("summary").click()
    assert button(figure, "Picture (SVG)").is_visible()
    assert button(figure, "Numbers").count() == button(figure, "Download CSV").count() == 0


def test_full_screen_scales_text_and_picture(opened):
    page = opened(viewport={"width": 1920, "height": 1080})
    figure = ready(page, "square")
    sizes = """(figure) => [figure, figure.querySelector('label')].map(
      (one) => parseFloat(getComputedStyle(one).fontSize))"""
    before = figure.evaluate(sizes)
    take(figure, "Full screen")
    page.wait_for_function("document.fullscreenElement !== null")
    assert all(late > 1.4 * early for early, late in zip(before, figure.evaluate(sizes), strict=True))
    button(figure, "Full screen").click()
    page.wait_for_function("document.fullscreenElement === null")
    assert figure.evaluate(sizes) == before


@pytest.mark.parametrize("guess", ["Skip", "down"])
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_alone_and_on_the_whole_screen_all_has_the_same_size_and_fits(opened, width, height, guess):
    page = opened("?explorer=guess", viewport={"width": width, "height": height})
    figure = ready(page, "guess")
    button(figure, guess).click()
    assert not figure.locator(".nn-question").is_visible(), "it was asked, and takes two lines"
    assert figure.locator(".nn-predict").bounding_box()["height"] < height / 14, "one line"
    figure.locator("summary").click()
    sizes = """(figure) => [
      getComputedStyle(figure).fontSize, figure.scrollHeight, document.documentElement.scrollHeight,
      ...figure.querySelectorAll(".nn-predict, .nn-controls, .nn-stage > svg").values().map(
        (one) => Math.round(one.getBoundingClientRect().bottom))]"""
    alone = figure.evaluate(sizes)
    assert all(bottom <= height for bottom in alone[1:])
    assert figure.locator(".nn-stage > svg").bounding_box()["height"] > height / 2
    button(figure, "Full screen").click()
    page.wait_for_function("document.fullscreenElement !== null")
    assert figure.evaluate(sizes) == alone


def test_full_screen_is_not_offered_where_it_is_missing(browser, shelf):
    page = browser.new_page()
    page.add_init_script("Object.defineProperty(document, 'fullscreenEnabled', { value: false })")
    page.goto(shelf.as_uri())
    figure = ready(page, "square")
    figure.locator("summary").click()
    assert not button(figure, "Full screen").is_visible() and button(figure, "Embed").is_visible()
    page.close()


def test_the_embedding_address_shows_one_explorer_and_nothing_else(opened):
    page = opened()
    figure = ready(page, "square")
    figure.locator("[name=how]").select_option(index=1)
    take(figure, "Embed")
    address = figure.locator(".nn-address").input_value()
    assert address.endswith("page.html?explorer=square#explore&square.how=1")
    page.goto("about:blank")
    page.goto(address)
    figure = ready(page, "square")
    assert page.title() == "Explorer square"
    assert figure.locator(".nn-sentence").inner_text() == "-1 cubed."
    assert not page.locator("h1").is_visible() and not figure_of(page, "guess").is_visible()
    assert page.evaluate("document.documentElement.scrollHeight") <= 900
    assert page.errors == []


def test_an_embedding_address_with_a_name_that_is_not_there_shows_the_page(opened):
    assert opened("?explorer=nothing").locator("h1").is_visible()


# ---- several on a page ---------------------------------------------------------------------------------


def test_one_out_of_view_loads_nothing_and_does_nothing(opened):
    page = opened()
    page.evaluate(
        """() => {
          window.changes = 0;
          new MutationObserver((records) => { window.changes += records.length; }).observe(
            document.getElementById('explorer-far'),
            { subtree: true, childList: true, attributes: true, characterData: true });
        }"""
    )
    button(figure_of(page, "guess"), "Skip").click()
    ready(page, "guess").locator("[name=slope]").press("End")
    page.set_viewport_size({"width": 1000, "height": 800})
    page.wait_for_timeout(300)
    assert page.evaluate("window.changes") == 0
    assert not any("/far-" in address for address in page.asked)
    figure_of(page, "far").scroll_into_view_if_needed()
    ready(page, "far")
    assert any("/far-" in address for address in page.asked)


def test_explorers_do_not_disturb_each_other(opened):
    page = opened()
    for name in ("guess", "open"):
        button(ready(page, name), "Skip").click()
    before = {name: figure_of(page, name).locator(".nn-body").inner_html() for name in ("open", "square")}
    stop_the_clock(page)
    figure_of(page, "guess").locator("[name=seed]").press("End")
    figure_of(page, "guess").locator(".nn-play").click()
    page.clock.run_for(3_000)
    assert figure_of(page, "guess").locator("[name=slope]").input_value() == "5"
    assert {name: figure_of(page, name).locator(".nn-body").inner_html() for name in before} == before


def test_reset_keeps_the_seed(opened):
    page = opened()
    figure = ready(page, "guess")
    button(figure, "Skip").click()
    for name in ("slope", "seed"):
        figure.locator(f"[name={name}]").press("End")
    button(figure, "Reset").click()
    assert [figure.locator(f"[name={name}]").input_value() for name in ("slope", "seed")] == ["2", "2"]
    assert figure.locator(".nn-sentence").inner_text().startswith("The line ends at 3, on seed 2.")


def test_a_state_survives_a_reload_and_a_change_of_theme(opened):
    page = opened()
    button(figure_of(page, "guess"), "Skip").click()
    ready(page, "guess").locator("[name=slope]").press("End")
    ready(page, "square").locator("[name=how]").select_option(index=1)
    page.wait_for_function("location.hash.includes('square.how=1')")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    for _ in range(2):
        assert figure_of(page, "guess").get_attribute("data-shown") == "5 0"
        assert figure_of(page, "square").get_attribute("data-shown") == "0 1"
        page.reload()
        ready(page, "guess"), ready(page, "square")


# ---- layout ----------------------------------------------------------------------------------------------


def test_controls_stand_beside_the_picture_where_both_fit_and_above_it_elsewhere(opened):
    page = opened()
    figure = ready(page, "square")
    form, stage = figure.locator(".nn-controls"), figure.locator(".nn-stage")
    for width, beside in ((1280, True), (700, False), (390, False)):
        page.set_viewport_size({"width": width, "height": 800})
        one, other = form.bounding_box(), stage.bounding_box()
        assert (one["x"] + one["width"] <= other["x"]) == beside, width
        assert (one["y"] + one["height"] <= other["y"]) != beside, width


def test_the_picture_stays_where_it_is_when_the_sentence_grows(opened):
    page = opened(viewport={"width": 390, "height": 800})
    figure = ready(page, "guess")
    button(figure, "Skip").click()
    places = set()
    for key in ("Home", "End"):
        figure.locator("[name=slope]").press(key)
        places.add(figure.locator(".nn-stage").evaluate("(stage) => stage.offsetTop"))
    assert len(places) == 1


def test_what_a_finger_touches_is_large_enough_on_a_phone(opened):
    page = opened(viewport={"width": 390, "height": 800})
    for name in ("guess", "square", "far"):
        figure = figure_of(page, name)
        figure.scroll_into_view_if_needed()
        ready(page, name)
        small = []
        for _ in range(2):
            for target in figure.locator(
                "button, select, input[type=range], summary, .nn-toggle label"
            ).all():
                box = target.bounding_box()
                small += [target.inner_text() or name] * bool(box and box["height"] < 44)
            if figure.locator(".nn-skip").is_visible():
                button(figure, "Skip").click()
            figure.locator("summary").click()
        assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


# ---- faults that a refactoring might bring, and that no test above would see -------------------------------


def test_what_is_saved_is_the_state_that_is_shown_each_time(opened):
    page = opened()
    figure = ready(page, "square")
    for at, how in [(4, 1), (1, 0)]:
        figure.locator("[name=a]").fill(str(at))
        figure.locator("[name=how]").select_option(index=how)
        saved = {}
        for kind in ("Download CSV", "Picture (SVG)"):
            with page.expect_download() as waiting:
                take(figure, kind)
            saved[kind] = Path(waiting.value.path()).read_text(encoding="utf-8")
        words = ("squared, twice", "cubed")[how]
        assert list(csv.reader(io.StringIO(saved["Download CSV"])))[1] == [str(at - 1), words]
        assert f">{at - 1}</text>" in saved["Picture (SVG)"] and f">{words}</text>" in saved["Picture (SVG)"]


def test_the_address_is_written_once_when_the_hand_rests(opened):
    page = opened()
    figure = ready(page, "square")
    page.evaluate(
        """() => {
          window.written = [];
          for (const method of ['pushState', 'replaceState']) {
            const real = window.history[method].bind(window.history);
            window.history[method] = (...all) => {
              window.written.push(`${method} ${all[2]}`);
              real(...all);
            };
          }
        }"""
    )
    stop_the_clock(page)
    for _ in range(3):
        figure.locator("[name=a]").press("ArrowRight")
        page.clock.run_for(100)
        assert page.evaluate("window.written") == []
    page.clock.run_for(100)
    assert page.evaluate("window.written") == ["replaceState #explore&square.a=3"]


def test_a_copied_link_carries_the_other_explorers_of_the_page(opened):
    page = opened()
    button(figure_of(page, "guess"), "Skip").click()
    ready(page, "guess").locator("[name=slope]").press("End")
    figure = ready(page, "square")
    figure.locator("[name=how]").select_option(index=1)
    take(figure, "Copy link")
    assert page.evaluate("location.hash") == "#explore&square&square.how=1&guess.slope=5"
    page.goto("about:blank")
    page.go_back()
    assert ready(page, "square").locator(".nn-sentence").text_content() == "-1 cubed."
    assert ready(page, "guess").get_attribute("data-shown") == "5 0"


def test_a_picture_follows_when_the_reader_switches_the_theme(opened):
    page = opened()
    button(figure_of(page, "guess"), "Skip").click()
    figure = ready(page, "guess")
    figure.locator("[name=slope]").press("End")
    color = (
        """(figure) => getComputedStyle(figure.querySelector('.nn-stage path[style*="--nn-blue"]')).stroke"""
    )
    light = figure.evaluate(color)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    dark = figure.evaluate(color)
    assert (light, dark) == ("rgb(0, 114, 178)", "rgb(93, 183, 240)")


def test_play_stops_at_the_end_and_the_button_says_so(opened):
    page = opened()
    button(figure_of(page, "guess"), "Skip").click()
    figure = ready(page, "guess")
    stop_the_clock(page)
    figure.locator(".nn-play").click()
    page.clock.run_for(10_000)
    assert figure.locator("[name=slope]").input_value() == "5"
    assert figure.locator(".nn-play").inner_text() == "Play"
    figure.locator("[name=slope]").fill("2")
    page.clock.run_for(10_000)
    assert figure.locator("[name=slope]").input_value() == "2"
