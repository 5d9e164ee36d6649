"""BatchNorm and LayerNorm: what they normalize, what they remember, what they refuse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnkit import BatchNorm, LayerNorm


@settings(max_examples=30)
@given(st.integers(2, 9), st.integers(1, 4), st.lists(st.integers(1, 4), min_size=2, max_size=2))
def test_every_channel_of_a_batch_gets_mean_zero_and_variance_one(batch, n, size):
    x = np.random.default_rng(0).normal(3, 5, size=(batch, n, *size))
    y, _ = BatchNorm(n, epsilon=1e-12).forward(x, training=True)
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-9)
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), 1, rtol=1e-6)


def test_the_running_averages_move_by_their_rule_with_the_unbiased_variance(rng):
    layer = BatchNorm(2, momentum=0.2)
    mean, variance = np.zeros(2), np.ones(2)
    for _ in range(3):
        x = rng.normal(4, 3, size=(5, 2))
        layer.forward(x, training=True)
        mean = 0.8 * mean + 0.2 * x.mean(axis=0)
        variance = 0.8 * variance + 0.2 * x.var(axis=0, ddof=1)
    np.testing.assert_allclose(layer.buffers["mean"], mean, rtol=1e-14)
    np.testing.assert_allclose(layer.buffers["variance"], variance, rtol=1e-14)


def test_images_count_every_pixel_for_the_unbiased_variance(rng):
    layer = BatchNorm(2, momentum=1)
    x = rng.normal(size=(3, 2, 2, 4))
    layer.forward(x, training=True)
    np.testing.assert_allclose(layer.buffers["variance"], x.var(axis=(0, 2, 3), ddof=1), rtol=1e-14)


def test_the_buffers_are_written_in_place(rng):
    layer = BatchNorm(3, dtype=np.float32)
    mean = layer.buffers["mean"]
    layer.forward(rng.normal(1, 1, size=(4, 3)).astype(np.float32), training=True)
    assert mean is layer.buffers["mean"]
    assert mean.any()
    assert mean.dtype == np.float32


def test_after_many_steps_inference_normalizes_as_training_does(rng):
    layer = BatchNorm(2)
    for _ in range(300):
        layer.forward(rng.normal(5, 2, size=(256, 2)), training=True)
    y = layer(rng.normal(5, 2, size=(4096, 2)))
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=0.1)
    np.testing.assert_allclose(y.std(axis=0), 1, atol=0.1)


def test_a_bias_before_batch_norm_has_no_gradient(rng):
    layer = BatchNorm(3)
    y, cache = layer.forward(rng.normal(size=(8, 3)), training=True)
    np.testing.assert_allclose(layer.backward(rng.normal(size=y.shape), cache).sum(axis=0), 0, atol=1e-14)


def test_a_batch_of_one_is_refused_while_training_only():
    layer = BatchNorm(3)
    with pytest.raises(ValueError) as error:
        layer.forward(np.ones((1, 3)), training=True)
    assert str(error.value) == (
        "BatchNorm expects the values of x per feature to be at least 2, got 1; change batch_size."
    )
    assert layer(np.ones((1, 3))).shape == (1, 3)
    layer.forward(np.ones((1, 3, 2, 2)), training=True)  # one image has many pixels


def test_layer_norm_treats_each_row_by_itself(rng):
    layer = LayerNorm(4, epsilon=1e-12)
    x = rng.normal(size=(5, 3, 4))
    np.testing.assert_array_equal(layer(x)[2:3, 1:2], layer(x[2:3, 1:2]))
    dy, part = rng.normal(size=x.shape), (slice(2, 3), slice(1, 2))
    dx, dx_of_part = (
        layer.backward(slope, layer.forward(one)[1]) for one, slope in ((x, dy), (x[part], dy[part]))
    )
    np.testing.assert_array_equal(dx[part], dx_of_part)
    np.testing.assert_allclose(layer(x), layer(3 * x + 7), atol=1e-9)


@pytest.mark.parametrize(
    ("build", "kind", "text"),
    [
        (lambda: BatchNorm(0), ValueError, "BatchNorm expects n to be at least 1, got 0."),
        (lambda: LayerNorm(2.0), TypeError, "LayerNorm expects n to be an int, got float 2.0."),
        (lambda: BatchNorm(2, momentum=0), ValueError, "BatchNorm expects momentum in (0, 1], got 0."),
        (lambda: LayerNorm(2, epsilon=0), ValueError, "LayerNorm expects epsilon in (0, inf), got 0."),
        (
            lambda: BatchNorm(2)([[1.0, 2.0]]),
            TypeError,
            "BatchNorm expects x as a floating-point ndarray, got list; "
            "pass np.array(..., dtype=np.float64).",
        ),
        (
            lambda: LayerNorm(2)(np.zeros(2)),
            ValueError,
            "LayerNorm expects x of shape (batch, 2), got (2,); "
            "build the layer with the length of its last axis.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(build, kind, text):
    with pytest.raises(kind) as error:
        build()
    assert str(error.value) == text


def test_the_repr_is_the_call():
    assert (
        repr(BatchNorm(3, momentum=0.5, dtype=np.float32)) == "BatchNorm(3, momentum=0.5, dtype=np.float32)"
    )
    assert repr(LayerNorm(3, epsilon=1e-3)) == "LayerNorm(3, epsilon=0.001)"


def test_a_momentum_of_one_over_k_makes_plain_averages(rng):
    layer = BatchNorm(2)
    batches = [rng.normal(4, 3, size=(5, 2)) for _ in range(4)]
    for k, x in enumerate(batches, start=1):
        layer.momentum = 1 / k
        layer.forward(x, training=True)
    np.testing.assert_allclose(layer.mean, np.mean([x.mean(axis=0) for x in batches], axis=0), rtol=1e-14)
    expected = np.mean([x.var(axis=0, ddof=1) for x in batches], axis=0)
    np.testing.assert_allclose(layer.variance, expected, rtol=1e-14)


def test_a_refused_batch_leaves_the_running_averages_alone():
    layer = BatchNorm(3)
    with pytest.raises(ValueError):
        layer.forward(np.ones((1, 3)), training=True)
    np.testing.assert_array_equal(layer.mean, 0)


def test_an_image_is_normalized_as_its_pixels_are(rng):
    images, x = BatchNorm(2), rng.normal(size=(3, 2, 4, 5))
    rows = BatchNorm(2)
    y, _ = images.forward(x, training=True)
    flat, _ = rows.forward(np.moveaxis(x, 1, -1).reshape(-1, 2), training=True)
    np.testing.assert_allclose(np.moveaxis(y, 1, -1).reshape(-1, 2), flat, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(images.variance, rows.variance, rtol=1e-13)


@pytest.mark.parametrize(("layer", "shape"), [(BatchNorm(2), (4, 2, 3, 3)), (LayerNorm(2), (4, 3, 2))])
def test_a_gradient_of_another_shape_is_refused_rather_than_broadcast(layer, shape):
    y, cache = layer.forward(np.random.default_rng(0).normal(size=shape), training=True)
    with pytest.raises(ValueError) as error:
        layer.backward(y[:1], cache)
    name = type(layer).__name__
    assert str(error.value) == f"{name} expects dy of shape {shape}, got {(1, *shape[1:])}."
