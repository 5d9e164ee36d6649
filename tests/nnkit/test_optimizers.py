"""Optimizers: what their rules imply, and what they refuse."""

import math

import numpy as np
import pytest

import nnkit
from nnkit import SGD, Adam, Parameter, fuse


def moved(optimizer, parameter, gradient, steps=1):
    start = parameter.value.copy()
    parameter.grad[...] = gradient
    for _ in range(steps):
        optimizer.step()
    return parameter.value - start


def test_under_a_steady_gradient_momentum_multiplies_the_speed():
    p = Parameter([0.0])
    optimizer = SGD(p, 0.1, momentum=0.9)
    moved(optimizer, p, 1.0, steps=300)
    assert moved(optimizer, p, 1.0).item() == pytest.approx(-0.1 / (1 - 0.9), rel=1e-9)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_adams_first_step_has_the_length_of_the_rate(size):
    p = Parameter([0.0, 0.0])
    change = moved(Adam(p, 0.1), p, [size, -size])
    np.testing.assert_allclose(change, [-0.1, 0.1], rtol=2e-5)  # epsilon / 1e-3 = 1e-5


def test_adam_leaves_alone_what_has_no_gradient():
    p = Parameter([1.0])
    assert moved(Adam(p, 0.1), p, 0.0, steps=3).item() == 0


def test_adams_epsilon_stands_outside_the_root():
    p = Parameter([0.0])
    change = moved(Adam(p, 0.1, epsilon=1.0), p, 1.0)
    assert change.item() == pytest.approx(-0.1 * 1 / (math.sqrt(1) + 1), rel=1e-12)


def test_the_rate_may_be_changed_between_steps():
    p = Parameter([0.0])
    optimizer = SGD(p, 0.1)
    first = moved(optimizer, p, 1.0)
    optimizer.learning_rate = 0.01
    np.testing.assert_allclose(moved(optimizer, p, 1.0), first / 10)
    assert optimizer.rate_at(1000) == 0.01


def test_a_single_parameter_is_as_good_as_a_list():
    p = Parameter([1.0])
    assert SGD(p, 0.1).parameters == [p]
    assert SGD(iter([p]), 0.1).parameters == [p]


def test_a_rule_can_tell_a_fused_parameter():
    class Norm(nnkit.Optimizer):
        """A rule that is not elementwise."""

        def __init__(self, parameters, learning_rate):
            super().__init__(parameters, learning_rate)
            if any(p.fused for p in self.parameters):
                raise ValueError("Norm refuses fused parameters.")

        def _update(self, rate):
            for p in self.parameters:
                p.value -= rate * p.grad / (1 + np.linalg.norm(p.grad))

    members = [Parameter([3.0, 4.0]), Parameter([0.0])]
    members[0].grad[...] = [3.0, 4.0]
    Norm(members, 0.6).step()
    np.testing.assert_allclose(members[0].value, [2.7, 3.6])
    with pytest.raises(ValueError, match="refuses"):
        Norm([fuse(members)], 0.6)


@pytest.mark.parametrize("make", [SGD, Adam])
@pytest.mark.parametrize("rate", [0, -0.1, math.nan, math.inf])
def test_a_rate_that_is_not_positive_is_refused(make, rate):
    with pytest.raises(ValueError) as error:
        make([Parameter([1.0])], rate)
    assert str(error.value) == (
        f"{make.__name__} expects a positive finite learning_rate, got {rate}; "
        "try 0.1 for SGD or 0.001 for Adam."
    )


@pytest.mark.parametrize(("rate", "kind"), [("0.1", "str"), (None, "NoneType"), (True, "bool")])
def test_a_rate_of_the_wrong_kind_is_refused(rate, kind):
    with pytest.raises(TypeError) as error:
        SGD([Parameter([1.0])], rate)
    assert str(error.value) == (
        f"SGD expects learning_rate to be a number or a schedule step -> rate, got {kind}."
    )


@pytest.mark.parametrize("rate", [-1.0, math.nan, math.inf])
def test_a_schedule_that_leaves_its_range_is_refused_at_that_step(rate):
    p = Parameter([1.0])
    optimizer = SGD(p, lambda step: 0.1 if step < 2 else rate)
    moved(optimizer, p, 1.0, steps=2)
    with pytest.raises(ValueError) as error:
        optimizer.step()
    assert str(error.value) == (
        f"SGD expects the schedule to give a finite rate of at least 0, got {rate} at step 2."
    )
    assert optimizer.steps == 2


p = Parameter([1.0])
q = Parameter([2.0])
TWICE = (
    "SGD expects distinct parameters, got one of them twice; "
    "pass each once, either by itself or inside a fused Parameter."
)


@pytest.mark.parametrize(
    ("parameters", "kind", "text"),
    [
        (lambda: [], ValueError, "SGD expects at least one Parameter, got none; pass model.parameters()."),
        (
            lambda: nnkit.Sequential(nnkit.ReLU()),
            TypeError,
            "SGD expects Parameters, got ReLU; pass model.parameters().",
        ),
        (lambda: [np.ones(2)], TypeError, "SGD expects Parameters, got ndarray; pass model.parameters()."),
        (lambda: [p, p], ValueError, TWICE),
        (lambda: [fuse([p, q]), q], ValueError, TWICE),
        (lambda: [fuse([p, q])] * 2, ValueError, TWICE),
    ],
)
def test_wrong_parameters_are_refused(parameters, kind, text):
    with pytest.raises(kind) as error:
        SGD(parameters(), 0.1)
    assert str(error.value) == text


@pytest.mark.parametrize("value", [-0.1, 1.0, math.nan])
@pytest.mark.parametrize(("make", "argument"), [(SGD, "momentum"), (Adam, "beta1"), (Adam, "beta2")])
def test_a_decay_outside_its_range_is_refused(make, argument, value):
    with pytest.raises(ValueError) as error:
        make([Parameter([1.0])], 0.1, **{argument: value})
    assert str(error.value) == f"{make.__name__} expects {argument} in [0, 1), got {value}; 0.9 is usual."


@pytest.mark.parametrize("epsilon", [0.0, -1e-8, math.nan, math.inf])
def test_an_epsilon_that_is_not_positive_is_refused(epsilon):
    with pytest.raises(ValueError) as error:
        Adam([Parameter([1.0])], epsilon=epsilon)
    assert str(error.value) == f"Adam expects a positive finite epsilon, got {epsilon}; 1e-08 is usual."


def test_the_reprs_show_every_option():
    assert repr(SGD(Parameter([1.0]), 0.1, momentum=0.5)) == "SGD(learning_rate=0.1, momentum=0.5)"
    assert repr(Adam(Parameter([1.0]))) == (
        "Adam(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)"
    )


def test_the_rate_of_a_step_is_a_plain_float():
    assert type(SGD(Parameter([1.0]), lambda step: np.float32(0.5)).rate_at(0)) is float
