"""state, save and load: names, files that stay whole, and files that were tampered with."""

import io
import json
import math
import os
import pickle
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest

import nnkit
from nnkit import Layer, Linear, Parameter, ReLU, Sequential, load, save, state

ENDINGS = [".npz", ".safetensors"]


class Counter(Layer):
    """A layer with buffers, one of them an int, and a generator."""

    def __init__(self):
        self.rng = np.random.default_rng(5)
        self.mean, self.count = np.zeros(3), np.array(0)

    @property
    def buffers(self):
        return {"mean": self.mean, "count": self.count}

    def forward(self, x, training=False):
        return x, None

    def backward(self, dy, cache):
        return dy


def network(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    inner = Sequential(Linear(3, 3, rng=rng, dtype=dtype, bias=False), Counter())
    inner[1].mean[...], inner[1].count[...] = seed, seed
    return Sequential(Linear(2, 3, rng=rng, dtype=dtype), ReLU(), inner)


def equal(one, other):
    one, other = state(one), state(other)
    return one.keys() == other.keys() and all(np.array_equal(one[n], other[n], equal_nan=True) for n in one)


def test_arrays_are_named_by_position():
    model = network()
    found = state(model)
    assert list(found) == ["0.W", "0.b", "2.0.W", "2.1.mean", "2.1.count"]
    assert found["0.W"] is model[0].W.value
    assert found["2.1.count"] is model[2][1].count
    assert list(state(model[0])) == ["W", "b"]
    assert state(ReLU()) == {}


def test_what_stands_in_the_model_twice_comes_once():
    layer, counter = Linear(3, 3, rng=np.random.default_rng(0)), Counter()
    model = Sequential(layer, counter, Sequential(layer, counter))
    assert list(state(model)) == ["0.W", "0.b", "1.mean", "1.count"]


def test_two_arrays_of_one_name_are_refused():
    class Twins(Counter):
        def parameters(self):
            return [Parameter([1.0], "W"), Parameter([2.0], "W")]

    with pytest.raises(ValueError) as error:
        state(Sequential(Twins()))
    assert str(error.value) == "state expects model to name its arrays apart, got '0.W' twice; rename one."


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_loaded_model_is_the_saved_one_in_its_own_memory(tmp_path, ending, dtype):
    model, other = network(1, dtype), network(2, dtype)
    arrays = list(state(other).values())
    save(model, tmp_path / f"model{ending}")
    load(other, tmp_path / f"model{ending}")
    assert equal(model, other)
    assert all(one is array for one, array in zip(state(other).values(), arrays, strict=True))
    assert not np.shares_memory(model[0].W.value, other[0].W.value)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_fused_model_and_one_that_is_not_share_files(tmp_path, ending):
    model, other = network(1), network(2)
    fused = nnkit.fuse(other.parameters())
    save(model, tmp_path / f"model{ending}")
    load(other, tmp_path / f"model{ending}")
    assert equal(model, other)
    np.testing.assert_array_equal(fused.value[:6], model[0].W.value.ravel())


@pytest.mark.parametrize("ending", ENDINGS)
def test_arrays_by_columns_and_numbers_that_are_none_survive(tmp_path, ending):
    model, other = network(1), network(2)
    model[2][1].mean = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    other[2][1].mean = np.zeros((2, 3))
    model[0].W.value[0] = [math.nan, math.inf, -0.0]
    save(model, tmp_path / f"model{ending}")
    load(other, tmp_path / f"model{ending}")
    for name, array in state(model).items():
        assert array.tobytes() == state(other)[name].tobytes()


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_state_gives_the_same_bytes(tmp_path, ending):
    one, other = tmp_path / f"one{ending}", tmp_path / f"other{ending}"
    save(network(), one)
    save(network(), other)
    assert one.read_bytes() == other.read_bytes()
    if ending == ".npz":  # whenever it is written
        with zipfile.ZipFile(one) as file:
            assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_other_readers_find_the_arrays(tmp_path):
    model = network()
    save(model, tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        assert set(file.files) == {*state(model), "nnkit.json"}
        np.testing.assert_array_equal(file["2.0.W"], model[2][0].W.value)
        assert json.loads(file["nnkit.json"]) == {"format": "nnkit model", "version": 1}
    import safetensors.numpy

    save(model, tmp_path / "model.safetensors")
    found = safetensors.numpy.load_file(tmp_path / "model.safetensors")
    assert found.keys() == state(model).keys()
    np.testing.assert_array_equal(found["2.0.W"], model[2][0].W.value)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, ending, call):
    path = tmp_path / f"model{ending}"
    save(network(1), path)
    before = path.read_bytes()

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="No space left"):
        save(network(2), path)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == before


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_the_system_refuses_keeps_its_error(tmp_path, ending):
    with pytest.raises(FileNotFoundError):
        load(network(), tmp_path / f"none{ending}")
    with pytest.raises(FileNotFoundError):
        save(network(), tmp_path / "none" / f"model{ending}")
    (tmp_path / f"folder{ending}").mkdir()
    with pytest.raises(IsADirectoryError):
        load(network(), tmp_path / f"folder{ending}")
    with pytest.raises(IsADirectoryError):
        save(network(), tmp_path / f"folder{ending}")
    assert [entry.name for entry in tmp_path.iterdir()] == [f"folder{ending}"]


def test_an_array_beyond_the_old_limit_of_zip_entries_is_saved(tmp_path, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)  # bytes; in truth 2 GiB
    save(network(1), tmp_path / "model.npz")
    other = network(2)
    load(other, tmp_path / "model.npz")
    assert equal(other, network(1))


def test_an_array_of_objects_is_refused_and_not_pickled(tmp_path):
    model = Sequential(Counter())
    model[0].mean = np.array([{}, None])
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        save(model, tmp_path / "model.npz")
    assert not list(tmp_path.iterdir())


def test_without_safetensors_the_error_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    save(network(), path)
    text = (
        "A .safetensors file expects the package safetensors, which is not installed; "
        "pip install safetensors."
    )
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    for call in (save, load):
        with pytest.raises(ImportError) as error:
            call(network(), path)
        assert str(error.value) == text


def test_another_model_is_refused_by_the_first_array_that_differs(tmp_path):
    path = tmp_path / "model.npz"
    mend = "build the model and whatever else is restored as they were."
    rng = np.random.default_rng(0)
    for model, text in [
        (Linear(2, 3, rng=rng, bias=False), "'b' in {} to be nothing, got float64 (3,)"),
        (Linear(2, 4, rng=rng), "'W' in {} to be float64 (2, 4), got float64 (2, 3)"),
        (Linear(2, 3, rng=rng, dtype=np.float32), "'W' in {} to be float32 (2, 3), got float64 (2, 3)"),
        (Sequential(Linear(2, 3, rng=rng)), "'0.W' in {} to be float64 (2, 3), got nothing"),
    ]:
        save(Linear(2, 3, rng=rng), path)
        refused(model, path, f"load expects {text.format(path)}; {mend}")


def refused(model, path, text=None):
    """The load raises a ValueError that names the file, and changes nothing."""
    before = {name: array.copy() for name, array in state(model).items()}
    with pytest.raises(ValueError) as error:
        load(model, path)
    if text is not None:
        assert str(error.value) == text
    assert str(error.value).startswith("load expects ")
    assert str(path) in str(error.value)
    assert ", got " in str(error.value)
    assert "; " in str(error.value)
    for name, array in state(model).items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_cut_short_anywhere_is_refused(tmp_path, ending):
    path = tmp_path / f"model{ending}"
    save(network(1), path)
    whole, model = path.read_bytes(), network(2)
    for length in {*range(0, len(whole), 7), *range(40), len(whole) - 1}:
        path.write_bytes(whole[:length])
        refused(model, path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_changed_byte_is_refused_or_changes_a_number_only(tmp_path, ending):
    """The npz has check sums; in a safetensors file a byte of a number may be any."""
    path = tmp_path / f"model{ending}"
    save(network(1), path)
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    refusals = 0
    for place in rng.integers(0, len(whole), 400):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << rng.integers(8))]) + whole[place + 1 :])
        model = network(2)
        try:
            load(model, path)
        except ValueError as error:
            refusals += 1
            assert str(error).startswith("load expects ")
            assert equal(model, network(2))
        else:
            assert ending == ".safetensors" or equal(model, network(1))
    assert refusals > 50


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"PK", b"PK\x05\x06" + bytes(18), b"{}", os.urandom(500), bytes(500), b"\xff" * 500],
)
def test_bytes_of_another_kind_are_refused(tmp_path, ending, data):
    path = tmp_path / f"model{ending}"
    path.write_bytes(data)
    refused(network(), path)


def npy(array):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), allow_pickle=True)
    return stream.getvalue()


def header(shape, descr="<f8", data=b""):
    """A .npy file that declares a shape."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": shape})
    return stream.getvalue() + data


NOTE = json.dumps({"format": "nnkit model", "version": 1})


def forge(path, compression=zipfile.ZIP_STORED, **changed):
    """The file of a Linear(2, 3) with other entries; None leaves one out."""
    entries = {"W.npy": npy(np.ones((2, 3))), "b.npy": npy(np.ones(3)), "nnkit.json": NOTE}
    entries |= {name.replace("__", "."): data for name, data in changed.items()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in entries.items():
            if data is not None:
                archive.writestr(name, data)


class Bomb:
    def __reduce__(self):
        return os._exit, (3,)


@pytest.mark.parametrize(
    "changed",
    [
        {"W__npy": None},
        {"nnkit__json": None},
        {"nnkit__json": "{"},
        {"nnkit__json": "3"},
        {"nnkit__json": "[" * 100_000},
        {"nnkit__json": b"\xff\xfe"},
        {"nnkit__json": json.dumps({"format": "nnkit model"})},
        {"nnkit__json": json.dumps({"format": "nnkit model", "version": 2})},
        {"nnkit__json": json.dumps({"format": "nnkit checkpoint", "version": 1})},
        {"nnkit__json": pickle.dumps(Bomb())},
        {"extra__npy": npy(np.ones(3))},
        {"../../outside__npy": npy(np.ones(3))},
        {"/outside__npy": npy(np.ones(3))},
        {"readme.txt": "hello"},
        {"W__npy": npy(np.ones((3, 2)))},
        {"W__npy": npy(np.ones((1, 2, 3)))},
        {"W__npy": npy(np.ones((2, 3), np.float32))},
        {"W__npy": npy(np.ones((2, 3), np.int64))},
        {"W__npy": npy(np.ones((2, 3), ">f8"))},
        {"W__npy": npy(np.full((2, 3), "text"))},
        {"W__npy": npy(np.full((2, 3), None))},
        {"W__npy": npy(np.array([Bomb()]))},
        {"W__npy": npy(np.zeros((2, 3), [("a", "f8")]))},
        {"W__npy": pickle.dumps(Bomb())},
        {"W__npy": b""},
        {"W__npy": b"\x93NUMPY\x09\x00" + bytes(100)},
        {"W__npy": header((2, 3))},
        {"W__npy": header((2, 3), data=bytes(47))},
        {"W__npy": header((2, 3), data=bytes(49))},
        {"W__npy": header((2, 3), data=bytes(56))},
        {"W__npy": header((10**12, 10**5))},
        {"W__npy": header((2**62, 3))},
        {"W__npy": header((-2, -3), data=bytes(48))},
        {"W__npy": header((2, 3), "|O", bytes(48))},
        {"W__npy": header((2, 3), "|V1000000000")},
    ],
)
def test_a_forged_npz_is_refused_and_executes_nothing(tmp_path, changed):
    path = tmp_path / "model.npz"
    forge(path, **changed)
    refused(Linear(2, 3, rng=np.random.default_rng(0)), path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.npz"]


def test_a_small_file_takes_little_memory(tmp_path):
    path, model = tmp_path / "model.npz", Linear(2, 3, rng=np.random.default_rng(0))
    bombs = [
        {"W__npy": header((10**9, 10**3))},
        {"compression": zipfile.ZIP_DEFLATED, "b__npy": bytes(10**8)},
    ]
    for changed in bombs:
        forge(path, **changed)
        assert path.stat().st_size < 200_000
        tracemalloc.start()
        refused(model, path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 10**6


def test_an_entry_that_lies_about_its_length_takes_little_memory(tmp_path):
    path = tmp_path / "model.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("W.npy", bytes(10**8))
        archive.writestr("nnkit.json", NOTE)
        archive.getinfo("W.npy").file_size = 10
    tracemalloc.start()
    refused(Linear(2, 3, rng=np.random.default_rng(0)), path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**6


def test_entries_that_overlap_are_refused(tmp_path):
    path = tmp_path / "model.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("W.npy", bytes(100_000))
        archive.filelist *= 100  # each entry of the directory points at the same bytes
        archive.writestr("nnkit.json", NOTE)
    text = (
        f"load expects {path} to be a whole file of nnkit, got ValueError: entries that are compressed or "
        "overlap; it is damaged or of another kind, so write it again."
    )
    refused(Linear(2, 3, rng=np.random.default_rng(0)), path, text)


def test_a_safetensors_file_of_another_hand_is_refused(tmp_path):
    import safetensors.numpy

    path, model = tmp_path / "model.safetensors", Linear(2, 3, rng=np.random.default_rng(0))
    arrays = {"W": np.ones((2, 3)), "b": np.ones(3)}
    for metadata in (None, {}, {"nnkit.json": "3"}, {"nnkit.json": NOTE.replace("1", "2")}):
        safetensors.numpy.save_file(arrays, path, metadata)
        refused(model, path)
    for changed in ({"W": np.ones((3, 2))}, {"b": np.ones(3, np.float32)}, {"c": np.ones(3)}):
        safetensors.numpy.save_file({**arrays, **changed}, path, {"nnkit.json": NOTE})
        refused(model, path)
    safetensors.numpy.save_file(arrays, path, {"nnkit.json": NOTE})
    load(model, path)
    assert (model.W.value == 1).all()


def test_a_file_of_another_version_says_so(tmp_path):
    path = tmp_path / "model.npz"
    forge(path, nnkit__json=json.dumps({"format": "nnkit model", "version": 2}))
    text = f"load expects {path} to hold ('nnkit model', 1), got ('nnkit model', 2); use what wrote it."
    refused(Linear(2, 3, rng=np.random.default_rng(0)), path, text)


def test_what_follows_a_layer_used_twice_is_in_the_state_too():
    rng = np.random.default_rng(0)
    twice = nnkit.Linear(2, 2, rng=rng)
    model = nnkit.Sequential(twice, twice, nnkit.Linear(2, 1, rng=rng))
    assert list(nnkit.state(model)) == ["0.W", "0.b", "2.W", "2.b"]
