"""What the doctor says: findings in order of urgency, and the rules by which measurements become findings.

What is measured stands in `learning` and `generalization`.
"""

from __future__ import annotations

import textwrap
import tomllib
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

__all__ = ["Diagnosis", "Finding"]


@dataclass(frozen=True)
class Finding:
    """One thing that the doctor noticed.

    Attributes
    ----------
    name : str
        Such as ``"dead units"``.
    severity : {"fault", "warning", "note"}
        A fault must be mended before anything else is tried, a warning is worth a trial, a note is good to
        know.
    evidence : str
        The measured numbers.
    remedy : str
        What to do; several things in the order in which to try them.
    chapter : str
        The chapter of the book that explains it.

    Examples
    --------
    >>> print(Finding("dead units", "warning", "60% are silent.", "lower the learning rate", "Activations"))
    warning: dead units
        60% are silent.
        Remedy: lower the learning rate.
        Chapter: Activations
    """

    name: str
    severity: str
    evidence: str
    remedy: str
    chapter: str

    def __str__(self) -> str:
        lines = (self.evidence, f"Remedy: {self.remedy}.", f"Chapter: {self.chapter}")
        wrapped = [
            textwrap.fill(line, 88, initial_indent=" " * 4, subsequent_indent=" " * 8) for line in lines
        ]
        return "\n".join([f"{self.severity}: {self.name}", *wrapped])


class Diagnosis(tuple[Finding, ...]):
    """Findings in order of urgency: causes before what follows from them.

    Printed, it is a readable text. Mend the first finding, then ask again.

    Examples
    --------
    >>> diagnosis = Diagnosis([Finding("overfit", "warning", "The gap is 0.4.", "more data", "Data")])
    >>> diagnosis
    Diagnosis(overfit)
    >>> diagnosis.to_dict()["findings"][0]["remedy"]
    'more data'
    """

    def to_dict(self) -> dict[str, list[dict[str, str]]]:
        """The findings as plain data, fit for JSON."""
        return {"findings": [asdict(finding) for finding in self]}

    def __str__(self) -> str:
        return "\n".join(map(str, self))

    def __repr__(self) -> str:
        return f"Diagnosis({', '.join(finding.name for finding in self)})"


def diagnose(question: str, measures: dict[str, Any]) -> Diagnosis:
    """The findings of one table of ``findings.toml`` whose measures all lie within their limits."""
    text = resources.files("nnkit.doctor").joinpath("findings.toml").read_text(encoding="utf-8")
    found = []
    for row in tomllib.loads(text)[question]:
        # NaN, for what could not be measured, lies between no limits
        if all(low < measures[name] <= high for name, (low, high) in row.pop("when").items()):
            found.append(Finding(**row | {"evidence": row["evidence"].format(**measures)}))
    faults = [finding for finding in found if finding.severity != "note"]
    return Diagnosis(faults or found[:1])
