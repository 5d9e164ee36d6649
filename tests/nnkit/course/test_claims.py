"""The ledger: verdicts follow from bounds, and a measurement that disagrees stops."""

import dataclasses
from html.parser import HTMLParser

import pytest

from nnkit.course import claims
from nnkit.course.claims import Claim, ClaimError

EXACT = Claim("T-1", "test", "It is small.", "a book", "algebra", 0, (1e-9,), "holds", at_most=1e-8)
TRAINED = Claim("T-2", "test", "It helps.", "a blog", "five runs", 5, (0.1, 0.4), "holds", at_least=0.05)


def test_the_verdict_follows_from_the_bound():
    assert TRAINED.verdict_of([0.1, 0.2]) == "holds"
    assert TRAINED.verdict_of([0.01, 0.2]) == "depends"
    assert TRAINED.verdict_of([0.01, 0.02]) == "fails"
    assert EXACT.verdict_of(2e-8) == "fails"


def test_a_confirmed_claim_says_id_verdict_bound_and_what_the_ledger_remembers():
    assert (
        repr(TRAINED.check([0.11, 0.2, 0.3, 0.2, 0.4]))
        == "T-2 holds. Claimed: at least 0.05. Measured: 0.1 to 0.4."
    )


def test_a_changed_verdict_stops_and_says_what_was_measured():
    with pytest.raises(ClaimError) as error:
        TRAINED.check([0.01, 0.2, 0.3, 0.2, 0.4])
    assert str(error.value) == (
        "T-2 depends, the ledger says holds: measured 0.01 to 0.4, bound at least 0.05. "
        "Correct the code, or the ledger and every sentence on it."
    )


def test_fewer_seeds_than_promised_stop():
    with pytest.raises(ClaimError, match=r"^T-2 expects 5 measured values, got 2\.$"):
        TRAINED.check([0.1, 0.2])


def test_an_exact_claim_that_moves_stops_although_its_bound_holds():
    EXACT.check(1e-9)
    with pytest.raises(ClaimError) as error:
        EXACT.check(5e-9)
    assert str(error.value) == (
        "T-1 is exact and gave 5e-09, the ledger says 1e-09; "
        "write the new value into claims.toml if it is right."
    )


def test_every_shipped_ledger_reads_and_its_verdicts_follow_from_its_numbers():
    assert "backpropagation" in claims.chapters()
    for chapter in claims.chapters():
        for claim in claims.load(chapter).values():
            assert claim.verdict == claim.verdict_of(list(claim.measured))
            assert claim.seeds == 0 or claim.seeds >= 5, f"{claim.id}: an experiment needs five seeds"
            assert claim.seeds == 0 or len(claim.measured) == 2, f"{claim.id}: give lowest and highest"
            assert claim.sentence.endswith(".") and claim.source and claim.protocol


def test_ids_are_unique_over_all_chapters():
    ids = [claim for chapter in claims.chapters() for claim in claims.load(chapter)]
    assert len(ids) == len(set(ids))


def test_unknown_chapters_and_ids_are_named():
    with pytest.raises(
        ValueError, match=r"^load expects a chapter with claims \(.*backpropagation.*\), got 'cooking'\.$"
    ):
        claims.load("cooking")
    with pytest.raises(KeyError, match="the ledger expects one of BP-1, BP-2"):
        claims.load("backpropagation")["XX-1"]


def test_broken_entries_are_refused_with_their_id():
    entry = {
        field.name: getattr(EXACT, field.name)
        for field in dataclasses.fields(EXACT)
        if field.name != "chapter"
    }
    assert claims._claim("test", entry) == EXACT
    with pytest.raises(ValueError, match=r"^claims.toml of test, T-1: the measured values say fails\.$"):
        claims._claim("test", {**entry, "measured": [1.0]})
    with pytest.raises(
        ValueError, match=r"^claims.toml of test, T-1: give at_least or at_most, one of the two\.$"
    ):
        claims._claim("test", {**entry, "at_least": 1.0})
    with pytest.raises(
        ValueError, match=r"^claims.toml of test, T-1: .*unexpected keyword argument 'colour'"
    ):
        claims._claim("test", {**entry, "colour": "red"})


def test_the_table_shows_each_claim_with_its_verdict_in_words():
    class Rows(HTMLParser):
        ids, open_tags = [], []

        def handle_starttag(self, tag, attributes):
            if tag not in ("br",):
                self.open_tags.append(tag)
            if tag == "tr" and dict(attributes).get("id"):
                self.ids.append(dict(attributes)["id"])

        def handle_endtag(self, tag):
            assert self.open_tags.pop() == tag

    ledger, parser = claims.load("backpropagation"), Rows()
    parser.feed(ledger._repr_html_())
    assert parser.ids == list(ledger) and not parser.open_tags
    assert ">holds</span>" in ledger._repr_html_()
    assert repr(ledger).count("\n") == len(ledger) - 1
