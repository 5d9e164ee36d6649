"""The four lives of an explorer: live widget, page, picture, text."""

import nbclient
import nbformat
import pytest

from nnkit.explore import choice, explore, play, slider, toggle
from nnkit.explore.explorer import FRAMES_SWITCH, SENTENCE


def line(frame, figure):
    figure.subplots().plot([0, 1], [0, frame["end"]])
    return f"It ends at {frame['end']}."


def compute(slope, double, kind):
    if slope == 3 and kind == "odd":
        raise ValueError("three is too many")
    return {"end": slope * (1 + double)}


@pytest.fixture
def explorer(monkeypatch):
    monkeypatch.delenv(FRAMES_SWITCH, raising=False)
    return explore(line, compute, slope=play(slider(1, 3)), double=toggle(), kind=choice(["even", "odd"]))


def test_the_text_names_controls_ranges_sentence_and_numbers(explorer):
    assert repr(explorer) == (
        "Explorer 'line', 12 states\n"
        "  slope: slider, 3 values from 1 to 3, starts at 1, can play\n"
        "  double: toggle, off | on, starts at off\n"
        "  kind: choice, even | odd, starts at even\n"
        "  It ends at 1.\n"
        "  end 1"
    )


def test_turning_a_control_redraws_picture_and_sentence(explorer):
    before = explorer.stage.value
    explorer.inputs["slope"].index = 1
    explorer.inputs["double"].value = True
    assert explorer.sentence.value == SENTENCE.format("It ends at 4.")
    assert explorer.numbers() == {"end": 4}
    assert explorer.stage.value != before and explorer.stage.value[:4] == b"\x89PNG"


def test_an_exception_is_shown_and_the_next_turn_recovers(explorer):
    explorer.inputs["kind"].index = 1
    explorer.inputs["slope"].index = 2
    assert "three is too many" in explorer.sentence.value and "Traceback" in explorer.sentence.value
    explorer.inputs["slope"].index = 0
    assert explorer.sentence.value == SENTENCE.format("It ends at 1.")


def test_the_play_widget_moves_its_slider(explorer):
    player = explorer.children[0].children[1]
    player.value = 2
    assert explorer.inputs["slope"].index == 2


def test_a_notebook_output_carries_view_text_and_a_small_picture(explorer):
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) >= {"text/plain", "image/png"} and "text/html" not in bundle
    assert len(bundle["image/png"]) < 30_000


def test_frames_are_added_where_a_book_is_built(monkeypatch):
    monkeypatch.setenv(FRAMES_SWITCH, "1")
    whole = explore(line, lambda slope: {"end": slope}, slope=slider(1, 3))
    assert 'data-explorer="line"' in whole._repr_mimebundle_()["text/html"]


def test_a_state_that_fails_stops_the_build_and_is_named(monkeypatch):
    monkeypatch.setenv(FRAMES_SWITCH, "1")
    source = (
        "from nnkit.explore import explore, slider\n"
        "def inverse(figure, a):\n    figure.subplots().plot([0, 1 / a])\n"
        "explore(inverse, a=slider(-2, 2))"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    with pytest.raises(
        nbclient.exceptions.CellExecutionError, match=r"explorer 'inverse' fails at a=0: ZeroDivisionError"
    ):
        nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()


def test_a_template_explorer_shows_html_and_svg():
    def fill(frame, slots):
        slots["e"] = str(frame["e"])

    markup = '<div><svg viewBox="0 0 9 9"><text data-text="e">?</text></svg></div>'
    shown = explore(fill, lambda a: {"e": a}, template=markup, a=slider(5, 7))
    assert markup.replace("?", "5") in shown.stage.value
    assert ">5</text>" in shown._repr_mimebundle_()["image/svg+xml"]
