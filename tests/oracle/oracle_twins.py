"""The same piece twice: how a layer of nnkit becomes a module of PyTorch with the same weights."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn

from nnkit import Layer, Parameter


class Residual(nn.Sequential):
    """x + f(x)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + super().forward(x)


class BatchNorm(nn.BatchNorm1d):
    """Over features or over channels, whatever comes: PyTorch has a class for each."""

    def _check_input_dim(self, input: torch.Tensor) -> None:
        if input.dim() not in (2, 4):
            raise ValueError(input.shape)


# One line per layer: what PyTorch calls it.
MODULES = {
    "Linear": lambda layer: nn.Linear(layer.n_in, layer.n_out, bias=layer.b is not None),
    "Conv2D": lambda layer: nn.Conv2d(
        layer.c_in, layer.c_out, layer.kernel_size, layer.stride, layer.padding, bias=layer.b is not None
    ),
    "MaxPool2D": lambda layer: nn.MaxPool2d(layer.kernel_size, layer.stride),
    "AveragePool2D": lambda layer: nn.AvgPool2d(layer.kernel_size, layer.stride),
    "Flatten": lambda layer: nn.Flatten(),
    "Dropout": lambda layer: nn.Dropout(layer.rate),
    "LayerNorm": lambda layer: nn.LayerNorm(layer.n, eps=layer.epsilon),
    "Identity": lambda layer: nn.Identity(),
    "ReLU": lambda layer: nn.ReLU(),
    "LeakyReLU": lambda layer: nn.LeakyReLU(layer.slope),
    "ELU": lambda layer: nn.ELU(layer.alpha),
    "SELU": lambda layer: nn.SELU(),
    "Softplus": lambda layer: nn.Softplus(threshold=1e4),  # PyTorch's own default rounds x > 20 to x
    "SiLU": lambda layer: nn.SiLU(),
    "GELU": lambda layer: nn.GELU(layer.approximate),
    "Tanh": lambda layer: nn.Tanh(),
    "Sigmoid": lambda layer: nn.Sigmoid(),
    "Softmax": lambda layer: nn.Softmax(dim=-1),
    "LogSoftmax": lambda layer: nn.LogSoftmax(dim=-1),
    "BatchNorm": lambda layer: BatchNorm(layer.n, eps=layer.epsilon, momentum=layer.momentum),
}
CONTAINERS = {"Sequential": nn.Sequential, "Residual": Residual}


def module(layer: Layer, known: dict[int, nn.Module]) -> nn.Module:
    """The module of the same kind and sizes, with weights of its own; `known`: those made before."""
    if id(layer) not in known:
        name = type(layer).__name__
        inner = [module(one, known) for one in layer.layers]
        known[id(layer)] = CONTAINERS[name](*inner) if inner else MODULES[name](layer)
    return known[id(layer)]


def twin(layer: Layer, dtype: type) -> nn.Module:
    """The module with the same weights and buffers, in the same dtype."""
    made = module(layer, {}).to(torch_dtype(dtype))
    with torch.no_grad():
        for ours, theirs in parameters(layer, made):
            theirs.copy_(tensor(turned(ours.value)))
        for ours, theirs in buffers(layer, made):
            theirs.copy_(tensor(ours))
    return made


def parameters(layer: Layer, made: nn.Module) -> Iterator[tuple[Parameter, nn.Parameter]]:
    """Both sides' parameters in pairs: scale and shift, or W and b, come in this order on both."""
    return zip(layer.parameters(), made.parameters(), strict=True)


def buffers(layer: Layer, made: nn.Module) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
    """Both sides' buffers in pairs; PyTorch counts batches besides."""
    theirs = [buffer for name, buffer in made.named_buffers() if not name.endswith("num_batches_tracked")]
    return zip(layer.buffers.values(), theirs, strict=True)


def turned(array: np.ndarray) -> np.ndarray:
    """The array as PyTorch stores it: what a W has last, the outputs, stands first there."""
    return np.moveaxis(array, -1, 0) if array.ndim > 1 else array


def tensor(array: np.ndarray) -> torch.Tensor:
    """A copy, of the same dtype."""
    return torch.from_numpy(np.array(array, order="C"))


def torch_dtype(dtype: type) -> torch.dtype:
    return {np.float64: torch.float64, np.float32: torch.float32}[dtype]
