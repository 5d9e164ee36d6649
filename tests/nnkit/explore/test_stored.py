"""Tables of states: read back exactly, looked up without computing, refused when they no longer fit."""

import json
import re

import numpy as np
import pytest

from nnkit.explore import (
    ExplorerError,
    Scene,
    choice,
    explore,
    read_states,
    slider,
    toggle,
    write_states,
)
from nnkit.explore.explorer import FRAMES_SWITCH, STORED_SWITCH

CALLS = []


def train(rate, kind, on):
    """Stands for something long."""
    CALLS.append((rate, kind, on))
    path = np.arange(3) * rate if kind == "tanh" else np.arange(3) * np.nan
    return {
        "rate": rate,
        "kind": kind,
        "path": path,
        "last": path[-1],
        "steps": 3,
        "on": on,
        "given": np.eye(2),
    }


def draw(frame, figure):
    figure.subplots().plot(frame["path"])
    return f"It ends at {frame['last']}, {frame['kind']}, {frame['on']}."


def controls():
    return {"rate": slider(0.1, 0.3, steps=3), "kind": choice(["tanh", "relu"]), "on": toggle()}


@pytest.fixture
def scene():
    CALLS.clear()
    return Scene("training", draw, train, controls())


@pytest.fixture
def path(scene, tmp_path):
    write_states(scene, tmp_path / "training.npz")
    CALLS.clear()
    return tmp_path / "training.npz"


def test_every_frame_is_read_back_exactly_and_nothing_is_computed(scene, path):
    look_up = read_states(scene, path)
    for position in scene.positions():
        values = scene.values_at(position)
        frame = look_up(**values)
        assert CALLS == []
        expected = train(**values)
        CALLS.clear()
        assert list(frame) == list(expected)
        for name, value in expected.items():
            np.testing.assert_array_equal(frame[name], value, strict=isinstance(value, np.ndarray))
            if not isinstance(value, (np.ndarray, np.generic)):
                assert type(frame[name]) is type(value)


def test_a_frame_that_is_changed_leaves_the_table_as_it_was(scene, path):
    look_up = read_states(scene, path)
    look_up(rate=0.2, kind="tanh", on=False)["path"][:] = 7
    assert look_up(rate=0.2, kind="tanh", on=False)["path"][-1] == 0.4


def test_a_value_is_stored_for_the_controls_that_it_depends_on(scene, path):
    with np.load(path, allow_pickle=False) as file:
        assert file["value.given"].shape == (2, 2)
        assert file["value.path"].shape == (3, 2, 3)
        assert file["value.on"].shape == (2,)
        assert json.loads(file["about"].item())["axes"]["path"] == [0, 1]


def test_an_explorer_shows_its_table_and_computes_when_asked(scene, path, monkeypatch):
    monkeypatch.delenv(FRAMES_SWITCH, raising=False)
    shown = explore(draw, train, name="training", stored=path, **controls())
    shown.inputs["rate"].index = 2
    assert CALLS == [] and shown.numbers()["rate"] == pytest.approx(0.3)
    (button,) = [child for child in shown.children if hasattr(child, "on_click")]
    button.click()
    assert CALLS == [(0.3, "tanh", False)]
    assert "It ends at 0.6, tanh, False." in shown.sentence.value
    assert re.search(r"Computed here, in \d+\.\d s\.", shown.sentence.value)
    shown.inputs["rate"].index = 1
    assert "Computed here" not in shown.sentence.value and len(CALLS) == 1


def test_a_page_is_built_from_the_table(scene, path, monkeypatch):
    monkeypatch.setenv(FRAMES_SWITCH, "1")
    page = explore(draw, train, name="training", stored=path, **controls()).page
    assert CALLS == [] and "It ends at 0.2, tanh, False." in page


def test_the_switch_turns_tables_off(scene, path, monkeypatch):
    monkeypatch.setenv(STORED_SWITCH, "0")
    shown = explore(draw, train, name="training", stored="not-there.npz", **controls())
    assert CALLS == [(0.1, "tanh", False)] and shown.fresh is shown.scene


@pytest.mark.parametrize(
    ("name", "changes", "text"),
    [
        ("other", {}, "written for explorer 'training'"),
        (
            "training",
            {"rate": slider(0.1, 0.4, steps=4)},
            "written for rate = 0.1, 0.2, 0.3, and it has rate = 0.1, 0.2, 0.3, 0.4",
        ),
        (
            "training",
            {"kind": choice({"tanh": "tanh", "ReLU": "sigmoid"})},
            "written for kind = tanh, relu, and it has kind = tanh, sigmoid",
        ),
    ],
)
def test_a_table_that_no_longer_fits_is_refused(scene, path, name, changes, text):
    changed = Scene(name, draw, train, controls() | changes)
    with pytest.raises(ExplorerError) as error:
        read_states(changed, path)
    assert str(error.value) == (
        f"explorer '{name}' does not fit its stored states: training.npz was {text}; "
        "write it with write_states, or for a chapter of the book with make states."
    )


def test_other_controls_are_named(scene, path):
    changed = Scene("training", draw, lambda rate, on: {}, {"rate": slider(0, 1), "on": toggle()})
    with pytest.raises(
        ExplorerError, match="was written for the controls rate, kind, on, and it has rate, on"
    ):
        read_states(changed, path)


def test_a_missing_table_is_named(scene, tmp_path):
    with pytest.raises(ExplorerError) as error:
        read_states(scene, tmp_path / "absent.npz")
    assert str(error.value) == (
        "explorer 'training' expects its states in absent.npz, which is not there; "
        "write it with write_states, or for a chapter of the book with make states."
    )


@pytest.mark.parametrize(
    ("compute", "came"),
    [
        (lambda a: {"rows": [1, 2]}, "list"),
        (lambda a: {"rows": None}, "NoneType"),
        (lambda a: {"rows": np.array([object()])}, "an array of shape (1,) and type object"),
        (
            lambda a: {"rows": np.zeros(a)},
            "an array of shape (1,) and type float64 and an array of shape (2,) and type float64",
        ),
    ],
)
def test_what_cannot_be_stored_without_pickle_is_named(compute, came, tmp_path):
    with pytest.raises(ValueError) as error:
        write_states(Scene("odd", draw, compute, {"a": slider(1, 2)}), tmp_path / "odd.npz")
    assert str(error.value) == (
        "explorer 'odd' expects 'rows' of its frame to be a number, a truth value, a text or an array, of "
        f"one shape in every state, got {came}; leave it out or mend it."
    )


def test_frames_of_other_names_are_refused(tmp_path):
    scene = Scene("odd", draw, lambda a: {"a": a} if a else {"b": a}, {"a": slider(0, 1)})
    with pytest.raises(ValueError) as error:
        write_states(scene, tmp_path / "odd.npz")
    assert str(error.value) == (
        "explorer 'odd' expects the same names in the frame of every state, got b and a."
    )


def test_an_explorer_without_compute_has_nothing_to_store(tmp_path):
    scene = Scene("plain", lambda figure, a: None, None, {"a": slider(0, 1)})
    with pytest.raises(ValueError) as error:
        write_states(scene, tmp_path / "plain.npz")
    assert str(error.value) == (
        "explorer 'plain' has no compute, so there are no numbers to store; split its function into compute "
        "and draw."
    )
