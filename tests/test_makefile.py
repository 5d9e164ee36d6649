"""The commands: listed, described, and clear when something is missing."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROMISED = [
    "book",
    "test",
    "serve",
    "page",
    "notebooks",
    "lint",
    "format",
    "lock",
    "clean",
    "help",
    "lanes",
    "oracle",
    "mutants",
    "coverage",
    "coverage-pages",
    "set-repository",
    "states",
    "zip",
]


def make(*arguments, cwd=ROOT, **environment):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=cwd, env=kept | environment, capture_output=True, text=True)


@pytest.fixture
def empty_clone(tmp_path):
    """The Makefile and the locks, without an environment."""
    for name in ("Makefile", "requirements.lock", "requirements-test.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def fake_python(folder, version):
    """A command that says it is Python `version` and fails to be a later one."""
    path = folder / "python-of-old"
    path.write_text(f'#!/bin/sh\n[ "$1" = -V ] && echo "Python {version}" && exit 0\nexit 1\n')
    path.chmod(0o755)
    return str(path)


def test_help_is_the_default_and_lists_every_promised_command():
    shown = make()
    assert shown.returncode == 0
    listed = re.findall(r"^  ([a-z-]+) ", shown.stdout, re.M)
    assert set(PROMISED) <= set(listed)
    assert make("help").stdout == shown.stdout


def test_every_listed_command_is_phony():
    phony = re.search(r"^\.PHONY:((?:.*\\\n)*.*)$", MAKEFILE, re.M)[1].replace("\\", "").split()
    listed = re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.M)
    assert set(listed) <= set(phony)


def test_a_missing_python_is_named_with_its_remedy(empty_clone):
    ran = make("install", "PYTHON=no-such-python", cwd=empty_clone)
    assert ran.returncode != 0
    assert ran.stdout.splitlines() == [
        "make: no-such-python was not found. Install Python 3.11 or later, "
        "or name it: make book PYTHON=python3.12"
    ]
    assert not (empty_clone / ".venv").exists()


def test_an_old_python_is_named_with_its_remedy(empty_clone):
    python = fake_python(empty_clone, "3.9.2")
    ran = make("install", f"PYTHON={python}", cwd=empty_clone)
    assert ran.returncode != 0
    assert (
        f"make: the book needs Python 3.11 or later, and {python} is Python 3.9.2." in ran.stdout.splitlines()
    )
    assert not (empty_clone / ".venv").exists()


def test_serving_before_building_says_what_to_run(empty_clone):
    ran = make("serve", cwd=empty_clone)
    assert ran.returncode != 0
    assert ran.stdout == "make: there is no _build/html/index.html yet; run: make book\n"


def test_every_lane_is_run_by_lanes_and_has_its_versions():
    lanes = set(re.findall(r"^(lane-[a-z]+):", MAKEFILE, re.M))
    (together,) = re.findall(r"^lanes: (.*?) ##", MAKEFILE, re.M)
    assert set(together.split()) == lanes
    for name in re.findall(r"\.venv-([a-z]+)/\.installed", MAKEFILE):
        assert (ROOT / "tools" / "lanes" / f"{name}.txt").is_file(), name


def test_a_python_that_is_missing_is_named_and_passed_over(empty_clone):
    ran = make("lane-python", "PYTHONS=3.99", cwd=empty_clone)
    assert ran.returncode == 0
    assert ran.stdout == "== Python 3.99: not found here, not tested\n"


def test_setting_no_repository_asks_for_one():
    ran = make("set-repository", "--dry-run")
    assert ran.returncode != 0
    assert "say which: URL=https://github.com/owner/name, or URL= to take it out" in ran.stderr


def test_every_kernel_runs_with_one_thread():
    for name in ("OMP", "OPENBLAS", "MKL"):
        assert f"export {name}_NUM_THREADS := 1\n" in MAKEFILE


def test_the_stages_of_the_test_all_exist():
    (stages,) = re.findall(r"^STAGES +:= (.*)$", MAKEFILE, re.M)
    for stage in stages.split():
        assert re.search(rf"^test-{stage}:", MAKEFILE, re.M), stage


@pytest.mark.parametrize(
    ("red", "closing"),
    [
        ("none", "make test: every stage passed (lint unit notebooks book site)"),
        ("lint", "make test: FAILED in: lint"),
        ("book", "make test: FAILED in: book site"),
        ("site", "make test: FAILED in: site"),
    ],
)
def test_every_stage_runs_and_the_red_ones_are_named(empty_clone, red, closing):
    # The same loop over stages that only say their names.
    text = (empty_clone / "Makefile").read_text()
    loop = text[text.index("test: $(VENV)") : text.index("test-lint: lint")].replace(
        "$(VENV)/.test-installed", ""
    )
    stages = "".join(
        f"test-{stage}:\n\t@echo ran {stage}; test {stage} != {red}\n"
        for stage in ["lint", "unit", "notebooks", "book", "site"]
    )
    (empty_clone / "Makefile").write_text(f"STAGES := lint unit notebooks book site\n{loop}\n{stages}")
    ran = make("test", cwd=empty_clone)
    assert (ran.returncode == 0) == (red == "none")
    assert ran.stdout.splitlines()[-1] == closing
    ran_stages = re.findall("^ran (.*)$", ran.stdout, re.M)
    assert ran_stages == ["lint", "unit", "notebooks", "book"] + ["site"] * (red != "book")


def test_continuous_integration_runs_the_same_command():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    text = script.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert text.rstrip().endswith("exec make test")
    assert subprocess.run(["bash", "-n", script]).returncode == 0
