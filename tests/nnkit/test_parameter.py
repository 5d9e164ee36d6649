"""Parameter and fuse: one memory, written in place, through copies, pickles and processes."""

import copy
import gc
import pickle
import subprocess
import sys

import numpy as np
import pytest

import nnkit
from nnkit import Parameter, fuse
from nnkit.parameter import in_pieces

DUPLICATES = {"deepcopy": copy.deepcopy, "pickle": lambda x: pickle.loads(pickle.dumps(x))}
ORPHAN = (
    "{0} expects parameters that live in the model's memory, got a fused one whose layers were copied, "
    "deleted or fused anew; make a new optimizer from the model in use."
)
X = np.random.default_rng(7).normal(size=(24, 3))
Y = np.random.default_rng(8).integers(0, 2, 24)


@pytest.fixture(params=DUPLICATES.values(), ids=DUPLICATES)
def duplicate(request):
    return request.param


@pytest.fixture
def model(rng):
    """Built by hand: each parameter has a memory of its own."""
    return nnkit.Sequential(nnkit.Linear(3, 8, rng=rng), nnkit.ReLU(), nnkit.Linear(8, 2, rng=rng))


def trainer_of(model, *, fused):
    parameters = model.parameters()
    optimizer = nnkit.Adam(fuse(parameters) if fused else parameters, 0.05)
    rng = np.random.default_rng(4)
    return nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=5, rng=rng)


def values(model):
    return np.concatenate([p.value.ravel() for p in model.parameters()])


ELSEWHERE = """
import pickle, sys
trainer, X, Y = pickle.load(sys.stdin.buffer)
trainer.fit((X, Y), epochs=3)
values = [parameter.value for parameter in trainer.model.parameters()]
pickle.dump((values, [one.fused for one in trainer.optimizer.parameters]), sys.stdout.buffer)
"""


def test_the_gradient_starts_at_zero_with_the_shape_and_dtype_of_the_value():
    p = Parameter(np.ones((2, 3), np.float32))
    assert p.grad.shape == (2, 3)
    assert p.grad.dtype == np.float32
    assert not p.grad.any()


def test_the_callers_array_is_copied():
    array = np.ones(3)
    Parameter(array).value[...] = 5
    np.testing.assert_array_equal(array, 1)


def test_the_memory_is_laid_out_row_by_row_whatever_came():
    parameter = Parameter(np.asfortranarray(np.ones((2, 3))))
    assert parameter.value.flags.c_contiguous
    assert parameter.grad.flags.c_contiguous


def test_a_single_parameter_can_be_fused():
    single = Parameter([[1.0, 2.0]])
    fused = fuse([single])
    fused.value += 1
    np.testing.assert_array_equal(single.value, [[2, 3]])
    assert fuse([single]) is fused


@pytest.mark.parametrize(("value", "dtype"), [([1, 2], "int64"), ([True], "bool")])
def test_values_that_are_not_floating_point_are_refused(value, dtype):
    with pytest.raises(TypeError) as error:
        Parameter(value)
    assert str(error.value) == (
        f"Parameter expects value as a floating-point ndarray, got dtype {dtype}; "
        "convert it with value.astype(np.float64)."
    )


@pytest.mark.parametrize("attribute", ["value", "grad"])
def test_writing_in_place_works_and_replacing_is_refused(attribute):
    p = Parameter([1.0, 2.0])
    array = getattr(p, attribute)
    p.value += 1
    p.grad -= 1
    setattr(p, attribute, array)
    with pytest.raises(ValueError) as error:
        setattr(p, attribute, array.copy())
    assert str(error.value) == (
        f"Parameter.{attribute} is shared with layers, never replaced; "
        f"write parameter.{attribute}[...] = new (or +=, -=)."
    )
    assert getattr(p, attribute) is array


def test_fuse_lays_values_and_gradients_side_by_side(model):
    before = [p.value.copy() for p in model.parameters()]
    model.parameters()[0].grad[...] = 7
    fused = fuse(model.parameters())
    assert fused.fused
    assert fused.value.flags.c_contiguous
    assert fused.value.shape == fused.grad.shape == (sum(v.size for v in before),)
    for p, value in zip(model.parameters(), before, strict=True):
        assert not p.fused
        np.testing.assert_array_equal(p.value, value)
        assert np.shares_memory(p.value, fused.value)
        assert np.shares_memory(p.grad, fused.grad)
    assert (model.parameters()[0].grad == 7).all()
    fused.value[...] = 3
    assert all((p.value == 3).all() for p in model.parameters())


def test_fusing_the_same_parameters_again_gives_the_same_parameter(model):
    fused = fuse(model.parameters())
    assert fuse(model.parameters()) is fused
    assert fused.intact


def test_fused_and_separate_training_agree_bit_for_bit(model):
    twin = copy.deepcopy(model)
    trainer_of(model, fused=True).fit((X, Y), epochs=5)
    trainer_of(twin, fused=False).fit((X, Y), epochs=5)
    np.testing.assert_array_equal(values(model), values(twin))


def test_fusing_after_the_optimizer_was_made_changes_nothing(model):
    twin = copy.deepcopy(model)
    trainer, other = trainer_of(model, fused=False), trainer_of(twin, fused=False)
    fuse(model.parameters())
    trainer.fit((X, Y), epochs=3)
    other.fit((X, Y), epochs=3)
    np.testing.assert_array_equal(values(model), values(twin))


@pytest.mark.parametrize("fused", [False, True])
def test_a_duplicated_trainer_goes_on_exactly_as_the_original(model, duplicate, fused):
    trainer = trainer_of(model, fused=fused)
    trainer.fit((X, Y), epochs=2)
    twin = duplicate(trainer)
    np.testing.assert_array_equal(values(twin.model), values(model))
    twin.fit((X, Y), epochs=3)
    assert not np.array_equal(values(twin.model), values(model))
    trainer.fit((X, Y), epochs=3)
    np.testing.assert_array_equal(values(twin.model), values(model))
    assert twin.history == trainer.history


@pytest.mark.parametrize("fused", [False, True])
def test_a_trainer_sent_to_another_process_trains_exactly_as_here(model, fused):
    trainer = trainer_of(model, fused=fused)
    trainer.fit((X, Y), epochs=2)
    sent = pickle.dumps((trainer, X, Y))
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], input=sent, capture_output=True, timeout=60)
    there, still_fused = pickle.loads(done.stdout)
    trainer.fit((X, Y), epochs=3)
    for value, parameter in zip(there, model.parameters(), strict=True):
        np.testing.assert_array_equal(value, parameter.value)
    assert any(still_fused) == fused


def test_a_duplicated_fused_model_trains_with_a_new_optimizer(model, duplicate):
    fuse(model.parameters())
    trainer = trainer_of(model, fused=True)
    twin = duplicate(model)
    other = trainer_of(twin, fused=True)
    assert fuse(twin.parameters()).intact
    trainer.fit((X, Y), epochs=3)
    other.fit((X, Y), epochs=3)
    np.testing.assert_array_equal(values(model), values(twin))
    assert not np.shares_memory(model.parameters()[0].value, twin.parameters()[0].value)


def test_one_layer_duplicated_out_of_a_fused_model_can_be_trained_alone(model, duplicate, rng):
    fuse(model.parameters())
    layer = duplicate(model[0])
    fused = fuse(layer.parameters())
    assert fused.value.size == layer.W.value.size + layer.b.value.size
    before = layer.W.value.copy()
    nnkit.backpropagate(layer, nnkit.MeanSquaredError(), X, np.zeros((24, 8)))
    nnkit.SGD(fused, 0.1).step()
    assert not np.array_equal(layer.W.value, before)


@pytest.mark.parametrize("fused", [False, True])
def test_names_values_and_gradients_survive_duplication(model, duplicate, fused):
    if fused:
        fuse(model.parameters())
    for p in model.parameters():
        p.grad[...] = np.arange(p.grad.size).reshape(p.grad.shape)
    for p, twin in zip(model.parameters(), duplicate(model).parameters(), strict=True):
        np.testing.assert_array_equal(p.value, twin.value)
        np.testing.assert_array_equal(p.grad, twin.grad)
        assert p.name == twin.name


def test_an_optimizer_duplicated_without_its_fused_model_raises(model, duplicate):
    optimizer = duplicate(trainer_of(model, fused=True).optimizer)
    with pytest.raises(RuntimeError) as error:
        optimizer.step()
    assert str(error.value) == ORPHAN.format("Adam")


def test_an_optimizer_whose_fused_model_is_gone_raises(model):
    optimizer = trainer_of(model, fused=True).optimizer
    model.__dict__["layers"] = copy.deepcopy(model).layers
    gc.collect()
    with pytest.raises(RuntimeError) as error:
        optimizer.step()
    assert str(error.value) == ORPHAN.format("Adam")


@pytest.mark.parametrize("part", [slice(0, 2), slice(None, None, -1)])
def test_an_optimizer_raises_after_its_parameters_were_fused_anew(model, part):
    optimizer = nnkit.SGD([fuse(model.parameters())], 0.1)
    before = values(model)
    again = fuse(model.parameters()[part])
    assert again.intact
    np.testing.assert_array_equal(values(model), before)
    with pytest.raises(RuntimeError) as error:
        optimizer.step()
    assert str(error.value) == ORPHAN.format("SGD")
    np.testing.assert_array_equal(values(model), before)


@pytest.mark.parametrize("fused", [False, True])
def test_a_trainer_refuses_the_optimizer_of_the_model_it_was_copied_from(model, duplicate, fused):
    optimizer = trainer_of(model, fused=fused).optimizer
    twin = duplicate(model)
    with pytest.raises(ValueError) as error:
        nnkit.Trainer(
            twin, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=5, rng=np.random.default_rng(0)
        )
    expected = (
        "Trainer expects an optimizer over the model's own parameters, got some that are not in the model "
        "(perhaps it was copied); build Adam(model.parameters(), ...) from the model in use."
    )
    assert str(error.value) == expected
    trainer = trainer_of(model, fused=fused)
    trainer.model = twin
    with pytest.raises(ValueError) as error:
        trainer.fit((X, Y), epochs=1)
    assert str(error.value) == expected


def test_a_shallow_copy_of_a_member_leaves_the_fused_parameter_intact(model):
    fused = fuse(model.parameters())
    twin = copy.copy(model[0].W)
    assert np.shares_memory(twin.value, fused.value)
    del twin
    assert fused.intact


def p(dtype=np.float64):
    return Parameter(np.ones(2, dtype))


@pytest.mark.parametrize(
    ("parameters", "kind", "text"),
    [
        (list, ValueError, "fuse expects distinct parameters, got none; pass model.parameters()."),
        (
            lambda: [np.ones(2)],
            TypeError,
            "fuse expects each of parameters to be a Parameter, got an ndarray of shape (2,); "
            "pass model.parameters().",
        ),
        (
            p,
            TypeError,
            "fuse expects parameters to be an Iterable, got Parameter; pass model.parameters().",
        ),
        (
            lambda: [p()] * 2,
            ValueError,
            "fuse expects distinct parameters, got one of them twice; pass model.parameters().",
        ),
        (
            lambda: [p(), p(np.float32)],
            ValueError,
            "fuse expects parameters of one dtype, got float32 and float64; fuse each by itself.",
        ),
        (
            lambda: [fuse([p(), p()]), p()],
            ValueError,
            "fuse expects the layers' own parameters, got a fused one; pass model.parameters().",
        ),
    ],
)
def test_fuse_refuses_with_the_remedy(parameters, kind, text):
    with pytest.raises(kind) as error:
        fuse(parameters())
    assert str(error.value) == text


def test_the_repr_names_what_it_is(model):
    assert repr(Parameter([1.0])) == "Parameter(shape=(1,), dtype=float64)"
    assert repr(model[0].W) == "Parameter('W', shape=(3, 8), dtype=float64)"
    assert repr(fuse(model.parameters())) == "Parameter('fused', shape=(50,), dtype=float64)"


def test_the_parameters_of_an_mlp_are_born_in_one_vector(rng):
    model = nnkit.mlp([3, 8, 2], rng=rng)
    arrays = [p.value for p in model.parameters()]
    (whole,) = in_pieces(model.parameters())
    nnkit.SGD(model.parameters(), 0.1).step()
    assert fuse(model.parameters()) is whole
    assert whole.value.size == 3 * 8 + 8 + 8 * 2 + 2
    for p, array in zip(model.parameters(), arrays, strict=True):
        assert p.value is array  # nothing moved
        assert np.shares_memory(array, whole.value)


@pytest.mark.parametrize("rule", [nnkit.SGD, nnkit.AdaGrad, nnkit.RMSProp, nnkit.Adam, nnkit.AdamW])
def test_an_mlp_trains_bit_for_bit_as_the_same_layers_built_by_hand(rule, model, rng):
    born = nnkit.mlp([3, 8, 2], rng=rng)
    for p, twin in zip(born.parameters(), model.parameters(), strict=True):
        p.value[...] = twin.value
    for one in (born, model):
        optimizer = rule(one.parameters(), 0.05)
        loss, order = nnkit.SoftmaxCrossEntropy(), np.random.default_rng(4)
        nnkit.Trainer(one, loss, optimizer, batch_size=5, rng=order).fit((X, Y), epochs=5)
    np.testing.assert_array_equal(values(born), values(model))


def test_pieces_are_whole_memories_and_single_parameters_in_order(model, rng):
    born = nnkit.mlp([3, 8, 2], rng=rng)
    (whole,), parts = in_pieces(born.parameters()), born.parameters()
    single = model.parameters()
    assert in_pieces([*single, *parts]) == [*single, whole]
    assert in_pieces([*parts, *single]) == [whole, *single]
    assert in_pieces([whole, *single]) == [whole, *single]
    assert in_pieces(parts[1:]) == parts[1:]  # a part of a memory is no piece of it
    assert in_pieces(parts[::-1]) == parts[::-1]
    second = fuse(parts[2:])
    assert in_pieces(parts) == [*parts[:2], second]


def test_an_optimizer_of_a_part_of_an_mlp_moves_that_part_only(rng):
    model = nnkit.mlp([3, 8, 2], rng=rng)
    before = [p.value.copy() for p in model.parameters()]
    for p in model.parameters():
        p.grad[...] = 1.0
    optimizer = nnkit.SGD(model[2].parameters(), 0.5)
    nnkit.SGD(model.parameters(), 0.25).step()
    optimizer.step()
    for p, value, step in zip(model.parameters(), before, (0.25, 0.25, 0.75, 0.75), strict=True):
        np.testing.assert_array_equal(p.value, value - 0.25 - (step - 0.25))


def test_what_an_optimizer_remembers_has_the_same_names_fused_or_not(model, rng):
    twins = copy.deepcopy(model)
    optimizers = [
        nnkit.Adam(parameters, 0.1)
        for parameters in (
            model.parameters(),
            fuse(twins.parameters()),
            nnkit.mlp([3, 8, 2], rng=rng).parameters(),
        )
    ]
    shapes = [{name: array.shape for name, array in one.buffers.items()} for one in optimizers]
    assert shapes[0] == shapes[1] == shapes[2]
    assert shapes[0]["m.2"] == shapes[0]["v.2"] == (8, 2)


def test_an_expired_gradient_counts_as_zero():
    p = Parameter(np.ones((2, 3)))
    x, dy = np.arange(8.0).reshape(4, 2), np.arange(12.0).reshape(4, 3)
    p.grad[...] = 7
    p.expire_grad()
    assert not p.grad.any()
    p.grad[...] = 7
    p.expire_grad()
    p.accumulate(np.dot, x.T, dy)  # written
    np.testing.assert_array_equal(p.grad, x.T @ dy)
    p.accumulate(np.dot, x.T, dy)  # added
    np.testing.assert_array_equal(p.grad, 2 * (x.T @ dy))
    p.expire_grad()
    p.grad[0, 0] += 1  # who looks finds zeros, and may write
    p.accumulate(np.dot, x.T, dy)
    expected = x.T @ dy
    expected[0, 0] += 1
    np.testing.assert_array_equal(p.grad, expected)
    array = p.grad
    p.expire_grad()
    p.accumulate(np.dot, x.T, dy)
    assert p.grad is array


def test_a_layer_that_is_used_twice_gets_the_sum_in_every_step(rng):
    layer = nnkit.Linear(3, 3, rng=rng)
    model = nnkit.Sequential(layer, nnkit.Tanh(), layer)
    for _ in range(2):
        nnkit.backpropagate(model, nnkit.MeanSquaredError(), X, np.zeros((24, 3)))
        found = layer.W.grad.copy()
    first, second = copy.deepcopy(layer), copy.deepcopy(layer)
    apart = nnkit.Sequential(first, nnkit.Tanh(), second)
    nnkit.backpropagate(apart, nnkit.MeanSquaredError(), X, np.zeros((24, 3)))
    np.testing.assert_allclose(found, first.W.grad + second.W.grad, rtol=1e-12)


class Unused(nnkit.Layer):
    """Passes x on, and leaves its parameter alone."""

    def __init__(self):
        self.p = Parameter(np.ones(4), "p")

    def forward(self, x, training=False):
        return x, None

    def backward(self, dy, cache):
        return dy


def test_what_no_layer_wrote_to_is_zero_after_a_backward_pass(rng):
    unused = Unused()
    model = nnkit.Sequential(nnkit.Linear(3, 2, rng=rng), unused)
    whole = fuse(model.parameters())
    whole.grad[...] = 7
    nnkit.backpropagate(model, nnkit.SoftmaxCrossEntropy(), X, Y)
    np.testing.assert_array_equal(whole.grad[-4:], 0)
    assert whole.grad[:-4].all()
    assert not unused.p.grad.any()


def test_gradients_are_zero_after_a_backward_pass_that_failed(model):
    class Broken(nnkit.ReLU):
        def backward(self, dy, cache):
            raise FloatingPointError("broken")

    broken = nnkit.Sequential(*model[:2], Broken(), model[2])
    for p in broken.parameters():
        p.grad[...] = 7
    with pytest.raises(FloatingPointError):
        nnkit.backpropagate(broken, nnkit.SoftmaxCrossEntropy(), X, Y)
    assert not model[0].W.grad.any()
    assert not (model[2].W.grad == 7).any()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
@pytest.mark.parametrize("build", [lambda p: None, fuse], ids=["apart", "fused"])
def test_a_gradient_that_counts_as_zero_counts_as_zero_in_a_copy(build, copied):
    parameters = [Parameter(np.ones((2, 3))), Parameter(np.ones(3))]
    build(parameters)
    for parameter in parameters:
        parameter.grad += 7
    parameters[0].expire_grad()
    first, second = copied(parameters)
    assert not first.grad.any()
    np.testing.assert_array_equal(second.grad, np.full(3, 7.0))


def test_fusing_a_fused_vector_and_one_more_moves_them_all():
    first, second, third = (Parameter(np.full(2, float(i))) for i in range(3))
    left = fuse([first, second])
    fused = fuse([first, second, third])
    assert fused is not left and fused.members == (first, second, third)
    np.testing.assert_array_equal(fused.value, [0, 0, 1, 1, 2, 2])
    assert not left.intact
