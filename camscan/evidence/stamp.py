"""RFC 3161 time stamps over a bundle's signature: the query, the authority's reply, and what a reply proves.

The reply is kept as it came, so that `openssl ts -verify` reads it too. Needs rfc3161-client (the extra `timestamp`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import ModuleType
from typing import Any

from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

from camscan.errors import EvidenceError, HostError, UsageError, brought_by
from camscan.evidence.manifest import STAMP

MAX_BYTES = 256 << 10  # of a reply; with a chain of certificates it has about 6 KB
_SHA256 = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a reply says. `trusted`: its signature leads to a certificate that the reader gave; else it only claims."""

    at: datetime
    authority: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of an authority, with a nonce."""

    der: bytes
    nonce: int | None


def query(data: bytes) -> Query:
    """Ask for a time stamp over the SHA-256 of some bytes. Raises HostError if the library for it is missing."""
    library = _library()
    builder = library.TimestampRequestBuilder().data(data).hash_algorithm(library.HashAlgorithm.SHA256)
    made = builder.cert_request(cert_request=True).nonce(nonce=True).build()
    return Query(made.as_bytes(), made.nonce)


def check(reply: bytes, data: bytes, roots: bytes | None = None, nonce: int | None = None) -> Stamp:
    """Read a reply over some bytes; with `roots` (PEM) also whether an authority that they vouch for gave it.

    Raises EvidenceError if it is none, it is over other bytes, it answers another query, or the roots do not vouch for
    it; HostError if the library for it is missing; UsageError if the roots are no certificates.
    """
    library = _library()
    anchors = _certificates(roots) if roots is not None else []
    info, authority = None, ""
    try:
        read = library.decode_timestamp_response(reply)
        status = library.PKIStatus(read.status)
        if status in {library.PKIStatus.GRANTED, library.PKIStatus.GRANTED_WITH_MODS}:
            info, authority = read.tst_info, _authority(read.signed_data)
    except Exception as error:  # the decoders raise their own errors beside ValueError, on bytes that anybody chose
        raise EvidenceError(f"{STAMP}: is not a time stamp: {error}") from error
    if info is None:
        raise EvidenceError(f"{STAMP}: the authority issued none, and answered {status.name}")
    imprint = info.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != sha256(data).digest():
        raise EvidenceError(f"{STAMP}: is not over this bundle's signature")
    if nonce is not None and info.nonce != nonce:
        raise EvidenceError(f"{STAMP}: answers another query")
    if anchors:
        verifier = library.VerifierBuilder(roots=anchors).build()
        try:
            verifier.verify_message(read, data)
        except Exception as error:  # as above
            raise EvidenceError(f"{STAMP}: the given certificates do not vouch for it: {error}") from error
    return Stamp(info.gen_time, authority, bool(anchors))


def _authority(signed: Any) -> str:
    """The name in the certificate of the one who signed, where the reply holds it, else the certificate's issuer."""
    signer = next(iter(signed.signer_infos))
    for certificate in map(load_der_x509_certificate, signed.certificates):
        if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
            return certificate.subject.rfc4514_string()
    return f"an authority certified by {signer.issuer.rfc4514_string()}"


def _certificates(pem: bytes) -> list[object]:
    try:
        return list(load_pem_x509_certificates(pem))
    except ValueError as error:
        raise UsageError("the authority's certificates cannot be read: give a file of certificates in PEM") from error


def _library() -> ModuleType:
    try:
        import rfc3161_client  # noqa: PLC0415  an extra
    except ImportError as error:
        raise HostError(f"time stamps need rfc3161-client: run {brought_by('timestamp')}") from error
    return rfc3161_client
