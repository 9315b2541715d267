"""JSON as devices send it: with other bytes around it, several objects in a row, or not in UTF-8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from json import JSONDecoder

from camscan.codecs.text import to_text
from camscan.errors import DecodeError

MAX_SIZE = 64 * 1024  # bytes; the largest discovery answer seen has 2 KiB, and no UDP datagram can be larger
MAX_CONTAINERS = 64  # objects and arrays, and so levels too; discovery answers have five
MAX_TRIES = 16  # opening braces tried; answers start with theirs, or with one of a length that reads as a brace

# Numbers are kept as text, as fields are; so a number of a thousand digits takes no time.
_DECODER = JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)


def objects(
    data: bytes, *, max_size: int = MAX_SIZE, max_containers: int = MAX_CONTAINERS
) -> Iterator[Mapping[str, object]]:
    """Every JSON object that stands somewhere in the bytes, in order. Raises DecodeError where they break a bound."""
    if len(data) > max_size:
        raise DecodeError(f"JSON of {len(data)} bytes is larger than {max_size}")
    start = data.find(b"{")
    text = to_text(data[start : data.rfind(b"}") + 1]) if start >= 0 else ""
    if text.count("{") + text.count("[") > max_containers:
        raise DecodeError(f"JSON with more than {max_containers} objects and arrays")
    position = text.find("{")
    for _ in range(MAX_TRIES):
        if position < 0:
            return
        try:
            value, end = _DECODER.raw_decode(text, position)
        except ValueError:
            end = position + 1
        except RecursionError:
            raise DecodeError("JSON that is nested too deep") from None
        else:
            yield value
        position = text.find("{", end)


def inner(parent: Mapping[str, object], *names: str) -> Mapping[str, object]:
    """The object below `names`, one inside the other; an empty one where any of them is missing or no object."""
    for name in names:
        child = parent.get(name)
        if not isinstance(child, dict):
            return {}
        parent = child
    return parent


def text(parent: Mapping[str, object], name: str) -> str:
    """A member as text, numbers as they were written; "" where it is missing, null, an object or an array."""
    value = parent.get(name)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""
