"""MNIST from files written here, from a folder of real files if there is one, and without any network."""

import gzip
import hashlib
import os
import re
import struct
import sys
from pathlib import Path

import numpy as np
import pooch
import pytest

from nnkit.datasets import fashion_mnist, mnist

REGISTRY = Path(sys.modules["nnkit"].__file__).parent / "_datasets" / "downloads.txt"
LOADERS = [mnist, fashion_mnist]
REAL = os.environ.get("NNKIT_DATA")


def idx(array):
    """The bytes of an IDX file of bytes."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def numbered(n):
    """Images and labels that name themselves."""
    images = (np.arange(n * 784) % 256).astype(np.uint8).reshape(n, 28, 28)
    return images, (np.arange(n) * 3 % 10).astype(np.uint8)


def write(folder, images, labels, *, prefix="train", packed=True):
    folder.mkdir(parents=True, exist_ok=True)
    for kind, data in (("images-idx3-ubyte", images), ("labels-idx1-ubyte", labels)):
        data = idx(data) if isinstance(data, np.ndarray) else data
        path = folder / f"{prefix}-{kind}{'.gz' * packed}"
        path.write_bytes(gzip.compress(data) if packed else data)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NNKIT_DATA", str(tmp_path))
    return tmp_path


def raises(error, text):
    return pytest.raises(error, match=f"^{re.escape(text)}$")


@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("inner", [True, False])
def test_both_parts_are_read_from_a_folder(load, packed, inner, folder):
    place = folder / load.__name__ if inner else folder
    for part, prefix, n in (("train", "train", 5), ("test", "t10k", 3)):
        images, labels = numbered(n)
        write(place, images, labels, prefix=prefix, packed=packed)
        X, y = load(part)
        assert X.shape == (n, 784) and X.dtype == np.float64 and y.dtype == np.int64
        assert np.array_equal(X.reshape(n, 28, 28), images / 255) and np.array_equal(y, labels)


def test_the_subfolder_of_a_set_goes_before_the_folder_itself(folder):
    write(folder, *numbered(2))
    write(folder / "fashion_mnist", *numbered(3))
    assert len(mnist()[0]) == 2 and len(fashion_mnist()[0]) == 3


def test_float32_is_the_nearest_to_each_share(folder):
    write(folder, *numbered(2))
    X, _ = mnist(dtype=np.float32)
    assert X.dtype == np.float32
    assert np.array_equal(X, mnist()[0].astype(np.float32))


def test_the_arrays_are_writable_and_in_unit_range(folder):
    write(folder, *numbered(2))
    X, y = mnist()
    assert (X.min(), X.max()) == (0.0, 1.0)
    assert X.flags.writeable and y.flags.writeable


IMAGES, LABELS = numbered(3)


@pytest.mark.parametrize(
    ("images", "labels", "got"),
    [
        (idx(LABELS), LABELS, "got 00000801, (3, "),
        (b"", LABELS, "got , (0, 0, 0) and 0 bytes in all"),
        (b"not an idx file at all", LABELS, "got 6e6f7420, "),
        (idx(IMAGES)[:-1], LABELS, "got 00000803, (3, 28, 28) and 2367 bytes in all"),
        (idx(IMAGES) + b"x", LABELS, "got 00000803, (3, 28, 28) and 2369 bytes in all"),
        (IMAGES.reshape(3, 14, 56), LABELS, "got 00000803, (3, 14, 56) and"),
        (IMAGES[:0], LABELS[:0], "got 00000803, (0, 28, 28) and 16 bytes in all"),
        (IMAGES, IMAGES, "got 00000803, (3,) and 2368 bytes in all"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_by_name(images, labels, got, folder):
    write(folder, images, labels)
    with pytest.raises(ValueError) as error:
        mnist()
    text = str(error.value)
    assert text.startswith(f"mnist expects {folder}/train-")
    assert " to be a whole IDX file that begins with 0000080" in text
    assert got in text and text.endswith("; get the file anew.")


def test_a_torn_gzip_file_is_refused(folder):
    write(folder, IMAGES, LABELS)
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match="to be a whole IDX file"):
        mnist()


def test_other_numbers_of_labels_and_labels_above_nine_are_refused(folder):
    write(folder, IMAGES, LABELS[:2])
    with raises(ValueError, "mnist expects 3 labels from 0 to 9, got 2 up to 3; get the files anew."):
        mnist()
    write(folder, IMAGES, np.array([0, 10, 1], np.uint8))
    with raises(ValueError, "mnist expects 3 labels from 0 to 9, got 3 up to 10; get the files anew."):
        mnist()


def test_a_folder_without_the_files_is_named_and_nothing_is_downloaded(folder, monkeypatch):
    monkeypatch.setattr(pooch, "create", None)
    text = (
        f"fashion_mnist expects t10k-images-idx3-ubyte.gz in the folder that NNKIT_DATA names, got {folder} "
        "without it; put it there, or unset NNKIT_DATA to download it."
    )
    with raises(FileNotFoundError, text):
        fashion_mnist("test")


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A network that holds whatever is put into it, and a registry that expects just that."""
    files, asked = {}, []

    def download(self, url, output_file, keeper):
        asked.append(url)
        Path(output_file).write_bytes(files[url]) if url in files else reach_nothing()

    def reach_nothing():
        raise OSError("no network")

    def load_registry(keeper, lines):
        keeper.urls = {line.split()[0]: line.split()[2] for line in lines.read().decode().splitlines()[1:]}
        keeper.registry = {
            name: hashlib.sha256(files.get(url, b"")).hexdigest() for name, url in keeper.urls.items()
        }

    monkeypatch.delenv("NNKIT_DATA", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / name)
    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", download)
    monkeypatch.setattr(pooch.Pooch, "load_registry", load_registry)
    return files, asked


@pytest.mark.parametrize("load", LOADERS)
def test_the_files_are_downloaded_once_and_kept(load, mirror, tmp_path):
    files, asked = mirror
    for line in REGISTRY.read_text().splitlines()[1:]:
        name, _, url = line.split()
        if name.startswith(f"{load.__name__}/t10k"):
            files[url] = gzip.compress(idx(IMAGES if "images" in name else LABELS))
    X, y = load("test")
    assert np.array_equal(X.reshape(3, 28, 28), IMAGES / 255) and np.array_equal(y, LABELS)
    assert sorted(asked) == sorted(files)
    assert np.array_equal(load("test")[0], X) and len(asked) == 2
    kept = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.gz"))
    assert kept == [
        f"nnkit/{load.__name__}/t10k-{kind}.gz" for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")
    ]


def test_another_file_than_the_registry_expects_is_refused(monkeypatch, tmp_path):
    monkeypatch.delenv("NNKIT_DATA", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / name)
    monkeypatch.setattr(
        pooch.HTTPDownloader, "__call__", lambda self, url, file, keeper: Path(file).write_bytes(b"other")
    )
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(ValueError, match=r"SHA256 hash of downloaded file .* does not match"):
        mnist()
    assert not list(tmp_path.rglob("*.gz"))


def test_a_download_that_arrives_torn_is_tried_again(mirror, monkeypatch):
    files, asked = mirror
    for line in REGISTRY.read_text().splitlines()[1:]:
        name, _, url = line.split()
        if name.startswith("mnist/train"):
            files[url] = gzip.compress(idx(IMAGES if "images" in name else LABELS))

    def download(self, url, file, keeper):
        asked.append(url)
        Path(file).write_bytes(files[url][: len(files[url]) if asked.count(url) > 1 else 20])

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", download)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    assert len(mnist()[0]) == 3
    assert sorted(asked) == sorted([*files, *files])


def test_without_a_network_the_error_says_how_to_do_without(mirror, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    text = (
        "mnist expects to reach https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz, "
        "got no network; try again with a network, or put train-images-idx3-ubyte.gz into a folder that "
        "NNKIT_DATA names."
    )
    with raises(ConnectionError, text):
        mnist()


def test_without_pooch_the_error_says_what_to_install(monkeypatch):
    monkeypatch.delenv("NNKIT_DATA", raising=False)
    monkeypatch.setitem(sys.modules, "pooch", None)
    text = "mnist expects the package pooch, which is not installed; pip install pooch."
    with raises(ImportError, text):
        mnist()


def test_the_registry_names_eight_files_with_their_checksums_and_addresses():
    lines = [line.split() for line in REGISTRY.read_text().splitlines() if not line.startswith("#")]
    kinds = ["t10k-images-idx3", "t10k-labels-idx1", "train-images-idx3", "train-labels-idx1"]
    names = [f"{load}/{kind}-ubyte.gz" for load in ("fashion_mnist", "mnist") for kind in kinds]
    assert sorted(name for name, _, _ in lines) == names
    assert len({checksum for _, checksum, _ in lines}) == 8
    for name, checksum, url in lines:
        assert re.fullmatch("[0-9a-f]{64}", checksum)
        assert url.startswith("https://") and url.endswith(name.split("/")[1])


@pytest.mark.skipif(REAL is None, reason="NNKIT_DATA names no folder with the real files")
def test_the_real_test_part_of_mnist_is_the_published_one():
    X, y = mnist("test")
    assert X.shape == (10_000, 784)
    assert np.bincount(y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert y[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    pixels = np.rint(X * 255).astype(np.uint8).reshape(-1, 28, 28)
    unpacked = "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
    assert hashlib.sha256(idx(pixels)).hexdigest() == unpacked
