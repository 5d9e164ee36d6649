"""Six backward passes with one mistake each, and what a gradient check says of them.

The network is small and has a square layer, in which a forgotten transpose fits.
"""

from typing import Any

import numpy as np

from nnkit.course.backpropagation.checking import slopes
from nnkit.course.drawing import text
from nnkit.explore import Explorer, choice, explore, slider
from nnkit.plots import style

SIZES = (4, 5, 5, 3)
MUTANTS = (
    "missing mask",
    "missing transpose",
    "forgotten mean",
    "wrong sign",
    "forgotten bias",
    "sequential update",
)
INPUTS = ("usual", "a single example", "all units active", "symmetric square layer")
CAUGHT = 1e-4  # a gradient that is off by more is wrong
ARRAYS = ("W1", "b1", "W2", "b2", "W3", "b3")
RATE = 0.5  # of the sequential update
Parameters = dict[str, np.ndarray]


def problem(inputs: str, seed: int = 0) -> tuple[Parameters, np.ndarray, np.ndarray]:
    """Return parameters, examples and classes.

    Parameters
    ----------
    inputs : {"usual", "a single example", "all units active", "symmetric square layer"}
        "usual" has six examples, and of each hidden layer about half of the units at work.
    seed : int

    Returns
    -------
    parameters, x, y
    """
    rng = np.random.default_rng(seed)
    parameters = {}
    for layer in (1, 2, 3):
        n_in, n_out = SIZES[layer - 1 : layer + 1]
        parameters[f"W{layer}"] = rng.normal(size=(n_in, n_out)) / np.sqrt(n_in / 2)
        parameters[f"b{layer}"] = 0.1 * rng.normal(size=n_out)
    x, y = rng.normal(size=(6, SIZES[0])), rng.integers(0, SIZES[-1], size=6)
    if inputs == "a single example":
        x, y = x[:1], y[:1]
    if inputs == "all units active":
        for layer in (1, 2):  # the smallest net input of every unit becomes 1
            z = forward(parameters, x)[layer - 1] @ parameters[f"W{layer}"] + parameters[f"b{layer}"]
            parameters[f"b{layer}"] += 1 - z.min(axis=0)
    if inputs == "symmetric square layer":
        parameters["W2"] = (parameters["W2"] + parameters["W2"].T) / np.sqrt(2)
    return parameters, x, y


def forward(parameters: Parameters, x: np.ndarray) -> list[np.ndarray]:
    """Return x, both hidden layers, and the logits."""
    rows = [x]
    for layer in (1, 2, 3):
        z = rows[-1] @ parameters[f"W{layer}"] + parameters[f"b{layer}"]
        rows.append(z if layer == 3 else np.maximum(z, 0))
    return rows


def loss(parameters: Parameters, x: np.ndarray, y: np.ndarray) -> float:
    """Return the softmax cross-entropy, a mean over the batch."""
    logits = forward(parameters, x)[-1]
    logits = logits - logits.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]))


def backward(parameters: Parameters, x: np.ndarray, y: np.ndarray, mutant: str = "") -> Parameters:
    """Return the gradients, with one mistake or none.

    Parameters
    ----------
    parameters, x, y
        See :func:`problem`.
    mutant : str
        One of `MUTANTS`; anything else is the right backward pass.

    Returns
    -------
    dict of str to ndarray
        By the names of the parameters.
    """
    rows, gradients = forward(parameters, x), {}
    delta = np.exp(rows[-1] - rows[-1].max(axis=1, keepdims=True))
    delta /= delta.sum(axis=1, keepdims=True)
    delta[np.arange(len(y)), y] -= 1
    delta *= -1 if mutant == "wrong sign" else 1
    delta /= 1 if mutant == "forgotten mean" else len(y)
    for layer in (3, 2, 1):
        h, W = rows[layer - 1], parameters[f"W{layer}"]
        gradients[f"W{layer}"] = h.T @ delta
        gradients[f"b{layer}"] = np.zeros_like(delta[0]) if mutant == "forgotten bias" else delta.sum(axis=0)
        if mutant == "sequential update":
            W = W - RATE * gradients[f"W{layer}"]
        delta = delta @ (W if mutant == "missing transpose" and layer == 2 else W.T)
        delta = delta * (1 if mutant == "missing mask" else h > 0)
    return {name: gradients[name] for name in ARRAYS}


def errors(mutant: str, inputs: str = "usual", seed: int = 0) -> dict[str, float]:
    """Check every array of a backward pass.

    Parameters
    ----------
    mutant : str
        See :func:`backward`.
    inputs, seed
        See :func:`problem`.

    Returns
    -------
    dict of str to float
        Length of the difference to central differences over the length of these, for each array.
    """
    parameters, x, y = problem(inputs, seed)
    found, result = backward(parameters, x, y, mutant), {}
    for name in ARRAYS:
        truth = slopes(lambda: loss(parameters, x, y), parameters[name], 1e-5, "central")
        result[name] = float(np.linalg.norm(found[name] - truth) / np.linalg.norm(truth))
    return result


def worst(mutant: str, inputs: str = "usual", seed: int = 0) -> float:
    """Return the largest of the errors: above `CAUGHT` the check has found the mutant."""
    return max(errors(mutant, inputs, seed).values())


def table() -> str:
    """Return the six mutants with the array whose gradient is worst, and its error."""
    lines = []
    for mutant in MUTANTS:
        found = errors(mutant)
        name = max(found, key=lambda each: round(found[each], 6))
        wrong = ", ".join(each for each in ARRAYS if found[each] > CAUGHT)
        lines.append(f"{mutant:18} off by {found[name]:4.2f}   wrong: {wrong}")
    return "\n".join(lines)


def compute(mutant: str, inputs: str, weights: int) -> dict[str, Any]:
    """Give the errors of one mutant at one input and seed of the weights; 0 where a check sees none."""
    off = {f"off_{name}": value * (value > CAUGHT) for name, value in errors(mutant, inputs, weights).items()}
    return {**off, "mutant": mutant, "inputs": inputs}


def draw(frame: dict[str, Any], slots: dict[str, str]) -> str:
    """Fill a bar for each array; say whether the check has caught the mutant."""
    found = {name: frame[f"off_{name}"] for name in ARRAYS}
    for name, value in found.items():
        off = value > CAUGHT
        slots[name] = f"{value:.3g}" if off else "below 0.0001"
        slots[f"bar_{name}"] = f"{max(2.0, 52 * min(value, 5.0)):.0f}" if off else "2"
        slots[f"ink_{name}"] = style.RED if off else style.GREEN
    wrong = [name for name in ARRAYS if found[name] > CAUGHT]
    where = f"{frame['mutant']}, {frame['inputs']}"
    if not wrong:
        return f"{where}: every gradient is right. The mutant hides."
    names = "all six gradients" if len(wrong) == 6 else f"the gradients of {', '.join(wrong)}"
    return f"{where}: {names} are wrong. Caught."


def clinic() -> Explorer:
    """Return the explorer of the mutants: which mistake, at which input, for which weights."""
    return explore(
        draw,
        compute,
        name="mutants",
        template=_template(),
        tolerance=1e-6,  # finite differences
        mutant=choice(list(MUTANTS), label="mistake"),
        inputs=choice(list(INPUTS), label="checked at"),
        weights=slider(0, 4, label="random weights number"),
    )


def _template() -> str:
    parts = ['<svg viewBox="0 0 470 232">', "<title>Relative error of each gradient</title>"]
    parts.append(text(8, 20, "relative error of the gradient of", anchor="start"))
    for at, name in enumerate(ARRAYS):
        y = 34 + 33 * at
        parts.append(text(30, y + 18, name))
        place = f'x="56" y="{y}" width="2" height="24" fill="{style.GREEN}"'
        parts.append(f'<rect {place} data-attr="width:bar_{name} fill:ink_{name}"></rect>')
        parts.append(text(330, y + 18, slot=name, anchor="start"))
    return "".join([*parts, "</svg>"])
