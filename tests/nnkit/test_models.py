"""Sequential, mlp and summary."""

import numpy as np
import pytest

from nnkit import BatchNorm, Layer, Linear, ReLU, Residual, Sequential, Tanh, initializers, mlp, summary


@pytest.fixture
def model(rng):
    return Sequential(Linear(2, 3, rng=rng), ReLU(), Linear(3, 1, rng=rng))


def test_a_sequential_is_iterable_indexable_and_has_a_length(model):
    assert len(model) == 3
    assert list(model) == [model[0], model[1], model[2]]
    assert model[-1] is model.layers[2]


def test_a_model_without_parameters_computes_whole_numbers_in_float64():
    y = Sequential(ReLU())([[1, -2]])
    assert y.dtype == np.float64
    np.testing.assert_array_equal(y, [[1, 0]])


def test_a_slice_is_a_model_with_the_same_weights(model):
    part = model[:2]
    assert isinstance(part, Sequential)
    assert list(part) == [model[0], model[1]]
    np.testing.assert_array_equal(model[2](part([[1.0, 2.0]])), model([[1.0, 2.0]]))


def test_the_input_is_cast_once_at_the_door(rng):
    seen = []

    class Spy(Layer):
        def forward(self, x, training=False):
            seen.append(x.dtype)
            return x, None

        def backward(self, dy, cache):
            return dy

    model = Sequential(Spy(), Linear(2, 1, rng=rng, dtype=np.float32))
    for x in ([[1, 2]], np.ones((1, 2)), np.ones((1, 2), np.uint8), np.ones((1, 2), np.float32)):
        assert model(x).dtype == np.float32
    assert seen == [np.float32] * 4


def test_an_input_of_the_right_dtype_is_not_copied(rng):
    x = rng.normal(size=(4, 2))
    _, caches = Sequential(Linear(2, 1, rng=rng)).forward(x)
    assert caches[0] is x


def test_without_parameters_integers_become_float64_and_floats_stay():
    model = Sequential(Tanh())
    assert model([[1]]).dtype == np.float64
    assert model(np.ones((1, 1), np.float32)).dtype == np.float32
    assert model.dtype is None


def test_training_is_handed_to_every_layer():
    seen = []

    class Spy(Layer):
        def forward(self, x, training=False):
            seen.append(training)
            return x, None

        def backward(self, dy, cache):
            return dy

        @property
        def buffers(self):
            return {"mean": np.zeros(1)}

    for inner in (Sequential(Spy()), Residual(Spy())):
        seen.clear()
        model = Sequential(Spy(), inner)
        model.forward(np.ones((1, 1)), training=True)
        model(np.ones((1, 1)))
        inner(np.ones((1, 1)))
        assert seen == [True, True, False, False, False]
        assert list(model.buffers) == ["0.mean", "1.0.mean"]


def test_the_first_layers_input_gradient_is_spared_while_training(rng):
    class Stop(Layer):
        def forward(self, x, training=False):
            return x, None

        def backward(self, dy, cache):
            raise AssertionError("backward of the first layer was run")

        def add_gradients(self, dy, cache):
            self.reached = True

    stop = Stop()
    model = Sequential(stop, Linear(2, 1, rng=rng))
    y, cache = model.forward(np.ones((3, 2)))
    model.add_gradients(np.ones_like(y), cache)
    assert stop.reached
    assert model[1].W.grad.any()


@pytest.mark.parametrize(
    ("layers", "kind", "text"),
    [
        (
            (),
            ValueError,
            "Sequential expects the number of layers to be at least 1, got 0; pass such as ReLU().",
        ),
        (
            (ReLU,),
            TypeError,
            "Sequential expects layers to be a Layer, got the class ReLU"
            "; pass instances such as ReLU(), and a list as *layers.",
        ),
        (
            ([ReLU()],),
            TypeError,
            "Sequential expects layers to be a Layer, got list"
            "; pass instances such as ReLU(), and a list as *layers.",
        ),
        (
            (np.tanh,),
            TypeError,
            "Sequential expects layers to be a Layer, got ufunc"
            "; pass instances such as ReLU(), and a list as *layers.",
        ),
    ],
)
def test_what_is_not_a_layer_is_refused(layers, kind, text):
    with pytest.raises(kind) as error:
        Sequential(*layers)
    assert str(error.value) == text


def test_mixed_dtypes_are_refused(rng):
    with pytest.raises(ValueError) as error:
        Sequential(Linear(2, 2, rng=rng), Linear(2, 2, rng=rng, dtype=np.float32))
    assert str(error.value) == "Sequential expects one dtype, got ['float32', 'float64']; give it to each."


@pytest.mark.parametrize(
    ("x", "dtype"), [([["a"]], "<U1"), (np.array([[None]]), "object"), ([[1j]], "complex128")]
)
def test_an_input_without_real_numbers_is_refused(model, x, dtype):
    with pytest.raises(TypeError) as error:
        model(x)
    assert str(error.value) == (
        f"Sequential expects x to hold real numbers, got dtype {dtype}; encode it as numbers first."
    )


def test_mlp_puts_an_activation_between_layers_and_none_at_the_end(rng):
    model = mlp([4, 5, 6, 2], rng=rng, activation=Tanh)
    assert [type(layer) for layer in model] == [Linear, Tanh, Linear, Tanh, Linear]
    assert [layer.W.value.shape for layer in list(model)[::2]] == [(4, 5), (5, 6), (6, 2)]
    assert model[1] is not model[3]
    assert len(mlp([4, 2], rng=rng)) == 1


@pytest.mark.parametrize(
    ("activation", "initializer"), [(ReLU, initializers.he()), (Tanh, initializers.glorot())]
)
def test_mlp_chooses_he_for_relu_and_glorot_otherwise(activation, initializer):
    model = mlp([4, 3, 2], rng=np.random.default_rng(1), activation=activation)
    rng = np.random.default_rng(1)
    np.testing.assert_array_equal(model[0].W.value, initializer(rng, (4, 3), 4, 3))
    np.testing.assert_array_equal(model[2].W.value, initializer(rng, (3, 2), 3, 2))


def test_mlp_takes_an_initializer_and_a_dtype(rng):
    model = mlp([4, 3, 2], rng=rng, initializer=initializers.constant(0.5), dtype=np.float32)
    assert model.dtype == np.float32
    assert all((layer.W.value == 0.5).all() for layer in (model[0], model[2]))


@pytest.mark.parametrize(
    ("sizes", "options", "kind", "text"),
    [
        (
            [3],
            {},
            ValueError,
            "mlp expects the number of sizes to be at least 2, got 1; pass such as [2, 16, 2].",
        ),
        (
            [3, 2],
            {"activation": ReLU()},
            TypeError,
            "mlp expects activation to be a class, got ReLU(); pass such as nnkit.Tanh.",
        ),
        ([3, 0], {}, ValueError, "mlp expects sizes[1] to be at least 1, got 0."),
        (3, {}, TypeError, "mlp expects sizes to be a Sequence, got int 3; pass such as [2, 16, 2]."),
        (
            [3, 2],
            {"initializer": initializers.he},
            TypeError,
            "mlp expects initializer to be an Initializer, got function; "
            "call it with brackets, such as he().",
        ),
    ],
)
def test_mlp_refuses_with_the_remedy(sizes, options, kind, text, rng):
    with pytest.raises(kind) as error:
        mlp(sizes, rng=rng, **options)
    assert str(error.value) == text


def test_the_summary_counts_a_shared_layer_once_and_indents_nested_ones(rng):
    shared = Linear(1000, 1000, rng=rng)
    model = Sequential(shared, Sequential(Tanh(), shared), Linear(1000, 1, rng=rng, bias=False))
    assert summary(model).splitlines() == [
        "layer       shapes                       entries",
        "Linear      W (1000, 1000), b (1000,)  1,001,000",
        "Sequential",
        "  Tanh",
        "  Linear    the same as above",
        "Linear      W (1000, 1)                    1,000",
        "total                                  1,002,000",
    ]


def test_the_summary_of_a_single_layer_is_one_line_and_the_total(rng):
    assert summary(Linear(2, 3, rng=rng)).splitlines() == [
        "layer   shapes            entries",
        "Linear  W (2, 3), b (3,)        9",
        "total                           9",
    ]


def test_the_repr_indents_nested_models():
    assert repr(Sequential(ReLU(), Sequential(Tanh()))) == (
        "Sequential(\n    ReLU(),\n    Sequential(\n        Tanh(),\n    ),\n)"
    )


def test_a_residual_whose_layers_give_zero_is_the_identity_in_both_directions(rng):
    block = Residual(Linear(3, 3, rng=rng, initializer=initializers.zeros()))
    x = rng.normal(size=(4, 3))
    y, cache = block.forward(x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(block.backward(x, cache), x)


def test_residual_blocks_hand_gradients_down_where_plain_layers_lose_them(rng):
    def ratio(wrap):
        layers = [wrap(Linear(8, 8, rng=rng, initializer=initializers.normal(0.01))) for _ in range(20)]
        y, cache = Sequential(*layers).forward(rng.normal(size=(16, 8)))
        return np.abs(Sequential(*layers).backward(np.ones_like(y), cache)).mean()

    assert ratio(Residual) > 0.5
    assert ratio(lambda layer: layer) < 1e-20


def test_layers_that_change_the_shape_are_refused_in_a_residual(rng):
    with pytest.raises(ValueError) as error:
        Residual(Linear(3, 1, rng=rng))(np.zeros((5, 3)))
    assert str(error.value) == ("Residual expects f(x) of shape (5, 3), got (5, 1); mend its last layer.")


def test_a_residual_casts_x_for_both_paths(rng):
    assert Residual(Linear(1, 1, rng=rng, dtype=np.float32))([[1]]).dtype == np.float32


def test_a_residual_is_seen_through_by_buffers_repr_and_summary(rng):
    model = Sequential(Residual(BatchNorm(2), Tanh()))
    assert list(model.buffers) == ["0.0.mean", "0.0.variance"]
    assert repr(model[0]) == "Residual(\n    BatchNorm(2),\n    Tanh(),\n)"
    assert summary(model).splitlines() == [
        "layer        shapes                  entries",
        "Residual",
        "  BatchNorm  scale (2,), shift (2,)        4",
        "  Tanh",
        "total                                      4",
    ]


def test_buffers_are_named_by_position_and_parameters_come_once(rng):
    shared = BatchNorm(2)
    model = Sequential(shared, Residual(Linear(2, 2, rng=rng), shared))
    assert list(model.buffers) == ["0.mean", "0.variance", "1.1.mean", "1.1.variance"]
    assert model.buffers["0.mean"] is model.buffers["1.1.mean"] is shared.mean
    assert [p.name for p in model.parameters()] == ["scale", "shift", "W", "b"]


def test_an_empty_batch_is_refused_at_the_door_of_a_model(model):
    with pytest.raises(ValueError) as error:
        model(np.zeros((0, 2)))
    assert str(error.value) == "Sequential expects x to hold at least one example, got shape (0, 2)."
