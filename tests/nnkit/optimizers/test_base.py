"""What all optimizers have in common: parameters, rates, and what they refuse."""

import math

import numpy as np
import pytest

import nnkit
from nnkit import SGD, AdaGrad, Adam, AdamW, Parameter, RMSProp, fuse, schedules


def moved(optimizer, parameter, gradient, steps=1):
    start = parameter.value.copy()
    parameter.grad[...] = gradient
    for _ in range(steps):
        optimizer.step()
    return parameter.value - start


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


HINT = "a schedule step -> number will do too"


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: SGD(p, 0), ValueError, f"SGD expects learning_rate in (0, inf), got 0; {HINT}."),
        (lambda: Adam(p, math.nan), ValueError, f"Adam expects learning_rate in (0, inf), got nan; {HINT}."),
        (lambda: SGD(p, None), TypeError, f"SGD expects learning_rate to be a number, got NoneType; {HINT}."),
        (
            lambda: SGD(p, True),
            TypeError,
            f"SGD expects learning_rate to be a number, got bool True; {HINT}.",
        ),
        (lambda: SGD(p, 0.1, momentum=1.0), ValueError, f"SGD expects momentum in [0, 1), got 1.0; {HINT}."),
        (lambda: RMSProp(p, beta=1.0), ValueError, "RMSProp expects beta in [0, 1), got 1.0."),
        (
            lambda: Adam(p, beta1=abs),
            TypeError,
            "Adam expects beta1 to be a number, got builtin_function_or_method.",
        ),
        (lambda: AdamW(p, epsilon=0), ValueError, "AdamW expects epsilon in (0, inf), got 0."),
        (lambda: AdamW(p, weight_decay=-1), ValueError, "AdamW expects weight_decay in [0, inf), got -1."),
        (lambda: SGD(p, 0.1, nesterov=1), TypeError, "SGD expects nesterov to be True or False, got int 1."),
    ],
)
def test_an_option_out_of_range_is_refused(make, kind, text):
    with pytest.raises(kind) as error:
        make()
    assert str(error.value) == text


@pytest.mark.parametrize("rate", [-1.0, math.nan, math.inf])
def test_a_schedule_that_leaves_its_range_is_refused_at_that_step(rate):
    p = Parameter([1.0])
    optimizer = SGD(p, lambda step: 0.1 if step < 2 else rate)
    moved(optimizer, p, 1.0, steps=2)
    here = p.value.copy()
    with pytest.raises(ValueError) as error:
        optimizer.step()
    assert str(error.value) == f"SGD expects learning_rate at step 2 in [0, inf), got {rate}."
    assert optimizer.steps == 2
    assert p.value == here


def test_a_schedule_that_gives_no_number_is_refused():
    with pytest.raises(TypeError) as error:
        SGD(Parameter([1.0]), lambda step: None).step()
    assert str(error.value) == "SGD expects learning_rate at step 0 to be a number, got NoneType."


def test_a_wrong_rate_set_between_steps_is_refused_at_the_next():
    optimizer = SGD(Parameter([1.0]), 0.1)
    optimizer.learning_rate = "0.1"
    with pytest.raises(TypeError) as error:
        optimizer.step()
    assert str(error.value) == "SGD expects learning_rate at step 0 to be a number, got str '0.1'."


p = Parameter([1.0])
q = Parameter([2.0])
NONE = "SGD expects distinct parameters, got none; pass model.parameters()."
TWICE = "SGD expects distinct parameters, got one of them twice; pass model.parameters()."
KIND = "SGD expects each of parameters to be a Parameter, got {}; pass model.parameters()."


@pytest.mark.parametrize(
    ("parameters", "kind", "text"),
    [
        (lambda: [], ValueError, NONE),
        (lambda: nnkit.Sequential(nnkit.ReLU()), TypeError, KIND.format("ReLU")),
        (lambda: None, TypeError, KIND.format("NoneType")),
        (lambda: [np.ones(2)], TypeError, KIND.format("an ndarray of shape (2,)")),
        (lambda: [p, p], ValueError, TWICE),
        (lambda: [fuse([p, q]), q], ValueError, TWICE),
        (lambda: [fuse([p, q])] * 2, ValueError, TWICE),
    ],
)
def test_wrong_parameters_are_refused(parameters, kind, text):
    with pytest.raises(kind) as error:
        SGD(parameters(), 0.1)
    assert str(error.value) == text


def test_the_reprs_show_every_option():
    assert repr(SGD(p, 0.1, momentum=0.5)) == "SGD(learning_rate=0.1, momentum=0.5, nesterov=False)"
    assert repr(SGD(p, schedules.constant(0.1))).startswith("SGD(learning_rate=constant(rate=0.1), ")
    assert repr(AdaGrad(p)) == "AdaGrad(learning_rate=0.01, epsilon=1e-10)"
    assert repr(RMSProp(p)) == "RMSProp(learning_rate=0.001, beta=0.9, epsilon=1e-08)"
    assert repr(Adam(p)) == "Adam(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)"
    assert repr(AdamW(p)) == (
        "AdamW(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08, weight_decay=0.01, biases=False)"
    )


def test_numbers_of_numpy_become_plain_ones_so_that_float32_stays():
    p = Parameter(np.ones(3, np.float32))
    optimizer = Adam(p, np.float64(0.1), beta1=np.float64(0.5), beta2=np.float64(0.5), epsilon=np.float64(1))
    assert {type(optimizer.learning_rate), type(optimizer.beta1), type(optimizer.epsilon)} == {float}


def test_the_rate_of_a_step_is_a_plain_float():
    assert type(SGD(Parameter([1.0]), lambda step: np.float32(0.5)).rate_at(0)) is float
