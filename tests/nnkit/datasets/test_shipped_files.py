"""The files of the shipped data sets: size, licenses, and the tool that writes them."""

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "nnkit" / "_datasets"
NAMES = ["digits", "iris", "wine", "breast_cancer", "diabetes"]


def test_every_file_is_small_needs_no_pickle_and_has_its_license():
    files = sorted(FOLDER.glob("*.npz"))
    licenses = (FOLDER / "LICENSES.md").read_text(encoding="utf-8")
    assert [file.stem for file in files] == sorted(NAMES)
    assert sum(file.stat().st_size for file in files) < 200_000
    for file in files:
        assert f"`{file.name}`" in licenses
        with np.load(file, allow_pickle=False) as stored:
            assert sorted(stored) == ["X", "classes", "features", "y"]
            assert all(stored[key].dtype.kind in "ufU" for key in stored)
    assert "BSD 3-Clause License" in licenses and "Redistributions in binary form" in licenses


def test_the_generator_writes_the_same_files_again(tmp_path):
    subprocess.run([sys.executable, ROOT / "tools" / "make_datasets.py", "--folder", tmp_path], check=True)
    for name in NAMES:
        with (
            zipfile.ZipFile(FOLDER / f"{name}.npz") as ours,
            zipfile.ZipFile(tmp_path / f"{name}.npz") as new,
        ):
            assert ours.namelist() == new.namelist()
            for entry, again in zip(ours.infolist(), new.infolist(), strict=True):
                assert entry.date_time == again.date_time == (1980, 1, 1, 0, 0, 0)
                assert ours.read(entry) == new.read(again)
