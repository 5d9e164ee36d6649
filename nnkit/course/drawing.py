"""Text in the drawings of templates, the same in every chapter's explorers.

What a drawing shows, and where, is the explorer's business; slots are filled by `nnkit.explore.template`.
"""

from nnkit.plots import style


def text(
    x: float,
    y: float,
    words: str = "?",
    *,
    slot: str = "",
    color: str = style.INK,
    size: int = 15,
    anchor: str = "middle",
    **attributes: str,
) -> str:
    """Return one line of SVG text.

    Parameters
    ----------
    x, y : float
        Its place: the middle of the line, or the end that `anchor` names, on the base line.
    words : str
        What it says, where no slot fills it.
    slot : str
        Of the words, if they change.
    color : str
        Of the words, if it stays.
    size : int
        Of the font.
    anchor : {"start", "middle", "end"}
        Which part of the line stands at `x`.
    **attributes : str
        Attribute and slot, if an attribute changes: ``fill="ink_w1"``.

    Returns
    -------
    str

    Examples
    --------
    >>> text(10, 20, "E", slot="error", opacity="seen", color="black", size=12)
    '<text x="10" y="20" fill="black" font-size="12" font-family="sans-serif" text-anchor="middle" \
data-text="error" data-attr="opacity:seen">E</text>'
    """
    pairs = " ".join(f"{attribute}:{name}" for attribute, name in attributes.items() if name)
    marks = f' data-text="{slot}"' * bool(slot) + f' data-attr="{pairs}"' * bool(pairs)
    look = f'fill="{color}" font-size="{size}" font-family="sans-serif" text-anchor="{anchor}"'
    return f'<text x="{x:g}" y="{y:g}" {look}{marks}>{words}</text>'
