"""Bodies as patterns look into them: the names in them, and JSON without what only a writer of JSON adds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

MAX_BODY = 64 * 1024  # characters; patterns are searched in fewer


@lru_cache(maxsize=8)  # of a body that several rules look into, and not of all that were seen
def compact(body: str) -> tuple[str, ...]:
    """JSON without blanks, indents and escaped slashes; nothing where a body is no JSON, or as short as it can be."""
    if len(body) > MAX_BODY or body.lstrip()[:1] not in ("{", "["):
        return ()
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return ()
    return (text,) if text != body else ()


_NAME = re.compile(
    rb"""</?([A-Za-z][\w-]{1,63})(?=[\s/>])"""
    rb"""|["']([A-Za-z][\w.\[\]-]{1,127})\\?["']\s{0,8}:"""
    rb"""|^[ \t]{0,16}([A-Za-z][\w.:\[\]-]{1,127})[ \t]?=""",
    re.MULTILINE,
)
_INDEX = re.compile(rb"\[[0-9]{1,4}\]")
_LEAD = b"table."


def names_of(text: bytes) -> set[bytes]:
    """The names of elements, members and keys in a text, without indexes; of `a.b.c` also `a.b`.

    What is cut off at either end is no hindrance.

    >>> sorted(names_of(b'<id>1</id> {"name": 1}'))
    [b'id', b'name']
    """
    found = {element or member or key for element, member, key in _NAME.findall(text)}
    return {name for one in found for name in _spelled(one)}


def _spelled(name: bytes) -> Iterator[bytes]:
    """A name and, if it is a path, what it is below; a path of settings begins with one word that tells nothing."""
    name = _INDEX.sub(b"", name).removeprefix(_LEAD)
    yield name
    parts = name.split(b".")
    yield from (b".".join(parts[:size]) for size in range(2, len(parts)))
