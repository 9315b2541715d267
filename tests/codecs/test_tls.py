from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import distinguishednames, tls
from camscan.errors import DecodeError

SAMPLES = Path(__file__).parents[1] / "samples" / "tls"
OLD = (SAMPLES / "rsa-1024-sha1.der").read_bytes()
MULTI_VALUED = (SAMPLES / "ec-multi-valued.der").read_bytes()

OLD_NAMES = {
    "tls.subject": ("CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION,L=HangZhou,ST=ZheJiang,C=CN",),
    "tls.subject.cn": ("www.hikvision.com",),
    "tls.subject.o": ("HIKVISION",),
    "tls.subject.ou": ("DVRNVR",),
    "tls.issuer": ("CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION,L=HangZhou,ST=ZheJiang,C=CN",),
    "tls.issuer.cn": ("www.hikvision.com",),
    "tls.issuer.o": ("HIKVISION",),
    "tls.issuer.ou": ("DVRNVR",),
}


def test_a_certificate_is_decoded_whole() -> None:
    assert tls.decode(OLD, "TLSv1.2 AES128-SHA") == {
        **OLD_NAMES,
        "tls.sha256": (hashlib.sha256(OLD).hexdigest(),),
        "tls.serial": ("4D2",),
        "tls.not_before": ("2015-01-01T00:00:00Z",),
        "tls.not_after": ("2035-01-01T00:00:00Z",),
        "tls.key": ("rsa-1024",),
        "tls.version": ("TLSv1.2",),
        "tls.cipher": ("AES128-SHA",),
    }


def named(count: int, *others: x509.GeneralName) -> bytes:
    """A certificate with so many names, and others."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "IPC")])
    dns = [x509.DNSName(f"camera-{number}.example") for number in range(count)]
    names = x509.SubjectAlternativeName([*dns, *others])
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, begins, begins + timedelta(1))
    return builder.add_extension(names, critical=False).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_names_are_bounded() -> None:
    assert tls.decode(named(tls.MAX_NAMES + 1))["tls.san"] == tuple(
        f"camera-{number}.example" for number in range(tls.MAX_NAMES)
    )


def test_names_of_every_kind_are_text() -> None:
    directory = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "IPC"), x509.NameAttribute(NameOID.COUNTRY_NAME, "CN")]
    )
    kinds = [
        x509.DirectoryName(directory),
        x509.RegisteredID(x509.ObjectIdentifier("1.3.6.1.4.1.39165")),
        x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x0c\x01a"),
    ]
    names = tls.decode(named(0, *kinds))["tls.san"]
    assert names == ("C=CN,CN=IPC", "1.3.6.1.4.1.39165", "0c0161")


def test_of_a_certificate_that_is_too_large_only_what_stands_first_is_read() -> None:
    large = named(10_000)
    assert len(large) > tls.MAX_CERTIFICATE
    fields = tls.decode(large)
    assert fields["tls.subject.cn"] == ("IPC",)
    assert fields["tls.sha256"] == (hashlib.sha256(large).hexdigest(),)
    assert not {"tls.san", "tls.key", "tls.not_after"} & fields.keys()


def test_parts_with_two_values_and_alternative_names() -> None:
    subject = "emailAddress=a@example.org,CN=HP\\, Jetdirect,OU=J8028E+OU=2C413883186A,O=Hewlett-Packard Co."
    assert tls.decode(MULTI_VALUED) == {
        "tls.subject": (subject,),
        "tls.subject.cn": ("HP, Jetdirect",),
        "tls.subject.o": ("Hewlett-Packard Co.",),
        "tls.subject.ou": ("J8028E", "2C413883186A"),
        "tls.issuer": (subject,),
        "tls.issuer.cn": ("HP, Jetdirect",),
        "tls.issuer.o": ("Hewlett-Packard Co.",),
        "tls.issuer.ou": ("J8028E", "2C413883186A"),
        "tls.san": ("a.example", "192.168.1.64", "http://b.example/", "c@example.org"),
        "tls.sha256": (hashlib.sha256(MULTI_VALUED).hexdigest(),),
        "tls.serial": ("-5",),
        "tls.not_before": ("2020-02-29T12:00:00Z",),
        "tls.not_after": ("2021-03-01T12:00:00Z",),
        "tls.key": ("ec-256",),
    }


@pytest.mark.parametrize(
    "certificate",
    [
        OLD[:-1],
        OLD + b"junk",
        OLD.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x09"),  # X.509 version 10
        OLD[: OLD.rindex(b"www.hikvision.com") + 17],  # ends behind the subject
    ],
)
def test_a_certificate_that_no_library_accepts_still_gives_hash_and_names(certificate: bytes) -> None:
    assert tls.decode(certificate) == {**OLD_NAMES, "tls.sha256": (hashlib.sha256(certificate).hexdigest(),)}


def test_names_in_other_string_types_are_found_in_a_broken_certificate() -> None:
    name = "ü录".encode("utf-16-be")
    attribute = b"\x06\x03\x55\x04\x03\x1e" + bytes([len(name)]) + name
    assert tls.decode(b"\x30\x00" + attribute)["tls.issuer.cn"] == ("ü录",)


def test_a_bad_date_costs_only_the_date() -> None:
    fields = tls.decode(OLD.replace(b"150101000000Z", b"159901000000Z"))
    assert "tls.not_before" not in fields
    assert fields.items() >= OLD_NAMES.items()


def test_without_a_certificate_version_and_cipher_remain() -> None:
    assert tls.decode(b"", "TLSv1.3 TLS_AES_128_GCM_SHA256") == {
        "tls.version": ("TLSv1.3",),
        "tls.cipher": ("TLS_AES_128_GCM_SHA256",),
    }
    assert tls.decode(b"", "TLSv1.2") == {"tls.version": ("TLSv1.2",)}


@pytest.mark.parametrize("certificate", [b"", b"\x15\x03\x01\x00\x02\x02\x28", b"-----BEGIN CERTIFICATE-----"])
def test_what_is_no_certificate_is_refused(certificate: bytes) -> None:
    with pytest.raises(DecodeError, match="no DER certificate"):
        tls.decode(certificate)


def test_size_is_bounded() -> None:
    huge = OLD + bytes(1024 * 1024)
    assert tls.decode(huge) == {**OLD_NAMES, "tls.sha256": (hashlib.sha256(huge).hexdigest(),)}
    flood = b"\x30\x82" + b"\x06\x03\x55\x04\x0b\x13\x01a" * 8000
    assert tls.decode(flood)["tls.issuer.ou"] == ("a",) * distinguishednames.MAX_PARTS


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("CN=a,OU=b,O=c", "CN=a,OU=b,O=c"),
        (
            "C = TW, ST = Asia, O = D-Link Corporation, CN = www.dlink.com",
            "CN=www.dlink.com,O=D-Link Corporation,ST=Asia,C=TW",
        ),
        ("C=TW, O=Foo, Inc., CN=x", "CN=x,O=Foo\\, Inc.,C=TW"),
        ("/C=CN/ST=ZheJiang/O=A/S x/CN=www.hikvision.com", "CN=www.hikvision.com,O=A/S x,ST=ZheJiang,C=CN"),
        ("commonName=a/organizationName=b/countryName=CN", "CN=a,O=b,C=CN"),
        ("countryName=CN,organizationName=b,commonName=a", "CN=a,O=b,C=CN"),
        ("O=b,OU=c,CN=a", "CN=a,OU=c,O=b"),
        ("CN=MERCURY-00107F1ABAA0,OU=Engineering,O=Crestron Electronics\\, Inc.", None),
        ("CN=HP Jetdirect 38831831,OU=2C413883186A+OU=J8028E,O=Hewlett-Packard Co.", None),
        ("OU=DAHUATECH,O=DAHUA,L=HANGZHOU,ST=ZHEJIANG,C=CN,CN=192.168.1.108", None),
        ("CN=UniFi-Video Controller,OU=R&D,O=Ubiquiti Networks", None),
        ('O = "Foo, Inc.", CN = b', "CN=b,O=Foo\\, Inc."),
        ("CN=\\E5\\BD\\95\\C3\\BC", "CN=录ü"),
        ("cn=a,1.2.3=b,E=c@d", "CN=a,1.2.3=b,emailAddress=c@d"),
        ("EZVIZ Device", "CN=EZVIZ Device"),
        ("  ", None),
    ],
)
def test_names_as_other_tools_print_them(text: str, subject: str | None) -> None:
    assert tls.decode_names(text).get("tls.subject", ("",)) == ((text if subject is None else subject).strip(),)


def test_values_of_printed_names() -> None:
    assert tls.decode_names("OU=x\\,y+OU=z,O=Foo, CN=c", "O=DahuaTech,C=CN,CN=Product Root CA") == {
        "tls.subject": ("OU=x\\,y+OU=z,O=Foo,CN=c",),
        "tls.subject.cn": ("c",),
        "tls.subject.o": ("Foo",),
        "tls.subject.ou": ("x,y", "z"),
        "tls.issuer": ("O=DahuaTech,C=CN,CN=Product Root CA",),
        "tls.issuer.cn": ("Product Root CA",),
        "tls.issuer.o": ("DahuaTech",),
    }


@pytest.mark.parametrize("sample", [OLD, MULTI_VALUED])
def test_damaged_certificates(sample: bytes) -> None:
    assert_survives(tls.decode, sample)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_bytes(certificate: bytes, version: str) -> None:
    try:
        fields = tls.decode(b"\x30" + certificate, version)
    except DecodeError:
        return
    assert set(fields) <= set(tls.FIELDS)


@given(st.text(max_size=200) | st.text("CNO= ,+/\\\"'05;", max_size=100), st.text(max_size=50))
def test_any_printed_name(subject: str, issuer: str) -> None:
    fields = tls.decode_names(subject, issuer)
    assert set(fields) <= set(tls.FIELDS)
    assert str(fields).encode()
