"""The static page: native controls, a first state that needs no script, all states in a small table."""

import base64
import gzip
import itertools
import json
import re

import pytest

from nnkit.explore import Scene, Template, choice, play, slider, toggle
from nnkit.explore.page import page_html


def show(frame, slots):
    slots.update({"sum": str(frame["a"] + frame["b"]), "only_a": f"a is {frame['a']}", "never": "still"})
    return f"{frame['a']} + {frame['b']} < 10"


@pytest.fixture
def scene():
    markup = '<p><b data-text="sum"/><i data-text="only_a"/><u data-text="never"/></p>'
    controls = {
        "a": play(slider(0, 2, start=1, label="first & number")),
        "b": choice({"one": 1, "ten": 10}),
        "c": toggle(True),
    }
    return Scene("adder", show, lambda a, b, c: {"a": a, "b": b}, controls, Template(markup))


def table(html):
    data = json.loads(re.search(r'class="nn-data">(.*?)</script>', html, re.DOTALL).group(1))
    return json.loads(gzip.decompress(base64.b64decode(data["gzip"])))


def looked_up(slot, shape, position):
    offset = 0
    for axis in slot["axes"]:
        offset = offset * shape[axis] + position[axis]
    return slot["texts"][slot["at"][offset]]


def test_every_state_is_found_in_the_table(scene):
    states = table(page_html(scene))
    for position in itertools.product(range(3), range(2), range(2)):
        shot = scene.shot(position)
        for name, text in {**shot.texts, "sentence": shot.sentence}.items():
            assert looked_up(states[name], scene.shape, position) == text


def test_a_slot_is_stored_for_the_controls_that_it_depends_on(scene):
    states = table(page_html(scene))
    assert states["sum"]["axes"] == [0, 1]
    assert states["only_a"] == {"axes": [0], "at": [0, 1, 2], "texts": ["a is 0", "a is 1", "a is 2"]}
    assert states["never"] == {"axes": [], "at": [0], "texts": ["still"]}


def test_a_label_of_a_letter_or_two_stands_beside_its_slider_and_a_longer_one_above():
    controls = {"a": slider(0, 1), "b": slider(0, 1, label="all"), "c": toggle()}
    markup = '<p><b data-text="sum"/><i data-text="only_a"/><u data-text="never"/></p>'
    html = page_html(Scene("adder", show, lambda a, b, c: {"a": a, "b": b}, controls, Template(markup)))
    assert '<div class="nn-control nn-slider nn-short"><label id="explorer-adder--a-label"' in html
    assert '<div class="nn-control nn-slider"><label id="explorer-adder--b-label"' in html


def test_the_first_state_is_readable_without_a_script(scene):
    html = page_html(scene)
    assert ">a is 1</i>" in html
    assert ">1 + 1 &lt; 10</p>" in html


def test_controls_are_native_labeled_and_say_their_value(scene):
    html = page_html(scene)
    assert 'for="explorer-adder--a">first &amp; number</label>' in html
    assert re.search(
        r'<input type="range" id="explorer-adder--a"[^>]* max="2" step="1" value="1" aria-valuetext="1"', html
    )
    assert re.search(r'<select id="explorer-adder--b".*<option value="0" selected>one</option>', html)
    assert re.search(r'<input type="checkbox" id="explorer-adder--c"[^>]* checked>', html)
    assert (
        'data-for="explorer-adder--a" aria-labelledby="explorer-adder--a-play explorer-adder--a-label"'
        in html
    )


def test_two_builds_are_the_same_to_the_byte(scene):
    assert page_html(scene) == page_html(scene)


def test_ids_of_explorers_whose_names_run_together_differ():
    def ids(name, control):
        one = Scene(name, lambda f, **_: f.subplots() and None, None, {control: slider(0, 1)})
        return set(re.findall(r'id="(explorer-[^"]+)"', page_html(one)))

    assert not ids("loss", "surface") & ids("loss-surface", "x")


def test_numbers_are_stored_for_the_controls_that_they_depend_on(scene):
    states = table(page_html(scene))
    assert states["number a"] == {"axes": [0], "at": [0, 1, 2], "texts": ["0", "1", "2"]}
    assert states["number c"]["texts"] == ["off", "on"]


def test_the_visible_sentence_is_not_live_and_another_element_is(scene):
    html = page_html(scene)
    assert '<p class="nn-sentence" data-text="sentence">1 + 1' in html
    assert '<p class="nn-said" role="status"></p>' in html


def test_the_longest_sentence_keeps_its_place(scene):
    assert 'data-longest="0 + 10 &lt; 10"' in page_html(scene)


def test_pictures_are_offered_where_one_is_drawn(scene):
    assert "Picture (SVG)" not in page_html(scene), "this template is no drawing"
    drawing = Scene("d", lambda figure, a: figure.subplots() and None, None, {"a": slider(0, 1)})
    assert "Picture (SVG)" in page_html(drawing) and 'data-do="numbers"' not in page_html(drawing)
