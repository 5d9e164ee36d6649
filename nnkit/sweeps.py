"""Many runs of one experiment: every setting with every seed, as one plain table.

What a run does is a function of yours; how one network is trained belongs to `nnkit.training`. `import nnkit`
does not load the sweeps: write ``from nnkit.sweeps import sweep, grid``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from nnkit.arguments import (
    check_bool,
    check_int,
    check_kind,
    check_number,
    check_rng,
    described,
    load_library,
)

__all__ = ["Sweep", "grid", "log_uniform", "sample", "sweep"]

Row = dict[str, Any]
Run = Callable[..., dict[str, float]]

_RESERVED = {"seed", "error", "runs", "failed"}  # the columns that a table adds


class Sweep(list[Row]):
    """A list of rows, each a dict of its cells by column, that shows itself as a table.

    `sweep` gives one row per setting and seed. It holds the values of the setting, then ``seed``, then the
    results of the run, then ``error``: None, or the type and message of what was raised instead of results.
    `pandas.DataFrame` takes the list as it is.

    Examples
    --------
    >>> runs = sweep(lambda seed, x: {"y": (seed + 1) / x}, grid(x=[0, 4]), seeds=2)
    >>> runs
    x  seed     y                                error
    0     0        ZeroDivisionError: division by zero
    0     1        ZeroDivisionError: division by zero
    4     0  0.25
    4     1   0.5
    >>> runs.summary()
    x  runs  failed  y_mean  y_min  y_max
    0     0       2
    4     2       0   0.375   0.25    0.5
    """

    def table(self) -> str:
        """One line per row, four significant digits; a cell that is None or missing stays empty."""
        names = dict.fromkeys(name for row in self for name in row if row[name] is not None)
        columns = sorted(names, key="error".__eq__)  # in their order, but errors last
        lines = [columns, *([_cell(row.get(name)) for name in columns] for row in self)]
        widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
        padded = [map(str.rjust, line, widths) for line in lines]
        return "\n".join("  ".join(cells).rstrip() for cells in padded)

    __repr__ = table

    def summary(self) -> Sweep:
        """One row per setting: how many runs succeeded and failed; mean, least and largest of each result."""
        groups = itertools.groupby(self, lambda row: dict(list(row.items())[: list(row).index("seed")]))
        return Sweep(_summarized(setting, list(rows)) for setting, rows in groups)


def sweep(
    run: Run, settings: Iterable[Row], *, seeds: int = 5, n_jobs: int = 1, progress: bool = False
) -> Sweep:
    """Run an experiment with every setting and every seed.

    All settings get the same seeds, so that they can be compared pair by pair. A run that raises is reported
    in its row, and the others go on. Each run has one BLAS thread, so that the runs of several jobs do not
    wait for each other and `n_jobs` changes no digit.

    Parameters
    ----------
    run : callable
        ``run(seed=..., **setting) -> {name: number}``. All randomness should come from the seed.
    settings : iterable of dict
        From `grid`, `sample` or by hand: arguments of `run` by name.
    seeds : int >= 1
        How many: the seeds are 0, 1, 2, ...
    n_jobs : int >= 1
        Runs at a time, each in a process of its own. Inside ``with joblib.parallel_config(...)`` they go
        where that says, such as to a cluster.
    progress : bool
        Show a bar, with tqdm.

    Returns
    -------
    Sweep
        Rows setting by setting, and seed by seed within a setting, whatever finished first.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If a number is below 1, there are no settings, or one has a name that the table needs: seed, error,
        runs or failed.
    ImportError
        If joblib, threadpoolctl or, for the bar, tqdm is not installed.

    Examples
    --------
    >>> import nnkit
    >>> def run(seed, learning_rate):
    ...     rng = np.random.default_rng(seed)
    ...     train, test = nnkit.data.split(*nnkit.datasets.iris(), test_size=50, rng=rng)
    ...     model = nnkit.mlp([4, 8, 3], rng=rng)
    ...     optimizer = nnkit.SGD(model.parameters(), learning_rate)
    ...     trainer = nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=20, rng=rng)
    ...     trainer.fit(train, epochs=5)
    ...     return {"test_loss": trainer.evaluate(test)["loss"]}
    >>> summary = sweep(run, grid(learning_rate=[0.001, 0.05]), seeds=3).summary()
    >>> summary[1]["test_loss_mean"] < summary[0]["test_loss_mean"]
    True
    """
    if not callable(run):
        raise TypeError(f"sweep expects run to be a function of seed and setting, got {described(run)}.")
    n_jobs, progress = check_int("sweep", "n_jobs", n_jobs), check_bool("sweep", "progress", progress)
    pairs = list(itertools.product(_checked(settings), range(check_int("sweep", "seeds", seeds))))
    load_library("sweep", "threadpoolctl")  # the workers need it
    joblib = load_library("sweep", "joblib")
    tasks = (joblib.delayed(_outcome)(run, setting, seed) for setting, seed in pairs)
    outcomes = joblib.Parallel(n_jobs=n_jobs, return_as="generator")(tasks)
    if progress:
        outcomes = load_library("sweep", "tqdm").tqdm(outcomes, total=len(pairs), unit="run")
    rows = zip(pairs, outcomes, strict=True)
    return Sweep({**setting, "seed": seed, **outcome} for (setting, seed), outcome in rows)


def grid(**values: Iterable[Any]) -> list[Row]:
    """Every combination of the given values, the last name changing fastest.

    Parameters
    ----------
    **values : list, tuple, range or ndarray
        The values of each argument, at least one.

    Returns
    -------
    list of dict

    Raises
    ------
    TypeError
        If something is not a list of values.
    ValueError
        If a list is empty.

    Examples
    --------
    >>> grid(learning_rate=[0.1, 1.0], width=[8, 16])
    [{'learning_rate': 0.1, 'width': 8}, {'learning_rate': 0.1, 'width': 16},
     {'learning_rate': 1.0, 'width': 8}, {'learning_rate': 1.0, 'width': 16}]
    """
    columns = [_options("grid", name, options) for name, options in values.items()]
    return [dict(zip(values, cells, strict=True)) for cells in itertools.product(*columns)]


def sample(n: int, *, rng: np.random.Generator, **draws: Any) -> list[Row]:
    """Settings drawn at random: the same number of runs tries more values of each argument than a grid.

    Parameters
    ----------
    n : int >= 1
        How many settings.
    rng : numpy.random.Generator
    **draws : callable or list, tuple, range or ndarray
        For each argument a function ``rng -> value``, such as `log_uniform`, or values to choose from.

    Returns
    -------
    list of dict

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If `n` is below 1 or a list is empty.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> settings = sample(2, rng=rng, learning_rate=log_uniform(1e-4, 1), width=[8, 16, 32])
    >>> [(round(setting["learning_rate"], 4), setting["width"]) for setting in settings]
    [(0.0353, 16), (0.0001, 8)]

    References
    ----------
    Bergstra & Bengio 2012, "Random Search for Hyper-Parameter Optimization".
    """
    n = check_int("sample", "n", n)
    check_rng("sample", rng)
    choices = {name: draw if callable(draw) else _choice(name, draw) for name, draw in draws.items()}
    return [{name: draw(rng) for name, draw in choices.items()} for _ in range(n)]


def log_uniform(low: float, high: float) -> Callable[[np.random.Generator], float]:
    """A draw whose logarithm is uniform: as often between 0.001 and 0.01 as between 0.01 and 0.1.

    Parameters
    ----------
    low : float > 0
    high : float > low

    Returns
    -------
    callable
        ``rng -> float``.

    Raises
    ------
    TypeError
        If an argument is not a number.
    ValueError
        If one is out of range or not finite.

    Examples
    --------
    >>> draw, rng = log_uniform(1e-4, 1), np.random.default_rng(0)
    >>> [round(draw(rng), 4) for _ in range(3)]
    [0.0353, 0.0012, 0.0001]
    """
    low = check_number("log_uniform", "low", low, "(0, inf)")
    high = check_number("log_uniform", "high", high, f"({low}, inf)")
    return lambda rng: math.exp(rng.uniform(math.log(low), math.log(high)))


def _checked(settings: Iterable[Row]) -> list[Row]:
    check_kind("sweep", "settings", settings, Iterable, "grid(...) makes them")
    settings = list(settings)
    check_int("sweep", "the number of settings", len(settings))
    for setting in settings:
        check_kind("sweep", "each of settings", setting, dict, "grid(...) makes them")
        for name in _RESERVED & setting.keys():
            raise ValueError(f"sweep expects settings of other names than its columns, got {name!r}.")
    return settings


def _choice(name: str, values: Any) -> Callable[[np.random.Generator], Any]:
    options = _options("sample", name, values)
    return lambda rng: options[rng.integers(len(options))]


def _options(owner: str, name: str, values: Any) -> list[Any]:
    values = values.tolist() if isinstance(values, np.ndarray) else values
    check_kind(owner, name, values, (list, tuple, range), f"write {name}=[...]")
    check_int(owner, f"the number of values of {name}", len(values))
    return list(values)


def _outcome(run: Run, setting: Row, seed: int) -> Row:
    """The results of one run and error None, or the error alone."""
    from threadpoolctl import threadpool_limits

    try:
        with threadpool_limits(1):
            results = run(**setting, seed=seed)
        check_kind("sweep", "what run returns", results, dict, "return {name: number}")
        for name in results.keys() & {*setting, *_RESERVED}:
            raise ValueError(f"sweep expects results of other names than the settings, got {name!r}.")
        return {**{name: float(value) for name, value in results.items()}, "error": None}
    except Exception as error:  # whatever went wrong is the row's, and the other runs go on
        return {"error": f"{type(error).__name__}: {error}"}


def _summarized(setting: Row, rows: list[Row]) -> Row:
    good = [row for row in rows if row["error"] is None]
    summary = {**setting, "runs": len(good), "failed": len(rows) - len(good)}
    for name in dict.fromkeys(name for row in good for name in row if name not in (*setting, *_RESERVED)):
        values = [row.get(name, math.nan) for row in good]
        for word, reduced in (("mean", np.mean), ("min", np.min), ("max", np.max)):
            summary[f"{name}_{word}"] = float(reduced(values))
    return summary


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
