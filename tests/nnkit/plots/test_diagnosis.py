import re

import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex

from nnkit.doctor import Diagnosis, Finding
from nnkit.plots import findings
from nnkit.plots.style import BLUE, ORANGE, RED

LONG = "many words " * 30
FINDINGS = [
    Finding("twin units", "fault", "97% repeat.", "draw them at random", "Initialization"),
    Finding("dead units", "warning", LONG, LONG, "Activations"),
    Finding("good fit", "note", "All is well.", "go on", "Overfitting checklist"),
]


def test_every_finding_has_a_row_with_its_texts_and_its_mark():
    ax = findings(Diagnosis(FINDINGS))
    texts = [text.get_text().replace("\n", " ") for text in ax.texts]
    for finding in FINDINGS:
        start = texts.index(finding.name)
        assert texts[start + 1] == finding.severity
        assert texts[start + 2] == finding.evidence.strip()
        assert texts[start + 3] == " ".join(f"Remedy: {finding.remedy}. ({finding.chapter})".split())
    marks = [line for line in ax.get_lines() if line.get_marker() != "None"]
    assert [to_hex(mark.get_color()) for mark in marks] == [RED, ORANGE, BLUE]
    assert len({mark.get_marker() for mark in marks}) == 3


def test_no_text_leaves_the_picture_or_touches_another():
    ax = findings(Diagnosis(FINDINGS))
    ax.figure.canvas.draw()
    page = ax.figure.bbox
    boxes = [text.get_window_extent() for text in ax.texts]
    for box in boxes:
        assert page.x0 <= box.x0 and box.x1 <= page.x1
        assert page.y0 <= box.y0 and box.y1 <= page.y1
    for place, box in enumerate(boxes):
        for other in boxes[place + 1 :]:
            assert (
                box.x1 <= other.x0 or other.x1 <= box.x0 or box.y0 >= other.y1 - 1 or other.y0 >= box.y1 - 1
            )


def test_it_draws_into_given_axes_and_leaves_their_size():
    _, ax = pyplot.subplots(figsize=(8, 5))
    assert findings(Diagnosis(FINDINGS[:1]), ax=ax) is ax
    assert tuple(ax.figure.get_size_inches()) == (8, 5)


def test_something_else_is_refused():
    text = "findings expects a Diagnosis, got list; make one with nnkit.doctor.learns."
    with pytest.raises(TypeError, match=f"^{re.escape(text)}$"):
        findings(FINDINGS)
