"""The cameras behind a recorder: the fields of each channel in its list, whichever web API the list came from.

Such lists contain the logins of the cameras, some in clear text. `redacted` masks them before an answer is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from camscan.codecs import layout
from camscan.records import Fields

FIELDS = (
    "behind.api",
    "behind.slot",
    "behind.protocol",
    "behind.manufacturer",
    "behind.model",
    "behind.firmware",
    "behind.serial",
    "behind.mac",
    "behind.address",
    "behind.host",
    "behind.name",
    "behind.online",
    "recorder.channels",
)

MAX_SLOTS = 512  # channels of one recorder; the largest take 256

_HOST = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._-]{0,252}")
_NAME = rb"(?:user_?name|pass_?word|passwd|pwd)"
_LOGINS = re.compile(
    rb"<(?:\w+:)?\w*%(name)b(?:\s[^<>]*)?>(?:<!\[CDATA\[((?:[^\]]|\](?!\]>))*+)|([^<]*))"  # <userName>admin</userName>
    rb"|\"\w*%(name)b\"\s*:\s*(?:\"((?:[^\"\\]|\\.)*)|(?P<number>[0-9][0-9.]*))"  # "UserName": "admin", "pwd": 12345
    rb"|^[\w.:\[\]-]*%(name)b=([^\r\n]*)"  # ....Password=12345
    rb"|%(name)b=\"?([^\r\n<\"&]*)"  # the same where the line begins with something else
    rb"|://([^/@\s<>\":]*+:(?:(?!://)[^\s<>\"]){0,128}(?=@)|[^/@\s<>\"]*+(?=@))"  # rtsp://admin:12/3@45@10.1.1.2/
    rb"|[?&](?=\w*?(?:user|usr|pass|pwd))\w*+=([^&\s<>\"]*)" % {b"name": _NAME},  # ...?user=admin&pwd=12345
    re.IGNORECASE | re.MULTILINE,
)


class WebApiCodec(Protocol):
    """A module that is the codec of a maker's web API, with the cameras behind a recorder."""

    @property
    def REQUESTS(self) -> tuple[str, ...]:  # noqa: N802 - a constant of the module, as those below
        """The paths that are tried without a login."""

    @property
    def QUESTIONS(self) -> tuple[str, ...]:  # noqa: N802
        """The paths that an enrolled device is asked for."""

    @property
    def CHANNEL_QUESTIONS(self) -> tuple[str, ...]:  # noqa: N802
        """The further paths that an enrolled recorder is asked for."""

    def decode(self, body: bytes) -> Fields:
        """The fields of an answer."""

    def slots(self, body: bytes) -> Sequence[bytes]:
        """The parts of an answer, one for each channel."""

    def decode_slot(self, part: bytes) -> Fields:
        """The fields of one such part."""


def redacted(content: bytes) -> bytes:
    """The content with all user names and passwords replaced by asterisks, numbers by nines, of the same length."""
    return _LOGINS.sub(_masked, content)


def slot(api: str, number: str, pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The fields of one channel. `api` names the interface, `number` the channel as the recorder's screen counts it.

    An address that is none, such as 0.0.0.0, and a MAC that names no station are left out; some recorders reach their
    cameras by name.
    """
    known = [("behind.api", api), ("behind.slot", number)]
    for name, value in pairs:
        if name == "behind.address":
            known.append((name, layout.address(value)))
            known.append(("behind.host", value if _HOST.fullmatch(value) else ""))
        elif name == "behind.mac":
            known.append((name, layout.hardware_address(value)))
        else:
            known.append((name, value))
    return layout.fields(known)


def counted(text: str) -> str:
    """The number of a channel as text; "" if it is not a number, or too large."""
    plain = text.strip()
    sensible = plain.isascii() and plain.isdecimal() and len(plain) <= 5
    return str(int(plain)) if sensible else ""


def _masked(match: re.Match[bytes]) -> bytes:
    group = match.lastindex or 0
    start, end = (place - match.start() for place in match.span(group))
    mask = b"9" if match["number"] else b"*"  # a number without quotes has to stay one
    return match[0][:start] + mask * (end - start) + match[0][end:]
