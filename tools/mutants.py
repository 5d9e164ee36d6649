"""Break the core on purpose, in every place and one at a time, and see that a test fails.

    python tools/mutants.py [MODULE...]      for example losses layers.linear; the whole core by default

mutmut makes the mutants and picks for each one the tests that run the mutated function. A run that was
stopped goes on where it was; mutants of changed functions, and those that survived, are tried again. Delete
_build/mutants to begin anew. Survivors need a test, or a reason in tools/mutants.toml; without either the
command fails. The table is stored in tests/MUTANTS.md.
"""

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "_build" / "mutants"
REASONS = ROOT / "tools" / "mutants.toml"
REPORT = ROOT / "tests" / "MUTANTS.md"
MUTMUT = Path(sys.executable).with_name("mutmut")
KILLED = {"killed", "timeout", "segfault", "caught by type check"}  # it was noticed, however
Known = dict[str, list[dict[str, str]]]
PATTERN = re.compile(r"(?P<module>[\w.]+)\.x(?:_|ǁ(?P<owner>\w+)ǁ)(?P<function>\w+)__mutmut_\d+")

# What is mutated, by which tests it is judged, and which lines are left alone.
SETTINGS = r"""
[tool.mutmut]
source_paths = ["nnkit"]
only_mutate = [{only}]
# The tools over the core train networks in their tests, which takes too long for a run per mutant.
do_not_mutate = ["nnkit/plots/*", "nnkit/explore/*", "nnkit/course/*", "nnkit/doctor/*", "nnkit/sweeps.py"]
# Texts of errors and their remedies: conformance holds their form, unit tests the special ones.
do_not_mutate_patterns = ['^\s*f?"', '^\s*raise ', '^\s*remedy = ', '^_?[A-Z_]+ = ']
pytest_add_cli_args = ["-p", "no:cacheprovider", "--hypothesis-seed=0", "-k", "not learns"]
pytest_add_cli_args_test_selection = [
  "tests/nnkit", "tests/conformance",
  "--ignore=tests/nnkit/plots", "--ignore=tests/nnkit/explore", "--ignore=tests/nnkit/course",
  "--ignore=tests/nnkit/test_doctor.py", "--ignore=tests/nnkit/test_activity.py",
  # Its worker processes outlive it, and end while mutmut waits for its own.
  "--ignore=tests/nnkit/test_sweeps.py",
  # These look at files, tools and names, not at numbers.
  "--ignore=tests/nnkit/datasets/test_shipped_files.py", "--ignore=tests/conformance/test_every_door.py",
]
timeout_multiplier = 4.0
use_git_change_detection = false

[tool.pytest.ini_options]
addopts = ["--import-mode=importlib"]
pythonpath = ["."]
"""


@dataclass(frozen=True)
class Mutant:
    """One that no test noticed: where, and what was changed."""

    function: str  # nnkit.losses.regression.Huber.__init__
    was: str
    becomes: str


def prepare(modules: list[str]) -> None:
    """Lay out the folder that mutmut works in; what it found before stays."""
    (WORK / "mutants").mkdir(parents=True, exist_ok=True)
    for name in ("nnkit", "tests"):
        link = WORK / name
        if not link.is_symlink():
            link.symlink_to(ROOT / name)
    shutil.rmtree(WORK / "mutants" / "tests", ignore_errors=True)  # copied anew
    (WORK / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)  # measured anew
    names = [module.replace(".", "/") for module in modules] or ["*"]
    only = [f'"nnkit/{name}.py"' for name in names] + [f'"nnkit/{name}/*.py"' for name in names]
    settings = SETTINGS.replace("{only}", ", ".join(only))
    (WORK / "pyproject.toml").write_text(settings, encoding="utf-8")
    for path in (WORK / "mutants" / "nnkit").rglob("*.py"):
        found = path.with_name(f"{path.name}.meta")
        if found.exists():
            forget_survivors(found)
        else:
            path.unlink()  # a plain copy, which mutmut would take for its own work


def forget_survivors(path: Path) -> None:
    """Let the mutants of one file that no test noticed be tried again: there may be new tests."""
    found = json.loads(path.read_text(encoding="utf-8"))
    codes = found["exit_code_by_key"]
    found["exit_code_by_key"] = {name: code if code == 1 else None for name, code in codes.items()}
    path.write_text(json.dumps(found), encoding="utf-8")


def mutmut(*arguments: str) -> str:
    """What mutmut prints."""
    command = [str(MUTMUT), *arguments]
    return subprocess.run(command, cwd=WORK, check=True, capture_output=True, text=True).stdout


def results() -> dict[str, str]:
    """How it went, by the name of the mutant."""
    lines = mutmut("results", "--all", "True").splitlines()
    return dict(line.strip().rsplit(": ", 1) for line in lines if PATTERN.match(line.strip()))


def shown(name: str) -> str:
    """What `mutmut show` prints, without starting it anew for each mutant."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant  # reads its settings from WORK

    return get_diff_for_mutant(name)


def survivor(name: str) -> Mutant:
    """What was changed in a mutant."""
    found = PATTERN.fullmatch(name)
    function = ".".join(part for part in found.group("module", "owner", "function") if part)
    lines = shown(name).splitlines()
    was, becomes = (
        " ".join(
            line[1:].strip() for line in lines if line.startswith(sign) and not line.startswith(3 * sign)
        )
        for sign in "-+"
    )
    return Mutant(function, was, becomes)


def place(mutant: Mutant) -> str:
    """The file and the line in which a mutant differs."""
    parts = mutant.function.split(".")
    at = next(i for i in range(len(parts), 0, -1) if (ROOT.joinpath(*parts[:i]).with_suffix(".py")).exists())
    path = ROOT.joinpath(*parts[:at]).with_suffix(".py")
    headers = [re.compile(rf"\s*(class|def) {name}\b") for name in parts[at:]]
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if headers and headers[0].match(line):
            headers.pop(0)
        if not headers and line.strip() and mutant.was.startswith(line.strip()):
            return f"{path.relative_to(ROOT)}:{number}"
    return str(path.relative_to(ROOT))


def reason(mutant: Mutant, known: Known) -> str:
    """Why no test can notice a mutant, if tools/mutants.toml says so."""
    for rule in known.get("rule", []):
        if re.sub(rule["pattern"], "", mutant.was) == re.sub(rule["pattern"], "", mutant.becomes):
            return rule["reason"]
    for entry in known.get("mutant", []):
        anywhere = entry.get("function", mutant.function) == mutant.function
        if anywhere and (entry["was"], entry["becomes"]) == (mutant.was, mutant.becomes):
            return entry["reason"]
    return ""


def report(found: dict[str, str], survivors: dict[str, Mutant], known: Known) -> str:
    """Score and survivors as Markdown."""
    modules: dict[str, Counter[str]] = {}
    for name, status in found.items():
        module = PATTERN.fullmatch(name)["module"]
        kind = "noticed" if status in KILLED else "explained" if reason(survivors[name], known) else "open"
        modules.setdefault(module, Counter())[kind] += 1
    lines = [
        "# Would a test notice?",
        "",
        "Written by `make mutants`. Every mutant is the core with one thing changed: an operator, a",
        "comparison, a number, a condition, an argument. It is noticed if a test fails.",
        "",
        "Left alone: doctor, sweeps, plots, explorers and course pages; texts of errors; annotations; calls",
        "of `len` and `isinstance`; constants of modules; properties and other decorated functions.",
        "",
        f"{datetime.date.today()}: mutmut {version('mutmut')}, Python {sys.version.split()[0]}, "
        f"NumPy {version('numpy')}.",
        "",
        "| module | mutants | noticed | cannot be noticed | open |",
        "|---|---|---|---|---|",
    ]
    total = sum(modules.values(), Counter())
    for module, count in [*sorted(modules.items()), ("**all**", total)]:
        numbers = [count.total(), count["noticed"], count["explained"], count["open"]]
        lines.append(f"| {module} | {' | '.join(map(str, numbers))} |")
    for title, wanted in (("Open", False), ("Cannot be noticed, and why", True)):
        lines += ["", f"## {title}", ""]
        chosen = {mutant for mutant in survivors.values() if bool(reason(mutant, known)) == wanted}
        entries = [
            f"- {place(mutant)}\n  - was `{mutant.was}`\n  - becomes `{mutant.becomes}`"
            + (f"\n  - {reason(mutant, known)}" if wanted else "")
            for mutant in sorted(chosen, key=lambda mutant: (mutant.function, mutant.was, mutant.becomes))
        ]
        lines += entries or ["None."]
    return "\n".join(lines) + "\n"


def main(modules: list[str]) -> int:
    prepare(modules)
    environment = os.environ | {"PYTHONPATH": str(WORK / "mutants")}
    ran = subprocess.run([str(MUTMUT), "run", "--max-children", "2"], cwd=WORK, env=environment)
    if ran.returncode:
        return ran.returncode
    os.chdir(WORK)
    found = results()
    survivors = {name: survivor(name) for name, status in found.items() if status not in KILLED}
    known = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    text = report(found, survivors, known)
    if not modules:
        REPORT.write_text(text, encoding="utf-8")
    print(text)
    unexplained = [mutant for mutant in survivors.values() if not reason(mutant, known)]
    for mutant in unexplained:
        print(f"{place(mutant)}: no test notices {mutant.becomes!r}")
    return bool(unexplained)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
