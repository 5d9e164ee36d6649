"""The chapter's machinery against counting and plain Python that share no code with nnkit."""

import json
import math
from itertools import islice, product

import numpy as np
import pytest
from matplotlib.figure import Figure

import nnkit
from nnkit.course import digits
from nnkit.course.batch_and_epoch import (
    comparison,
    counting,
    exercises,
    noise,
    order,
    paths,
    runs,
    tasks,
    times,
)

# ---- the two loops ---------------------------------------------------------------------------------


def counted(n, size):
    """(epoch, batch, examples in it) of every update, from two plain loops that never end."""
    epoch = 0
    while True:
        for batch, start in enumerate(range(0, n, size)):
            yield epoch, batch, len(range(n)[start : start + size])
        epoch += 1


@pytest.mark.parametrize("size", [1, 3, 6, 7, 19, 20])
def test_the_loops_stand_where_two_plain_loops_stand(size):
    seen, made = 0, 0
    for epoch, batch, examples in islice(counted(20, size), 60):
        seen, made = seen + examples, made + 1
        frame, slots = counting.compute(size, made), {}
        sentence = counting.draw(frame, slots)
        assert frame["examples_seen"] == seen
        assert slots["epoch"] == f"epoch {epoch + 1}"
        assert slots["batch"].startswith(f"batch {batch + 1} of ")
        assert f"Update {made} averages {examples} example" in sentence
        lit = [place for place in range(20) if slots[f"edge{place}"] == counting.style.ORANGE]
        assert len(lit) == examples


def test_every_epoch_shows_each_example_once_in_an_order_of_its_own():
    orders = []
    for made in (1, 5, 9):  # batches of 6: the first update of epochs 1, 2, 3
        slots = {}
        counting.draw(counting.compute(6, made), slots)
        orders.append([slots[f"example{place}"] for place in range(20)])
    assert all(sorted(map(int, shown)) == list(range(1, 21)) for shown in orders)
    assert orders[0] != orders[1] != orders[2]


@pytest.mark.parametrize(
    ("size", "made", "said"),
    [
        (1, 1, {"updates": "1 update", "seen": "1 example seen", "batch": "batch 1 of 20"}),
        (20, 0, {"updates": "0 updates", "seen": "0 examples seen", "batch": "1 batch to come"}),
        (6, 0, {"updates": "0 updates", "seen": "0 examples seen", "batch": "4 batches to come"}),
    ],
)
def test_one_is_not_many(size, made, said):
    slots = {}
    counting.draw(counting.compute(size, made), slots)
    assert {name: slots[name] for name in said} == said


# ---- noise -----------------------------------------------------------------------------------------


def test_single_gradients_average_to_the_gradient_of_all():
    (X, y), _ = digits.split()
    run = runs.trainer(0, 32, 0.1)
    nnkit.backpropagate(run.model, run.loss, X, y)
    whole = np.concatenate([p.grad.ravel() for p in run.model.parameters()])
    single = noise.example_gradients(0, 0)
    assert np.abs(single.mean(axis=0) - whole).max() < 1e-14


def test_the_law_is_the_mean_over_all_batches_that_exist():
    from itertools import combinations

    gradients = np.random.default_rng(0).normal(size=(6, 3))
    for size in range(1, 7):
        misses = [
            np.sum((gradients[list(rows)].mean(axis=0) - gradients.mean(axis=0)) ** 2)
            for rows in combinations(range(6), size)
        ]
        assert noise.expected_noise(gradients, size) == pytest.approx(np.mean(misses), abs=1e-15)


def test_batches_hold_no_example_twice():
    drawn = noise.batch_gradients(np.eye(9), 4, np.random.default_rng(0), 50)
    assert ((drawn == 0) | (drawn == 0.25)).all() and (drawn.sum(axis=1) == 1).all()
    assert len({tuple(row) for row in drawn}) > 10


def test_the_fan_draws_true_lengths_and_angles():
    frame = noise.compute(8, 1)
    full = noise.example_gradients(0, 1).mean(axis=0)
    batches = noise.batch_gradients(noise.example_gradients(0, 1), 8, np.random.default_rng(0), noise.DRAWS)
    along = batches[0] @ full / (full @ full)
    assert frame["lengths"][0] * frame["cosines"][0] == pytest.approx(along)


# ---- walks -----------------------------------------------------------------------------------------


def test_a_walk_is_gradient_descent_written_out():
    X, y = (part.tolist() for part in paths.data())
    w = list(paths.START)
    for stop in paths.walk(64, 3)[1:]:
        gaps = [w[0] * a + w[1] * b - t for (a, b), (t,) in zip(X, y, strict=True)]
        slopes = [sum(2 * gap * x[k] for gap, x in zip(gaps, X, strict=True)) / 64 for k in (0, 1)]
        w = [w[k] - paths.RATE * slopes[k] for k in (0, 1)]
        assert stop.tolist() == pytest.approx(w, abs=1e-12)


def test_with_all_examples_the_seed_changes_nothing_and_with_one_it_does():
    ends = {size: np.array([paths.walk(size, seed)[-1] for seed in paths.SEEDS]) for size in (1, 64)}
    assert np.ptp(ends[64], axis=0).max() < 1e-14
    assert np.ptp(ends[1], axis=0).min() > 1e-3
    assert len(paths.walk(64, 0)) == 9 and len(paths.walk(1, 0)) == 513


def test_the_least_loss_is_the_least():
    assert paths.loss_above_least(paths.best()) == 0
    X, y = paths.data()
    away = paths.best() + np.array([0.3, -0.2])
    by_hand = np.mean((X @ away - y.ravel()) ** 2) - np.mean((X @ paths.best() - y.ravel()) ** 2)
    assert paths.loss_above_least(away) == pytest.approx(by_hand)


# ---- runs ------------------------------------------------------------------------------------------


def test_all_sizes_start_from_the_same_weights():
    weights = [runs.trainer(3, size, 0.1).model[0].W.value for size in (1, 1297)]
    assert (weights[0] == weights[1]).all()
    assert (weights[0] != runs.trainer(4, 1, 0.1).model[0].W.value).any()


def test_budgets_are_what_they_say():
    train, _ = digits.split()
    run = runs.trainer(0, 512, 0.1)
    run.fit(train, updates=7)
    assert run.optimizer.steps == 7
    assert runs.EPOCHS * comparison.UPDATES_OF_32 == 20 * 41 == 820
    assert len(train[1]) == runs.EXAMPLES


def test_a_run_that_explodes_reads_nothing():
    assert runs.accuracy(0, 32, 1e6, epochs=1) < 0.3  # never an error


def test_the_first_epoch_above_a_target_is_the_first():
    train, unseen = digits.split()
    run, reached = runs.trainer(0, 32, 0.1), []
    for record in run.epochs(train):
        reached.append(nnkit.accuracy(run.model(unseen[0]), unseen[1]))
        if record.epoch == 12:
            break
    wanted = next(at for at, value in enumerate(reached, start=1) if value >= 0.9)
    assert runs.epochs_to(0.9, 0, 32) == wanted
    assert runs.first_epoch_above(2.0, runs.trainer(0, 512, 0.1), train, unseen, limit=2) == math.inf


def read(size, rate=0.1, **budget):
    """How many of the 500 unseen digits each of the five networks reads."""
    return [round(500 * runs.accuracy(seed, size, rate, **budget)) for seed in runs.SEEDS]


def test_the_five_networks_of_batch_2_and_of_all_do_not_overlap():
    near = {"abs": 5}  # digits; another processor may end elsewhere
    assert min(read(2, epochs=20)) == pytest.approx(489, **near)
    assert max(read(1297, epochs=20)) == pytest.approx(314, **near)
    assert min(read(1297, updates=820)) == pytest.approx(484, **near)
    assert max(read(2, updates=820)) == pytest.approx(470, **near)


def test_at_820_updates_batch_2_has_seen_1639_digits():
    run = runs.trainer(0, 2, 0.1)
    history = run.fit(digits.split()[0], updates=820)
    assert sum(record.examples for record in history) == 1639


@pytest.mark.parametrize(("size", "stumbling"), [(2, set()), (4, {1}), (8, {1, 3}), (16, {1, 3})])
def test_who_stumbles_over_the_last_digit(size, stumbling):
    gains = [
        runs.accuracy_without_rest(seed, size) - runs.accuracy(seed, size, epochs=20) for seed in runs.SEEDS
    ]
    assert {seed for seed, gain in enumerate(gains) if gain > 0.015} == stumbling


@pytest.mark.parametrize(
    ("rate", "budget", "dented"),
    [(0.1, {"epochs": 20}, [1, 3]), (0.05, {"epochs": 20}, [1, 3]), (0.1, {"updates": 820}, [3, 4])],
)
def test_two_of_the_five_networks_make_the_dent_at_16(rate, budget, dented):
    right = np.array(read(16, rate, **budget))
    assert sorted(np.argsort(right)[:2]) == dented
    assert max(right[dented]) + 10 < min(np.delete(right, dented))
    assert max(right[dented]) + 10 < min(read(32, **budget))


def test_at_the_scaled_rate_the_full_batch_answers_3_or_7_and_why_this_is_less_than_guessing():
    train, (X, y) = digits.split()
    learned, unseen = np.bincount(train[1]), np.bincount(y)
    assert sorted(learned)[-2:] == [learned[7], learned[3]]
    assert sorted(unseen)[:2] == [unseen[3], unseen[7]] == [39, 41]
    commonest = []
    for seed in runs.SEEDS:
        run = runs.trainer(seed, 1297, 0.1 * 1297 / 32)
        run.fit(train, 20)
        answers = np.sort(counts := np.bincount(run.model(X).argmax(axis=1), minlength=10))
        assert answers[-2:].sum() == 500
        commonest.append(int(counts.argmax()))
    assert commonest == [3, 3, 3, 7, 3]


def test_orders_hold_what_they_say():
    (_, y), _ = digits.split()
    in_order = order.classes("sorted by class", 1)
    assert (np.diff(in_order.ravel()) >= 0).all()
    assert (order.classes("drawn once", 1) == order.classes("drawn once", 3)).all()
    assert (order.classes("new every epoch", 1) != order.classes("new every epoch", 2)).any()
    assert in_order.ravel().tolist() == sorted(y.tolist())[:384]


def test_rates_of_the_rules():
    assert comparison.rate_of("epochs", 1297) == comparison.rate_of("updates", 2) == 0.1
    assert comparison.rate_of("scaled", 64) == 0.2
    assert set(comparison.BEST_RATES) == set(runs.SIZES)
    assert list(comparison.MENU.values()) == list(comparison.RULES), "a rule is missing in the menu"


@pytest.mark.parametrize(
    ("rule", "size", "said"),
    [
        ("updates", 1, "820 updates in 0.63 of an epoch, and"),
        ("updates", 2, "820 updates in about 1.3 epochs, and"),
        ("updates", 16, "820 updates in 10 epochs, and"),
        ("updates", 64, "820 updates in about 39 epochs, and"),
        ("epochs", 1297, "20 updates in 20 epochs, and"),
    ],
)
def test_the_race_says_counts_as_a_reader_would_write_them(rule, size, said):
    frame = comparison.race().scene.compute(rule=rule, budget=20, examples=size)
    assert said in comparison.draw(frame, Figure())


@pytest.mark.parametrize("size", [128, 512])
def test_no_rate_of_the_search_is_much_better_than_the_best(size):
    mean = {
        rate: np.mean([runs.accuracy(seed, size, rate, epochs=20) for seed in runs.SEEDS])
        for rate in (0.01, 0.03, 0.1, 0.3, 0.6, 1.0, 2.0, 4.0)
    }
    assert mean[comparison.BEST_RATES[size]] > max(mean.values()) - 0.01


def test_without_the_rest_an_epoch_leaves_out_what_is_over():
    run = runs.trainer(0, 512, 0.1)
    (X, y), _ = digits.split()
    assert len(runs.accuracies(run, (X, y), drop_last=True)) == 20
    assert run.optimizer.steps == 20 * 2  # 1,297 is two times 512, and a rest


def test_the_last_update_is_the_last():
    train, (X, y) = digits.split()
    run, found = runs.trainer(1, 16, 0.1), []
    for _ in range(20):
        for batch in nnkit.data.batches(*train, 16, rng=run.rng):
            run.step(*batch)
            found.append(nnkit.accuracy(run.model(X), y))
    assert runs.around_the_last_update(1, 16) == tuple(found[-2:])
    assert found[-2] != found[-1]


# ---- stored tables ---------------------------------------------------------------------------------


@pytest.mark.parametrize("data", ["digits", "mnist"])
def test_a_stored_table_is_whole_and_says_where_it_comes_from(data):
    table = json.loads(times.path(data).read_text(encoding="utf-8"))
    assert len(table["sizes"]) == len(table["epochs"]) == len(table["seconds_per_epoch"])
    assert table["sizes"][-1] == table["learned_from"]
    assert set(times.SIZES) <= set(table["sizes"])
    assert all(len(row) == len(runs.SEEDS) for row in table["epochs"])
    assert table["date"] in times.about(data) and table["processor"] in times.about(data)


@pytest.mark.parametrize("data", ["digits", "mnist"])
def test_the_times_of_a_stored_table_agree_with_each_other(data):
    table, seconds = times.table(data), times.seconds(data)
    assert {"1", "32", str(table["learned_from"])} == set(table["race"]) == set(table["race_updates"])
    for size in (32, 64, 128):
        each = seconds[table["sizes"].index(size)]
        assert 1e-6 * table["microseconds_per_example"][str(size)] * table["learned_from"] == pytest.approx(
            each, rel=0.01
        )
    allowed = 20 * seconds[table["sizes"].index(32)]
    for size, updates in table["race_updates"].items():
        per_epoch = -(-table["learned_from"] // int(size))
        spent = updates / per_epoch * seconds[table["sizes"].index(int(size))]
        assert spent == pytest.approx(allowed, rel=0.03)  # whole updates


def test_the_race_against_the_clock_is_run_again():
    stored = times.table("digits")
    for size, updates in stored["race_updates"].items():
        rate = comparison.BEST_RATES[int(size)]
        again = [runs.accuracy(seed, int(size), rate, updates=updates) for seed in runs.SEEDS]
        assert stored["race"][size] == pytest.approx(again, abs=0.02)  # another processor may end elsewhere


def test_a_careful_step_of_the_stored_table_takes_the_time_of_about_two_careless_ones():
    stored = times.table("digits")
    step = {
        size: times.seconds("digits")[stored["sizes"].index(size)] / -(-runs.EXAMPLES // size)
        for size in (8, 128)
    }
    assert round(step[128] / step[8]) == 2


def test_the_counts_of_the_stored_table_are_counted_again():
    stored = times.table("digits")
    again = [runs.epochs_to(stored["target"], seed, 32) for seed in runs.SEEDS]
    assert np.abs(np.subtract(again, stored["epochs"][stored["sizes"].index(32)])).max() <= 2


def test_ends_and_best_are_those_of_the_product(monkeypatch):
    table = {"sizes": [1, 8, 64], "epochs": [[2, 2], [3, 3], [20, 20]], "seconds_per_epoch": [1.0, 0.1, 0.05]}
    monkeypatch.setattr(times, "table", lambda data: table)
    assert times.seconds_in_all("digits").tolist() == pytest.approx([2, 0.3, 1])
    assert times.valley("digits") == [8]
    assert times.ends_over_best("digits") == pytest.approx(1 / 0.3)


@pytest.mark.parametrize(("seconds", "tied"), [(0.022, [8, 64]), (0.023, [8]), (0.009, [64])])
def test_the_valley_is_half_as_long_again(monkeypatch, seconds, tied):
    table = {
        "sizes": [1, 8, 64],
        "epochs": [[2, 2], [3, 3], [20, 20]],  # .3 s at 8; .44, .46 and .18 at 64
        "seconds_per_epoch": [1.0, 0.1, seconds],
    }
    monkeypatch.setattr(times, "table", lambda data: table)
    assert times.valley("digits") == tied


def test_a_target_that_was_never_reached_is_never_the_best(monkeypatch):
    table = {
        "sizes": [1, 8, 64],
        "epochs": [[2, None], [3, 3], [20, 20]],
        "seconds_per_epoch": [0.001, 0.1, 0.05],
    }
    monkeypatch.setattr(times, "table", lambda data: table)
    assert times.valley("digits") == [8]


@pytest.mark.parametrize("data", ["digits", "mnist"])
def test_the_axes_of_the_price_carry_plain_numbers_only(data):
    figure = Figure()
    times.draw(times.compute(data, 32), figure)
    figure.canvas.draw()
    for axes in figure.axes:
        assert not [label for label in axes.yaxis.get_minorticklabels() if label.get_text()]
        assert all("times" not in label.get_text() for label in axes.yaxis.get_majorticklabels())


# ---- tasks and exercises ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "given", "said"),
    [
        (tasks.count, (820, 17), "Right. 41 updates in each epoch"),
        (tasks.count, (41, 17), "41 is one epoch"),
        (tasks.count, (800, 17), "The last, smaller batch"),
        (tasks.count, (1, 17), "how often does 32 go into 1,297"),
        (tasks.count, (820, 32), "820 updates, right. The last batch"),
        (tasks.nearest, (8,), "Right, for each of the five seeds."),
        (tasks.nearest, (64,), "Go smaller."),
        (tasks.nearest, (1,), "Go larger."),
        (tasks.nearest, (5,), "Give a size that is on the slider"),
        (tasks.quarter_noise, (512,), "Right: 16 times as many."),
        (tasks.quarter_noise, (128,), "the root of four is two"),
        (tasks.quarter_noise, (64,), "You look for 0.25."),
        (tasks.quarter_noise, (100,), "Give a size that is on the slider"),
        (tasks.rules, ("updates", "scaled"), "Right."),
        (tasks.rules, ("epochs", "scaled"), "20 updates only"),
        (tasks.rules, ("updates", "updates"), "sees 820 examples"),
        (tasks.rules, ("updates", "epochs"), "Close. But the dots of 4 and 8"),
        (tasks.rules, ("updates", "best"), "a rate of its own choice"),
        (
            tasks.rules,
            ("equal", "scaled"),
            "Each rule is one of epochs, updates, scaled, best; 'equal' came.",
        ),
        (
            tasks.best_batch,
            (1, 1),
            "digits: look at the lowest panel; its lowest point lies at a larger batch.",
        ),
        (tasks.kinds, (1, 1), "Count the rows"),
        (tasks.kinds, (3, 1), "3 sorted batches, right."),
        (tasks.kinds, (3, 10), "Right. 3 of 12 against about 10 kinds"),
    ],
)
def test_tasks_know_their_answers(check, given, said):
    feedback = check(*given)
    assert said in feedback.text and feedback.right == feedback.text.startswith("Right")


def test_the_task_of_the_price_takes_every_size_in_the_valley_and_no_other():
    right = {
        (small, large)
        for small in times.table("digits")["sizes"]
        for large in times.table("mnist")["sizes"]
        if tasks.best_batch(small, large).right
    }
    assert right == set(product(times.valley("digits"), times.valley("mnist")))


def ceil(a, b):
    return -(-a // b)


def shuffled(X, y, size, rng):
    rows = rng.permutation(len(X))
    return [(X[rows[at : at + size]], y[rows[at : at + size]]) for at in range(0, len(X), size)]


def walked(end=0, mean="rows", shuffle=True):
    def one_epoch(X, y, w, rate, size, rng):
        rows = rng.permutation(len(X)) if shuffle else np.arange(len(X))
        for start in range(0, len(X) - end * size, size):
            part = rows[start : start + size]
            divisor = {"rows": len(part), "size": size, "sum": 1}[mean]
            w = w - rate * X[part].T @ (X[part] @ w - y[part]) / divisor
        return w

    return one_epoch


WRONG = {
    exercises.updates: {
        "You dropped the last": lambda n, m, e: n // m * e,
        "That counts one epoch.": lambda n, m, e: ceil(n, m),
        "how many examples are seen": lambda n, m, e: n * e,
        "An update cannot be made in part.": lambda n, m, e: n / m * e,
        "reach over the end": lambda n, m, e: ceil(n * e, m),
    },
    exercises.cut: {
        "have come apart": lambda X, y, m, rng: [
            (x, t) for (x, _), (_, t) in zip(shuffled(X, y, m, rng), shuffled(X, y, m, rng), strict=True)
        ],
        "last three examples are missing": lambda X, y, m, rng: shuffled(X, y, m, rng)[:-1],
        "An example comes twice.": lambda X, y, m, rng: [
            *shuffled(X[1:], y[1:], m, rng),
            (X[1:2], y[1:2]),
        ],
        "Batches of 5, 5, 5, 5 and 3": lambda X, y, m, rng: shuffled(X, y, m + 1, rng),
        "Nothing is shuffled.": lambda X, y, m, rng: [
            (X[at : at + m], y[at : at + m]) for at in range(0, 23, m)
        ],
        "the same for every generator": lambda X, y, m, rng: shuffled(X, y, m, np.random.default_rng(0)),
        "23 examples go in, 22 come out": lambda X, y, m, rng: shuffled(X[1:], y[1:], m, rng),
        "x needs a row for every target": lambda X, y, m, rng: [
            (x[:1], t) for x, t in shuffled(X, y, m, rng)
        ],
        "A list of pairs is expected": lambda X, y, m, rng: 3,
    },
    exercises.full_gradient: {
        "That is the plain mean": lambda g, s: g.mean(axis=0),
        "forgot to divide": lambda g, s: s @ g,
        "sum of means": lambda g, s: g.sum(axis=0),
        "divided by the number of batches": lambda g, s: s @ g / len(s),
        "Turned around": lambda g, s: (1 / s) @ g / (1 / s).sum(),
    },
    exercises.batch_for: {
        "left out the second factor": lambda k, n: k**2,
        "about squared distances": lambda k, n: ceil(n * k, k + n - 1),
        "a whole number of examples": lambda k, n: n * k**2 / (k**2 + n - 1),
        "You rounded down": lambda k, n: n * k**2 // (k**2 + n - 1),
        "has all the noise": lambda k, n: ceil(n, 1 + k**2 * (n - 1)),
        "adds nothing to a whole number": lambda k, n: n * k**2 // (k**2 + n - 1) + 1,
        "divide whole numbers": lambda k, n: math.ceil(n / (1 + (n - 1) / k**2)),  # 16 for 6 and 25
    },
    exercises.one_epoch: {
        "last batch is still left out": walked(end=1),
        "still a sum": walked(mean="sum"),
        "divide by len(rows)": walked(mean="size"),
        "same in every epoch": walked(shuffle=False),
        "left out, and the gradient is a sum": walked(end=1, mean="sum"),
        "left out, and the order is not drawn": walked(end=1, shuffle=False),
        "a sum, and the order is not drawn": walked(mean="sum", shuffle=False),
        "All three slips": walked(end=1, mean="sum", shuffle=False),
    },
    exercises.equal_updates: {
        "batches that do not divide n round up": lambda n, a, b, e: e * b / a,
        "round up within each epoch": lambda n, a, b, e: ceil(e * b, a),
        "Turned around": lambda n, a, b, e: e * a / b,
        "That is the number of updates.": lambda n, a, b, e: e * ceil(n, a),
        "an epoch is whole or not at all": lambda n, a, b, e: e * ceil(n, a) / ceil(n, b),
        "there are too few updates": lambda n, a, b, e: e * ceil(n, a) // ceil(n, b),
    },
}


@pytest.mark.parametrize(
    ("check", "said"), [(check, said) for check, answers in WRONG.items() for said in answers]
)
def test_known_mistakes_are_named(check, said):
    feedback = check(WRONG[check][said])
    assert not feedback.right and said in feedback.text


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        (exercises.updates, lambda n, m, e: e * ceil(n, m)),
        (exercises.cut, shuffled),
        (exercises.cut, lambda X, y, m, rng: list(nnkit.data.batches(X, y, m, rng=rng))),
        (exercises.full_gradient, lambda g, s: (g * s[:, None]).sum(axis=0) / s.sum()),
        (exercises.batch_for, lambda k, n: ceil(n * k**2, k**2 + n - 1)),
        (exercises.batch_for, lambda k, n: math.ceil(n * k**2 / (k**2 + n - 1))),
        (exercises.one_epoch, walked()),
        (exercises.equal_updates, lambda n, a, b, e: ceil(e * ceil(n, a), ceil(n, b))),
    ],
)
def test_right_answers_pass(check, answer):
    feedback = check(answer)
    assert feedback.right, feedback.text
    assert not check(lambda *given: ...).right
