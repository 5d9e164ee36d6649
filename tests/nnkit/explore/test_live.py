"""The live explorer: the last turn wins, long states show that they are worked on, a guess comes first."""

import asyncio
import json
import queue
import selectors
import time
from types import SimpleNamespace

import pytest
from jupyter_client.manager import KernelManager

from nnkit.explore import choice, explore, live, play, predict, slider, toggle
from nnkit.explore.explorer import FRAMES_SWITCH, SENTENCE

SET_UP = """
from nnkit.explore import explore, slider
drawn = []
def line(figure, slope):
    import time
    time.sleep({seconds})
    drawn.append(slope)
    figure.subplots().plot([0, 1], [0, slope])
    return f"slope {{slope}}"
explorer = explore(line, slope=slider(0, 40))
drawn.clear()
print(explorer.inputs["slope"].model_id, explorer.sentence.model_id)
"""


@pytest.fixture
def kernel(monkeypatch):
    """Two functions of a real kernel: run code and return its output; send a slider's position."""
    monkeypatch.delenv(FRAMES_SWITCH, raising=False)
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)

    def run(code):
        said = []
        answer = client.execute_interactive(code, timeout=60, output_hook=said.append)
        assert answer["content"]["status"] == "ok", answer["content"]
        return "".join(m["content"].get("text", "") for m in said if m["msg_type"] == "stream")

    def turn(model, position):
        data = {"method": "update", "state": {"index": position}, "buffer_paths": []}
        client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": model, "data": data}))

    yield SimpleNamespace(run=run, turn=turn, client=client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def heard(client, model, until, seconds=20):
    """The texts that a widget was given, up to one that contains `until`."""
    texts, deadline = [], time.monotonic() + seconds
    while time.monotonic() < deadline and not (texts and until in texts[-1]):
        message = client.get_iopub_msg(timeout=seconds)
        content = message["content"]
        if message["msg_type"] == "comm_msg" and content["comm_id"] == model:
            texts.append(content["data"].get("state", {}).get("value", ""))
    return texts


def test_of_thirty_quick_turns_few_are_drawn_and_the_last_one_is(kernel):
    slider_id, sentence_id = kernel.run(SET_UP.format(seconds=0.05)).split()
    for position in range(1, 31):
        kernel.turn(slider_id, position)
    heard(kernel.client, sentence_id, "slope 30")
    drawn = json.loads(kernel.run("print(drawn)"))
    assert drawn[-1] == 30
    assert len(drawn) <= 6, f"{len(drawn)} of 30 passing values were drawn"


def test_a_long_state_says_that_it_is_worked_on(kernel):
    slider_id, sentence_id = kernel.run(SET_UP.format(seconds=0.8)).split()
    kernel.turn(slider_id, 7)
    texts = heard(kernel.client, sentence_id, "slope 7")
    assert [text for text in texts if text] == [
        SENTENCE.format("Computing ..."),
        SENTENCE.format("slope 7"),
    ]


def test_numbers_asked_for_in_the_cell_that_turned_are_those_of_the_new_state(kernel):
    kernel.run(SET_UP.format(seconds=0))
    code = "explorer.inputs['slope'].index = 3; explorer.numbers(); print(explorer.shot.sentence, drawn)"
    assert kernel.run(code) == "slope 3 [3]\n"


class Clock(selectors.DefaultSelector):
    """What an event loop waits with; here time passes at once, however busy the machine."""

    now = 0.0

    def select(self, timeout=None):
        self.now += timeout or 0.0
        return super().select(0)


def run_at_once(work):
    """Run a coroutine on an event loop whose clock is a `Clock`."""
    clock = Clock()
    loop = asyncio.SelectorEventLoop(clock)
    loop.time = lambda: clock.now
    loop.run_until_complete(work)
    loop.close()


def test_requests_on_a_loop_are_gathered_but_never_put_off_for_good():
    calls = []

    async def drag(turns, pause):
        latest = live.Latest(lambda: calls.append(len(calls)))
        for _ in range(turns):
            latest.request()
            await asyncio.sleep(pause)
        latest.settle()
        latest.settle()

    run_at_once(drag(turns=5, pause=0))
    assert len(calls) == 1
    calls.clear()
    run_at_once(drag(turns=60, pause=0.005))
    assert len(calls) in (3, 4), (
        "0.3 seconds of turns without a pause, drawn every 0.1 seconds, and at the end"
    )


def test_without_a_loop_a_request_is_answered_at_once():
    calls = []
    live.Latest(lambda: calls.append("drawn")).request()
    assert calls == ["drawn"]


def test_a_short_state_shows_no_sign_of_work(monkeypatch):
    signs = queue.Queue()
    monkeypatch.setattr(live, "LONG", 1.0)
    with live.SignOfWork(lambda: signs.put("sign")):
        pass
    with pytest.raises(queue.Empty):
        signs.get(timeout=1.2)


def test_a_long_state_shows_one_sign_of_work(monkeypatch):
    signs = queue.Queue()
    monkeypatch.setattr(live, "LONG", 0.01)
    with live.SignOfWork(lambda: signs.put("sign")):
        assert signs.get(timeout=30) == "sign"
        time.sleep(0.1)
    assert signs.empty()


def line(frame, figure):
    figure.subplots().plot([0, frame["end"]])
    return f"It ends at {frame['end']}."


@pytest.fixture
def question(monkeypatch):
    """An open question, the explorer's parts behind it, and whether the result can be seen."""
    revealed = []
    guess = SimpleNamespace(question="Up < down?", options=("up", "down"), answer=1)
    return live.Question(guess, lambda: revealed.append(True)), revealed


@pytest.mark.parametrize(
    ("press", "said"),
    [
        (lambda asked: asked.options[1].click(), " Your guess: down. Right."),
        (lambda asked: asked.options[0].click(), " Your guess: up. It is: down."),
        (lambda asked: asked.skip.click(), " It is: down."),
    ],
)
def test_a_guess_or_a_skip_reveals_the_result_and_says_the_answer(question, press, said):
    asked, revealed = question
    assert revealed == [] and len(asked.children) == 2
    press(asked)
    assert revealed == [True] and len(asked.children) == 1
    assert asked.text.value == f'<p aria-live="polite"><strong>Up &lt; down?</strong>{said}</p>'


def test_sliders_wait_for_release_when_a_state_is_costly(monkeypatch):
    monkeypatch.delenv(FRAMES_SWITCH, raising=False)

    def slow(a, b):
        time.sleep(0.06)
        return {"end": a}

    inputs = explore(line, slow, a=slider(1, 3), b=toggle()).inputs
    assert inputs["a"].continuous_update is False


def test_a_failure_keeps_the_picture_and_shows_the_traceback_until_mended(monkeypatch):
    monkeypatch.delenv(FRAMES_SWITCH, raising=False)

    def compute(a):
        return {"end": 1 / a}

    explorer = explore(line, compute, a=slider(-1, 1))
    before = explorer.stage.value
    explorer.inputs["a"].index = 1
    assert explorer.stage.value == before
    assert "This state failed; the picture is still the one before." in explorer.sentence.value
    assert "ZeroDivisionError: division by zero" in explorer.sentence.value
    explorer.inputs["a"].index = 2
    assert explorer.sentence.value == SENTENCE.format("It ends at 1.0.")
    assert explorer.stage.value != before


def fill(frame, slots):
    slots["seen"] = str(frame["a"])
    return f"Now {frame['a']}, {frame['which']}, {frame['on']}."


def clicked(markup):
    controls = {"a": play(slider(1, 4)), "which": choice(["b", "c"]), "on": toggle()}
    return explore(fill, lambda a, which, on: {"a": a, "which": which, "on": on}, template=markup, **controls)


def test_a_click_on_an_element_of_a_template_turns_its_control_every_time(monkeypatch):
    monkeypatch.delenv(FRAMES_SWITCH, raising=False)
    explorer = clicked('<p data-text="seen" data-pick="a:2"/>')
    clicks = explorer.children[-1]
    assert isinstance(clicks, live.Clicks) and clicks.layout.display == "none"
    for click, position in [("a:2", (2, 0, 0)), ("which:1", (2, 1, 0)), ("on:1", (2, 1, 1))]:
        clicks.value = click
        assert (explorer.position, clicks.value) == (position, "")
    explorer.inputs["a"].index = 0
    clicks.value = "a:2"
    assert explorer.sentence.value == SENTENCE.format("Now 3, c, True.")
    clicks.value = "nothing:1"
    assert explorer.position == (2, 1, 1)


def test_only_a_template_with_elements_to_click_looks_clickable(monkeypatch):
    monkeypatch.delenv(FRAMES_SWITCH, raising=False)
    with_clicks, without = clicked('<p data-text="seen" data-pick="a:2"/>'), clicked('<p data-text="seen"/>')
    assert "cursor: pointer" in with_clicks.stage.value and "onclick" in with_clicks.stage.value
    assert "cursor" not in without.stage.value and "onclick" not in without.stage.value
    assert not any(isinstance(part, live.Clicks) for part in without.children)


def test_nothing_can_be_turned_or_seen_before_the_guess(monkeypatch):
    monkeypatch.delenv(FRAMES_SWITCH, raising=False)
    asked = predict("Which way?", ["up", "down"])
    explorer = explore(line, lambda a: {"end": a}, a=slider(1, 3), predict=asked)
    question, *others = explorer.children
    assert isinstance(question, live.Question) and explorer.inputs["a"] in others
    assert {part.layout.display for part in others} == {"none"}
    question.skip.click()
    assert {part.layout.display for part in others} == {None}
