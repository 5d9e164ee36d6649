"""Every entry of the page of errata, computed again from nothing but what is printed in the work.

A proof gets the numbers that the page shows, and has to use each of them. A slip is written down here in
a few lines of our own.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

import nnkit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from book_extension import errata  # noqa: E402

PATH = ROOT / "book" / "reference" / errata.FILE
ENTRIES = {entry.id: entry for entry in errata.load(PATH)}


class Shown(dict):
    """The numbers of an entry as texts; remembers which were asked for."""

    def __init__(self, numbers):
        super().__init__(numbers)
        self.used = set()

    def value(self, name):
        self.used.add(name)
        return float(self[name])

    def is_right(self, name, computed):
        """Whether a computed number rounds to the one that is shown."""
        value, digits = self.value(name), self[name].partition("e")[0].partition(".")[2]
        unit = 10.0 ** -len(digits) * 10.0 ** int(self[name].partition("e")[2] or 0)
        return abs(computed - value) <= unit / 2 * (1 + 1e-9)


# --- Mazur's example: two inputs, two hidden neurons, two outputs, as printed ------------------------


def logistic(z):
    return 1 / (1 + np.exp(-z))


def half_squares(outputs):
    return np.sum((np.array([0.01, 0.99]) - outputs) ** 2) / 2


class Mazur:
    """The example with its given weights; biases stay, the rate is one half."""

    x, targets, biases, rate = np.array([0.05, 0.10]), np.array([0.01, 0.99]), (0.35, 0.60), 0.5

    def __init__(self):
        self.hidden = np.array([[0.15, 0.25], [0.20, 0.30]])
        self.output = np.array([[0.40, 0.50], [0.45, 0.55]])

    def outputs(self):
        h = logistic(self.x @ self.hidden + self.biases[0])
        return h, logistic(h @ self.output + self.biases[1])

    def error(self):
        return half_squares(self.outputs()[1])

    def update(self, sequential=False):
        h, o = self.outputs()
        delta = (o - self.targets) * o * (1 - o)
        moved = self.output - self.rate * np.outer(h, delta)
        back = (moved if sequential else self.output) @ delta
        self.hidden = self.hidden - self.rate * np.outer(self.x, back * h * (1 - h))
        self.output = moved
        return self


def test_our_example_begins_where_the_printed_one_does():
    network = Mazur()
    assert round(network.error(), 9) == 0.298371109
    hidden, output = network.update().hidden, network.output
    np.testing.assert_allclose(hidden, [[0.149780716, 0.24975114], [0.19956143, 0.29950229]], atol=5e-9)
    np.testing.assert_allclose(output, [[0.35891648, 0.511301270], [0.408666186, 0.561370121]], atol=5e-9)


def prove_mz_1(shown):
    printed = Mazur()
    printed.hidden = np.array([[0.149780716, 0.24975114], [0.19956143, 0.29950229]])
    printed.output = np.array([[0.35891648, 0.511301270], [0.408666186, 0.561370121]])
    gap = shown.value("printed") - printed.error()
    assert shown.is_right("right", printed.error())
    assert shown.is_right("right", Mazur().update().error())
    assert shown.is_right("gap", gap)
    assert shown.is_right("sequential", Mazur().update(sequential=True).error())
    assert shown["sequential"] == shown["printed"]
    # What the last printed digits of the weights could be off, at the steepest slope that the error has here.
    rounding = 0.0
    for weights in (printed.hidden, printed.output):
        for place in np.ndindex(weights.shape):
            before = printed.error()
            weights[place] += 5e-9
            rounding += abs(printed.error() - before)
            weights[place] -= 5e-9
    assert gap > 100 * rounding


def prove_mz_2(shown):
    ends = {}
    for sequential in (False, True):
        network = Mazur()
        for _ in range(10_000):
            network.update(sequential)
        ends[sequential] = network.outputs()[1]
    for place in (0, 1):
        assert shown.is_right(f"right{place + 1}", ends[False][place])
        assert shown.is_right(f"sequential{place + 1}", ends[True][place])
        assert shown[f"sequential{place + 1}"] == shown[f"printed{place + 1}"]
        gap = abs(shown.value(f"printed{place + 1}") - ends[False][place])
        assert 1e-6 < gap < 1e-5  # the sixth decimal


def prove_mz_3(shown):
    error = half_squares(np.array([0.015912196, 0.984065734]))
    assert shown.is_right("right", error)
    assert shown.is_right("other", error)
    assert not shown.is_right("printed", error)
    network = Mazur()
    for _ in range(9_999):
        network.update()
    assert shown.is_right("printed", network.error())


# --- Slips: a few lines that have it, what comes of it, and nnkit beside them ------------------------


class FallingSigmoid(nnkit.Sigmoid):
    """What the first entry below describes."""

    def _value(self, x):
        return 1 / (1 + np.exp(x))


def trained(seed, rate, hidden=lambda rng: [nnkit.ReLU()], end=()):
    """A network that reads digits, after 20 epochs, its 500 unseen digits, and the last training loss."""
    rng = np.random.default_rng(seed)
    train, unseen = nnkit.data.split(*nnkit.datasets.digits(), test_size=500, rng=np.random.default_rng(0))
    first, last = nnkit.Linear(64, 32, rng=rng), nnkit.Linear(32, 10, rng=rng)
    model = nnkit.Sequential(first, *hidden(rng), last, *end)
    optimizer = nnkit.SGD(model.parameters(), rate)
    trainer = nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=32, rng=rng)
    history = trainer.fit(train, epochs=20)
    assert history[-1].loss < history[0].loss
    return model, *unseen, history[-1].loss


def read_as_shown(shown, low, high, near=0.03, **network):
    """Compare the shares of unseen digits that five networks read with two numbers; give their losses."""
    runs = [trained(seed, shown.value("rate"), **network) for seed in range(5)]
    read = [nnkit.accuracy(model(x), y) for model, x, y, _ in runs]
    # Training: another processor may end elsewhere.
    assert min(read) == pytest.approx(shown.value(low), abs=near)
    assert max(read) == pytest.approx(shown.value(high), abs=near)
    return [loss for *_, loss in runs]


def slope_of(function, z, step=1e-6):
    return (function(z + step) - function(z - step)) / (2 * step)


def prove_sl_1(shown):
    def falling(z):
        return 1 / (1 + np.exp(z))

    z = shown.value("z")
    claimed = falling(z) * (1 - falling(z))
    assert shown.is_right("right", logistic(z)) and shown.is_right("wrong", falling(z))
    assert shown.is_right("claimed", claimed) and shown.is_right("slope", slope_of(falling, z))
    for at in np.linspace(-4, 4, 9):
        true = slope_of(falling, at)
        assert abs(falling(at) * (1 - falling(at)) - true) == pytest.approx(2 * abs(true))
    read_as_shown(shown, "low", "high", near=0.1, hidden=lambda rng: [FallingSigmoid()])
    read_as_shown(shown, "right_low", "right_high", hidden=lambda rng: [nnkit.Sigmoid()])
    layer = nnkit.Sigmoid()
    y, cache = layer.forward(np.array([[z]]))
    assert shown.is_right("right", y[0, 0])
    assert layer.backward(np.ones((1, 1)), cache)[0, 0] == pytest.approx(slope_of(logistic, z))


def shared_step(gradient):
    """The first step of an Adam whose two moments are one number."""
    moment = 0.9 * 0.0 + 0.1 * gradient
    moment = 0.999 * moment + 0.001 * gradient**2
    with np.errstate(invalid="ignore"):
        return (moment / 0.1) / (np.sqrt(moment / 0.001) + 1e-8)


def prove_sl_2(shown):
    low = shown.value("low")
    assert np.isnan([shared_step(np.float64(g)) for g in (low + 0.01, -50.0, -1.0, -1e-6)]).all()
    assert np.isfinite([shared_step(np.float64(g)) for g in (low - 0.01, 1e-6, 1.0, 50.0)]).all()
    for gradient in (low + 0.01, -1.0, 1.0):
        parameter = nnkit.Parameter(np.zeros(1))
        optimizer = nnkit.Adam(parameter, learning_rate=0.01)
        parameter.grad[...] = gradient
        optimizer.step()
        assert parameter.value[0] == pytest.approx(-0.01 * np.sign(gradient))


def cost_of_masks(seed, rate):
    """Accuracy with dropout at rest, less the mean accuracy of 20 predictions with fresh masks."""
    model, x, y, _ = trained(seed, rate, lambda rng: [nnkit.ReLU(), nnkit.Dropout(0.5, rng=rng)])
    np.testing.assert_array_equal(model(x), model(x))
    masked = [model.forward(x, training=True)[0] for _ in range(20)]
    assert not np.array_equal(masked[0], masked[1])
    return nnkit.accuracy(model(x), y) - np.mean([nnkit.accuracy(one, y) for one in masked])


def prove_sl_3(shown):
    costs = [cost_of_masks(seed, shown.value("rate")) for seed in range(5)]
    # Training: another processor may end elsewhere, by a few hundredths.
    assert min(costs) == pytest.approx(shown.value("low"), abs=0.03)
    assert max(costs) == pytest.approx(shown.value("high"), abs=0.03)


def one_step(momentum, h, sign):
    """(w, v) -> (w, v) on a parabola: velocity with the gradient at w + sign * momentum * v, then w - v."""
    velocity = np.array([h, momentum + h * sign * momentum])
    return np.array([[1.0, 0.0] - velocity, velocity])


def growth(momentum, h, sign):
    return np.abs(np.linalg.eigvals(one_step(momentum, h, sign))).max()


def prove_sl_4(shown):
    m, ahead, back = shown.value("momentum"), -1, +1
    for h in (0.05, 0.3, 0.9):
        assert np.linalg.det(one_step(m, h, ahead)) == pytest.approx(m * (1 - h))
        assert np.linalg.det(one_step(m, h, back)) == pytest.approx(m * (1 + h))
    for name, sign, limit in (("wrong", back, 1 / m - 1), ("right", ahead, 1 + 1 / (1 + 2 * m))):
        assert shown.is_right(name, limit)
        assert growth(m, limit - 1e-3, sign) < 1 < growth(m, limit + 1e-3, sign)
    ends = {h: far_from_rest(m, h) for h in (0.2, shown.value("right") - 0.02, shown.value("right") + 0.02)}
    assert [end < 1e-2 for end in ends.values()] == [True, True, False]


def far_from_rest(momentum, h):
    """Where nnkit's rule is on the parabola w * w / 2 after 400 steps from w = 1."""
    parameter = nnkit.Parameter(np.ones(1))
    optimizer = nnkit.SGD(parameter, learning_rate=h, momentum=momentum, nesterov=True)
    for _ in range(400):
        parameter.grad[...] = parameter.value
        optimizer.step()
    return abs(parameter.value[0])


# --- Traps ------------------------------------------------------------------------------------------


def prove_tr_1(shown):
    scores = np.array([shown.value(name) for name in ("first", "second", "third")])
    share = np.exp(scores[2]) / np.exp(scores).sum()
    assert shown.is_right("right", -np.log(share)) and shown.is_right("wrong", -np.log10(share))
    assert shown.is_right("hinge", np.maximum(0, scores[:2] - scores[2] + 1).sum())
    assert round(float(np.log(10)), 1) == 2.3
    loss = nnkit.SoftmaxCrossEntropy().value(scores[None], np.array([2]))
    assert shown.is_right("right", loss)
    assert shown.is_right("hinge", nnkit.MulticlassHinge().value(scores[None], np.array([2])))


def prove_tr_2(shown):
    sure, target = np.eye(10)[:1], np.array([0])
    floor = nnkit.SoftmaxCrossEntropy().value(sure, target)
    assert shown.is_right("floor", floor)
    rng = np.random.default_rng(0)
    others = nnkit.Softmax()(10 * rng.standard_normal((10_000, 10)))
    assert min(nnkit.SoftmaxCrossEntropy().value(one[None], target) for one in others[:500]) >= floor
    assert nnkit.SoftmaxCrossEntropy().value(1000 * sure, target) == pytest.approx(0)
    assert min(read_as_shown(shown, "low", "high", end=[nnkit.Softmax()])) > floor
    assert max(read_as_shown(shown, "right_low", "right_high")) < floor


def prove_tr_3(shown):
    gradient = 0.7
    bare = 0.1 * gradient / np.sqrt(0.001 * gradient**2)
    assert shown.is_right("factor", bare)
    parameter = nnkit.Parameter(np.zeros(1))
    optimizer = nnkit.Adam(parameter, learning_rate=0.01)
    parameter.grad[...] = gradient
    optimizer.step()
    assert parameter.value[0] == pytest.approx(-0.01)


PROOFS = {
    name.removeprefix("prove_"): proof for name, proof in list(globals().items()) if name[:6] == "prove_"
}


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_proved_with_every_number_that_it_shows(name):
    proof = PROOFS.get(name.lower().replace("-", "_"))
    assert proof is not None, (
        f"{name} has no proof: an erratum that no test computes does not stand on the page"
    )
    shown = Shown(ENTRIES[name].numbers)
    proof(shown)
    assert set(shown) == shown.used


def test_every_proof_belongs_to_an_entry():
    assert {name.lower().replace("-", "_") for name in ENTRIES} == set(PROOFS)


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_no_decimal_number_stands_in_a_text_by_itself(entry):
    texts = " ".join([entry.work, entry.printed, entry.right, entry.why, entry.found])
    allowed = {"TR-1": ["1.04", "2.3"]}  # the course's own rounding, and the natural logarithm of 10
    assert re.findall(r"\d+\.\d+", texts) == allowed.get(entry.id, [])
    assert set(re.findall(r"\{([a-z]\w*)\}", texts)) == set(entry.numbers)


def test_a_number_is_right_to_half_a_unit_of_its_last_digit():
    shown = Shown({"plain": "0.25", "power": "1.5e-7"})
    assert shown.is_right("plain", 0.2549) and not shown.is_right("plain", 0.2551)
    assert shown.is_right("power", 1.54e-7) and not shown.is_right("power", 1.56e-7)


def test_an_entry_that_is_incomplete_is_named(tmp_path):
    path = tmp_path / "errata.toml"
    path.write_text('[[entry]]\nid = "X-1"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"^errata.toml, X-1: .*missing 8 required"):
        errata.load(path)
    text = PATH.read_text(encoding="utf-8").replace('floor = "1.4612"', 'other = "1"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"^errata.toml, TR-2: 'floor'\.$"):
        errata.load(path)
