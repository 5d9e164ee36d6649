"""The doctor: why a network does not learn, and what to do when it does not generalize.

The findings, their limits, reasons and remedies stand in ``findings.toml``; the picture is drawn by
`nnkit.plots`. `import nnkit` does not load the doctor: write ``from nnkit import doctor``.
"""

from nnkit.doctor.activity import ActivationStatistics, activation_statistics
from nnkit.doctor.diagnosis import Diagnosis, Finding
from nnkit.doctor.generalization import generalizes
from nnkit.doctor.learning import learns

__all__ = ["ActivationStatistics", "Diagnosis", "Finding", "activation_statistics", "generalizes", "learns"]
