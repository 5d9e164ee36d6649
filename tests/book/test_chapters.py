"""What holds for every chapter: its cells are read, its solutions are right, its claims are measured."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from nnkit.course import claims

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "book" / "chapters").glob("*.ipynb"))
UNREAD = {"nbval-ignore-output", "nbval-skip", "nbval-raises-exception", "raises-exception", "skip-execution"}
EXERCISE = re.compile(r"^### (Exercise \d+\.\d+)", re.MULTILINE)
SOLUTION = re.compile(r"<summary>Solution</summary>\s*```python\n(.*?)```", re.DOTALL)


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    return request.param


@pytest.fixture
def cells(chapter):
    found = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in found]


@pytest.fixture
def code(cells):
    found = [cell for cell in cells if cell["cell_type"] == "code"]
    # The install cell, there when the repository's address is known, holds a line that is not Python.
    return [{**cell, "source": re.sub(r"^(\s*)%.*", r"\1pass", cell["source"], flags=re.M)} for cell in found]


def ledger_of(chapter):
    return claims.load(re.sub(r"^\d+-", "", chapter.stem).replace("-", "_"))


def functions(code):
    """The functions that the chapter defines, without running anything else of it."""
    trees = [ast.parse(cell["source"]) for cell in code]
    return ast.Module([node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)], [])


def exercises(cells):
    """(name, answer cell's source, solution) of each exercise, in the order of the page."""
    name, answer, found = None, None, []
    for cell in cells:
        if cell["cell_type"] == "markdown" and EXERCISE.search(cell["source"]):
            name, answer = EXERCISE.search(cell["source"])[1], None
        elif cell["cell_type"] == "code" and name:
            answer = answer or cell["source"]
        elif name and SOLUTION.search(cell["source"]):
            found.append((name, answer, SOLUTION.search(cell["source"])[1]))
            name = None
    return found


def test_there_are_chapters():
    assert CHAPTERS


def test_no_cell_goes_unread(code):
    for cell in code:
        assert cell["execution_count"], f"{cell['id']}: without an execution count nbval compares nothing"
        assert not UNREAD & set(cell["metadata"].get("tags", [])), (
            f"{cell['id']}: its output would not be compared"
        )
        assert "NBVAL_" not in cell["source"], f"{cell['id']}: a comment would switch the comparison off"


def test_a_wrong_stored_output_does_not_pass(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1", execution_count=1)])
    notebook.cells[0].outputs = [
        nbformat.v4.new_output("execute_result", {"text/plain": "2"}, execution_count=1)
    ]
    right = compared(notebook, tmp_path / "right.ipynb")
    notebook.cells[0].outputs[0].data["text/plain"] = "3"
    wrong = compared(notebook, tmp_path / "wrong.ipynb")
    assert "1 passed" in right and "1 failed" in wrong


def compared(notebook, path):
    """What nbval says of a notebook, with the options of `make test`."""
    nbformat.write(notebook, path)
    options = re.search(r"--nbval\S*(?: --nbval-\S+)*", (ROOT / "Makefile").read_text(encoding="utf-8"))[
        0
    ].split()
    command = [sys.executable, "-m", "pytest", *options, "-W", "default", "-p", "no:cacheprovider", str(path)]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True).stdout


def test_a_cell_that_ends_in_a_value_stores_it(code):
    silent = (
        ast.Assign,
        ast.AugAssign,
        ast.FunctionDef,
        ast.ClassDef,
        ast.Import,
        ast.ImportFrom,
        ast.For,
        ast.With,
        ast.If,
    )
    for cell in code:
        last = ast.parse(cell["source"]).body[-1]
        if not isinstance(last, silent):
            assert cell["outputs"], f"{cell['id']}: shows something, and nothing is stored to compare it with"


def test_solutions_pass_their_checks_and_the_stubs_do_not(cells, code):
    found = exercises(cells)
    assert len(found) == sum(len(EXERCISE.findall(cell["source"])) for cell in cells)
    for name, answer, solution in found:
        space = {}
        exec(next(cell["source"] for cell in code if cell["id"] == "set-up"), space)
        exec(compile(functions(code), "chapter", "exec"), space)
        call = ast.unparse(ast.parse(answer).body[-1])
        exec(answer, space)
        assert not eval(call, space).right, f"{name}: the cell on the page is solved already"
        exec(solution, space)
        feedback = eval(call, space)
        assert feedback.right, f"{name}: {feedback}"


def test_every_claim_of_the_ledger_is_measured_in_its_chapter_and_no_other(chapter, code):
    measured = [
        found for cell in code for found in re.findall(r'ledger\["([^"]+)"\]\.check\(', cell["source"])
    ]
    assert sorted(measured) == sorted(ledger_of(chapter))


def test_sources_of_the_chapter_stand_in_the_bibliography(cells):
    keys = set(
        re.findall(r"^@\w+\{([^,]+),", (ROOT / "references.bib").read_text(encoding="utf-8"), re.MULTILINE)
    )
    cited = {key for cell in cells for key in re.findall(r"bibliography\.md#([\w-]+)", cell["source"])}
    assert cited and cited <= keys
