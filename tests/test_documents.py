"""What README, CONTRIBUTING and ARCHITECTURE promise is there and works."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def snippet(name):
    return re.search(r"```python\n(.*?)```", read(name), re.DOTALL)[1]


def test_the_ten_lines_of_the_readme_train_a_network_as_they_say():
    done = subprocess.run(
        [sys.executable, "-c", snippet("README.md")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert float(re.search(r"'accuracy': ([0-9.]+)", done.stdout)[1]) == pytest.approx(0.976, abs=0.01)


def test_the_front_page_shows_the_same_lines():
    assert ast.dump(ast.parse(snippet("book/index.md"))) == ast.dump(ast.parse(snippet("README.md")))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_that_are_named_exist(name):
    targets = set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z][a-z-]*)", read(name), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_that_are_linked_exist(name):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", read(name)):
        assert (ROOT / target).exists(), f"{name} links to {target}"


def test_files_that_the_architecture_names_exist():
    for path in re.findall(r"`((?:tools|tests|nnkit|book)/[\w./-]+)`", read("ARCHITECTURE.md")):
        assert (ROOT / path).exists(), path


def test_every_library_has_its_reason():
    table = read("ARCHITECTURE.md").split("## Libraries")[1].lower()
    project = tomllib.loads(read("pyproject.toml"))["project"]
    required = [line for extra in project["optional-dependencies"].values() for line in extra]
    for name in {re.match(r"[A-Za-z0-9-]+", line)[0].lower() for line in required} - {"nnkit-book"}:
        assert re.search(rf"(^|[ |]){name}[ ,|]", table, re.MULTILINE), (
            f"{name} has no line in ARCHITECTURE.md"
        )
    assert project["dependencies"] == ["numpy>=2.0"]
