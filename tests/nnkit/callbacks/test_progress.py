"""Progress: what it shows, and what it needs."""

import sys

import pytest

from nnkit import EpochRecord, Progress


def record(epoch, validation_loss=None):
    return EpochRecord(epoch, 10 * epoch, 0.1, 0.25, {}, validation_loss)


def test_the_bar_counts_epochs_shows_losses_and_ends_itself(capsys):
    progress = Progress(2)
    assert not progress(record(1, 0.5))
    assert not progress(record(2, 0.125))
    out, err = capsys.readouterr()
    assert out == ""
    assert "2/2" in err
    assert "loss=0.25, validation_loss=0.125" in err
    assert err.endswith("\n")


def test_without_a_total_the_bar_counts_until_closed(capsys):
    progress = Progress()
    progress(record(1))
    progress.close()
    progress.close()
    assert "1epoch" in capsys.readouterr().err


def test_a_progress_may_be_used_for_a_second_run(capsys):
    progress = Progress(1)
    progress(record(1))
    progress(record(2))
    assert capsys.readouterr().err.count("100%") >= 2


def test_a_total_below_one_is_refused():
    with pytest.raises(ValueError) as error:
        Progress(0)
    assert str(error.value) == "Progress expects total to be at least 1, got 0."


def test_without_tqdm_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(ImportError) as error:
        Progress(1)(record(1))
    assert str(error.value) == "Progress expects the package tqdm, which is not installed; pip install tqdm."
