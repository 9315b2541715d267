"""Fields of TLS certificates (X.509, RFC 5280), even of invalid ones, and of names as other tools print them."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from camscan.codecs.distinguishednames import MAX_PARTS, MAX_VALUE, SHORT, Name, name_fields, read_name
from camscan.codecs.text import clip, to_text
from camscan.errors import DecodeError

if TYPE_CHECKING:
    from cryptography import x509

A = TypeVar("A")
T = TypeVar("T")

FIELDS = (
    "tls.subject",
    "tls.subject.cn",
    "tls.subject.o",
    "tls.subject.ou",
    "tls.issuer",
    "tls.issuer.cn",
    "tls.issuer.o",
    "tls.issuer.ou",
    "tls.san",
    "tls.sha256",
    "tls.serial",
    "tls.not_before",
    "tls.not_after",
    "tls.key",
    "tls.version",
    "tls.cipher",
)

MAX_CERTIFICATE = 64 * 1024  # bytes; certificates of devices have one to two thousand
MAX_NAMES = 64  # subject alternative names that are kept
# An attribute of a name in DER: OID 2.5.4.x, then a string of less than 128 bytes. All but BMPString hold plain text.
_ATTRIBUTE = re.compile(rb"\x06\x03\x55\x04([\x03\x05-\x0b])([\x0c\x12-\x14\x16\x1a\x1c\x1e])([\x01-\x7f])", re.DOTALL)
_BMP_STRING = b"\x1e"
_VALIDITY = re.compile(rb"\x30.(?:\x17\x0d|\x18\x0f)[0-9]{12}", re.DOTALL)
_PUBLIC_KEY = re.compile(
    rb"\x06(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01|\x07\x2a\x86\x48\xce\x3d\x02\x01)"
)  # RSA, EC


def decode(certificate: bytes, tls: str = "") -> dict[str, tuple[str, ...]]:
    """The fields of a DER certificate, and of `tls`, which names version and cipher ("TLSv1.2 AES128-SHA").

    A certificate that no library accepts still gives its hash and the names that can be found in it.
    Raises DecodeError where there is neither a certificate nor a version.
    """
    version, _, cipher = tls.strip().partition(" ")
    found = {"tls.version": [version], "tls.cipher": [cipher.strip()]}
    if certificate.startswith(b"\x30"):
        found |= _certificate_fields(certificate)
    elif certificate or not version:
        raise DecodeError(f"no DER certificate: it begins with {certificate[:16]!r}")
    return _present(found)


def decode_names(subject: str, issuer: str = "") -> dict[str, tuple[str, ...]]:
    """The fields of a subject and an issuer that another tool printed.

    Read are the shapes "CN=a,OU=b" (RFC 4514), "C = CN, O = a, CN = b" and "/C=CN/CN=b" (openssl),
    "commonName=a/organizationName=b" (nmap), and a lone common name. Never raises.
    """
    return _present(name_fields("tls.subject", read_name(subject)) | name_fields("tls.issuer", read_name(issuer)))


def _certificate_fields(certificate: bytes) -> dict[str, list[str]]:
    from cryptography import x509  # noqa: PLC0415 - takes longer to load than all other codecs together

    found = {"tls.sha256": [hashlib.sha256(certificate).hexdigest()]}
    names = _scanned_names(certificate[:MAX_CERTIFICATE])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of negative serial numbers and the like, which devices do have
        loaded = _attempt(x509.load_der_x509_certificate, certificate[:MAX_CERTIFICATE])
        if loaded is not None:
            found |= {field: _attempt(read, loaded) or [] for field, read in _READERS.items()}
            read_names = {field: _attempt(read, loaded) for field, read in _NAME_READERS.items()}
            names |= {field: name for field, name in read_names.items() if name is not None}
    for field, name in names.items():
        found |= name_fields(field, name)
    return found


def _attempt(read: Callable[[A], T], argument: A) -> T | None:
    """The result of a reader, or None if the library refuses its input."""
    from cryptography import exceptions, x509  # noqa: PLC0415

    try:
        return read(argument)
    except (
        ValueError,
        TypeError,
        OverflowError,
        exceptions.UnsupportedAlgorithm,
        x509.InvalidVersion,
        x509.ExtensionNotFound,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ):
        return None


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    from cryptography import x509  # noqa: PLC0415

    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [clip(_alternative_name(name), MAX_VALUE) for name in islice(names, MAX_NAMES)]


def _alternative_name(name: x509.GeneralName) -> str:
    """A name as text; of a kind that cryptography does not decode, the hexadecimal digits of its value."""
    from cryptography import x509  # noqa: PLC0415

    match name.value:
        case bytes() as value:
            return value.hex()
        case x509.Name() as value:
            return value.rfc4514_string()
        case x509.ObjectIdentifier() as value:
            return value.dotted_string
        case value:
            return str(value)


def _key(certificate: x509.Certificate) -> list[str]:
    """Algorithm and size: "rsa-2048", "ec-256", "ed25519"."""
    key = certificate.public_key()
    algorithm = type(key).__name__.removesuffix("PublicKey").lower()
    return [f"{algorithm}-{key.key_size}" if hasattr(key, "key_size") else algorithm]


def _time(at: datetime) -> list[str]:
    return [at.strftime("%Y-%m-%dT%H:%M:%SZ")]


_READERS: dict[str, Callable[[x509.Certificate], list[str]]] = {
    "tls.san": _alternative_names,
    "tls.serial": lambda certificate: [format(certificate.serial_number, "X")],
    "tls.not_before": lambda certificate: _time(certificate.not_valid_before_utc),
    "tls.not_after": lambda certificate: _time(certificate.not_valid_after_utc),
    "tls.key": _key,
}


def _from_x509(name: x509.Name) -> Name:
    return [
        [(SHORT.get(part.oid.dotted_string, part.oid.dotted_string), _as_text(part.value)) for part in rdn]
        for rdn in reversed(name.rdns[:MAX_PARTS])
    ]


_NAME_READERS: dict[str, Callable[[x509.Certificate], Name]] = {
    "tls.subject": lambda certificate: _from_x509(certificate.subject),
    "tls.issuer": lambda certificate: _from_x509(certificate.issuer),
}


def _as_text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()


def _scanned_names(certificate: bytes) -> dict[str, Name]:
    """Issuer and subject found by their position: before the validity, and between the validity and the key."""
    validity = _VALIDITY.search(certificate)
    if validity is None:
        return {"tls.issuer": _scanned_name(certificate)}
    key = _PUBLIC_KEY.search(certificate, validity.end())
    subject = certificate[validity.end() : key.start() if key else None]
    return {"tls.issuer": _scanned_name(certificate[: validity.start()]), "tls.subject": _scanned_name(subject)}


def _scanned_name(der: bytes) -> Name:
    name = []
    for match in islice(_ATTRIBUTE.finditer(der), MAX_PARTS):
        raw = der[match.end() : match.end() + match[3][0]]
        value = raw.decode("utf_16_be", "replace") if match[2] == _BMP_STRING else to_text(raw)
        name.append([(SHORT[f"2.5.4.{match[1][0]}"], value)])
    return name[::-1]


def _present(found: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """The fields without empty values, in the order of FIELDS."""
    kept = {field: tuple(value for value in found.get(field, ()) if value) for field in FIELDS}
    return {field: values for field, values in kept.items() if values}
