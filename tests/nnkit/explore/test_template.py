"""Templates: slots of texts and attributes."""

import pytest

from nnkit.explore import Template


def test_texts_and_attributes_are_filled_and_escaped():
    template = Template('<g><text data-text="name">?</text><circle data-attr="cx:x stroke:ink" cx="0"/></g>')
    assert template.slots == ("name", "x", "ink")
    filled = template.filled({"name": "a < b", "x": "7", "ink": "red"})
    assert '<text data-text="name">a &lt; b</text>' in filled
    assert 'cx="7"' in filled and 'stroke="red"' in filled


def test_filling_leaves_the_template_as_it_was():
    template = Template('<p data-text="e">?</p>')
    template.filled({"e": "1"})
    assert template.filled({"e": "2"}) == '<p data-text="e">2</p>'


def test_colors_of_the_palette_follow_the_page_theme():
    assert 'fill="var(--nn-blue, #0072b2)"' in Template('<p fill="#0072b2" data-text="e"/>').filled({"e": ""})


def test_the_picture_is_the_first_svg_as_a_document_of_its_own():
    template = Template('<div><svg viewBox="0 0 1 1"><text data-text="e">?</text></svg><p>more</p></div>')
    picture = template.picture({"e": "5"})
    assert picture.startswith("<svg") and 'xmlns="http://www.w3.org/2000/svg"' in picture
    assert ">5</text>" in picture and "more" not in picture
    assert Template('<p data-text="e"/>').picture({"e": "5"}) is None


def test_missing_and_unknown_slots_are_named():
    template = Template('<p><b data-text="e"/><i data-text="f"/></p>')
    with pytest.raises(ValueError) as error:
        template.filled({"e": "1", "g": "2"})
    assert str(error.value) == (
        "the template expects a text for each of its slots; nothing came for f; g is none of them."
    )


def test_markup_without_slots_or_with_open_tags_is_refused():
    with pytest.raises(
        ValueError, match=r'^Template expects at least one slot; mark an element with data-text="name"\.$'
    ):
        Template("<p>nothing moves</p>")
    with pytest.raises(ValueError, match=r"^Template expects well-formed markup with one root element: "):
        Template("<p><b></p>")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<p data-text="sentence"/>', "Template keeps the name sentence for itself; rename the slot."),
        (
            '<p data-text="e f"/>',
            "Template expects data-text to name one slot of an element without children, got 'e f' in <p>.",
        ),
        (
            '<p data-text="e"><b/></p>',
            "Template expects data-text to name one slot of an element without children, got 'e' in <p>.",
        ),
        ('<p data-attr="x"/>', "Template expects data-attr to hold pairs attribute:slot, got 'x'."),
        ('<p data-attr=":x"/>', "Template expects data-attr to hold pairs attribute:slot, got ':x'."),
    ],
)
def test_slots_that_could_not_be_filled_are_refused(markup, text):
    with pytest.raises(ValueError) as error:
        Template(markup)
    assert str(error.value) == text
