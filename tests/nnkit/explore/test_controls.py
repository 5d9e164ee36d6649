"""The controls: their values, their texts, and what they say about bad input."""

from itertools import pairwise

import pytest

from nnkit.explore import choice, play, slider, toggle


def test_integers_without_steps_give_every_integer_between():
    assert slider(-1, 3).values == (-1, 0, 1, 2, 3)


def test_a_linear_slider_is_evenly_spaced_and_reaches_both_ends():
    row = slider(0.1, 0.7, steps=7).values
    assert row == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)


def test_a_log_slider_has_constant_ratios():
    row = slider(1e-3, 10, steps=5, scale="log").values
    assert [late / early for early, late in pairwise(row)] == pytest.approx([10.0] * 4)
    assert (row[0], row[-1]) == (1e-3, 10.0)


def test_texts_are_short_and_use_a_true_minus_sign():
    assert slider(-1.5, 1.5, steps=3).texts == ("\N{MINUS SIGN}1.5", "0", "1.5")
    assert slider(values=[1, 1000]).texts == ("1", "1,000")


def test_start_is_the_position_of_its_value():
    assert slider(1, 5, start=4).start == 3
    assert choice(["tanh", "relu"], start="relu").start == 1
    assert choice({"one": 1, "many": 32}, start=32).start == 1
    assert toggle(True).start == 1


def test_play_keeps_everything_but_adds_the_interval():
    plain = slider(0, 3)
    played = play(plain, interval=0.5)
    assert (played.values, played.interval, plain.interval) == (plain.values, 0.5, 0.0)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: slider(), "slider expects low and high, or values=[...]."),
        (
            lambda: slider(3, 3),
            "slider expects low < high, both finite, got 3 and 3; turn or widen the range.",
        ),
        (
            lambda: slider(0.0, float("nan")),
            "slider expects low < high, both finite, got 0.0 and nan; turn or widen the range.",
        ),
        (
            lambda: slider(0.0, 1.0, steps=5, scale="log"),
            "a log slider expects a positive low, got 0.0; start above zero or use 'linear'.",
        ),
        (lambda: slider(0.0, 1.0, scale="cubic"), "slider expects scale 'linear' or 'log', got 'cubic'."),
        (
            lambda: slider(0.0, 1.0, steps=1),
            "slider expects at least 2 values, got 1; widen the range or raise steps.",
        ),
        (
            lambda: slider(values=[]),
            "slider expects at least 2 values, got 0; widen the range or raise steps.",
        ),
        (
            lambda: slider(1.0, 1.0001, steps=3),
            "slider shows two of its values as the same text at 3 digits; raise digits.",
        ),
        (lambda: slider(values=[1, 1, 2]), "slider expects every value once, got 1, 1, 2."),
        (
            lambda: slider(0, 5, values=[1, 2]),
            "slider expects either low and high or values=[...], got both.",
        ),
        (
            lambda: slider(values=[1.0, float("nan")]),
            "slider expects finite numbers, got nan; use choice for anything else.",
        ),
        (
            lambda: slider(values=["a", "b"]),
            "slider expects finite numbers, got 'a'; use choice for anything else.",
        ),
        (
            lambda: slider(0.0, 1.0, steps=2.5),
            "slider expects steps to be a whole number of at least 2, got 2.5.",
        ),
        (lambda: choice("abc"), "choice expects several options, got the text 'abc'; put it into a list."),
        (lambda: choice([1, "1"]), "choice expects options that read differently, got 1, 1."),
        (
            lambda: play(slider(0, 2), interval=float("inf")),
            "play expects an interval of at least 0.1 seconds, got inf.",
        ),
        (lambda: slider(1, 4, start=2.5), "start expects one of the control's values (1, 2, 3, 4), got 2.5."),
        (lambda: choice(["one"]), "choice expects at least 2 options, got 1; add one or drop the control."),
        (
            lambda: choice(["a", "b"], start="c"),
            "start expects one of the control's values (a, b), got 'c'.",
        ),
        (lambda: play(toggle()), "play expects a slider, got a toggle; wrap one of the sliders instead."),
        (
            lambda: play(slider(0, 2), interval=0.01),
            "play expects an interval of at least 0.1 seconds, got 0.01.",
        ),
    ],
)
def test_bad_input_is_named_with_its_remedy(make, text):
    with pytest.raises(ValueError) as error:
        make()
    assert str(error.value) == text
