"""The questions of a chapter's section "Quiz" as cards, each option with what the page's script has to know.

What was answered is kept by `memory.js`; without a script each option opens and shows its feedback.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

_QUESTION = re.compile(r"Question \d+$")
_OPTION = re.compile(r"<details>(?=\s*<summary>)")
_SUMMARY = re.compile(r"<summary>(.*?)</summary>", re.DOTALL)


def questions(document: nodes.document) -> Iterator[nodes.section]:
    """The sections of a chapter that are questions of its quiz."""
    for quiz in document.findall(nodes.section):
        if quiz.next_node(nodes.title).astext() == "Quiz":
            for section in quiz.children:
                if isinstance(section, nodes.section) and _QUESTION.match(section[0].astext()):
                    yield section


def question_key(question: nodes.section) -> str:
    """Eight hexadecimal digits for what is asked and what can be answered.

    A question that moves, or gets other feedback, keeps its key; one that asks something else does not.
    """
    asked = []
    for child in question.children[1:]:  # without the title, which holds the number
        if isinstance(child, nodes.raw) and _OPTION.search(child.astext()):
            break
        asked.append(child.astext())
    options = [option for raw in question.findall(nodes.raw) for option in _SUMMARY.findall(raw.astext())]
    text = "\n".join([*asked, *options]).encode()
    return hashlib.sha256(text).hexdigest()[:8]


def right_options(question: nodes.section) -> list[bool]:
    """For each option, whether the first bold words of its feedback are "Right."."""
    found: list[bool | None] = []
    for node in question.findall():
        if isinstance(node, nodes.raw):
            found += [None] * len(_OPTION.findall(node.astext()))
        elif isinstance(node, nodes.strong) and found and found[-1] is None:
            found[-1] = node.astext() == "Right."
    return [right is True for right in found]


class NameQuestions(SphinxTransform):
    """Give a quiz, its questions and their options names that the stylesheet and the script can reach."""

    default_priority = 401

    def apply(self, **kwargs: object) -> None:
        for question in list(questions(self.document)):
            question["classes"].append("question")
            if "quiz" not in question.parent["classes"]:
                question.parent["classes"].append("quiz")
            self._name_options(question)

    def _name_options(self, question: nodes.section) -> None:
        key, right = question_key(question), iter(right_options(question))
        question["question_key"] = key  # read by `memory`: the options change below

        def opening(_: re.Match[str]) -> str:
            mark = " data-right" if next(right) else ""
            return f'<details class="option" data-question="{key}"{mark}>'

        for raw in list(question.findall(nodes.raw)):
            named = nodes.raw("", _OPTION.sub(opening, raw.astext()), format="html")
            named.source, named.line = raw.source, raw.line
            raw.replace_self(named)


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_transform(NameQuestions)
