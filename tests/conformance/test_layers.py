"""What every layer and every container promises."""

import copy
import pickle

import numpy as np
import pytest

import nnkit
from nnkit import initializers


def kink_distance(layer, x):
    """How far the inputs of a network are from where a slope jumps: 0, or two equal maxima."""
    if isinstance(layer, (nnkit.ReLU, nnkit.LeakyReLU, nnkit.ELU, nnkit.SELU)):
        return np.abs(x).min()
    if isinstance(layer, nnkit.MaxPool2D):  # closer than any window asks for
        return min(np.diff(np.sort(channel.ravel())).min() for image in x for channel in image)
    distances = [np.inf]
    for inner in layer.layers:
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


@pytest.mark.parametrize("training", [False, True])
def test_the_gradients_of_input_and_parameters_match_central_differences(layer_case, training):
    layer, x = built(layer_case)
    target = np.random.default_rng(1000).normal(size=layer(x).shape)  # not from the seed that drew x
    error = nnkit.gradient_error(layer, nnkit.MeanSquaredError(), x, target, training=training)
    assert error <= 1e-7


def test_the_output_matches_plain_loops(layer_case):
    layer, x = built(layer_case)
    for buffer in layer.buffers.values():
        buffer[...] += 0.3  # neither 0 nor 1
    expected = layer_case.reference(layer, x.tolist())
    np.testing.assert_allclose(layer(x), expected, rtol=1e-13, atol=1e-15)


def test_the_output_for_training_matches_plain_loops_or_is_that_for_inference(layer_case, same):
    layer, x = built(layer_case)
    before = copy.deepcopy(layer)
    y, _ = layer.forward(x, training=True)
    if layer_case.training_reference is None:
        assert same(y, layer(x))
    else:
        expected = layer_case.training_reference(before, x.tolist())
        np.testing.assert_allclose(y, expected, rtol=1e-13, atol=1e-15)


def test_inference_draws_nothing_and_changes_no_buffer(layer_case, same):
    layer, x = built(layer_case)
    before = pickle.dumps(layer)
    first = layer(x)
    assert same(layer(x), first)
    assert pickle.dumps(layer) == before


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("training", [False, True])
def test_inputs_of_ten_thousand_overflow_nowhere(layer_case, dtype, training):
    layer, x = built(layer_case, dtype)
    x = (np.sign(x) * 1e4).astype(dtype)
    y, cache = layer.forward(x, training)
    assert np.isfinite(y).all()
    assert np.isfinite(layer.backward(np.ones_like(y), cache)).all()


def test_an_empty_batch_stays_empty(layer_case):
    layer, x = built(layer_case)
    if not layer.layers:  # a container is the door of a model, and refuses it
        y, cache = layer.forward(x[:0])
        assert y.shape == (0, *layer(x).shape[1:])
        assert layer.backward(y, cache).shape == (0, *x.shape[1:])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("training", [False, True])
def test_the_dtype_is_kept(layer_case, dtype, training):
    layer, x = built(layer_case, dtype)
    y, cache = layer.forward(x, training)
    dx = layer.backward(np.ones_like(y), cache)
    assert y.dtype == dx.dtype == dtype
    assert all(buffer.dtype == dtype for buffer in layer.buffers.values())
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
        n = x.shape[1]
        first = nnkit.Linear(n, n, rng=rng) if x.ndim == 2 else nnkit.Conv2D(n, n, 1, rng=rng)
        layer = nnkit.Sequential(first, layer)
    target = rng.normal(size=layer(x).shape)
    twin = duplicate(layer)
    for model in (layer, twin):
        optimizer = nnkit.Adam(model.parameters(), 0.1)
        for _ in range(5):
            nnkit.backpropagate(model, nnkit.MeanSquaredError(), x, target)
            optimizer.step()
    assert same([p.value for p in layer.parameters()], [p.value for p in twin.parameters()])
    assert same(list(layer.buffers.values()), list(twin.buffers.values()))
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
