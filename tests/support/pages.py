"""An HTML report as a parser reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "input"})


@dataclass(slots=True)
class Element:
    """One element: its tag, its attributes, the tags that it stands in, and its texts and elements in order."""

    tag: str
    attributes: dict[str, str]
    above: tuple[str, ...]
    parts: list[Element | str] = field(default_factory=list)

    @property
    def inside(self) -> list[Element]:
        """The elements that stand in it directly."""
        return [part for part in self.parts if isinstance(part, Element)]

    @property
    def text(self) -> str:
        """The text that stands in it directly."""
        return "".join(part for part in self.parts if isinstance(part, str))

    def all(self, tag: str) -> Iterator[Element]:
        """The elements of this tag within it, in order."""
        for element in self.inside:
            if element.tag == tag:
                yield element
            yield from element.all(tag)

    @property
    def words(self) -> str:
        """All text in it, without more than one space."""
        return " ".join("".join(part if isinstance(part, str) else f" {part.words} " for part in self.parts).split())


class Reader(HTMLParser):
    """Builds the tree; an end tag that closes nothing, or an element left open, is an error."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, ())
        self._open = [self.root]
        self.elements: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        assert len(dict(attrs)) == len(attrs), attrs
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(e.tag for e in self._open[1:]))
        self._open[-1].parts.append(element)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of SVG without content."""
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which must be of this tag."""
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        """Text."""
        self._open[-1].parts.append(data)

    def handle_comment(self, data: str) -> None:
        """No comment belongs in a report."""
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        """Nor does a processing instruction."""
        raise AssertionError(data)


def read(page: str) -> Reader:
    """The page, read to its end."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert len(reader._open) == 1
    return reader
