"""The wheel: what is in it, and that it trains with NumPy alone."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ("requirements.lock", "requirements-test.lock")

# Run with -S and without user packages: only the folder given on the command line can be imported.
TRAINING = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
import nnkit
from nnkit.datasets import digits

assert nnkit.__file__.startswith(sys.argv[1]) and np.__file__.startswith(sys.argv[1])
for name in ("matplotlib", "ipywidgets", "sklearn", "tqdm", "IPython", "traitlets"):
    try:
        __import__(name)
    except ImportError:
        continue
    raise SystemExit(name + " can be imported here")

init, order = np.random.default_rng(0).spawn(2)
X, y = digits()
model = nnkit.mlp([64, 32, 10], rng=init)
optimizer = nnkit.Adam(model.parameters(), learning_rate=0.01)
loss = nnkit.SoftmaxCrossEntropy()
trainer = nnkit.Trainer(model, loss, optimizer, batch_size=32, rng=order, metrics=[nnkit.accuracy])
before = trainer.evaluate((X[1297:], y[1297:]))
trainer.fit((X[:1297], y[:1297]), 10)
after = trainer.evaluate((X[1297:], y[1297:]))
print(before["loss"], after["loss"], after["accuracy"])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The built wheel's path."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def names(wheel):
    """The names of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder that holds the wheel's content and NumPy, and nothing else."""
    import numpy

    folder = tmp_path_factory.mktemp("installed")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--target",
        str(folder),
    ]
    subprocess.run([*pip, "--disable-pip-version-check", str(wheel)], check=True)
    numpy_folder = Path(numpy.__file__).parent
    for name in ("numpy", "numpy.libs"):
        if (numpy_folder.parent / name).exists():
            (folder / name).symlink_to(numpy_folder.parent / name)
    return folder


def version():
    tree = ast.parse((ROOT / "nnkit" / "__init__.py").read_text(encoding="utf-8"))
    (value,) = (
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "__version__"
    )
    return value


def test_the_wheel_is_pure_python_and_carries_the_version(wheel):
    assert wheel.name == f"nnkit_book-{version()}-py3-none-any.whl"


def test_the_wheel_holds_the_package_and_nothing_else(names):
    top = {name.split("/")[0] for name in names}
    assert top == {"nnkit", f"nnkit_book-{version()}.dist-info"}
    assert not [name for name in names if "__pycache__" in name or "/test" in name or name.endswith(".ipynb")]


def test_the_wheel_holds_every_file_of_the_package(names):
    kinds = {".py", ".npz", ".toml", ".js", ".css", ".html", ".md", ".json", ".typed"}
    files = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "nnkit").rglob("*") if path.suffix in kinds
    }
    assert (ROOT / "nnkit" / "py.typed").exists()
    assert files | {"nnkit/py.typed"} <= names
    assert {f"nnkit/_datasets/{name}.npz" for name in ("digits", "iris", "wine")} <= names


def test_the_wheel_asks_for_numpy_alone(wheel):
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"nnkit_book-{version()}.dist-info/METADATA").decode()
    needed = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:")]
    assert [line for line in needed if "extra ==" not in line] == ["Requires-Dist: numpy>=2.0"]
    assert "Name: nnkit-book" in metadata
    assert "Requires-Python: >=3.11" in metadata
    assert {"plots", "widgets", "progress", "book", "test"} <= set(
        re.findall("Provides-Extra: (.*)", metadata)
    )


def test_the_installed_wheel_trains_with_numpy_alone(installed, tmp_path):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = [sys.executable, "-S", "-s", "-c", TRAINING, str(installed)]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    before, after, accuracy = map(float, ran.stdout.split())
    assert after < before / 4
    assert accuracy > 0.9


def test_no_file_tells_anyone_to_install_the_other_project():
    # On the package index the import name belongs to someone else: pip must be given nnkit-book.
    wrong = re.compile(r"pip3? install[^\n]*?[\s\"'](nnkit)(?![-\w./])")
    asks = [
        f"{path.relative_to(ROOT)}: {match[0]}" for path, text in texts() for match in wrong.finditer(text)
    ]
    assert asks == []


def texts():
    kinds = {".md", ".py", ".ipynb", ".toml", ".txt", ".yml", ".yaml", ".cfg", ".js", ".html", ".lock", ""}
    skipped, hidden = {"_build", "build", "dist", "__pycache__"}, {".ci", ".binder"}  # caches quote this test
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [
            name for name in folders if name in hidden or not (name in skipped or name.startswith("."))
        ]
        for path in (Path(folder) / name for name in files if Path(name).suffix in kinds):
            if path != Path(__file__):
                yield path, path.read_text(encoding="utf-8", errors="ignore")


@pytest.mark.parametrize(
    "text", ["pip install nnkit", 'pip install -q "nnkit"', "%pip install numpy nnkit==1"]
)
def test_the_search_finds_the_wrong_command(text):
    assert re.search(r"pip3? install[^\n]*?[\s\"'](nnkit)(?![-\w./])", text)


def pins(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.lstrip().startswith("#")}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_exact_versions_and_no_address(name):
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; .+)?", pin) for pin in pins(name))
    assert not re.search(
        r"https?:|file:|--(?:extra-)?index|find-links", (ROOT / name).read_text(encoding="utf-8")
    )


def test_the_test_lock_holds_the_book_lock():
    def exact(name):
        return {pin.split(" ;")[0] for pin in pins(name)}

    assert exact("requirements.lock") <= exact("requirements-test.lock")


def test_the_locks_hold_what_the_project_asks_for():
    # A lock older than its pyproject.toml would install something else than what was tested.
    for lock, extra in zip(LOCKS, ("book", "test"), strict=True):
        locked = {pin.split("==")[0] for pin in pins(lock)}
        asked = {re.split(r"[<>=\[ ]", need)[0] for need in PROJECT["optional-dependencies"][extra]}
        missing = asked - locked - {"nnkit-book"}
        assert missing == set(), f"{lock} lacks {sorted(missing)}; run: make lock"


def test_the_book_does_not_install_the_test_tools():
    locked = {pin.split("==")[0] for pin in pins("requirements.lock")}
    assert not locked & {"pytest", "playwright", "scikit-learn", "jupyterlab", "mypy", "ruff"}
