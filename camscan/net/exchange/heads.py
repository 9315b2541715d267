"""What aiohttp's parser is shown of the head of an answer: its status, and what says where it ends.

It refuses a whole answer for one header that is not spelled as it should be, as "X-Frame-Options : SAMEORIGIN" or a
date without a name, and closes the connection: the body, which devices send behind their head, would be lost.
"""

from __future__ import annotations

import re

MAX_HEAD = 64 * 1024  # bytes of a head that is waited for; servers refuse to send more than 8 to 16 KiB

_BEGINS = re.compile(rb"\s{0,16}(?:\Z|H(?:\Z|T(?:\Z|T(?:\Z|P))))", re.IGNORECASE)
_END = re.compile(rb"\n(?:\r{0,2}\n|(?=<))")
_STATUS = re.compile(rb"\s{0,16}HTTP(?:/([^\s]{0,8}))?[ \t]+([0-9]{3})(?![0-9])", re.IGNORECASE)
_HEADER = re.compile(
    rb"^[ \t]*(content-length|transfer-encoding|connection|upgrade)[ \t]*:([!-~ \t]*)", re.IGNORECASE | re.MULTILINE
)
_INTERIM, _SWITCHED = b"1", b"101"


class Heads:
    """The heads of one answer, interim ones before it included, as plain ones; all behind them passes as it is."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._passes = False

    def plain(self, data: bytes) -> bytes:
        """What the parser is to be given, now that these bytes have come: nothing while a head is not complete."""
        if self._passes:
            return data
        searched, over = max(0, len(self._held) - 3), False
        self._held += data
        shown = bytearray()
        while not over and (end := _END.search(self._held, searched)):
            plain, over = _plain(bytes(self._held[: end.end()]))
            shown += plain
            del self._held[: end.end()]
            searched = 0
        self._passes = over or len(self._held) > MAX_HEAD or not _BEGINS.match(self._held)
        if self._passes:
            shown += self._held
            self._held.clear()
        return bytes(shown)


def _plain(head: bytes) -> tuple[bytes, bool]:
    """A head as a plain one, or as it is where it has no status; and whether no other follows."""
    status = _STATUS.match(head)
    if status is None:
        return head, True
    version = b"1.0" if status[1] == b"1.0" else b"1.1"
    plain = b"\r\n".join((b"HTTP/%b %b" % (version, status[2]), *_framing(head), b"\r\n"))
    return plain, not status[2].startswith(_INTERIM) or status[2] == _SWITCHED


def _framing(head: bytes) -> list[bytes]:
    """The headers that say where an answer and its connection end, as far as they make sense together."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in _HEADER.findall(head):
        found.setdefault(name.lower(), []).append(value.strip().lower())
    lengths = {part.strip() for value in found.pop(b"content-length", []) for part in value.split(b",")}
    codings = b",".join(found.pop(b"transfer-encoding", []))
    kept = [b"%b: %b" % (name, b", ".join(values)) for name, values in found.items()]
    if b"chunked" in codings:
        kept.append(b"transfer-encoding: chunked")
    elif len(lengths) == 1 and (length := lengths.pop()).isdigit():
        kept.append(b"content-length: %b" % length)
    return kept
