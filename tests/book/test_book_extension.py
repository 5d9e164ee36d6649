"""The Sphinx extension: small books built with it, and its parts one by one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from book_extension import cache, icons, quiz, repository, site  # noqa: E402

ADDRESS = "https://github.com/ada/book"
CHAPTER = """\
# Counting

> **You will** count. **Time** one minute.

> **Predict.** Which number comes next?

> **Task.** Find it.

> **Nobody** in particular said this.

See [Olah 2015](../reference/bibliography.md#olah2015), [a symbol](../reference/bibliography.md#symbols),
and $x^2$.

## Exercises

### Exercise 1.1: count on

Go on.

## Quiz

### Question 1

What comes after $9$?

<details><summary>8</summary>

**No.** That is before. **Right.** would be 10.

</details>
<details><summary>10</summary>

**Right.** One more.

</details>

### Question 2

And then?

<details><summary>9</summary>

</details>
<details><summary>11</summary>

**Right.** One more.

</details>
"""
CELL = """\
from pathlib import Path
from types import SimpleNamespace
import nnkit
ledger = {"CO-1": SimpleNamespace(check=len)}
ledger["CO-1"].check("one"), ledger["CO-1"].check("two")
runs = Path("runs.txt")
runs.write_text(runs.read_text() + "x" if runs.exists() else "x")
print("value is", nnkit.VALUE)
"""
CLAIMS = """\
from types import SimpleNamespace
def chapters():
    return ("counting",)
def load(chapter):
    rest = {"chapter": chapter, "source": "Olah [olah2015]", "seeds": 5, "protocol": "counted",
        "bound": "at least 1", "interval": "1 to 3", "verdict": "depends"}
    texts = {"CO-1": "One is odd", "CO-2": "Two is even"}
    return {name: SimpleNamespace(id=name, sentence=text, **rest) for name, text in texts.items()}
"""
FRONT = """\
# A small book

So far: {progress}`chapters/01-counting`

```{progress}
```
"""
BIB = """\
@misc{olah2015, author = {Olah, Christopher}, title = {Calculus on Computational Graphs}, year = {2015}}
@misc{two-words, author = {Ada}, title = {Notes}, year = {1843}}
"""


class SmallBook:
    """A book of one chapter and one reference page, built with the repository's own configuration."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
        settings["repository"]["url"] = url
        settings["sphinx"]["config"]["extensions"].remove("nnkit.explore.sphinx")  # not in this nnkit
        settings["sphinx"]["local_extensions"] = {"book_extension": str(ROOT / "tools")}
        self.write("_config.yml", yaml.safe_dump(settings))
        self.write(
            "_toc.yml",
            "format: jb-book\nroot: book/index\nchapters:\n"
            "  - file: book/chapters/01-counting\n  - file: book/reference/bibliography\n",
        )
        self.write("references.bib", BIB)
        self.write("nnkit/__init__.py", "VALUE = 7\n")
        self.write("nnkit/course/__init__.py", "")
        self.write("nnkit/course/claims.py", CLAIMS)
        self.write("book/index.md", FRONT)
        self.write(
            "book/reference/bibliography.md",
            "# Bibliography\n\n## Symbols\n\nText.\n\n## Claims\n\n```{claims}\n```\n\n"
            "## Entries\n\n```{bibliography}\n:all:\n```\n",
        )
        self.chapter(CELL)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def chapter(self, code: str) -> None:
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        cells = [
            nbformat.v4.new_markdown_cell(CHAPTER, id="text"),
            nbformat.v4.new_code_cell(code, id="count"),
        ]
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        self.write("book/chapters/01-counting.ipynb", nbformat.writes(notebook))

    def build(self) -> subprocess.CompletedProcess:
        command = Path(sys.executable).with_name("jupyter-book")
        environment = {**os.environ, "PYTHONPATH": "", "GIT_CEILING_DIRECTORIES": str(self.folder.parent)}
        return subprocess.run(
            [str(command), "build", str(self.folder), "-W", "-n", "--keep-going"],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )

    def built(self) -> SmallBook:
        result = self.build()
        assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
        return self

    def page(self, name: str = "book/chapters/01-counting") -> str:
        return (self.folder / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")

    def links(self) -> set[str]:
        return set(re.findall(r'href="(https://[^"]+)"', self.page()))

    @property
    def runs(self) -> int:
        return len((self.folder / "book" / "chapters" / "runs.txt").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def plain_book(tmp_path_factory):
    return SmallBook(tmp_path_factory.mktemp("plain")).built()


# --- The repository's address ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/ada/book",
        "https://github.com/ada/book.git",
        "https://github.com/ada/book/",
        "https://token@github.com/ada/book.git",
        "git@github.com:ada/book.git",
        "ssh://git@github.com/ada/book.git",
        "ssh://git@github.com:22/ada/book",
        " https://github.com/ada/book.git\n",
    ],
)
def test_every_spelling_of_a_github_remote_gives_the_same_https_address(remote):
    assert repository.github_address(remote) == ADDRESS


@pytest.mark.parametrize(
    "remote",
    [
        "",
        "/srv/git/book",
        "https://gitlab.com/ada/book",
        "https://github.com/ada",
        "https://notgithub.com/ada/book",
        "https://github.com.evil.org/ada/book",
        "git@gitlab.com:ada/book.git",
        "https://github.com/ada/book/tree/main",
    ],
)
def test_what_is_not_a_github_repository_gives_no_address(remote):
    assert repository.github_address(remote) is None


def test_an_address_in_the_configuration_that_is_not_on_github_is_refused(tmp_path):
    (tmp_path / "_config.yml").write_text("repository: {url: 'https://example.org/book'}\n", encoding="utf-8")
    with pytest.raises(ValueError) as error:
        repository.repository_address(tmp_path)
    assert str(error.value) == (
        "repository.url in _config.yml must look like https://github.com/owner/name, got "
        "'https://example.org/book'; mend it with `make set-repository URL=https://github.com/owner/name`."
    )


def test_without_an_address_a_page_has_no_launch_and_no_source_buttons(plain_book):
    assert plain_book.links() == set()
    assert "mybinder" not in plain_book.page() and "colab" not in plain_book.page()


def test_the_configured_address_puts_launch_and_source_buttons_on_the_page(tmp_path):
    links = SmallBook(tmp_path, ADDRESS).built().links()
    name = "book/chapters/01-counting"
    assert f"https://mybinder.org/v2/gh/ada/book/main?urlpath=lab/tree/{name}.ipynb" in links
    assert f"https://colab.research.google.com/github/ada/book/blob/main/{name}.ipynb" in links
    assert f"{ADDRESS}/edit/main/{name}.ipynb" in links
    assert ADDRESS in links
    assert any(link.startswith(f"{ADDRESS}/issues/new?") for link in links)


def test_the_git_remote_stands_in_for_the_configured_address(tmp_path):
    book = SmallBook(tmp_path)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(
        ["git", "-C", str(tmp_path), "remote", "add", "origin", "git@github.com:ada/book.git"], check=True
    )
    name = "book/chapters/01-counting"
    links = book.built().links()
    assert f"https://colab.research.google.com/github/ada/book/blob/main/{name}.ipynb" in links


def test_the_configured_address_wins_over_the_git_remote(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(
        ["git", "-C", str(tmp_path), "remote", "add", "origin", "git@github.com:eve/fork.git"], check=True
    )
    assert repository.repository_address(tmp_path) == "https://github.com/eve/fork"
    (tmp_path / "_config.yml").write_text(f"repository: {{url: '{ADDRESS}.git'}}\n", encoding="utf-8")
    assert repository.repository_address(tmp_path) == ADDRESS


# --- Execution and its cache -----------------------------------------------------------------------


def test_a_change_in_the_package_executes_the_chapters_again_and_nothing_else_does(tmp_path):
    book = SmallBook(tmp_path).built()
    assert "value is 7" in book.page()
    assert book.runs == 1
    book.built()
    book.write("book/index.md", "# A small book\n\nOther text.\n")
    assert "Other text" in book.built().page("book/index")
    assert book.runs == 1
    book.write("nnkit/__init__.py", "VALUE = 8\n")
    assert "value is 8" in book.built().page()
    assert book.runs == 2


def test_a_cell_that_fails_fails_the_build_and_shows_its_traceback(tmp_path):
    book = SmallBook(tmp_path)
    book.chapter("1 / 0")
    result = book.build()
    assert result.returncode != 0
    output = result.stdout + result.stderr
    assert "ZeroDivisionError: division by zero" in re.sub(r"\x1b\[[0-9;]*m", "", output)


@pytest.fixture
def sources(tmp_path):
    (tmp_path / "nnkit").mkdir()
    (tmp_path / "nnkit" / "a.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "nnkit" / "data.npz").write_bytes(b"\x00\x01")
    (tmp_path / "requirements.lock").write_text("numpy==2.4\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "nnkit" / "a.py").write_text("x = 2\n", encoding="utf-8"),
        lambda root: (root / "nnkit" / "data.npz").write_bytes(b"\x00\x02"),
        lambda root: (root / "nnkit" / "a.py").rename(root / "nnkit" / "b.py"),
        lambda root: (root / "nnkit" / "new.py").touch(),
        lambda root: (root / "requirements.lock").write_text("numpy==2.5\n", encoding="utf-8"),
    ],
)
def test_the_fingerprint_notices_every_change_that_may_change_an_output(sources, change):
    before = cache.fingerprint(sources)
    change(sources)
    assert cache.fingerprint(sources) != before


def test_the_fingerprint_notices_the_frames_switch_and_overlooks_byte_code(sources, monkeypatch):
    before = cache.fingerprint(sources)
    compiled = sources / "nnkit" / "__pycache__"
    compiled.mkdir()
    (compiled / "a.cpython-311.pyc").write_bytes(b"1")
    assert cache.fingerprint(sources) == before
    monkeypatch.setenv(cache.FRAMES_SWITCH, "0" if os.environ.get(cache.FRAMES_SWITCH) != "0" else "1")
    assert cache.fingerprint(sources) != before


def test_a_cache_is_dropped_once_and_kept_while_the_fingerprint_stays(tmp_path):
    folder = tmp_path / ".jupyter_cache"
    assert cache.drop_stale_cache(folder, "one") is False
    folder.mkdir()
    assert cache.drop_stale_cache(folder, "one") is False
    assert cache.drop_stale_cache(folder, "two") is True
    assert not folder.exists()
    folder.mkdir()
    assert cache.drop_stale_cache(folder, "two") is False


def test_kernels_import_this_checkout_on_one_thread_with_frames(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["/elsewhere", str(tmp_path)]))
    for name in (cache.FRAMES_SWITCH, *cache.THREADS):
        monkeypatch.delenv(name, raising=False)
    cache.prepare_environment(tmp_path)
    assert os.environ["PYTHONPATH"] == os.pathsep.join([str(tmp_path), "/elsewhere"])
    assert sys.path[0] == str(tmp_path)
    assert {os.environ[name] for name in (cache.FRAMES_SWITCH, *cache.THREADS)} == {"1"}
    monkeypatch.setenv(cache.FRAMES_SWITCH, "0")
    cache.prepare_environment(tmp_path)
    assert os.environ[cache.FRAMES_SWITCH] == "0"


def test_the_root_of_the_book_is_found_from_a_folder_of_chapters(tmp_path):
    (tmp_path / "_config.yml").touch()
    chapters = tmp_path / "book" / "chapters"
    chapters.mkdir(parents=True)
    assert cache.book_root(chapters) == tmp_path.resolve()


# --- Patterns, links, and claims -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text"), [("objectives", "You will"), ("predict", "Predict."), ("task", "Task.")]
)
def test_a_known_opening_turns_a_quotation_into_a_box(plain_book, kind, text):
    boxes = re.findall(
        rf'<div class="[^"]*\bbook-box {kind}\b[^"]*">\s*<p><strong>(.*?)</strong>', plain_book.page()
    )
    assert boxes == [text]


def test_another_quotation_stays_a_quotation(plain_book):
    quotations = re.findall(r"<blockquote>(.*?)</blockquote>", plain_book.page(), re.DOTALL)
    assert len(quotations) == 1 and "in particular said this" in quotations[0]


def test_an_exercise_is_a_section_with_a_class(plain_book):
    assert re.search(r'<section class="exercise" id="exercise-1-1-count-on">', plain_book.page())


OPTION = re.compile(
    r'<details class="option" data-question="([0-9a-f]{8})"( data-right)?><summary>(.*?)</summary>'
)


def test_options_of_a_quiz_carry_their_question_and_which_is_right(plain_book):
    page = plain_book.page()
    assert page.count('<section class="question" id="question-') == 2
    assert '<section class="quiz" id="quiz">' in page
    keys, rights, texts = zip(*OPTION.findall(page), strict=True)
    assert texts == ("8", "10", "9", "11")
    assert [bool(right) for right in rights] == [False, True, False, True]  # no feedback is not right
    assert keys[0] == keys[1] != keys[2] == keys[3]


def test_the_front_page_has_the_totals_and_the_keys_of_what_can_be_done(plain_book):
    front, page = plain_book.page("book/index"), plain_book.page()
    key = "how-neural-networks-learn/book/chapters/01-counting"
    asked = list(dict.fromkeys(found[0] for found in OPTION.findall(page)))
    assert (
        f'<span class="book-progress" data-memory="{key}" data-exercises="1.1" '
        f'data-questions="{" ".join(asked)}">1 exercise, 2 questions</span>'
    ) in front
    assert f'<meta name="book-memory" content="{key}">' in page
    assert '<div class="book-memory" data-memory="how-neural-networks-learn/" hidden></div>' in front


def test_the_front_page_shows_how_far_the_reader_is_in_each_chapter():
    chapters = re.findall(r"book/(chapters/\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    front = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    assert chapters
    assert [chapter for chapter in chapters if f"{{progress}}`{chapter}`" not in front] == []


def test_the_script_that_remembers_comes_only_where_there_is_something_to_remember(plain_book):
    assert "memory.js" in plain_book.page() and "memory.js" in plain_book.page("book/index")
    assert "memory.js" not in plain_book.page("book/reference/bibliography")


def test_progress_of_a_page_that_has_nothing_to_mark_fails_the_build(tmp_path):
    book = SmallBook(tmp_path)
    book.write("book/index.md", "# A small book\n\n{progress}`chapters/02-nowhere`\n")
    result = book.build()
    assert result.returncode != 0
    expected = (
        "progress expects the path of a chapter with exercises or a quiz, got book/chapters/02-nowhere."
    )
    assert expected in re.sub(r"\x1b\[[0-9;]*m", "", result.stdout + result.stderr)


def document(text):
    """A document with a quiz of one question, as MyST reads it."""
    return _parsed(f"# Title\n\n## Quiz\n\n### Question 1\n\n{text}\n")


def _parsed(text):
    from docutils.core import publish_doctree
    from myst_parser.docutils_ import Parser

    settings = {"myst_enable_extensions": ["dollarmath"], "raw_enabled": True}
    return publish_doctree(text, parser=Parser(), settings_overrides=settings | {"doctitle_xform": False})


ASKED = "How?\n\n<details><summary>{}</summary>\n\n**Right.** {}\n\n</details>"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (ASKED.format("so", "Yes."), ASKED.format("so", "Indeed."), True),
        (ASKED.format("so", "Yes."), ASKED.format("so", "Yes.").replace("How", "Why"), False),
        (ASKED.format("so", "Yes."), ASKED.format("thus", "Yes."), False),
    ],
    ids=["other feedback", "another question", "another option"],
)
def test_a_question_keeps_its_key_as_long_as_it_asks_the_same(first, second, same):
    keys = [quiz.question_key(next(quiz.questions(document(text)))) for text in (first, second)]
    assert (keys[0] == keys[1]) is same


def test_a_plain_link_reaches_its_entry_of_the_bibliography_and_a_heading(plain_book):
    assert 'href="../reference/bibliography.html#olah2015"' in plain_book.page()
    assert 'href="../reference/bibliography.html#symbols"' in plain_book.page()
    sources = plain_book.page("book/reference/bibliography")
    for key in ("olah2015", "two-words", "symbols"):
        assert f'id="{key}"' in sources


def test_a_link_to_a_missing_entry_fails_the_build(tmp_path):
    book = SmallBook(tmp_path)
    book.write("book/index.md", "# A small book\n\nSee [nobody](reference/bibliography.md#nobody1900).\n")
    result = book.build()
    assert result.returncode != 0
    assert "nobody1900" in result.stdout + result.stderr


def test_the_ledger_shows_a_row_with_anchor_links_and_a_worded_verdict(plain_book):
    page = plain_book.page("book/reference/bibliography")
    row = re.search(r'<tr[^>]*id="CO-1"[^>]*>(.*?)</tr>', page, re.DOTALL).group(1)
    assert 'href="../chapters/01-counting.html#CO-1"' in row
    assert re.search(r'href="[^"]*#olah2015"', row)
    assert '<span class="nn-verdict nn-depends">depends</span>' in row
    text = re.sub(r"<[^>]+>", " ", row).split()
    after = "One is odd Olah olah2015 counted 5 seeds at least 1 measured 1 to 3 depends"
    assert " ".join(text) == f"CO-1 reproduce {after}"


def test_a_claim_leads_to_the_cell_that_measures_it_if_one_does(plain_book):
    ledger, chapter = plain_book.page("book/reference/bibliography"), plain_book.page()
    assert re.findall(r'href="([^"]*#measured-[^"]*)"', ledger) == [
        "../chapters/01-counting.html#measured-CO-1"
    ]
    assert re.findall(r'id="(measured-[^"]*)"', chapter) == ["measured-CO-1"]
    assert ledger.count("reproduce") == 1


def test_the_filters_of_the_ledger_wait_for_their_script(plain_book):
    ledger = plain_book.page("book/reference/bibliography")
    form = re.search(r"<form class=\"ledger-filters\"[^>]*hidden>(.*?)</form>", ledger, re.DOTALL)[1]
    options = re.findall(r'<option value="([^"]*)">([^<]*)<', form)
    verdicts = [(name, name) for name in ("holds", "depends", "fails")]
    assert options == [("", "all"), ("counting", "Counting"), ("", "all"), *verdicts]
    assert "ledger.js" in ledger and "ledger.js" not in plain_book.page("book/index")


# --- The site's files ------------------------------------------------------------------------------


def test_the_site_carries_mathjax_without_what_no_page_loads(plain_book):
    static = plain_book.folder / "_build" / "html" / "_static"
    files = [path for path in (static / "mathjax").rglob("*") if path.is_file()]
    assert static / "mathjax" / "tex-chtml.js" in files
    assert any(path.suffix == ".woff" for path in files)
    assert sum(path.stat().st_size for path in files) < 3_000_000
    assert "_static/mathjax/tex-chtml.js" in plain_book.page()
    assert "tex-chtml.js" not in plain_book.page("book/index")


def test_no_source_map_and_no_second_copy_of_a_font_is_published(plain_book):
    static = plain_book.folder / "_build" / "html" / "_static"
    assert [path.name for path in static.rglob("*") if path.suffix in {".map", ".ttf"}] == []


def test_the_first_page_of_the_site_escapes_its_title():
    page = site.first_page("Nets & <b>", "book/index.html")
    assert "<title>Nets &amp; &lt;b&gt;</title>" in page
    assert 'content="0; url=book/index.html"' in page


def test_icons_are_read_from_class_names_without_the_words_for_styles():
    page = (
        '<i class="fa-solid fa-sun fa-lg" data-x></i><span class="fas fa-pencil-alt"></span><p class="fable">'
    )
    assert icons.icon_names(page) == {"sun", "pencil-alt"}


SCRIPT = (
    '{sun:[512,512,[9728],"f185","M1 outline"],"circle-x":[10,20,[],"f000","M2 other"]},'
    '{sun:[512,512,[9728],"f185","M3 filled"],pencil:[512,512,[9999,"pencil-alt"],"f303","M4 pencil"]}'
)


@pytest.mark.parametrize(
    ("name", "icon"),
    [
        ("sun", (512, 512, "M3 filled")),
        ("pencil-alt", (512, 512, "M4 pencil")),
        ("circle-x", (10, 20, "M2 other")),
        ("un", None),
        ("x", None),
    ],
)
def test_an_icon_is_found_by_name_or_alias_in_its_filled_style(name, icon):
    assert icons.find_icon(SCRIPT, name) == icon


def test_the_icon_script_is_kept_whole_when_an_icon_is_not_in_it(tmp_path):
    script = tmp_path / icons.SCRIPT
    script.parent.mkdir(parents=True)
    script.write_text(SCRIPT, encoding="utf-8")
    assert icons.reduce_script(tmp_path) is False
    assert script.read_text(encoding="utf-8") == SCRIPT


def test_the_small_icon_script_replaces_the_large_one_and_survives_a_second_build(plain_book):
    script = plain_book.folder / "_build" / "html" / icons.SCRIPT
    assert script.stat().st_size < 20_000
    text = script.read_text(encoding="utf-8")
    assert icons.reduce_script(plain_book.folder / "_build" / "html") is True
    assert script.read_text(encoding="utf-8") == text


def test_the_stylesheet_knows_every_box_and_every_verdict():
    sheet = (ROOT / "tools" / "book_extension" / "static" / "book.css").read_text(encoding="utf-8")
    for name in (
        "objectives",
        "predict",
        "task",
        "exercise",
        "question",
        "nn-holds",
        "nn-depends",
        "nn-fails",
    ):
        assert f".{name}" in sheet
    assert "url(" not in sheet and "@import" not in sheet


def test_the_configuration_asks_for_what_the_extension_relies_on():
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config = settings["sphinx"]["config"]
    assert settings["execute"]["execute_notebooks"] == "cache"
    assert config["nb_execution_raise_on_error"] is True
    assert config["nb_ipywidgets_js"] == {}
    assert config["html_show_search_summary"] is False
    assert config["bibtex_cite_id"] == "{key}"
    assert not {"sphinx_thebe", "sphinx_comments", "sphinx.ext.intersphinx"} & set(config["extensions"])
