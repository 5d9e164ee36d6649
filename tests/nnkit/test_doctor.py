"""The doctor: broken networks and histories, each with the finding that must come first.

The networks, the histories, their seeds and the expected names were written down before the doctor was.
They stay as they are; a case that the doctor misses is marked as such, with the reason.
"""

import copy
import dataclasses
import json
import math
import tomllib
from importlib import resources
from itertools import pairwise

import numpy as np
import pytest

import nnkit
from nnkit import History, Layer, Linear, ReLU, Sequential, Tanh, datasets, doctor
from nnkit.data import split, standardize
from nnkit.doctor.examples import blind_loss, data_measures
from nnkit.doctor.generalization import _jumps, _of_history
from nnkit.doctor.learning import _train
from nnkit.history import EpochRecord
from nnkit.initializers import constant, normal, zeros
from nnkit.layers import walk

CHAPTERS = {
    "Backpropagation",
    "Batch and epoch",
    "Activations",
    "Initialization",
    "Regularization",
    "Optimizers",
    "Overfitting checklist",
}
CROSS_ENTROPY, SQUARED = nnkit.SoftmaxCrossEntropy(), nnkit.MeanSquaredError()


class WrongTanh(Tanh):
    """Tanh with a sign error in its backward pass."""

    def backward(self, dy, cache):
        _, y = cache
        return dy * (1 + y * y)


class AlwaysDrop(Layer):
    """Drops half of the entries, in inference too."""

    def __init__(self, rng):
        self.rng = rng

    def forward(self, x, training=False):
        kept = 2.0 * (self.rng.random(x.shape) < 0.5)
        return x * kept, kept

    def backward(self, dy, cache):
        return dy * cache


class Drop(AlwaysDrop):
    """Drops half of the entries while learning only."""

    def forward(self, x, training=False):
        return super().forward(x) if training else (x, np.ones_like(x))


class BatchMean(Layer):
    """Subtracts the mean over the batch, in inference too."""

    def forward(self, x, training=False):
        return x - x.mean(axis=0), None

    def backward(self, dy, cache):
        return dy - dy.mean(axis=0)


class Softmax(Layer):
    def forward(self, x, training=False):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        y = e / e.sum(axis=1, keepdims=True)
        return y, y

    def backward(self, dy, cache):
        return cache * (dy - (dy * cache).sum(axis=1, keepdims=True))


class Blind(Layer):
    """A mask that hides everything."""

    def forward(self, x, training=False):
        return 0.0 * x, None

    def backward(self, dy, cache):
        return 0.0 * dy


def case(model, X, y, *, loss=CROSS_ENTROPY, seed=0, **options):
    return {"model": model, "loss": loss, "X": X, "y": y, "rng": np.random.default_rng(seed), **options}


def digits():
    X, y = datasets.digits()
    return standardize(X)[0], y


def diabetes():
    X, y = datasets.diabetes()
    return standardize(X)[0], standardize(y[:, None])[0]


def iris():
    X, y = datasets.iris()
    return standardize(X)[0], y


def shuffled(X, y, rng):
    order = rng.permutation(len(X))
    return X[order], y[order]


def wrong_gradient(seed):
    rng = np.random.default_rng(seed)
    X, y = datasets.moons(200, noise=0.1, rng=rng)
    return case(nnkit.mlp([2, 16, 2], rng=rng, activation=WrongTanh), X, y, seed=seed)


def random_inference(seed):
    rng = np.random.default_rng(seed)
    X, y = digits()
    model = Sequential(Linear(64, 32, rng=rng), ReLU(), AlwaysDrop(rng), Linear(32, 10, rng=rng))
    return case(model, X, y, seed=seed)


def rows_mixed(seed):
    rng = np.random.default_rng(seed)
    X, y = digits()
    model = Sequential(Linear(64, 32, rng=rng), BatchMean(), ReLU(), Linear(32, 10, rng=rng))
    return case(model, X, y, seed=seed)


def leaking_rows(seed):
    rng = np.random.default_rng(seed)
    (X, y), (X_validation, y_validation) = split(*digits(), test_size=0.2, rng=rng)
    X_validation, y_validation = X_validation.copy(), y_validation.copy()
    X_validation[::3], y_validation[::3] = X[: len(X_validation[::3])], y[: len(X_validation[::3])]
    model = nnkit.mlp([64, 32, 10], rng=rng)
    return case(model, X, y, seed=seed, validation=(X_validation, y_validation))


def leaking_feature(seed):
    rng = np.random.default_rng(seed)
    X, y = diabetes()
    X = np.column_stack([X[:, :4], 0.5 * y - 1.0, X[:, 4:]])
    return case(nnkit.mlp([11, 16, 1], rng=rng), X, y, loss=SQUARED, seed=seed)


def probabilities_as_logits(seed):
    rng = np.random.default_rng(seed)
    X, y = digits()
    model = Sequential(Linear(64, 32, rng=rng), ReLU(), Linear(32, 10, rng=rng), Softmax())
    return case(model, X, y, seed=seed)


def unscaled_inputs(seed):
    rng = np.random.default_rng(seed)
    X, y = shuffled(*datasets.wine(), rng)
    model = nnkit.mlp([13, 16, 3], rng=rng)
    return case(model, X, y, seed=seed, optimizer=nnkit.SGD(model.parameters(), 0.1))


def unscaled_targets(seed):
    rng = np.random.default_rng(seed)
    X, y = datasets.diabetes()
    model = nnkit.mlp([10, 16, 1], rng=rng)
    optimizer = nnkit.SGD(model.parameters(), 0.1)
    return case(model, standardize(X)[0], y[:, None], loss=SQUARED, seed=seed, optimizer=optimizer)


def sorted_data(seed):
    rng = np.random.default_rng(seed)
    X, y = iris()  # shipped in the order of its classes
    return case(nnkit.mlp([4, 16, 3], rng=rng), X, y, seed=seed, shuffle=False)


def twin_units(seed):
    rng = np.random.default_rng(seed)
    X, y = digits()
    return case(nnkit.mlp([64, 32, 10], rng=rng, initializer=constant(0.1)), X, y, seed=seed)


def saturated_units(seed):
    rng = np.random.default_rng(seed)
    X, y = digits()
    model = nnkit.mlp([64, 32, 10], rng=rng, activation=Tanh, initializer=normal(3.0))
    return case(model, X, y, seed=seed)


def dead_units(seed):
    rng = np.random.default_rng(seed)
    X, y = digits()
    model = nnkit.mlp([64, 32, 32, 10], rng=rng)
    model[2].b.value[:24] = -20.0
    return case(model, X, y, seed=seed)


def loss_at_start(seed):
    rng = np.random.default_rng(seed)
    X, y = digits()
    model = Sequential(Linear(64, 32, rng=rng), ReLU(), Linear(32, 10, rng=rng, initializer=normal(5.0)))
    return case(model, X, y, seed=seed)


def learning_rate_too_high(seed):
    rng = np.random.default_rng(seed)
    X, y = digits()
    model = nnkit.mlp([64, 32, 10], rng=rng)
    return case(model, X, y, seed=seed, optimizer=nnkit.SGD(model.parameters(), 10.0))


def learning_rate_too_low(seed):
    rng = np.random.default_rng(seed)
    X, y = digits()
    model = nnkit.mlp([64, 32, 10], rng=rng)
    return case(model, X, y, seed=seed, optimizer=nnkit.SGD(model.parameters(), 1e-6))


def input_ignored(seed):
    rng = np.random.default_rng(seed)
    X, y = digits()
    model = Sequential(Blind(), Linear(64, 32, rng=rng), Tanh(), Linear(32, 10, rng=rng))
    return case(model, X, y, seed=seed)


def one_batch_not_learned(seed):
    rng = np.random.default_rng(seed)
    X, y = diabetes()  # half of the targets are negative
    model = Sequential(Linear(10, 16, rng=rng), Tanh(), Linear(16, 1, rng=rng), nnkit.Sigmoid())
    return case(model, X, y, loss=SQUARED, seed=seed)


def targets_unrelated(seed):
    rng = np.random.default_rng(seed)
    X, y = digits()
    return case(nnkit.mlp([64, 32, 10], rng=rng), X, rng.permutation(y), seed=seed)


BROKEN = [
    (wrong_gradient, 101, "wrong gradient"),
    (random_inference, 102, "random inference"),
    (rows_mixed, 103, "rows mixed"),
    (leaking_rows, 104, "leaking rows"),
    (leaking_feature, 105, "leaking feature"),
    (probabilities_as_logits, 106, "probabilities as logits"),
    (unscaled_inputs, 107, "unscaled inputs"),
    (unscaled_targets, 108, "unscaled targets"),
    (sorted_data, 109, "sorted data"),
    (twin_units, 110, "twin units"),
    (saturated_units, 111, "saturated units"),
    (dead_units, 112, "dead units"),
    (loss_at_start, 113, "loss at start"),
    (learning_rate_too_high, 114, "learning rate too high"),
    (learning_rate_too_low, 115, "learning rate too low"),
    (input_ignored, 116, "input ignored"),
    (one_batch_not_learned, 117, "one batch not learned"),
    (targets_unrelated, 118, "targets unrelated"),
]


def healthy_moons(seed):
    rng = np.random.default_rng(seed)
    X, y = datasets.moons(200, noise=0.1, rng=rng)
    model = nnkit.mlp([2, 16, 2], rng=rng)
    return case(model, X, y, seed=seed, optimizer=nnkit.Adam(model.parameters(), 0.01))


def healthy_digits(seed):
    rng = np.random.default_rng(seed)
    train, validation = split(*digits(), test_size=0.25, rng=rng)
    model = nnkit.mlp([64, 32, 10], rng=rng, dtype=np.float32)
    optimizer = nnkit.SGD(nnkit.fuse(model.parameters()), 0.1)
    return case(model, *train, seed=seed, validation=validation, optimizer=optimizer)


def healthy_dropping(seed):
    rng = np.random.default_rng(seed)
    X, y = shuffled(*digits(), rng)
    model = Sequential(Linear(64, 64, rng=rng), ReLU(), Drop(rng), Linear(64, 10, rng=rng))
    return case(model, X, y, seed=seed, shuffle=False)


def healthy_regression(seed):
    rng = np.random.default_rng(seed)
    X, y = diabetes()
    model = nnkit.mlp([10, 16, 1], rng=rng, activation=Tanh)
    return case(model, X, y, loss=SQUARED, seed=seed, optimizer=nnkit.SGD(model.parameters(), 0.05))


def healthy_two_classes(seed):
    rng = np.random.default_rng(seed)
    X, y = datasets.breast_cancer()
    model = nnkit.mlp([30, 16, 1], rng=rng, activation=nnkit.Sigmoid)
    optimizer = nnkit.Adam(model.parameters(), 0.003)
    loss = nnkit.SigmoidBinaryCrossEntropy()
    return case(model, standardize(X)[0], y[:, None], loss=loss, seed=seed, optimizer=optimizer)


def healthy_line(seed):
    rng = np.random.default_rng(seed)
    X, y = iris()
    return case(Linear(4, 3, rng=rng), X, y, seed=seed)


HEALTHY = [
    (healthy_moons, 201),
    (healthy_digits, 202),
    (healthy_dropping, 203),
    (healthy_regression, 204),
    (healthy_two_classes, 205),
    (healthy_line, 206),
]


def curves(loss, validation_loss, *, seed, noise=0.01, validation_noise=0.01):
    """A history of these curves over the epochs, with a few per cent of noise."""
    rng = np.random.default_rng(seed)
    loss = loss * np.exp(noise * rng.normal(size=len(loss)))
    validation_loss = validation_loss * np.exp(validation_noise * rng.normal(size=len(loss)))
    return History(
        EpochRecord(epoch, 50 * epoch, 0.1, float(one), validation_loss=float(other))
        for epoch, (one, other) in enumerate(zip(loss, validation_loss, strict=True), start=1)
    )


EPOCHS = np.arange(40.0)


def underfit(seed):
    loss = 1.7 + 0.6 * np.exp(-EPOCHS / 4)
    return curves(loss, loss + 0.05, seed=seed)


def overfit(seed):
    validation_loss = 0.5 + 1.7 * np.exp(-EPOCHS / 4) + 0.015 * np.maximum(EPOCHS - 12, 0)
    return curves(0.02 + 2.2 * np.exp(-EPOCHS / 5), validation_loss, seed=seed)


def good_fit(seed):
    loss = 0.08 + 2.0 * np.exp(-EPOCHS / 4)
    return curves(loss, 0.02 + 1.05 * loss, seed=seed)


def diverging(seed):
    loss = 1.2 + np.exp(-EPOCHS[:20]) + 0.05 * np.exp(EPOCHS[:20] / 3)
    return curves(loss, 1.1 * loss, seed=seed)


def rate_too_high(seed):
    loss = 0.9 + 1.2 * np.exp(-EPOCHS / 2)
    return curves(loss, 1.1 * loss, seed=seed, noise=0.25, validation_noise=0.25)


def rate_too_low(seed):
    loss = 2.35 - 0.004 * EPOCHS
    return curves(loss, loss + 0.01, seed=seed, noise=0.0003, validation_noise=0.0003)


def plateau(seed):
    loss = 2.303 + 0.02 * np.exp(-EPOCHS / 2)
    return curves(loss, loss + 0.002, seed=seed, noise=0.001, validation_noise=0.001)


def noisy_validation(seed):
    loss = 0.15 + 2.0 * np.exp(-EPOCHS / 4)
    return curves(loss, 1.2 * loss, seed=seed, validation_noise=0.3)


def validation_too_good(seed):
    loss = 0.4 + 1.8 * np.exp(-EPOCHS / 5)
    return curves(loss, 0.3 * loss, seed=seed)


def still_improving(seed):
    loss = 0.05 + 2.2 * np.exp(-EPOCHS / 20)
    return curves(loss, 0.02 + 1.03 * loss, seed=seed)


HISTORIES = [
    (underfit, 301, "underfit"),
    (overfit, 302, "overfit"),
    (good_fit, 303, "good fit"),
    (diverging, 304, "diverging"),
    (rate_too_high, 305, "learning rate too high"),
    (rate_too_low, 306, "learning rate too low"),
    (plateau, 307, "plateau"),
    (noisy_validation, 308, "noisy validation"),
    (validation_too_good, 309, "validation too good"),
    (still_improving, 310, "still improving"),
]


@pytest.mark.parametrize(("build", "seed", "name"), BROKEN)
def test_a_broken_network_is_named(build, seed, name):
    diagnosis = doctor.learns(**build(seed))
    assert diagnosis[0].name == name
    assert diagnosis[0].severity != "note"


@pytest.mark.parametrize(("build", "seed"), HEALTHY)
def test_a_healthy_network_is_left_alone(build, seed):
    assert {finding.name for finding in doctor.learns(**build(seed)) if finding.severity != "note"} == set()


@pytest.mark.parametrize(("build", "seed", "name"), HISTORIES)
def test_a_history_is_named(build, seed, name):
    assert doctor.generalizes(build(seed))[0].name == name


def state(case):
    """Everything of a case that a doctor could change."""
    arrays = [array for p in case["model"].parameters() for array in (p.value, p.grad)]
    generators = [layer.rng.bit_generator.state for layer in walk(case["model"]) if layer.rng is not None]
    optimizer = case.get("optimizer")
    memory = [] if optimizer is None else [optimizer.steps, *optimizer.buffers.values()]
    return copy.deepcopy([arrays, memory, case["X"], case["y"], generators])


@pytest.mark.parametrize("build", [healthy_digits, healthy_moons, healthy_dropping, unscaled_inputs])
def test_the_patient_stays_as_it_is(build):
    patient = build(7)
    for parameter in patient["model"].parameters():
        parameter.grad += 0.5
    before = state(patient)
    doctor.learns(**patient, budget=20)
    after = state(patient)
    np.testing.assert_equal(after, before)
    if "optimizer" in patient:
        patient["optimizer"].step()  # a fused Parameter is still intact


def test_the_same_seed_gives_the_same_text():
    assert str(doctor.learns(**healthy_moons(5))) == str(doctor.learns(**healthy_moons(5)))


def test_every_kind_of_finding_stands_in_a_case():
    rows = tomllib.loads(
        resources.files("nnkit.doctor").joinpath("findings.toml").read_text(encoding="utf-8")
    )
    for question, cases in (("learns", BROKEN), ("generalizes", HISTORIES)):
        names = [row["name"] for row in rows[question]]
        assert len(set(names)) == len(names)
        assert set(names) - {name for _, _, name in cases} <= {"no fault found", "not validated"}
        for row in rows[question]:
            assert row["severity"] in ("fault", "warning", "note")
            assert row["chapter"] in CHAPTERS
            assert row["evidence"].endswith(".")
            assert not row["remedy"].endswith(".")
        assert rows[question][-1]["when"] == {}  # something is always said
        assert rows[question][-1]["severity"] == "note"


def test_causes_come_before_what_follows_from_them():
    names = [finding.name for finding in doctor.learns(**unscaled_inputs(3))]
    assert names[0] == "unscaled inputs"
    assert "loss at start" in names[1:]


def test_a_diagnosis_is_text_and_plain_data():
    diagnosis = doctor.learns(**twin_units(3))
    plain = diagnosis.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert [finding["name"] for finding in plain["findings"]] == [finding.name for finding in diagnosis]
    for finding in diagnosis:
        assert finding.name in str(diagnosis)
        assert f"Remedy: {finding.remedy[:30]}" in str(diagnosis)
    assert max(map(len, str(diagnosis).splitlines())) <= 88
    two = doctor.Diagnosis(doctor.Finding(name, "fault", "It is.", "Mend it.", "It") for name in ("a", "b"))
    assert repr(two) == "Diagnosis(a, b)"


def test_a_long_finding_is_wrapped_and_indented():
    words = [f"word{number}" for number in range(40)]
    finding = doctor.Finding("a", "fault", " ".join(words), "mend it", "Activations")
    head, *evidence, remedy, chapter = str(finding).split("\n")
    assert (head, remedy, chapter) == ("fault: a", "    Remedy: mend it.", "    Chapter: Activations")
    assert " ".join(evidence).split() == words
    assert [len(line) - len(line.lstrip()) for line in evidence] == [4, *[8] * (len(evidence) - 1)]
    for line, following in pairwise(evidence):  # as full as 88 characters allow
        assert len(line) <= 88 < len(line) + 1 + len(following.split()[0])
    assert str(doctor.Diagnosis([finding, finding])) == f"{finding}\n{finding}"


def test_an_answer_that_ignores_the_input_costs_the_entropy_or_the_variance(rng):
    y = rng.permutation(np.repeat(np.arange(3), 7))
    assert blind_loss(CROSS_ENTROPY, y, (21, 3)) == pytest.approx(math.log(3), rel=1e-12)
    shares = [0.5, 0.25, 0.25]
    entropy = -sum(p * math.log(p) for p in shares)
    assert blind_loss(CROSS_ENTROPY, np.array([0, 0, 1, 2]), (4, 3)) == pytest.approx(entropy, rel=1e-5)
    target = rng.normal(3.0, 2.0, size=(20, 2))
    assert blind_loss(SQUARED, target, (20, 2)) == pytest.approx(target.var(axis=0).mean(), rel=1e-12)
    binary = nnkit.SigmoidBinaryCrossEntropy()
    entropy = -0.2 * math.log(0.2) - 0.8 * math.log(0.8)
    assert blind_loss(binary, np.array([[1], [0], [0], [0], [0]]), (5, 1)) == pytest.approx(entropy, rel=1e-5)


def test_shares_of_leaking_rows_and_likeness_of_neighbors_are_what_they_say(rng):
    X, y = rng.normal(size=(1000, 3)), rng.integers(0, 2, 1000)
    V = np.concatenate([X[:3], X[:3] + 1e-9, -X[:4]])
    measures = data_measures(CROSS_ENTROPY, X, y, V, False)
    assert measures["shared_rows"] == 0.3
    assert measures["neighbor_distance"] == pytest.approx(1, abs=0.1)
    assert data_measures(CROSS_ENTROPY, X, np.sort(y), None, False)["neighbor_distance"] < 0.01
    X[:, 1] = 5 - 2 * y
    measures = data_measures(CROSS_ENTROPY, X, y, None, True)
    assert (measures["leaking_column"], measures["correlation"]) == (1, pytest.approx(1, rel=1e-12))


def test_the_scale_of_inputs_is_judged_on_both_sides():
    for factor in (1e-3, 1e3):
        case = healthy_line(4)
        case["X"] = factor * case["X"]
        assert doctor.learns(**case)[0].name == "unscaled inputs"


def test_the_size_of_an_update_is_that_of_the_learning_rate():
    model = Linear(2, 1, rng=np.random.default_rng(0), bias=False)
    model.W.value[...] = [[3.0], [4.0]]
    pairs = iter([(np.array([[1.0, 0.0]]), np.array([[0.0]]))])
    [(value, ratio)] = _train(model, nnkit.SGD(model.parameters(), 0.1), SQUARED, pairs, 1)
    assert (value, ratio) == (9.0, pytest.approx(0.1 * 2 * 3 / 5, rel=1e-14))


@pytest.mark.parametrize("build", [build for build, _, _ in HISTORIES])
@pytest.mark.parametrize("factor", [1e-3, 50.0])
def test_the_unit_of_the_loss_does_not_matter(build, factor):
    history = build(9)
    scaled = History(
        dataclasses.replace(one, loss=factor * one.loss, validation_loss=factor * one.validation_loss)
        for one in history
    )
    assert repr(doctor.generalizes(scaled)) == repr(doctor.generalizes(history))


def recorded(losses, validation):
    return History(
        EpochRecord(epoch, epoch, 0.1, float(one), validation_loss=other)
        for epoch, (one, other) in enumerate(zip(losses, validation, strict=True), start=1)
    )


def test_the_measures_of_a_history_are_what_they_say(rng):
    losses, validation = rng.uniform(0.5, 2.0, (2, 17))
    measures = _of_history(recorded(losses, validation.tolist()))
    start, end, validation_end = losses[0], np.median(losses[-3:]), np.median(validation[-3:])  # last fifth
    jumps, validation_jumps = (_jumps(column[8:]) for column in (losses, validation))  # second half
    assert measures == pytest.approx(
        {
            "loss": end,
            "validation_loss": validation_end,
            "unvalidated": 0.0,
            "best": min(losses),
            "validation_best": min(validation),
            "level": end / start,
            "gap": (validation_end - end) / start,
            "rise": (end - min(losses)) / start,
            "trend": np.corrcoef(range(9), losses[8:])[0, 1],
            "falling": 1 - validation_end / np.median(validation[-6:-3]),
            "jumps": jumps / start,
            "validation_jumps": validation_jumps / validation_end,
            "noise_ratio": validation_jumps / validation_end / (jumps / end),
        },
        rel=1e-12,
    )
    for validated in (0, 3):  # too few to compare two fifths of them
        measures = _of_history(recorded(losses, [None] * (17 - validated) + [1.0] * validated))
        assert measures["falling"] == pytest.approx(1 - end / np.median(losses[-6:-3]), rel=1e-12)


@pytest.mark.filterwarnings("error")
def test_jumps_go_up_and_down_again():
    assert _jumps(np.array([1.0, 3.0, 2.0])) == 0.5  # 2 up and 1 down in two steps
    assert _jumps(np.array([1.0, 3.0])) == 0.0
    assert math.isnan(_jumps(np.array([1.0])))


@pytest.mark.filterwarnings("error")
def test_a_loss_that_does_not_move_has_no_trend():
    with np.errstate(all="raise"):
        assert _of_history(recorded(np.ones(10), [1.0] * 10))["trend"] == 0.0


def test_a_history_without_validation_says_so():
    history = History(EpochRecord(epoch, epoch, 0.1, 2.0**-epoch) for epoch in range(1, 11))
    assert repr(doctor.generalizes(history)) == "Diagnosis(not validated)"


def test_the_remedies_of_overfitting_stand_in_their_order():
    remedy = doctor.generalizes(overfit(1))[0].remedy
    ladder = ["more data", "augmentation", "architecture", "regularization", "smaller network"]
    assert sorted(ladder, key=remedy.index) == ladder


def test_a_trained_network_is_judged_from_its_history():
    rng = np.random.default_rng(0)
    (X, y), validation = split(*digits(), test_size=0.8, rng=rng)
    y[::2] = rng.integers(0, 10, len(y[::2]))  # noise that a large network learns by heart
    model = nnkit.mlp([64, 128, 10], rng=rng)
    optimizer = nnkit.Adam(model.parameters(), 0.003)
    trainer = nnkit.Trainer(model, CROSS_ENTROPY, optimizer, batch_size=32, rng=rng)
    history = trainer.fit((X, y), 30, validation=validation)
    assert doctor.generalizes(history)[0].name == "overfit"
    found = doctor.generalizes(model, loss=CROSS_ENTROPY, train=(X, y), validation=validation)
    assert found[0].name == "overfit"
    assert found[0].remedy == doctor.generalizes(history)[0].remedy


def test_a_model_with_its_data_is_judged_by_levels_alone():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4000, 2))
    y = X @ [[1.0], [-2.0]]
    parts = {"train": (X[:2000], y[:2000]), "validation": (X[2000:], y[2000:])}
    model = nnkit.Linear(2, 1, rng=rng)
    model.W.value[...] = [[1.0], [-2.0]]
    assert repr(doctor.generalizes(model, loss=SQUARED, **parts)) == "Diagnosis(good fit)"
    model.W.value[...] = 0.0  # answers the mean, nearly
    assert repr(doctor.generalizes(model, loss=SQUARED, **parts)) == "Diagnosis(underfit)"
    parts["validation"] = (X[2000:], y[2000:] + 3.0)
    model.W.value[...] = [[1.0], [-2.0]]
    assert repr(doctor.generalizes(model, loss=SQUARED, **parts)) == "Diagnosis(overfit)"


def test_a_steady_rise_is_not_noise():
    losses = [(1.0, 1.1), (0.5, 0.7), (0.2, 0.6), (0.1, 0.7), (0.05, 0.8), (0.02, 0.9)]
    history = History(
        EpochRecord(epoch, epoch, 0.1, one, validation_loss=other)
        for epoch, (one, other) in enumerate(losses, start=1)
    )
    assert repr(doctor.generalizes(history)) == "Diagnosis(overfit)"


def test_few_examples_suffice_and_all_classes_are_among_those_learned_by_heart():
    for seed in range(3):
        rng = np.random.default_rng(seed)
        X, y = datasets.moons(30, noise=0.1, rng=rng)
        model = nnkit.mlp([2, 16, 2], rng=rng)
        names = {finding.name for finding in doctor.learns(**case(model, X, y, seed=seed))}
        assert "one batch not learned" not in names


def test_random_predictions_are_not_taken_for_mixed_rows_or_wrong_gradients():
    names = [finding.name for finding in doctor.learns(**random_inference(3))]
    assert names[0] == "random inference"
    assert not {"rows mixed", "wrong gradient"} & set(names)


def test_a_sigmoid_before_its_loss_is_found_too():
    rng = np.random.default_rng(0)
    X, y = datasets.breast_cancer()
    model = Sequential(Linear(30, 8, rng=rng), Tanh(), Linear(8, 1, rng=rng), nnkit.Sigmoid())
    patient = case(model, standardize(X)[0], y[:, None], loss=nnkit.SigmoidBinaryCrossEntropy())
    assert doctor.learns(**patient)[0].name == "probabilities as logits"


def test_all_weights_zero_means_that_the_input_is_ignored():
    rng = np.random.default_rng(0)
    model = nnkit.mlp([64, 32, 10], rng=rng, initializer=zeros())
    assert doctor.learns(**case(model, *digits()))[0].name == "input ignored"
