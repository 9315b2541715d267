"""The UsernameToken of WS-Security (OASIS UsernameToken Profile 1.0), which authenticates ONVIF requests.

The password itself is never sent: the token holds Base64(SHA-1(nonce + created + password)).
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from camscan.errors import UsageError

_DIGEST = re.compile(rb"#PasswordDigest\">([A-Za-z0-9+/=]+)<")
_EMPTY_HEADER = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?Header)\s*(?:/>|>\s*</\1\s*>)")

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
_SECURITY = (
    '<wsse:Security xmlns:wsse="{oasis}-wssecurity-secext-1.0.xsd" xmlns:wsu="{oasis}-wssecurity-utility-1.0.xsd">'
    "<wsse:UsernameToken><wsse:Username>{user}</wsse:Username>"
    '<wsse:Password Type="{oasis}-username-token-profile-1.0#PasswordDigest">{digest}</wsse:Password>'
    '<wsse:Nonce EncodingType="{oasis}-soap-message-security-1.0#Base64Binary">{nonce}</wsse:Nonce>'
    "<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
)


def password_digest(password: str, nonce: bytes, created: str) -> str:
    """Base64 of the digest that stands for the password."""
    digest = hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def signed(envelope: bytes, login: tuple[str, str], *, nonce: bytes, created: datetime) -> bytes:
    """The envelope with a token in its empty Header. `login` is user name and password, `created` the device's time.

    Raises UsageError if the envelope has no empty Header, or several.
    """
    user, password = login
    moment = f"{created.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{created.microsecond // 1000:03}Z"
    token = _SECURITY.format(
        oasis=_OASIS,
        user=escape(user),
        digest=password_digest(password, nonce, moment),
        nonce=base64.b64encode(nonce).decode(),
        created=moment,
    ).encode()
    result, count = _EMPTY_HEADER.subn(lambda found: b"<%b>%b</%b>" % (found[1], token, found[1]), envelope)
    if count != 1:
        raise UsageError(f"a token has no place in this envelope: it has {count} empty headers and not one")
    return result


def digests(envelope: bytes) -> tuple[str, ...]:
    """The password digests in an envelope that has been signed here."""
    return tuple(found.decode() for found in _DIGEST.findall(envelope))
