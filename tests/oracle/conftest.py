"""Runs the tests over the lines of `oracle_cases.py` and keeps the largest difference of each.

When all of them pass, the table of differences is stored in RESULTS.md.
"""

import datetime
import importlib.util
import platform
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import scipy
import sklearn
import torch

HERE = Path(__file__).parent
BOUNDS = {np.float64: 1e-10, np.float32: 1e-5}
NETWORK_BOUNDS = {np.float64: 1e-9, np.float32: 1e-4}
KINDS = {
    "layer_case": ("LAYERS", "Layers", "PyTorch"),
    "loss_case": ("LOSSES", "Losses", "PyTorch"),
    "penalty_case": ("PENALTIES", "Penalties", "PyTorch"),
    "optimizer_case": ("OPTIMIZERS", "Optimizers, 50 steps", "PyTorch"),
    "clip_case": ("CLIPS", "Clipping", "PyTorch"),
    "schedule_case": ("SCHEDULES", "Schedules, 60 steps", "PyTorch"),
    "network_case": ("NETWORKS", "Networks, 20 training steps", "PyTorch"),
    "metric_case": ("METRICS", "Metrics", "scikit-learn"),
    "function_case": ("FUNCTIONS", "Special functions", "SciPy"),
}


def loaded(name: str):
    """A module of this folder, by name; the tests have no package."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


loaded("oracle_twins")
CASES = loaded("oracle_cases")
torch.set_num_threads(1)
differences: dict[tuple[str, str], dict[type, float]] = defaultdict(dict)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for fixture in KINDS.keys() & set(metafunc.fixturenames):
        rows = getattr(CASES, KINDS[fixture][0])
        metafunc.parametrize(fixture, rows, ids=[row.name for row in rows])


@pytest.fixture(params=[np.float64, np.float32], ids=["float64", "float32"])
def dtype(request) -> type:
    return request.param


@pytest.fixture
def compare(request):
    """Hold ours against theirs: the largest difference, in parts of the array's largest entry, is bounded."""
    (fixture,) = KINDS.keys() & set(request.fixturenames)
    name, bounds = request.getfixturevalue(fixture).name, BOUNDS
    if fixture == "network_case":
        bounds = NETWORK_BOUNDS
    worst = differences[fixture, name]

    def hold(what: str, ours, theirs, dtype: type = np.float64, entrywise: bool = False) -> None:
        theirs = theirs.detach().numpy() if isinstance(theirs, torch.Tensor) else np.asarray(theirs)
        ours = np.asarray(ours)
        assert ours.shape == theirs.shape, what
        gap = np.abs(ours.astype(np.float64) - theirs)
        scale = np.abs(theirs) if entrywise else np.abs(theirs).max(initial=0)
        gap = float(np.max(gap / np.where(scale > 0, scale, 1), initial=0))  # beside a 0: as it is
        worst[dtype] = max(worst.get(dtype, 0.0), gap)
        assert gap <= bounds[dtype], f"{name}: {what} differs by {gap:.2g} of the largest entry"

    return hold


def table() -> str:
    """The differences as Markdown."""
    versions = (
        f"PyTorch {torch.__version__}, scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, "
        f"NumPy {np.__version__}, Python {platform.python_version()}, {platform.machine()}"
    )
    lines = [
        "# How far nnkit is from other libraries",
        "",
        "Written by `make oracle`: the largest difference of any output, gradient, weight or buffer, in",
        "parts of its array's largest entry. At most 1e-10 in float64 and 1e-5 in float32; through whole",
        "networks 1e-9 and 1e-4; else the run fails.",
        "",
        f"{datetime.date.today()}: {versions}.",
    ]
    for fixture, (_, title, library) in KINDS.items():
        rows = {name: found for (kind, name), found in differences.items() if kind == fixture}
        if not rows:
            continue
        lines += ["", f"## {title}: against {library}", "", "| piece | float64 | float32 |", "|---|---|---|"]
        for name, found in rows.items():
            cells = [f"{found[dtype]:.1e}" if dtype in found else "" for dtype in BOUNDS]
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def pytest_terminal_summary(terminalreporter, exitstatus: int, config: pytest.Config) -> None:
    terminalreporter.write(table())
    if exitstatus == 0 and not config.option.keyword:
        (HERE / "RESULTS.md").write_text(table(), encoding="utf-8")
