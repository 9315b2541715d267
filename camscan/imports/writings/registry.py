"""The ways in which programs write an answer down, in the order in which they are undone: from outside to inside.

A reader that depends on one before it says so here; the others may stand in any order.
"""

from __future__ import annotations

from camscan.imports.writings import clients, enclosures, line_ends, mappings, prefixes, scanners
from camscan.imports.writings.base import Undo

WRITINGS: tuple[Undo, ...] = (
    line_ends.plain,
    # What stands before each line; a log's lines may be a comment's, and an indent stands behind either.
    prefixes.unmarked,
    prefixes.stamped,
    prefixes.indented,
    # JSON: what Python printed is made JSON first, also behind the lead of a log, and then what it holds is taken.
    mappings.printed,
    mappings.logged,
    mappings.held,
    scanners.recorded,
    line_ends.escaped,
    enclosures.referenced,
    # What single tools print.
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
    # What none of these has taken off: joined lines, then the lead of the first line, then blanks before the others.
    line_ends.flattened,
    prefixes.logged,
    prefixes.deeper,
    line_ends.spaced,
)


def unwrap(text: str) -> str:
    """The lines that were sent; a text that is written in no such way as it is."""
    for undo in WRITINGS:
        text = undo(text).strip("\r\n")
    return text.strip()
