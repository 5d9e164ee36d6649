"""Reverse-mode differentiation of scalar expressions: the chain rule, one number at a time.

For arrays and whole networks use `layers`; this module shows what their `backward` methods compute.
"""

from __future__ import annotations

import math
from numbers import Real

from nnkit.arguments import check_kind


class Scalar:
    """A number that remembers how it was computed.

    `+ - * /`, `**` and the methods below give new Scalars. Each one records its inputs and the local
    derivatives: by how much it changes per change of each input. `backward` multiplies them along every path
    and adds up the paths.

    Parameters
    ----------
    value : float
        The number.
    name : str
        What the number is called in the book; shown by `repr`.

    Attributes
    ----------
    value : float
        The number.
    grad : float
        Derivative of the result with respect to this number, 0 until the result's `backward()`.
    inputs : tuple of Scalar
        The numbers this one was computed from; empty for a leaf.
    local_derivatives : tuple of float
        d self / d input for each of `inputs`.
    operation : str
        How `value` follows from `inputs`, with {} for each of them: "{} * {}"; empty for a leaf.
    name : str
        As given; it may be set later.

    Raises
    ------
    TypeError
        If `value` is not a real number, or `name` is not a str.

    Examples
    --------
    >>> x, y, z = Scalar(-2, "x"), Scalar(5, "y"), Scalar(-4, "z")
    >>> f = (x + y) * z
    >>> f.backward()
    >>> f.value, (x.grad, y.grad, z.grad)
    (-12.0, (-4.0, -4.0, 3.0))
    >>> f, z
    (Scalar(3 * z = -12, grad 1), Scalar(z = -4, grad 3))

    References
    ----------
    Baydin, Pearlmutter, Radul & Siskind 2018, section 3.2. Karpathy 2020, micrograd: there a node holds a
    closure in place of the local derivatives.
    """

    __slots__ = ("grad", "inputs", "local_derivatives", "name", "operation", "value")
    __array_ufunc__ = None  # a NumPy number on the left leaves the operation to this class

    def __init__(self, value: float, name: str = "") -> None:
        check_kind("Scalar", "name", name, str)
        if not isinstance(value, (float, Real)):  # mypy counts no float as Real
            raise TypeError(f"Scalar expects value as a real number, got {value!r}; make a Scalar of each.")
        self.value = float(value)
        self.grad = 0.0
        self.inputs: tuple[Scalar, ...] = ()
        self.local_derivatives: tuple[float, ...] = ()
        self.operation = ""
        self.name = name

    def __add__(self, other: Scalar | float) -> Scalar:
        other = _scalar(other)
        return _record("{} + {}", self.value + other.value, (self, 1.0), (other, 1.0))

    def __sub__(self, other: Scalar | float) -> Scalar:
        other = _scalar(other)
        return _record("{} - {}", self.value - other.value, (self, 1.0), (other, -1.0))

    def __mul__(self, other: Scalar | float) -> Scalar:
        other = _scalar(other)
        return _record("{} * {}", self.value * other.value, (self, other.value), (other, self.value))

    def __truediv__(self, other: Scalar | float) -> Scalar:
        other = _scalar(other)
        ratio = self.value / other.value
        return _record("{} / {}", ratio, (self, 1.0 / other.value), (other, -ratio / other.value))

    def __neg__(self) -> Scalar:
        return _record("-{}", -self.value, (self, -1.0))

    def __pow__(self, exponent: float) -> Scalar:
        n = _exponent(exponent, self.value)
        derivative = 0.0 if n == 0.0 else n * self.value ** (n - 1.0)
        return _record(f"{{}} ** {n:g}", self.value**n, (self, derivative))

    def __radd__(self, other: float) -> Scalar:
        return _scalar(other) + self

    def __rsub__(self, other: float) -> Scalar:
        return _scalar(other) - self

    def __rmul__(self, other: float) -> Scalar:
        return _scalar(other) * self

    def __rtruediv__(self, other: float) -> Scalar:
        return _scalar(other) / self

    def __rpow__(self, base: float) -> Scalar:
        return (self * Scalar(base).log()).exp()

    def exp(self) -> Scalar:
        """e to this power; its derivative is itself."""
        y = math.exp(self.value)
        return _record("exp({})", y, (self, y))

    def log(self) -> Scalar:
        """Natural logarithm of a positive number; derivative 1 / x."""
        if self.value <= 0.0:
            raise ValueError(f"log expects a positive number, got {self.value:g}; check what comes before.")
        return _record("log({})", math.log(self.value), (self, 1.0 / self.value))

    def tanh(self) -> Scalar:
        """Hyperbolic tangent; derivative 1 - tanh(x)^2."""
        y = math.tanh(self.value)
        return _record("tanh({})", y, (self, 1.0 - y * y))

    def sigmoid(self) -> Scalar:
        """Logistic function 1 / (1 + exp(-x)); derivative y (1 - y)."""
        decay = math.exp(-abs(self.value))  # of a negative number: never overflows
        y = (1.0 if self.value >= 0.0 else decay) / (1.0 + decay)
        return _record("sigmoid({})", y, (self, y * (1.0 - y)))

    def relu(self) -> Scalar:
        """The larger of x and 0; derivative 1 above 0, else 0."""
        active = self.value > 0.0
        return _record("relu({})", self.value if active else 0.0, (self, float(active)))

    def backward(self) -> None:
        """Add d self / d node to the `grad` of every node that led to this one.

        Each node is visited once, results before inputs. Gradients add: a number used twice receives both
        parts, and a second `backward` adds to the first. `zero_grad` starts afresh.
        """
        nodes = graph(self)
        slope = dict.fromkeys(nodes, 0.0)  # d self / d node
        slope[self] = 1.0
        for node in reversed(nodes):
            for source, derivative in zip(node.inputs, node.local_derivatives, strict=True):
                slope[source] += slope[node] * derivative
            node.grad += slope[node]

    def zero_grad(self) -> None:
        """Set the `grad` of this node, and of every node that led to it, to 0."""
        for node in graph(self):
            node.grad = 0.0

    def __repr__(self) -> str:
        labels = [source.name or f"{source.value:g}" for source in self.inputs]
        steps = [self.name, self.operation.format(*labels), f"{self.value:g}"]
        return f"Scalar({' = '.join(step for step in steps if step)}, grad {self.grad:g})"


def graph(node: Scalar) -> list[Scalar]:
    """Every number that led to `node`, inputs before results, `node` last.

    Parameters
    ----------
    node : Scalar
        A result.

    Returns
    -------
    list of Scalar
        Each node once, in topological order: a node stands behind all its inputs.

    Raises
    ------
    TypeError
        If `node` is not a Scalar.

    Examples
    --------
    >>> a, b = Scalar(2, "a"), Scalar(1, "b")
    >>> e = (a + b) * (b + 1)
    >>> for node in graph(e):
    ...     print(node.value, node.local_derivatives)
    2.0 ()
    1.0 ()
    3.0 (1.0, 1.0)
    1.0 ()
    2.0 (1.0, 1.0)
    6.0 (2.0, 3.0)
    """
    check_kind("graph", "node", node, Scalar, "compute it from Scalars")
    order: dict[Scalar, None] = {}  # a set that remembers in which order things entered
    stack = [node]  # a list of our own: expressions are deeper than Python lets functions nest
    while stack:
        missing = [source for source in stack[-1].inputs if source not in order]
        if missing:
            stack.append(missing[0])
        else:
            order[stack.pop()] = None
    return list(order)


def _record(operation: str, value: float, *inputs: tuple[Scalar, float]) -> Scalar:
    """A node: its value, and beside each input d value / d input."""
    node = Scalar(value)
    node.operation = operation
    node.inputs, node.local_derivatives = zip(*inputs, strict=True)
    return node


def _scalar(number: Scalar | float) -> Scalar:
    return number if isinstance(number, Scalar) else Scalar(number)


def _exponent(exponent: object, base: float) -> float:
    if not isinstance(exponent, Real):
        raise TypeError(f"** expects a number as exponent, got {exponent!r}; a ** b is (b * a.log()).exp().")
    n = float(exponent)
    if base < 0.0 and not n.is_integer():
        raise ValueError(f"** expects a whole exponent for the negative base {base:g}, got {n:g}.")
    if base == 0.0 and n != 0.0 and n < 1.0:
        raise ValueError(f"** expects an exponent of 0 or at least 1 for the base 0, got {n:g}.")
    return n
