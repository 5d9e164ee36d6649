"""All states: the same in turn and in parallel, the same twice, within limits; the numbers behind them."""

import itertools
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from nnkit.explore import ExplorerError, Scene, Template, choice, slider, states, toggle
from nnkit.explore.page import page_html


def compute(a, kind):
    return {
        "third": a / 3,
        "count": np.int64(7),
        "row": np.arange(3) * a,
        "rows": np.eye(2),
        "long": np.zeros(513),
        "texts": ["x"],
        "parts": {"deep": 1.0},
        "yes": True,
    }


def draw(frame, figure):
    figure.subplots().plot(frame["row"])
    return f"{frame['third']:.2f}"


def scene(draw=draw, compute=compute, template=None, **controls):
    return Scene(
        "test", draw, compute, controls or {"a": slider(1, 4), "kind": choice(["one", "two"])}, template
    )


@pytest.fixture
def parallel(monkeypatch):
    """Any work is worth other processes, and there are two."""
    pytest.importorskip("joblib")
    monkeypatch.setattr(states, "WORTH_WORKERS", -1.0)
    monkeypatch.setattr(states, "_workers", lambda: 2)


def test_the_numbers_behind_a_state_are_controls_scalars_and_short_rows():
    found = states.state(scene(), (1, 1))
    assert {name: text for name, text in found.items() if " " in name} == {
        "number a": "2",
        "number kind": "two",
        "number third": "0.666667",
        "number count": "7",
        "column row": "0 2 4",
    }


def test_an_explorer_without_compute_has_no_numbers():
    found = states.state(scene(lambda figure, a: figure.subplots() and None, None, a=slider(1, 2)), (0,))
    assert set(found) == {"picture", "sentence"}


def test_a_row_takes_the_place_of_the_control_of_its_name():
    found = states.state(
        scene(compute=lambda a: {"a": [a, a], "third": 1.0, "row": [1]}, a=slider(1, 2)), (0,)
    )
    assert found["column a"] == "1 1" and "number a" not in found


def test_no_slot_of_a_template_can_be_taken_for_a_number():
    with pytest.raises(ValueError, match="expects data-text to name one slot"):
        Template('<p data-text="number a"/>')


def test_the_frame_of_a_shot_is_what_compute_gave():
    frame = scene().shot((0, 0)).frame
    assert set(frame) == set(compute(1, "one")) and frame["row"].tolist() == [0, 1, 2]


def test_other_processes_give_the_same_bytes(parallel, monkeypatch, tmp_path):
    monkeypatch.setenv(states.LOG_SWITCH, str(tmp_path / "log"))
    wide = {"a": slider(1, 12), "kind": choice(["one", "two"])}
    there = page_html(scene(**wide))
    monkeypatch.setattr(states, "WORTH_WORKERS", 1e9)
    assert page_html(scene(**wide)) == there
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == 2, "a line for each explorer, and none about states that could not travel"
    assert (
        lines[0].startswith("explorer test: ")
        and " s, 24 states, " in lines[0]
        and lines[0].endswith(" bytes")
    )


def test_other_processes_are_used_at_all(parallel):
    def told(figure, a):
        figure.subplots()
        return str(os.getpid())

    with pytest.raises(ExplorerError, match="shows another sentence when it is computed again at a=12"):
        states.all_states(scene(told, None, a=slider(1, 12)))


def test_a_state_that_fails_in_another_process_is_named(parallel):
    def inverse(figure, a):
        figure.subplots().plot([1 / (a - 9)])

    with pytest.raises(ExplorerError, match=r"^explorer 'test' fails at a=9: ZeroDivisionError: division by"):
        states.all_states(scene(inverse, None, a=slider(1, 12)))


def test_what_cannot_travel_is_computed_here(parallel, monkeypatch, tmp_path):
    monkeypatch.setenv(states.LOG_SWITCH, str(tmp_path / "log"))
    tied = (number for number in itertools.count())  # a generator cannot be pickled

    def bound(figure, a, tied=tied):
        figure.subplots().plot([0, a])

    assert len(states.all_states(scene(bound, None, a=slider(1, 12)))) == 12
    assert "explorer test: in one process, because of " in (tmp_path / "log").read_text()


def test_without_joblib_all_states_are_computed_here(monkeypatch):
    monkeypatch.setattr(states, "WORTH_WORKERS", -1.0)
    monkeypatch.setitem(sys.modules, "joblib", None)
    assert len(states.all_states(scene(a=slider(1, 12), kind=choice(["one", "two"])))) == 24


@pytest.mark.parametrize(
    ("processors", "load", "workers"),
    [(2, 0.1, 2), (2, 1.0, 2), (2, 1.4, 2), (2, 2.0, 1), (2, 12.0, 1), (8, 3.0, 6), (1, 0.0, 1)],
)
def test_only_processors_that_are_free_get_a_process(monkeypatch, processors, load, workers):
    joblib = pytest.importorskip("joblib")
    monkeypatch.setattr(joblib, "cpu_count", lambda: processors)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0), raising=False)
    assert states._workers() == workers


def test_functions_of_a_notebook_travel_with_what_they_use(tmp_path):
    pytest.importorskip("joblib")
    script = tmp_path / "cell.py"
    script.write_text(
        "import os\n"
        "from nnkit.explore import Scene, slider, states\n"
        "FACTOR = 3\n"
        "def times(a):\n    return FACTOR * a\n"
        "def draw(figure, a):\n    figure.subplots().plot([0, times(a)])\n    return str(times(a))\n"
        "states.WORTH_WORKERS = -1.0\nstates._workers = lambda: 2\n"
        "found = states.all_states(Scene('cell', draw, None, {'a': slider(1, 12)}))\n"
        "print([one['sentence'] for one in found.values()][-1])\n"
    )
    log = tmp_path / "log"
    done = subprocess.run(
        [sys.executable, "-c", script.read_text()],
        env=os.environ | {states.LOG_SWITCH: str(log)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "36\n", done.stderr
    assert not log.exists(), log.read_text()


def test_what_takes_too_long_is_stopped_early_with_the_factor(monkeypatch):
    drawn = []

    def slow(frame, slots):
        drawn.append(1)
        until = time.process_time() + 0.05
        while time.process_time() < until:
            pass
        slots["e"] = "1"

    monkeypatch.setenv(states.SECONDS_SWITCH, "0.5")
    with pytest.raises(ExplorerError) as error:
        states.all_states(scene(slow, lambda a: {}, Template('<p data-text="e"/>'), a=slider(1, 100)))
    text = str(error.value)
    assert text.startswith(
        "explorer 'test' needs about 5 seconds for its 100 states, the limit is 0.5; take about 1"
    )
    assert text.endswith(
        " times fewer states, compute less in each, or set NNKIT_EXPLORER_SECONDS to what you can wait."
    )
    assert len(drawn) < 20


def test_a_slow_first_state_is_forgiven(monkeypatch):
    def trained(frame, slots):
        until = time.process_time() + (0.2 if frame["a"] == 1 else 0)
        while time.process_time() < until:
            pass
        slots["e"] = "1"

    monkeypatch.setenv(states.SECONDS_SWITCH, "2")
    template = Template('<p data-text="e"/>')
    assert len(states.all_states(scene(trained, lambda a: {"a": a}, template, a=slider(1, 100)))) == 100


@pytest.mark.parametrize("text", ["soon", "0", "-3", "nan"])
def test_a_limit_that_is_no_time_is_refused(monkeypatch, text):
    monkeypatch.setenv(states.SECONDS_SWITCH, text)
    with pytest.raises(ValueError) as error:
        states.all_states(scene())
    assert str(error.value) == f"NNKIT_EXPLORER_SECONDS expects a positive number of seconds, got {text!r}."


def test_random_numbers_without_a_seed_are_refused():
    rng = np.random.default_rng()

    def noisy(frame, figure):
        figure.subplots().plot([0, 1])

    def sample(a):
        return {"mean": rng.normal()}

    with pytest.raises(ExplorerError) as error:
        states.all_states(scene(noisy, sample, a=slider(1, 3)))
    assert str(error.value) == (
        "explorer 'test' shows another number mean when it is computed again at a=1, so two builds "
        f"would differ. Seed its random numbers in {sample.__qualname__} or {noisy.__qualname__}: "
        "rng = np.random.default_rng(0)."
    )


def test_random_numbers_in_the_last_state_only_are_found():
    def scattered(figure, a):
        figure.subplots().plot(np.random.default_rng(None if a == 3 else 0).normal(size=4))

    with pytest.raises(ExplorerError, match="shows another picture when it is computed again at a=3"):
        states.all_states(scene(scattered, None, a=slider(1, 3)))


def test_seeded_random_numbers_are_welcome():
    def scattered(figure, seed):
        figure.subplots().plot(np.random.default_rng(seed).normal(size=4))

    assert len(states.all_states(scene(scattered, None, seed=slider(0, 3)))) == 4


def test_states_come_in_the_order_of_the_positions(parallel):
    all_of = states.all_states(scene(a=slider(1, 6), kind=choice(["one", "two"])))
    assert list(all_of) == list(scene(a=slider(1, 6), kind=choice(["one", "two"])).positions())


def test_one_explorer_may_weigh_three_megabytes(monkeypatch):
    monkeypatch.setattr("nnkit.explore.page.BYTES", 2_000)
    with pytest.raises(ExplorerError) as error:
        page_html(scene())
    text = str(error.value)
    assert (
        text.startswith("explorer 'test' takes ")
        and " bytes for its 8 states, the limit is 2,000; take" in text
    )
    assert text.endswith(
        "times fewer states, or draw less in each: fewer points in a line, smaller images, "
        "no filled contours."
    )


def test_a_terminal_gets_a_bar(monkeypatch, capsys):
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    states.all_states(scene(on=toggle(), draw=lambda figure, on: figure.subplots() and None, compute=None))
    assert "explorer test" in capsys.readouterr().err
