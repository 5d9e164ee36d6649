"""What the doctor measures of each layer's output, counted by hand."""

import math

import numpy as np
import pytest

from nnkit import Linear, ReLU, Sequential, Sigmoid, Tanh
from nnkit.doctor import activation_statistics


def test_activation_statistics_are_what_they_say():
    rng = np.random.default_rng(0)
    model = Sequential(Linear(3, 6, rng=rng), ReLU(), Sequential(Linear(6, 5, rng=rng), Tanh()), Sigmoid())
    model[0].b.value[:2] = -50.0  # two dead units
    model[0].W.value[:, 4], model[0].b.value[4] = model[0].W.value[:, 5], model[0].b.value[5]  # twins
    model[2][0].W.value *= 10.0
    X = rng.normal(size=(30, 3))
    found = activation_statistics(model, X)
    assert [one.layer for one in found] == ["0 Linear", "1 ReLU", "2 Linear", "3 Tanh", "4 Sigmoid"]
    assert [one.dead for one in found] == pytest.approx([0, 2 / 6, 0, 0, 0])
    assert [one.twins for one in found] == pytest.approx([1 / 6, 1 / 4, 0, 0, 0])
    tanh = model[:2](X)
    tanh = model[2](tanh)
    flat = [1 - y * y < 0.01 for row in tanh for y in row]
    assert [one.saturated for one in found] == pytest.approx([0, 0, 0, sum(flat) / len(flat), 0])
    assert 0.1 < found[3].saturated < 0.9
    mean = sum(y for row in tanh for y in row) / tanh.size
    variance = sum((y - mean) ** 2 for row in tanh for y in row) / tanh.size
    assert found[3].std == pytest.approx(math.sqrt(variance))


def test_the_channels_of_an_image_are_its_units():
    X = np.random.default_rng(0).normal(size=(4, 3, 2, 2))
    X[:, 1] = -1.0
    assert activation_statistics(ReLU(), X)[0].dead == pytest.approx(1 / 3)
