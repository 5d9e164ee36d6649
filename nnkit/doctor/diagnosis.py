"""What the doctor says: findings in order of urgency, and the rules by which measurements become findings.

What is measured stands in `learning` and `generalization`.
"""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any, overload

from nnkit.arguments import check_choice, check_kind

__all__ = ["Diagnosis", "Finding"]

SEVERITIES = ("fault", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One thing that the doctor noticed.

    Parameters
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

    Raises
    ------
    TypeError, ValueError
        If something is not a string, or `severity` is none of the three.

    Examples
    --------
    >>> print(Finding("dead units", "warning", "60% are silent", "lower the learning rate", "Activations"))
    warning: dead units
        60% are silent
        Remedy: lower the learning rate.
        Chapter: Activations
    """

    name: str
    severity: str
    evidence: str
    remedy: str
    chapter: str

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            check_kind("Finding", name, value, str)
        check_choice("Finding", "severity", self.severity, SEVERITIES)

    def __str__(self) -> str:
        lines = (self.evidence, f"Remedy: {self.remedy}.", f"Chapter: {self.chapter}")
        return "\n".join(
            [f"{self.severity}: {self.name}"]
            + [textwrap.fill(line, 88, initial_indent="    ", subsequent_indent="        ") for line in lines]
        )


class Diagnosis(Sequence[Finding]):
    """Findings in order of urgency: causes before what follows from them, notes last.

    Printed, it is a readable text. Mend the first finding, then ask again.

    Parameters
    ----------
    findings : iterable of Finding
    measures : mapping of str to float or str, optional
        Everything that was measured, also where nothing was found.

    Attributes
    ----------
    measures : dict

    Raises
    ------
    TypeError
        If something is not a Finding, or `measures` is not a mapping.

    Examples
    --------
    >>> finding = Finding("overfit", "warning", "the gap is 0.4", "more data", "Overfitting checklist")
    >>> diagnosis = Diagnosis([finding])
    >>> diagnosis[0].name, len(diagnosis)
    ('overfit', 1)
    >>> diagnosis
    Diagnosis(overfit)
    >>> diagnosis.to_dict()["findings"][0]["remedy"]
    'more data'
    """

    def __init__(
        self, findings: Iterable[Finding], measures: Mapping[str, float | str] | None = None
    ) -> None:
        check_kind("Diagnosis", "findings", findings, Iterable)
        self._findings = list(findings)
        for finding in self._findings:
            check_kind("Diagnosis", "findings", finding, Finding)
        check_kind("Diagnosis", "measures", {} if measures is None else measures, Mapping)
        self.measures = dict(measures or {})

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Diagnosis: ...
    def __getitem__(self, index: int | slice) -> Finding | Diagnosis:
        found = self._findings[index]
        return found if isinstance(found, Finding) else Diagnosis(found, self.measures)

    def __len__(self) -> int:
        return len(self._findings)

    def to_dict(self) -> dict[str, Any]:
        """Findings and measures as plain data, fit for JSON."""
        return {"findings": [asdict(finding) for finding in self], "measures": self.measures}

    def __str__(self) -> str:
        return "\n".join(map(str, self))

    def __repr__(self) -> str:
        return f"Diagnosis({', '.join(finding.name for finding in self)})"


def diagnose(question: str, measures: dict[str, Any]) -> Diagnosis:
    """The findings of one table of ``findings.toml`` whose measures all lie within their limits."""
    text = resources.files("nnkit.doctor").joinpath("findings.toml").read_text(encoding="utf-8")
    found: list[Finding] = []
    for row in tomllib.loads(text)[question]:
        # NaN, for what could not be measured, lies between no limits
        if all(low < measures[name] <= high for name, (low, high) in row.pop("when").items()):
            evidence = row.pop("evidence").format(**measures)
            found.append(Finding(evidence=evidence, **row))
    plain = {name: value.item() if hasattr(value, "item") else value for name, value in measures.items()}
    healthy = [one for one in found if one.severity == "note"]
    return Diagnosis([one for one in found if one.severity != "note"] or healthy[:1], plain)
