"""Every piece gives what PyTorch, scikit-learn or SciPy give."""

import numpy as np
import torch
from oracle_twins import buffers, parameters, tensor, turned, twin

import nnkit
from nnkit.data import batches

STEPS = 50


def test_layers(layer_case, compare, dtype):
    for training in layer_case.training:
        rng = np.random.default_rng(1)
        layer = layer_case.build(rng, dtype)
        for parameter in layer.parameters():
            parameter.value[...] += rng.normal(0, 0.3, parameter.value.shape)  # no bias of 0, no scale of 1
        theirs = twin(layer, dtype).train(training)
        x = rng.normal(size=layer_case.shape).astype(dtype)
        for _ in range(2):  # running averages of averages too; gradients add
            x_theirs = tensor(x).requires_grad_()
            y, cache = layer.forward(x, training)
            y_theirs = theirs(x_theirs)
            compare("y", y, y_theirs, dtype)
            dy = rng.normal(size=y.shape).astype(dtype)
            dx = layer.backward(dy, cache)
            y_theirs.backward(tensor(dy))
            compare("dx", dx, x_theirs.grad, dtype)
            for ours, other in parameters(layer, theirs):
                compare(f"gradient of {ours.name}", turned(ours.grad), other.grad, dtype)
            for ours, other in buffers(layer, theirs):
                compare("a buffer", ours, other, dtype)
            x = 2 * x[::-1].copy() + 1


def test_losses(loss_case, compare, dtype):
    rng = np.random.default_rng(1)
    prediction = rng.normal(0, 3, size=(7, 3)).astype(dtype)
    target = loss_case.target(rng)
    if target.dtype.kind == "f":
        target = target.astype(dtype)
    value, gradient = loss_case.build().value_and_gradient(prediction, target)
    theirs = tensor(prediction).requires_grad_()
    loss = loss_case.theirs(theirs, tensor(target))
    loss.backward()
    compare("value", value, loss, dtype)
    compare("gradient", gradient, theirs.grad, dtype)


def test_penalties(penalty_case, compare, dtype):
    W = nnkit.Parameter(np.random.default_rng(1).normal(size=(4, 3)).astype(dtype))
    penalty = penalty_case.build()
    penalty.add_gradient([W])
    theirs = tensor(W.value).requires_grad_()
    cost = penalty_case.theirs(theirs)
    cost.backward()
    compare("value", penalty.value([W]), cost, dtype)
    compare("gradient", W.grad, theirs.grad, dtype)


def start(dtype):
    """The same parameters on both sides."""
    rng = np.random.default_rng(1)
    ours = [nnkit.Parameter(rng.normal(size=shape).astype(dtype)) for shape in [(4, 3), (3,), (2, 3, 2, 2)]]
    return ours, [torch.nn.Parameter(tensor(p.value)) for p in ours]


def draw_gradients(rng, ours, theirs, scale=1.0):
    """Give both sides the same gradients."""
    for p, q in zip(ours, theirs, strict=True):
        p.grad[...] = scale * rng.normal(0.1, 1, p.value.shape)
        q.grad = tensor(p.grad)


def test_optimizers(optimizer_case, compare, dtype):
    ours, theirs = start(dtype)
    optimizer, other = optimizer_case.build(ours), optimizer_case.theirs(theirs)
    rng = np.random.default_rng(2)
    for _ in range(STEPS):
        draw_gradients(rng, ours, theirs)
        optimizer.step()
        other.step()
        for p, q in zip(ours, theirs, strict=True):
            compare("value", p.value, q, dtype)


def test_clipping(clip_case, compare, dtype):
    ours, theirs = start(dtype)
    for scale in (1e-3, 1e7):  # one is let through; beside the other, PyTorch's 1e-6 on the norm is nothing
        draw_gradients(np.random.default_rng(2), ours, theirs, scale)
        clip_case.build()(ours)
        clip_case.theirs(theirs)
        for p, q in zip(ours, theirs, strict=True):
            compare("gradient", p.grad, q.grad, dtype)


def test_schedules(schedule_case, compare):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 0.1)
    scheduler, schedule = schedule_case.theirs(optimizer), schedule_case.build()
    rates = []
    for _ in range(60):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    compare("rate", [schedule(step) for step in range(60)], rates, entrywise=True)


def test_metrics(metric_case, compare):
    rng = np.random.default_rng(0)
    prediction = rng.normal(size=(40, 4))
    target = metric_case.target(np.random.default_rng(1))
    metric = getattr(nnkit.metrics, metric_case.name)
    compare("score", metric(prediction, target), metric_case.theirs(prediction, target))


def test_functions(function_case, compare, dtype):
    x = np.concatenate([np.linspace(-30, 30, 2001), np.geomspace(1e-12, 1, 200)]).astype(dtype)[:, None]
    x = np.concatenate([x, -x[::-1]], axis=1)  # two logits per row for softmax
    theirs = function_case.theirs(x.astype(np.float64))
    compare("y", function_case.build()(x), theirs, dtype, entrywise=function_case.entrywise)


def test_networks_train_alike(network_case, compare, dtype):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=network_case.shape).astype(dtype), rng.integers(0, 3, network_case.shape[0])
    model = network_case.build(rng, dtype)
    theirs = twin(model, dtype).train()
    optimizer = network_case.optimizers[0](model.parameters())
    other = network_case.optimizers[1](theirs.parameters())
    trainer = nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=16, rng=rng)
    in_order = [batch for _ in range(3) for batch in batches(X, y, 16, rng=rng)][:20]
    for x, goal in in_order:
        value = trainer.step(x, goal)
        other.zero_grad()
        loss = torch.nn.functional.cross_entropy(theirs(tensor(x)), tensor(goal))
        loss.backward()
        other.step()
        compare("loss", value, loss, dtype)
    named = [f"{i}.{p.name}" for i, layer in enumerate(model.layers) for p in layer.parameters()]
    for name, (ours, other) in zip(named, parameters(model, theirs), strict=True):
        if name not in network_case.left_out:
            compare(name, turned(ours.value), other, dtype)
    for ours, other in buffers(model, theirs):
        compare("a buffer", ours, other, dtype)
    compare("prediction", model(X), theirs.eval()(tensor(X)), dtype)
