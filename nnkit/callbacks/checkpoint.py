"""A training run on disk: everything it needs to go on after an interruption as if there had been none."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from nnkit.arguments import check_int, check_kind, described
from nnkit.history import EpochRecord, History
from nnkit.layers import walk
from nnkit.serialization import Arrays, Path, check_path, fill, read_file, state, write_file
from nnkit.training import Trainer

_FORMAT = "nnkit checkpoint"


class Checkpoint:
    """Writes after an epoch what the run needs to go on, and reads it back. It never stops training.

    Stored are the model's weights and buffers, the optimizer's memory and count of steps, the state of every
    random generator, the history, and the buffers of what is to be kept. Not stored is what the program
    itself says: sizes, rates, schedules, data. A resumed run then gives the same bytes as one that was never
    interrupted, on the same machine with the same versions, number of threads and data.

    The file is replaced as a whole, as in `save`: a process killed while writing leaves the one before.

    Parameters
    ----------
    path : str or path-like
        Ends in ``.npz``.
    trainer : Trainer
    every : int >= 1
        Write after each epoch whose number this divides.
    keep : list or tuple of objects with `buffers`
        What else remembers something: `EarlyStopping`, `BestWeights`, averages of weights. In `callbacks`
        they stand before the checkpoint, so that it finds them up to date.

    Raises
    ------
    ValueError, TypeError
        If an argument is out of range or of the wrong kind.

    Examples
    --------
    A program that may be killed and started again, to train for 50 epochs in all::

        checkpoint = Checkpoint("run.npz", trainer, keep=[stopping])
        checkpoint.resume()
        trainer.fit(train, 50 - len(trainer.history), validation, [stopping, checkpoint])

    >>> import tempfile
    >>> from nnkit import SGD, Linear, MeanSquaredError
    >>> X, y = np.array([[1.0], [2.0], [3.0]]), np.array([[2.0], [4.0], [6.0]])
    >>> def new_trainer():
    ...     model = Linear(1, 1, rng=np.random.default_rng(0))
    ...     optimizer = SGD(model.parameters(), 0.05, momentum=0.5)
    ...     rng = np.random.default_rng(1)
    ...     return Trainer(model, MeanSquaredError(), optimizer, batch_size=1, rng=rng)
    >>> straight, first, second = new_trainer(), new_trainer(), new_trainer()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     history = first.fit((X, y), 3, callbacks=[Checkpoint(f"{folder}/run.npz", first)])
    ...     resumed = Checkpoint(f"{folder}/run.npz", second).resume()
    >>> second.fit((X, y), 2) == straight.fit((X, y), 5)
    True
    """

    def __init__(self, path: Path, trainer: Trainer, *, every: int = 1, keep: Sequence[Any] = ()) -> None:
        self.path = check_path("Checkpoint", path, ".npz")
        check_kind("Checkpoint", "trainer", trainer, Trainer)
        check_kind("Checkpoint", "keep", keep, (list, tuple), "pass keep=[it]")
        for kept in keep:
            if not isinstance(getattr(kept, "buffers", None), dict):
                got = f"{described(kept)}; pass those that remember something, such as EarlyStopping"
                raise TypeError(f"Checkpoint expects keep to hold objects with buffers, got {got}.")
        self.trainer, self.keep = trainer, tuple(keep)
        self.every = check_int("Checkpoint", "every", every)

    def __call__(self, record: EpochRecord) -> bool:
        """Write the file, if it is time."""
        if record.epoch % self.every == 0:
            self.save()
        return False

    def save(self) -> None:
        """Write the file now. Between two epochs; the order of the examples in one is not stored."""
        from nnkit import __version__

        note = {
            "format": _FORMAT,
            "versions": {"nnkit": __version__, "numpy": np.__version__, "python": platform.python_version()},
            "steps": self.trainer.optimizer.steps,
            "generators": [generator.bit_generator.state for generator in self._generators()],
            "history": [asdict(record) for record in self.trainer.history],
        }
        write_file(self.path, self._arrays(), note)

    def resume(self) -> bool:
        """Bring the trainer, and what is kept, to where the file was written.

        Everything is checked before anything is changed.

        Returns
        -------
        bool
            False if there is no file yet, so that one program starts a run and restarts it.

        Raises
        ------
        ValueError
            If the file is damaged, or was written by another kind of run.
        """
        if not os.path.exists(self.path):
            return False
        arrays, note = read_file("Checkpoint", self.path, _FORMAT)
        try:
            steps = check_int("Checkpoint", "steps", note["steps"], low=0)
            history = History(EpochRecord(**row) for row in note["history"])
            generators = list(zip(self._generators(), note["generators"], strict=True))
            for generator, saved in generators:
                type(generator.bit_generator)(0).state = saved  # raises if it is of another kind
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            got = f"{type(error).__name__}: {error}; build the trainer as it was"
            raise ValueError(f"Checkpoint expects {self.path} to be of such a run, got {got}.") from error
        fill("Checkpoint", self.path, self._arrays(), arrays)
        for generator, saved in generators:
            generator.bit_generator.state = saved  # in place: who shares a generator goes on sharing it
        self.trainer.optimizer.steps, self.trainer.history = steps, history
        return True

    def _arrays(self) -> Arrays:
        parts = {"model": state(self.trainer.model), "optimizer": self.trainer.optimizer.buffers}
        parts |= {f"keep.{index}": kept.buffers for index, kept in enumerate(self.keep)}
        return {f"{part}.{name}": array for part, arrays in parts.items() for name, array in arrays.items()}

    def _generators(self) -> list[np.random.Generator]:
        """The trainer's generator and the layers', each once."""
        drawn = [self.trainer.rng, *(layer.rng for layer in walk(self.trainer.model))]
        return list({id(generator): generator for generator in drawn if generator is not None}.values())
