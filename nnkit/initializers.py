"""How the weights of a new layer are drawn: each function returns an initializer.

An initializer is called as `initializer(rng, shape, fan_in, fan_out)` and gives a float64 array; the layer
casts it to its own dtype. Storing and training the result belongs to `parameter` and `optimizers`.

A function of this module raises ValueError when an argument is outside the range that its docstring states,
TypeError when it is of the wrong kind.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import numpy as np

from nnkit.arguments import check_choice, check_number

__all__ = ["Initializer", "constant", "glorot", "he", "lecun", "normal", "orthogonal", "uniform", "zeros"]

Shape = tuple[int, ...]


class Initializer(ABC):
    """The contract of every initializer: `(rng, shape, fan_in, fan_out) -> array`.

    Examples
    --------
    >>> zeros()(np.random.default_rng(0), (2, 2), fan_in=2, fan_out=2)
    array([[0., 0.],
           [0., 0.]])
    """

    @abstractmethod
    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> np.ndarray:
        """Draw a float64 array.

        Parameters
        ----------
        rng : numpy.random.Generator
        shape : tuple of int
            The shape to draw.
        fan_in, fan_out : int
            How many inputs feed one output, and how many outputs one input feeds.
        """

    @abstractmethod
    def __repr__(self) -> str:
        """The call that made it."""


class _Named(Initializer):
    """Set by one number, and named by the call that made it."""

    def __init__(self, call: str, number: float) -> None:
        self.call, self.number = call, number

    def __repr__(self) -> str:
        return self.call


class _Constant(_Named):
    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> np.ndarray:
        return np.full(shape, self.number, dtype=np.float64)


class _Normal(_Named):
    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> np.ndarray:
        return rng.normal(0.0, self.number, shape)


class _Uniform(_Named):
    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> np.ndarray:
        return rng.uniform(-self.number, self.number, shape)


class _VarianceScaling(_Named):
    """Mean 0 and a variance set by the fans: `number / fan_in`, or `number / ((fan_in + fan_out) / 2)`."""

    def __init__(self, name: str, number: float, both_fans: bool, distribution: str) -> None:
        check_choice(name, "distribution", distribution, ("normal", "uniform"))
        super().__init__(f'{name}("{distribution}")', number)
        self.both_fans, self.distribution = both_fans, distribution

    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> np.ndarray:
        fan = (fan_in + fan_out) / 2 if self.both_fans else fan_in
        std = math.sqrt(self.number / fan)
        if self.distribution == "normal":
            return rng.normal(0.0, std, shape)
        limit = math.sqrt(3.0) * std  # a uniform variable on (-a, a) has variance a^2 / 3
        return rng.uniform(-limit, limit, shape)


class _Orthogonal(_Named):
    def __call__(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> np.ndarray:
        if len(shape) < 2:
            raise ValueError(f"orthogonal expects a shape of two axes or more, got {shape}; try zeros().")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = rng.normal(size=(max(rows, columns), min(rows, columns)))
        Q, R = np.linalg.qr(tall)
        Q *= np.sign(np.diag(R))  # fixes the signs QR leaves open, so that all rotations are equally likely
        return self.number * (Q if rows >= columns else Q.T).reshape(shape)


def _positive(name: str, argument: str, value: float) -> tuple[str, float]:
    """The call and its number, if that is positive and finite."""
    number = check_number(name, argument, value, "(0, inf)", "zeros() draws zeros")
    return f"{name}({number!r})", number


def zeros() -> Initializer:
    """All entries 0: right for biases, wrong for weights (every unit would stay the same).

    Examples
    --------
    >>> zeros()
    zeros()
    """
    return _Constant("zeros()", 0.0)


def constant(value: float) -> Initializer:
    """All entries `value`.

    Parameters
    ----------
    value : float
        A finite number.

    Examples
    --------
    >>> constant(0.1)(np.random.default_rng(0), (3,), fan_in=1, fan_out=3)
    array([0.1, 0.1, 0.1])
    """
    value = check_number("constant", "value", value, "(-inf, inf)")
    return _Constant(f"constant({value!r})", value)


def normal(std: float) -> Initializer:
    """Normal with mean 0 and standard deviation `std`.

    Parameters
    ----------
    std : float > 0
        Finite.

    Examples
    --------
    >>> normal(0.01)
    normal(0.01)
    """
    return _Normal(*_positive("normal", "std", std))


def uniform(limit: float) -> Initializer:
    """Uniform on (-limit, limit), of variance limit^2 / 3.

    Parameters
    ----------
    limit : float > 0
        Finite.

    Examples
    --------
    >>> uniform(0.5)
    uniform(0.5)
    """
    return _Uniform(*_positive("uniform", "limit", limit))


def glorot(distribution: str = "uniform") -> Initializer:
    """Variance 2 / (fan_in + fan_out): keeps signals and gradients in scale for tanh and sigmoid.

    Parameters
    ----------
    distribution : {"uniform", "normal"}

    Examples
    --------
    >>> W = glorot()(np.random.default_rng(0), (4, 2), fan_in=4, fan_out=2)
    >>> bool(abs(W).max() < 1)  # the limit is sqrt(6 / (4 + 2)) = 1
    True

    References
    ----------
    Glorot & Bengio 2010, equation 12 (variance) and equation 16 (uniform limit sqrt(6 / (fan_in + fan_out))).
    """
    return _VarianceScaling("glorot", 1.0, True, distribution)


def he(distribution: str = "normal") -> Initializer:
    """Variance 2 / fan_in: keeps the size of signals through ReLU layers.

    Parameters
    ----------
    distribution : {"normal", "uniform"}

    Examples
    --------
    >>> W = he()(np.random.default_rng(0), (1000, 50), fan_in=1000, fan_out=50)
    >>> round(float(W.var()) * 1000, 1)
    2.0

    References
    ----------
    He, Zhang, Ren & Sun 2015, "Delving Deep into Rectifiers", equation 10.
    """
    return _VarianceScaling("he", 2.0, False, distribution)


def lecun(distribution: str = "normal") -> Initializer:
    """Variance 1 / fan_in: a weighted sum of unit-variance inputs has variance 1.

    Parameters
    ----------
    distribution : {"normal", "uniform"}

    Examples
    --------
    >>> lecun()
    lecun("normal")

    References
    ----------
    LeCun, Bottou, Orr & Müller 1998, "Efficient BackProp", section 4.6, equation 16.
    """
    return _VarianceScaling("lecun", 1.0, False, distribution)


def orthogonal(gain: float = 1.0) -> Initializer:
    """A random matrix with orthonormal columns (or rows, if wider than tall), times `gain`.

    Axes before the last count as rows. When called, it raises ValueError for a shape of fewer than two axes.

    Parameters
    ----------
    gain : float > 0
        Finite.

    Examples
    --------
    >>> W = orthogonal()(np.random.default_rng(0), (5, 3), fan_in=5, fan_out=3)
    >>> bool(np.allclose(W.T @ W, np.eye(3)))
    True

    References
    ----------
    Saxe, McClelland & Ganguli 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks"; Mezzadri 2007, "How to generate random matrices from the classical compact groups",
    section 5, for the signs of R.
    """
    return _Orthogonal(*_positive("orthogonal", "gain", gain))
