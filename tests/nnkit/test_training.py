"""backpropagate and Trainer: order, records, refusals, divergence."""

import copy
import math
import pickle
import time
from functools import partial
from itertools import islice

import numpy as np
import pytest

import nnkit
from nnkit import MeanSquaredError, SoftmaxCrossEntropy, Trainer, TrainingDiverged, accuracy, backpropagate


@pytest.fixture
def data(rng):
    X = rng.normal(size=(50, 2))
    return X, (X[:, 0] * X[:, 1] > 0).astype(np.int64)


def loss(prediction, target):
    """A metric whose name is taken."""
    return 0.0


def make(*, sizes=(2, 8, 2), batch_size=8, rate=0.3, loss=None, metrics=(), dtype=np.float64):
    model = nnkit.mlp(list(sizes), rng=np.random.default_rng(1), dtype=dtype)
    optimizer = nnkit.SGD(model.parameters(), rate)
    rng = np.random.default_rng(2)
    return Trainer(
        model, loss or SoftmaxCrossEntropy(), optimizer, batch_size=batch_size, rng=rng, metrics=metrics
    )


def values(trainer):
    return [p.value.copy() for p in trainer.model.parameters()]


def test_backpropagate_returns_the_loss_and_leaves_the_gradients_of_this_batch_only(data):
    trainer = make()
    for p in trainer.model.parameters():
        p.grad[...] = 99
    value = backpropagate(trainer.model, trainer.loss, *data)
    once = [p.grad.copy() for p in trainer.model.parameters()]
    assert value == trainer.loss.value(trainer.model(data[0]), data[1])
    backpropagate(trainer.model, trainer.loss, *data)
    for p, grad in zip(trainer.model.parameters(), once, strict=True):
        np.testing.assert_array_equal(p.grad, grad)


def test_a_batch_in_one_part_hands_on_the_gradient_of_the_loss_itself(data, monkeypatch):
    trainer, given, taken = make(), [], []

    def value_and_gradient(prediction, target):
        given.append(SoftmaxCrossEntropy().value_and_gradient(prediction, target))
        return given[-1]

    monkeypatch.setattr(trainer.loss, "value_and_gradient", value_and_gradient)
    monkeypatch.setattr(trainer.model, "add_gradients", lambda dy, cache: taken.append(dy))
    value = backpropagate(trainer.model, trainer.loss, *data)
    assert value == given[0][0]
    assert taken[0] is given[0][1]


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("targets", [6, 8])
def test_targets_of_another_number_than_the_inputs_are_refused(parts, targets):
    trainer = make()
    with pytest.raises(ValueError, match="expects target of shape"):
        backpropagate(trainer.model, trainer.loss, np.ones((7, 2)), np.zeros(targets, int), parts=parts)


def test_the_gradient_of_a_batch_is_the_mean_over_its_examples(data):
    trainer = make()
    X, y = data
    backpropagate(trainer.model, trainer.loss, X, y)
    whole = [p.grad.copy() for p in trainer.model.parameters()]
    total = [np.zeros_like(grad) for grad in whole]
    for i in range(len(X)):
        backpropagate(trainer.model, trainer.loss, X[i : i + 1], y[i : i + 1])
        for sum_, p in zip(total, trainer.model.parameters(), strict=True):
            sum_ += p.grad / len(X)
    for mean, grad in zip(total, whole, strict=True):
        np.testing.assert_allclose(mean, grad, atol=1e-15)


class Spy(nnkit.ReLU):
    """A ReLU that notes whether it was told that it learns."""

    def __init__(self):
        self.told = []

    def forward(self, x, training=False):
        self.told.append(training)
        return super().forward(x, training)


def test_backpropagate_tells_the_layers_that_they_learn():
    spy = Spy()
    for options in ({}, {"training": False}):
        backpropagate(spy, MeanSquaredError(), np.ones((1, 1)), np.ones((1, 1)), **options)
    assert spy.told == [True, False]


def test_a_trainer_tells_the_layers_that_they_learn_and_when_they_do_not(rng):
    spy = Spy()
    model = nnkit.Sequential(nnkit.Linear(1, 1, rng=rng), spy)
    trainer = Trainer(model, MeanSquaredError(), nnkit.SGD(model.parameters(), 0.1), batch_size=1, rng=rng)
    x = y = np.ones((1, 1))
    trainer.step(x, y)
    next(trainer.epochs((x, y), validation=(x, y)))
    trainer.predict(x)
    assert spy.told == [True, True, False, False]


def test_a_step_is_one_update_against_the_gradient(data):
    trainer = make(rate=0.5)
    before = values(trainer)
    backpropagate(trainer.model, trainer.loss, *data)
    expected = [value - 0.5 * p.grad for value, p in zip(before, trainer.model.parameters(), strict=True)]
    loss_before = trainer.evaluate(data)["loss"]
    assert trainer.step(*data) == pytest.approx(loss_before, rel=1e-12)
    for value, goal in zip(values(trainer), expected, strict=True):
        np.testing.assert_allclose(value, goal, rtol=1e-12)
    assert trainer.optimizer.steps == 1
    assert len(trainer.history) == 0


def test_an_epoch_makes_one_step_per_batch_and_sees_every_example_once(data):
    trainer = make(batch_size=8)
    seen = []
    step = trainer._update
    trainer._update = lambda x, y: seen.append(x) or step(x, y)
    record = next(trainer.epochs(data))
    assert [len(x) for x in seen] == [8] * 6 + [2]
    assert record.step == trainer.optimizer.steps == 7
    np.testing.assert_array_equal(np.sort(np.concatenate(seen), axis=0), np.sort(data[0], axis=0))


def test_the_recorded_loss_is_the_mean_over_examples(data):
    trainer = make(batch_size=8)
    losses = []
    step = trainer._update
    trainer._update = lambda x, y: losses.append((step(x, y), len(x))) or losses[-1][0]
    record = next(trainer.epochs(data))
    assert record.loss == pytest.approx(sum(value * n for value, n in losses) / 50, rel=1e-12)


def test_a_record_holds_what_was_measured(data):
    trainer = make(metrics=[accuracy])
    trainer.optimizer.learning_rate = lambda step: 0.1 / (1 + step)
    began = time.perf_counter()
    record = next(trainer.epochs(data, validation=(data[0][:10], data[1][:10])))
    assert 0 < record.seconds < time.perf_counter() - began
    assert (record.epoch, record.step) == (1, 7)
    assert record.learning_rate == 0.1 / 7
    assert record.metrics == {"accuracy": accuracy(trainer.model(data[0]), data[1])}
    scores = trainer.evaluate((data[0][:10], data[1][:10]))
    assert record.validation_loss == scores["loss"]
    assert record.validation_metrics == {"accuracy": scores["accuracy"]}


def test_without_validation_and_metrics_the_record_says_so(data):
    record = next(make().epochs(data))
    assert (record.metrics, record.validation_loss, record.validation_metrics) == ({}, None, {})


def test_epochs_never_ends_and_goes_on_where_it_stopped(data):
    trainer, other = make(), make()
    assert [record.epoch for record in islice(trainer.epochs(data), 3)] == [1, 2, 3]
    assert [record.epoch for record in islice(trainer.epochs(data), 2)] == [4, 5]
    assert other.fit(data, epochs=5) == trainer.history
    for one, same in zip(values(trainer), values(other), strict=True):
        np.testing.assert_array_equal(one, same)


def test_the_same_seeds_give_the_same_run_and_other_seeds_another(data):
    one, same, other = make(), make(), make()
    other.rng = np.random.default_rng(3)
    assert one.fit(data, 3) == same.fit(data, 3)
    assert other.fit(data, 3) != one.history


def test_fit_learns_what_a_line_cannot_separate(data):
    trainer = make(sizes=(2, 16, 2), rate=0.5, metrics=[accuracy])
    history = trainer.fit(data, epochs=150)
    assert history is trainer.history
    assert history[-1].metrics["accuracy"] > 0.95
    assert history.loss[-1] < 0.3 * history.loss[0]


def test_fit_stops_after_the_epoch_for_which_a_callback_says_so_and_all_are_called(data):
    seen = []
    history = make().fit(
        data,
        epochs=10,
        callbacks=[lambda record: record.epoch == 3, lambda record: seen.append(record.epoch)],
    )
    assert len(history) == 3
    assert seen == [1, 2, 3]


def test_nothing_is_printed(data, capsys):
    make(metrics=[accuracy]).fit(data, epochs=2, validation=data)
    assert capsys.readouterr() == ("", "")


def test_evaluate_is_the_loss_and_the_metrics_of_the_whole_set(data):
    trainer = make(metrics=[accuracy])
    prediction = trainer.model(data[0])
    assert trainer.evaluate(data) == {
        "loss": trainer.loss.value(prediction, data[1]),
        "accuracy": accuracy(prediction, data[1]),
    }


@pytest.mark.parametrize("batch_size", [1, 7, 50, 1000])
def test_predict_does_not_depend_on_its_batch_size(data, batch_size):
    trainer = make()
    np.testing.assert_allclose(
        trainer.predict(data[0], batch_size=batch_size), trainer.model(data[0]), rtol=1e-12, atol=1e-15
    )


def test_a_float32_model_trains_in_float32_on_float64_data(data):
    trainer = make(dtype=np.float32)
    seen = []
    step = trainer._update
    trainer._update = lambda x, y: seen.append((x.dtype, y.dtype)) or step(x, y)
    trainer.fit(data, epochs=1)
    assert set(seen) == {(np.dtype(np.float32), np.dtype(np.int64))}
    assert all(p.value.dtype == p.grad.dtype == np.float32 for p in trainer.model.parameters())


def test_the_data_are_not_changed(data):
    before = data[0].copy(), data[1].copy()
    make().fit(data, epochs=2, validation=data)
    np.testing.assert_array_equal(data[0], before[0])
    np.testing.assert_array_equal(data[1], before[1])


def test_part_of_a_model_may_be_trained(data):
    model = nnkit.mlp([2, 4, 2], rng=np.random.default_rng(0))
    frozen = model[0].W.value.copy()
    optimizer = nnkit.SGD(model[2].parameters(), 0.1)
    trainer = Trainer(model, SoftmaxCrossEntropy(), optimizer, batch_size=10, rng=np.random.default_rng(0))
    trained = model[2].W.value.copy()
    trainer.fit(data, epochs=1)
    np.testing.assert_array_equal(model[0].W.value, frozen)
    assert not np.array_equal(model[2].W.value, trained)


def with_entry(array, index, entry):
    array = array.copy()
    array[index] = entry
    return array


X = np.ones((20, 2))
Y = np.zeros(20, int)


@pytest.mark.parametrize(
    ("bad", "kind", "text"),
    [
        (X, TypeError, "Trainer expects {} data as a pair (X, y), got an ndarray of shape (20, 2)."),
        ((X, Y, Y), TypeError, "Trainer expects {} data as a pair (X, y), got tuple."),
        (
            (X[:0], Y[:0]),
            ValueError,
            "Trainer expects X of the {} data to hold at least one example, got shape (0, 2).",
        ),
        (
            (X, Y[:19]),
            ValueError,
            "Trainer expects y of the {} data with one target for each of the 20 rows of X, got 19; "
            "pass arrays of one data set.",
        ),
        (
            (with_entry(X, (3, 1), math.nan), Y),
            ValueError,
            "Trainer expects X of the {} data to be finite, got NaN or infinity in 1 of 20 rows, "
            "first in row 3; fill or drop these rows.",
        ),
        (
            (X, with_entry(X, slice(4, 6), math.inf)),
            ValueError,
            "Trainer expects y of the {} data to be finite, got NaN or infinity in 2 of 20 rows, "
            "first in row 4; fill or drop these rows.",
        ),
    ],
)
def test_bad_data_are_refused_before_anything_is_trained(bad, kind, text):
    trainer = make()
    before = values(trainer)
    calls = {
        "train": lambda: trainer.fit(bad, epochs=1),
        "validation": lambda: trainer.epochs((X, Y), bad),
        "evaluation": lambda: trainer.evaluate(bad),
    }
    for name, call in calls.items():
        with pytest.raises(kind) as error:
            call()
        assert str(error.value) == text.format(name)
    for one, same in zip(values(trainer), before, strict=True):
        np.testing.assert_array_equal(one, same)


def test_a_batch_larger_than_the_data_is_refused():
    with pytest.raises(ValueError) as error:
        make(batch_size=21).fit((X, Y), epochs=1)
    assert str(error.value) == (
        "Trainer expects batch_size to be from 1 to 20, got 21; "
        "there are 20 examples: build the trainer with a smaller batch_size."
    )


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: make(batch_size=0),
            ValueError,
            "Trainer expects batch_size to be at least 1, got 0.",
        ),
        (
            lambda: make(batch_size=2.0),
            TypeError,
            "Trainer expects batch_size to be an int, got float 2.0.",
        ),
        (
            lambda: make().fit((X, Y), 0),
            ValueError,
            "Trainer expects epochs to be at least 1, got 0.",
        ),
        (
            lambda: make().fit((X, Y), (X, Y)),
            TypeError,
            "Trainer expects epochs to be an int, got tuple.",
        ),
        (
            lambda: make().predict(X[:0]),
            ValueError,
            "Trainer expects X to hold at least one example, got shape (0, 2).",
        ),
        (
            lambda: make(loss=SoftmaxCrossEntropy),
            TypeError,
            "Trainer expects loss to be a Loss, got the class SoftmaxCrossEntropy.",
        ),
        (
            lambda: make(metrics=accuracy),
            TypeError,
            "Trainer expects metrics to be a list, got function; pass metrics=[function].",
        ),
        (
            lambda: make(metrics=["accuracy"]),
            TypeError,
            "Trainer expects metrics to be functions with a __name__, got str 'accuracy'; write a def.",
        ),
        (
            lambda: make(metrics=[partial(accuracy)]),
            TypeError,
            "Trainer expects metrics to be functions with a __name__, got partial; write a def.",
        ),
        (
            lambda: make(metrics=[loss]),
            ValueError,
            "Trainer expects metrics of different names, none called \"loss\", got 'loss'.",
        ),
        (
            lambda: make(metrics=[accuracy, accuracy]),
            ValueError,
            "Trainer expects metrics of different names, none called \"loss\", got 'accuracy'.",
        ),
    ],
)
def test_wrong_arguments_are_refused(call, kind, text):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == text


def test_each_part_must_be_of_its_kind():
    trainer = make()
    parts = {"model": trainer.model, "loss": trainer.loss, "optimizer": trainer.optimizer, "rng": trainer.rng}
    kinds = {"model": "a Layer", "loss": "a Loss", "optimizer": "an Optimizer", "rng": "a Generator"}
    for name in parts:
        with pytest.raises(TypeError) as error:
            Trainer(**{**parts, name: 3}, batch_size=1)
        mend = "; pass np.random.default_rng(0)" if name == "rng" else ""
        assert str(error.value) == f"Trainer expects {name} to be {kinds[name]}, got int 3{mend}."


def regression(scale_x=1.0, scale_y=1.0):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2)).clip(-2, 2)
    X[0] = [3, 2]  # the largest input is 3, the largest target 5
    return X * scale_x, X.sum(axis=1, keepdims=True) * scale_y


@pytest.mark.parametrize(
    ("data", "rate", "cause"),
    [
        (regression(), 50.0, "the learning rate, 50, is probably too high; try 5"),
        (regression(scale_x=1000), 0.1, "inputs reach 3e+03; scale them with nnkit.data.standardize"),
        (regression(scale_y=1000), 50.0, "targets reach 5e+03; scale them with nnkit.data.standardize"),
    ],
)
def test_divergence_stops_training_with_its_likely_cause_and_keeps_the_history(data, rate, cause):
    trainer = make(sizes=(2, 8, 1), batch_size=40, rate=rate, loss=MeanSquaredError())
    with pytest.raises(TrainingDiverged) as error:
        trainer.fit(data, epochs=500)
    epochs = len(trainer.history)
    assert 0 < epochs < 500
    assert error.value.history is trainer.history
    text = str(error.value)
    found = text.removeprefix("The loss became ").split(" ")[0]
    assert found in ("inf", "nan")
    assert text == f"The loss became {found} in epoch {epochs + 1} at step {epochs + 1}: {cause}."
    assert np.isfinite(trainer.history.loss).all()


def test_the_learning_rate_that_is_blamed_is_that_of_the_failed_step():
    rates = [50.0 / (1 + step) for step in range(500)]
    trainer = make(sizes=(2, 8, 1), batch_size=40, rate=rates.__getitem__, loss=MeanSquaredError())
    with pytest.raises(TrainingDiverged) as error:
        trainer.fit(regression(), epochs=500)
    steps = trainer.optimizer.steps
    assert steps > 0
    assert f"the learning rate, {rates[steps]:g}, is probably too high" in str(error.value)


def test_the_error_of_a_divergence_crosses_processes_with_its_history():
    trainer = make(sizes=(2, 8, 1), batch_size=40, rate=50.0, loss=MeanSquaredError())
    with pytest.raises(TrainingDiverged) as error:
        trainer.fit(regression(), epochs=500)
    twin = pickle.loads(pickle.dumps(error.value))
    assert type(twin) is TrainingDiverged
    assert str(twin) == str(error.value)
    assert twin.history == trainer.history


def test_a_loss_that_starts_infinite_is_blamed_on_the_weights():
    trainer = make(sizes=(2, 8, 1), loss=MeanSquaredError())
    trainer.model[2].W.value[...] = 1e300
    before = values(trainer)
    with pytest.raises(TrainingDiverged) as error:
        trainer.step(*regression())
    assert str(error.value) == (
        "The loss became inf in epoch 1 at step 1: no update was made yet, so the weights are too large; "
        "choose a smaller initializer."
    )
    for one, same in zip(values(trainer), before, strict=True):
        np.testing.assert_array_equal(one, same)


def test_a_validation_loss_that_becomes_infinite_stops_training_too():
    trainer = make(sizes=(2, 8, 1), loss=MeanSquaredError(), rate=0.01)
    huge = np.full((1, 2), 1e200), np.zeros((1, 1))
    with pytest.raises(TrainingDiverged) as error:
        trainer.fit(regression(), epochs=1, validation=huge)
    assert str(error.value) == (
        "The validation loss became inf in epoch 1 at step 6: inputs reach 1e+200; "
        "scale them with nnkit.data.standardize."
    )


def test_divergence_makes_no_noise_of_its_own(recwarn):
    trainer = make(sizes=(2, 8, 1), batch_size=40, rate=50.0, loss=MeanSquaredError())
    with np.errstate(all="warn"), pytest.raises(TrainingDiverged):
        trainer.fit(regression(), epochs=500)
    assert not recwarn.list


def test_scores_of_huge_weights_make_no_noise():
    trainer = make(sizes=(2, 8, 1), loss=MeanSquaredError())
    trainer.model[0].W.value[...] = 1e200
    trainer.model[2].W.value[...] = 1e300 * np.where(np.arange(8) % 2, 1, -1)[:, None]
    with np.errstate(all="raise"):
        assert not np.isfinite(trainer.evaluate((np.ones((3, 2)), np.zeros((3, 1))))["loss"])


def fitted(data, accumulate, batch_size, **options):
    model = nnkit.mlp([2, 8, 2], rng=np.random.default_rng(1))
    optimizer = nnkit.SGD(model.parameters(), 0.3, momentum=0.9)
    rng = np.random.default_rng(2)
    options = {**options, "batch_size": batch_size, "accumulate": accumulate, "rng": rng}
    trainer = Trainer(model, SoftmaxCrossEntropy(), optimizer, **options)
    trainer.fit(data, epochs=3)
    return trainer


@pytest.mark.parametrize(("accumulate", "batch_size"), [(2, 8), (4, 4), (16, 1), (3, 16), (7, 50)])
def test_accumulated_batches_are_one_large_batch(data, accumulate, batch_size):
    one = fitted(data, 1, min(accumulate * batch_size, 50), penalty=nnkit.L2(0.1))
    many = fitted(data, accumulate, batch_size, penalty=nnkit.L2(0.1))
    assert one.optimizer.steps == many.optimizer.steps
    np.testing.assert_allclose(one.history.loss, many.history.loss, rtol=1e-12)
    for value, other in zip(values(one), values(many), strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-9, atol=1e-12)


def lengths_seen(model):
    """The lengths of what goes through the model from now on, in a list that grows."""
    seen, forward = [], model.forward
    model.forward = lambda x, training=False: seen.append(len(x)) or forward(x, training)
    return seen


@pytest.mark.parametrize(("parts", "lengths"), [(1, [50]), (2, [25, 25]), (3, [17, 17, 16])])
def test_a_batch_goes_through_the_model_in_as_many_parts(data, parts, lengths):
    trainer = make()
    seen = lengths_seen(trainer.model)
    backpropagate(trainer.model, trainer.loss, *data, parts=parts)
    assert seen == lengths


def test_no_more_than_a_batch_goes_through_the_model_at_a_time(data):
    trainer = make(batch_size=8)
    trainer.accumulate = 4
    seen = lengths_seen(trainer.model)
    next(trainer.epochs(data))
    assert seen == [8, 8, 8, 8, 5, 5, 4, 4]  # 50 = 4 * 8 + 18
    assert trainer.optimizer.steps == 2


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 50, 1000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_parts_of_a_batch_weigh_as_much_as_their_examples(data, parts, dtype):
    trainer = make(dtype=dtype)
    whole = backpropagate(trainer.model, trainer.loss, *data)
    gradients = [p.grad.copy() for p in trainer.model.parameters()]
    tolerance = 1e-5 if dtype == np.float32 else 1e-13
    assert backpropagate(trainer.model, trainer.loss, *data, parts=parts) == pytest.approx(
        whole, rel=tolerance
    )
    for p, gradient in zip(trainer.model.parameters(), gradients, strict=True):
        assert p.grad.dtype == dtype
        np.testing.assert_allclose(p.grad, gradient, atol=tolerance)


def test_the_gradients_are_clipped_after_the_penalty_and_before_the_update(data):
    seen = []

    def clip(parameters):
        assert parameters == trainer.model.parameters()
        seen.append([p.grad.copy() for p in parameters])
        for p in parameters:
            p.grad[...] = 1.0

    trainer = make(rate=0.5)
    trainer.clip, trainer.penalty = clip, nnkit.L2(0.1)
    before = values(trainer)
    trainer.step(*data)
    other = make(rate=0.5)
    backpropagate(other.model, other.loss, *data)
    trainer.penalty.add_gradient(other.model.parameters())
    for p, gradient, value, start in zip(
        other.model.parameters(), seen[0], values(trainer), before, strict=True
    ):
        np.testing.assert_array_equal(gradient, p.grad)
        np.testing.assert_array_equal(value, start - 0.5)


@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("count", [1, 3, 7, 8, 20])
def test_a_budget_of_updates_makes_exactly_so_many(data, count, accumulate):
    trainer = make(batch_size=8)
    trainer.accumulate = accumulate
    history = trainer.fit(data, updates=count)
    per_epoch = 7 if accumulate == 1 else 4
    assert trainer.optimizer.steps == history[-1].step == count
    assert len(history) == math.ceil(count / per_epoch)
    assert set(history.examples[:-1]) <= {50}


@pytest.mark.parametrize("count", [1, 8, 9, 49, 50, 51, 163])
def test_a_budget_of_examples_sees_exactly_so_many(data, count):
    trainer = make(batch_size=8)
    sizes, step = [], trainer._update
    trainer._update = lambda x, y: sizes.append(len(x)) or step(x, y)
    history = trainer.fit(data, examples=count)
    assert sum(sizes) == history.examples.sum() == count
    assert history.examples.tolist() == [50] * (count // 50) + [count % 50] * (count % 50 > 0)


def test_equal_budgets_in_three_units_are_the_same_run(data):
    runs = [make(), make(), make()]
    for trainer, budget in zip(runs, [{"epochs": 3}, {"updates": 21}, {"examples": 150}], strict=True):
        trainer.fit(data, **budget)
    assert runs[0].history == runs[1].history == runs[2].history


def test_an_epoch_that_was_cut_counts_what_it_saw_and_a_new_one_follows(data):
    trainer, losses = make(batch_size=8), []
    step = trainer._update
    trainer._update = lambda x, y: losses.append(step(x, y)) or losses[-1]
    record = trainer.fit(data, updates=2)[-1]
    assert (record.epoch, record.step, record.examples) == (1, 2, 16)
    assert record.loss == pytest.approx((losses[0] + losses[1]) / 2, rel=1e-12)
    assert trainer.fit(data, epochs=1)[-1] == trainer.history[1]
    assert (trainer.history[1].epoch, trainer.history[1].step, trainer.history[1].examples) == (2, 9, 50)


@pytest.mark.parametrize(
    ("budget", "got"), [({}, "none"), ({"epochs": 1, "updates": 2}, "epochs and updates")]
)
def test_there_is_exactly_one_budget(data, budget, got):
    with pytest.raises(ValueError) as error:
        make().fit(data, **budget)
    assert str(error.value) == (
        f"Trainer expects exactly one of epochs, updates, examples, got {got}; pass for example epochs=10."
    )


def test_a_single_callback_is_refused_with_its_remedy(data):
    with pytest.raises(TypeError) as error:
        make().fit(data, 1, callbacks=len)
    assert str(error.value) == (
        "Trainer expects callbacks to be a list, got builtin_function_or_method; pass callbacks=[function]."
    )


def test_a_trainer_that_was_given_another_model_trains_it_as_a_new_one_would(data):
    trainer, fresh = make(), make()
    other = copy.deepcopy(trainer.model)
    trainer.fit(data, epochs=1)
    for one, rng in ((trainer, np.random.default_rng(3)), (fresh, np.random.default_rng(3))):
        one.model = copy.deepcopy(other)
        one.optimizer, one.rng = nnkit.SGD(one.model.parameters(), 0.1), rng
        one.fit(data, epochs=2)
    for one, twin in zip(trainer.model.parameters(), fresh.model.parameters(), strict=True):
        np.testing.assert_array_equal(one.value, twin.value)
    expected = copy.deepcopy(other)
    optimizer, rng = nnkit.SGD(expected.parameters(), 0.1), np.random.default_rng(3)
    for _ in range(2):
        for x, y in nnkit.data.batches(*data, trainer.batch_size, rng=rng):
            nnkit.backpropagate(expected, trainer.loss, x, y)
            optimizer.step()
    for one, twin in zip(trainer.model.parameters(), expected.parameters(), strict=True):
        np.testing.assert_array_equal(one.value, twin.value)
