"""Elements of HTML and SVG, from which a page is put together such that no text becomes markup.

`Html` is what may stand in a page as it is. Only `text` and `element` make it, and both escape.
"""

from __future__ import annotations

import html
from typing import NewType

Html = NewType("Html", str)

NOTHING = Html("")
_VOID = ("link", "meta", "br")


def text(of: str) -> Html:
    """A text in which nothing is markup."""
    return Html(html.escape(of))


def element(name: str, /, *children: Html, **attributes: str | None) -> Html:
    """An element; ``class_`` becomes ``class``, ``x_y`` ``x-y``, and what is None is left out."""
    given = "".join(
        f' {_called(key)}="{html.escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{''.join(children)}</{name}>")


def _called(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def join(*parts: Html) -> Html:
    """Parts one after the other."""
    return Html("".join(parts))


def lines(*parts: Html) -> Html:
    """Parts on lines of their own, for whoever reads the source."""
    return Html("\n".join(filter(None, parts)))


def section(title: str, *children: Html, class_: str | None = None) -> Html:
    """A section with its heading."""
    id = "-".join(title.lower().split())
    heading = element("h2", text(title), id=id)
    return element("section", lines(heading, *children), class_=class_, aria_labelledby=id)


def pre(of: str, *, name: str, class_: str | None = None) -> Html:
    """Lines as they were printed; ``name`` says to those who hear the page what they are."""
    code = element("code", text(of))
    # It can get long: who has no mouse must be able to reach it.
    return element("pre", code, class_=class_, tabindex="0", role="group", aria_label=name)


def facts(*known: tuple[str, Html]) -> Html:
    """What is known, by name; what is not known is left out."""
    pairs = [join(element("dt", text(name)), element("dd", of)) for name, of in known if of]
    return element("dl", *pairs, class_="facts") if pairs else NOTHING


def table(
    titles: list[str], rows: list[list[Html]], *, figures: tuple[str, ...] = (), class_: str
) -> Html:
    """A table.

    Args:
        titles: the names of the columns; the first one's cells are the rows' names.
        rows: the cells.
        figures: the columns that hold figures.
        class_: ``wide`` becomes a list of cards where the page is narrow.
    """

    def kind(title: str) -> str | None:
        return "figure" if title in figures else "name" if title == titles[0] else None

    head = [element("th", text(title), scope="col", class_=kind(title)) for title in titles]
    body = [
        element(
            "tr",
            *(
                element("td", cell, class_=kind(title), data_name=title)
                for title, cell in zip(titles, row, strict=True)
            ),
        )
        for row in rows
    ]
    return element(
        "table",
        element("thead", element("tr", *head)),
        element("tbody", lines(*body)),
        class_=class_,
    )
