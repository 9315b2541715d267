"""Ed25519 keys (RFC 8032) in PEM, as `openssl pkey` reads and writes them too: PKCS #8 and SubjectPublicKeyInfo."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from camscan.errors import UsageError

MAX_BYTES = 16 << 10  # of a key's file; one of Ed25519 has 113 or 119
_NO_PRIVATE = "contains no Ed25519 private key in PEM without a passphrase: make one with `camscan evidence keygen`"
_NO_PUBLIC = "contains no Ed25519 public key in PEM: give the .pub file that `camscan evidence keygen` wrote"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Whom a signature is by."""

    key: Ed25519PublicKey

    @property
    def pem(self) -> bytes:
        """The key as a file."""
        return self.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the key in DER: `openssl pkey -pubin -in key.pem -outform DER | sha256sum`."""
        return sha256(self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()

    def holds(self, signature: bytes, data: bytes) -> bool:
        """Whether it signed the data."""
        try:
            self.key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


class Signer:
    """A private key. Nothing here shows it but `pem`, which is for its file alone."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        return PublicKey(self._key.public_key())

    def sign(self, data: bytes) -> bytes:
        """64 bytes; the same for the same data."""
        return self._key.sign(data)

    def pem(self) -> bytes:
        """The private key as a file, without a passphrase."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def generate() -> Signer:
    """A new key, from the operating system's random numbers."""
    return Signer(Ed25519PrivateKey.generate())


def load_private(pem: bytes, where: str) -> Signer:
    """The private key of a file; `where` names it in messages. Raises UsageError if it is none, or of another kind."""
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # what they say may quote the file
        raise UsageError(f"{where} {_NO_PRIVATE}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{where} {_NO_PRIVATE}")
    return Signer(key)


def load_public(pem: bytes, where: str) -> PublicKey:
    """The public key of a file. Raises UsageError if it is none, or one of another kind."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(f"{where} {_NO_PUBLIC}") from None
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{where} {_NO_PUBLIC}")
    return PublicKey(key)
