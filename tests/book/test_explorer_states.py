"""The states leave the page for files of their own, within a limit; the build says what they took."""

import os

import pytest
from sphinx.errors import ExtensionError

from nnkit.explore import sphinx as explorers

FIGURE = (
    '<figure class="nn-explorer" id="explorer-{0}" data-explorer="{0}"><p>first</p>'
    '<script type="application/json" class="nn-data">{{"gzip": "{1}"}}</script></figure>'
)


def place(file):
    return f"../states/{file}"


def test_states_move_into_a_file_that_the_page_names():
    body, files = explorers.split("page", "<h1>x</h1>" + FIGURE.format("graph", "AA=="), place)
    [(name, text)] = files.items()
    assert text == 'nnExplorers.receive("graph", {"gzip": "AA=="});\n'
    assert f'data-src="../states/{name}" data-explorer="graph"' in body
    assert "nn-data" not in body and "<p>first</p>" in body


def test_a_page_may_weigh_eight_megabytes(monkeypatch):
    monkeypatch.setattr(explorers, "PAGE_BYTES", 200)
    body = FIGURE.format("small", "A" * 20) + FIGURE.format("large", "B" * 200)
    with pytest.raises(ExtensionError) as error:
        explorers.split("chapters/03", body, place)
    assert str(error.value) == (
        "the explorers of page chapters/03 take 308 bytes (large 244, small 64), the limit is 200; "
        "take 108 bytes away: fewer states in the largest, or a page for it alone."
    )


def test_a_name_twice_and_missing_states_are_refused():
    with pytest.raises(ExtensionError) as error:
        explorers.split("page", FIGURE.format("one", "A") * 2, place)
    assert str(error.value) == "page page shows explorer one twice; give one of them another name."
    with pytest.raises(ExtensionError, match="explorer one on page page carries no states; execute the page"):
        explorers.split("page", FIGURE.format("one", "A").replace("nn-data", "other"), place)


def test_what_the_kernels_wrote_is_shown_once(monkeypatch, tmp_path):
    class Build:
        doctreedir = str(tmp_path / "doctrees")

    shown = []
    monkeypatch.setenv(explorers.LOG_SWITCH, "")
    monkeypatch.setattr(explorers.LOGGER, "info", shown.append)
    explorers._open_log(Build)
    with open(os.environ[explorers.LOG_SWITCH], "a", encoding="utf-8") as log:
        log.write("explorer graph: 0.1 s, 289 states, 7,524 bytes\n")
    for _ in range(2):
        explorers._show_log(Build, None)
    assert shown == ["explorer graph: 0.1 s, 289 states, 7,524 bytes"]
