from __future__ import annotations

import json
import ssl
import textwrap
from pathlib import Path

import pytest

from camscan.imports.forms.certificate import der, is_named, names, shown

SAMPLES = Path(__file__).parents[2] / "samples"
SUBJECT = "CN=cam,OU=b,O=Example,C=CN"


@pytest.mark.parametrize(
    "text",
    [
        "CN=cam,OU=b,O=Example,C=CN",
        "subject: CN=cam,OU=b,O=Example,C=CN",
        "subject=C = CN, O = Example, OU = b, CN = cam",
        "subject=/C=CN/O=Example/OU=b/CN=cam",
        "Subject: commonName=cam/organizationalUnitName=b/organizationName=Example/countryName=CN",
        "| ssl-cert: Subject: commonName=cam/organizationalUnitName=b/organizationName=Example/countryName=CN",
        " 0 s:C = CN, O = Example, OU = b, CN = cam",
        json.dumps({"subject": {"CN": "cam", "OU": "b", "O": "Example", "C": "CN"}}),
        "{'subject': ((('commonName', 'cam'),), (('OU', 'b'),), (('organizationName', 'Example'),), (('C', 'CN'),))}",
    ],
)
def test_a_subject_as_the_usual_tools_print_it(text: str) -> None:
    (one,) = names(text)
    assert one.fields["tls.subject"] == (SUBJECT,)
    assert "tls.issuer" not in one.fields


@pytest.mark.parametrize(
    "text",
    [
        'tls: subject="CN=cam,O=Example" issuer="CN=b"',
        "Common Name (CN)\tcam\nOrganization (O)\tExample",
        "Issued To\nCommon Name: cam\nOrganization: Example\nIssued By\nCommon Name: b\nOrganization: c",
        "CN=cam\nO=Example",
        "Certificate: Subject: CN=cam, O=Example Validity Not Before: x",
        '{"tls": {"certificate": {"subject_dn": "CN=cam, O=Example", "issuer_dn": "CN=b"}}}',
        '{"tls": {"leaf": {"subject": {"common_name": ["cam"], "organization": ["Example"]}}}}',
        '[{"subject_cn": "cam", "subject_org": ["Example"]}]',
        '{"subject": [[["commonName", "cam"]], [["organizationName", "Example"]]]}',
        "Owner: CN=cam, O=Example\nIssuer: CN=b",
        "subject: CN=cam, O=Example; issuer: CN=b",
        "subject: CN=cam, O=Example | issuer: CN=b",
        "subject: CN=cam, O=Example; issuer: CN=b; SAN: DNS:c",
        "Subject CN=cam, O=Example, Issuer CN=b",
        "certificate.subject: CN=cam,O=Example\ncertificate.issuer: CN=b",
        "Issuer:\n  Common Name: b\nSubject:\n  Country:\n  Organization: Example\n  Common Name: cam",
        "Thumbprint Subject\n" + "0A" * 20 + "  CN=cam, O=Example",
        "Subject: O=Example, CN=cam",
        "- subject `CN=cam,O=Example', issuer `CN=b', serial 0x05, RSA key 2048 bits",
        "subject: 'CN=cam,O=Example'\nissuer:  'CN=b'",
        "<X509Name object '/O=Example/CN=cam'>",
        "#<OpenSSL::X509::Name CN=cam,O=Example>",
        "<Name(CN=cam,O=Example)>",
        "subject: rdnSequence (0)\n    rdnSequence: 2 items (id-at-commonName=cam,id-at-organizationName=Example)",
        "subject: [Object: null prototype] {\n  O: 'Example',\n  CN: 'cam'\n},",
        '{"subject": {"organizationName": "Example", "commonName": "cam"}}',
        "{ O: 'Example', CN: 'cam' }",
        "{\n  O: 'Example',\n  CN: 'cam'\n}",
        "subject: { O: 'Example', CN: 'cam' },\nissuer: { CN: 'b' }",
        "subject=\n    organizationName          = Example\n    commonName                = cam\n",
        "CN=cam, O=Example; issuer CN=b",
        "O=Example CN=cam",
        "CN=cam O=Example",
        "CN: cam, O: Example",
        "Issued By:\n|- Common Name:\nb\n\nIssued To:\n|- Organization:\nExample\n|- Common Name:\ncam",
        "Subject Name\nOrganization\nExample\nCommon Name\ncam\n\nIssuer Name\nCommon Name\nb",
        "O: Example; CN: cam",
        '{"CN": "cam", "O": "Example"}',
        '{"organizationName": "Example", "commonName": "cam"}',
        '{"cert": {"organization_name": ["Example"], "common_name": ["cam"]}}',
        "[Subject]\n  CN=cam, O=Example\n\n[Issuer]\n  CN=b\n\n[Serial Number]\n  01",
    ],
)
def test_a_subject_as_viewers_programs_and_search_engines_show_it(text: str) -> None:
    assert is_named(text)
    (one,) = names(text)
    assert one.fields["tls.subject"] == ("CN=cam,O=Example",)


@pytest.mark.parametrize("text", ["issuer: O=Example", "issuer:O=Example"])
def test_an_issuer_alone(text: str) -> None:
    assert is_named(text)
    (one,) = names(text)
    assert one.fields["tls.issuer"] == ("O=Example",)


@pytest.mark.parametrize(
    "text",
    [
        '{"mail": {"subject": "Hello"}}',
        "Organization: a\nCountry: b",
        '{"c": "a", "l": "b"}',
        '{"CN": "a", "port": "b"}',
        '{"whois": {"organization": "a", "country": "b"}, "ip": "192.0.2.1"}',
        '{"asn": {"organization": "a"}}',
        '{"chain": [{"issuer": "a"}, {"CN": "b"}]}',
        "O: Linux",
        "C: a\nL: b",
        "Server: a/1\nDate: b",
        '{"subject": [[["a"]], 1]}',
        "[" * 100,
    ],
)
def test_other_texts_name_nobody(text: str) -> None:
    assert not is_named(text)


@pytest.mark.parametrize("end", ["; SAN: DNS:c", " | Not after: 2030-01-01", "; serial number: 5", ";"])
def test_what_follows_a_name_on_its_line_is_no_part_of_it(end: str) -> None:
    (one,) = names(f"subject: CN=a; issuer: CN=b{end}")
    assert (one.fields["tls.subject.cn"], one.fields["tls.issuer.cn"]) == (("a",), ("b",))


def test_the_first_name_of_a_verified_chain_is_the_subject() -> None:
    (one,) = names("depth=1 O = c, CN = b\ndepth=0 O = Example, CN = cam\nverify error:num=18:self signed certificate")
    assert one.fields["tls.subject"] == ("CN=cam,O=Example",)
    assert "tls.issuer" not in one.fields


def test_issuer_and_alternative_names() -> None:
    text = "subject: CN=a\nissuer: O=b,CN=c\nSubject Alternative Name: DNS:a.local, IP Address:192.0.2.1"
    (one,) = names(text)
    assert one.fields["tls.issuer.cn"] == ("c",)
    assert one.fields["tls.san"] == ("a.local", "192.0.2.1")


LISTED = """\
ssl-cert:
  subject:
    commonName: cam
    organizationalUnitName: b
    organizationName: Example
    countryName: CN
  issuer:
    commonName: ca
  serial: 5
  validity:
    notBefore: 2020-01-01
"""


@pytest.mark.parametrize("margin", ["", "| "])
def test_names_of_which_each_part_has_a_line_of_its_own(margin: str) -> None:
    text = "".join(f"{margin}{line}\n" for line in LISTED.splitlines())
    assert is_named(text)
    (one,) = names(text)
    assert (one.fields["tls.subject"], one.fields["tls.issuer"]) == ((SUBJECT,), ("CN=ca",))


def test_names_with_bare_headings_and_abbreviated_kinds() -> None:
    text = "Subject\n    CN: cam\n    Org: Example\n    Locality: Town\n    Country: CN\n"
    text += "Issuer\n    CN: ca\n    State: Zone\n"
    assert is_named(text)
    (one,) = names(text)
    assert one.fields["tls.subject"] == ("CN=cam,O=Example,L=Town,C=CN",)
    assert one.fields["tls.issuer"] == ("CN=ca,ST=Zone",)


def test_pem_as_nmap_prints_it() -> None:
    data = (SAMPLES / "tls" / "rsa-1024-sha1.der").read_bytes()
    pem = textwrap.indent(ssl.DER_cert_to_PEM_cert(data), "| ")
    assert is_named(pem)
    (one,) = names(pem)
    assert one.raw == data


def test_prose_is_no_name() -> None:
    assert not is_named("The subject of this letter")
    assert not is_named("Subject:\nDear Sir: thank you\n")
    assert list(names("line one\nline two")) == []


@pytest.mark.parametrize("data", [b"", b"0", b"00:18:85:2c:d8:e1", b"\x30\x82"])
def test_short_sequences_are_no_certificates(data: bytes) -> None:
    assert all("tls.subject" not in one.fields for one in der(data))


def test_json_of_names_is_a_certificate() -> None:
    assert is_named('{"subject": {"O": "A", "CN": "b"}}')
    assert not is_named('{"title": "A"}')


def test_a_viewer_of_a_name_without_a_common_name() -> None:
    (one,) = names("Issued To\nOrganization (O)\tExample\nOrganizational Unit (OU)\tb")
    assert one.fields["tls.subject.o"] == ("Example",)


def test_the_certificate_that_curl_shows() -> None:
    (one,) = shown("* Server certificate:\n*  subject: C=TW; O=Acme Inc.; CN=NAS\n*  issuer: CN=CA\n< HTTP/1.1 200 OK")
    assert (one.fields["tls.subject.o"], one.fields["tls.subject.cn"]) == (("Acme Inc.",), ("NAS",))
    assert not list(shown("* subject: CN=a"))


def test_names_under_the_word_certificate() -> None:
    (one,) = names('CertSubject = "CN=cam-1",\n  CertIssuer = "CN=Acme"')
    assert (one.fields["tls.subject.cn"], one.fields["tls.issuer.cn"]) == (("cam-1",), ("Acme",))
    (one,) = names('{"extra": {"tls_issuer": "commonName=Acme CA/organizationName=X1"}}')
    assert (one.fields["tls.issuer.cn"], one.fields["tls.issuer.o"]) == (("Acme CA",), ("X1",))


def test_a_table_about_one_certificate() -> None:
    table = (
        '"ip","subject_common_name","issuer_common_name","subject_organization_unit_name"\n"192.0.2.1","cam","b","c"\n'
    )
    (one,) = names(table)
    assert (one.fields["tls.subject"], one.fields["tls.issuer"]) == (("CN=cam,OU=c",), ("CN=b",))
