"""History as a sequence, as columns, as text."""

import json
import math
import pickle

import numpy as np
import pytest

from nnkit import EpochRecord, History


@pytest.fixture
def history():
    return History(
        [
            EpochRecord(1, 10, 0.1, 2.0, {"accuracy": 0.5}, 2.5, {"accuracy": 0.4}, seconds=1.25),
            EpochRecord(2, 20, 0.05, 1.0, {"accuracy": 0.75}, 1.5, {"accuracy": 0.6}, seconds=1.5),
        ]
    )


def test_a_history_is_a_sequence(history):
    assert len(history) == 2
    assert [record.epoch for record in history] == [1, 2]
    assert history[-1].loss == 1.0
    assert isinstance(history[1:], History)
    assert history[1:][0] is history[1]
    assert history[1] in history


def test_every_field_is_a_column(history):
    for name in ("epoch", "step", "learning_rate", "loss", "validation_loss", "seconds"):
        column = getattr(history, name)
        assert isinstance(column, np.ndarray)
        assert column.tolist() == [getattr(record, name) for record in history]
    assert history.metrics["accuracy"].tolist() == [0.5, 0.75]
    assert history.validation_metrics["accuracy"].tolist() == [0.4, 0.6]


def test_what_was_not_measured_is_nan_in_a_column():
    history = History([EpochRecord(1, 1, 0.1, 1.0), EpochRecord(2, 2, 0.1, 1.0, {"f1": 0.5}, 3.0)])
    np.testing.assert_array_equal(history.validation_loss, [math.nan, 3.0])
    np.testing.assert_array_equal(history.metrics["f1"], [math.nan, 0.5])
    assert history.validation_metrics == {}


def test_the_dict_survives_json(history):
    columns = history.to_dict()
    assert json.loads(json.dumps(columns)) == columns
    assert columns["loss"] == [2.0, 1.0]
    assert columns["seconds"] == [1.25, 1.5]
    assert columns["validation_metrics"] == {"accuracy": [0.4, 0.6]}
    assert History([EpochRecord(1, 1, 0.1, 1.0)]).to_dict()["validation_loss"] == [None]


def test_the_table_is_aligned_and_without_times(history):
    assert history.table().splitlines() == [
        "epoch  step  learning_rate  loss  accuracy  validation_loss  validation_accuracy",
        "    1    10            0.1     2       0.5              2.5                  0.4",
        "    2    20           0.05     1      0.75              1.5                  0.6",
    ]


def test_the_repr_tells_the_run_in_one_line_without_times(history):
    assert repr(history) == (
        "History of 2 epochs, 20 steps: loss 2 -> 1, accuracy 0.5 -> 0.75, validation_loss 2.5 -> 1.5, "
        "validation_accuracy 0.4 -> 0.6"
    )
    assert repr(History([EpochRecord(1, 1, 0.1, 0.5)])) == "History of 1 epoch, 1 step: loss 0.5 -> 0.5"
    assert repr(History()) == "History of 0 epochs"
    assert "seconds" not in repr(history[0])


def test_an_empty_history_has_empty_columns_and_a_head_only():
    assert History().loss.shape == (0,)
    assert History().table() == "epoch  step  learning_rate  loss"


def test_two_runs_are_equal_when_only_their_times_differ(history):
    slower = History(
        EpochRecord(
            r.epoch, r.step, r.learning_rate, r.loss, r.metrics, r.validation_loss, r.validation_metrics
        )
        for r in history
    )
    assert slower == history
    assert slower[:1] != history
    assert pickle.loads(pickle.dumps(history)) == history


def test_a_record_cannot_be_changed(history):
    with pytest.raises(AttributeError):
        history[0].loss = 0.0


def test_json_holds_every_number_of_the_history(history, tmp_path):
    rows = [*history, EpochRecord(3, 25, 0.1, 0.1 + 0.2, {"f1": 1 / 3}, seconds=0.25, examples=7)]
    history = History(rows)
    text = history.to_json(tmp_path / "history.json")
    assert (tmp_path / "history.json").read_text() == text
    columns = json.loads(text)
    assert columns == history.to_dict()
    assert columns["loss"][-1] == 0.1 + 0.2
    assert columns["metrics"]["f1"][-1] == 1 / 3
    assert columns["seconds"][-1] == 0.25
    assert json.loads(History().to_json())["loss"] == []


def test_json_has_no_tokens_that_other_readers_refuse():
    history = History([EpochRecord(1, 1, 0.1, math.inf, {"r2": math.nan, "f1": -math.inf})])

    def refuse(token):
        raise AssertionError(token)

    columns = json.loads(history.to_json(), parse_constant=refuse)
    assert columns["loss"] == columns["metrics"]["r2"] == columns["metrics"]["f1"] == [None]
    assert History([EpochRecord(1, 1, 0.1, 1.0, {"r2": math.nan})]).to_dict()["metrics"] == {"r2": [None]}


def test_a_cut_epoch_is_seen_in_the_columns():
    history = History([EpochRecord(1, 7, 0.1, 1.0, examples=50), EpochRecord(2, 9, 0.1, 1.0, examples=16)])
    assert history.examples.tolist() == [50, 16]
    assert history[0] != EpochRecord(1, 7, 0.1, 1.0, examples=49)


def test_a_score_is_called_as_a_reader_knows_it(history):
    assert history[0].scores == {
        "loss": 2.0,
        "accuracy": 0.5,
        "validation_loss": 2.5,
        "validation_accuracy": 0.4,
    }
