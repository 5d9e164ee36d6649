"""Templates: one SVG or HTML fragment with named slots, whose states are a few texts and attributes each.

A slot is filled by name; where the values come from is the explorer's business.
"""

import copy
from collections.abc import Mapping
from xml.etree import ElementTree

from nnkit.explore.pictures import themed


class Template:
    """A fragment with slots for texts (``data-text``) and attributes (``data-attr``).

    Parameters
    ----------
    markup : str
        Well-formed SVG or HTML with one root element. ``data-text="slot"`` names the slot of an element's
        text, ``data-attr="cx:slot y:other"`` those of its attributes, ``data-pick="control:3"`` makes the
        element a button that sets the control to its value number 3.

    Raises
    ------
    ValueError
        If the markup is not well formed, has no slot, or marks one in a way that cannot be filled.

    Examples
    --------
    >>> template = Template('<p>e = <b data-text="e">?</b></p>')
    >>> template.slots
    ('e',)
    >>> template.filled({"e": "6"})
    '<p>e = <b data-text="e">6</b></p>'
    """

    def __init__(self, markup: str) -> None:
        try:
            self.root = ElementTree.fromstring(markup)
        except ElementTree.ParseError as error:
            raise ValueError(
                f"Template expects well-formed markup with one root element: {error}."
            ) from error
        names = [name for element in self.root.iter() for _, name in _bindings(element)]
        if not names:
            raise ValueError('Template expects at least one slot; mark an element with data-text="name".')
        if taken := {"sentence", "picture"} & set(names):
            raise ValueError(
                f"Template keeps the name {' and '.join(sorted(taken))} for itself; rename the slot."
            )
        self.slots = tuple(dict.fromkeys(names))
        self.picks = tuple(
            pick for element in self.root.iter() if (pick := element.get("data-pick")) is not None
        )

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the markup with every slot filled.

        Parameters
        ----------
        values : mapping of slot name to text
            A text for every slot of the template.

        Returns
        -------
        str

        Raises
        ------
        ValueError
            If a slot is missing, or a name is none of the slots.
        """
        return _written(self._fill(values))

    def picture(self, values: Mapping[str, str]) -> str | None:
        """Return the first ``<svg>`` of the filled template as a document of its own, or None without one."""
        root = self._fill(values)
        drawing = root if root.tag == "svg" else root.find(".//svg")
        if drawing is None:
            return None
        drawing.set("xmlns", "http://www.w3.org/2000/svg")
        return _written(drawing)

    def check(self, values: Mapping[str, str]) -> None:
        """Refuse texts that do not fit the slots; fills nothing.

        Parameters
        ----------
        values : mapping of slot name to text

        Raises
        ------
        ValueError
            If a slot is missing, or a name is none of the slots.
        """
        missing = [name for name in self.slots if name not in values]
        unknown = [name for name in values if name not in self.slots]
        if missing or unknown:
            found = "".join(
                [f"; nothing came for {', '.join(missing)}"] * bool(missing)
                + [f"; {', '.join(unknown)} is none of them"] * bool(unknown)
            )
            raise ValueError(f"the template expects a text for each of its slots{found}.")

    def _fill(self, values: Mapping[str, str]) -> ElementTree.Element:
        self.check(values)
        root = copy.deepcopy(self.root)
        for element in root.iter():
            for attribute, name in _bindings(element):
                if attribute is None:
                    element.text = str(values[name])
                else:
                    element.set(attribute, str(values[name]))
        return root


def _bindings(element: ElementTree.Element) -> list[tuple[str | None, str]]:
    """List the slots of one element: (attribute, slot), with None for its text."""
    found: list[tuple[str | None, str]] = []
    if "data-text" in element.attrib:
        name = element.get("data-text", "")
        if len(name.split()) != 1 or len(element):
            raise ValueError(
                f"Template expects data-text to name one slot of an element without children, "
                f"got {name!r} in <{element.tag}>."
            )
        found.append((None, name))
    for pair in element.get("data-attr", "").split():
        attribute, _, name = pair.partition(":")
        if not (attribute and name):
            raise ValueError(f"Template expects data-attr to hold pairs attribute:slot, got {pair!r}.")
        found.append((attribute, name))
    return found


def _written(root: ElementTree.Element) -> str:
    return themed(ElementTree.tostring(root, encoding="unicode", method="xml", short_empty_elements=False))
