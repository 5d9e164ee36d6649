"""The contract's defaults."""

import numpy as np
import pytest

from nnkit import Layer, ReLU, Sequential
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
