"""Penalties in training: shrinkage, exact zeros of the ends, and what Elastic refuses."""

import numpy as np
import pytest

import nnkit
from nnkit import L1, L2, Elastic, Trainer


def trainer(penalty, rate=0.1, seed=1):
    model = nnkit.mlp([3, 4, 2], rng=np.random.default_rng(seed), activation=nnkit.Tanh)
    rng = np.random.default_rng(2)
    optimizer = nnkit.SGD(model.parameters(), rate)
    return Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=10, rng=rng, penalty=penalty)


@pytest.fixture
def data(rng):
    X = rng.normal(size=(40, 3))
    return X, (X.sum(axis=1) > 0).astype(np.int64)


def test_one_sgd_step_with_l2_is_a_plain_step_with_decayed_weights(data):
    plain, penalized = trainer(None), trainer(L2(0.5))
    start = [p.value.copy() for p in plain.model.parameters()]
    plain.step(*data)
    penalized.step(*data)
    for p, q, before in zip(plain.model.parameters(), penalized.model.parameters(), start, strict=True):
        decay = 0.1 * 0.5 * before if before.ndim == 2 else 0 * before
        np.testing.assert_allclose(q.value, p.value - decay, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("penalty", [L1(0.3), L2(0.3), Elastic(0.3)])
def test_a_step_follows_the_gradient_of_loss_plus_penalty(data, penalty):
    one = trainer(penalty)
    members = one.model.parameters()
    start = [p.value.copy() for p in members]
    slopes = []
    for p in members:
        slope = np.empty_like(p.value)
        for index in np.ndindex(p.value.shape):
            total = []
            for sign in (1, -1):
                p.value[index] += sign * 1e-5
                total.append(one.loss.value(one.model(data[0]), data[1]) + penalty.value(members))
                p.value[index] -= sign * 1e-5
            slope[index] = (total[0] - total[1]) / 2e-5
        slopes.append(slope)
    one.step(*data)
    for p, before, slope in zip(members, start, slopes, strict=True):
        np.testing.assert_allclose(before - p.value, 0.1 * slope, rtol=1e-6, atol=1e-10)


def test_no_loss_that_is_returned_or_recorded_includes_the_penalty(data):
    plain, penalized = trainer(None), trainer(L2(0.5))
    assert penalized.step(*data) == plain.step(*data)
    penalized, scores = trainer(L2(0.5)), []
    step = penalized._update
    penalized._update = lambda x, y: scores.append(penalized.loss.value(penalized.model(x), y)) or step(x, y)
    record = next(penalized.epochs(data, validation=data))
    assert record.loss == pytest.approx(np.mean(scores), rel=1e-12)
    assert record.validation_loss == penalized.loss.value(penalized.model(data[0]), data[1])


def test_stronger_penalties_leave_smaller_weights(data):
    sizes = []
    for strength in (0, 0.01, 0.1, 1):
        one = trainer(L2(strength))
        one.fit(data, epochs=50)
        sizes.append(L2(1).value(one.model.parameters()))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 0.01 * sizes[0]


def test_strength_zero_trains_bit_by_bit_as_without_penalty(data):
    plain, penalized = trainer(None), trainer(L1(0))
    assert plain.fit(data, 3) == penalized.fit(data, 3)


def test_l1_brings_useless_weights_to_zero_where_l2_only_shrinks_them(rng):
    X = rng.normal(size=(200, 10))
    y = X[:, :1] * 2.0  # nine of ten inputs are useless
    small = {}
    for penalty in (L1(0.5), L2(0.5)):
        model = nnkit.Linear(10, 1, rng=np.random.default_rng(0))
        optimizer = nnkit.SGD(model.parameters(), 1e-3)
        for _ in range(4000):
            nnkit.backpropagate(model, nnkit.MeanSquaredError(), X, y)
            penalty.add_gradient(model.parameters())
            optimizer.step()
        small[type(penalty)] = int((np.abs(model.W.value[1:]) <= 1e-3 * 0.5 * 2).sum())
    assert small[L1] == 9
    assert small[L2] <= 3


def test_the_ends_of_elastic_are_l1_and_l2(rng):
    W = [nnkit.Parameter(rng.normal(size=(3, 2)))]
    for share, end in ((1, L1(0.3)), (0, L2(0.3))):
        assert Elastic(0.3, l1_share=share).value(W) == end.value(W)


def test_by_default_elastic_weighs_both_alike(rng):
    W = nnkit.Parameter(rng.normal(size=(4, 3)))
    assert Elastic(0.3).value([W]) == Elastic(0.3, l1_share=0.5).value([W])


def test_a_repr_names_the_biases_only_where_they_count():
    assert repr(L1(0)) == "L1(strength=0.0)"
    assert repr(L2(0.1, biases=True)) == "L2(strength=0.1, biases=True)"
    assert repr(Elastic(0.1, l1_share=0)) == "Elastic(strength=0.1, l1_share=0.0)"


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        (3, "L2 expects parameters to be an Iterable, got int 3; pass model.parameters()."),
        ([3], "L2 expects each of parameters to be a Parameter, got int 3; pass model.parameters()."),
    ],
)
def test_what_holds_no_parameters_is_refused(parameters, text):
    for call in (L2(0.1).value, L2(0.1).add_gradient):
        with pytest.raises(TypeError) as error:
            call(parameters)
        assert str(error.value) == text


@pytest.mark.parametrize("share", [-0.1, 1.5, np.nan])
def test_a_share_outside_0_to_1_is_refused(share):
    with pytest.raises(ValueError) as error:
        Elastic(0.1, l1_share=share)
    assert str(error.value) == f"Elastic expects l1_share in [0, 1], got {share}; 0.5 weighs both alike."


def test_the_trainer_takes_a_penalty_not_its_strength():
    with pytest.raises(TypeError) as error:
        trainer(0.01)
    assert str(error.value) == "Trainer expects penalty to be a Penalty, got float 0.01."
