"""Bodies in JSON without what only a writer of JSON adds: blanks, indents, and escapes before slashes."""

from __future__ import annotations

import json
from functools import lru_cache

MAX_BODY = 64 * 1024
"""Characters; patterns are searched in fewer."""


@lru_cache(maxsize=8)  # of a body that several rules look into, and not of all that were seen
def compact(body: str) -> tuple[str, ...]:
    """JSON in its shortest form; nothing where a body is no JSON, or as short as it can be."""
    if len(body) > MAX_BODY or body.lstrip()[:1] not in ("{", "["):
        return ()
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return ()
    return (text,) if text != body else ()
