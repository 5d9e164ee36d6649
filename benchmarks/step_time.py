"""The time of a training step against PyTorch, scikit-learn, a hand-written loop, and bare matrix products.

    python benchmarks/step_time.py                     measure all, write results/step_time.md, .json, .png
    python benchmarks/step_time.py --only 64-64 adam   the cases whose name or rule begins so; print them
    python benchmarks/step_time.py --threads 2         the same on two threads, by the clock; print them

Each contender lives in a process of its own, for thread pools in one process slow each other down. They take
turns round by round; a ratio is that of two neighbors in a round, and the median of all rounds is quoted.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import time
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
            found = race(case, contenders, threads, rounds)
        except FileNotFoundError:
            continue
        steps = -(-len(case.examples()[0]) // case.batch)
        compared = ratios(found)
        times = {name: median(seconds) / steps for name, seconds in found.items()}
        measured.append({**vars(case), "name": case.name, "seconds": times, "ratios": compared})
        line = "  ".join(f"{name} {compared[name][0]:.2f}" for name in found if name != "nnkit")
        title = f"{case.name} {case.batch} {case.rule} {case.dtype} {case.data}"
        print(f"{title:44s} {1e6 * times['nnkit']:8.1f} us/step   {line}", flush=True)
    for contender in contenders:
        contender.process.stdin.close()
        contender.process.wait()
    return measured


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

    measure([case for case in races() if chosen(case)], options.threads, options.rounds)


if __name__ == "__main__":
    main()
