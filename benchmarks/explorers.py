"""Explorers against `FuncAnimation.to_jshtml` and `interact`: bytes, build, live change, input to pixels.

    python benchmarks/explorers.py                 measure all, write results/explorers.md and .png
    python benchmarks/explorers.py --one nnkit     measure one contender and print JSON (a process of its own)

Each contender runs alone, on one thread, in turn. What is drawn stands in `scenes.py`.
"""

import argparse
import datetime
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

CONTENDERS = ("nnkit", "to_jshtml", "interact")
CHANGES = 15  # of which the median is taken
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
SHARP, PLAIN = 200, 100  # dots per inch: a page at twice its density, and what `interact` draws by default

# Turn a slider and take the time until the frame after the one in which the picture is new and decoded.
TO_PIXELS = """async ([slider, stage, changes]) => {
  const times = [], frames = [];
  const seen = () => stage.tagName === 'IMG' ? stage.src : stage.innerHTML;
  const next = () => new Promise((done) => requestAnimationFrame(done));
  for (let change = 0; change < changes; change += 1) {
    await next();
    const before = seen(), start = performance.now();
    slider.value = String((Number(slider.value) + 7) % (Number(slider.max) + 1));
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    slider.dispatchEvent(new Event('change', { bubbles: true }));
    let count = 0;
    do { await next(); count += 1; } while (seen() === before && count < 120);
    if (stage.tagName === 'IMG') await stage.decode();
    await new Promise((done) => setTimeout(done));
    times.push(performance.now() - start);
    frames.push(count);
  }
  return [times.slice(1), frames.slice(1)];
}"""


def timed(function):
    """Seconds of the processor that a call takes, which other programs do not lengthen; what it returns."""
    began = time.process_time()
    result = function()
    return time.process_time() - began, result


def measure_nnkit(kind, make):
    """An explorer: its page, its states in a browser, its live change at twice the density."""
    from nnkit.explore import Explorer
    from nnkit.explore.page import page_html
    from nnkit.explore.states import state

    scene = make()
    page = page_html(scene)
    # In this process and after its first figure, which loads fonts; a page may use several.
    seconds, _ = timed(lambda: [state(scene, position) for position in scene.positions()])
    data = re.search(r'class="nn-data">(.*?)</script>', page, re.DOTALL)[1]
    explorer = Explorer(scene)
    live = []
    for at in range(CHANGES):
        turned, _ = timed(lambda at=at: setattr(explorer.inputs["rate"], "index", (7 * at + 7) % 24))
        live.append(turned)
    return {
        "bytes": len(data) / scene.states,
        "build": seconds / scene.states,
        "live": median(live),
        **in_browser(standing(page), "input[type=range]", ".nn-stage"),
    }


def measure_to_jshtml(kind, make):
    """matplotlib's own player: one PNG a state, at twice the density."""
    import matplotlib as mpl
    from matplotlib.animation import FuncAnimation
    from scenes import KINDS, SIZE, STATES, control

    mpl.use("Agg")
    from matplotlib.figure import Figure

    from nnkit.plots.style import book_style

    compute, draw, _ = KINDS[kind]
    with mpl.rc_context({**book_style(), "animation.embed_limit": 100, "savefig.dpi": SHARP}):
        figure = Figure(figsize=SIZE, dpi=SHARP)

        def show(at):
            figure.clear()
            draw(compute(control().values[at]), figure)
            return []

        show(0)
        figure.savefig(io.BytesIO())
        seconds, page = timed(lambda: FuncAnimation(figure, show, frames=STATES).to_jshtml())
    body = f"<!DOCTYPE html><html><body>{page}</body></html>"
    return {
        "bytes": len(page) / STATES,
        "build": seconds / STATES,
        **in_browser({"index.html": body}, "input[type=range]", ".animation img"),
    }


def measure_interact(kind, make):
    """`interact` with an inline figure: the function, the figure, its PNG; no page without a kernel."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    from IPython.core.pylabtools import print_figure
    from scenes import KINDS, SIZE, control

    from nnkit.plots.style import book_style

    compute, draw, _ = KINDS[kind]
    found = {}
    for key, dpi in (("live", PLAIN), ("live_sharp", SHARP)):
        times = []
        with mpl.rc_context({**book_style(), "figure.dpi": dpi, "savefig.dpi": "figure"}):
            for at in range(CHANGES + 1):

                def change(at=at):
                    figure = plt.figure(figsize=SIZE)
                    draw(compute(control().values[(7 * at + 7) % 24]), figure)
                    png = print_figure(figure, fmt="png", bbox_inches="tight")
                    plt.close(figure)
                    return png

                times.append(timed(change)[0])
        found[key] = median(times[1:])
    return found


def standing(page):
    """A page with one explorer and nothing else: file name -> text."""
    from nnkit.explore.sphinx import STATIC, split

    body, files = split("index", page, lambda file: file)
    style, script = ((STATIC / f"explorer.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return files | {
        "explorer.js": script,
        "index.html": f'<!DOCTYPE html><html data-theme="light"><head><style>{style}</style></head>'
        f'<body>{body}<script src="explorer.js"></script></body></html>',
    }


def in_browser(files, slider, stage):
    """Milliseconds and frames from a turned slider to its pixels, in a page opened from a folder."""
    from playwright.sync_api import sync_playwright

    executable = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if executable is None:
        return {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for name, text in files.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 900, "height": 700}, device_scale_factor=2)
        page.goto(Path(folder, "index.html").as_uri())
        if page.locator(".nn-explorer").count():
            page.wait_for_selector(".nn-ready")
        page.wait_for_timeout(500)
        handles = [page.locator(place).first.element_handle() for place in (slider, stage)]
        times, frames = page.evaluate(TO_PIXELS, [*handles, CHANGES + 1])
        browser.close()
    return {"pixels": median(times) / 1000, "frames": median(frames)}


def measure_one(contender):
    """All kinds of one contender."""
    from scenes import KINDS

    measure = globals()[f"measure_{contender}"]
    return {kind: measure(kind, make) for kind, (_, _, make) in KINDS.items()}


def measure_all():
    """Every contender in a process of its own, on one thread."""
    found = {}
    for contender in CONTENDERS:
        print(f"measuring {contender}", flush=True)
        environment = os.environ | dict.fromkeys(THREADS, "1") | {"NNKIT_EXPLORER_FRAMES": "0"}
        command = [sys.executable, str(HERE / "explorers.py"), "--one", contender]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        found[contender] = json.loads(done.stdout.splitlines()[-1])
    return found


def table(found):
    """The measurements as Markdown."""
    import matplotlib
    import numpy

    ours, player, interact = (found[name] for name in CONTENDERS)
    date = datetime.date.today().isoformat()
    lines = [
        "# Explorers: bytes and milliseconds\n",
        f"Measured {date} on {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, numpy {numpy.__version__}, matplotlib {matplotlib.__version__}; each "
        f"contender in a process of its own, one thread. Times are the processor's, but for input to pixels; "
        f"changes are medians of {CHANGES}. Pictures of 6.4 by 3.2 inches in 24 states, at twice the density "
        "of a page. A template's opponents draw it as a figure. `make bench-explorers` writes this file.\n",
        "| | " + " | ".join(ours) + " |",
        "|---|" + "---|" * len(ours),
    ]

    def row(name, value):
        lines.append(f"| {name} | " + " | ".join(value(kind) for kind in ours) + " |")

    row("bytes a state, explorer", lambda kind: f"{ours[kind]['bytes']:,.0f}")
    row("bytes a state, `to_jshtml`", lambda kind: f"{player[kind]['bytes']:,.0f}")
    row("`to_jshtml` / explorer", lambda kind: f"**{player[kind]['bytes'] / ours[kind]['bytes']:,.0f}**")
    row("build a state, explorer", lambda kind: f"{1000 * ours[kind]['build']:.3g} ms")
    row("build a state, `to_jshtml`", lambda kind: f"{1000 * player[kind]['build']:.1f} ms")
    for name, one in (("explorer", ours), ("`to_jshtml`", player)):
        row(
            f"input to pixels, {name}",
            lambda kind, one=one: f"{1000 * one[kind]['pixels']:.1f} ms, {one[kind]['frames']:.0f} frame(s)",
        )
    row("live change at 2x, explorer", lambda kind: f"{1000 * ours[kind]['live']:.1f} ms")
    row("live change at 1x, `interact`", lambda kind: f"{1000 * interact[kind]['live']:.1f} ms")
    row("live change at 2x, `interact`", lambda kind: f"{1000 * interact[kind]['live_sharp']:.1f} ms")
    return "\n".join(lines) + "\n"


def picture(found, path):
    """Bytes, build time and live change as bars, on logarithmic axes."""
    import matplotlib as mpl
    import numpy as np
    from matplotlib.figure import Figure

    from nnkit.plots import style

    panels = {
        "bytes a state": [("nnkit", "bytes", 1), ("to_jshtml", "bytes", 1)],
        "build a state, ms": [("nnkit", "build", 1000), ("to_jshtml", "build", 1000)],
        "live change, ms": [
            ("nnkit", "live", 1000),
            ("interact", "live", 1000),
            ("interact", "live_sharp", 1000),
        ],
    }
    colors = {"nnkit": style.BLUE, "to_jshtml": style.ORANGE, "interact": style.GREEN}
    kinds = list(found["nnkit"])
    with mpl.rc_context(style.book_style()):
        figure = Figure(figsize=(10, 3.2), layout="constrained")
        for axes, (title, bars) in zip(figure.subplots(1, 3), panels.items(), strict=True):
            for at, (name, key, factor) in enumerate(bars):
                x = np.arange(len(kinds)) + (at - (len(bars) - 1) / 2) * 0.28
                label = name + (" at 2x" if name == "nnkit" or key != "live" else " at 1x")
                heights = [factor * found[name][kind][key] for kind in kinds]
                axes.bar(
                    x, heights, 0.26, color=colors[name], alpha=0.5 if key == "live_sharp" else 1, label=label
                )
            axes.set(xticks=range(len(kinds)), xticklabels=kinds, title=title, yscale="log")
            axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, frameon=False)
        figure.savefig(path, dpi=110, metadata={"Software": None})


def main():
    """Measure one contender, or all and write the results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--one", choices=CONTENDERS)
    contender = parser.parse_args().one
    if contender:
        print(json.dumps(measure_one(contender)))
        return
    found = measure_all()
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "explorers.md").write_text(table(found), encoding="utf-8")
    picture(found, results / "explorers.png")
    print(table(found))


if __name__ == "__main__":
    main()
