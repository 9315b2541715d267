"""Makes an enrolment from the options of `camscan credentials add`, and lists enrolments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from camscan.app.logins import asked
from camscan.credentials import sources
from camscan.credentials.enrolment import Book, Enrolment, explained
from camscan.credentials.pins import Pins
from camscan.devices.identity import to_mac
from camscan.errors import UsageError


def enrolment(given: Mapping[str, Any], site: str | None, source: str, file: Path, book: Book) -> Enrolment:
    """The enrolment that was described, for a book in a file. Nobody is asked for the secret of one that is refused.

    Raises:
        UsageError: it is not bound to a device or to a network and a maker, a part of it cannot be used, or what it is
            for is enrolled in the book already.
        HostError: the secret cannot be read.
    """
    words = {name: value for name, value in given.items() if value not in (None, (), False)}
    for name, usual in (("mac", _mac), ("certificate", _fingerprint), ("maker", _maker)):
        if name in words:
            words[name] = usual(words[name])
    book.with_(_made({**words, "site": site, "secret": "to come"}))
    secret = sources.read(source, lambda: asked(f"password of {words['user']}", twice=True), file.parent)
    kept = {"source": source} if sources.is_persistent(source) else {"secret": secret}
    return _made({**words, "site": site, **kept})


def lines(book: Book, pins: Pins, site: str | None) -> list[str]:
    """The enrolments of a site, or of all sites where none is named, and the pins of each."""
    found = []
    for one in book.logins:
        if site is None or one.site == site:
            found.append("  ".join(filter(None, (one.site or "-", one.place, one.user, *_terms(one)))))
            pinned = [pin for pin in pins.of(one.site) if one.covers(pin.address)]
            found += [f"    port {p.port} of {p.address} pinned {p.since}: {p.certificate}" for p in pinned]
    return found


def _terms(one: Enrolment) -> Iterator[str]:
    named = (("MAC", one.mac), ("serial", one.serial), ("certificate", one.certificate))
    yield from (f"{name} {value}" for name, value in named if value)
    if one.ports:
        yield f"ports {','.join(map(str, one.ports))}"
    yield f"secret from {one.source}" if one.source else "secret kept here"
    if one.basic:
        yield "Basic allowed"
    if one.needs_tls:
        yield "TLS only"


def _made(words: Mapping[str, Any]) -> Enrolment:
    try:
        return Enrolment.model_validate(words)
    except ValidationError as error:
        raise UsageError(f"cannot enrol this: {explained(error)}") from None


def _mac(text: str) -> str:
    mac = to_mac(text)
    if mac is None:
        raise UsageError(f"{text!r} is not the MAC address of a device: write it like 44:19:B6:00:00:01")
    return mac


def _fingerprint(text: str) -> str:
    found = text.replace(":", "").lower()
    if not re.fullmatch("[0-9a-f]{64}", found):
        raise UsageError(f"{text[:80]!r} is not the SHA-256 of a certificate: give its 64 hexadecimal digits")
    return found


def _maker(name: str) -> str:
    from camscan.app.criteria import library  # reads all rules, and few enrolments name a maker

    known = {maker.casefold(): maker for maker in library().vocabulary.makers}
    if name.casefold() not in known:
        raise UsageError(f"unknown maker {name!r}: spell it as `camscan fingerprints list` does")
    return known[name.casefold()]
