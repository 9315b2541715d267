"""Turns one answer that was copied as text into observations.

First the notation of the program that showed it is removed (`notations/registry.py`), then encoded bytes are decoded
(`notations/encodings.py`), then a form reads it, by the hint or by what the text looks like (`forms/registry.py`).
The fields come from the codecs, so that rules see the same as in a scan. Nothing is sent, and no clock is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from camscan.codecs import embeddedmac, opaque, telnet
from camscan.codecs.text import to_text
from camscan.imports.forms import datagrams, interfaces, macs, messages, requests
from camscan.imports.forms.base import MAX_TEXT, Answer, Form, answer, observed
from camscan.imports.forms.registry import BESIDE, HINTED, LOOSE, MARKS, anything
from camscan.imports.nmap import text as nmap_text
from camscan.imports.notations import enclosures, encodings
from camscan.imports.notations.registry import unwrap
from camscan.records import Fields, Observation
from camscan.text.listings import is_listing

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of an answer whose time is not known."""

MAX_WRAPPINGS = 2  # as in a quoted string of hex digits
_TEXT_SAMPLE = 512  # characters by which text is distinguished from binary data

_SENT = re.compile(rb"(?:RTSP|HTTP)/1\.[01] \d{3} [\t\n\r -~]++")  # behind the headers of the packet that carried it
_PAGE = re.compile(r"<(?:!doctype|html|body|script|head)\b", re.IGNORECASE)


def read(raw: str | bytes, channel: str = "", at: datetime = EPOCH, *, whole: bool = False) -> tuple[Observation, ...]:
    """The observations in one answer, one for each channel that it belongs to; none for a blank text.

    `channel` is a hint: a channel of camscan, or a word of the labelled corpora ("mac_oui", "html_title"). A hint that
    does not fit is ignored. Text that no form recognises is a banner, and so are bytes that no codec reads. MAC
    addresses also give their registered block.
    With `whole` the text is a banner too, whatever is read of it, for what rules look for anywhere in a copied text.
    """
    data = raw.encode("utf-8", "replace") if isinstance(raw, str) else raw
    data = data[:MAX_TEXT]
    found = list(_answers(data, channel.strip().lower()))
    found += _blocks(found)
    text = enclosures.enclosed(to_text(data))
    if not any("mac.organization" in one.fields for one in found) and not _is_binary(text):
        found += macs.named(text)
    if whole:
        found += _whole(_readable(encodings.decoded(text)) or text, found)
    return tuple(observed("", one if one.raw else one._replace(raw=data), at) for one in found)


def _answers(data: bytes, channel: str) -> Iterator[Answer]:
    if found := list(messages.sent(data)):
        yield from found
        return
    text = enclosures.enclosed(to_text(data))
    if not text.strip():
        return
    if _is_binary(text) and (found := list(datagrams.datagram(data))):
        yield from found
        return
    if text.lstrip().startswith("SF-Port") and (found := list(nmap_text.scanned(text))):  # in nmap's own escapes
        yield from found
        return
    if is_listing(text):  # what it has of several devices together is said by none of them
        yield Answer("banner", {"banner.text": (text,)})
        return
    text = telnet.without_negotiation(text)
    yield from _of_text(unwrap(text), channel, data)
    yield from (one for form in BESIDE for one in form(text))


def _of_text(text: str, channel: str, data: bytes = b"", depth: int = 0) -> list[Answer]:
    """Decodes wrapped text first; then tries hinted forms, forms that the text looks like, and loose guesses."""
    inner = encodings.decoded(text) if depth < MAX_WRAPPINGS else b""
    if inner:
        if found := list(datagrams.datagram(inner)) or list(messages.sent(inner)):
            return found
        if readable := _readable(inner):
            return _of_text(unwrap(readable), channel, inner, depth + 1)
    if hinted := _first((nmap_text.grepped, *HINTED.get(channel, ())), text):
        return hinted
    unread = answer("banner", opaque.fields(inner), raw=inner)
    if found := _first((form for marked, form in MARKS if marked(text)), text):
        return [*found, *unread]  # 32 hex digits are a hash, or 16 bytes of an answer
    guessed = _first(LOOSE.get(channel, ()), text)
    return guessed or [*anything(text), *(unread if inner else answer("banner", opaque.fields(data)))]


def _first(forms: Iterable[Form], text: str) -> list[Answer]:
    """What the first form that fits reads."""
    return next(filter(None, (list(form(text)) for form in forms)), [])


def _whole(text: str, found: Iterable[Answer]) -> Iterator[Answer]:
    """The text as a banner, unless it is binary, a page, or a banner already.

    What describes the cameras behind a recorder is left out, and what was asked in vain.
    """
    own = "" if _PAGE.search(text) or _is_binary(text) else interfaces.own(requests.without_failed(text))
    told = {banner.strip() for one in found for banner in one.fields.get("banner.text", ())}
    if own.strip() and own.strip() not in told:
        yield Answer("banner", {"banner.text": (own,)})


def _is_binary(text: str) -> bool:
    """Whether more than one in eight of the first characters are control characters."""
    sample = text[:_TEXT_SAMPLE]
    return 8 * len(enclosures.NO_TEXT.findall(sample)) > len(sample)


def _readable(data: bytes) -> str:
    """Decoded bytes as text, or the answer in them; "" if they are not text."""
    carried = _SENT.search(data)
    text = data.decode("utf-8", "replace")  # the replacement character counts as a control character
    if not enclosures.NO_TEXT.search(text):
        return text
    return carried[0].decode() if carried else ""


def _blocks(found: Iterable[Answer]) -> list[Answer]:
    """The registered block of each MAC that an answer has of itself, or in its UUID or IPv6 address."""
    named = (one.fields for one in found if "mac.organization" in one.fields)
    seen = {address for fields in named for address in fields.get("mac.address", ())}
    blocks: list[Answer] = []
    for one in found:
        for address in _own_addresses(one.fields):
            if address not in seen:
                seen.add(address)
                blocks += macs.registered(address, one.channel)
    return blocks


def _own_addresses(fields: Fields) -> Iterator[str]:
    for name in embeddedmac.MAC_FIELDS:
        yield from fields.get(name, ())
    yield from embeddedmac.macs(fields)
