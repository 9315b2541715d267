"""The ways in which people and programs write an answer down, in the order in which they are undone."""

from __future__ import annotations

from camscan.imports.writings import (
    clients,
    dumps,
    enclosures,
    encodings,
    engines,
    line_ends,
    literals,
    lowered,
    notes,
    prefixes,
    queries,
    records,
    reports,
    scanners,
    sentences,
    sessions,
    snmp,
    truncated,
)
from camscan.imports.writings.base import Undo

WHOLE: tuple[Undo, ...] = (
    encodings.percent_encoded,
    encodings.code_points,
    lowered.spelled,
    truncated.ellipsis,
    records.escaped_json,
    literals.strings,
    enclosures.captioned,
    enclosures.fenced,
    enclosures.markup,
)
"""What stands around a whole text: source code, a caption, a fence, markup."""

LINES: tuple[Undo, ...] = (prefixes.unmarked, line_ends.replaced, prefixes.stamped, prefixes.indented)
"""What stands before each line, and what was put in the place of its marks."""

RECORDS: tuple[Undo, ...] = (
    records.bare_members,
    records.python_repr,
    records.framed,
    dumps.printed,
    truncated.members,
    engines.products,
    records.lines,
    records.embedded,
    records.rust_strings,
    line_ends.coded,
    line_ends.joined,
    line_ends.one_per_line,
)
"""An answer within JSON, within a mapping that a program printed, or with all its lines in one."""

TOOLS: tuple[Undo, ...] = (
    queries.search,
    engines.nuclei,
    reports.csv_row,
    scanners.masscan,
    scanners.whatweb_or_httpx,
    scanners.nikto,
    scanners.metasploit,
    scanners.nmap_match,
    scanners.mark_list,
    scanners.nessus,
    scanners.shadowserver,
    scanners.grabbed,
    snmp.system_group,
    clients.curl_or_telnet,
    clients.gstreamer,
    clients.onvif_search,
    clients.packet_printer,
    clients.wireshark,
    clients.browser,
    clients.wget,
    clients.player,
    sessions.described,
)
"""What single tools print of an answer."""

CONTEXT: tuple[Undo, ...] = (
    literals.string_lines,
    notes.pairs,
    dumps.headers,
    records.log_line,
    line_ends.flattened,
    sentences.said,
    prefixes.commented,
    prefixes.level,
    line_ends.rejoined,
    truncated.elements,
    notes.noted,
)
"""Code, logs, sentences, comments and notes around the lines of an answer."""

WRITINGS: tuple[Undo, ...] = (*WHOLE, *LINES, *RECORDS, *TOOLS, *CONTEXT)


def unwrap(text: str) -> str:
    """The lines that were sent; a text that is written in no such way as it is."""
    for undo in WRITINGS:
        text = undo(text).strip("\r\n")
    return text.strip()
