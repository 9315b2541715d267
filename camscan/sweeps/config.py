"""What the configuration of sweeps may hold. Secrets do not: they come from files of their own or the environment."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import BeforeValidator, Field, PlainValidator, StrictBool, StrictInt, ValidationInfo, field_validator

from camscan.sweeps.configtypes import Duration, Filled, Name, Part, Text
from camscan.sweeps.coverage import Terms
from camscan.sweeps.receiverconfig import Apprise, Notify, Syslog
from camscan.sweeps.selection import Selection

_MAX_OF = 30


def _ratio(value: object) -> tuple[int, int]:
    found = re.fullmatch(r"\s*([0-9]{1,2})\s*/\s*([0-9]{1,2})\s*", value) if isinstance(value, str) else None
    misses, of = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= misses <= of <= _MAX_OF:
        raise ValueError("not a ratio")
    return misses, of


def _core(value: object) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) and 0 < len(one) <= 500 for one in value):
        raise ValueError("neither true, false nor a list of networks")
    return tuple(value)


class Site(Part):
    """A named place with its networks. Address space may repeat between sites."""

    name: Name = Field(
        description='give every site a name of its own, of at most 64 characters, such as name = "depot"'
    )
    networks: Annotated[tuple[Text, ...], Filled] = Field(
        description='list its networks, such as networks = ["10.20.0.0/22", "10.30.0.1-50"]'
    )
    exclude: tuple[Text, ...] = Field(
        default=(), description='list what is never touched, such as exclude = ["10.20.0.1"]'
    )
    exclude_files: tuple[Text, ...] = Field(default=(), description='list files of exclusions, such as ["never.txt"]')
    sensitive: StrictBool = Field(default=False, description="write true or false")
    core: Annotated[bool | tuple[str, ...], PlainValidator(_core)] = Field(
        default=False, description='write true, false, or its core networks, such as core = ["10.20.1.0/24"]'
    )
    profile: Literal["default", "gentle", "fast"] = Field(
        default="default", description='write "default", "gentle" or "fast"'
    )
    rate: StrictInt | None = Field(default=None, ge=1, le=100_000, description="write packets a second, as rate = 500")
    channels: tuple[Text, ...] = Field(default=(), description='list channels, as channels = ["wsd", "sadp", "http"]')
    interface: Text | None = Field(
        default=None, description='name the interface for multicast and ARP, such as interface = "eth1"'
    )
    policies: tuple[Text, ...] = Field(default=(), description='list policies, such as policies = ["uk-nil"]')
    decoys: tuple[Text, ...] = Field(
        default=(), description='list addresses that always answer, such as ["10.20.0.10"]'
    )
    expect: StrictInt | None = Field(
        default=None, ge=1, description="write how many devices the site has, such as expect = 50"
    )
    unlock: Annotated[str, Field(pattern=r"^(file|systemd):.+$")] | None = Field(
        default=None, description='say where its key is, such as unlock = "systemd:camscan-key" or "file:camscan.key"'
    )
    credentials: Text | None = Field(
        default=None,
        validate_default=True,
        description='name the file of logins, such as credentials = "logins.json", or "logins.age" and its unlock',
    )
    allow_public: StrictBool = Field(default=False, description="write true or false")
    allow_large: StrictBool = Field(default=False, description="write true or false")

    @property
    def core_networks(self) -> tuple[str, ...]:
        """What of the site is a core network."""
        if isinstance(self.core, tuple):
            return self.core
        return self.networks if self.core else ()

    @field_validator("networks", "exclude", "decoys")
    @classmethod
    def _stand_here(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if any(value == "-" or value.startswith("@") for value in values):
            raise ValueError("files and stdin cannot be named here")
        return values

    @field_validator("credentials")
    @classmethod
    def _can_be_unlocked(cls, name: str | None, info: ValidationInfo) -> str | None:
        if "unlock" in info.data and (info.data["unlock"] is not None) != (name or "").endswith(".age"):
            raise ValueError("unlock goes with an encrypted file (.age), and is needed for it")
        return name

    @field_validator("decoys")
    @classmethod
    def _are_addresses(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ip_address(value)) for value in values)


class Store(Part):
    """Where scans are kept."""

    url: Text | None = Field(default=None, description='name a file or a URL without a password, such as "camscan.db"')

    @field_validator("url")
    @classmethod
    def _without_password(cls, url: str | None) -> str | None:
        parts = urlsplit(url) if url and "://" in url else None
        options = parse_qs(parts.query.casefold()) if parts else {}
        if parts and (parts.password is not None or any("password" in name for name in options)):
            raise ValueError("it contains a password: put that into ~/.pgpass or the environment (PGPASSWORD)")
        return url


class Sweep(Selection):
    """How sweeps run, and which changes they log as warnings."""

    deadline: Duration = Field(default=6 * 3600.0, description='write a duration, such as deadline = "5h"')
    jitter: Duration | None = Field(default=None, description='write a duration, such as jitter = "10m"')
    miss_after: Annotated[tuple[int, int], BeforeValidator(_ratio)] = Field(
        default=(3, 3), description=f'write k/n with 1 <= k <= n <= {_MAX_OF}, such as miss_after = "3/3"'
    )


class Ping(Part):
    """A URL that is asked for after each success. It is a secret too: a file of its own, or CAMSCAN_PING_URL."""

    url_file: Text | None = Field(default=None, description='name a file, such as url_file = "ping.url"')
    timeout: Duration = Field(default=15.0, description='write a duration, such as timeout = "15s"')
    allow_private: StrictBool = Field(default=False, description="write true or false")


class Metrics(Part):
    """Where figures for Prometheus go."""

    textfile: Text = Field(description='name a file that ends in .prom, such as "/var/lib/node_exporter/camscan.prom"')


class Retention(Part):
    """How long sweeps are kept whole: what either says is to be kept, is."""

    sweeps: StrictInt = Field(
        default=10, ge=2, le=10_000, description="write how many sweeps of each site are kept, such as sweeps = 10"
    )
    days: StrictInt = Field(
        default=7, ge=0, le=36_500, description="write for how many days sweeps are kept, such as days = 7"
    )


class Config(Part):
    """The whole file. `folder` is where it lies: file names in it are relative to that."""

    site: Annotated[tuple[Site, ...], Filled] = Field(description="describe at least one site, under [[site]]")
    store: Store = Field(default_factory=Store)
    sweep: Sweep = Field(default_factory=Sweep)
    notify: Notify | None = None
    syslog: tuple[Syslog, ...] = ()
    apprise: tuple[Apprise, ...] = ()
    ping: Ping | None = None
    metrics: Metrics | None = None
    retention: Retention | None = None
    folder: Annotated[Path, Field(exclude=True)] = Path()

    def path(self, name: str) -> Path:
        """A file that the configuration names."""
        return self.folder / name

    def terms(self, site: Site) -> Terms:
        """What is asked of a site."""
        return Terms(*self.sweep.miss_after, site.decoys, site.expect)
