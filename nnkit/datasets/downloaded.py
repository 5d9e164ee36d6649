"""Large real data sets, downloaded once and kept, or read from a folder.

Small ones come with the package, in `shipped`.
"""

from __future__ import annotations

import math
import os

import numpy as np

from nnkit.arguments import check_choice, check_dtype, load_library

Pair = tuple[np.ndarray, np.ndarray]


def mnist(part: str = "train", *, dtype: np.typing.DTypeLike = np.float64) -> Pair:
    """Handwritten digits, 28 x 28 pixels: 60,000 examples to train with, 10,000 to test, 10 classes.

    The first call downloads two files (10 MB; 1.6 MB for the test part) through pooch, into its cache folder
    for ``nnkit``, and checks their SHA-256. If the environment variable ``NNKIT_DATA`` names a folder, the
    files are read from there instead and nothing is downloaded: from its subfolder ``mnist`` if that has
    them, else from the folder itself, as ``t10k-images-idx3-ubyte.gz`` and so on, or unpacked without
    ``.gz``. Of files from a folder the form is checked, not the SHA-256.

    Parameters
    ----------
    part : {"train", "test"}
    dtype : float64 or float32
        Of X. The training part takes 376 MB in float64, half of that in float32.

    Returns
    -------
    X : ndarray, shape (n, 784)
        Share of ink in each pixel, in [0, 1], in steps of 1/255; `X[i].reshape(28, 28)` is the image.
    y : ndarray of int64, shape (n,)
        The digit, 0 to 9.

    Raises
    ------
    ValueError, TypeError
        If an argument is wrong, or a file is not what it should be.
    ImportError
        If a download is needed and pooch is not installed.
    OSError
        If the mirror cannot be reached, or the folder has no such file.

    Examples
    --------
    ``train, test = mnist(), mnist("test")``

    References
    ----------
    LeCun, Cortes & Burges, "The MNIST Database of Handwritten Digits"; LeCun, Bottou, Bengio & Haffner 1998,
    "Gradient-Based Learning Applied to Document Recognition". Downloaded from PyTorch's mirror,
    ossci-datasets.s3.amazonaws.com/mnist; TensorFlow's is storage.googleapis.com/cvdf-datasets/mnist.
    """
    return _load("mnist", part, dtype)


def fashion_mnist(part: str = "train", *, dtype: np.typing.DTypeLike = np.float64) -> Pair:
    """Pictures of clothes in the form of MNIST, and harder: 60,000 and 10,000 examples, 10 classes.

    As in `mnist`, also the parameters and errors. The files are called like those of MNIST, so a folder for
    both needs the subfolders ``mnist`` and ``fashion_mnist``. The training part is 26 MB to download.

    Parameters
    ----------
    part : {"train", "test"}
    dtype : float64 or float32

    Returns
    -------
    X : ndarray, shape (n, 784)
        Brightness of each pixel, in [0, 1].
    y : ndarray of int64, shape (n,)
        0 T-shirt or top, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag,
        9 ankle boot.

    Examples
    --------
    ``X, y = fashion_mnist("test", dtype=np.float32)``

    References
    ----------
    Xiao, Rasul & Vollgraf 2017, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
    Algorithms", MIT license. Downloaded from the authors' github.com/zalandoresearch/fashion-mnist; their
    other copy is at fashion-mnist.s3-website.eu-central-1.amazonaws.com.
    """
    return _load("fashion_mnist", part, dtype)


def _load(name: str, part: str, dtype: np.typing.DTypeLike) -> Pair:
    prefix = "t10k" if check_choice(name, "part", part, ("train", "test")) == "test" else part
    dtype = check_dtype(name, dtype)
    images = _read(name, f"{prefix}-images-idx3-ubyte", (28, 28))
    labels = _read(name, f"{prefix}-labels-idx1-ubyte", ())
    if len(images) != len(labels) or labels.max() > 9:
        got = f"{len(labels)} up to {labels.max()}; get the files anew"
        raise ValueError(f"{name} expects {len(images)} labels from 0 to 9, got {got}.")
    return np.divide(images.reshape(len(images), 784), 255, dtype=dtype), labels.astype(np.int64)


def _read(name: str, file: str, shape: tuple[int, ...]) -> np.ndarray:
    """The entries of an IDX file; it begins with 0, 0, 8 for bytes, the number of axes, and their sizes."""
    import zlib  # here, because it would slow down `import nnkit`

    path = _located(name, file)
    data = np.fromfile(path, np.uint8).tobytes()
    if data[:2] == b"\x1f\x8b":  # gzip; what is left of a torn file is unpacked too, and refused below
        data = zlib.decompressobj(31).decompress(data)
    magic, head = bytes([0, 0, 8, 1 + len(shape)]), 8 + 4 * len(shape)
    sizes = tuple(int.from_bytes(data[start : start + 4], "big") for start in range(4, head, 4))
    if data[:4] != magic or sizes[1:] != shape or not 0 < math.prod(sizes) == len(data) - head:
        wanted = f"a whole IDX file that begins with {magic.hex()} and has sizes {('n', *shape)}"
        got = f"{data[:4].hex()}, {sizes} and {len(data)} bytes in all; get the file anew"
        raise ValueError(f"{name} expects {path} to be {wanted}, got {got}.")
    return np.frombuffer(data, np.uint8, offset=head).reshape(sizes)


def _located(name: str, file: str) -> str:
    folder = os.environ.get("NNKIT_DATA")
    if not folder:
        return _downloaded(name, f"{file}.gz")
    for place in (f"{name}/{file}.gz", f"{name}/{file}", f"{file}.gz", file):
        if os.path.isfile(path := os.path.join(folder, place)):
            return path
    got = f"{folder} without it; put it there, or unset NNKIT_DATA to download it"
    raise FileNotFoundError(f"{name} expects {file}.gz in the folder that NNKIT_DATA names, got {got}.")


def _downloaded(name: str, file: str) -> str:
    from importlib import resources

    pooch = load_library(name, "pooch")
    keeper = pooch.create(pooch.os_cache("nnkit"), base_url="", retry_if_failed=2)
    with resources.files("nnkit").joinpath("_datasets/downloads.txt").open("rb") as registry:
        keeper.load_registry(registry)
    try:
        return str(keeper.fetch(f"{name}/{file}"))
    except OSError as error:
        remedy = f"try again with a network, or put {file} into a folder that NNKIT_DATA names"
        url = keeper.get_url(f"{name}/{file}")
        raise ConnectionError(f"{name} expects to reach {url}, got {error}; {remedy}.") from error
