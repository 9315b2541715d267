"""Certificates and TLS contexts, made when the first client asks and kept in memory."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import tempfile
import warnings
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from camscan.simulator.schema import Certificate

_LEGACY_CIPHERS = "ALL:@SECLEVEL=0"
_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@cache
def context(certificate: Certificate) -> ssl.SSLContext:
    """A server context with this certificate. Thousands of names take up to a second."""
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate.key == "rsa-1024" or certificate.oldest_tls:
        found.set_ciphers(_LEGACY_CIPHERS)
    if certificate.oldest_tls:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            found.minimum_version = found.maximum_version = ssl.TLSVersion.TLSv1
    with tempfile.TemporaryDirectory() as folder:  # load_cert_chain reads nothing but files
        file = Path(folder, "pem")
        file.write_bytes(_pem(certificate))
        found.load_cert_chain(file)
    return found


def _pem(certificate: Certificate) -> bytes:
    """Key and certificate."""
    key = _key(certificate.key)
    made = _builder(certificate).public_key(key.public_key()).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + made.public_bytes(serialization.Encoding.PEM)


def _builder(certificate: Certificate) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(certificate.subject))
        .issuer_name(x509.Name.from_rfc4514_string(certificate.issuer or certificate.subject))
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(certificate.since, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(certificate.until, 1, 1, tzinfo=dt.UTC))
    )
    names: list[x509.GeneralName] = [_general_name(name) for name in certificate.names]
    names += [x509.DNSName(f"n{number:05}.example") for number in range(certificate.more_names)]
    return builder.add_extension(x509.SubjectAlternativeName(names), critical=False) if names else builder


def _general_name(name: str) -> x509.GeneralName:
    """An address, a URI or a DNS name by its looks; certificates have room for ASCII alone in the latter two."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        text = name.encode("ascii", "backslashreplace").decode()
        return x509.UniformResourceIdentifier(text) if "/" in text else x509.DNSName(text)


@cache
def _key(kind: str) -> _Key:
    """One key of each kind for all devices: making them is the slow part."""
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65_537, int(kind.removeprefix("rsa-")))
