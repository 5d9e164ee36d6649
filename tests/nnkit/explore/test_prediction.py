"""A guess before the result: question, options, answer, and what is said about bad input."""

import pytest

from nnkit.explore import Prediction, Scene, explore, predict, slider
from nnkit.explore.page import page_html


def line(figure, slope):
    figure.subplots().plot([0, slope])


def test_the_answer_is_kept_as_its_index():
    asked = predict(" Which way? ", ["up", "down"], answer="down")
    assert asked == Prediction("Which way?", ("up", "down"), 1)
    assert predict("Which way?", ["up", "down"]).answer is None


def test_an_explorer_keeps_its_question():
    asked = predict("Which way?", ["up", "down"])
    assert explore(line, predict=asked, slope=slider(0, 1)).scene.prediction is asked


def test_the_page_asks_with_buttons_and_escapes_what_an_author_wrote():
    html = page_html(
        Scene(
            "line", line, None, {"slope": slider(0, 1)}, prediction=predict("a < b?", ["<yes>", "no"], "no")
        )
    )
    assert "<strong>Predict.</strong> a &lt; b?</p>" in html
    assert '<button type="button" data-guess="0">&lt;yes&gt;</button>' in html
    assert 'data-answer="1"' in html and 'class="nn-skip" data-guess="skip">Skip</button>' in html
    assert "nn-predict" not in page_html(Scene("line", line, None, {"slope": slider(0, 1)}))


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: predict(3, ["a", "b"]), TypeError, "predict expects the question as text, got int."),
        (lambda: predict(" ", ["a", "b"]), ValueError, "predict expects a question, got an empty text."),
        (
            lambda: predict("Which?", "ab"),
            ValueError,
            "predict expects several options, got the text 'ab'; put it into a list.",
        ),
        (
            lambda: predict("Which?", ["a", 2]),
            TypeError,
            "predict expects options that are texts, got 2; write '2'.",
        ),
        (
            lambda: predict("Which?", ["a"]),
            ValueError,
            "predict expects at least 2 options, got 1; add what else could happen.",
        ),
        (
            lambda: predict("Which?", ["a", "a"]),
            ValueError,
            "predict expects options that read differently, got a, a.",
        ),
        (
            lambda: predict("Which?", ["a", "b"], answer="c"),
            ValueError,
            "predict expects answer to be one of a, b, got 'c'.",
        ),
        (
            lambda: explore(line, predict="Which?", slope=slider(0, 1)),
            TypeError,
            "explore expects predict to be what predict() gave, got str; "
            "write predict=predict(question, options).",
        ),
    ],
)
def test_bad_input_is_named_with_its_remedy(make, kind, text):
    with pytest.raises(kind) as error:
        make()
    assert str(error.value) == text
