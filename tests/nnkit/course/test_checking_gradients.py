"""The second half of the chapter "Backpropagation": circuits to mutants, against plain formulas."""

import math
from collections import defaultdict

import numpy as np
import pytest
from matplotlib import pyplot

import nnkit
from nnkit.course.backpropagation import (
    checking,
    circuits,
    clinic,
    debugging,
    directions,
    exercises,
    mutants,
    say,
    shapes,
    tasks,
    wishes,
)

# ---- gates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [-2, 0, 3])
@pytest.mark.parametrize("y", [5, 0, -1])
def test_gates_give_the_slopes_of_their_formulas(x, y):
    z = -4
    slopes = {"add": (z, z, x + y), "multiply": (y * z, x * z, x * y)}
    slopes["max"] = (z, 0, x) if x > y else (0, z, y)
    for gate, expected in slopes.items():
        frame = circuits.compute(gate, x, y, z)
        assert (frame["df_dx"], frame["df_dy"], frame["df_dz"]) == expected, gate
        assert frame["f"] == frame["q"] * z


def test_the_circuit_of_cs231n():
    frame = circuits.compute("add", -2, 5, -4)
    assert (frame["f"], frame["df_dx"], frame["df_dy"], frame["df_dz"]) == (-12, -4, -4, 3)


def test_a_tie_at_the_max_gate_is_said():
    assert "at a tie" in circuits.draw(circuits.compute("max", 2, 2, 1), {})
    assert "at a tie" not in circuits.draw(circuits.compute("add", 2, 2, 1), {})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((0, 4, 5), "Right."),
        ((0, -5, -4), "Right."),
        ((1, 4, 5), "The slope is 20, but f = 20."),
        ((0, 4, 4), "f is 0, but x moves it at rate y · z = 16."),
        ((1, 1, 1), "Here f = 1 and df/dx = y · z = 1."),
    ],
)
def test_the_task_of_the_gates_knows_its_answers(given, said):
    feedback = tasks.zero_with_a_slope(*given)
    assert feedback.text.startswith(said) and feedback.right == (said == "Right.")


# ---- two directions ----------------------------------------------------------------------------------


def matrices(inputs, outputs):
    """The two matrices of rates behind a dense graph."""
    first, second = np.zeros((inputs, directions.HIDDEN)), np.zeros((directions.HIDDEN, outputs))
    for tail, head, rate in directions.dense(inputs, outputs):
        (first if tail[0] == "x" else second)[int(tail[1:]), int(head[1:])] = rate
    return first, second


@pytest.mark.parametrize("mode", directions.MODES.values())
@pytest.mark.parametrize(("inputs", "outputs"), [(1, 1), (4, 2), (2, 5), (5, 5)])
def test_both_directions_fill_the_table_with_the_product_of_the_matrices(mode, inputs, outputs):
    first, second = matrices(inputs, outputs)
    frame = directions.compute(inputs, outputs, mode, 5)
    np.testing.assert_array_equal(frame["table"][:inputs, :outputs], first @ second)
    assert np.isnan(frame["table"]).sum() == 25 - inputs * outputs


def test_one_derivative_is_not_called_all():
    said = [directions.draw(directions.compute(1, n, "forward", 1), defaultdict(str)) for n in (1, 2)]
    assert "For the one derivative, sweeps" in said[0] and "For all 2 derivatives, sweeps" in said[1]


def test_a_sweep_costs_one_multiplication_for_each_arrow():
    arrows = directions.dense(4, 2)
    assert len(arrows) == 4 * 3 + 3 * 2
    assert directions.sweep(arrows, "x0", "forward")[1] == len(arrows)
    assert directions.multiplications(arrows, ["y0", "y1"], "backward") == 2 * len(arrows)


def test_the_first_sweep_fills_one_row_or_one_column():
    forward, backward = (directions.compute(4, 2, mode, 1)["table"] for mode in ("forward", "backward"))
    assert np.argwhere(~np.isnan(forward))[:, 0].tolist() == [0, 0]
    assert np.argwhere(~np.isnan(backward))[:, 1].tolist() == [0] * 4


@pytest.mark.parametrize(
    ("given", "said"),
    [((4, 1), "Right."), ((1, 4), "That is the other way around"), ((4, 2), "There, forward takes 4 sweeps")],
)
def test_the_task_of_the_directions_knows_its_answers(given, said):
    feedback = tasks.a_quarter(*given)
    assert feedback.text.startswith(said) and feedback.right == (said == "Right.")


# ---- shapes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("product", "sizes", "verdict"),
    [
        ("x @ W", (4, 3, 2), "right"),
        ("delta @ W.T", (4, 3, 2), "right"),
        ("x.T @ delta", (4, 3, 2), "right"),
        ("delta @ W", (4, 3, 2), "refused"),
        ("delta @ W", (4, 3, 3), "silent"),
        ("delta @ W", (4, 1, 1), "right"),
        ("x @ delta", (3, 3, 2), "silent"),
        ("x @ delta", (4, 3, 3), "refused"),
        ("delta.T @ x", (4, 3, 2), "wrong shape"),
        ("delta.T @ x", (4, 3, 3), "silent"),
        ("W.T @ delta", (3, 3, 2), "wrong shape"),
        ("W.T @ delta", (3, 3, 3), "silent"),
    ],
)
def test_a_product_is_judged_by_its_shape_and_by_its_numbers(product, sizes, verdict):
    assert shapes.attempt(product, *sizes)["verdict"] == verdict


def test_where_all_sizes_are_equal_nothing_is_ever_refused():
    verdicts = {name: shapes.attempt(name, 3, 3, 3)["verdict"] for name in shapes.PRODUCTS}
    assert set(verdicts.values()) == {"right", "silent"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((4, 3, 3), "Right."),
        ((4, 3, 2), "With 3 inputs and 2 outputs, NumPy refuses"),
        ((3, 3, 3), "δ @ W is silent there, but x @ δ multiplies too"),
        ((4, 1, 1), "With one input and one output"),
    ],
)
def test_the_task_of_the_shapes_knows_its_answers(given, said):
    feedback = tasks.silent_shapes(*given)
    assert feedback.text.startswith(said) and feedback.right == (said == "Right.")


# ---- say ---------------------------------------------------------------------------------------------


def test_equal_weights_have_equal_say():
    assert say.share_of_the_loudest(np.full((10, 10), -3.0)) == pytest.approx(0.1)
    assert say.share_of_the_loudest(np.eye(10)) == pytest.approx(1.0)


def test_the_say_is_the_gradient_of_the_mean_loss():
    X, y = wishes.training_digits()
    model = wishes.snapshots(0)[0]
    wish = wishes.hidden_wishes(model, X, y)
    np.testing.assert_allclose(say.gradients(0, 0), -X.T @ wish / len(X), rtol=0, atol=1e-13)


# ---- finite differences ------------------------------------------------------------------------------


def test_slopes_of_a_cubic_have_the_errors_that_taylor_says():
    values = np.array([0.7, -0.2])
    central = checking.slopes(lambda: float(np.sum(values**3)), values, 1e-2, "central")
    one_sided = checking.slopes(lambda: float(np.sum(values**3)), values, 1e-2, "one-sided")
    np.testing.assert_allclose(central - 3 * values**2, 1e-4, rtol=1e-9)
    np.testing.assert_allclose(one_sided - 3 * values**2, 3 * values * 1e-2 + 1e-4, rtol=1e-9)
    np.testing.assert_array_equal(values, [0.7, -0.2])


def test_a_check_calls_the_loss_twice_for_each_parameter_and_one_sided_once_more_in_all():
    values, calls = np.zeros((3, 4)), []
    checking.slopes(lambda: calls.append(1) or 0.0, values, 1e-5, "central")
    assert len(calls) == 24
    checking.slopes(lambda: calls.append(1) or 0.0, values, 1e-5, "one-sided")
    assert len(calls) == 24 + 13


def test_one_net_input_stands_where_the_kink_is_tried():
    for seed in range(5):
        model, x, _ = checking.problem("ReLU near a kink", seed)
        assert np.abs(model[0](x)[0]).min() == pytest.approx(checking.NEAR, rel=1e-9)


def test_the_error_counts_all_parameters_and_float32_is_kept_apart():
    assert checking.error("tanh", 0, 1e-5, "central") < 1e-8
    assert checking.error("tanh", 0, 1e-5, "central", "float32") > 1e-3
    model, _, _ = checking.problem("tanh", 0)
    assert all(parameter.value.dtype == np.float64 for parameter in model.parameters())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((1e-5, 1e-7), "Right."),
        ((1e-3, 1e-7), "Near the kink: at 1e-03 the error is 3e-03. A smaller step does better."),
        ((1e-9, 1e-7), "Near the kink: at 1e-09 the error is"),
        ((1e-5, 1e-5), "One-sided: at 1e-05 the error is 5e-06. A smaller step does better."),
        ((1e-5, 1e-10), "One-sided: at 1e-10 the error is"),
        ((0.02, 1e-7), "Near the kink: give a step that is on the slider"),
    ],
)
def test_the_task_of_the_steps_knows_its_answers(given, said):
    feedback = tasks.steps_found(*given)
    assert feedback.text.startswith(said) and feedback.right == (said == "Right.")


def test_the_task_of_the_steps_asks_for_what_was_measured():
    one_sided = {step: checking.error("tanh", 0, step, "one-sided") for step in checking.STEPS}
    assert min(one_sided, key=one_sided.get) == 1e-7
    kink = [s for s in checking.STEPS if checking.error("ReLU near a kink", 0, s, "central") < 1e-7]
    assert max(kink) == 1e-5


# ---- mutants -----------------------------------------------------------------------------------------


def test_the_right_backward_pass_is_that_of_nnkit():
    parameters, x, y = mutants.problem("usual")
    model = nnkit.mlp(list(mutants.SIZES), rng=np.random.default_rng(0))
    for name, parameter in zip(mutants.ARRAYS, model.parameters(), strict=True):
        parameter.value[...] = parameters[name]
    value = nnkit.backpropagate(model, nnkit.SoftmaxCrossEntropy(), x, y)
    assert value == pytest.approx(mutants.loss(parameters, x, y), rel=1e-13)
    for name, parameter in zip(mutants.ARRAYS, model.parameters(), strict=True):
        np.testing.assert_allclose(mutants.backward(parameters, x, y)[name], parameter.grad, atol=1e-14)


@pytest.mark.parametrize("inputs", mutants.INPUTS)
def test_each_mutant_is_caught_but_where_it_hides(inputs):
    hides = {
        "missing mask": "all units active",
        "missing transpose": "symmetric square layer",
        "forgotten mean": "a single example",
    }
    assert mutants.worst("", inputs) < 1e-7
    for mutant in mutants.MUTANTS:
        caught = mutants.worst(mutant, inputs) > mutants.CAUGHT
        assert caught == (hides.get(mutant) != inputs), mutant


def test_a_mutant_is_wrong_where_its_mistake_is():
    wrong = {
        mutant: [name for name, off in mutants.errors(mutant).items() if off > mutants.CAUGHT]
        for mutant in mutants.MUTANTS
    }
    assert wrong["missing transpose"] == ["W1", "b1"]
    assert wrong["forgotten bias"] == ["b1", "b2", "b3"]
    assert wrong["sequential update"] == ["W1", "b1", "W2", "b2"]
    assert mutants.worst("wrong sign") == pytest.approx(2.0, abs=1e-6)
    assert mutants.worst("forgotten mean") == pytest.approx(5.0, abs=1e-6)


def test_all_units_are_active_where_it_says_so():
    for seed in range(5):
        parameters, x, _ = mutants.problem("all units active", seed)
        assert all((h > 0).all() for h in mutants.forward(parameters, x)[1:3])
        usual, x, _ = mutants.problem("usual", seed)
        assert all(0.2 < (h > 0).mean() < 0.8 for h in mutants.forward(usual, x)[1:3])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("all units active", "symmetric square layer", "a single example"), "Right."),
        (("usual", "symmetric square layer", "a single example"), "missing mask: at 'usual' it is caught."),
        (("all units active", "a single example", "usual"), "missing transpose: at 'a single example'"),
        (("nowhere", "usual", "usual"), "missing mask: give one of 'usual', 'a single example'"),
    ],
)
def test_the_task_of_the_mutants_knows_its_answers(given, said):
    feedback = tasks.hiding_places(*given)
    assert feedback.text.startswith(said) and feedback.right == (said == "Right.")


# ---- the clinic --------------------------------------------------------------------------------------


def test_a_dead_unit_answers_nothing_and_a_living_one_something():
    model = nnkit.mlp([64, 32, 10], rng=np.random.default_rng(0))
    model[0].b.value[:3], model[0].b.value[3:] = -1e3, 1e3
    model[0].W.value[:, 31], model[0].b.value[31] = np.eye(64)[10], -0.5  # at rest for some digits only
    assert 0 < (model[0](wishes.training_digits()[0])[:, 31] <= 0).mean() < 1
    assert clinic.dead_units(model).tolist() == [True] * 3 + [False] * 29
    assert clinic.gradient_of_the_dead(model) == 0.0
    model[0].b.value[:] = 1e3
    assert clinic.gradient_of_the_dead(model) == 0.0 and not clinic.dead_units(model).any()


def test_the_runs_of_the_clinic_learn():
    assert clinic.output_run(0, "squared", 0.0)[-1] > 0.6 > clinic.output_run(0, "squared", 0.0)[0]
    again = clinic.relu_run.__wrapped__(0, 0.1)
    model = wishes.snapshots(0)[20]
    for one, other in zip(again.parameters(), model.parameters(), strict=True):
        np.testing.assert_array_equal(one.value, other.value)


def test_saturation_slows_outputs_under_the_squared_error_and_not_a_hidden_layer():
    assert clinic.behind(0, "squared") > 0.1 > clinic.behind(0, "cross-entropy")
    assert 0.8 < clinic.saturated_hidden_layer(0) < 1.0
    usual, saturated = clinic.hidden_run(0, 1.0), clinic.hidden_run(0, clinic.SPREAD)
    assert saturated[0][0] > usual[0][0] and saturated[1][0] < usual[1][0]


def test_a_hidden_layer_that_does_not_train_has_not_moved(monkeypatch):
    plain = wishes.trainer
    monkeypatch.setattr(wishes, "trainer", lambda model, order: plain(model, order, 1e-300))
    moved, binary = clinic.hidden_layer(0, 1e6, epochs=1)
    assert moved == 0.0 and binary > 0.999
    assert clinic.hidden_layer(0, 1e-6, epochs=1)[1] == 0.0  # every answer is one half
    model = clinic._hidden_networks(0, clinic.SPREAD, 0)[0]
    answers = model[1](model[0](wishes.training_digits()[0]))
    expected = ((answers <= 0.1) | (answers >= 0.9)).mean()
    assert clinic.hidden_layer(0, clinic.SPREAD, epochs=1)[1] == pytest.approx(expected)


def test_the_weights_of_a_saturated_hidden_layer_hardly_move_and_the_usual_ones_do():
    for seed in range(5):
        moved, binary = clinic.hidden_layer(seed, clinic.SPREAD)
        usual, soft = clinic.hidden_layer(seed, 1.0)
        assert moved < 0.01 and binary > 0.8
        assert 0.385 < usual < 0.445 and soft < 0.01  # 0.39 to 0.44, says the protocol of BP-38


def test_the_control_leaves_out_the_units_that_die_and_nothing_else(monkeypatch):
    alive, unit = clinic.relu_run(0, 0.1), int(np.flatnonzero(~clinic.dead_units(clinic.relu_run(0, 0.1)))[0])
    nobody, one = np.zeros(32, bool), np.arange(32) == unit
    X, y = wishes.unseen_digits()
    monkeypatch.setattr(clinic, "dead_units", lambda model: nobody)
    assert clinic.without_the_dead(0) == nnkit.accuracy(alive(X), y)
    monkeypatch.setattr(clinic, "dead_units", lambda model: ~one)
    assert clinic.without_the_dead(0) < 0.5  # one unit cannot tell ten digits apart


def test_the_pictures_of_the_saturated_starts_hold_each_guess_against_the_usual_start():
    outputs, hidden = clinic.outputs_picture(), clinic.hidden_picture()
    for axes, loss in zip(outputs.axes, clinic.LOSSES, strict=True):
        for line, bias in zip(axes.get_lines(), (0.0, clinic.SATURATED), strict=True):
            expected = np.median([clinic.output_run(seed, loss, bias) for seed in range(5)], axis=0)
            np.testing.assert_allclose(line.get_ydata(), expected)
    for column, axes in enumerate(hidden.axes):  # loss, and what is read
        for line, factor in zip(axes.get_lines(), (1.0, clinic.SPREAD), strict=True):
            runs = np.array([clinic.hidden_run(seed, factor) for seed in range(5)])
            np.testing.assert_allclose(line.get_ydata(), np.median(runs[:, :, column], axis=0))
    pyplot.close(outputs)
    pyplot.close(hidden)


def test_the_pictures_show_five_seeds():
    figures = [say.picture(), clinic.dead_picture()]
    lines = [line.get_ydata() for line in figures[0].axes[1].get_lines()]
    assert len(lines) == 6 and all(line[-1] == pytest.approx(100, abs=1) for line in lines)
    dead = [[100 * clinic.dead_units(clinic.relu_run(s, r)).mean() for r in clinic.RATES] for s in range(5)]
    np.testing.assert_allclose(figures[1].axes[0].get_lines()[0].get_ydata(), np.median(dead, axis=0))
    for figure in figures:
        pyplot.close(figure)


def test_the_saturated_start_says_yes_to_everything():
    y = 1 / (1 + math.exp(-clinic.SATURATED))
    assert y * (1 - y) < 0.01


# ---- exercises 3.6 to 3.8 ----------------------------------------------------------------------------


def written(*wrong):
    return lambda *given: tuple(debugging._gradients(given, wrong))


def test_the_repaired_pass_is_right_and_each_mistake_is_named():
    repaired = debugging.two_layers(written())
    assert repaired.right and repaired.text.endswith(
        "One more thing, which no gradient check at small weights can see: at logits near 1,000 your exp "
        "overflows, and the gradients are nan. Subtract each row's largest logit first, as this page did."
    )
    assert debugging.two_layers(lambda *given: debugging._gradients(given, ())).right  # a list will do
    for name, said in debugging.WRONG_LINES.items():
        assert debugging.two_layers(written(name)).text == f"One line is still wrong. A hint: {said}."
    assert exercises.two_layers is debugging.two_layers  # the page has one door for all checks
    text = debugging.two_layers(written("mean", "mask")).text
    assert text.startswith("Two lines are still wrong. A hint: the loss is a mean")
    assert debugging.two_layers(written("mean", "transpose", "mask")).text.startswith("All three are still")


def test_other_mistakes_in_the_repair_are_measured_on_the_loss():
    def halved(*given):
        dW1, *others = debugging._gradients(given, ())
        return (dW1 / 2, *others)

    assert "the loss itself says" in debugging.two_layers(halved).text
    assert debugging.two_layers(lambda *given: 1.0).text.startswith("Four arrays are expected")


def test_who_subtracts_the_largest_logit_hears_that_it_pays():
    def careful(x, y, W1, b1, W2, b2):
        h = np.maximum(x @ W1 + b1, 0)
        logits = h @ W2 + b2
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        delta2 = p / p.sum(axis=1, keepdims=True)
        delta2[np.arange(len(y)), y] -= 1
        delta2 = delta2 / len(y)
        delta1 = delta2 @ W2.T * (h > 0)
        return x.T @ delta1, delta1.sum(axis=0), h.T @ delta2, delta2.sum(axis=0)

    said = debugging.two_layers(careful)
    assert said.right and said.text.endswith(
        "At logits near 1,000 they stay finite, too: you subtract the largest first."
    )


RATE = {
    "That is the same rate": lambda rate, size: rate,
    "The wrong way around": lambda rate, size: rate * size,
    "The root belongs to the noise": lambda rate, size: rate / size**0.5,
    "For rate 0.1 and batch size 32, your function gives 0.05": lambda rate, size: rate / 2,
    "Nothing came back yet": lambda rate, size: ...,
}
STEP = {
    "1/3 without brackets": lambda eps, c: (eps / (2 * c)) ** 1 / 3,
    "A square root belongs to the one-sided": lambda eps, c: (eps / c) ** 0.5,
    "There both parts are equal": lambda eps, c: (eps / c) ** (1 / 3),
    "The 2 stands on the wrong side": lambda eps, c: (2 * eps / c) ** (1 / 3),
    "eps itself is far too small": lambda eps, c: eps,
    "For eps = 1.2e-07 and c = 0.25": lambda eps, c: (eps / 2) ** (1 / 3),
}


@pytest.mark.parametrize(
    ("check", "answers"),
    [(debugging.rate_for_a_sum, RATE), (debugging.best_step, STEP)],
    ids=["rate", "step"],
)
def test_known_mistakes_are_named(check, answers):
    for said, answer in answers.items():
        feedback = check(answer)
        assert not feedback.right and feedback.text.startswith(said), feedback


def test_right_answers_pass():
    assert debugging.rate_for_a_sum(lambda rate, size: rate / size).right
    feedback = debugging.best_step(lambda eps, c: np.cbrt(eps / (2 * c)))
    assert repr(feedback) == "Right. For float64 and c = 1 it is 5e-06, for float32 4e-03."


def test_the_best_step_is_the_smallest_error():
    eps, c = 1e-16, 2.0
    h = np.geomspace(1e-8, 1e-3, 2001)
    assert h[np.argmin(c * h**2 + eps / h)] == pytest.approx(np.cbrt(eps / (2 * c)), rel=0.01)
