"""Opens the file of enrolments, makes the credential broker of one run, and describes and lists enrolments."""

from __future__ import annotations

import getpass
import re
import resource
import sys
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from camscan.app.planning.scope import Choices, CredentialOptions
from camscan.credentials import sources
from camscan.credentials.broker import CredentialBroker, Sight
from camscan.credentials.enrolment import Book, Enrolment, SiteBook, explained
from camscan.credentials.file import CredentialFile
from camscan.credentials.pins import Pins
from camscan.credentials.sighting import Sighting
from camscan.devices.identity import IdentifierKind, identity_of, to_mac
from camscan.errors import UsageError
from camscan.identify.library import Library
from camscan.records import Device, Level, Observation
from camscan.system.files import is_there
from camscan.system.userdirs import config_file


def opened(chosen: CredentialOptions) -> CredentialFile:
    """The file of enrolments, as it is kept. From then on a crash of this process writes no memory to disk.

    Raises UsageError if it is to be unlocked, and is not locked.
    """
    _write_no_core()
    path, source = chosen.file or config_file("credentials.json"), chosen.unlock or "prompt"
    file = CredentialFile(path, lambda: sources.read(source, lambda: asked(f"key of {path}"), chosen.folder))
    if chosen.unlock and not file.encrypted:
        raise UsageError(f"--unlock is for an encrypted file (.age), and {path} is not one: leave it out")
    return file


def _write_no_core() -> None:
    """Have no core dump made: by a limit of one byte, as no other is heeded where programs such as systemd take them.

    Of that one, Linux says that it ends a dump before it begins (fs/coredump.c).
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0 if most == 0 else 1, most))


def asked(what: str, *, twice: bool = False) -> str:
    """A secret from the terminal. Raises UsageError if there is no terminal, or `twice` brought two different ones."""
    if not sys.stdin.isatty():
        raise UsageError(f"cannot ask for the {what} without a terminal: take it from {sources.UNATTENDED}")
    secret = getpass.getpass(f"{what[:1].upper()}{what[1:]}: ")
    if twice and getpass.getpass("Once more: ") != secret:
        raise UsageError("the two entries differ: try again")
    return secret


def broker(chosen: CredentialOptions, site: str | None, rules: Library) -> CredentialBroker:
    """The broker of one run over one site.

    Raises UsageError if the file cannot be used, or nothing is enrolled in it for this site; HostError if the file
    cannot be read.
    """
    path, book = _opened_for(chosen, site)
    return CredentialBroker(site, book, Pins.beside(path), sight(rules), reader(path))


def _opened_for(chosen: CredentialOptions, site: str | None) -> tuple[Path, SiteBook]:
    """The file of enrolments, and what is in it for a site. Raises as `broker` says."""
    file = opened(chosen)
    if not is_there(file.path):
        raise UsageError(f"{file.path} does not exist: create it with `camscan credentials add`")
    book = SiteBook(file.load().of(site))
    if not book.enrolments:
        where = f"site {site!r}" if site else "scans without --site"
        raise UsageError(f"{file.path} has no login for {where}: add one with `camscan credentials add`")
    return file.path, book


def broker_if(choices: Choices, chosen: CredentialOptions, site: str | None, rules: Library) -> CredentialBroker | None:
    """The broker of a run that is allowed to log in; None for every other.

    Raises UsageError if what only a login needs is given in vain, or as `broker` says; HostError as `broker` says.
    """
    return broker(chosen, site, rules) if _allowed(choices, chosen) else None


def _allowed(choices: Choices, chosen: CredentialOptions) -> bool:
    in_vain = "--credentials" if chosen.file is not None else "--unlock" if chosen.unlock is not None else None
    if in_vain and not choices.with_credentials:
        raise UsageError(f"{in_vain} is used only with --with-credentials: give both, or neither")
    return choices.with_credentials


def enrolled(choices: Choices, chosen: CredentialOptions, site: str | None, inside: Container[str]) -> str:
    """What a run over these addresses would log in to, in words; "" where nowhere.

    Raises UsageError or HostError as `broker_if` says.
    """
    if not _allowed(choices, chosen):
        return ""
    found = _opened_for(chosen, site)[1].enrolments
    devices = [e.address for e in found if e.address is not None]
    networks = [e.place for e in found if e.network is not None]
    parts = [f"{sum(address in inside for address in devices)} of {len(devices)} enrolled devices are targets"]
    parts += [f"every device in {place}" for place in networks]
    return f"{'; '.join(parts)}: one try each, and none after a refusal"


def reader(file: Path) -> Callable[[Enrolment], SecretStr]:
    """Gives the secret of an enrolment: from the file itself, or from where that says."""

    def read(enrolment: Enrolment) -> SecretStr:
        if enrolment.secret is not None:
            return enrolment.secret
        return sources.read(enrolment.source or "", lambda: "", file.parent)

    return read


def sight(rules: Library) -> Sight:
    """Judges what an address shows of itself by the same rules as a report."""
    from camscan.app.judging.criteria import Criteria
    from camscan.app.judging.unstored import judged  # with all that judges, which nobody needs to enrol

    def seen_at(address: str, seen: Sequence[Observation]) -> Sighting:
        here = [observation for observation in seen if observation.target == address]
        identity = identity_of(here)
        devices = [one.device for one in judged(here, Criteria(rules))]
        return Sighting(
            identity.link_macs,
            tuple(dict.fromkeys((*identity.of(IdentifierKind.MAC), *(d.mac for d in devices if d.mac)))),
            tuple(dict.fromkeys((*identity.of(IdentifierKind.SERIAL), *(d.serial for d in devices if d.serial)))),
            _maker(devices),
            next(_clocks(here), None),
        )

    return seen_at


def _maker(devices: Sequence[Device]) -> str | None:
    """The maker, where there is one device alone, and nothing speaks against it."""
    if len(devices) != 1:
        return None
    device = devices[0]
    sure = device.level is not None and device.level >= Level.LIKELY
    return device.maker if sure and not device.conflicts else None


def _clocks(seen: Sequence[Observation]) -> Iterator[timedelta]:
    """How far the clock that the device told is ahead of ours."""
    for observation in seen:
        for text in observation.fields.get("onvif.datetime", ()):
            try:
                told = datetime.fromisoformat(text)
            except ValueError:
                continue
            if told.tzinfo is not None:
                yield told - observation.at


def enrolment(given: Mapping[str, Any], site: str | None, source: str, file: Path, book: Book) -> Enrolment:
    """The enrolment that was described, for a book in a file. Nobody is asked for the secret of one that is refused.

    Raises UsageError if it is not bound to a device or to a network and a maker, a part of it cannot be used, or what
    it is for is enrolled in the book already; HostError if the secret cannot be read.
    """
    words = {name: value for name, value in given.items() if value not in (None, (), False)}
    for name, usual in (("mac", _mac), ("certificate", _fingerprint), ("maker", _maker_called)):
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


def _maker_called(name: str) -> str:
    from camscan.app.judging.criteria import library  # reads all rules, and few enrolments name a maker

    known = {maker.casefold(): maker for maker in library().vocabulary.makers}
    if name.casefold() not in known:
        raise UsageError(f"unknown maker {name!r}: spell it as `camscan fingerprints list` does")
    return known[name.casefold()]
