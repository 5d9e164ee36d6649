"""Who is timed: each contender prepares a case and gives a function that runs epochs of it.

All start from the same weights, draw a new order for every epoch, and know the loss of every batch. How many
steps an epoch has stands in `cases`. Each runs in a process of its own: libraries are imported when called.
"""

import numpy as np
from cases import MOMENTUM, RATES


def nnkit(case):
    """The package, through `Trainer.fit`, as a user would write it."""
    import nnkit

    rng = np.random.default_rng(0)
    dtype = np.dtype(case.dtype)
    if case.convolutional:
        model = nnkit.Sequential(
            nnkit.Conv2D(1, 6, 5, padding=2, rng=rng, dtype=dtype),
            nnkit.ReLU(),
            nnkit.MaxPool2D(2),
            nnkit.Conv2D(6, 16, 5, rng=rng, dtype=dtype),
            nnkit.ReLU(),
            nnkit.MaxPool2D(2),
            nnkit.Flatten(),
            nnkit.mlp([400, 120, 84, 10], rng=rng, dtype=dtype),
        )
    else:
        model = nnkit.mlp(case.sizes, rng=rng, dtype=dtype)
        for layer, (W, b) in zip(model.layers[::2], case.weights(), strict=True):
            layer.W.value[...], layer.b.value[...] = W, b
    X, y = case.examples()
    if case.rule == "inference":
        return _over_batches(model, X, case.batch)
    if case.rule == "sgd":
        optimizer = nnkit.SGD(model.parameters(), RATES["sgd"], momentum=MOMENTUM)
    else:
        optimizer = nnkit.Adam(model.parameters(), RATES["adam"])
    trainer = nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, batch_size=case.batch, rng=rng)
    return lambda epochs: trainer.fit((X, y), epochs)


def pytorch(case, fused=None):
    """PyTorch, eager, on tensors that lie in memory: no `DataLoader`, which would cost more."""
    import torch
    from torch import nn

    kind = getattr(torch, case.dtype)
    if case.convolutional:
        layers = [nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU()]
        layers += [nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84)]
        layers += [nn.ReLU(), nn.Linear(84, 10)]
    else:
        layers = []
        for W, b in case.weights():
            linear = nn.Linear(*W.shape)
            linear.weight.data, linear.bias.data = torch.from_numpy(W.T.copy()), torch.from_numpy(b)
            layers += [linear, nn.ReLU()]
        layers.pop()
    model = nn.Sequential(*layers).to(kind)
    X, y = map(torch.from_numpy, case.examples())
    if case.rule == "inference":
        model.eval()
        return torch.inference_mode()(_over_batches(model, X, case.batch))
    options = {"lr": RATES[case.rule], "fused": fused}
    if case.rule == "sgd":
        optimizer = torch.optim.SGD(model.parameters(), momentum=MOMENTUM, **options)
    else:
        optimizer = torch.optim.Adam(model.parameters(), **options)
    loss = nn.CrossEntropyLoss()

    def epoch():
        total = 0.0
        order = torch.randperm(len(X))
        for start in range(0, len(X), case.batch):
            rows = order[start : start + case.batch]
            optimizer.zero_grad()
            value = loss(model(X[rows]), y[rows])
            value.backward()
            optimizer.step()
            total += value.item()
        return total

    return _again(epoch)


def pytorch_fused(case):
    """The same with PyTorch's fused update, which has to be asked for."""
    return pytorch(case, fused=True)


def sklearn(case):
    """scikit-learn's MLPClassifier; one call of `partial_fit` is an epoch."""
    from sklearn.neural_network import MLPClassifier

    X, y = case.examples()
    model = MLPClassifier(
        case.sizes[1:-1],
        solver="adam" if case.rule == "adam" else "sgd",
        alpha=0.0,
        batch_size=case.batch,
        learning_rate_init=RATES.get(case.rule, 0.01),
        momentum=MOMENTUM,
        nesterovs_momentum=False,
        random_state=0,
    )
    classes = np.arange(case.sizes[-1])
    model.partial_fit(X, y, classes=classes)
    if case.rule == "inference":
        return _over_batches(model.predict_proba, X, case.batch)
    return _again(lambda: model.partial_fit(X, y))


def loop(case):
    """A NumPy loop written by hand for this one network, into arrays that were made before."""
    from tight_loop import epoch, inference

    return _again(inference(case) if case.rule == "inference" else epoch(case))


def products(case):
    """The matrix products of the steps, and nothing else: what no NumPy program can leave out."""
    from tight_loop import products

    return _again(products(case))


def _again(epoch):
    def run(epochs):
        for _ in range(epochs):
            epoch()

    return run


def _over_batches(model, X, size):
    def epoch():
        for start in range(0, len(X), size):
            model(X[start : start + size])

    return _again(epoch)


ALL = {
    "nnkit": nnkit,
    "PyTorch": pytorch,
    "PyTorch, fused": pytorch_fused,
    "scikit-learn": sklearn,
    "loop": loop,
    "products": products,
}


def runs(name, case):
    """Whether a contender has an answer to the case."""
    if name == "PyTorch, fused":
        return case.rule != "inference"
    return not case.convolutional or name in ("nnkit", "PyTorch")
