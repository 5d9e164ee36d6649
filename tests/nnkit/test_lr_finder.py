"""The learning-rate range test: what it measures, what it suggests, and that it leaves no trace."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnkit
from nnkit import learning_rate_range


class Noise(nnkit.Layer):
    """A layer with a generator and a buffer of its own."""

    def __init__(self):
        self.rng, self.count = np.random.default_rng(5), np.zeros(1)

    def forward(self, x, training=False):
        if not training:
            return x, None
        self.count += 1
        return x + 0.01 * self.rng.normal(size=x.shape), None

    def backward(self, dy, cache):
        return dy

    @property
    def buffers(self):
        return {"count": self.count}


def make(*, rate=0.1, make_optimizer=nnkit.SGD, fused=False):
    rng = np.random.default_rng(0)
    model = nnkit.Sequential(Noise(), nnkit.mlp([2, 16, 2], rng=rng))
    parameters = nnkit.fuse(model.parameters()) if fused else model.parameters()
    optimizer = make_optimizer(parameters, rate)
    return nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=32, rng=rng)


def bowl(curvatures, optimizer):
    """A trainer whose loss is a bowl of these curvatures, without noise; and its data."""
    rng, n = np.random.default_rng(0), len(curvatures)
    X = np.diag(np.sqrt(n * np.array(curvatures) / 2))  # the Hessian of mean (X w)^2 is 2 / n X'X
    model = nnkit.Linear(n, 1, rng=rng, bias=False)
    model.W.value[...] = 1.0
    trainer = nnkit.Trainer(
        model, nnkit.MeanSquaredError(), optimizer(model.parameters()), batch_size=n, rng=rng
    )
    return trainer, (X, np.zeros((n, 1)))


@pytest.fixture
def data(rng):
    return nnkit.datasets.moons(200, noise=0.2, rng=rng)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("make_optimizer", [nnkit.SGD, nnkit.Adam])
def test_it_leaves_the_trainer_as_it_was(make_optimizer, fused, data):
    trainer, twin = (make(make_optimizer=make_optimizer, fused=fused) for _ in range(2))
    for one in (trainer, twin):
        one.fit(data, epochs=2)
    learning_rate_range(trainer, data, high=1e3)
    assert trainer.optimizer.learning_rate == 0.1
    assert trainer.optimizer.steps == twin.optimizer.steps
    assert trainer.model[0].count == twin.model[0].count
    assert trainer.fit(data, epochs=2) == twin.fit(data, epochs=2)  # moments, noise, order of the examples
    for p, q in zip(trainer.model.parameters(), twin.model.parameters(), strict=True):
        np.testing.assert_array_equal(p.value, q.value)


def test_the_losses_are_those_of_training_with_these_rates(data):
    result = learning_rate_range(make(), data, low=1e-3, high=1e-1, steps=20)
    np.testing.assert_allclose(result.rates, [1e-3 * 100 ** (i / 19) for i in range(20)], rtol=1e-12)
    by_hand = make(rate=lambda step: float(result.rates[step]))
    losses = []
    while len(losses) < 20:
        for x, y in nnkit.data.batches(*data, 32, rng=by_hand.rng):
            losses.append(by_hand.step(x, y) if len(losses) < 20 else 0)
    np.testing.assert_array_equal(result.losses, losses[:20])


def test_the_smoothed_losses_are_medians_of_a_twentieth_of_the_steps(data):
    result = learning_rate_range(make(), data, steps=60, high=1.0)
    for i, median in enumerate(result.smoothed):
        last = sorted(result.losses[max(0, i - 2) : i + 1])  # three of sixty
        assert median == pytest.approx((last[len(last) // 2] + last[(len(last) - 1) // 2]) / 2, rel=1e-15)


@settings(max_examples=25)
@given(
    st.lists(st.floats(-2, 2).map(lambda exponent: 10**exponent), min_size=1, max_size=4),
    st.sampled_from([0.0, 0.5, 0.9]),
    st.sampled_from([50, 100, 300]),
)
def test_on_a_bowl_the_suggestion_is_stable_and_not_far_below_the_limit(curvatures, momentum, steps):
    limit = 2 * (1 + momentum) / max(curvatures)
    trainer, data = bowl(curvatures, lambda p: nnkit.SGD(p, 0.1, momentum=momentum))
    result = learning_rate_range(
        trainer, data, low=1.3e-5, high=1e4, steps=steps
    )  # no rate ends at 0 exactly
    assert len(result.losses) < steps  # it blew up on the way
    assert result.suggestion < limit
    if momentum == 0:  # else the loss swings, which may end the test early
        assert limit / 50 < result.suggestion


def test_on_a_single_bowl_the_loss_turns_at_the_first_rate_beyond_the_limit():
    trainer, data = bowl([4.0], lambda p: nnkit.SGD(p, 0.1))
    result = learning_rate_range(
        trainer, data, low=1e-3, high=10.0, steps=19
    )  # so few that no median is taken
    np.testing.assert_array_equal(result.smoothed, result.losses)
    beyond = result.rates[result.rates > 2 / 4.0][0]
    assert 10 * result.suggestion == pytest.approx(beyond, rel=1e-12)


def test_it_stops_when_the_loss_explodes(data):
    result = learning_rate_range(make(), data, low=1e-2, high=1e6, steps=200)
    assert len(result.rates) == len(result.losses) == len(result.smoothed) < 200
    lowest = np.minimum.accumulate(result.smoothed)
    assert (result.smoothed[:-1] <= 4 * lowest[:-1]).all()
    assert result.smoothed[-1] > 4 * lowest[-1]
    assert np.isfinite(result.losses).all()


def test_a_loss_of_exactly_four_times_the_lowest_goes_on():
    trainer, data = bowl([2.0], lambda p: nnkit.SGD(p, 0.1))  # a step is w -= rate * 2 w
    result = learning_rate_range(trainer, data, low=1.5, high=2.0, steps=4)
    assert result.losses[:2].tolist() == [1.0, 4.0]
    assert len(result.losses) == 3  # -2 moved on to beyond 4 times 1


def test_by_default_a_hundred_rates_go_from_a_hundred_thousandth_to_one():
    trainer, data = bowl([0.5], lambda p: nnkit.SGD(p, 0.1))  # stable up to 4
    rates = learning_rate_range(trainer, data).rates
    assert (len(rates), rates[0], rates[-1]) == (100, 1e-5, 1.0)


def test_two_steps_suffice():
    trainer, data = bowl([2.0], lambda p: nnkit.SGD(p, 0.1))
    assert learning_rate_range(trainer, data, low=0.1, high=0.2, steps=2).rates.tolist() == [0.1, 0.2]


def test_it_stops_when_the_loss_is_no_longer_a_number():
    trainer, data = bowl([2.0], lambda p: nnkit.SGD(p, 0.1))
    result = learning_rate_range(trainer, data, low=0.9, high=1e308, steps=3)
    assert len(result.losses) == 2  # the third was infinite
    trainer.model.W.value[...] = 1e200
    with pytest.raises(nnkit.TrainingDiverged):
        learning_rate_range(trainer, data)


def test_training_at_the_suggestion_learns_and_far_beyond_it_does_not(data):
    result = learning_rate_range(make(), data, low=1e-3, high=1e3)
    start = make().evaluate(data)["loss"]
    assert make(rate=result.suggestion).fit(data, epochs=10)[-1].loss < 0.7 * start
    far = make(rate=300 * result.suggestion)
    try:
        far.fit(data, epochs=10)
    except nnkit.TrainingDiverged:
        return
    assert far.evaluate(data)["loss"] > 0.7 * start


def test_a_result_can_be_pickled(data):
    result = learning_rate_range(make(), data, steps=5)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(result)).losses, result.losses)


def test_a_range_upside_down_is_refused(data):
    with pytest.raises(ValueError) as error:
        learning_rate_range(make(), data, low=0.1, high=0.01)
    assert str(error.value) == (
        "learning_rate_range expects high in (0.1, inf), got 0.01; it must lie above low."
    )
