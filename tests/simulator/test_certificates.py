from __future__ import annotations

import asyncio
import ssl
import warnings

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from support.site import client_context, persona, site_of

from camscan.simulator import certificates
from camscan.simulator.schema import Certificate

ROUTES = {"*": {"head": "HTTP/1.0 200 OK\n", "body": "secret"}}


async def shown(certificate: Certificate) -> tuple[x509.Certificate, str]:
    """The certificate that a client gets, and the version of TLS."""
    async with site_of(
        persona(serial="SN1", web=[{"tls_ports": [443], "certificate": certificate, "routes": ROUTES}])
    ) as site:
        reader, writer = await asyncio.open_connection(site.devices[0].address, 443, ssl=client_context())
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert (await reader.read()).endswith(b"secret")
        tls = writer.get_extra_info("ssl_object")
        writer.transport.abort()
        await asyncio.sleep(0)
        return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True)), tls.version()


@pytest.mark.privileged_ports
async def test_names_dates_and_places() -> None:
    told = Certificate(
        subject="CN={serial},OU=DVRNVR,C=CN",
        issuer="CN=CA {serial}",
        names=("a.example", "10.0.0.1"),
        since=2013,
        until=2033,
    )
    found, version = await shown(told)
    assert [attribute.value for attribute in found.subject] == ["CN", "DVRNVR", "SN1"]
    assert found.issuer.rfc4514_string() == "CN=CA SN1"
    assert (found.not_valid_before_utc.year, found.not_valid_after_utc.year) == (2013, 2033)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["a.example"]
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.1"]
    assert version == "TLSv1.3"


@pytest.mark.privileged_ports
async def test_self_signed_with_the_oldest_key_and_version() -> None:
    found, version = await shown(Certificate(subject="CN=old", key="rsa-1024", oldest_tls=True))
    key = found.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 1024
    assert found.issuer == found.subject
    assert version == "TLSv1"


def test_thousands_of_names() -> None:
    made = certificates.context(Certificate(subject="CN=many", more_names=10_000))
    assert isinstance(made, ssl.SSLContext)


def test_each_is_made_once() -> None:
    assert certificates.context(Certificate(subject="CN=a")) is certificates.context(Certificate(subject="CN=a"))


def test_old_versions_warn_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        certificates.context(Certificate(subject="CN=quiet", oldest_tls=True))


@pytest.mark.privileged_ports
@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01"])
async def test_clients_that_fail_the_handshake_do_no_harm(sent: bytes) -> None:
    web = {"tls_ports": [443], "certificate": {"subject": "CN=a"}, "routes": ROUTES}
    async with site_of(persona(web=[web])) as site:
        _, writer = await asyncio.open_connection(site.devices[0].address, 443)
        writer.write(sent)
        await asyncio.sleep(0.1)
        writer.transport.abort()
        await asyncio.sleep(0)
        assert site.devices[0].counters.connections == 1
