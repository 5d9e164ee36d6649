"""Windows and the way back; Conv2D: its size, its weights, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnkit import Conv2D, Linear, MeanSquaredError, gradient_error, initializers
from nnkit.layers.convolution import overlay, windows


@settings(max_examples=30)
@given(
    st.integers(1, 3),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(1, 4),
    st.integers(1, 5),
    st.integers(0, 2),
)
def test_overlay_is_the_transpose_of_windows(batch, extra_rows, extra_columns, size, stride, padding):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, 2, size + extra_rows, size + extra_columns))
    parts = windows("Conv2D", x, size, stride, padding)
    rows, columns = (extra + 2 * padding for extra in (extra_rows, extra_columns))
    assert parts.shape == (2, size * size, rows // stride + 1, columns // stride + 1, batch)
    other = rng.normal(size=parts.shape)
    back = overlay(other, x.shape, size, stride, padding)
    np.testing.assert_allclose((parts * other).sum(), (x * back).sum(), rtol=1e-10, atol=1e-12)


def test_an_entry_gets_back_one_per_window_in_which_it_stands():
    parts = np.ones((1, 4, 2, 2, 1))
    expected = [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    np.testing.assert_array_equal(overlay(parts, (1, 1, 3, 3), 2, 1)[0, 0], expected)
    np.testing.assert_array_equal(overlay(parts, (1, 1, 1, 1), 2, 1, padding=1)[0, 0], [[4]])


def by_definition(x, W, b, stride, padding):
    k, height, width = W.shape[1], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding
    padded = np.zeros((*x.shape[:2], height, width))
    padded[:, :, padding : height - padding, padding : width - padding] = x
    rows, columns = (height - k) // stride + 1, (width - k) // stride + 1
    y = np.empty((len(x), W.shape[3], rows, columns))
    for e, o, r, c in np.ndindex(y.shape):
        window = padded[e, :, r * stride : r * stride + k, c * stride : c * stride + k]
        y[e, o, r, c] = (window * W[..., o]).sum() + b[o]
    return y


SIZES = {name: st.integers(1, 3) for name in ("batch", "c_in", "c_out", "kernel_size", "stride")}


@settings(max_examples=25)
@given(**SIZES, padding=st.integers(0, 2), height=st.integers(3, 6), width=st.integers(3, 6))
def test_any_size_stride_and_padding_gives_the_definition_and_its_gradient(
    batch, c_in, c_out, kernel_size, stride, padding, height, width
):
    rng = np.random.default_rng(0)
    layer = Conv2D(c_in, c_out, kernel_size, stride=stride, padding=padding, rng=rng)
    layer.b.value[...] = rng.normal(size=c_out)
    x = rng.normal(size=(batch, c_in, height, width))
    y = layer(x)
    np.testing.assert_allclose(
        y, by_definition(x, layer.W.value, layer.b.value, stride, padding), rtol=1e-11, atol=1e-13
    )
    assert gradient_error(layer, MeanSquaredError(), x, rng.normal(size=y.shape)) <= 1e-7


def test_a_kernel_of_one_is_a_linear_layer_on_every_pixel(rng):
    layer, linear = Conv2D(3, 2, 1, rng=rng), Linear(3, 2, rng=rng)
    linear.W.value[...] = layer.W.value[:, 0, 0, :]
    x = rng.normal(size=(4, 3, 5, 6))
    expected = linear(x.transpose(0, 2, 3, 1).reshape(-1, 3)).reshape(4, 5, 6, 2).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-13)


def test_a_moved_image_gives_a_moved_output(rng):
    layer = Conv2D(1, 2, 3, rng=rng)
    x = np.zeros((1, 1, 9, 9))
    x[0, 0, 3:6, 3:6] = rng.normal(size=(3, 3))
    moved = np.roll(x, (1, 1), axis=(2, 3))
    np.testing.assert_array_equal(layer(moved), np.roll(layer(x), (1, 1), axis=(2, 3)))


def test_the_weights_are_drawn_with_the_fans_of_a_window():
    layer = Conv2D(2, 3, 5, rng=np.random.default_rng(3), initializer=initializers.glorot())
    expected = initializers.glorot()(np.random.default_rng(3), (2, 5, 5, 3), fan_in=50, fan_out=75)
    np.testing.assert_array_equal(layer.W.value, expected)
    np.testing.assert_array_equal(layer.b.value, np.zeros(3))


def test_add_gradients_never_goes_back_to_x(rng, monkeypatch):
    layer = Conv2D(1, 2, 3, rng=rng)
    y, cache = layer.forward(rng.normal(size=(2, 1, 4, 4)))
    monkeypatch.setattr("nnkit.layers.convolution.overlay", None)
    layer.add_gradients(np.ones_like(y), cache)
    assert layer.W.grad.any()


def test_an_empty_batch_stays_empty(rng):
    assert Conv2D(1, 2, 3, rng=rng)(np.zeros((0, 1, 4, 4))).shape == (0, 2, 2, 2)


@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((3, 5, 5), "add an axis with x[:, None] or x[None]"),
        ((2, 5, 5, 3), "try np.moveaxis(x, -1, 1)"),
    ],
)
def test_a_wrong_shape_is_refused_with_a_remedy(shape, remedy, rng):
    with pytest.raises(ValueError) as error:
        Conv2D(3, 2, 3, rng=rng)(np.zeros(shape))
    assert str(error.value) == f"Conv2D expects x of shape (batch, 3, height, width), got {shape}; {remedy}."


def test_the_remedies_work(rng):
    layer = Conv2D(3, 2, 3, rng=rng)
    assert layer(np.zeros((3, 5, 5))[None]).shape == (1, 2, 3, 3)
    assert layer(np.moveaxis(np.zeros((2, 5, 5, 3)), -1, 1)).shape == (2, 2, 3, 3)
    assert Conv2D(1, 2, 3, rng=rng)(np.zeros((2, 5, 5))[:, None]).shape == (2, 2, 3, 3)


@pytest.mark.parametrize(
    ("arguments", "options", "kind", "text"),
    [
        ((0, 1, 1), {}, ValueError, "Conv2D expects c_in to be at least 1, got 0."),
        ((1, 0, 1), {}, ValueError, "Conv2D expects c_out to be at least 1, got 0."),
        ((1, 1, (3, 3)), {}, TypeError, "Conv2D expects kernel_size to be an int, got tuple."),
        ((1, 1, 1), {"stride": 0}, ValueError, "Conv2D expects stride to be at least 1, got 0."),
        ((1, 1, 1), {"padding": -1}, ValueError, "Conv2D expects padding to be at least 0, got -1."),
        (
            (1, 1, 1),
            {"rng": 0},
            TypeError,
            "Conv2D expects rng to be a Generator, got int 0; pass np.random.default_rng(0).",
        ),
    ],
)
def test_a_wrong_argument_is_refused(arguments, options, kind, text, rng):
    with pytest.raises(kind) as error:
        Conv2D(*arguments, **{"rng": rng, **options})
    assert str(error.value) == text


def test_an_image_smaller_than_the_kernel_is_refused(rng):
    with pytest.raises(ValueError) as error:
        Conv2D(1, 1, 5, padding=1, rng=rng)(np.zeros((1, 1, 2, 9)))
    assert str(error.value) == "Conv2D expects x of 3 x 3 or more, got (1, 1, 2, 9); lower kernel_size."


def test_the_repr_names_the_options_that_are_not_the_default(rng):
    assert repr(Conv2D(1, 2, 3, rng=rng)) == "Conv2D(1, 2, 3, rng=rng)"
    layer = Conv2D(1, 2, 3, stride=2, padding=1, rng=rng, bias=False, dtype=np.float32)
    assert repr(layer) == "Conv2D(1, 2, 3, stride=2, padding=1, rng=rng, bias=False, dtype=np.float32)"
