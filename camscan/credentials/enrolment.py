"""What is enrolled: a login, and the device or the network and maker that it is for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from camscan.errors import UsageError

Port = Annotated[int, Field(ge=1, le=65_535)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
_FORMS = {
    "mac": "write it as 44:19:B6:00:00:01",
    "certificate": "write its SHA-256 as 64 digits, 0 to 9 and a to f",
    "user": "a user name has no colon, no control characters, and at most 100 characters",
    "source": "write file:PATH or systemd:NAME",
}
"""What would be right where a field does not match its pattern, which is no sentence."""


class Enrolment(BaseModel):
    """One login. Its secret stands in `secret`, or can be read from `source` (see `sources`) whenever it is needed.

    It is for one device, named by `address` and by something that the device shows of itself (`mac`, `serial` or
    the SHA-256 of its `certificate`; all that are given must be right), or for every device of one `maker` in one
    `network`. `ports` restricts it further. `basic` allows Basic to whoever answers,
    `tls_only` nothing but TLS.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    site: Text | None = None
    address: str | None = None
    network: str | None = None
    maker: Text | None = None
    mac: Annotated[str, Field(pattern=r"^[0-9A-F]{2}(:[0-9A-F]{2}){5}$")] | None = None
    serial: Annotated[str, Field(min_length=4, max_length=200)] | None = None
    certificate: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    ports: tuple[Port, ...] = ()
    user: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f:]{1,100}$")]
    secret: SecretStr | None = None
    source: Annotated[str, Field(pattern=r"^(file|systemd):.{1,500}$")] | None = None
    basic: bool = False
    tls_only: bool = False

    @field_validator("address")
    @classmethod
    def _canonical_address(cls, text: str | None) -> str | None:
        return None if text is None else str(ip_address(text))

    @field_validator("network")
    @classmethod
    def _canonical_network(cls, text: str | None) -> str | None:
        return None if text is None else str(ip_network(text))

    @model_validator(mode="after")
    def _is_bound(self) -> Enrolment:
        if (self.address is None) == (self.network is None):
            raise ValueError("give either an address or a network")
        if self.address is not None and not (self.mac or self.serial or self.certificate):
            raise ValueError("an address alone does not identify a device: add --mac, --serial or --certificate")
        if self.network is not None and (self.maker is None or self.mac or self.serial or self.certificate):
            raise ValueError("a login for a network needs a maker, and no MAC, serial or certificate")
        if self.address is not None and self.maker is not None:
            raise ValueError("a maker goes with a network, not with an address")
        if (self.secret is None) == (self.source is None):
            raise ValueError("one secret is needed, or one place to read it from")
        return self

    @property
    def place(self) -> str:
        """What it is for, in a word: an address, or a network and a maker."""
        return self.address or f"{self.network} {self.maker}"

    def covers(self, address: str) -> bool:
        """Whether it may be for what is at an address."""
        return address == self.address or (self.network is not None and ip_address(address) in ip_network(self.network))

    @property
    def needs_tls(self) -> bool:
        """Whether the secret may be used over TLS alone; a certificate can be checked nowhere else."""
        return self.tls_only or self.certificate is not None


class Book(BaseModel):
    """All enrolments of one file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    logins: tuple[Enrolment, ...] = ()

    def of(self, site: str | None) -> tuple[Enrolment, ...]:
        """The enrolments of one site; those without a site are for scans without one."""
        return tuple(enrolment for enrolment in self.logins if enrolment.site == site)

    def with_(self, new: Enrolment) -> Book:
        """The book with one more enrolment. Raises UsageError if something is enrolled there already."""
        if any((old.site, old.place) == (new.site, new.place) for old in self.logins):
            raise UsageError(f"{new.place} is enrolled already: `camscan credentials remove` it first")
        return Book(logins=(*self.logins, new))

    def without(self, site: str | None, place: str) -> tuple[Book, tuple[Enrolment, ...]]:
        """The book without what is enrolled for an address or a network, and what that was."""
        gone = tuple(e for e in self.of(site) if place in (e.address, e.network))
        return Book(logins=tuple(e for e in self.logins if e not in gone)), gone

    def to_json(self) -> bytes:
        """The book as a document, secrets in clear: for a file that only its owner can read, or that is encrypted."""
        logins = []
        for enrolment in self.logins:
            kept: dict[str, Any] = enrolment.model_dump(exclude_defaults=True)
            if enrolment.secret is not None:
                kept["secret"] = enrolment.secret.get_secret_value()
            logins.append(kept)
        return json.dumps({"logins": logins}, indent=2, ensure_ascii=False).encode() + b"\n"


class SiteBook:
    """The enrolments of one site, as a scan looks them up."""

    def __init__(self, enrolments: Iterable[Enrolment]) -> None:
        self.enrolments = tuple(enrolments)

    @cached_property
    def _devices(self) -> dict[str, Enrolment]:
        return {e.address: e for e in self.enrolments if e.address is not None}

    @cached_property
    def _networks(self) -> list[tuple[IPv4Network | IPv6Network, Enrolment]]:
        found = [(ip_network(e.network), e) for e in self.enrolments if e.network is not None]
        return sorted(found, key=lambda pair: -pair[0].prefixlen)

    def at(self, address: str) -> Iterator[Enrolment]:
        """What may be for an address: what is enrolled for the device alone, else networks, the narrowest first."""
        if address in self._devices:
            yield self._devices[address]
            return
        ip = ip_address(address)
        yield from (enrolment for network, enrolment in self._networks if ip in network)


def parse(data: bytes, where: str) -> Book:
    """The book in a document. No message ever quotes what stands in it. Raises UsageError if it is no such document."""
    try:
        return Book.model_validate_json(data)
    except ValidationError as error:
        raise UsageError(f"{where}: {explained(error)}") from None


def explained(error: ValidationError) -> str:
    """The first fault, without the value that is at fault: it might be a secret."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "string_pattern_mismatch":
        message = _FORMS.get(str(first["loc"][-1]), message)
    return f"{place}: {message}" if place else message
