"""How docstrings become the API page. What they say stands in `nnkit`."""

from __future__ import annotations

from sphinx.application import Sphinx


def keep_first_sentence(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Keep napoleon from reading "All buffers, named: ..." of a property as a type and its description."""
    if what in ("property", "attribute") and lines and lines[0].strip():
        lines.insert(0, "")


def skip_generated(
    app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object
) -> bool | None:
    """Leave out the fields of a named tuple, which its own docstring describes better."""
    generated = (getattr(obj, "__doc__", None) or "").startswith("Alias for field number")
    return True if generated else None


def setup(app: Sphinx) -> None:
    """Connect before napoleon, which listens at the default priority of 500."""
    app.connect("autodoc-process-docstring", keep_first_sentence, priority=400)
    app.connect("autodoc-skip-member", skip_generated)
