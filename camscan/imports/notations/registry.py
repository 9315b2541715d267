"""All notations, in the order in which they are removed: from outside to inside."""

from __future__ import annotations

from camscan.imports.notations import (
    clients,
    enclosures,
    headers,
    joined,
    line_ends,
    mappings,
    prefixes,
    scanners,
)
from camscan.imports.notations.base import Undo

LINES: tuple[Undo, ...] = (
    line_ends.plain,
    prefixes.unmarked,
    prefixes.stamped,
    prefixes.indented,  # after the two before: an indent follows the mark of a comment
)
"""In, before and around the lines."""

RECORDS: tuple[Undo, ...] = (
    mappings.printed,
    mappings.logged,
    mappings.held,  # in JSON, into which the two before turn dictionaries
    scanners.recorded,  # after the one before: if a record has the whole answer, the head is not enough
    headers.printed,  # after JSON, in which members have a structure
    line_ends.escaped,  # after JSON, in which escapes belong to strings
)
"""JSON, dictionaries, and strings in one line."""

TOOLS: tuple[Undo, ...] = (
    enclosures.referenced,
    scanners.nuclei,
    scanners.masscan,
    scanners.whatweb_or_httpx,
    clients.curl_or_telnet,
    clients.gstreamer,
    clients.onvif_search,
    clients.packet_printer,
    clients.wireshark,
    clients.player,
)
"""Output of single tools. Each is recognised by itself, so the order does not matter."""

REST: tuple[Undo, ...] = (
    joined.joined,
    line_ends.flattened,
    prefixes.logged,  # after all tools, whose own marks look like the prefix of a log
    line_ends.escaped,  # again: before that prefix has been removed, a line may look like source code
    prefixes.deeper,  # after the prefix of a log has been removed
    line_ends.spaced,  # after the one before: only then headers with empty lines between them are recognised
)
"""Around the lines of any answer."""

NOTATIONS: tuple[Undo, ...] = (*LINES, *RECORDS, *TOOLS, *REST)


def unwrap(text: str) -> str:
    """The text without all notations."""
    for undo in NOTATIONS:
        text = undo(text).strip("\r\n")
    return text.strip()
