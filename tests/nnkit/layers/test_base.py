"""The contract's defaults."""

import numpy as np
import pytest

from nnkit import Layer, Linear, ReLU, Sequential, Tanh
from nnkit.layers import walk


class Double(Layer):
    """As small as a layer can be."""

    def forward(self, x, training=False):
        return 2 * x, None

    def backward(self, dy, cache):
        return 2 * dy


def test_a_layer_needs_forward_and_backward_only():
    layer = Double()
    np.testing.assert_array_equal(layer(np.ones((1, 2))), [[2, 2]])
    assert layer.parameters() == []
    assert layer.buffers == {}
    assert layer.add_gradients(np.ones((1, 2)), None) is None


def test_a_walk_gives_each_layer_once_and_depth_first():
    shared, inner = Double(), ReLU()
    model = Sequential(shared, Sequential(inner, shared), shared)
    assert list(walk(model)) == [model, shared, model.layers[1], inner]


def test_the_contract_itself_cannot_be_built():
    with pytest.raises(TypeError):
        Layer()


def test_a_call_is_inference():
    seen = []

    class Spy(Double):
        def forward(self, x, training=False):
            seen.append(training)
            return super().forward(x)

    Spy()(np.ones((1, 1)))
    assert seen == [False]
    assert ReLU().forward(np.ones((1, 1)), training=True)[0] == 1


def test_the_repr_of_a_layer_of_your_own_is_its_call_as_far_as_it_can_be():
    class Scale(Double):
        def __init__(self, factor, n=1, *, rng, dtype=np.float64):
            self.factor, self.dtype = factor, np.dtype(dtype)

    assert repr(Double()) == "Double()"
    assert repr(Scale(3, rng=None)) == "Scale(3, rng=rng)"
    assert repr(Scale(3, 2, rng=None, dtype=np.float32)) == "Scale(3, rng=rng, dtype=np.float32)"


def test_walk_gives_every_layer_once(rng):
    shared = Linear(2, 2, rng=rng)
    inner = Sequential(Tanh(), shared)
    model = Sequential(shared, inner, shared)
    assert list(walk(model)) == [model, shared, inner, inner[0]]


def test_own_arrays_are_buffers_and_own_parameters_are_learned(rng):
    class Counted(Linear):
        def __init__(self):
            super().__init__(2, 1, rng=rng)
            self.count = np.zeros(1)

    layer = Counted()
    assert layer.buffers == {"count": layer.count}
    assert layer.parameters() == [layer.W, layer.b]
