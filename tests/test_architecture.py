"""The package's shape: who imports whom, how big things are, what never appears."""

import ast
import importlib
import inspect
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

import nnkit

PACKAGE = Path(nnkit.__file__).parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
NAMES = {path: ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in MODULES}
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}

# From the bottom up: a module imports only from rows above its own, or from its own row where that says so.
NUMPY_ONLY = {"parameter", "initializers", "losses", "metrics", "schedules", "data", "history"}
NUMPY_ONLY |= {"arguments", "datasets", "autodiff"}  # they may import `arguments` too
MAY_IMPORT = {
    "layers": {"parameter", "initializers", "layers"},
    "models": {"parameter", "initializers", "layers"},
    "optimizers": {"parameter", "optimizers"},
    "averaging": {"layers"},
    "penalties": {"parameter"},
    "divergence": {"history"},
    "training": {"data", "divergence", "history", "layers", "losses", "models", "optimizers", "parameter"},
    "serialization": {"layers", "serialization"},
    "callbacks": {"callbacks", "history", "layers", "serialization", "training"},
    "lr_finder": {"data", "divergence", "training"},
    "checks": {"parameter", "layers", "models", "losses", "training"},
}
MAY_IMPORT["training"] |= {"penalties", "training"}
CORE = NUMPY_ONLY | set(MAY_IMPORT)
HIGHER = {
    "analysis": CORE,
    "sweeps": set(),
    "doctor": CORE | {"doctor"},
    "plots": CORE | {"analysis", "doctor", "plots"},
    "explore": CORE | {"analysis", "doctor", "plots", "explore"},
    "course": CORE | {"analysis", "doctor", "sweeps", "plots", "explore", "course"},
}
TOOLS = {"doctor", "sweeps"}  # over the core: imported by name, and not loaded by `import nnkit`
HEAVY = {"matplotlib", "ipywidgets", "sklearn", "tqdm", "IPython"}
HEAVY |= {"joblib", "threadpoolctl", "pooch", "safetensors"}
MAY_LOAD = {
    "plots": {"matplotlib"},
    "explore": HEAVY,
    "course": HEAVY,
    "callbacks": {"tqdm"},
    "serialization": {"safetensors"},
    "sweeps": {"threadpoolctl"},
}


def part(path: Path) -> str:
    """The folder or module directly below nnkit to which a file belongs."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    """Every module that a file imports, by full name."""
    found = set()
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{NAMES[path]} line {node.lineno}: write the import in full"
            if node.module == "nnkit":
                found |= {f"nnkit.{alias.name}" for alias in node.names}
            else:
                found.add(node.module)
    return found


def code_lines(path: Path, node: ast.AST) -> int:
    """Lines of a module or function that hold code: no docstring, comments or blank lines."""
    silent = (
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    )
    with path.open(encoding="utf-8") as file:
        tokens = [token for token in tokenize.generate_tokens(file.readline) if token.type not in silent]
    lines = {line for token in tokens for line in range(token.start[0], token.end[0] + 1)}
    for inner in ast.walk(node):
        if isinstance(inner, (ast.FunctionDef, ast.ClassDef, ast.Module)) and ast.get_docstring(inner):
            lines -= set(range(inner.body[0].lineno, inner.body[0].end_lineno + 1))
    if isinstance(node, ast.Module):
        return len(lines)
    return len(lines & set(range(node.lineno, node.end_lineno + 1)))


def functions():
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield path, node


@pytest.mark.parametrize("path", MODULES, ids=NAMES.values())
def test_imports_point_one_way(path):
    own = part(path)
    if own == "__init__":
        return
    assert own in CORE | set(HIGHER), f"{own} has no place in the table of this test: give it one"
    allowed = (
        {own, "arguments"} if own in NUMPY_ONLY else MAY_IMPORT.get(own, HIGHER.get(own)) | {"arguments"}
    )
    inside = {name.split(".")[1] for name in imported(path) if name.startswith("nnkit.")}
    assert inside - {"__version__"} <= allowed, f"{own} may import {sorted(allowed)}"


@pytest.mark.parametrize("path", MODULES, ids=NAMES.values())
def test_heavy_libraries_stay_in_their_places(path):
    heavy = {name.split(".")[0] for name in imported(path)} & HEAVY
    assert heavy <= MAY_LOAD.get(part(path), set())


def test_every_module_of_the_table_is_judged_once():
    assert not NUMPY_ONLY & set(MAY_IMPORT)
    assert not CORE & set(HIGHER)


def test_importing_nnkit_loads_numpy_and_nothing_heavy():
    code = (
        f"import nnkit, sys; print(sorted(set(sys.modules) & {HEAVY | {'numpy.random', 'numpy.testing'}!r}))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(ast.literal_eval(result.stdout)) - {"numpy.random"} == set()
    loads = "import numpy, sys; before = 'numpy.random' in sys.modules; import nnkit; "
    code = loads + "assert before or 'numpy.random' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_nnkit_loads_no_tool_over_the_core():
    tools = {f"nnkit.{name}" for name in TOOLS}
    code = f"import nnkit, sys; assert not {tools} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_submodules_are_reachable_after_import_nnkit():
    code = (
        "import nnkit; nnkit.data.batches, nnkit.datasets.xor, nnkit.initializers.he, nnkit.autodiff.Scalar"
    )
    subprocess.run([sys.executable, "-c", code + ", nnkit.analysis.decision_grid"], check=True)


@pytest.mark.parametrize("path", MODULES, ids=NAMES.values())
def test_no_module_is_longer_than_300_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_no_function_is_longer_than_40_lines_of_code():
    found = {f"{NAMES[path]}.{node.name}": code_lines(path, node) for path, node in functions()}
    assert {name: lines for name, lines in found.items() if lines > 40} == {}


def test_no_function_takes_more_than_five_positional_arguments():
    found = {}
    for path, node in functions():
        arguments = [one.arg for one in node.args.posonlyargs + node.args.args]
        count = len([name for name in arguments if name not in ("self", "cls")])
        if count > 5:
            found[f"{NAMES[path]}.{node.name}"] = count
    assert found == {}


def lines_of(parts: set[str]) -> dict[str, int]:
    return {NAMES[path]: code_lines(path, TREES[path]) for path in MODULES if part(path) in parts}


def test_the_core_stays_under_2500_lines_of_code():
    core = lines_of(CORE | {"analysis"})
    assert sum(core.values()) < 2500, core


def test_the_tools_over_the_core_stay_under_450_lines_of_code():
    tools = lines_of(TOOLS)
    assert sum(tools.values()) < 450, tools


def test_no_module_is_a_drawer_for_odds_and_ends():
    assert not {path.stem for path in MODULES} & {
        "utils",
        "util",
        "common",
        "helpers",
        "helper",
        "misc",
        "tools",
    }


def test_no_random_number_comes_from_the_global_generator():
    found = [
        f"{NAMES[path]} line {node.lineno}: np.random.{node.attr}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "random"
        and ast.unparse(node.value) in ("np.random", "numpy.random")
        and node.attr not in ("default_rng", "Generator", "SeedSequence")
    ]
    assert found == []


def test_no_assert_stands_in_the_library():
    found = [
        f"{NAMES[path]} line {node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
    ]
    assert found == []


def test_nothing_is_printed_by_the_core():
    found = [
        f"{NAMES[path]} line {node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if part(path) in CORE
        and isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=NAMES.values())
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(TREES[path])


@pytest.mark.parametrize(
    "name", [name for name in nnkit.__all__ if not inspect.ismodule(getattr(nnkit, name))]
)
def test_every_public_name_is_documented_with_an_example(name):
    public = getattr(nnkit, name)
    doc = inspect.getdoc(public)
    assert doc, f"{name} has no docstring"
    first = doc.splitlines()[0]
    assert first.endswith("."), f"the first line of {name} is a sentence"
    assert len(first) <= 100
    assert "Examples\n--------" in doc
    if inspect.isfunction(public) and inspect.signature(public).parameters:
        assert "Parameters\n----------" in doc
    if inspect.isclass(public):
        for method, member in vars(public).items():
            if callable(member) and not method.startswith("_"):
                assert inspect.getdoc(getattr(public, method)), f"{name}.{method} has no docstring"


@pytest.mark.parametrize("path", MODULES, ids=NAMES.values())
def test_what_a_module_offers_exists(path):
    if path.name == "__main__.py" or part(path) in ("plots", "explore", "course"):
        return
    if part(path) in TOOLS:
        importlib.import_module(f"nnkit.{part(path)}")
    module = sys.modules.get(NAMES[path].removesuffix(".__init__"))
    assert module is not None, f"import nnkit does not load {NAMES[path]}"
    assert all(hasattr(module, name) for name in getattr(module, "__all__", []))
