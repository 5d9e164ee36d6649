"""The chapters' normal form, the runner, and the repository's address."""

import base64
import copy
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import install_cell
import nbformat
import normal_form
import notebooks
import pytest
import set_repository
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "https://github.com/ada/learning"


def png(color=(200, 30, 30), level=6, size=(20, 10)):
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG", compress_level=level)
    return base64.b64encode(buffer.getvalue()).decode()


def code(name, source, outputs=(), count=7, **metadata):
    cell = {"cell_type": "code", "id": name, "source": source, "metadata": metadata}
    return cell | {"outputs": list(outputs), "execution_count": count}


def markdown(name, source):
    return {"cell_type": "markdown", "id": name, "source": source, "metadata": {}}


def notebook(*cells, **metadata):
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}


def display(**data):
    mimes = {"text": "text/plain", "html": "text/html", "png": "image/png", "view": normal_form.WIDGET_VIEW}
    mimes |= {"explorer": normal_form.EXPLORER}
    data = {mimes[name]: content for name, content in data.items()}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def normal_outputs(*outputs):
    return normal_form.normalize(notebook(code("cell-of-it", "x", outputs)))["cells"][0]["outputs"]


def test_normalizing_twice_is_normalizing_once():
    first = normal_form.normalize(
        notebook(
            markdown("title", ["# Title\n", "\n", "Text\n"]),
            code("plot", "plot()\n", [display(png=png() + "\n", text="<Figure>")], tags=["b", "a", "b"]),
            code("explorer", "explore()", [display(html="<b>", text="Explorer", view={"model_id": "7f"})]),
        )
    )
    assert normal_form.normalize(first) == first


def test_a_normal_file_is_what_nbformat_writes():
    text = normal_form.dumps(
        normal_form.normalize(notebook(markdown("title", "# α"), code("one", "x\ny", count=1)))
    )
    node = nbformat.reads(text, as_version=4)
    nbformat.validate(node)
    assert nbformat.writes(node) + "\n" == text


def test_the_argument_stays_as_it_is():
    given = notebook(code("plot", "x\n", [display(png=png() + "\n")], scrolled=True))
    before = copy.deepcopy(given)
    normal_form.normalize(given)
    assert given == before


def test_cells_are_counted_in_order_and_a_cell_never_run_stays_uncounted():
    result = {
        "output_type": "execute_result",
        "data": {"text/plain": "1"},
        "metadata": {},
        "execution_count": 31,
    }
    cells = [
        code("one", "1", [result], count=31),
        markdown("text", "t"),
        code("two", "2", count=None),
        code("three", "3"),
    ]
    normal = normal_form.normalize(notebook(*cells))["cells"]
    assert [cell.get("execution_count", "text") for cell in normal] == [1, "text", None, 3]
    assert normal[0]["outputs"][0]["execution_count"] == 1


def test_only_known_metadata_stays():
    given = notebook(
        code(
            "one",
            "1",
            scrolled=True,
            execution={"iopub.status.busy": "now"},
            tags=["set-up"],
            mystnb={"image": {}},
        ),
        widgets={"state": {}},
        kernelspec={"name": "my-env", "display_name": "mine"},
        nnkit={"givens": [0.5]},
    )
    normal = normal_form.normalize(given)
    assert normal["cells"][0]["metadata"] == {"tags": ["set-up"], "mystnb": {"image": {}}}
    assert normal["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3"},
        "nnkit": {"givens": [0.5]},
    }
    assert (normal["nbformat"], normal["nbformat_minor"]) == (4, 5)


def test_neighboring_streams_of_one_name_are_one_text():
    def stream(name, text):
        return {"output_type": "stream", "name": name, "text": text}

    outputs = normal_outputs(stream("stdout", "a"), stream("stdout", ["b\n", "c"]), stream("stderr", "d"))
    assert [(output["name"], output["text"]) for output in outputs] == [
        ("stdout", ["ab\n", "c"]),
        ("stderr", ["d"]),
    ]


def test_an_explorer_keeps_its_text_and_picture_and_loses_html_and_view():
    for mark in ({"view": {"model_id": "7f"}}, {"explorer": {"controls": []}}):
        (output,) = normal_outputs(display(html="<svg/>", text="Explorer", png="iVBORw0KGgo=", **mark))
        kept = {"text/plain": ["Explorer"], "image/png": "iVBORw0KGgo="}
        explorer = {normal_form.EXPLORER: {"controls": []}} if "explorer" in mark else {}
        assert output["data"] == kept | explorer


def test_html_without_a_widget_stays():
    (output,) = normal_outputs(display(html="<table>\n</table>", text="a table"))
    assert output["data"]["text/html"] == ["<table>\n", "</table>"]


def test_a_traceback_is_reduced_to_its_message():
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "no",
        "traceback": ["/home/me/x.py", "0x7f"],
    }
    (output,) = normal_outputs(error)
    assert output["traceback"] == ["ValueError: no"]


def test_of_an_outputs_metadata_the_size_of_an_image_stays():
    shown = display(png="iVBORw0KGgo=", text="x")
    shown["metadata"] = {"needs_background": "light", "image/png": {"width": 300, "unknown": 1}}
    (output,) = normal_outputs(shown)
    assert output["metadata"] == {"image/png": {"width": 300}}


@pytest.mark.parametrize(
    "name", ["first-gradient", "exercise-3-1", "layer2", "w5", "bp-3", "sgd-beats-adam2"]
)
def test_words_with_hyphens_are_ids(name):
    assert normal_form.is_meaningful_id(name)


@pytest.mark.parametrize(
    "name",
    [
        "5f3a9b2c",
        "a1b2c3d4",
        "e1234567",
        "First-gradient",
        "first_gradient",
        "first--step",
        "-a",
        "cell-12",
        "code3",
        "8HeTvb0Mw3xQ",
        "d3b07384-d9a0-4c3b-8f6e-2a1b3c4d5e6f",
        "untitled",
    ],
)
def test_random_and_empty_ids_are_refused(name):
    assert not normal_form.is_meaningful_id(name)


def test_problems_name_the_cell_and_the_remedy():
    noise = Image.effect_noise((200, 200), 90)  # what no compression shrinks
    buffer = io.BytesIO()
    noise.save(buffer, "PNG")
    size = len(buffer.getvalue()) / 1000
    heavy = base64.b64encode(buffer.getvalue()).decode()
    nameless = code("x", "1")
    del nameless["id"]
    found = normal_form.problems(
        notebook(
            nameless,
            code("5f3a9b2c", "1"),
            code("again", "1"),
            code("again", "1"),
            code("idle", "1", count=None),
            code("noise", "1", [display(png=heavy)]),
            {**markdown("attached", "![](attachment:a.png)"), "attachments": {}},
        )
    )
    assert size > 30
    assert found == [
        "cell number 1: has no id; give it one of lowercase words, such as first-gradient.",
        "cell 5f3a9b2c: the id says nothing; use words and hyphens, such as first-gradient.",
        "cell again: another cell has this id; ids are unique in a chapter.",
        "cell idle: was never run, so nothing checks it; run: make notebooks.",
        f"cell noise: its image/png has {size:.1f} kB, the limit is 30 kB; "
        "draw it smaller or with fewer colors.",
        "cell attached: holds an attached image; draw it in a cell, or link to a file.",
    ]


def test_an_image_keeps_its_bytes_exactly_while_its_pixels_stay():
    old, same, other = png(level=1), png(level=9), png(color=(0, 0, 0))
    assert old != same
    stored = notebook(code("plot", "p", [display(png=old)]), code("gone", "p", [display(png=old)]))
    for new, kept in ((same, old), (other, other)):
        ran = notebook(code("plot", "p", [display(png=new)]))
        outputs = notebooks.keep_equal_images(stored, ran)["cells"][0]["outputs"]
        assert outputs[0]["data"]["image/png"] == kept


@pytest.fixture
def chapter(tmp_path):
    """A chapter on disk that was never run; a plain folder, so no address."""
    path = tmp_path / "03-small.ipynb"
    source = (
        "import os\nfrom os import environ\n"
        "print('frames', environ['NNKIT_EXPLORER_FRAMES'], 'threads', environ['OMP_NUM_THREADS'])\n"
        "print(os.getcwd())"
    )
    cells = [
        markdown("title", "# Small"),
        code("numbers", source, count=None),
        code("sum", "1 + 1", count=None),
    ]
    path.write_text(json.dumps(notebook(*cells)))
    return path


def test_running_stores_a_chapter_that_passes_its_check_and_nbval(chapter, monkeypatch):
    monkeypatch.setattr(notebooks, "ROOT", ROOT)
    assert notebooks.run_file(chapter) == []
    first = chapter.read_bytes()
    cells = notebooks.read(chapter)["cells"]
    assert cells[1]["outputs"][0]["text"] == ["frames 0 threads 1\n", f"{chapter.parent}\n"]
    assert cells[2]["outputs"][0]["data"] == {"text/plain": ["2"]}
    assert notebooks.check_file(chapter) == []

    assert notebooks.run_file(chapter) == []
    assert chapter.read_bytes() == first

    def nbval():
        command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-c", "/dev/null"]
        environment = {**notebooks._kernel_environment(), "PYTHONWARNINGS": "ignore"}
        return subprocess.run(
            [*command, chapter], env=environment, cwd=chapter.parent, capture_output=True
        ).returncode

    assert nbval() == 0
    chapter.write_text(chapter.read_text().replace('"2"', '"3"'))
    assert nbval() == 1


def test_a_chapter_that_raises_is_left_as_it_was(chapter):
    chapter.write_text(chapter.read_text().replace("1 + 1", "1 / 0"))
    before = chapter.read_bytes()
    (problem,) = notebooks.run_file(chapter)
    assert problem.startswith("cell sum: the run stopped here.\n")
    assert "ZeroDivisionError: division by zero" in problem
    assert chapter.read_bytes() == before


def test_check_says_which_cells_are_not_in_normal_form(chapter, capsys):
    given = notebook(code("one", "1\n\n", count=1), code("two", "2", count=2))
    chapter.write_text(json.dumps(given))
    assert notebooks.main(["check", str(chapter)]) == 1
    assert capsys.readouterr().err == f"{chapter}: not in normal form (cells one, two); run: make format.\n"
    assert notebooks.main(["normalize", str(chapter)]) == 0
    assert notebooks.main(["check", str(chapter)]) == 0


def test_a_file_that_is_no_notebook_is_refused(tmp_path):
    path = tmp_path / "x.ipynb"
    path.write_text("{}")
    message = f"{path} is not a notebook of format 4; save it again with a current Jupyter."
    with pytest.raises(ValueError) as caught:
        notebooks.read(path)
    assert str(caught.value) == message


def test_find_takes_a_number_a_name_or_a_path(tmp_path):
    paths = [tmp_path / "03-backpropagation.ipynb", tmp_path / "04-losses.ipynb"]
    for path in paths:
        path.write_text("{}")
    for wanted in (
        "03",
        "backpropagation",
        "03-backpropagation.ipynb",
        "book/chapters/03-backpropagation.ipynb",
    ):
        assert notebooks.find(wanted, tmp_path) == paths[:1]
    assert notebooks.find("", tmp_path) == paths
    with pytest.raises(ValueError) as caught:
        notebooks.find("05", tmp_path)
    assert str(caught.value) == (
        f"No chapter is named '05'; the chapters in {tmp_path} are: 03-backpropagation, 04-losses."
    )


@pytest.mark.parametrize("url", [ADDRESS, f"{ADDRESS}/", f"{ADDRESS}.git", f" {ADDRESS}\n"])
def test_an_address_is_taken_in_each_of_its_forms(url):
    assert install_cell.parse_address(url) == ADDRESS


@pytest.mark.parametrize(
    "url",
    [
        "git@github.com:ada/learning.git",
        "http://github.com/ada/learning",
        "https://gitlab.com/ada/learning",
        "https://github.com/ada",
        "https://github.com/ada/learning/tree/main",
        "",
        'https://github.com/a/b"; rm x',
    ],
)
def test_any_other_address_is_refused(url):
    with pytest.raises(ValueError) as caught:
        install_cell.parse_address(url)
    assert str(caught.value) == (
        f"The address must read https://github.com/owner/name, got {url!r}; "
        "copy it from the browser's address bar on the repository's front page."
    )


def test_the_install_cell_stands_before_the_first_code_and_only_with_an_address():
    given = notebook(markdown("title", "# T"), code("set-up", "import nnkit"), code("next", "1"))
    with_cell = install_cell.with_install_cell(given, ADDRESS)
    assert [cell["id"] for cell in with_cell["cells"]] == ["title", "install", "set-up", "next"]
    assert install_cell.with_install_cell(with_cell, ADDRESS) == with_cell
    assert install_cell.with_install_cell(with_cell, "") == given


def test_the_install_cell_does_nothing_where_nnkit_is_found():
    from IPython.core.inputtransformer2 import TransformerManager

    cell = install_cell.with_install_cell(notebook(code("set-up", "1")), ADDRESS)["cells"][0]
    python = TransformerManager().transform_cell("".join(cell["source"]))
    asked = []

    class Shell:
        def run_line_magic(self, name, line):
            asked.append((name, line))

    exec(python, {"get_ipython": Shell})
    assert asked == []
    exec(python.replace('find_spec("nnkit")', 'find_spec("no_such_module")'), {"get_ipython": Shell})
    assert asked == [("pip", f'install --quiet "nnkit-book[plots,widgets] @ git+{ADDRESS}"')]


@pytest.fixture
def repository(tmp_path, chapter):
    """A copy of the files that hold the address, with one chapter."""
    shutil.copy(ROOT / "_config.yml", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    set_repository.in_config((tmp_path / "_config.yml").read_text(), "")
    marks = f"{set_repository.README_START}\n{set_repository.README_END}"
    (tmp_path / "README.md").write_text(f"# Book\n\nInstall it:\n{marks}\n\nRead it.\n")
    (tmp_path / "book" / "chapters").mkdir(parents=True)
    path = tmp_path / "book" / "chapters" / chapter.name
    shutil.move(chapter, path)
    notebooks.normalize_file(path)
    set_repository.set_repository(tmp_path, "")
    return tmp_path


def contents(folder):
    return {path: path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_address_is_written_everywhere_once_and_taken_out_again(repository):
    import tomllib

    import yaml

    without = contents(repository)
    changed = set_repository.set_repository(repository, f"{ADDRESS}.git")
    names = ["_config.yml", "README.md", "pyproject.toml", "book/chapters/03-small.ipynb"]
    assert changed == [repository / name for name in names]
    config = yaml.safe_load((repository / "_config.yml").read_text())
    assert config["repository"]["url"] == ADDRESS
    config["repository"]["url"] = ""
    assert config == yaml.safe_load(without[repository / "_config.yml"]) | {
        "repository": config["repository"]
    }
    assert install_cell.configured_address(repository) == ADDRESS
    line = f'pip install "nnkit-book[plots,widgets] @ git+{ADDRESS}"'
    assert line in (repository / "README.md").read_text()
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    assert project["urls"] == {"Repository": ADDRESS, "Issues": f"{ADDRESS}/issues"}
    cells = notebooks.read(repository / "book" / "chapters" / "03-small.ipynb")["cells"]
    assert [cell["id"] for cell in cells] == ["title", "install", "numbers", "sum"]

    assert set_repository.set_repository(repository, ADDRESS) == []
    other = "https://github.com/grace/learning"
    assert set_repository.set_repository(repository, other) == changed
    assert not any(ADDRESS in text for text in contents(repository).values())

    assert set_repository.set_repository(repository, "") == changed
    assert contents(repository) == without


def test_a_wrong_address_changes_nothing(repository):
    before = contents(repository)
    with pytest.raises(ValueError, match=r"The address must read https://github\.com/owner/name, got 'ada';"):
        set_repository.set_repository(repository, "ada")
    assert contents(repository) == before


def test_a_readme_without_its_markers_is_refused():
    with pytest.raises(ValueError) as caught:
        set_repository.in_readme("# Book", ADDRESS)
    assert str(caught.value) == (
        "README.md has no place for the address; put <!-- repository:install --> and "
        "<!-- /repository:install --> into it."
    )


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("title: T\n", f'title: T\n\nrepository:\n  url: "{ADDRESS}"\n'),
        ("repository:\n  branch: main\n", f'repository:\n  url: "{ADDRESS}"\n  branch: main\n'),
        ('repository:\n  url: ""  # why\n', f'repository:\n  url: "{ADDRESS}"  # why\n'),
        ("repository:\n  branch: main\n  url: x\nhtml:\n  url: y\n", None),
    ],
)
def test_the_configuration_keeps_everything_else(config, expected):
    new = set_repository.in_config(config, ADDRESS)
    assert new == (expected or config.replace("url: x", f'url: "{ADDRESS}"'))


def test_the_chapters_of_the_book_are_in_normal_form():
    for path in sorted((ROOT / "book" / "chapters").glob("*.ipynb")):
        assert notebooks.check_file(path) == [], f"{path.name}: run make format"
