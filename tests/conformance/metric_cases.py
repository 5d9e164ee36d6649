"""The table of all metrics: one line each."""

import numpy as np
from doors import Door, arrays, classes, numbers

import nnkit

LOGITS = {"prediction": arrays((3,), (3, 1)), "target": classes(3, 2)}
ENTRIES = {"prediction": arrays(), "target": arrays((3,), (3, 1), (4, 2))}


def judged():
    return {"prediction": np.array([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), "target": np.array([0, 1, 1])}


def answered():
    return {"prediction": np.array([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), "target": np.eye(3)[:, :2]}


DOORS = [
    Door("accuracy", nnkit.accuracy, judged, LOGITS),
    Door("confusion_matrix", nnkit.confusion_matrix, judged, LOGITS),
    Door("confusion_matrix", nnkit.class_scores, judged, LOGITS),  # the table behind the scores
    Door("confusion_matrix", nnkit.precision, judged, LOGITS),
    Door("confusion_matrix", nnkit.recall, judged, LOGITS),
    Door("confusion_matrix", nnkit.f1, judged, LOGITS),
    Door(
        "exact_match",
        nnkit.exact_match,
        answered,
        ENTRIES | {"target": [*ENTRIES["target"], np.full((3, 2), 0.5)], "threshold": numbers("(-inf, inf)")},
    ),
    Door("r2", nnkit.r2, answered, ENTRIES),
]
