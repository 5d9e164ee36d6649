"""The array a network learns, with its gradient, and the way to lay many of them side by side.

How a parameter is drawn belongs to `initializers`, how it is changed to `optimizers`.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from itertools import accumulate, groupby

import numpy as np

from nnkit.arguments import as_numbers, check_floats, check_kind

__all__ = ["Parameter", "fuse"]

Layout = tuple[tuple[slice, tuple[int, ...]], ...]  # where each member of a fused Parameter lies, its shape

_REBIND = "Parameter.{0} is shared with layers, never replaced; write parameter.{0}[...] = new (or +=, -=)."


class Parameter:
    """An array that is learned, and the gradient of the loss with respect to it.

    Both arrays are written in place and never replaced, so that a layer, an optimizer and a fused
    `Parameter` can look at the same memory. `p.grad += g` and `p.value -= s` work; `p.value = new` raises.

    A `Parameter` can be copied (`copy.deepcopy`), pickled and sent to another process. Members of a fused
    `Parameter` stay members: in the copy they are views of the copied memory again.

    Parameters
    ----------
    value : array_like of float32 or float64
        The start value. It is copied, so the caller's array never changes.
    name : str
        What it is called in summaries and errors, such as ``"W"``.

    Attributes
    ----------
    value, grad : ndarray
        Same shape, same dtype. `grad` starts at zero.

    Raises
    ------
    ValueError
        If `value` has no axis or no entry.
    TypeError
        If `value` is not of a floating-point dtype, or `name` is not a str.

    Examples
    --------
    >>> p = Parameter([1.0, 2.0], name="b")
    >>> p.grad += [0.5, 0.5]
    >>> p.value -= 0.1 * p.grad
    >>> p.value
    array([0.95, 1.95])
    >>> p
    Parameter('b', shape=(2,), dtype=float64)
    """

    __slots__ = ("__weakref__", "_grad", "_home", "_index", "_layout", "_members", "_stale", "_value", "name")

    def __init__(self, value: np.ndarray, name: str = "") -> None:
        value = np.array(as_numbers("Parameter", "value", value), order="C")  # a copy
        check_floats("Parameter", "value", value)
        check_kind("Parameter", "name", name, str)
        self.name, self._value, self._grad = name, value, np.zeros_like(value)
        self._stale = False  # whether `grad` holds what counts as zero
        self._home: Parameter | None = None
        self._index = 0  # its place among the members of `_home`
        self._layout: Layout = ()
        # Weak references: a fused Parameter notices when the layers it served are gone.
        self._members: list[Callable[[], Parameter | None]] = []

    @property
    def value(self) -> np.ndarray:
        """The current value; write into it."""
        return self._value

    @value.setter
    def value(self, new: np.ndarray) -> None:
        if new is not self._value:
            raise ValueError(_REBIND.format("value"))

    @property
    def grad(self) -> np.ndarray:
        """The gradient of the loss with respect to `value`; layers add into it."""
        if self._stale:
            self._grad.fill(0)
            self._stale = False
        return self._grad

    @grad.setter
    def grad(self, new: np.ndarray) -> None:
        if new is not self._grad:
            raise ValueError(_REBIND.format("grad"))

    def expire_grad(self) -> None:
        """Let the gradient count as zero. It is set to zero as soon as anyone looks at it.

        It does not reach the members of a fused `Parameter`: expire those, to which layers write.
        """
        self._stale = True

    def accumulate(self, operation: Callable[..., np.ndarray], *arrays: np.ndarray) -> None:
        """Add what an operation gives of arrays; the first after `expire_grad` is written, not added."""
        if self._stale:
            operation(*arrays, out=self._grad)
            self._stale = False
        else:
            self._grad += operation(*arrays)

    @property
    def fused(self) -> bool:
        """Whether this is the result of `fuse`: one vector in which several parameters live."""
        return bool(self._layout)

    @property
    def members(self) -> tuple[Parameter, ...]:
        """The parameters that live in this memory: itself, or those fused into it that still do."""
        if not self.fused:
            return (self,)
        found = [member() for member in self._members]
        return tuple(member for member in found if member is not None and member._home is self)

    @property
    def intact(self) -> bool:
        """Whether all parameters fused into this one still live in its memory.

        False after the layers were deleted, fused again elsewhere, or left behind by a copy.
        """
        return all([(one := member()) is not None and one._home is self for member in self._members])

    def parts(self, array: np.ndarray) -> list[np.ndarray]:
        """Views of an array of this shape, one for each parameter that lives here, in its shape."""
        return [array[where].reshape(shape) for where, shape in self._layout] or [array]

    def _move_into(self, fused: Parameter, index: int) -> None:
        """Become a view of member `index` of `fused`, whose memory already holds the values."""
        where, shape = fused._layout[index]
        self._value = fused._value[where].reshape(shape)
        self._grad = fused._grad[where].reshape(shape)
        self._home, self._index = fused, index
        if fused._members[index]() is None:
            fused._members[index] = weakref.ref(self)

    def __reduce__(self) -> tuple[object, ...]:
        # One recipe for copy, deepcopy and pickle. Their memo sends every member to the same fused copy.
        if self._home is not None:
            return _restore_member, (self._home, self._index, self.name, self._stale)
        return _restore, (self._value, self.grad, self.name, self._layout)

    def __repr__(self) -> str:
        name = f"{self.name!r}, " if self.name else ""
        return f"Parameter({name}shape={self._value.shape}, dtype={self._value.dtype})"


Parameters = Parameter | Iterable[Parameter]


def _restore(value: np.ndarray, grad: np.ndarray, name: str, layout: Layout) -> Parameter:
    """A copied Parameter; if it is fused, its members enter when they are restored themselves."""
    parameter = Parameter(value, name)
    parameter._value, parameter._grad = value, grad
    parameter._layout, parameter._members = layout, [lambda: None] * len(layout)  # until they enter
    return parameter


def _restore_member(fused: Parameter, index: int, name: str, stale: bool) -> Parameter:
    """A copied member of a fused Parameter, as a view of the copied memory."""
    parameter = Parameter(fused._value[:1], name)  # any array will do: the view takes its place
    parameter._move_into(fused, index)
    parameter._stale = stale
    return parameter


def fuse(parameters: Iterable[Parameter]) -> Parameter:
    """One Parameter over contiguous memory, of which the given ones become views.

    An optimizer whose rule works entry by entry then needs one pass instead of one per array, and gives the
    same numbers bit for bit. Layers do not notice: each still sees its own matrix. Arrays taken from
    `value` or `grad` before fusing are not views of the new memory.

    Fusing the same parameters again returns the same `Parameter`. Fusing some of them anew moves them, and
    an optimizer over the memory they left raises at its next step.

    Parameters
    ----------
    parameters : iterable of Parameter
        Distinct, of one dtype, for example ``model.parameters()``.

    Returns
    -------
    Parameter
        Its `value` and `grad` have shape (n,), n the number of entries in all; `fused` is True.

    Raises
    ------
    ValueError
        If there are none, if one comes twice, if one is itself the result of `fuse`, or if dtypes differ.
    TypeError
        If something is not a Parameter.

    Examples
    --------
    >>> W, b = Parameter([[1.0, 2.0], [3.0, 4.0]], "W"), Parameter([5.0, 6.0], "b")
    >>> both = fuse([W, b])
    >>> both.value
    array([1., 2., 3., 4., 5., 6.])
    >>> both.value -= 1.0
    >>> W.value
    array([[0., 1.],
           [2., 3.]])
    """
    check_kind("fuse", "parameters", parameters, Iterable, "pass model.parameters()")
    members = as_parameters("fuse", parameters)
    if any(member.fused for member in members):
        raise ValueError("fuse expects the layers' own parameters, got a fused one; pass model.parameters().")
    dtypes = sorted({str(member.value.dtype) for member in members})
    if len(dtypes) > 1:
        got = " and ".join(dtypes)
        raise ValueError(f"fuse expects parameters of one dtype, got {got}; fuse each by itself.")
    pieces = in_pieces(members)
    if len(pieces) == 1 and pieces[0].fused:
        return pieces[0]

    ends = accumulate(member.value.size for member in members)
    layout = [(slice(end - m.value.size, end), m.value.shape) for m, end in zip(members, ends, strict=True)]
    value = np.concatenate([member.value.ravel() for member in members])
    grad = np.concatenate([member.grad.ravel() for member in members])
    fused = _restore(value, grad, "fused", tuple(layout))
    for index, member in enumerate(members):
        member._move_into(fused, index)
    return fused


def in_pieces(parameters: Iterable[Parameter]) -> list[Parameter]:
    """The same memory in as few pieces as it has: a fused Parameter stands in for its members in a row."""
    found: list[Parameter] = []
    for home, neighbors in groupby(parameters, key=lambda parameter: parameter._home):
        members = tuple(neighbors)
        found += [home] if home is not None and home.intact and home.members == members else members
    return found


def weights_of(parameters: Iterable[Parameter], *, biases: bool) -> list[Parameter]:
    """Those of two or more axes, or with `biases` all; a fused one counts as its members."""
    members = [member for parameter in parameters for member in parameter.members]
    return [member for member in members if biases or member.value.ndim > 1]


def as_parameters(owner: str, parameters: Parameters) -> list[Parameter]:
    """One Parameter or several as a list, if they are Parameters and distinct."""
    found = list(parameters) if isinstance(parameters, Iterable) else [parameters]
    for parameter in found:
        check_kind(owner, "each of parameters", parameter, Parameter, "pass model.parameters()")
    members = [id(member) for parameter in found for member in parameter.members]
    if not found or len(set(members)) < len(members):
        got = "one of them twice" if found else "none"
        raise ValueError(f"{owner} expects distinct parameters, got {got}; pass model.parameters().")
    return found
