"""The claims ledger: every empirical sentence of the book, its bound, what was measured, and the verdict.

A chapter measures; the ledger (a ``claims.toml`` beside each chapter's explorers) remembers and compares.
"""

import html
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

import numpy as np

EXACT_TOLERANCE = 0.01  # relative; an exact claim that moves by more than this was not exact

_KEY = re.compile(r" ?\[[a-z0-9-]+\]")  # of the bibliography; a link on the ledger's page


class Verdict(str):
    """What a check says; shows without quotes in a notebook."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class ClaimError(AssertionError):
    """A measurement disagrees with the ledger."""


@dataclass(frozen=True)
class Claim:
    """One claim and what is known about it.

    Parameters
    ----------
    id : str
        Chapter letters and a number, such as ``BP-3``.
    chapter : str
        The chapter's folder name.
    sentence : str
        What is claimed.
    source : str
        Who claims it, with a key of the bibliography in square brackets.
    protocol : str
        How it is measured, and what is held equal.
    seeds : int
        Number of seeds; 0 for algebra, which needs none.
    measured : tuple of float
        Lowest and highest measured value.
    verdict : {"holds", "depends", "fails"}
        Whether all, some or none of the measured values keep the bound.
    at_least, at_most : float or None
        The bound, one of the two.
    """

    id: str
    chapter: str
    sentence: str
    source: str
    protocol: str
    seeds: int
    measured: tuple[float, ...]
    verdict: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def bound(self) -> str:
        """The bound in words."""
        return f"at least {self.at_least:g}" if self.at_least is not None else f"at most {self.at_most:g}"

    @property
    def interval(self) -> str:
        """The measured values in words."""
        texts = [f"{value:.3g}" for value in self.measured]
        return texts[0] if len(set(texts)) == 1 else f"{texts[0]} to {texts[-1]}"

    def verdict_of(self, measured: float | np.ndarray | list[float]) -> str:
        """Compare measured values with the bound.

        Parameters
        ----------
        measured : float or sequence of float
            One value, or one for each seed.

        Returns
        -------
        {"holds", "depends", "fails"}
        """
        values = np.atleast_1d(np.asarray(measured, dtype=float))
        kept = values >= self.at_least if self.at_least is not None else values <= self.at_most
        return "holds" if kept.all() else "depends" if kept.any() else "fails"

    def check(self, measured: float | np.ndarray | list[float]) -> Verdict:
        """Measure the claim again: return the verdict, or stop if it is no longer the ledger's.

        Parameters
        ----------
        measured : float or sequence of float
            One value, or one for each seed.

        Returns
        -------
        Verdict
            Id, verdict, bound, and the measured values as the ledger has them: those of this very run may
            differ in late digits from one processor to the next.

        Raises
        ------
        ClaimError
            If the verdict, the number of seeds, or an exact value is not what the ledger says.
        """
        values = np.atleast_1d(np.asarray(measured, dtype=float))
        if len(values) != max(self.seeds, 1):
            raise ClaimError(f"{self.id} expects {max(self.seeds, 1)} measured values, got {len(values)}.")
        verdict = self.verdict_of(values)
        if verdict != self.verdict:
            raise ClaimError(
                f"{self.id} {verdict}, the ledger says {self.verdict}: measured {values.min():.4g} to "
                f"{values.max():.4g}, bound {self.bound}. Correct the code, or the ledger and every "
                "sentence on it."
            )
        if self.seeds == 0 and not np.isclose(values[0], self.measured[0], rtol=EXACT_TOLERANCE, atol=1e-13):
            raise ClaimError(
                f"{self.id} is exact and gave {values[0]:.6g}, the ledger says {self.measured[0]:.6g}; "
                "write the new value into claims.toml if it is right."
            )
        return Verdict(f"{self.id} {verdict}. Claimed: {self.bound}. Measured: {self.interval}.")


class Ledger(Mapping[str, Claim]):
    """The claims of one chapter by their id; shows as a table in a notebook."""

    def __init__(self, claims: tuple[Claim, ...]) -> None:
        self._claims = {claim.id: claim for claim in claims}

    def __getitem__(self, key: str) -> Claim:
        if key not in self._claims:
            raise KeyError(f"the ledger expects one of {', '.join(self._claims)}, got {key}.")
        return self._claims[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._claims)

    def __len__(self) -> int:
        return len(self._claims)

    def __repr__(self) -> str:
        return "\n".join(
            f"{claim.id} {claim.verdict}: {claim.sentence} ({claim.protocol}; bound {claim.bound}; "
            f"measured {claim.interval})"
            for claim in self.values()
        )

    def _repr_html_(self) -> str:
        head = ("id", "claim", "how it is measured", "bound, and measured", "verdict")
        cells = "".join(f'<th scope="col">{name}</th>' for name in head)
        return (
            f'<table class="table nn-claims"><thead><tr>{cells}</tr></thead><tbody>\n'
            + "\n".join(_row(claim) for claim in self.values())
            + "\n</tbody></table>"
        )


def chapters() -> tuple[str, ...]:
    """Return the names of the chapters that have claims, in alphabetical order."""
    folders = (folder for folder in resources.files("nnkit.course").iterdir() if folder.is_dir())
    return tuple(sorted(folder.name for folder in folders if folder.joinpath("claims.toml").is_file()))


def load(chapter: str) -> Ledger:
    """Read the claims of a chapter.

    Parameters
    ----------
    chapter : str
        One of :func:`chapters`.

    Returns
    -------
    Ledger

    Raises
    ------
    ValueError
        If there is no such chapter, or an entry of its file is incomplete.

    Examples
    --------
    >>> load("backpropagation")["BP-3"].verdict
    'holds'
    """
    if chapter not in chapters():
        raise ValueError(f"load expects a chapter with claims ({', '.join(chapters())}), got {chapter!r}.")
    text = resources.files("nnkit.course").joinpath(chapter, "claims.toml").read_text(encoding="utf-8")
    return Ledger(tuple(_claim(chapter, entry) for entry in tomllib.loads(text)["claim"]))


def _claim(chapter: str, entry: dict[str, object]) -> Claim:
    try:
        claim = Claim(chapter=chapter, **{**entry, "measured": tuple(entry["measured"])})  # type: ignore[arg-type]
    except (TypeError, KeyError) as error:
        raise ValueError(
            f"claims.toml of {chapter}, {entry.get('id', 'an entry without id')}: {error}."
        ) from error
    if (claim.at_least is None) == (claim.at_most is None):
        raise ValueError(f"claims.toml of {chapter}, {claim.id}: give at_least or at_most, one of the two.")
    verdict = claim.verdict_of(list(claim.measured))
    if claim.verdict != verdict:
        raise ValueError(f"claims.toml of {chapter}, {claim.id}: the measured values say {verdict}.")
    return claim


def _row(claim: Claim) -> str:
    source = f"<br><small>{html.escape(_KEY.sub('', claim.source))}</small>"
    seeds = f"<br><small>{claim.seeds} seeds</small>" if claim.seeds else ""
    return (
        f'<tr id="{claim.id}"><th scope="row">{claim.id}</th><td>{html.escape(claim.sentence)}{source}</td>'
        f"<td>{html.escape(claim.protocol)}{seeds}</td><td>{claim.bound}<br>measured {claim.interval}</td>"
        f'<td><span class="nn-verdict nn-{claim.verdict}">{claim.verdict}</span></td></tr>'
    )
