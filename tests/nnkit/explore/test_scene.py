"""Scenes: every state is computed by the explorer's own functions, and a failure names its state."""

import functools
import importlib
import sys

import pytest

from nnkit.explore import ExplorerError, Scene, Template, explore, slider, toggle
from nnkit.explore.pictures import to_svg


def line(figure, slope):
    figure.subplots().plot([0, 1], [0, slope])
    return f"slope {slope}"


def scene(draw, compute=None, template=None, **controls):
    return Scene("test", draw, compute, controls, template)


def test_states_walk_with_the_last_control_fastest():
    both = scene(lambda figure, a, b: None, a=slider(0, 1), b=slider(0, 2))
    assert list(both.positions()) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert both.states == 6 and both.start == (0, 0)


def test_numbers_are_the_scalars_of_the_frame():
    def compute(a):
        return {"twice": 2 * a, "name": "x", "rows": [1, 2]}

    def draw(frame, figure):
        figure.subplots()

    assert scene(draw, compute, a=slider(1, 3)).shot((2,)).numbers == {"twice": 6}


def test_a_template_gets_its_slots_from_draw():
    def draw(frame, slots):
        slots["e"] = str(frame["e"])
        return "seen"

    shot = scene(draw, lambda a: {"e": a}, Template('<p data-text="e"/>'), a=slider(1, 3)).shot((1,))
    assert (shot.texts, shot.sentence, shot.figure) == ({"e": "2"}, "seen", None)


def test_a_function_that_fails_in_one_state_names_explorer_state_and_mend():
    def broken(figure, slope):
        figure.subplots().plot([0, 1], [0, 1 / slope])

    fails = scene(broken, slope=slider(-1, 1))
    fails.shot((0,))
    with pytest.raises(ExplorerError) as error:
        fails.shot((1,))
    assert str(error.value) == (
        "explorer 'test' fails at slope=0: ZeroDivisionError: division by zero. Mend "
        f"{broken.__qualname__}, or leave this value out of the control."
    )


def test_an_empty_figure_and_an_empty_frame_are_failures():
    with pytest.raises(ExplorerError, match="draw left the figure empty"):
        scene(lambda figure, a: None, a=slider(0, 1)).shot((0,))
    with pytest.raises(
        ExplorerError, match="compute expects to return a dict of numbers, it returned NoneType"
    ):
        scene(lambda frame, figure: None, lambda a: None, a=slider(0, 1)).shot((0,))


def test_a_control_that_the_function_does_not_take_is_named():
    with pytest.raises(ValueError) as error:
        explore(line, slope=slider(0, 2), offset=slider(0, 2))
    assert str(error.value) == (
        "explorer 'line': line takes slope, there is no offset; give both the same names."
    )


def test_too_many_states_are_refused_with_the_factor():
    with pytest.raises(ValueError) as error:
        explore(lambda figure, a, b: None, name="big", a=slider(1, 30), b=slider(1, 30))
    assert str(error.value) == (
        "explorer 'big' has 900 states (30 a x 30 b), the limit is 200; "
        "take fewer values, about 5 times fewer states."
    )


def test_names_and_kinds_are_checked_at_the_door():
    with pytest.raises(
        ValueError, match=r"^explore expects a name of lowercase words joined by hyphens, got 'My plot'\.$"
    ):
        explore(line, name="My plot", slope=slider(0, 2))
    with pytest.raises(TypeError) as error:
        explore(line, slope=(0, 2))
    assert str(error.value) == (
        "explore expects slope to be a slider, choice, toggle or play, got tuple; "
        "write slope=slider(low, high)."
    )
    with pytest.raises(
        ValueError, match=r"^explorer 'line' expects at least one control, such as slope=slider\(0, 5\)\.$"
    ):
        explore(line)


def test_toggles_pass_true_booleans():
    seen = []

    def draw(figure, on):
        seen.append(on)
        figure.subplots()

    list(map(scene(draw, on=toggle()).shot, [(0,), (1,)]))
    assert seen == [False, True]


def test_a_parameter_without_a_control_is_named():
    with pytest.raises(ValueError) as error:
        scene(lambda frame, figure: None, lambda a, b: {}, a=slider(0, 1))
    assert "takes a, b, no control gives it b; give both the same names." in str(error.value)


def test_a_partial_can_draw():
    shown = Scene(
        "two",
        functools.partial(lambda figure, a, b: figure.subplots() and None, b=1),
        None,
        {"a": slider(0, 1)},
    )
    assert shown.shot((0,)).figure is not None


def test_a_draw_that_returns_something_else_than_a_sentence_is_told_so():
    with pytest.raises(
        ExplorerError, match="draw expects to return its sentence or nothing, it returned list"
    ):
        scene(lambda figure, a: figure.subplots().plot([0, a]), a=slider(0, 1)).shot((0,))


@pytest.mark.parametrize("pick", ["side:0", "a:2", "a", "a:x", "a:-1"])
def test_an_element_that_picks_nothing_is_refused(pick):
    with pytest.raises(ValueError) as error:
        scene(
            lambda frame, slots: None,
            lambda a: {},
            Template(f'<p data-text="e" data-pick="{pick}"/>'),
            a=slider(0, 1),
        )
    assert str(error.value) == (
        f"explorer 'test': data-pick='{pick}' expects control:number, one of a and the number of one "
        "of its values, counted from 0."
    )


def test_names_that_explore_keeps_for_itself_are_refused():
    with pytest.raises(TypeError) as error:
        explore(line, slope=slider(0, 1), size=slider(1, 3))
    assert str(error.value) == "explore keeps the name size for itself; give the control another one."


@pytest.mark.parametrize("loaded", [True, False])
def test_a_figure_of_pyplot_is_refused_and_closed(loaded, monkeypatch):
    importlib.import_module("matplotlib.pyplot").close("all")  # whatever other tests left open
    if not loaded:
        monkeypatch.delitem(sys.modules, "matplotlib.pyplot")

    def leaking(figure, a):
        pyplot = importlib.import_module("matplotlib.pyplot")
        pyplot.figure()
        figure.subplots()

    with pytest.raises(ExplorerError) as error:
        scene(leaking, a=slider(0, 1)).shot((1,))
    assert str(error.value) == (
        "explorer 'test' fails at a=1: it opened a figure of pyplot, which would stay open for every state; "
        f"draw on the figure that draw is given. Mend {leaking.__qualname__}, or leave this value out of "
        "the control."
    )
    assert sys.modules["matplotlib.pyplot"].get_fignums() == []


def test_figures_that_were_open_before_are_left_alone():
    pyplot = importlib.import_module("matplotlib.pyplot")
    own = pyplot.figure()
    assert scene(line, slope=slider(0, 1)).shot((0,)).figure is not None
    assert pyplot.get_fignums() == [own.number]
    pyplot.close(own)


def current(slope):
    importlib.import_module("matplotlib.pyplot").plot([0, 1], [0, slope])
    return f"slope {slope}"


def returned(slope):
    pyplot = importlib.import_module("matplotlib.pyplot")
    figure, axes = pyplot.subplots()
    axes.plot([0, 1], [0, slope])
    pyplot.figure()  # another one is current
    return figure


@pytest.mark.parametrize(("draw", "sentence"), [(current, "slope 2"), (returned, "")])
def test_a_function_of_the_controls_alone_draws_with_pyplot_and_leaves_no_figure(draw, sentence):
    pyplot = importlib.import_module("matplotlib.pyplot")
    own = pyplot.figure()
    shot = scene(draw, slope=slider(1, 3)).shot((1,))
    assert (list(shot.figure.axes[0].lines[0].get_ydata()), shot.sentence) == ([0, 2], sentence)
    assert pyplot.get_fignums() == [own.number] and not own.axes
    pyplot.close(own)


def test_pyplot_figures_have_the_size_and_style_of_all_others():
    given, own = (scene(draw, slope=slider(1, 3)).shot((1,)).figure for draw in (line, current))
    assert list(own.get_size_inches()) == list(given.get_size_inches())
    assert to_svg(own, salt="a") == to_svg(given, salt="a")


@pytest.mark.parametrize("fails", [lambda pyplot: pyplot.close("all"), lambda pyplot: 1 / 0])
def test_a_pyplot_function_that_fails_leaves_no_figure(fails):
    pyplot = importlib.import_module("matplotlib.pyplot")
    pyplot.close("all")
    with pytest.raises(ExplorerError):
        scene(lambda slope: fails(pyplot), slope=slider(1, 3)).shot((1,))
    assert pyplot.get_fignums() == []


def test_a_pyplot_figure_that_was_closed_or_shown_is_told_so():
    with pytest.raises(ExplorerError) as error:
        scene(lambda a: importlib.import_module("matplotlib.pyplot").close("all"), a=slider(0, 1)).shot((0,))
    assert "draw left the figure empty; leave out plt.show() and plt.close(). Mend" in str(error.value)
