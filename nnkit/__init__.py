"""nnkit: neural networks in NumPy, small enough to read and checked to the last digit.

Importing it loads NumPy and nothing else. What is built over it is imported by name:
`nnkit.doctor`, `nnkit.sweeps`, `nnkit.plots` for drawing, `nnkit.explore` for sliders.
"""

from nnkit import analysis, autodiff, data, datasets, initializers, schedules
from nnkit.averaging import WeightAverage, refresh_statistics
from nnkit.callbacks import BestWeights, Checkpoint, EarlyStopping, Progress
from nnkit.checks import gradient_error
from nnkit.divergence import TrainingDiverged
from nnkit.history import EpochRecord, History
from nnkit.layers import (
    ELU,
    GELU,
    SELU,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dropout,
    Flatten,
    Identity,
    Layer,
    LayerNorm,
    LeakyReLU,
    Linear,
    LogSoftmax,
    MaxPool2D,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from nnkit.losses import (
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    MulticlassHinge,
    SigmoidBinaryCrossEntropy,
    SoftmaxCrossEntropy,
)
from nnkit.lr_finder import LearningRateRange, learning_rate_range
from nnkit.metrics import (
    accuracy,
    class_scores,
    confusion_matrix,
    exact_match,
    f1,
    precision,
    r2,
    recall,
)
from nnkit.models import Residual, Sequential, mlp, summary
from nnkit.optimizers import SGD, AdaGrad, Adam, AdamW, ClipByNorm, ClipByValue, Optimizer, RMSProp
from nnkit.parameter import Parameter, fuse
from nnkit.penalties import L1, L2, Elastic, Penalty
from nnkit.serialization import load, save, state
from nnkit.training import Trainer, backpropagate

__version__ = "0.1.0"

# In the order in which data flows through them.
__all__ = [  # noqa: RUF022
    "data",
    "datasets",
    "initializers",
    "Parameter",
    "fuse",
    "Layer",
    "Flatten",
    "Linear",
    "Conv2D",
    "MaxPool2D",
    "AveragePool2D",
    "BatchNorm",
    "LayerNorm",
    "Identity",
    "ReLU",
    "LeakyReLU",
    "ELU",
    "SELU",
    "Softplus",
    "SiLU",
    "GELU",
    "Tanh",
    "Sigmoid",
    "Dropout",
    "Softmax",
    "LogSoftmax",
    "Sequential",
    "Residual",
    "mlp",
    "summary",
    "Loss",
    "MeanSquaredError",
    "MeanAbsoluteError",
    "Huber",
    "SigmoidBinaryCrossEntropy",
    "SoftmaxCrossEntropy",
    "MulticlassHinge",
    "Penalty",
    "L1",
    "L2",
    "Elastic",
    "accuracy",
    "exact_match",
    "confusion_matrix",
    "class_scores",
    "precision",
    "recall",
    "f1",
    "r2",
    "Optimizer",
    "SGD",
    "AdaGrad",
    "RMSProp",
    "Adam",
    "AdamW",
    "schedules",
    "ClipByValue",
    "ClipByNorm",
    "backpropagate",
    "Trainer",
    "TrainingDiverged",
    "EpochRecord",
    "History",
    "EarlyStopping",
    "BestWeights",
    "Checkpoint",
    "Progress",
    "state",
    "save",
    "load",
    "WeightAverage",
    "refresh_statistics",
    "learning_rate_range",
    "LearningRateRange",
    "gradient_error",
    "autodiff",
    "analysis",
]
