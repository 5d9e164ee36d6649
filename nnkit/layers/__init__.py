"""The layers, one file per family, each with its backward pass below its forward pass."""

from nnkit.layers.activations import Identity, LogSoftmax, Sigmoid, Softmax, Tanh
from nnkit.layers.base import Layer, walk
from nnkit.layers.convolution import Conv2D
from nnkit.layers.dropout import Dropout
from nnkit.layers.linear import Flatten, Linear
from nnkit.layers.normalization import BatchNorm, LayerNorm
from nnkit.layers.pooling import AveragePool2D, MaxPool2D
from nnkit.layers.rectifiers import ELU, GELU, SELU, LeakyReLU, ReLU, SiLU, Softplus

# From the contract to what is applied last.
__all__ = [  # noqa: RUF022
    "Layer", "walk", "Flatten", "Linear", "Conv2D", "MaxPool2D", "AveragePool2D", "BatchNorm", "LayerNorm",
    "Identity", "ReLU", "LeakyReLU", "ELU", "SELU", "Softplus", "SiLU", "GELU", "Tanh", "Sigmoid", "Dropout",
    "Softmax", "LogSoftmax",
]  # fmt: skip
