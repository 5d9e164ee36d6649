"""The time of a training step against PyTorch, scikit-learn, a hand-written loop, and bare matrix products.

    python benchmarks/step_time.py                     measure all, write results/step_time.md and .png
    python benchmarks/step_time.py --only 64-64 adam   the cases whose name or rule begins so; print them
    python benchmarks/step_time.py --threads 2         the same on two threads, by the clock; print them

Each contender lives in a process of its own, for thread pools in one process slow each other down. They take
turns round by round; a ratio is that of two neighbors in a round, and the median of all rounds is quoted.
"""

import argparse
import datetime
import json
import math
import os
import platform
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ROUNDS = 9
SECONDS = 0.1  # of a turn, at least


def serve():
    """Answer the lines of standard input: prepare a case, or run it; one contender, one process."""
    from cases import Case
    from contenders import ALL

    run, epochs = None, 1
    for line in sys.stdin:
        order = json.loads(line)
        if "case" in order:
            case = Case(**order["case"] | {"sizes": tuple(order["case"]["sizes"])})
            run = ALL[order["contender"]](case)
            run(1)  # warm caches, and let libraries set up what they set up once
            began = time.perf_counter()
            run(1)
            epochs = math.ceil(SECONDS / (time.perf_counter() - began))
            print("ready", flush=True)
            continue
        clock, processor = time.perf_counter(), time.process_time()
        run(epochs)
        spent = time.process_time() - processor, time.perf_counter() - clock
        print(json.dumps([seconds / epochs for seconds in spent]), flush=True)


class Contender:
    """A contender in its process, which waits while the others run."""

    def __init__(self, name, threads):
        self.name = name
        environment = os.environ | dict.fromkeys(THREADS, str(threads))
        command = [sys.executable, str(Path(__file__).resolve()), "--serve"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def ask(self, **order):
        """Give an order and wait for its answer."""
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"step_time: {self.name} stopped at {order}; its error stands above.")
        return answer

    def prepare(self, case):
        """Set the case up."""
        self.ask(contender=self.name, case=vars(case))

    def seconds(self, threads):
        """Seconds for an epoch: the processor's on one thread, the clock's on several."""
        return json.loads(self.ask(run=True))[threads > 1]


def race(case, contenders, threads, rounds):
    """Seconds of an epoch, round by round, for everyone who has an answer to the case."""
    from contenders import runs

    racing = [contender for contender in contenders if runs(contender.name, case)]
    for contender in racing:
        contender.prepare(case)
    found = {contender.name: [] for contender in racing}
    for at in range(rounds):
        for contender in racing[at % len(racing) :] + racing[: at % len(racing)]:
            found[contender.name].append(contender.seconds(threads))
    return found


def ratios(found):
    """Our time over each other's: the median over the rounds, and the middle half of them."""
    ours = found["nnkit"]
    result = {}
    for name, theirs in found.items():
        if name == "nnkit":
            continue
        pairs = sorted(a / b for a, b in zip(ours, theirs, strict=True))
        result[name] = median(pairs), pairs[len(pairs) // 4], pairs[-1 - len(pairs) // 4]
    return result


def measure(cases, threads, rounds):
    """Every case, with a line of progress for each."""
    from contenders import ALL

    contenders = [Contender(name, threads) for name in ALL]
    measured = []
    for case in cases:
        try:
            examples = len(case.examples()[0])
        except (OSError, ValueError, ImportError) as error:
            print(f"{case.data}: left out, {error}")
            continue
        found = race(case, contenders, threads, rounds)
        steps = -(-examples // case.batch)
        times = {name: median(seconds) / steps for name, seconds in found.items()}
        measured.append({**vars(case), "name": case.name, "steps": steps, "examples": examples})
        measured[-1] |= {"seconds": times, "ratios": ratios(found)}
        line = "  ".join(f"{name} {ratio:.2f}" for name, (ratio, *_) in measured[-1]["ratios"].items())
        title = f"{case.name} {case.batch} {case.rule} {case.dtype} {case.data}"
        print(f"{title:44s} {1e6 * times['nnkit']:8.1f} us/step   {line}", flush=True)
    for contender in contenders:
        contender.process.stdin.close()
        contender.process.wait()
    return measured


def geometric_mean(cases, name):
    """Of our time over a contender's."""
    return math.exp(sum(math.log(case["ratios"][name][0]) for case in cases) / len(cases))


def quoted(middle, low, high):
    """A median and the range around it, in which a narrow column breaks no line."""
    return f"{middle:.2f} ({low:.2f}\N{NON-BREAKING HYPHEN}{high:.2f})"


def rows(cases, others, first, mean=False):
    """Lines of a table: what `first` says of a case, our time, and its ratio to each of the others."""
    lines = [
        "| | nnkit, µs | " + " | ".join(f"of {name}" for name in others) + " |",
        "|---|--:|" + "--:|" * len(others),
    ]
    for case in cases:
        cells = [quoted(*case["ratios"][name]) if name in case["ratios"] else "" for name in others]
        lines.append(f"| {first(case)} | {1e6 * case['seconds']['nnkit']:,.0f} | {' | '.join(cells)} |")
    if mean:
        means = " | ".join(f"**{geometric_mean(cases, name):.2f}**" for name in others)
        lines.append(f"| geometric mean | | {means} |")
    return "\n".join(lines) + "\n"


def table(measured, threaded):
    """The measurements as Markdown."""
    others = ["PyTorch", "PyTorch, fused", "scikit-learn", "loop", "products"]
    named = {"sgd": "momentum", "adam": "Adam", "inference": "inference"}

    def chosen(cases, **wanted):
        return [case for case in cases if all(case[key] in values for key, values in wanted.items())]

    def with_rule(case):
        return f"{case['name']}, batch {case['batch']}, {named[case['rule']]}"

    def with_dtype(case):
        return f"{with_rule(case)}, {case['dtype']}"

    learning, random = ("sgd", "adam"), ("random",)
    mlps = [case for case in chosen(measured, rule=learning, data=random) if case["name"] != "LeNet"]
    nets = [case for case in chosen(measured, rule=learning, data=random) if case["name"] == "LeNet"]
    parts = [
        "# The time of a training step\n",
        "<!-- measured -->\n",
        f"Measured {environment()}. Every contender runs in a process of its own, in turn, on one thread; a "
        "ratio is our time over theirs in the same round, the median of all rounds, with the middle half of "
        "them in brackets: below 1, nnkit is faster. nnkit runs through `Trainer.fit`; *PyTorch* is eager, "
        "on tensors in memory, *fused* with `fused=True` for its optimizer; scikit-learn is `partial_fit`; "
        "the *loop* is written by hand for one network, into arrays made before; *products* are the bare "
        "matrix products. `make bench-steps` writes this file.\n",
        "<!-- end of measured -->\n",
        "<!-- float32 -->\n",
        "**Training, float32**\n",
        rows(chosen(mlps, dtype=("float32",)), others, with_rule, mean=True),
        "**A convolutional network**\n",
        rows(nets, others[:2], with_dtype),
        "<!-- end of float32 -->\n",
        "<!-- others -->\n",
        "**Training, float64**\n",
        rows(chosen(mlps, dtype=("float64",)), others, with_rule, mean=True),
        "**Inference**\n",
        rows(chosen(measured, rule=("inference",)), [others[0], *others[2:]], with_dtype),
    ]
    real = [case for case in measured if case["data"] != "random"]
    if real:
        parts += ["**Epochs on real examples, float32**\n", rows(real, others, of_epoch)]
    if threaded:
        parts += [
            "**Two threads, by the clock, float32**\n",
            "Here matrix products may share two cores.\n",
            rows(threaded, others[:3], with_rule, mean=True),
        ]
    return "\n".join([*parts, "<!-- end of others -->\n"])


def of_epoch(case):
    """What the table says of an epoch of real examples."""
    seconds = case["steps"] * case["seconds"]["nnkit"]
    title = f"{case['data']}, {case['examples']:,} examples, {case['name']}, batch {case['batch']}"
    return f"{title}: an epoch in {1000 * seconds:,.0f} ms"


def environment():
    """The date, the machine and the versions."""
    versions = [f"{name} {metadata.version(name)}" for name in ("numpy", "torch", "scikit-learn")]
    return (
        f"{datetime.date.today().isoformat()} on {platform.machine()} ({processor()}), {os.cpu_count()} "
        f"cores, Python {platform.python_version()}, {', '.join(versions)}"
    )


def processor():
    """What the system calls its processor."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unnamed"


def picture(measured, path):
    """Ratios of the training cases, float32, on a logarithmic axis."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from nnkit.plots import style

    cases = [
        case
        for case in measured
        if (case["dtype"], case["data"]) == ("float32", "random") and case["rule"] != "inference"
    ]
    looks = {
        "PyTorch": (style.ORANGE, "o"),
        "scikit-learn": (style.GREEN, "s"),
        "loop": (style.BLUE, "D"),
    }
    with mpl.rc_context(style.book_style()):
        figure = Figure(figsize=(7.2, 3.6), layout="constrained")
        axes = figure.subplots()
        for name, (color, marker) in looks.items():
            places = [at for at, case in enumerate(cases) if name in case["ratios"]]
            values = [cases[at]["ratios"][name][0] for at in places]
            axes.plot(values, places, marker, color=color, label=f"over {name}")
        axes.axvline(1, color=style.INK, linewidth=1)
        labels = [f"{case['name']}, {'Adam' if case['rule'] == 'adam' else 'momentum'}" for case in cases]
        axes.set(xscale="log", yticks=range(len(cases)), yticklabels=labels)
        axes.set_xticks([0.2, 0.3, 0.5, 1, 1.5], labels=["0.2", "0.3", "0.5", "1", "1.5"])
        axes.minorticks_off()
        axes.invert_yaxis()
        axes.set_xlabel("time of a training step, nnkit over the other: left of 1, nnkit is faster")
        axes.legend(loc="upper center", bbox_to_anchor=(0.3, 1.14), ncols=3, frameon=False)
        figure.savefig(path, dpi=72, metadata={"Software": None})


def main():
    """Serve one contender, or measure all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    from cases import races

    def chosen(case):
        words = (case.name, case.rule, case.dtype, case.data)
        return all(any(word.startswith(start) for word in words) for start in options.only)

    cases = list(races())
    measured = measure([case for case in cases if chosen(case)], options.threads, options.rounds)
    if options.only or options.threads > 1:
        return
    print("on two threads, by the clock")
    training = [case for case in cases if (case.dtype, case.data) == ("float32", "random")]
    training = [case for case in training if case.rule != "inference" and not case.convolutional]
    threaded = measure(training, 2, options.rounds)
    results = HERE / "results"
    (results / "step_time.md").write_text(table(measured, threaded), encoding="utf-8")
    picture(measured, results / "step_time.png")
    print(table(measured, threaded))


if __name__ == "__main__":
    main()
