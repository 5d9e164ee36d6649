"""Every public piece is compared, or named with the reason why not."""

import numpy as np
import oracle_cases as cases

import nnkit

PIECES = (nnkit.Layer, nnkit.Loss, nnkit.Penalty, nnkit.Optimizer)
TABLES = ("LAYERS", "LOSSES", "PENALTIES", "OPTIMIZERS", "CLIPS", "SCHEDULES", "METRICS")


def public():
    """The names of all pieces that compute something another library computes too."""
    names = {name for name in nnkit.__all__ if isinstance(getattr(nnkit, name), type)}
    names = {name for name in names if issubclass(getattr(nnkit, name), PIECES) or name.startswith("Clip")}
    for module in ("metrics", "schedules"):
        names |= set(getattr(getattr(nnkit, module, None), "__all__", []))
    return names | {"initializers"}


def test_every_piece_is_compared_or_named():
    compared = {cases.piece(row) for table in TABLES for row in getattr(cases, table)}
    assert public() - compared - set(cases.LEFT_OUT) == set()
    assert (compared | set(cases.LEFT_OUT)) - public() - {"mlp"} == set()


def test_no_piece_is_both():
    compared = {cases.piece(row) for table in TABLES for row in getattr(cases, table)}
    assert compared & set(cases.LEFT_OUT) == set()


def test_parameters_that_a_network_leaves_out_have_a_gradient_of_zero():
    for case in cases.NETWORKS:
        rng = np.random.default_rng(1)
        model = case.build(rng, np.float64)
        x, target = rng.normal(size=case.shape), rng.integers(0, 3, case.shape[0])
        nnkit.backpropagate(model, nnkit.SoftmaxCrossEntropy(), x, target)
        for index, layer in enumerate(model.layers):
            for parameter in layer.parameters():
                zero = np.abs(parameter.grad).max() <= 1e-14
                assert zero == (f"{index}.{parameter.name}" in case.left_out), (case.name, parameter.name)
