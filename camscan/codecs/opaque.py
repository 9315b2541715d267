"""Bytes that no codec reads, as rules can look at them: their hex digits, and the texts among them with their places.

A fixed layout is known by what stands at an offset, a tagged one by the tag and the length in front of a value. A rule
can say both, so that a protocol which is only heard needs no codec.
"""

from __future__ import annotations

import re
from itertools import islice

from camscan.errors import DecodeError

FIELDS = ("bytes.hex", "bytes.text")

MAX_BYTES = 512  # that are looked at; discovery answers with a fixed layout have up to 480
_MAX_TEXTS = 64

_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_TEXT = re.compile(rb"[\x20-\x7e]{3,}")
_BEFORE = 4  # bytes: the longest tag with its length


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    r"""The first bytes as hex digits, and each text in them behind its offset and the bytes before it.

    Raises DecodeError if it is text, or empty.

    >>> decode(b"\0\xa8\0\x05NX510\0")
    {'bytes.hex': ('00a800054e5835313000',), 'bytes.text': ('4 00a80005 NX510',)}
    """
    if not _BINARY.search(data):
        raise DecodeError("text, which is read as such")
    head = data[:MAX_BYTES]
    texts = tuple(_placed(head, match) for match in islice(_TEXT.finditer(head), _MAX_TEXTS))
    return {"bytes.hex": (head.hex(),), **({"bytes.text": texts} if texts else {})}


def fields(data: bytes) -> dict[str, tuple[str, ...]]:
    """As `decode`, but nothing for text."""
    try:
        return decode(data)
    except DecodeError:
        return {}


def _placed(head: bytes, match: re.Match[bytes]) -> str:
    at = match.start()
    return f"{at} {head[max(at - _BEFORE, 0) : at].hex()} {match[0].decode('ascii')}"
