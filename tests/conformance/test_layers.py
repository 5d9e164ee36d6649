"""What every layer and every container promises."""

import copy
import pickle

import numpy as np
import pytest

import nnkit
from nnkit import initializers


def kink_distance(layer, x):
    """How far the inputs of all ReLUs in a network are from 0."""
    if isinstance(layer, nnkit.ReLU):
        return np.abs(x).min()
    distances = [np.inf]
    if isinstance(layer, nnkit.Sequential):
        for inner in layer:
            distances.append(kink_distance(inner, x))
            x = inner(x)
    return min(distances)


def built(case, dtype=np.float64):
    """The case's layer, with a batch that keeps 1e-3 off every kink."""
    for seed in range(100):
        rng = np.random.default_rng(seed)
        layer = case.build(rng, dtype)
        x = rng.normal(size=case.shape).astype(dtype)
        for parameter in layer.parameters():
            parameter.value[...] += rng.normal(0, 0.1, parameter.value.shape)  # biases are not all zero
        if kink_distance(layer, x) > 1e-3:
            return layer, x
    raise AssertionError("no seed keeps the inputs off the kinks")


def gradients(layer):
    return [parameter.grad.copy() for parameter in layer.parameters()]


def test_the_gradients_of_input_and_parameters_match_central_differences(layer_case, rng):
    layer, x = built(layer_case)
    target = rng.normal(size=layer(x).shape)
    assert nnkit.gradient_error(layer, nnkit.MeanSquaredError(), x, target) <= 1e-7


def test_the_output_matches_plain_loops(layer_case):
    layer, x = built(layer_case)
    np.testing.assert_allclose(layer(x), layer_case.reference(layer, x.tolist()), rtol=1e-13, atol=1e-15)


def test_the_output_for_training_is_that_for_inference(layer_case, same):
    layer, x = built(layer_case)
    assert same(layer.forward(x, training=True)[0], layer(x))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(layer_case, dtype):
    layer, x = built(layer_case, dtype)
    y, cache = layer.forward(x, training=True)
    dx = layer.backward(np.ones_like(y), cache)
    assert y.dtype == dx.dtype == dtype
    assert all(p.value.dtype == p.grad.dtype == dtype for p in layer.parameters())


def test_backward_gives_the_shape_of_x(layer_case):
    layer, x = built(layer_case)
    y, cache = layer.forward(x)
    assert layer.backward(np.ones_like(y), cache).shape == x.shape


def test_input_output_gradient_and_cache_are_not_changed(layer_case, rng, same):
    layer, x = built(layer_case)
    x_before = x.copy()
    y, cache = layer.forward(x, training=True)
    dy = rng.normal(size=y.shape)
    before = copy.deepcopy((y, dy, cache))
    layer.backward(dy, cache)
    assert same(x, x_before)
    assert same((y, dy, cache), before)


def test_backward_adds_to_the_gradients(layer_case):
    layer, x = built(layer_case)
    y, cache = layer.forward(x)
    layer.backward(np.ones_like(y), cache)
    once = gradients(layer)
    layer.backward(np.ones_like(y), cache)
    for twice, grad in zip(gradients(layer), once, strict=True):
        np.testing.assert_allclose(twice, 2 * grad, rtol=1e-14)


def test_add_gradients_adds_what_backward_adds(layer_case, same):
    layer, x = built(layer_case)
    other = copy.deepcopy(layer)
    y, cache = layer.forward(x)
    layer.backward(np.ones_like(y), cache)
    other.add_gradients(np.ones_like(y), cache)
    assert same(gradients(layer), gradients(other))


def test_a_layer_used_twice_adds_both_gradients(layer_case, rng):
    layer, x = built(layer_case)
    other_x = x[::-1] * 0.5
    separate = []
    for one in (x, other_x):
        for parameter in layer.parameters():
            parameter.grad[...] = 0
        y, cache = layer.forward(one)
        layer.backward(np.ones_like(y), cache)
        separate.append(gradients(layer))
    for parameter in layer.parameters():
        parameter.grad[...] = 0
    (y, cache), (other_y, other_cache) = layer.forward(x), layer.forward(other_x)
    layer.backward(np.ones_like(other_y), other_cache)
    layer.backward(np.ones_like(y), cache)
    for grad, first, second in zip(gradients(layer), *separate, strict=True):
        np.testing.assert_allclose(grad, first + second, rtol=1e-14)


def test_a_prediction_between_forward_and_backward_harms_nothing(layer_case, same):
    layer, x = built(layer_case)
    other = copy.deepcopy(layer)
    y, cache = layer.forward(x, training=True)
    layer(np.zeros_like(x))
    dx = layer.backward(np.ones_like(y), cache)
    y, cache = other.forward(x, training=True)
    assert same(dx, other.backward(np.ones_like(y), cache))
    assert same(gradients(layer), gradients(other))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_trains_exactly_as_the_original(layer_case, duplicate, rng, same):
    layer, x = built(layer_case)
    if not layer.parameters():
        layer = nnkit.Sequential(nnkit.Linear(x.shape[1], x.shape[1], rng=rng), layer)
    target = rng.normal(size=layer(x).shape)
    twin = duplicate(layer)
    for model in (layer, twin):
        optimizer = nnkit.Adam(model.parameters(), 0.1)
        for _ in range(5):
            nnkit.backpropagate(model, nnkit.MeanSquaredError(), x, target)
            optimizer.step()
    assert same([p.value for p in layer.parameters()], [p.value for p in twin.parameters()])
    assert not np.shares_memory(layer.parameters()[0].value, twin.parameters()[0].value)


def test_the_repr_builds_the_same_shapes(layer_case, rng):
    layer, _ = built(layer_case, np.float32)
    names = {name: getattr(nnkit, name) for name in nnkit.__all__}
    names |= {name: getattr(initializers, name) for name in initializers.__all__}
    twin = eval(repr(layer), {**names, "np": np, "rng": rng})
    assert repr(twin) == repr(layer)
    if layer_case.name != "one layer used twice":  # a repr cannot say that two are one
        assert [p.value.shape for p in twin.parameters()] == [p.value.shape for p in layer.parameters()]
        assert all(p.value.dtype == np.float32 for p in twin.parameters())


def test_a_wrong_shape_is_refused_with_the_remedy(layer_case):
    if layer_case.wrong_shape is None:
        return
    layer, _ = built(layer_case)
    shape, text = layer_case.wrong_shape
    with pytest.raises(ValueError) as error:
        layer(np.zeros(shape))
    assert str(error.value) == text


def test_each_parameter_is_listed_once_and_starts_without_gradient(layer_case, rng):
    parameters = layer_case.build(rng, np.float64).parameters()
    assert len({id(p) for p in parameters}) == len(parameters)
    assert all(not p.grad.any() and p.grad.shape == p.value.shape for p in parameters)
