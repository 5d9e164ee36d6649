"""Weight averages: what they average, and that the model comes back from them untouched."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnkit
from nnkit import WeightAverage, refresh_statistics

values = st.lists(st.floats(-100, 100), min_size=1, max_size=8)
AVERAGES = [{}, {"decay": 0.5}]


class Statistics(nnkit.Layer):
    """Stands for batch normalization: running mean and variance of the batches seen in training."""

    def __init__(self, momentum=0.1):
        self.momentum, self.batches = momentum, []
        self.mean, self.variance = np.zeros(1), np.ones(1)

    def forward(self, x, training=False):
        if training:
            self.batches.append(x.copy())
            self.mean[...] = (1 - self.momentum) * self.mean + self.momentum * x.mean()
            self.variance[...] = (1 - self.momentum) * self.variance + self.momentum * x.var()
        return x - self.mean, None

    def backward(self, dy, cache):
        return dy

    @property
    def buffers(self):
        return {"mean": self.mean, "variance": self.variance}


def linear(dtype=np.float64):
    return nnkit.Linear(2, 3, rng=np.random.default_rng(0), dtype=dtype)


def filled(average, values):
    for value in values:
        for p in average.model.parameters():
            p.value[...] = value
        average()
    return average


def averaged(average):
    return [array for name, array in average.buffers.items() if name != "count"]


@settings(max_examples=30)
@given(values)
def test_without_decay_it_is_the_mean(values):
    average = filled(WeightAverage(linear()), values)
    for array in averaged(average):
        np.testing.assert_allclose(array, sum(values) / len(values), rtol=1e-12, atol=1e-12)
    assert average.buffers["count"] == len(values)


@settings(max_examples=30)
@given(values, st.floats(0, 0.99))
def test_with_decay_it_forgets_from_the_first_values_on(values, decay):
    expected = values[0]
    for value in values[1:]:
        expected = decay * expected + (1 - decay) * value
    for array in averaged(filled(WeightAverage(linear(), decay=decay), values)):
        np.testing.assert_allclose(array, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("options", AVERAGES)
def test_the_first_values_are_the_average_bit_for_bit(options):
    model = linear()
    model.W.value[...] = 1e20  # nothing of it may stay
    average = filled(WeightAverage(model, **options), [0.1])
    assert all((array == 0.1).all() for array in averaged(average))


@pytest.mark.parametrize("options", AVERAGES)
@pytest.mark.parametrize("fused", [False, True])
def test_the_block_runs_on_the_average_and_gives_the_weights_back_in_place(options, fused):
    model = linear()
    if fused:
        keep = nnkit.fuse(model.parameters())
    arrays = [p.value for p in model.parameters()]
    average = filled(WeightAverage(model, **options), [1.0, 4.0])
    with average.applied() as inside:
        assert inside is model
        for p, expected in zip(model.parameters(), averaged(average), strict=True):
            np.testing.assert_array_equal(p.value, expected)
            assert not (p.value == 4.0).any()
    assert all(p.value is array for p, array in zip(model.parameters(), arrays, strict=True))
    assert all((array == 4.0).all() for array in arrays)
    if fused:
        assert keep.intact
        assert (keep.value == 4.0).all()


def test_an_error_inside_the_block_gives_weights_and_buffers_back_too():
    layer = Statistics()
    average = filled(WeightAverage(nnkit.Sequential(linear(), layer)), [1.0, 3.0])
    with pytest.raises(KeyError), average.applied() as model:
        refresh_statistics(model, np.ones((4, 2)))
        assert layer.mean != 0
        raise KeyError
    assert all((p.value == 3.0).all() for p in average.model.parameters())
    assert (layer.mean, layer.variance) == (0, 1)


def test_before_the_first_call_it_is_the_model_as_given():
    model = linear()
    start = model.W.value.copy()
    average = WeightAverage(model)
    model.W.value[...] = 7.0
    with average.applied():
        np.testing.assert_array_equal(model.W.value, start)


@pytest.mark.parametrize("options", AVERAGES)
def test_float32_stays_float32(options):
    average = filled(WeightAverage(linear(np.float32), **options), [1.0, 2.0])
    assert {array.dtype for array in averaged(average)} == {np.dtype(np.float32)}


def test_as_a_callback_it_takes_each_epoch_in_and_never_stops(rng):
    X, y = rng.normal(size=(32, 2)), rng.integers(0, 3, 32)
    model = linear()
    trainer = nnkit.Trainer(
        model, nnkit.SoftmaxCrossEntropy(), nnkit.SGD(model.parameters(), 0.5), batch_size=8, rng=rng
    )
    every, late, seen = WeightAverage(model), WeightAverage(model), []
    callbacks = [
        every,
        lambda record: record.epoch > 2 and late(),
        lambda record: seen.append(model.W.value.copy()),
    ]
    trainer.fit((X, y), epochs=5, callbacks=callbacks)
    assert [int(average.buffers["count"]) for average in (every, late)] == [5, 3]
    np.testing.assert_allclose(averaged(every)[0], np.mean(seen, axis=0), rtol=1e-12)
    np.testing.assert_allclose(averaged(late)[0], np.mean(seen[2:], axis=0), rtol=1e-12)


def test_the_average_of_noisy_steps_lies_closer_to_the_optimum_than_the_last(rng):
    model = nnkit.Linear(1, 1, rng=rng, bias=False)
    averages = [WeightAverage(model), WeightAverage(model, decay=0.99)]
    optimizer, distances = nnkit.SGD(model.parameters(), 0.5), []
    for _ in range(2000):
        model.W.grad[...] = model.W.value - 1 + rng.normal()  # a bowl around 1, seen through noise
        optimizer.step()
        distances.append(abs(model.W.value.item() - 1))
        for average in averages:
            average()
    for average in averages:
        assert abs(averaged(average)[0].item() - 1) < 0.5 * np.mean(distances)


@pytest.mark.parametrize("options", AVERAGES)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_goes_on_as_the_original(options, duplicate):
    average = filled(WeightAverage(linear(), **options), [1.0, 2.0])
    twin = duplicate(average)
    for one in (average, twin):
        filled(one, [6.0])
    for name, array in average.buffers.items():
        np.testing.assert_array_equal(array, twin.buffers[name])


@pytest.mark.parametrize("options", AVERAGES)
def test_its_state_is_its_buffers(options):
    average, twin = filled(WeightAverage(linear(), **options), [1.0, 2.0]), WeightAverage(linear(), **options)
    arrays = average.buffers
    for name, array in twin.buffers.items():
        array[...] = arrays[name]
    for one in (average, twin):
        filled(one, [6.0])
    for name, array in average.buffers.items():
        assert array is arrays[name]  # written in place
        np.testing.assert_array_equal(array, twin.buffers[name])


@pytest.mark.parametrize("batch_size", [1, 7, 30, 1000])
def test_refreshed_statistics_are_the_means_over_the_batches(batch_size, rng):
    first, second = Statistics(), Statistics(momentum=0.3)
    model = nnkit.Sequential(nnkit.ReLU(), nnkit.Sequential(first), second)
    X = rng.normal(size=(100, 1))
    refresh_statistics(model, X, batch_size=batch_size)
    sizes = [len(x) for x in first.batches]
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) <= batch_size
    np.testing.assert_array_equal(np.concatenate(first.batches), np.maximum(X, 0))
    for layer in (first, second):
        np.testing.assert_allclose(layer.mean, np.mean([x.mean() for x in layer.batches]), rtol=1e-12)
        np.testing.assert_allclose(layer.variance, np.mean([x.var() for x in layer.batches]), rtol=1e-12)
    assert (first.momentum, second.momentum) == (0.1, 0.3)


def test_by_default_a_batch_has_at_most_1024_rows():
    layer = Statistics()
    for rows, sizes in ((1024, [1024]), (1025, [513, 512])):
        layer.batches.clear()
        refresh_statistics(layer, np.ones((rows, 1)))
        assert [len(x) for x in layer.batches] == sizes


def test_refreshing_gives_the_momentum_back_after_an_error():
    layer = Statistics()
    model = nnkit.Sequential(layer, linear())
    with pytest.raises(ValueError, match="Linear expects x"):
        refresh_statistics(model, np.ones((4, 5)))
    assert layer.momentum == 0.1


def test_averaged_weights_have_statistics_of_their_own():
    layer = Statistics()
    model = nnkit.Sequential(nnkit.Linear(1, 1, rng=np.random.default_rng(0)), layer)
    average = filled(WeightAverage(model), [2.0, 4.0])
    layer.mean[...] = 99.0
    with average.applied():
        refresh_statistics(model, np.ones((1000, 1)), batch_size=30)
        assert layer.mean.item() == pytest.approx(3.0 * 1 + 3.0, rel=1e-12)  # W x + b, both at their mean
    assert layer.mean.item() == 99.0
