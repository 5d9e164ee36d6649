"""Every public argument refuses what is wrong with it, and says so."""

import re

import numpy as np
import pytest


def called(door, **changed):
    with np.errstate(all="ignore"):
        return door.call(**{**door.good(), **changed})


def test_good_arguments_pass(door):
    called(door)


def test_every_fault_of_every_argument_is_refused_by_name(door):
    for argument, faults in door.kinds.items():
        said = (door.said or {}).get(argument, argument)
        for fault in faults:
            try:
                result = called(door, **{argument: fault})
            except (TypeError, ValueError) as error:
                text = str(error)
            else:
                pytest.fail(f"{door.name} accepts {argument}={fault!r} and returns {result!r}")
            assert text.startswith(f"{door.name} expects "), f"{argument}={fault!r}: {text}"
            assert re.search(rf"(?<!\w){re.escape(said)}(?!\w)", text), f"{argument}={fault!r}: {text}"
            assert ", got " in text, f"{argument}={fault!r}: {text}"


def test_a_misspelled_argument_is_refused(door):
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        called(door, no_such_argument=1)
