"""Sweeps: the grid, the draws, the table, failures, and the same digits with any number of jobs."""

import math
import re
import sys

import numpy as np
import pytest
from threadpoolctl import threadpool_info

import nnkit
from nnkit.sweeps import Sweep, grid, log_uniform, sample, sweep


def raises(error, text):
    return pytest.raises(error, match=f"^{re.escape(text)}$")


def drawn(seed, scale, offset=0.0):
    return {"score": scale * np.random.default_rng(seed).random() + offset}


def training(seed, width):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(40, 6))
    model = nnkit.mlp([6, width, 2], rng=rng)
    optimizer = nnkit.SGD(model.parameters(), 0.1)
    trainer = nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=8, rng=rng)
    return {"loss": trainer.fit((X, (X[:, 0] > 0).astype(int)), epochs=2)[-1].loss}


def test_a_grid_is_the_product_with_the_last_name_changing_fastest():
    assert grid(a=[1, 2], b=("x", "y", "z"), c=range(1)) == [
        {"a": a, "b": b, "c": 0} for a in (1, 2) for b in ("x", "y", "z")
    ]
    assert grid() == [{}]


def test_values_from_an_array_become_plain_numbers():
    values = [setting["rate"] for setting in grid(rate=np.logspace(-2, 0, 3))]
    assert values == pytest.approx([0.01, 0.1, 1.0]) and all(type(value) is float for value in values)


def test_samples_are_drawn_in_turn_from_one_generator():
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    settings = sample(4, rng=rng, rate=lambda rng: rng.normal(), width=[8, 16, 32])
    assert settings == [{"rate": twin.normal(), "width": [8, 16, 32][twin.integers(3)]} for _ in range(4)]


def test_every_value_of_a_sample_comes_equally_often():
    settings = sample(3000, rng=np.random.default_rng(0), width=[8, 16, 32])
    counts = [sum(setting["width"] == width for setting in settings) for width in (8, 16, 32)]
    assert np.abs(np.array(counts) - 1000).max() < 5 * 26  # deviation sqrt(3000 * 2/9) = 26


def test_the_logarithm_of_a_log_uniform_draw_is_uniform():
    draw, rng = log_uniform(1e-4, 1.0), np.random.default_rng(0)
    logs = np.log10([draw(rng) for _ in range(8000)])
    assert -4 <= logs.min() < -3.99 and -0.01 < logs.max() <= 0
    counts = np.histogram(logs, bins=[-4, -3, -2, -1, 0])[0]
    assert np.abs(counts - 2000).max() < 5 * 39  # deviation sqrt(8000 * 3/16) = 39


def test_every_setting_runs_with_the_same_seeds_in_order():
    rows = sweep(drawn, grid(scale=[1.0, 2.0]), seeds=3)
    assert isinstance(rows, list)
    assert [(row["scale"], row["seed"]) for row in rows] == [
        (s, seed) for s in (1.0, 2.0) for seed in range(3)
    ]
    for row in rows:
        assert row == {**row, "score": drawn(row["seed"], row["scale"])["score"], "error": None}
    for one, two in zip(rows[:3], rows[3:], strict=True):  # paired
        assert two["score"] == 2 * one["score"]
    assert [list(row) for row in rows] == [["scale", "seed", "score", "error"]] * 6


def test_two_jobs_give_the_bits_of_one():
    alone, together = (sweep(training, grid(width=[4, 64]), seeds=2, n_jobs=jobs) for jobs in (1, 2))
    assert alone == together
    assert len({row["loss"] for row in alone}) == 4


def test_a_run_has_one_thread_and_the_caller_has_all_again():
    before = [pool["num_threads"] for pool in threadpool_info()]
    assert before

    def run(seed):
        return {"threads": max(pool["num_threads"] for pool in threadpool_info())}

    for jobs in (1, 2):
        assert [row["threads"] for row in sweep(run, [{}], seeds=2, n_jobs=jobs)] == [1, 1]
    assert [pool["num_threads"] for pool in threadpool_info()] == before


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failing_run_is_reported_and_the_others_go_on(jobs):
    def run(seed, x):
        if x == 0 and seed == 1:
            raise ZeroDivisionError("x is zero")
        return {"y": x + seed}

    rows = sweep(run, grid(x=[0, 5]), seeds=2, n_jobs=jobs)
    assert [row["error"] for row in rows] == [None, "ZeroDivisionError: x is zero", None, None]
    assert "y" not in rows[1] and rows[3]["y"] == 6.0
    assert rows.summary() == [
        {"x": 0, "runs": 1, "failed": 1, "y_mean": 0.0, "y_min": 0.0, "y_max": 0.0},
        {"x": 5, "runs": 2, "failed": 0, "y_mean": 5.5, "y_min": 5.0, "y_max": 6.0},
    ]


@pytest.mark.parametrize(
    ("returned", "text"),
    [
        (
            3.0,
            "TypeError: sweep expects what run returns to be a dict, got float 3.0; return {name: number}.",
        ),
        ({"seed": 1.0}, "ValueError: sweep expects results of other names than the settings, got 'seed'."),
        ({"x": 1.0}, "ValueError: sweep expects results of other names than the settings, got 'x'."),
        ({"y": None}, "TypeError: float() argument must be a string or a real number, not 'NoneType'"),
    ],
)
def test_results_that_do_not_fit_the_table_are_reported_in_it(returned, text):
    (row,) = sweep(lambda seed, x: returned, [{"x": 2}], seeds=1)
    assert row == {"x": 2, "seed": 0, "error": text}


def test_an_interrupt_is_no_failure():
    def run(seed):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(run, [{}], seeds=1)


def test_a_result_of_nan_shows_in_the_summary():
    rows = sweep(lambda seed: {"loss": math.nan if seed else 1.0}, [{}], seeds=2)
    assert all(math.isnan(rows.summary()[0][f"loss_{word}"]) for word in ("mean", "min", "max"))


def test_the_table_is_aligned_and_shows_errors_only_where_there_are_some():
    rows = Sweep(
        [{"a": 1, "seed": 0, "loss": 0.123456, "error": None}, {"a": "long", "seed": 10, "loss": 2.0}]
    )
    assert rows.table() == "   a  seed    loss\n   1     0  0.1235\nlong    10       2"
    rows[0]["error"] = "E: no"
    table = "   a  seed    loss  error\n   1     0  0.1235  E: no\nlong    10       2"
    assert rows.table() == table
    early = Sweep([{"a": 1, "seed": 0, "error": "E: no"}, {"a": None, "seed": 1, "loss": 2.0, "error": None}])
    assert early.table() == "a  seed  loss  error\n1     0        E: no\n      1     2"
    assert repr(rows) == rows.table()


def test_a_setting_whose_values_are_lists_is_summarized():
    rows = sweep(lambda seed, sizes: {"n": len(sizes) + seed}, grid(sizes=[[1], [1, 2]]), seeds=2)
    assert [(row["sizes"], row["n_mean"]) for row in rows.summary()] == [([1], 1.5), ([1, 2], 2.5)]


def test_progress_shows_a_bar_and_changes_nothing(capsys):
    quiet = sweep(drawn, grid(scale=[1.0]), seeds=3)
    assert capsys.readouterr() == ("", "")
    assert sweep(drawn, grid(scale=[1.0]), seeds=3, progress=True) == quiet
    assert "3/3" in capsys.readouterr().err


def test_the_settings_are_not_changed():
    settings = grid(scale=[1.0])
    sweep(drawn, settings, seeds=1)
    assert settings == [{"scale": 1.0}]


@pytest.mark.parametrize("package", ["joblib", "threadpoolctl"])
def test_a_missing_library_is_named(package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    text = f"sweep expects the package {package}, which is not installed; pip install {package}."
    with raises(ImportError, text):
        sweep(drawn, grid(scale=[1.0]))


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: sweep(drawn, {"scale": [1]}),
            TypeError,
            "sweep expects each of settings to be a dict, got str 'scale'; grid(...) makes them.",
        ),
        (
            lambda: sweep(drawn, []),
            ValueError,
            "sweep expects the number of settings to be at least 1, got 0.",
        ),
        (
            lambda: sweep(drawn, [{"seed": 1}]),
            ValueError,
            "sweep expects settings of other names than its columns, got 'seed'.",
        ),
        (
            lambda: grid(width=8),
            TypeError,
            "grid expects width to be a list, got int 8; write width=[...].",
        ),
        (
            lambda: grid(width=[]),
            ValueError,
            "grid expects the number of values of width to be at least 1, got 0.",
        ),
    ],
)
def test_settings_that_cannot_be_run_are_refused(call, kind, text):
    with raises(kind, text):
        call()
