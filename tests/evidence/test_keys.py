"""Keys are those of openssl, and never shown."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from support.stamps import openssl

from camscan.errors import UsageError
from camscan.evidence import keys


def test_openssl_checks_what_camscan_signs(tmp_path: Path) -> None:
    signer = keys.generate()
    (tmp_path / "key.pem").write_bytes(signer.public.pem)
    (tmp_path / "data").write_bytes(b"data")
    (tmp_path / "sig").write_bytes(signer.sign(b"data"))
    words = ("pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "data", "-sigfile", "sig")
    assert b"Verified Successfully" in openssl(tmp_path, *words)
    der = openssl(tmp_path, "pkey", "-pubin", "-in", "key.pem", "-outform", "DER")
    assert sha256(der).hexdigest() == signer.public.fingerprint


def test_camscan_signs_with_a_key_that_openssl_made(tmp_path: Path) -> None:
    pem = openssl(tmp_path, "genpkey", "-algorithm", "ed25519")
    signer = keys.load_private(pem, "k")
    assert signer.pem() == pem
    assert signer.public.holds(signer.sign(b"x"), b"x")
    assert keys.load_public(signer.public.pem, "k").fingerprint == signer.public.fingerprint


def test_a_signature_is_over_these_bytes_by_this_key() -> None:
    signer = keys.generate()
    signature = signer.sign(b"data")
    assert signature == signer.sign(b"data")
    assert not signer.public.holds(signature, b"dat")
    assert not signer.public.holds(signature[:63], b"data")
    assert not signer.public.holds(signature + b"\0", b"data")
    assert not keys.generate().public.holds(signature, b"data")


def other_keys() -> list[bytes]:
    curve, own = ec.generate_private_key(ec.SECP256R1()), keys.generate()
    private = own._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    return [
        b"",
        b"junk",
        b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
        curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        curve.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        private,
    ]


@pytest.mark.parametrize("pem", other_keys())
def test_what_is_no_such_key_is_refused_and_not_quoted(pem: bytes) -> None:
    for load in (keys.load_private, keys.load_public):
        with pytest.raises(UsageError, match=r"^k\.pem contains no Ed25519") as caught:
            load(pem, "k.pem")
        assert "c2Vj" not in str(caught.value)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_signer_does_not_show_its_key() -> None:
    signer = keys.generate()
    assert signer.pem().splitlines()[1].decode() not in repr(signer) + str(vars(signer))
