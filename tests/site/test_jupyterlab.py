"""A chapter in a real JupyterLab: it runs to its end, and its sliders answer the keyboard."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = "03-backpropagation.ipynb"


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """The address of a JupyterLab over a copy of the chapter without its outputs."""
    folder = tmp_path_factory.mktemp("lab")
    notebook = json.loads((ROOT / "book" / "chapters" / CHAPTER).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell |= {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}
    (folder / CHAPTER).write_text(json.dumps(notebook), encoding="utf-8")
    settings = folder / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("NNKIT_EXPLORER_FRAMES", None)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += [
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--LabApp.expose_app_in_browser=True",
    ]
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{address}/api", timeout=2)
            break
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail((folder / "log").read_text()[-2000:], pytrace=False)
            time.sleep(0.2)
    yield address
    server.terminate()
    server.wait(timeout=20)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def page(lab, browser):
    """The chapter, opened and run to its last cell."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{lab}/lab/tree/{CHAPTER}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    page.wait_for_function(
        "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    )
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    yield page
    page.context.close()


def cell_with(page, text):
    return page.locator(".jp-CodeCell", has=page.locator(".jp-InputArea", has_text=text)).first


def test_the_chapter_runs_to_its_last_cell_without_an_error(page):
    cells = page.locator(".jp-CodeCell")
    last = cells.nth(cells.count() - 1).locator(".jp-InputPrompt")
    deadline = time.monotonic() + 120
    while not re.fullmatch(r"\[\d+\]:", last.inner_text()):
        assert time.monotonic() < deadline, f"the last cell has not run: {last.inner_text()}"
        time.sleep(0.3)
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert page.locator(".jp-OutputArea-output", has_text="Traceback").count() == 0


def test_a_slider_moved_by_the_keyboard_changes_template_and_sentence(page):
    cell = cell_with(page, "explorers.graph()")
    stage, sentence = cell.locator(".jupyter-widgets svg").first, cell.locator("p[aria-live]")
    sentence.wait_for(timeout=30_000)
    before = stage.inner_html(), sentence.inner_text()
    assert before[1].startswith("e = 6.")
    cell.locator(".noUi-handle").first.press("ArrowRight")  # a from 2 to 2.5
    page.wait_for_function(  # the cell's, since each sentence is a new element
        "(cell) => cell.querySelector('p[aria-live]').innerText.startsWith('e = 7.')",
        arg=cell.element_handle(),
    )
    assert stage.inner_html() != before[0]


def test_a_slider_moved_by_the_keyboard_changes_the_picture(page):
    cell = cell_with(page, "explorers.wishes()")
    picture, sentence = cell.locator(".jupyter-widgets img").first, cell.locator("p[aria-live]")
    before, said = picture.get_attribute("src"), sentence.inner_text()
    cell.locator(".noUi-handle").first.press("ArrowRight")  # from 1 image to 4
    page.wait_for_function(
        "([image, old]) => image.src !== old", arg=[picture.element_handle(), before], timeout=30_000
    )
    page.wait_for_function(  # the old one, or "Computing ...", until its own message comes
        """([cell, old]) => {
          const text = cell.querySelector('p[aria-live]').innerText;
          return text !== old && text.includes('0.');
        }""",
        arg=[cell.element_handle(), said],
        timeout=30_000,
    )


def test_a_click_on_an_element_of_the_template_turns_its_control(page):
    cell = cell_with(page, "stepper()")
    choice = cell.locator("select").last
    for wanted in ("w2", "w7"):
        part = cell.locator(f"[aria-label='Look at {wanted}']")
        assert part.evaluate("(part) => getComputedStyle(part).cursor") == "pointer"
        part.click()
        page.wait_for_function("([box, text]) => box.value === text", arg=[choice.element_handle(), wanted])
        cell.locator("caption", has_text=f"{wanted}, from").wait_for()


# Turn the slider's handle with the keyboard and note the picture's box in every frame until it is drawn anew.
BOXES = """async ([handle, image]) => {
  const boxes = new Set();
  const box = () => [image.offsetLeft, image.offsetTop, image.offsetWidth, image.offsetHeight].join(' ');
  const note = () => boxes.add(box());
  note();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowLeft', 'ArrowRight', 'ArrowLeft']) {
    const old = image.src;
    handle.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    for (let frame = 0; frame < 300 && (image.src === old || frame < 5); frame += 1) {
      await new Promise(requestAnimationFrame);
      note();
    }
  }
  return [...boxes];
}"""


def test_the_picture_keeps_its_place_and_size_while_it_changes(page):
    cell = cell_with(page, "explorers.wishes()")
    picture = cell.locator(".jupyter-widgets img").first.element_handle()
    handle = cell.locator(".noUi-handle").first.element_handle()
    boxes = page.evaluate(BOXES, [handle, picture])
    assert len(boxes) == 1, boxes


def test_the_static_page_is_not_shown_beside_the_live_widget(page):
    assert page.locator(".nn-explorer").count() == 0
