import cmath
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnkit import MeanSquaredError, SoftmaxCrossEntropy, backpropagate, mlp
from nnkit.autodiff import Scalar, graph
from nnkit.layers import ReLU, Sigmoid, Tanh


def raises(error, text):
    return pytest.raises(error, match=f"^{re.escape(text)}$")


def derivative(function, x):
    """Complex-step derivative: no subtraction, hence exact to rounding for analytic functions."""
    return function(complex(x, 1e-30)).imag / 1e-30


# one operation at a time

FUNCTIONS = {
    "exp": cmath.exp,
    "log": cmath.log,
    "tanh": cmath.tanh,
    "sigmoid": lambda z: 1 / (1 + cmath.exp(-z)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(x=st.floats(0.01, 10.0))
def test_functions_agree_with_their_definition_and_its_derivative(name, x):
    node = Scalar(x)
    y = getattr(node, name)()
    y.backward()
    assert y.value == pytest.approx(FUNCTIONS[name](complex(x)).real, rel=1e-13)
    # 1 - tanh^2 and y (1 - y) lose digits where the function is flat
    assert node.grad == pytest.approx(derivative(FUNCTIONS[name], x), rel=1e-9, abs=1e-15)


@given(x=st.floats(-10.0, 10.0).filter(lambda x: abs(x) > 1e-3), y=st.floats(0.1, 10.0))
def test_operators_agree_with_floats_in_both_orders(x, y):
    for operate in (
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / b,
    ):
        expected = operate(x, y)
        for left, right in ((Scalar(x), Scalar(y)), (Scalar(x), y), (x, Scalar(y))):
            result = operate(left, right)
            result.backward()
            assert result.value == expected
            if isinstance(left, Scalar):
                assert left.grad == pytest.approx(derivative(lambda z, op=operate: op(z, y), x), rel=1e-12)
            if isinstance(right, Scalar):
                assert right.grad == pytest.approx(derivative(lambda z, op=operate: op(x, z), y), rel=1e-12)


@pytest.mark.parametrize("exponent", [-2, -1, -0.5, 0, 0.5, 1, 2, 3, 2.5])
@given(x=st.floats(0.1, 10.0))
def test_powers_agree_with_floats(exponent, x):
    node = Scalar(x)
    y = node**exponent
    y.backward()
    assert y.value == x ** float(exponent)
    assert node.grad == pytest.approx(derivative(lambda z: z**exponent, x), rel=1e-12)


def test_a_whole_power_of_a_negative_number_and_of_zero():
    for x, n, grad in ((-2.0, 3, 12.0), (-2.0, -1, -0.25), (0.0, 2, 0.0), (0.0, 1, 1.0), (0.0, 0, 0.0)):
        node = Scalar(x)
        y = node**n
        y.backward()
        assert (y.value, node.grad) == (x**n, grad)


@given(x=st.floats(-3.0, 3.0), base=st.floats(0.1, 10.0))
def test_a_float_may_be_raised_to_a_scalar(x, base):
    node = Scalar(x)
    y = base**node
    y.backward()
    assert y.value == pytest.approx(base**x, rel=1e-12)
    assert node.grad == pytest.approx(base**x * math.log(base), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("x", "y", "grad"), [(2.0, 2.0, 1.0), (-2.0, 0.0, 0.0), (0.0, 0.0, 0.0)])
def test_relu_passes_what_is_positive(x, y, grad):
    node = Scalar(x)
    result = node.relu()
    result.backward()
    assert (result.value, node.grad) == (y, grad)


@pytest.mark.parametrize("x", [-800.0, -40.0, 0.0, 40.0, 800.0])
def test_sigmoid_neither_overflows_nor_loses_small_values(x):
    expected = math.exp(x) if x <= -40.0 else 0.5 if x == 0.0 else 1.0
    assert Scalar(x).sigmoid().value == pytest.approx(expected, rel=1e-12, abs=0.0)


def test_negation_and_sum_work():
    a, b = Scalar(2.0), Scalar(3.0)
    total = sum([a, -b, 1])
    total.backward()
    assert (total.value, a.grad, b.grad) == (0.0, 1.0, -1.0)


@pytest.mark.parametrize("number", [np.float64(3.0), np.float32(3.0), np.int64(3)])
def test_numpy_numbers_work_on_either_side(number):
    a = Scalar(2.0)
    for result in (number * a, a * number):
        assert isinstance(result, Scalar)
        assert result.value == 6.0
    with pytest.raises(TypeError):
        np.ones(2) * a


# the published circuits


def test_the_circuit_of_cs231n():
    x, y, z = Scalar(-2), Scalar(5), Scalar(-4)
    f = (x + y) * z
    f.backward()
    assert f.value == -12.0
    assert (x.grad, y.grad, z.grad) == (-4.0, -4.0, 3.0)


def test_the_sigmoid_neuron_of_cs231n():
    w, x = [Scalar(2), Scalar(-3), Scalar(-3)], [Scalar(-1), Scalar(-2)]
    dot = w[0] * x[0] + w[1] * x[1] + w[2]
    f = dot.sigmoid()
    f.backward()
    y = 1 / (1 + math.exp(-1))  # the dot product is 1
    slope = y * (1 - y)
    assert dot.value == 1.0
    assert f.value == pytest.approx(y, rel=1e-15)
    assert f"{f.value:.9f} {dot.grad:.9f}" == "0.731058579 0.196611933"
    assert [n.grad for n in x] == pytest.approx([2 * slope, -3 * slope], rel=1e-14)
    assert [n.grad for n in w] == pytest.approx([-1 * slope, -2 * slope, slope], rel=1e-14)


def test_the_graph_of_colah():
    a, b = Scalar(2), Scalar(1)
    e = (a + b) * (b + 1)
    e.backward()
    assert (e.value, a.grad, b.grad) == (6.0, 2.0, 5.0)


def mazur_loss(w, one=1.0, sigmoid=lambda z: 1 / (1 + cmath.exp(-z))):
    """Mazur's 2-2-2 network as plain arithmetic, so that floats, complex numbers and Scalars all run it."""
    x, target = (0.05, 0.10), (0.01, 0.99)
    hidden = [sigmoid(w[2 * i] * x[0] + w[2 * i + 1] * x[1] + 0.35 * one) for i in range(2)]
    output = [sigmoid(w[4 + 2 * i] * hidden[0] + w[5 + 2 * i] * hidden[1] + 0.60 * one) for i in range(2)]
    return sum(0.5 * (output[i] - target[i]) ** 2 for i in range(2))


def test_the_example_of_mazur():
    weights = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]
    w = [Scalar(value) for value in weights]
    loss = mazur_loss(w, sigmoid=Scalar.sigmoid)
    loss.backward()
    assert f"{loss.value:.9f}" == "0.298371109"  # as published
    assert f"{w[4].grad:.9f}" == "0.082167041"
    assert f"{w[0].grad:.9f}" == "0.000438568"
    for i in range(8):

        def only(z, i=i):
            return mazur_loss([*weights[:i], z, *weights[i + 1 :]])

        assert w[i].grad == pytest.approx(derivative(only, weights[i]), rel=1e-12)


# whole expressions

UNARY = [
    (lambda a: -a, lambda a: -a),
    (Scalar.tanh, cmath.tanh),
    (Scalar.sigmoid, lambda z: 1 / (1 + cmath.exp(-z))),
    (lambda a: a**2, lambda a: a * a),
    (lambda a: (a * a + 1).log(), lambda z: cmath.log(z * z + 1)),
    (lambda a: a.tanh().exp(), lambda z: cmath.exp(cmath.tanh(z))),
    (lambda a: 2 - a, lambda a: 2 - a),
    (lambda a: 1 / (a * a + 1), lambda a: 1 / (a * a + 1)),
]
BINARY = [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (b * b + 1)]

programs = st.lists(
    st.tuples(st.integers(0, len(UNARY) + len(BINARY) - 1), st.integers(0, 10**6), st.integers(0, 10**6)),
    min_size=1,
    max_size=12,
)


def run(program, leaves, column):
    """Each step applies one operation to values already there, so that values are shared and used twice."""
    values = list(leaves)
    for operation, first, second in program:
        a, b = values[first % len(values)], values[second % len(values)]
        if operation < len(UNARY):
            result = UNARY[operation][column](a)
        else:
            result = BINARY[operation - len(UNARY)](a, b)
        # keep values near 1, in both worlds alike, so that nothing overflows
        values.append(UNARY[1][column](result) + 0.5)
    return values[-1]


@settings(max_examples=300)
@given(programs, st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=3))
def test_gradients_of_random_expressions_agree_with_the_complex_step(program, point):
    leaves = [Scalar(value) for value in point]
    result = run(program, leaves, 0)
    result.backward()
    assert result.value == pytest.approx(
        run(program, [complex(v) for v in point], 1).real, rel=1e-9, abs=1e-12
    )
    for i, leaf in enumerate(leaves):

        def along(z, i=i):
            return run(program, [complex(v) if j != i else z for j, v in enumerate(point)], 1)

        assert leaf.grad == pytest.approx(derivative(along, point[i]), rel=1e-7, abs=1e-10)


@given(programs, st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=3))
def test_the_graph_lists_each_node_once_and_inputs_first(program, point):
    result = run(program, [Scalar(value) for value in point], 0)
    nodes = graph(result)
    place = {node: position for position, node in enumerate(nodes)}
    assert len(place) == len(nodes)
    assert nodes[-1] is result
    assert all(place[source] < place[node] for node in nodes for source in node.inputs)


def test_the_graph_reads_from_left_to_right():
    a, b, c = Scalar(1.0, "a"), Scalar(2.0, "b"), Scalar(3.0, "c")
    result = (a * b) + (c - b)
    assert [node.name for node in graph(result)] == ["a", "b", "", "c", "", ""]


# the tape


def test_a_number_used_twice_receives_both_parts():
    x = Scalar(3.0)
    y = x * x + x
    y.backward()
    assert x.grad == 7.0


def test_gradients_of_two_backward_passes_add():
    x = Scalar(3.0)
    square = x * x
    shared = square + 1.0
    shared.backward()
    shared.backward()
    assert (x.grad, square.grad, shared.grad) == (12.0, 2.0, 2.0)
    (square * 10.0).backward()  # another result over the same nodes
    assert (x.grad, square.grad, shared.grad) == (72.0, 12.0, 2.0)


def test_zero_grad_starts_afresh():
    x = Scalar(3.0)
    y = x * x
    y.backward()
    y.zero_grad()
    assert (x.grad, y.grad) == (0.0, 0.0)
    y.backward()
    assert x.grad == 6.0


def test_the_text_of_an_operation_says_how_the_value_follows_from_its_inputs():
    functions = {name: getattr(math, name) for name in ("exp", "log", "tanh")}
    functions |= {"sigmoid": lambda x: 1 / (1 + math.exp(-x)), "relu": lambda x: max(x, 0.0)}
    a, b = Scalar(0.75), Scalar(-2.5)
    results = [a + b, a - b, a * b, a / b, -a, b**3, a.exp(), a.log(), a.tanh(), a.sigmoid(), a.relu()]
    for node in results:
        text = node.operation.format(*(f"({source.value!r})" for source in node.inputs))
        assert eval(text, functions) == pytest.approx(node.value, rel=1e-15)


def test_a_leaf_has_gradient_one_with_respect_to_itself():
    x = Scalar(3.0)
    x.backward()
    assert x.grad == 1.0


def test_a_diamond_repeated_is_walked_once_per_node_not_once_per_path():
    x = Scalar(1.0)
    y = x
    for _ in range(200):  # 2 ** 200 paths
        y = (y + y) * 0.5
    y.backward()
    assert x.grad == 1.0


def test_a_hundred_thousand_nodes_need_no_recursion():
    x = Scalar(1.0)
    y = x
    for _ in range(100_000):
        y = -y
    y.backward()
    assert len(graph(y)) == 100_001
    assert (y.value, x.grad) == (1.0, 1.0)


def test_each_node_records_inputs_and_local_derivatives_as_plain_values():
    a, b = Scalar(6.0), Scalar(2.0)
    node = a / b
    assert node.inputs == (a, b)
    assert node.local_derivatives == (0.5, -1.5)
    assert node.operation == "{} / {}"
    assert (a.inputs, a.local_derivatives, a.operation) == ((), (), "")
    assert all(type(number) is float for number in (node.value, node.grad, *node.local_derivatives))


def test_repr_reads_as_the_equation():
    w, x = Scalar(2, "w"), Scalar(-1, "x")
    product = w * x
    product.name = "p"
    assert repr(w) == "Scalar(w = 2, grad 0)"
    assert repr(product) == "Scalar(p = w * x = -2, grad 0)"
    assert repr(product + 0.5) == "Scalar(p + 0.5 = -1.5, grad 0)"
    assert repr(product.tanh()) == "Scalar(tanh(p) = -0.964028, grad 0)"
    assert repr(-(product**2)) == "Scalar(-4 = -4, grad 0)"
    assert repr(product**2) == "Scalar(p ** 2 = 4, grad 0)"


# whole networks


def scalar_network(model, x, activation):
    """The outputs of an nnkit network for one example, number by number, and its weights as Scalars."""
    linears = [layer for layer in model if hasattr(layer, "W")]
    weights = [[[Scalar(w) for w in row] for row in layer.W.value] for layer in linears]
    biases = [[Scalar(b) for b in layer.b.value] for layer in linears]
    values = [Scalar(value) for value in x]
    for depth, (W, b) in enumerate(zip(weights, biases, strict=True)):
        sums = [sum(v * W[i][j] for i, v in enumerate(values)) + b[j] for j in range(len(b))]
        values = sums if depth == len(linears) - 1 else [activation(total) for total in sums]
    return values, weights, biases


def squared_error(outputs, target):
    return sum((y - t) ** 2 for y, t in zip(outputs, target, strict=True)) / len(outputs)


def cross_entropy(outputs, target):
    return sum(z.exp() for z in outputs).log() - outputs[target]


@pytest.mark.parametrize(
    ("layer", "activation"), [(Tanh, Scalar.tanh), (Sigmoid, Scalar.sigmoid), (ReLU, Scalar.relu)]
)
@pytest.mark.parametrize(
    ("loss", "scalar_loss", "target"),
    [
        (MeanSquaredError(), squared_error, np.array([[0.3, -0.7], [1.1, 0.2]])),
        (SoftmaxCrossEntropy(), cross_entropy, np.array([1, 0])),
    ],
)
def test_networks_have_the_gradients_of_their_numbers_one_by_one(
    layer, activation, loss, scalar_loss, target
):
    rng = np.random.default_rng(0)
    model, X = mlp([3, 4, 2], rng=rng, activation=layer), rng.normal(size=(2, 3))
    value = backpropagate(model, loss, X, target)
    total, expected = 0.0, [np.zeros_like(parameter.grad) for parameter in model.parameters()]
    for x, t in zip(X, target, strict=True):
        outputs, weights, biases = scalar_network(model, x, activation)
        result = scalar_loss(outputs, t) / len(X)
        result.backward()
        total += result.value
        numbers = [group for pair in zip(weights, biases, strict=True) for group in pair]
        for grad, group in zip(expected, numbers, strict=True):
            grad += np.vectorize(lambda node: node.grad)(np.array(group, dtype=object))
    assert value == pytest.approx(total, rel=1e-13)
    for parameter, grad in zip(model.parameters(), expected, strict=True):
        np.testing.assert_allclose(parameter.grad, grad, rtol=1e-11, atol=1e-14)


# refusals


@pytest.mark.parametrize("value", ["1", None, 1j, np.ones(1), Scalar(1.0)])
def test_only_real_numbers_become_scalars(value):
    with raises(TypeError, f"Scalar expects value as a real number, got {value!r}; make a Scalar of each."):
        Scalar(value)


@pytest.mark.parametrize("x", [0.0, -1.0])
def test_the_logarithm_refuses_what_has_none(x):
    with raises(ValueError, f"log expects a positive number, got {x:g}; check what comes before."):
        Scalar(x).log()


def test_powers_refuse_what_they_cannot_differentiate():
    exponent = Scalar(2.0)
    with raises(
        TypeError, f"** expects a number as exponent, got {exponent!r}; a ** b is (b * a.log()).exp()."
    ):
        Scalar(2.0) ** exponent
    with raises(ValueError, "** expects a whole exponent for the negative base -2, got 0.5."):
        Scalar(-2.0) ** 0.5
    with raises(ValueError, "** expects an exponent of 0 or at least 1 for the base 0, got 0.5."):
        Scalar(0.0) ** 0.5


def test_graph_refuses_what_is_not_a_scalar():
    with raises(TypeError, "graph expects node to be a Scalar, got float 2.0; compute it from Scalars."):
        graph(2.0)
