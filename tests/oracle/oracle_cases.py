"""The table of all pieces that other libraries have too: one line each.

A new piece is a new line here, or in LEFT_OUT with the reason. The first word of a line's name is the name
of the piece.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy import special
from sklearn import metrics as sklearn_metrics
from torch.nn import functional
from torch.optim import lr_scheduler

import nnkit


@dataclass
class LayerCase:
    name: str
    build: Callable  # (rng, dtype) -> layer
    shape: tuple[int, ...] = (6, 5)  # of x
    training: tuple[bool, ...] = (False, True)


@dataclass
class LossCase:
    name: str
    build: Callable
    theirs: Callable  # (prediction, target) -> tensor
    target: Callable  # (rng) -> target for a prediction of shape (7, 3)


@dataclass
class PenaltyCase:
    name: str
    build: Callable
    theirs: Callable  # W -> tensor; PyTorch has none, but it derives the formula


@dataclass
class OptimizerCase:
    name: str
    build: Callable  # parameters -> optimizer
    theirs: Callable  # parameters -> optimizer of PyTorch


@dataclass
class ScheduleCase:
    name: str
    build: Callable  # () -> schedule
    theirs: Callable  # optimizer with rate 0.1 -> scheduler


@dataclass
class ClipCase:
    name: str
    build: Callable
    theirs: Callable  # parameters -> None


@dataclass
class MetricCase:
    name: str
    theirs: Callable  # (prediction, target) -> number or array
    target: Callable  # (rng) -> target for a prediction of shape (40, 4)


@dataclass
class FunctionCase:
    name: str
    build: Callable
    theirs: Callable  # an array of float64 -> array
    entrywise: bool = True  # each entry to its own last digits; else to those of the largest


def piece(row) -> str:
    """The public name that a line is about."""
    return row.name.split(",")[0]


IMAGES = (2, 3, 7, 6)


def images(kind, *arguments, **options):
    return lambda rng, dtype: getattr(nnkit, kind)(*arguments, rng=rng, dtype=dtype, **options)


def plain(kind, *arguments, **options):
    return lambda rng, dtype: getattr(nnkit, kind)(*arguments, **options)


def typed(kind, *arguments, **options):
    return lambda rng, dtype: getattr(nnkit, kind)(*arguments, dtype=dtype, **options)


def sequential(rng, dtype):
    twice = nnkit.Linear(5, 5, rng=rng, dtype=dtype)
    return nnkit.Sequential(twice, nnkit.Tanh(), twice)


def residual(rng, dtype):
    return nnkit.Residual(nnkit.Linear(5, 5, rng=rng, dtype=dtype), nnkit.Sigmoid())


LAYERS = [
    LayerCase("Linear", images("Linear", 5, 4)),
    LayerCase("Linear, without bias", images("Linear", 5, 4, bias=False)),
    LayerCase("Conv2D", images("Conv2D", 3, 4, 3), IMAGES),
    LayerCase("Conv2D, stride 2, padding 1", images("Conv2D", 3, 4, 3, stride=2, padding=1), IMAGES),
    LayerCase("Conv2D, 1 x 1, without bias", images("Conv2D", 3, 4, 1, bias=False), IMAGES),
    LayerCase("MaxPool2D", plain("MaxPool2D", 2), IMAGES),
    LayerCase("MaxPool2D, overlapping", plain("MaxPool2D", 3, stride=2), IMAGES),
    LayerCase("AveragePool2D", plain("AveragePool2D", 2), IMAGES),
    LayerCase("AveragePool2D, overlapping", plain("AveragePool2D", 3, stride=1), IMAGES),
    LayerCase("Flatten", plain("Flatten"), IMAGES),
    # In training both draw, each for itself; tests/conformance checks the mask.
    LayerCase("Dropout", lambda rng, dtype: nnkit.Dropout(0.3, rng=rng), training=(False,)),
    LayerCase("BatchNorm, features", typed("BatchNorm", 5)),
    LayerCase("BatchNorm, channels", typed("BatchNorm", 3, epsilon=1e-2, momentum=0.3), IMAGES),
    LayerCase("LayerNorm", typed("LayerNorm", 5)),
    LayerCase("Identity", plain("Identity")),
    LayerCase("ReLU", plain("ReLU")),
    LayerCase("LeakyReLU", plain("LeakyReLU")),
    LayerCase("LeakyReLU, slope 0.3", plain("LeakyReLU", 0.3)),
    LayerCase("ELU", plain("ELU")),
    LayerCase("ELU, alpha 0.7", plain("ELU", 0.7)),
    LayerCase("SELU", plain("SELU")),
    LayerCase("Softplus", plain("Softplus")),
    LayerCase("SiLU", plain("SiLU")),
    LayerCase("GELU", plain("GELU")),
    LayerCase("GELU, approximate", plain("GELU", approximate="tanh")),
    LayerCase("Tanh", plain("Tanh")),
    LayerCase("Sigmoid", plain("Sigmoid")),
    LayerCase("Softmax", plain("Softmax")),
    LayerCase("LogSoftmax", plain("LogSoftmax")),
    LayerCase("Sequential, one layer twice", sequential),
    LayerCase("Residual", residual),
    LayerCase("mlp", lambda rng, dtype: nnkit.mlp([5, 8, 3], rng=rng, dtype=dtype)),
]


def numbers(rng):
    return rng.normal(size=(7, 3))


def answers(rng):
    return rng.uniform(size=(7, 3))


def classes(rng):
    return rng.integers(0, 3, 7)


def distributions(rng):
    return rng.dirichlet([1.0] * 3, 7)


WEIGHTS = [0.5, 1.0, 4.0]


def weighted(prediction, target):
    return functional.cross_entropy(
        prediction, target, weight=torch.tensor(WEIGHTS, dtype=prediction.dtype), label_smoothing=0.2
    )


LOSSES = [
    LossCase("MeanSquaredError", nnkit.MeanSquaredError, functional.mse_loss, numbers),
    LossCase("MeanAbsoluteError", nnkit.MeanAbsoluteError, functional.l1_loss, numbers),
    LossCase("Huber", lambda: nnkit.Huber(0.7), lambda p, t: functional.huber_loss(p, t, delta=0.7), numbers),
    LossCase(
        "SigmoidBinaryCrossEntropy",
        nnkit.SigmoidBinaryCrossEntropy,
        functional.binary_cross_entropy_with_logits,
        answers,
    ),
    LossCase("SoftmaxCrossEntropy, classes", nnkit.SoftmaxCrossEntropy, functional.cross_entropy, classes),
    LossCase(
        "SoftmaxCrossEntropy, probabilities",
        nnkit.SoftmaxCrossEntropy,
        functional.cross_entropy,
        distributions,
    ),
    LossCase(
        "SoftmaxCrossEntropy, weighted and smoothed",
        lambda: nnkit.SoftmaxCrossEntropy(class_weights=WEIGHTS, label_smoothing=0.2),
        weighted,
        classes,
    ),
    LossCase(
        "MulticlassHinge",
        lambda: nnkit.MulticlassHinge(0.8),
        lambda p, t: functional.multi_margin_loss(p, t, margin=0.8) * 3,  # PyTorch divides by the classes
        classes,
    ),
]

PENALTIES = [
    PenaltyCase("L1", lambda: nnkit.L1(0.3), lambda W: 0.3 * W.abs().sum()),
    PenaltyCase("L2", lambda: nnkit.L2(0.3), lambda W: 0.3 / 2 * W.square().sum()),
    PenaltyCase(
        "Elastic",
        lambda: nnkit.Elastic(0.3, l1_share=0.2),
        lambda W: 0.3 * (0.2 * W.abs().sum() + 0.8 / 2 * W.square().sum()),
    ),
]


def weights_and_biases(parameters):
    """Groups of PyTorch: decay for weights alone."""
    weights = [p for p in parameters if p.dim() > 1]
    biases = [p for p in parameters if p.dim() == 1]
    return [{"params": weights}, {"params": biases, "weight_decay": 0.0}]


OPTIMIZERS = [
    OptimizerCase("SGD", lambda p: nnkit.SGD(p, 0.1), lambda p: torch.optim.SGD(p, 0.1)),
    OptimizerCase(
        "SGD, momentum",
        lambda p: nnkit.SGD(p, 0.1, momentum=0.9),
        lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
    ),
    OptimizerCase(
        "SGD, Nesterov",
        lambda p: nnkit.SGD(p, 0.1, momentum=0.9, nesterov=True),
        lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
    ),
    OptimizerCase(
        "AdaGrad",
        lambda p: nnkit.AdaGrad(p, 0.1, epsilon=1e-3),
        lambda p: torch.optim.Adagrad(p, 0.1, eps=1e-3),
    ),
    OptimizerCase(
        "RMSProp",
        lambda p: nnkit.RMSProp(p, 0.1, beta=0.8, epsilon=1e-3),
        lambda p: torch.optim.RMSprop(p, 0.1, alpha=0.8, eps=1e-3),
    ),
    OptimizerCase(
        "Adam",
        lambda p: nnkit.Adam(p, 0.1, beta1=0.8, beta2=0.99, epsilon=1e-3),
        lambda p: torch.optim.Adam(p, 0.1, betas=(0.8, 0.99), eps=1e-3),
    ),
    OptimizerCase(
        "AdamW",
        lambda p: nnkit.AdamW(p, 0.1, weight_decay=0.05, epsilon=1e-3),
        lambda p: torch.optim.AdamW(weights_and_biases(p), 0.1, weight_decay=0.05, eps=1e-3),
    ),
    OptimizerCase(
        "AdamW, biases too",
        lambda p: nnkit.AdamW(p, 0.1, weight_decay=0.05, biases=True, epsilon=1e-3),
        lambda p: torch.optim.AdamW(p, 0.1, weight_decay=0.05, eps=1e-3),
    ),
]


CLIPS = [
    ClipCase(
        "ClipByValue", lambda: nnkit.ClipByValue(0.5), lambda p: torch.nn.utils.clip_grad_value_(p, 0.5)
    ),
    ClipCase("ClipByNorm", lambda: nnkit.ClipByNorm(0.5), lambda p: torch.nn.utils.clip_grad_norm_(p, 0.5)),
]


def schedule(name, *arguments, **options):
    return lambda: getattr(nnkit.schedules, name)(*arguments, **options)


SCHEDULES = [
    ScheduleCase(
        "constant", schedule("constant", 0.1), lambda o: lr_scheduler.ConstantLR(o, 1.0, total_iters=1)
    ),
    ScheduleCase(
        "step_decay", schedule("step_decay", 0.1, 7, factor=0.3), lambda o: lr_scheduler.StepLR(o, 7, 0.3)
    ),
    ScheduleCase(
        "exponential", schedule("exponential", 0.1, 0.9), lambda o: lr_scheduler.ExponentialLR(o, 0.9)
    ),
    ScheduleCase(
        "cosine",
        schedule("cosine", 0.1, 60, end=0.01),
        lambda o: lr_scheduler.CosineAnnealingLR(o, 60, eta_min=0.01),
    ),
    ScheduleCase(
        "warmup",
        schedule("warmup", 0.1, 10),
        lambda o: lr_scheduler.LinearLR(o, start_factor=1 / 10, total_iters=9),
    ),
    ScheduleCase(
        "cyclical",
        schedule("cyclical", 0.1, 0.5, 6),
        lambda o: lr_scheduler.CyclicLR(o, 0.1, 0.5, step_size_up=6, cycle_momentum=False),
    ),
    ScheduleCase(
        "warm_restarts",
        schedule("warm_restarts", 0.1, 5, growth=2, end=0.01),
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 5, T_mult=2, eta_min=0.01),
    ),
]


def labels(rng):
    return rng.integers(0, 4, 40)


def by_class(prediction, target):
    """Precision, recall and F1 of each class."""
    return sklearn_metrics.precision_recall_fscore_support(target, prediction.argmax(axis=1))[:3]


METRICS = [
    MetricCase("accuracy", lambda p, t: sklearn_metrics.accuracy_score(t, p.argmax(axis=1)), labels),
    MetricCase(
        "confusion_matrix", lambda p, t: sklearn_metrics.confusion_matrix(t, p.argmax(axis=1)), labels
    ),
    MetricCase("class_scores", by_class, labels),
    MetricCase("precision", lambda p, t: by_class(p, t)[0].mean(), labels),
    MetricCase("recall", lambda p, t: by_class(p, t)[1].mean(), labels),
    MetricCase("f1", lambda p, t: by_class(p, t)[2].mean(), labels),
    MetricCase(
        "exact_match",
        lambda p, t: sklearn_metrics.accuracy_score(t, p > 0),
        # Most entries right, so that some rows are right as a whole.
        lambda rng: (np.random.default_rng(0).normal(size=(40, 4)) > 0) ^ (rng.uniform(size=(40, 4)) < 0.1),
    ),
    MetricCase(
        "r2", lambda p, t: sklearn_metrics.r2_score(t, p), lambda rng: rng.normal(size=(40, 4)) * [1, 2, 3, 0]
    ),
]

FUNCTIONS = [
    FunctionCase("Sigmoid", lambda: nnkit.Sigmoid(), special.expit),
    FunctionCase("Softplus", lambda: nnkit.Softplus(), lambda x: -special.log_expit(-x)),
    FunctionCase("SiLU", lambda: nnkit.SiLU(), lambda x: x * special.expit(x)),
    FunctionCase("ELU", lambda: nnkit.ELU(), lambda x: np.where(x > 0, x, special.expm1(np.minimum(x, 0)))),
    FunctionCase("Softmax", lambda: nnkit.Softmax(), lambda x: special.softmax(x, axis=-1)),
    # The logarithm of a probability near 1 has the last digits of its logit, not its own.
    FunctionCase(
        "LogSoftmax",
        lambda: nnkit.LogSoftmax(),
        lambda x: special.log_softmax(x, axis=-1),
        entrywise=False,
    ),
    # Far below zero Phi(x) is the difference of two numbers near 1/2.
    FunctionCase("GELU", lambda: nnkit.GELU(), lambda x: x * special.ndtr(x), entrywise=False),
]


@dataclass
class NetworkCase:
    name: str
    build: Callable  # (rng, dtype) -> model
    shape: tuple[int, ...]  # of X
    optimizers: tuple[Callable, Callable]  # parameters -> optimizer, ours and theirs
    left_out: tuple[str, ...] = ()  # parameters whose gradient is exactly zero


def dense(rng, dtype):
    return nnkit.mlp([10, 16, 8, 3], rng=rng, activation=nnkit.Tanh, dtype=dtype)


def normalized(rng, dtype):
    def linear(n_in, n_out):
        return nnkit.Linear(n_in, n_out, rng=rng, dtype=dtype)

    return nnkit.Sequential(
        linear(10, 16),
        nnkit.BatchNorm(16, dtype=dtype),
        nnkit.ReLU(),
        nnkit.Residual(linear(16, 16), nnkit.Tanh()),
        nnkit.LayerNorm(16, dtype=dtype),
        linear(16, 3),
    )


def convolutional(rng, dtype):
    return nnkit.Sequential(
        nnkit.Conv2D(1, 4, 3, padding=1, rng=rng, dtype=dtype),
        nnkit.BatchNorm(4, dtype=dtype),
        nnkit.ReLU(),
        nnkit.MaxPool2D(2),
        nnkit.Conv2D(4, 6, 3, rng=rng, dtype=dtype),
        nnkit.GELU(),
        nnkit.AveragePool2D(2),
        nnkit.Flatten(),
        nnkit.Linear(6, 3, rng=rng, dtype=dtype),
    )


SGD = (
    lambda p: nnkit.SGD(p, 0.1, momentum=0.9),
    lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
)
# A large epsilon: where a gradient is all but zero, Adam would make rounding into a step of full length.
ADAM = (
    lambda p: nnkit.Adam(p, 0.01, epsilon=1e-3),
    lambda p: torch.optim.Adam(p, 0.01, eps=1e-3),
)

NETWORKS = [
    NetworkCase("Linear, Tanh; SGD with momentum", dense, (128, 10), SGD),
    NetworkCase("Linear, Tanh; Adam", dense, (128, 10), ADAM),
    # A bias in front of BatchNorm is taken away again with the mean.
    NetworkCase("BatchNorm, LayerNorm, Residual, Linear; Adam", normalized, (128, 10), ADAM, ("0.b",)),
    NetworkCase(
        "Conv2D, BatchNorm, GELU, pooling, Linear; SGD with momentum",
        convolutional,
        (128, 1, 8, 8),
        SGD,
        ("0.b",),
    ),
]

# Public pieces that stand in no line above, and why.
LEFT_OUT = {
    "initializers": "each library draws its own numbers; tests/conformance checks the moments",
    "Layer": "a contract",
    "Loss": "a contract",
    "Penalty": "a contract",
    "Optimizer": "a contract",
    "Schedule": "a contract",
    "chain": "puts schedules of this table one after the other",
    "one_cycle": "PyTorch's starts and ends elsewhere; tests/nnkit checks its corners",
    "one_cycle_momentum": "as one_cycle",
}
