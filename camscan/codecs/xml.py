"""Parses XML of hostile and careless devices: bounded before parsing, and tolerant of common mistakes.

Refused before parsing: any DOCTYPE or entity, and documents with too many bytes or elements. Tolerated: text before the
declaration or after the root, the head of a MIME part, a wrong charset, control characters, a bare "&". The parser only
gets UTF-8 without a declaration, so that no charset can hide a DOCTYPE from the check.

A truncated document may end in the middle of a value. That value is used only if its beginning is as informative as the
whole (`in_part`), and never for unique values such as a number, a name or an address.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from camscan.codecs.text import to_text
from camscan.errors import DecodeError

MAX_SIZE = 1024 * 1024  # bytes; old expat needs quadratic time for a long token, 0.2 s for one of 1 MiB in small pieces
MAX_DEPTH = 64  # levels; SOAP answers have about ten
MAX_TAGS = 20_000  # opening and closing tags; the largest capability lists have about 3,000
MAX_NAMESPACE = 512  # characters; each distinct tag name holds a copy of its namespace in memory

_DECLARATION = re.compile(r"<\?xml\s[^<>]{0,512}?\?>\s*")
_DECLARES = re.compile(r"<\?xml\s")
_ENCODING = re.compile(rb"<\?xml\s[^<>]{0,256}?encoding\s{0,8}=\s{0,8}[\"']([A-Za-z0-9._-]{1,32})", re.IGNORECASE)
_PART_HEAD = re.compile(r"\s{0,64}--[^\r\n]{1,128}\r?\n(?:[!-9;-~]{1,64}:[^\r\n]{0,512}\r?\n){1,16}\r?\n")
"""Of a MIME message whose first part is the document (SOAP with MTOM). In it are names in angle brackets."""
_FORBIDDEN = re.compile(r"<!(?!--|\[CDATA\[)")
_LONG = f"{{{MAX_NAMESPACE}}}"
_LONG_NAMESPACE = re.compile(rf"""xmlns(?::(?:(?!xmlns)[^\s=]){{0,64}})?\s*+=\s*+(?:"[^"]{_LONG}|'[^']{_LONG})""")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_QUOTE = re.compile("[\"']")
_BREAKS_OFF = 3  # XML_ERROR_NO_ELEMENTS of expat: the document ends before its root does, and behind a whole tag
_LEAST_PART, _MAX_PART = 4, 4096  # characters
_TELLS_IN_PART = re.compile(
    r"manufacturer|vendor|brand|product|(?:device|model)?description|(?:device|model|friendly|product)name|hardware"
    r"|model|device(?:type|class|model)|types|scopes?|scopeitem|text|value|faultstring|statusstring",
    re.IGNORECASE,
)
"""Elements that describe a device, in the XML of whatever interface."""
_UNIQUE = re.compile(r"\S{0,128}/(?:mac|serial|uuid|sn)/\S{0,128}\Z", re.IGNORECASE)
_REFERENCE_BEGUN = re.compile(r"(?:&[#\w]{0,8}|%[0-9A-Fa-f]?)\Z")  # of XML, or of a URL
_KNOWN = r"(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});"
_REFERENCE = re.compile(f"&{_KNOWN}")
_BARE_AMPERSAND = re.compile(f"&(?!{_KNOWN})")


def parse(data: bytes, *, partial: bool = False) -> Element:
    """The root element. Raises DecodeError.

    With `partial`, what stands before the place where the document breaks off or goes wrong will do.
    """
    document, rest = _prepared(data)
    builder = TreeBuilder()
    wrong: ParseError | None = None
    try:
        parser: XMLParser[Element] = XMLParser(target=builder)  # noqa: S314 - the document has passed every check
        parser.feed(document)
        parser.close()
    except ParseError as error:
        error.__traceback__ = None  # leads to the parser's frames, which hold it and the whole tree
        wrong = error
    root: Element | None = builder.close()
    if root is not None and _is_deep(root):
        raise DecodeError(f"XML is nested deeper than {MAX_DEPTH} levels")
    if wrong is not None and (root is None or not partial or wrong.code == _BREAKS_OFF):
        opened = None if root is None else _opened(builder, root)
        if root is None or not (partial or opened is None):
            raise DecodeError(f"not well-formed XML: {wrong}")
        if opened is not None:
            _continue(opened, rest)
    if root is None:
        raise DecodeError("XML without any element")
    return root


def local(tag: str) -> str:
    """The local name of an element's tag."""
    return tag.rpartition("}")[2]


def namespace(tag: str) -> str:
    """The namespace of an element's tag, "" where it has none."""
    return tag[1:].rpartition("}")[0] if tag.startswith("{") else ""


def children(element: Element, name: str) -> list[Element]:
    """The direct children with that local name."""
    return [child for child in element if local(child.tag) == name]


def find_all(root: Element, name: str) -> Iterator[Element]:
    """Every element with that local name, in document order, the root included."""
    return (element for element in root.iter() if local(element.tag) == name)


def find_text(root: Element, name: str) -> str:
    """The text of the first element with that local name that holds any; "" where there is none."""
    texts = ((element.text or "").strip() for element in find_all(root, name))
    return next(filter(None, texts), "")


def in_part(name: str, text: str) -> str:
    """The usable part of a truncated text of an element; "" if only the whole text would be usable.

    The beginning of a model names its family. The last scope of a list is dropped if it is a number.
    """
    text = _REFERENCE_BEGUN.sub("", text)
    if not _LEAST_PART <= len(text.strip()) <= _MAX_PART or not _TELLS_IN_PART.fullmatch(name.rpartition(":")[2]):
        return ""
    return _UNIQUE.sub("", text)


def unescape(text: str) -> str:
    """Text with every reference that XML knows resolved, once."""
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def _opened(builder: TreeBuilder, root: Element) -> Element | None:
    """The innermost element that has not ended; None where the root has. Only the builder knows: it adds a child."""
    last = [root]
    while len(last[-1]):
        last.append(last[-1][-1])
    said = [(element.text, element.tail) for element in last]
    try:
        mark = builder.start("", {})
    except ParseError:
        return None
    opened = next(element for element in last if len(element) and element[-1] is mark)
    opened.remove(mark)
    for element, (text, tail) in zip(last, said, strict=True):  # the builder let go of text that may have gone on
        element.text, element.tail = text, tail
    return opened


def _is_deep(root: Element) -> bool:
    """Whether a tree has more than `MAX_DEPTH` levels."""
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


def _continue(element: Element, rest: str) -> None:
    """Give an element the text with which the document ends: all of it where its end tag has begun."""
    text, ended, _ = rest.partition("<")
    if not len(element) and text.strip():
        element.text = unescape(text if ended else in_part(local(element.tag), text)) or None


def prepared(data: bytes) -> bytes:
    """The document as UTF-8 without its declaration, once it has passed every check that needs no parser."""
    return _prepared(data)[0]


def _prepared(data: bytes) -> tuple[bytes, str]:
    """As `prepared`, in two parts: up to the last whole tag, and what stands behind that."""
    if len(data) > MAX_SIZE:
        raise DecodeError(f"XML of {len(data)} bytes is larger than {MAX_SIZE}")
    encoding = _ENCODING.search(data, 0, 1024)
    text = _ILLEGAL.sub("", to_text(data, encoding[1].decode() if encoding else ""))
    part = _PART_HEAD.match(text)
    start = text.find("<", part.end() if part else 0)
    if start < 0:
        raise DecodeError("no XML: not a single tag")
    text, rest = _parted(text[start:])
    text = _DECLARATION.sub("", text, count=1) if text.startswith("<?") else text
    if _DECLARES.match(text):  # one too long to be taken out, or a second one: the parser would believe its charset
        raise DecodeError("XML with a declaration that is too long, or with two")
    if _FORBIDDEN.search(text):
        raise DecodeError("XML with a DOCTYPE or entity, which no device needs")
    if text.count("<") > MAX_TAGS:
        raise DecodeError(f"XML with more than {MAX_TAGS} tags")
    if _LONG_NAMESPACE.search(text):
        raise DecodeError(f"XML with a namespace of more than {MAX_NAMESPACE} characters")
    if "&" in text and "<![CDATA[" not in text:
        text = _BARE_AMPERSAND.sub("&amp;", text)
    return text.encode(), rest


def _parted(text: str) -> tuple[str, str]:
    """What ends with the last whole tag, and the rest; all of a text that has none."""
    far = text.rfind(">") + 1
    if not far:
        return text, ""
    near = text.find(">", text.rfind("<", 0, far)) + 1
    end = far if _QUOTE.search(text, near, far) else near  # a text may hold ">" as it is, and so may an attribute
    return text[:end], text[end:]
