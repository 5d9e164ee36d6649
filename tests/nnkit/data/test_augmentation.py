"""Varied images against plain loops, and what rotation and shift leave alone."""

import math

import numpy as np
import pytest

from nnkit.data import add_noise, rotate, shift
from nnkit.data.augmentation import _turned

DTYPES = [np.float32, np.float64]


@pytest.fixture
def images(rng):
    return rng.normal(size=(6, 2, 5, 4))


def moved(image, down, right):
    """One channel moved by whole pixels, zeros entering."""
    height, width = len(image), len(image[0])
    inside = [
        [0 <= i - down < height and 0 <= j - right < width for j in range(width)] for i in range(height)
    ]
    return [
        [image[i - down][j - right] if inside[i][j] else 0.0 for j in range(width)] for i in range(height)
    ]


def turned(image, degrees):
    """One channel turned counterclockwise about its center, bilinear, zeros outside."""
    height, width = len(image), len(image[0])
    angle = math.radians(degrees)
    result = [[0.0] * width for _ in range(height)]
    for i in range(height):
        for j in range(width):
            # x to the right, y upward, from the center; the pixel came from where turning back leads
            x, y = j - (width - 1) / 2, (height - 1) / 2 - i
            source_x = math.cos(-angle) * x - math.sin(-angle) * y
            source_y = math.sin(-angle) * x + math.cos(-angle) * y
            row, column = (height - 1) / 2 - source_y, source_x + (width - 1) / 2
            for a in range(height):
                for b in range(width):
                    nearness = max(0.0, 1 - abs(row - a)) * max(0.0, 1 - abs(column - b))
                    result[i][j] += nearness * image[a][b]
    return result


def each_channel(images, change):
    return np.array([[change(number, c) for c in image] for number, image in enumerate(images.tolist())])


def test_each_image_is_shifted_by_its_own_draw_and_its_channels_together(images):
    down, right = np.random.default_rng(7).integers(-2, 3, (2, 6))
    assert len(set(zip(down, right, strict=True))) > 3
    expected = each_channel(images, lambda n, channel: moved(channel, down[n], right[n]))
    np.testing.assert_array_equal(shift(images, 2, rng=np.random.default_rng(7)), expected)


def test_every_shift_up_to_the_farthest_is_equally_likely():
    X = np.zeros((9000, 1, 5, 5))
    X[:, :, 2, 2] = 1
    share = shift(X, 1, rng=np.random.default_rng(0)).mean(axis=0)[0]
    assert share[[0, 4]].sum() == share[:, [0, 4]].sum() == 0
    # each of nine places: 1/9, with deviation sqrt(8/81/9000) = 0.0033
    assert np.abs(share[1:4, 1:4] - 1 / 9).max() < 5 * 0.0033


def test_each_image_is_turned_by_its_own_angle_and_its_channels_together(images):
    angles = np.random.default_rng(7).uniform(-50, 50, 6)
    expected = each_channel(images, lambda n, channel: turned(channel, angles[n]))
    got = rotate(images, 50, rng=np.random.default_rng(7))
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("shape", [(8, 2, 11, 3), (8, 2, 3, 11)])
def test_what_comes_from_outside_a_long_image_is_zero(shape, rng):
    X = rng.normal(size=shape)
    angles = np.random.default_rng(7).uniform(-180, 180, 8)
    expected = each_channel(X, lambda n, channel: turned(channel, angles[n]))
    got = rotate(X, 180, rng=np.random.default_rng(7))
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("quarters", [-2, -1, 0, 1, 2])
def test_quarter_turns_are_counterclockwise_and_exact(quarters, rng):
    X = rng.normal(size=(3, 2, 5, 5))
    got = _turned(X, np.full(3, 90.0 * quarters))
    np.testing.assert_allclose(got, np.rot90(X, quarters, axes=(2, 3)), rtol=0, atol=1e-12)


def test_a_positive_angle_raises_what_is_on_the_right():
    X = np.zeros((1, 1, 3, 3))
    X[0, 0, 1, 2] = 1
    got = _turned(X, np.array([45.0]))[0, 0]
    assert got[0, 2] > 0.3 and got[2, 2] == 0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("vary", [lambda X, rng: shift(X, 0, rng=rng), lambda X, rng: rotate(X, 0, rng=rng)])
def test_nothing_moves_by_zero(vary, dtype, images):
    X = images.astype(dtype)
    got = vary(X, np.random.default_rng(0))
    assert np.array_equal(got, X) and got.dtype == dtype
    assert not np.shares_memory(got, X)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "vary",
    [
        lambda X, rng: shift(X, 2, rng=rng),
        lambda X, rng: rotate(X, 30, rng=rng),
        lambda X, rng: add_noise(X, 0.1, rng=rng),
    ],
)
def test_shape_and_dtype_stay_and_the_input_is_not_changed(vary, dtype, images):
    X = images.astype(dtype)
    before = X.copy()
    got = vary(X, np.random.default_rng(0))
    assert (got.shape, got.dtype) == (X.shape, dtype)
    assert np.array_equal(X, before) and not np.array_equal(got, before)


def test_float32_images_turn_as_float64_ones_to_rounding(images):
    exact = rotate(images, 30, rng=np.random.default_rng(0))
    single = rotate(images.astype(np.float32), 30, rng=np.random.default_rng(0))
    np.testing.assert_allclose(single, exact, rtol=0, atol=1e-6)


def test_a_shift_farther_than_the_image_leaves_zeros():
    X = np.ones((200, 1, 2, 2))
    kept = shift(X, 5, rng=np.random.default_rng(0)).any(axis=(1, 2, 3)).mean()
    assert 0 < kept < 0.25  # nine of 121 places


def test_noise_has_mean_zero_and_the_deviation_asked_for(rng):
    X = rng.normal(size=(20_000, 2))
    noise = add_noise(X, 0.3, rng=rng) - X
    assert np.abs(noise.mean()) < 5 * 0.3 / 200
    assert noise.std() == pytest.approx(0.3, abs=5 * 0.3 / math.sqrt(2 * 40_000))
    assert np.array_equal(add_noise(X, 0, rng=rng), X)
