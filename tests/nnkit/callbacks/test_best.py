"""EarlyStopping and BestWeights: what counts as better, and what is kept."""

import math

import numpy as np
import pytest

import nnkit
from nnkit import BestWeights, EarlyStopping, EpochRecord

NAN = math.nan


def records(values, metric="validation_loss"):
    for epoch, value in enumerate(values, start=1):
        if metric == "validation_loss":
            yield EpochRecord(epoch, epoch, 0.1, 1.0, validation_loss=value)
        else:
            yield EpochRecord(epoch, epoch, 0.1, 1.0, {metric: value})


def stops_at(stopping, values):
    """The epoch after which training stops; None if it does not."""
    return next((record.epoch for record in records(values, stopping.metric) if stopping(record)), None)


@pytest.mark.parametrize(
    ("patience", "values", "epoch"),
    [
        (1, [3, 2, 1], None),
        (1, [3, 2, 2], 3),  # a tie is no improvement
        (2, [3, 2, 2, 1, 1, 1], 6),  # an improvement starts the count anew
        (2, [3, 4, 5], 3),
        (2, [3, 4, 3, 2], 3),
        (2, [NAN, 2, NAN, NAN], 4),  # nor is NaN
        (2, [NAN, NAN, 1], 2),
        (1, [math.inf], 1),
    ],
)
def test_training_stops_after_so_many_epochs_without_a_better_value(patience, values, epoch):
    assert stops_at(EarlyStopping(patience), values) == epoch


def test_more_may_be_better():
    def stopping():
        return EarlyStopping(1, metric="accuracy", mode="max")

    assert stops_at(stopping(), [0.1, 0.2, 0.3]) is None
    assert stops_at(stopping(), [0.1, 0.3, 0.2]) == 3
    assert stops_at(stopping(), [NAN]) == 1


def test_an_improvement_is_larger_than_min_delta():
    assert stops_at(EarlyStopping(1, min_delta=0.25), [2.0, 1.75]) == 2
    assert stops_at(EarlyStopping(1, min_delta=0.25), [2.0, 1.7, 1.4]) is None
    slow = EarlyStopping(3, min_delta=0.25)  # compared with the best, so small steps add up
    assert stops_at(slow, [2.0, 1.8, 1.6, 1.5, 1.4]) is None
    assert slow.best == 1.6
    assert slow.waited == 2


def test_only_a_loss_needs_no_mode():
    assert EarlyStopping(1, metric="loss").mode == "min"
    with pytest.raises(TypeError) as error:
        BestWeights(nnkit.ReLU(), metric="validation_accuracy")
    assert str(error.value) == "BestWeights expects mode to be 'min' or 'max', got NoneType."


def test_without_validation_data_the_error_says_what_to_pass():
    with pytest.raises(ValueError) as error:
        EarlyStopping(1)(EpochRecord(1, 1, 0.1, 1.0, {"accuracy": 0.5}))
    assert str(error.value) == (
        "EarlyStopping expects metric 'validation_loss' in the records, got loss, accuracy; "
        "pass validation=(X, y) to fit, or watch one of these."
    )


def follow(best, values):
    """Give the model the value of each epoch's number; return what is there after restore."""
    model = best.model
    for record in records(values):
        model.W.value[...] = model.b.value[...] = record.epoch
        assert best(record) is False
    model.W.value[...] = -1
    best.restore()
    return model.W.value.item(), model.b.value.item()


@pytest.mark.parametrize(
    ("values", "epoch"), [([3, 1, 2], 2), ([3, 1, 1], 2), ([NAN, 5, NAN, 4, 4, NAN], 4), ([1, 2, NAN], 1)]
)
def test_restore_brings_back_the_first_of_the_best_epochs(values, epoch):
    best = BestWeights(nnkit.Linear(1, 1, rng=np.random.default_rng(0)))
    arrays = [parameter.value for parameter in best.model.parameters()]
    assert follow(best, values) == (epoch, epoch)
    assert best.epoch == epoch
    assert best.best == values[epoch - 1]
    assert all(p.value is array for p, array in zip(best.model.parameters(), arrays, strict=True))


def test_the_copy_follows_parameters_that_are_fused_later():
    best = BestWeights(nnkit.Linear(1, 1, rng=np.random.default_rng(0)))
    nnkit.fuse(best.model.parameters())
    assert follow(best, [3, 1, 2]) == (2, 2)


@pytest.mark.parametrize("values", [[], [NAN, NAN]])
def test_there_is_nothing_to_restore_without_a_best_epoch(values):
    best = BestWeights(nnkit.Linear(1, 1, rng=np.random.default_rng(0)))
    with pytest.raises(ValueError) as error:
        follow(best, values)
    assert str(error.value) == "BestWeights expects a best epoch before restore, got none; train first."


def test_the_best_epoch_of_a_run_is_the_best_of_its_history(rng):
    X = rng.normal(size=(40, 2))
    train, validation = (X[:20], X[:20, 0] > 0), (X[20:], X[20:, 0] > 0)
    train, validation = (train[0], train[1].astype(int)), (validation[0], validation[1].astype(int))
    model = nnkit.mlp([2, 8, 2], rng=rng)
    optimizer = nnkit.SGD(model.parameters(), 3.0)
    trainer = nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=5, rng=rng)
    best, stopping = BestWeights(model), EarlyStopping(4)
    history = trainer.fit(train, 200, validation, [stopping, best])
    assert len(history) == history.validation_loss.argmin() + 1 + 4 < 200
    best.restore()
    assert trainer.evaluate(validation)["loss"] == history.validation_loss.min()
