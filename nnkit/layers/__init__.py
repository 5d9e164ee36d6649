"""The layers, one file per family, each with its backward pass below its forward pass."""

from nnkit.layers.activations import ReLU, Sigmoid, Tanh
from nnkit.layers.base import Layer, walk
from nnkit.layers.linear import Linear

__all__ = ["Layer", "Linear", "ReLU", "Sigmoid", "Tanh", "walk"]
