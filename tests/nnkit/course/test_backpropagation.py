"""The chapter's machinery against plain Python that shares no code with nnkit."""

import math

import numpy as np
import pytest

import nnkit
from nnkit.course.backpropagation import (
    curves,
    exercises,
    small_graph,
    stepper,
    tasks,
    wishes,
    worked_example,
)

# ---- the worked example, written out ---------------------------------------------------------------


def logistic(z):
    return 1 / (1 + math.exp(-z))


def forward(w):
    h1 = logistic(w[0] * 0.05 + w[1] * 0.10 + 0.35)
    h2 = logistic(w[2] * 0.05 + w[3] * 0.10 + 0.35)
    o1 = logistic(w[4] * h1 + w[5] * h2 + 0.60)
    o2 = logistic(w[6] * h1 + w[7] * h2 + 0.60)
    return h1, h2, o1, o2, ((0.01 - o1) ** 2 + (0.99 - o2) ** 2) / 2


def one_round(w, order):
    h1, h2, o1, o2, _ = forward(w)
    d1, d2 = (o1 - 0.01) * o1 * (1 - o1), (o2 - 0.99) * o2 * (1 - o2)
    new = [w[4] - 0.5 * d1 * h1, w[5] - 0.5 * d1 * h2, w[6] - 0.5 * d2 * h1, w[7] - 0.5 * d2 * h2]
    v = new if order == "sequential" else w[4:]
    e1, e2 = (d1 * v[0] + d2 * v[2]) * h1 * (1 - h1), (d1 * v[1] + d2 * v[3]) * h2 * (1 - h2)
    return [
        w[0] - 0.5 * e1 * 0.05,
        w[1] - 0.5 * e1 * 0.1,
        w[2] - 0.5 * e2 * 0.05,
        w[3] - 0.5 * e2 * 0.1,
        *new,
    ]


START = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]


@pytest.mark.parametrize("order", worked_example.ORDERS)
def test_rounds_agree_with_plain_python(order):
    weights, errors = worked_example.run(order)
    w = START
    for number in range(50):
        assert weights[number] == pytest.approx(w, abs=1e-13)
        assert errors[number] == pytest.approx(forward(w)[4], abs=1e-14)
        w = one_round(w, order)


def test_published_figures_and_their_contradiction():
    simultaneous, sequential = (worked_example.run(order)[1] for order in worked_example.ORDERS)
    assert round(simultaneous[0], 9) == 0.298371109
    assert round(simultaneous[1], 9) == 0.291027774
    assert round(sequential[1], 9) == 0.291027924
    assert round(simultaneous[9_999], 10) == 0.0000351085


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError) as error:
        worked_example.update(worked_example.network(), "random")
    assert str(error.value) == "update expects order 'simultaneous' or 'sequential', got 'random'."


# ---- the stepper -----------------------------------------------------------------------------------


def shown(rounds=0, step=11, order="simultaneous", edge="w5"):
    slots = {}
    sentence = stepper.draw(stepper.compute(rounds, step, order, edge), slots)
    return slots, sentence


def test_finite_differences_agree_for_every_weight_in_the_right_order():
    parts = stepper.round_in_detail(0, "simultaneous")
    for name in worked_example.PLACES:
        assert parts[f"gradient_{name}"] == pytest.approx(parts[f"finite_{name}"], abs=1e-10)


def test_in_sequential_order_the_hidden_weights_and_no_others_disagree():
    for rounds in stepper.ROUNDS:
        disagree = [
            edge
            for edge in stepper.ENDS
            if "off by" in shown(rounds, 11, "sequential", edge)[0]["edge_finite"]
        ]
        assert disagree == ["w1", "w2", "w3", "w4"], f"after {rounds} rounds"
        agree = [
            edge
            for edge in stepper.ENDS
            if "they agree" in shown(rounds, 11, "simultaneous", edge)[0]["edge_finite"]
        ]
        assert agree == list(stepper.ENDS), f"after {rounds} rounds"


def test_nothing_is_shown_before_its_step():
    slots, _ = shown(step=0)
    hidden = [name for name in slots if name.startswith(("net_", "delta_", "slope_"))] + ["h1", "o2", "error"]
    assert all(slots[name] == "" for name in hidden)
    slots, _ = shown(step=11)
    assert all(slots[name] != "" for name in hidden)


def test_weights_change_on_the_drawing_when_they_are_updated_and_not_before():
    assert shown(step=9)[0]["w5"] == "w5 0.4000" and shown(step=10)[0]["w5"] == "w5 0.3589"
    assert shown(step=7, order="sequential")[0]["w5"] == "w5 0.4000"
    assert shown(step=8, order="sequential")[0]["w5"] == "w5 0.3589"
    assert shown(step=10)[0]["w1"] == "w1 0.1500" and shown(step=11)[0]["w1"] == "w1 0.1498"


def test_the_last_step_says_the_error_of_the_new_weights():
    assert shown(step=11)[1] == "Step 11: all weights have moved; the error is now 0.291027774."
    assert (
        shown(step=11, order="sequential")[1]
        == "Step 11: all weights have moved; the error is now 0.291027924."
    )


def test_the_last_step_puts_the_new_error_under_the_old_one_on_the_drawing():
    for order in worked_example.ORDERS:
        before, after = shown(step=10, order=order)[0], shown(step=11, order=order)[0]
        assert (before["error"], before["new_error"]) == ("0.298371", "")
        assert (after["error"], after["new_error"]) == ("0.298371", "0.291028")
        assert after["ring_error"] != before["ring_error"], "what the step is about stands out"


def test_the_formula_multiplies_to_the_gradient():
    for edge in stepper.ENDS:
        slots, _ = shown(order="sequential", edge=edge)
        left, right = slots["edge_product"].replace("\N{MINUS SIGN}", "-").split(" × ")
        gradient = float(slots["edge_gradient"].replace("\N{MINUS SIGN}", "-"))
        assert float(left) * float(right) == pytest.approx(gradient, abs=2e-9)


def test_no_derivative_on_the_drawing_reads_as_a_zero_with_a_sign():
    for rounds in stepper.ROUNDS:
        slots, _ = shown(rounds)
        texts = [slots[name] for name in slots if name.startswith(("delta_", "slope_"))]
        assert not [words for words in texts if words.endswith("0.0000")], f"after {rounds} rounds"
    assert [stepper._short(value) for value in (-3.4e-6, 4.9e-5, -5.1e-5, -0.0226, 0.0)] == [
        *("\N{MINUS SIGN}3e\N{MINUS SIGN}6", "5e\N{MINUS SIGN}5"),
        *("\N{MINUS SIGN}0.0001", "\N{MINUS SIGN}0.0226", "0.0000"),
    ]


# ---- the small graph -------------------------------------------------------------------------------


@pytest.mark.parametrize(("a", "b"), [(2.0, 1.0), (-3.0, 1.0), (0.5, -4.0)])
def test_the_graph_gives_value_and_derivatives_of_its_formula(a, b):
    frame = small_graph.compute(a, b)
    assert (frame["e"], frame["de_da"], frame["de_db"]) == ((a + b) * (b + 1), b + 1, a + 2 * b + 1)


def test_the_graph_shows_no_minus_before_a_zero():
    slots = {}
    sentence = small_graph.draw(small_graph.compute(0.0, -1.0), slots)  # e = -1 * 0
    assert sentence.startswith("e = 0. ") and slots["e"] == "0"


def test_the_task_of_the_graph_can_be_solved_with_its_sliders():
    controls = small_graph.graph().scene.controls
    solutions = [
        (a, b) for a in controls["a"].values for b in controls["b"].values if tasks.still_point(a, b).right
    ]
    assert len(solutions) == 9, "b from -2.5 to 1.5 in halves has a = -1 - 2b on the slider"
    assert all(a + 2 * b == -1 for a, b in solutions)


def test_wrong_pairs_get_the_rate_or_the_silent_path():
    assert repr(tasks.still_point(2, 1)) == "At a = 2, b = 1, b moves e at rate 5. You look for a rate of 0."
    assert "One path is silent" in repr(tasks.still_point(2, -1))


# ---- wishes ------------------------------------------------------------------------------------------


def test_wishes_are_the_negative_gradients_of_single_images():
    model = wishes.snapshots(0)[1]
    X, y = (part[:3] for part in wishes.training_digits())
    W = model[0].W.value

    def loss(i):
        h = np.maximum(X[i] @ W + model[0].b.value, 0)
        z = h @ model[2].W.value + model[2].b.value
        return math.log(np.exp(z).sum()) - z[y[i]]

    for i, wish in enumerate(wishes.hidden_wishes(model, X, y)):
        pixel, unit = int(X[i].argmax()), int(np.abs(wish).argmax())
        kept = W[pixel, unit]
        ends = []
        for moved in (kept + 1e-6, kept - 1e-6):
            W[pixel, unit] = moved
            ends.append(loss(i))
        W[pixel, unit] = kept
        assert X[i, pixel] * wish[unit] == pytest.approx(-(ends[0] - ends[1]) / 2e-6, rel=1e-6)


def test_the_mean_is_never_longer_than_its_parts():
    assert all(0 < wishes.agreement(seed, epochs) <= 1 for seed in (0, 1) for epochs in (0, 20))


def test_equal_wishes_agree_fully_and_beat_chance(monkeypatch):
    monkeypatch.setattr(wishes, "training_digits", lambda: (np.ones((400, 64)), np.zeros(400, int)))
    assert wishes.agreement(0, 0) == pytest.approx(1.0)
    assert wishes.agreement_over_chance(0, 0) > 5
    assert wishes.alignment_of_batches(0, 0, 10) == pytest.approx(1.0)


def test_wishes_without_anything_in_common_do_not_beat_chance(monkeypatch):
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(400, 32))
    monkeypatch.setattr(wishes, "training_digits", lambda: (rng.normal(size=(400, 64)), np.zeros(400, int)))
    monkeypatch.setattr(wishes, "hidden_wishes", lambda model, X, y: noise[: len(X)])
    assert 0.9 < wishes.agreement_over_chance(0, 0) < 1.1
    assert wishes.agreement(0, 0) == pytest.approx(1 / math.sqrt(400), rel=0.1)


def test_all_images_point_where_all_images_point():
    assert wishes.alignment(0, 0, 1297) == pytest.approx(1.0)
    assert all(abs(wishes.alignment(0, 20, images)) < 1 + 1e-9 for images in wishes.IMAGES)


def test_the_first_64_images_of_the_list_are_lucky_as_the_chapter_says():
    assert wishes.alignment(0, 20, 64) > max(wishes.alignment_of_batches(seed, 20, 64) for seed in range(5))


def test_the_average_wish_is_the_negative_gradient_of_the_batch():
    model, (X, y) = wishes.snapshots(0)[0], wishes.training_digits()
    nnkit.backpropagate(model, nnkit.SoftmaxCrossEntropy(), X[:64], y[:64])
    average = wishes._average(X[:64], wishes.hidden_wishes(model, X[:64], y[:64]))
    np.testing.assert_allclose(average, -model[0].W.grad, rtol=0, atol=1e-13)


def test_seen_and_unseen_digits_have_no_image_in_common():
    seen, unseen = (part[0] for part in (wishes.training_digits(), wishes.unseen_digits()))
    together = np.concatenate([seen, unseen])
    rows = np.lexsort(together.T)
    shipped = nnkit.datasets.digits()[0]
    np.testing.assert_array_equal(together[rows], shipped[np.lexsort(shipped.T)])


def test_training_is_real():
    X, y = wishes.training_digits()
    accuracy = [(model(X).argmax(axis=1) == y).mean() for model in wishes.snapshots(0).values()]
    assert accuracy[0] < 0.3 and accuracy[-1] > 0.9


def test_all_of_the_gap_is_left_where_nothing_trains(monkeypatch):
    plain = wishes.start
    monkeypatch.setattr(wishes, "start", lambda seed: plain(seed, 1e-300))
    assert curves.gap_left(0) == pytest.approx(1.0)


def test_the_gap_that_is_left_is_that_of_the_network_after_one_epoch():
    model, loss = wishes.snapshots(0)[1], nnkit.SoftmaxCrossEntropy()
    after, validation = (
        loss.value(model(X), y) for X, y in (wishes.training_digits(), wishes.unseen_digits())
    )
    ran = validation + (after - validation) / curves.gap_left(0)
    assert after < ran < np.log(10)  # the mean over the epoch lies between its end and guessing
    assert ran - after > 0.3


# ---- exercises: right answers pass, known mistakes are named, copied digits do not pass ---------------


def pieces(x, W1, W2, b1, b2, t):
    h = 1 / (1 + np.exp(-(x @ W1 + b1)))
    o = 1 / (1 + np.exp(-(h @ W2 + b2)))
    return h, o, (o - t) * o * (1 - o)


def w5(formula):
    return lambda *given: formula(given, *pieces(*given))


ANSWERS_W5 = {
    "slope is missing": lambda given, h, o, d: (o - given[5])[0] * h[0],
    "sign is turned": lambda given, h, o, d: -d[0] * h[0],
    "output of h2": lambda given, h, o, d: d[0] * h[1],
    "the input x1": lambda given, h, o, d: d[0] * given[0][0],
    "factor 2 too much": lambda given, h, o, d: 2 * d[0] * h[0],
}
ANSWERS_W1 = {
    "path through o1 alone": lambda given, h, o, d: d[0] * given[2][0, 0] * h[0] * (1 - h[0]) * given[0][0],
    "path through o2 alone": lambda given, h, o, d: d[1] * given[2][0, 1] * h[0] * (1 - h[0]) * given[0][0],
    "slope of h1 is missing": lambda given, h, o, d: (d @ given[2][0]) * given[0][0],
    "weights that enter o1": lambda given, h, o, d: (d @ given[2][:, 0]) * h[0] * (1 - h[0]) * given[0][0],
    "sign is turned": lambda given, h, o, d: -(d @ given[2][0]) * h[0] * (1 - h[0]) * given[0][0],
    "That is the delta of h1": lambda given, h, o, d: (d @ given[2][0]) * h[0] * (1 - h[0]),
    "multiplied by x2": lambda given, h, o, d: (d @ given[2][0]) * h[0] * (1 - h[0]) * given[0][1],
}


@pytest.mark.parametrize("said", ANSWERS_W5)
def test_known_mistakes_in_w5_are_named(said):
    feedback = exercises.grad_w5(w5(ANSWERS_W5[said]))
    assert not feedback.right and said in feedback.text


@pytest.mark.parametrize("said", ANSWERS_W1)
def test_known_mistakes_in_w1_are_named(said):
    feedback = exercises.grad_w1(w5(ANSWERS_W1[said]))
    assert not feedback.right and said in feedback.text


def test_right_answers_pass():
    assert repr(exercises.grad_w5(w5(lambda given, h, o, d: d[0] * h[0]))) == (
        "Right. dE/dw5 = 0.082167041, and your function is right for another network too."
    )
    right = exercises.grad_w1(w5(lambda given, h, o, d: (d @ given[2][0]) * h[0] * (1 - h[0]) * given[0][0]))
    assert right.right and "0.000438568" in right.text


def test_digits_copied_from_the_page_do_not_pass():
    feedback = exercises.grad_w5(lambda *given: 0.08216704056423)
    assert not feedback.right and feedback.text.startswith(
        "Right for the worked example, but not for another network."
    )


def test_unfinished_and_failing_answers_are_met_in_words():
    assert repr(exercises.grad_w5(lambda *given: ...)) == (
        "Nothing came back yet. End your function with return and your result."
    )
    assert repr(exercises.grad_w5(lambda *given: 1 / 0)) == (
        "Your function stopped with ZeroDivisionError: division by zero."
    )
    assert repr(exercises.grad_w5(lambda *given: np.ones(2))) == (
        "Your function: one number is expected, 2 came."
    )
    assert repr(exercises.grad_w5(lambda *given: "much")) == "Your function: numbers are expected, str came."
    assert repr(exercises.grad_w5(lambda *given: math.nan)) == (
        "Your function: finite numbers are expected, nan came."
    )


LAYER = {
    "dW has the shape of W turned over": lambda x, W, dy: (dy @ W.T, dy.T @ x, dy.sum(axis=0)),
    "dW is divided by the batch size": lambda x, W, dy: (dy @ W.T, x.T @ dy / len(x), dy.sum(axis=0)),
    "db keeps one row per example": lambda x, W, dy: (dy @ W.T, x.T @ dy, dy),
    "db is a mean over the batch": lambda x, W, dy: (dy @ W.T, x.T @ dy, dy.mean(axis=0)),
    "db is summed along the wrong axis": lambda x, W, dy: (dy @ W.T, x.T @ dy, dy.sum(axis=1)),
    "dx: shape (5, 3) is expected, shape (3, 5) came.": lambda x, W, dy: (W @ dy.T, x.T @ dy, dy.sum(axis=0)),
    "Three arrays are expected, in this order: return dx, dW, db.": lambda x, W, dy: dy @ W.T,
    "The shapes do not fit": lambda x, W, dy: (dy @ W, x.T @ dy, dy.sum(axis=0)),
}
TANH = {
    "That is the slope alone": lambda dy, y: 1 - y**2,
    "slope of the logistic function": lambda dy, y: dy * y * (1 - y),
    "tanh a second time": lambda dy, y: dy * (1 - np.tanh(y) ** 2),
    "The square is missing": lambda dy, y: dy * (1 - y),
    "dz gives": lambda dy, y: dy * (2 - y**2),
}
SLOPE = {
    "from x to x + step": lambda f, x, h: (f(x + h) - f(x)) / h,
    "from x - step to x": lambda f, x, h: (f(x) - f(x - h)) / h,
    "is 2 step, not step": lambda f, x, h: (f(x + h) - f(x - h)) / h,
    "divide by the distance": lambda f, x, h: f(x + h) - f(x - h),
    "put brackets": lambda f, x, h: (f(x + h) - f(x - h)) / 2 * h,
    "and around 2 * step": lambda f, x, h: f(x + h) - f(x - h) / (2 * h),
    "over both sides it is": lambda f, x, h: f(x),
    "sign is turned": lambda f, x, h: (f(x - h) - f(x + h)) / (2 * h),
}


@pytest.mark.parametrize(
    ("check", "answers"),
    [(exercises.linear_backward, LAYER), (exercises.tanh_backward, TANH), (exercises.slope, SLOPE)],
    ids=["layer", "tanh", "slope"],
)
def test_known_mistakes_of_the_other_exercises_are_named(check, answers):
    for said, answer in answers.items():
        feedback = check(answer)
        assert not feedback.right and said in feedback.text, feedback


def test_the_layer_of_nnkit_passes_the_check_of_the_layer():
    def through_nnkit(x, W, dy):
        layer = nnkit.Linear(3, 2, rng=np.random.default_rng(0))
        layer.W.value[...] = W
        dx = layer.backward(dy, layer.forward(x)[1])
        return dx, layer.W.grad, layer.b.grad

    assert exercises.linear_backward(through_nnkit).right
    assert exercises.linear_backward(lambda *given: list(through_nnkit(*given))).right


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["w1", "w2", "w3", "w4"], "Right."),
        (["w5"], "w5 to w8 have the right gradient"),
        (["w1"], "there are more of them"),
        ("W1 w2, w3 and w4", "Right."),
        (["w1", "w5"], "Choose sequential order"),
        ([], "Choose sequential order"),
    ],
)
def test_the_task_of_the_stepper_knows_its_answers(names, said):
    feedback = tasks.wrong_gradients(names)
    assert said in feedback.text and feedback.right == (said == "Right.")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (64, 1024, "Right."),
        (16, 1024, "Before training: 16 images reach a cosine of"),
        (256, 1024, "fewer will do"),
        (64, 1297, "After 20 epochs: 1,297 images reach a cosine of 1.00; fewer will do"),
        (64, 512, "After 20 epochs: 512 images reach a cosine of"),
        (
            65,
            1024,
            "Before training: give a number that is on the slider, one of 1, 4, 16, 64, 256, 512, 1,024,",
        ),
    ],
)
def test_the_task_of_the_wishes_knows_its_answers(before, after, said):
    feedback = tasks.images_needed(before, after)
    assert said in feedback.text and feedback.right == (said == "Right.")
