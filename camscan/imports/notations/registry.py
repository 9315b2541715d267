"""The notations in which programs show an answer, in the order in which they are undone: from outside to inside."""

from __future__ import annotations

from camscan.imports.notations import clients, enclosures, line_ends, mappings, prefixes, scanners
from camscan.imports.notations.base import Undo

LINES: tuple[Undo, ...] = (
    line_ends.plain,
    prefixes.unmarked,
    prefixes.stamped,
    prefixes.indented,  # behind the two before: an indent stands behind the sign of a comment
)
"""What stands in every line or before it."""

RECORDS: tuple[Undo, ...] = (
    mappings.of_go,
    mappings.printed,
    mappings.logged,
    mappings.held,  # in JSON, which the two before make of mappings
    scanners.recorded,  # behind the one before: of a record that holds the whole answer, the head is not enough
    line_ends.escaped,  # behind JSON, in whose texts escapes are its own
)
"""JSON, mappings, and strings of one line."""

TOOLS: tuple[Undo, ...] = (
    enclosures.referenced,
    scanners.nuclei,
    scanners.masscan,
    scanners.whatweb_or_httpx,
    scanners.nikto,
    scanners.metasploit,
    scanners.shadowserver,
    scanners.onesixtyone_or_snmp_check,
    clients.curl_or_telnet,
    clients.gstreamer,
    clients.onvif_search,
    clients.packet_printer,
    clients.wireshark,
    clients.browser,
    clients.player,
)
"""What single tools print, each told by a mark of its own: they may stand in any order."""

REST: tuple[Undo, ...] = (
    line_ends.flattened,
    prefixes.logged,  # behind all tools, whose own marks would pass for the lead of a log
    prefixes.deeper,  # behind the lead of a log, before which its first line stands at the margin
    line_ends.spaced,  # behind the one before: an empty line between headers shows once they begin alike
)
"""What may stand around the lines of any answer."""

NOTATIONS: tuple[Undo, ...] = (*LINES, *RECORDS, *TOOLS, *REST)


def unwrap(text: str, notations: tuple[Undo, ...] = NOTATIONS) -> str:
    """The lines that were sent; a text that is written in no such notation as it is."""
    for undo in notations:
        text = undo(text).strip("\r\n")
    return text.strip()
