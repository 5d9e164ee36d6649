"""Checkpoint: a run that was killed ends at the same bytes as one that was not."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import nnkit
from nnkit import BestWeights, Checkpoint, EarlyStopping, History, Layer, Linear, Sequential

# Trains for 60 epochs in all, going on from the file if there is one, and prints a digest of everything.
# The second argument says at which call of which function the process kills itself.
PROGRAM = '''
import hashlib, os, signal, sys
import numpy as np
import nnkit

class Noise(nnkit.Layer):
    """Draws from a generator and keeps a running mean."""

    def __init__(self, rng, n):
        self.rng, self.mean = rng, np.zeros(n)

    @property
    def buffers(self):
        return {"mean": self.mean}

    def forward(self, x, training=False):
        if not training:
            return x - self.mean, None
        self.mean += 0.1 * (x.mean(axis=0) - self.mean)
        return x + 0.1 * self.rng.normal(size=x.shape), None

    def backward(self, dy, cache):
        return dy

def killing(module, name, count):
    original = getattr(module, name)
    def counted(*arguments, **options):
        counted.calls += 1
        if counted.calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **options)
    counted.calls = 0
    setattr(module, name, counted)

folder, deadly, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
init, shared, own, draw = np.random.default_rng(0).spawn(4)
X = draw.normal(size=(90, 4))
y = (X[:, 0] > X[:, 1]).astype(int) + (X[:, 2] > 1)
linear, last = nnkit.Linear(4, 12, rng=init), nnkit.Linear(12, 3, rng=init)
model = nnkit.Sequential(linear, Noise(shared, 12), nnkit.Tanh(), Noise(own, 12), last)
optimizer = nnkit.Adam(nnkit.fuse(model.parameters()), lambda step: 0.02 / (1 + 0.01 * step))
options = {"batch_size": 4, "accumulate": 2, "rng": shared, "metrics": [nnkit.accuracy]}
trainer = nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, **options)
stopping, best = nnkit.EarlyStopping(59), nnkit.BestWeights(model)
checkpoint = nnkit.Checkpoint(f"{folder}/run.npz", trainer, keep=[stopping, best])
checkpoint.resume()
if deadly != "none":
    killing({"write_array": np.lib.format}.get(deadly, os), deadly, count)
print("ready", flush=True)
left = 60 - len(trainer.history)
if left:
    trainer.fit((X[:60], y[:60]), left, (X[60:], y[60:]), [stopping, best, checkpoint])

digest = hashlib.sha256()
for arrays in (nnkit.state(model), optimizer.buffers, stopping.buffers, best.buffers):
    for name, array in arrays.items():
        digest.update(name.encode() + array.tobytes())
columns = trainer.history.to_dict()
assert len(columns.pop("seconds")) == 60
digest.update(repr((columns, optimizer.steps, shared.random(), own.random())).encode())
print(digest.hexdigest())
'''


def start(folder, deadly="none", count=0):
    environment = {**os.environ, "PYTHONPATH": str(Path(nnkit.__file__).parents[1]), "OMP_NUM_THREADS": "1"}
    environment["OPENBLAS_NUM_THREADS"] = "1"
    command = [sys.executable, "-c", PROGRAM, str(folder), deadly, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def ended(process):
    """The digest that a process printed; the empty text if it was killed."""
    out = process.communicate(timeout=60)[0]
    assert process.returncode in (0, -signal.SIGKILL)
    return out.removeprefix("ready\n").strip()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_run_killed_again_and_again_ends_at_the_same_bytes(tmp_path, rng):
    folders = [tmp_path / name for name in ("straight", "again", "killed")]
    for folder in folders:
        folder.mkdir()
    straight, again = (start(folder) for folder in folders[:2])  # two processes, one seed
    killed = folders[2]
    # In the middle of the first file and of a later one, before it is on disk, before it is renamed.
    for deadly, count in [
        ("write_array", 5),
        ("write_array", 64),
        ("fsync", 4),
        ("replace", 1),
        ("replace", 6),
    ]:
        assert ended(start(killed, deadly, count)) == ""
        if (killed / "run.npz").exists():
            with np.load(killed / "run.npz", allow_pickle=False) as file:
                assert all(file[name] is not None for name in file.files)  # whole
    for _ in range(3):
        process = start(killed)
        assert process.stdout.readline() == "ready\n"
        try:
            process.wait(timeout=float(rng.uniform(0, 0.1)))
        except subprocess.TimeoutExpired:
            process.kill()
        ended(process)
    resumed = ended(start(killed))
    assert len(resumed) == 64
    assert resumed == ended(straight) == ended(again)


class Noise(Layer):
    def __init__(self, rng):
        self.rng = rng

    def forward(self, x, training=False):
        return (x + self.rng.normal(size=x.shape) if training else x), None

    def backward(self, dy, cache):
        return dy


X = np.random.default_rng(0).normal(size=(20, 2))
DATA = X, (X[:, 0] > 0).astype(int)


def make(*, rng=None, noise=None, n_hidden=3, momentum=0.9, metrics=()):
    init = np.random.default_rng(1)
    rng = rng or np.random.default_rng(2)
    layers = Linear(2, n_hidden, rng=init), Noise(noise or rng), Linear(n_hidden, 2, rng=init)
    model = Sequential(*layers)
    optimizer = nnkit.SGD(model.parameters(), 0.1, momentum=momentum)
    options = {"batch_size": 6, "rng": rng, "metrics": metrics}
    return nnkit.Trainer(model, nnkit.SoftmaxCrossEntropy(), optimizer, **options)


def everything(trainer):
    arrays = {**nnkit.state(trainer.model), **trainer.optimizer.buffers}
    generators = repr((trainer.rng.bit_generator.state, trainer.model[1].rng.bit_generator.state))
    rest = trainer.optimizer.steps, trainer.history, generators
    return {name: array.tobytes() for name, array in arrays.items()}, rest


def test_without_a_file_there_is_nothing_to_resume(tmp_path):
    trainer = make()
    before = everything(trainer)
    assert Checkpoint(tmp_path / "run.npz", trainer).resume() is False
    assert everything(trainer) == before


def test_a_run_that_has_not_begun_can_be_resumed(tmp_path):
    trainer = make()
    Checkpoint(tmp_path / "run.npz", trainer).save()
    other = make(rng=np.random.default_rng(5))
    assert Checkpoint(tmp_path / "run.npz", other).resume() is True
    assert everything(other) == everything(trainer)


def test_resuming_restores_in_place_and_the_sharing_of_generators(tmp_path):
    first, second = make(), make()
    first.fit(DATA, 3, callbacks=[Checkpoint(tmp_path / "run.npz", first)])
    arrays, rng = list(nnkit.state(second.model).values()), second.rng
    second.fit(DATA, 1)
    assert Checkpoint(tmp_path / "run.npz", second).resume() is True
    assert everything(second) == everything(first)
    assert all(one is a for one, a in zip(nnkit.state(second.model).values(), arrays, strict=True))
    assert second.rng is second.model[1].rng is rng
    second.fit(DATA, 2)
    first.fit(DATA, 2)
    assert everything(second) == everything(first)


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_every_kind_of_generator_goes_on(tmp_path, kind):
    def trainer(seed):
        return make(
            rng=np.random.Generator(getattr(np.random, kind)(seed)), noise=np.random.default_rng(seed)
        )

    first, second = trainer(3), trainer(4)
    first.rng.random(3, dtype=np.float32)  # leaves half a draw behind
    first.fit(DATA, 1, callbacks=[Checkpoint(tmp_path / "run.npz", first)])
    Checkpoint(tmp_path / "run.npz", second).resume()
    first.fit(DATA, 1)
    second.fit(DATA, 1)
    assert everything(second) == everything(first)
    assert first.rng.random(3, dtype=np.float32).tobytes() == second.rng.random(3, dtype=np.float32).tobytes()


def test_the_history_keeps_what_is_not_a_number(tmp_path):
    values = iter([np.nan, np.inf, 0.1 + 0.2, -np.inf])

    def odd(prediction, target):
        return next(values)

    first, second = make(metrics=[odd]), make(metrics=[odd])
    first.fit(DATA, 4, callbacks=[Checkpoint(tmp_path / "run.npz", first)])
    Checkpoint(tmp_path / "run.npz", second).resume()
    assert second.history.metrics["odd"].tobytes() == first.history.metrics["odd"].tobytes()
    assert second.history.seconds.tolist() == first.history.seconds.tolist()


def test_what_is_kept_goes_on_too(tmp_path):
    def parts(path):
        trainer = make()
        kept = [EarlyStopping(3, metric="loss"), BestWeights(trainer.model, metric="loss")]
        return trainer, kept, Checkpoint(tmp_path / path, trainer, keep=kept)

    trainer, kept, checkpoint = parts("run.npz")
    trainer.fit(DATA, 5, callbacks=[*kept, checkpoint])
    other, others, checkpoint = parts("run.npz")
    checkpoint.resume()
    for one, same in zip(kept, others, strict=True):
        assert [a.tobytes() for a in one.buffers.values()] == [a.tobytes() for a in same.buffers.values()]
    kept[1].restore()
    others[1].restore()
    assert everything(trainer)[0] == everything(other)[0]


def test_every_says_after_which_epochs_to_write(tmp_path):
    trainer, written = make(), []
    checkpoint = Checkpoint(tmp_path / "run.npz", trainer, every=3)

    def look(record):
        other = make()
        Checkpoint(tmp_path / "run.npz", other).resume()
        written.append(len(other.history))

    trainer.fit(DATA, 7, callbacks=[checkpoint, look])
    assert written == [0, 0, 3, 3, 3, 6, 6]


def test_the_file_names_the_versions_that_wrote_it(tmp_path):
    Checkpoint(tmp_path / "run.npz", make()).save()
    with zipfile.ZipFile(tmp_path / "run.npz") as file:
        note = json.loads(file.read("nnkit.json"))
    assert note["versions"]["nnkit"] == nnkit.__version__
    assert note["versions"]["numpy"] == np.__version__
    assert (note["format"], note["version"]) == ("nnkit checkpoint", 1)


def test_the_file_names_what_its_arrays_belong_to(tmp_path):
    trainer, stopping = make(), EarlyStopping(1)
    Checkpoint(tmp_path / "run.npz", trainer, keep=[stopping]).save()
    parts = {"model": nnkit.state(trainer.model), "optimizer": trainer.optimizer.buffers}
    parts["keep.0"] = stopping.buffers
    with np.load(tmp_path / "run.npz") as file:
        for part, arrays in parts.items():
            assert arrays
            for name, array in arrays.items():
                np.testing.assert_array_equal(file[f"{part}.{name}"], array)


def refused(trainer, path, text, keep=()):
    before = everything(trainer)
    with pytest.raises(ValueError) as error:
        Checkpoint(path, trainer, keep=keep).resume()
    assert str(error.value).startswith("Checkpoint expects ")
    assert text in str(error.value)
    assert ", got " in str(error.value)
    assert everything(trainer) == before


def test_another_run_is_refused_and_nothing_changed(tmp_path):
    path = tmp_path / "run.npz"
    trainer = make()
    trainer.fit(DATA, 1, callbacks=[Checkpoint(path, trainer)])
    refused(make(n_hidden=4), path, f"'model.0.W' in {path} to be float64 (2, 4), got float64 (2, 3)")
    refused(make(), path, "'keep.0.best'", keep=[EarlyStopping(1)])
    refused(make(noise=np.random.default_rng(0)), path, "build the trainer as it was")  # one generator more
    refused(make(rng=np.random.Generator(np.random.MT19937(0))), path, "build the trainer as it was")
    nnkit.save(trainer.model, path)
    refused(make(), path, "to hold ('nnkit checkpoint', 1), got ('nnkit model', 1)")
    path.write_bytes(b"")
    refused(make(), path, "damaged or of another kind")


@pytest.mark.parametrize(
    ("change", "got"),
    [
        ({"steps": -1}, "ValueError: Checkpoint expects steps to be at least 0, got -1"),
        ({"steps": "3"}, "TypeError: Checkpoint expects steps to be an int, got str '3'"),
        ({"steps": None}, "TypeError: Checkpoint expects steps to be an int, got NoneType"),
        ({"history": 3}, "TypeError: "),
        ({"history": [{"epoch": 1}]}, "TypeError: "),
        ({"history": [3]}, "TypeError: "),
        ({"generators": 3}, "TypeError: "),
        ({"generators": []}, "ValueError: "),
        ({"generators": [{}]}, "ValueError: "),
        ({"generators": [{"bit_generator": "PCG64"}]}, "KeyError: "),
        (
            {"generators": [{"bit_generator": "PCG64", "state": {"state": -1, "inc": "x"}, "has_uint32": 0}]},
            "",
        ),
    ],
)
def test_a_forged_note_is_refused_and_nothing_changed(tmp_path, change, got):
    path, trainer = tmp_path / "run.npz", make()
    trainer.fit(DATA, 1, callbacks=[Checkpoint(path, trainer)])
    with zipfile.ZipFile(path) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    entries["nnkit.json"] = json.dumps({**json.loads(entries["nnkit.json"]), **change})
    with zipfile.ZipFile(path, "w") as file:
        for name, data in entries.items():
            file.writestr(name, data)
    refused(make(), path, f" to be of such a run, got {got}")
    refused(make(), path, "; build the trainer as it was.")


def test_a_run_that_diverges_leaves_the_checkpoint_of_its_last_good_epoch(tmp_path):
    trainer = make()
    trainer.fit(DATA, 2, callbacks=[Checkpoint(tmp_path / "run.npz", trainer)])
    trainer.model[0].W.value[...] = 1e300
    with pytest.raises(nnkit.TrainingDiverged) as error:
        trainer.fit(DATA, 2, callbacks=[Checkpoint(tmp_path / "run.npz", trainer)])
    assert error.value.history is trainer.history
    Checkpoint(tmp_path / "run.npz", trainer).resume()
    assert trainer.history == History(trainer.history[:2])
    assert trainer.fit(DATA, 1)[-1].epoch == 3
