"""What the configuration says of those who are told: where they are, and what of the changes they want to know."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StrictBool, StrictInt, field_validator, model_validator

from camscan.networks import is_private, is_public
from camscan.sweeps.configtypes import Duration, Name, Text
from camscan.sweeps.selection import Selection

_ENCRYPTED = {"http": "https", "udp": "tls", "tcp": "tls"}
"""Scheme that anybody on the way can read -> what to write instead."""


def _must_be_reached(url: str, allow_private: bool) -> None:
    """See that nothing is to go to an address that it never would; that of a name is known only later."""
    host = urlsplit(url).hostname or ""
    if not allow_private and is_private(host):
        raise ValueError(f"{host} is private: add allow_private = true")
    if is_public(host) and (secure := _ENCRYPTED.get(urlsplit(url).scheme)):
        raise ValueError(f"{host} is public: write {secure}://, which nobody on the way can read")


class Receiver(Selection):
    """What all of them have."""

    timeout: Duration = Field(default=15.0, description='write a duration, such as timeout = "15s"')
    allow_private: StrictBool = Field(default=False, description="write true or false")


class Notify(Receiver):
    """Where alerts go."""

    webhook: Text = Field(description='name the receiver, such as webhook = "https://alerts.example.org/camscan"')
    secret_file: Text | None = Field(default=None, description='name a file, such as secret_file = "webhook.secret"')

    @field_validator("webhook")
    @classmethod
    def _is_url(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment or parts.port == 0:
            raise ValueError("not a URL with http or https")
        if "@" in parts.netloc:
            raise ValueError("it contains a user name or password: leave that out, alerts are signed")
        return url

    @model_validator(mode="after")
    def _is_private_or_encrypted(self) -> Notify:
        if urlsplit(self.webhook).scheme == "http" and not self.allow_private:
            raise ValueError("http is for private receivers alone: write https, or allow_private = true as well")
        _must_be_reached(self.webhook, self.allow_private)
        return self


class Target(Receiver):
    """One of several receivers of a kind; `name` tells it from the others."""

    name: Name = Field(description='give every receiver a name of its own, such as name = "siem"')


class Syslog(Target):
    """A receiver of syslog."""

    to: Text = Field(
        description='name it, such as to = "tls://siem.example.org:6514", "udp://10.0.0.5" or "unix:/dev/log"'
    )
    format: Literal["rfc5424", "cef"] = Field(default="rfc5424", description='write "rfc5424" or "cef"')
    facility: StrictInt = Field(default=16, ge=0, le=23, description="write a facility's number, such as 16 for local0")

    @field_validator("to")
    @classmethod
    def _is_destination(cls, text: str) -> str:
        parts = urlsplit(text)
        local = parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc
        remote = (
            parts.scheme in ("udp", "tcp", "tls") and parts.hostname and parts.port != 0 and not parts.path.strip("/")
        )
        if not (local or remote) or "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError("not a receiver of syslog")
        return text

    @model_validator(mode="after")
    def _is_reached(self) -> Syslog:
        _must_be_reached(self.to, self.allow_private)
        return self


class Apprise(Target):
    """A receiver that apprise reaches. Its URL is a secret: it stands in a file, or in the environment."""

    url_file: Text | None = Field(default=None, description='name a file, such as url_file = "mail.url"')
    url_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")] | None = Field(
        default=None, description='name a variable, such as url_env = "CAMSCAN_MAIL_URL"'
    )

    @model_validator(mode="after")
    def _has_a_source(self) -> Apprise:
        if self.url_file is None and self.url_env is None:
            raise ValueError("its URL is missing: give url_file or url_env")
        return self
