"""Injection: a device for each field that a codec reads, with a payload in it, through the rules into every report.

Rules that match anything make evidence of every field, and a model of it, so that nothing is left out as unknown.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from defusedxml.ElementTree import fromstring
from support import pages, workbooks
from support.browser import browsing, opened
from support.hostile import FORMULA, LIVE, PAYLOADS

from camscan.app.judging.criteria import Criteria, chosen_policies, library
from camscan.app.judging.unstored import judged
from camscan.codecs.registry import read_again
from camscan.identify.library import Library
from camscan.records import Observation, Outcome, Report, Scan
from camscan.reports import FORMATS, Page
from camscan.reports.escape import terminal

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
HARMLESS = ("plain", "several words of it " * 100)
"""What is no payload, short and long: the reports of these are the template."""
TYPICAL = (
    *('"><script>alert(1)</script>', '" onmouseover="alert(3)" x="', "</script>", "javascript:alert(5)"),
    *("=cmd|' /C calc'!A0", "\t=1", "\x1b]52;c;cm0=\x07\x9b2J\r", "a\r\nb\x00c", "\u202egnp.exe\u200b", "| `x` |"),
)
"""The payloads of the short form; the long one has all of `PAYLOADS`."""
EVERYTHING = [*TYPICAL, *(pytest.param(payload, marks=pytest.mark.torture) for payload in PAYLOADS)]


def http(head: bytes, body: bytes = b"") -> bytes:
    return b"HTTP/1.1 401 Unauthorized\r\nContent-Length: %d\r\n%s\r\n%s" % (len(body), head, body)


def xml(text: str) -> str:
    """Text as an element holds it, the characters that no XML may hold aside."""
    return "".join(f"&#{ord(one)};" if one in "<>&" else one for one in text)


def scopes(text: str) -> bytes:
    word = "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))
    return (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Body><d:ProbeMatches><d:ProbeMatch>'
        f"<d:Scopes>onvif://www.onvif.org/name/{word} onvif://www.onvif.org/hardware/{word}</d:Scopes>"
        "</d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
    ).encode()


def announcement(text: str) -> bytes:
    """An mDNS answer with the payload as a TXT string and as the instance."""
    data = text.encode("utf-8", "surrogatepass")
    service = b"\x05_http\x04_tcp\x05local\0"
    instance = bytes([len(data[:63])]) + data[:63] + service
    texts = bytes([len(data[:250])]) + data[:250]
    pointer = service + b"\0\x0c\0\x01\0\0\0\x78" + len(instance).to_bytes(2, "big") + instance
    text_record = instance + b"\0\x10\0\x01\0\0\0\x78" + len(texts).to_bytes(2, "big") + texts
    return b"\0\0\x84\0\0\0\0\x02\0\0\0\0" + pointer + text_record


KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(text: str) -> bytes:
    common = text.encode("utf-8", "replace")[:64].decode("utf-8", "ignore")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    build = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key())
    build = build.serial_number(1).not_valid_before(NOW).not_valid_after(NOW.replace(year=2036))
    return build.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


RAW: dict[str, tuple[str, str, Callable[[str], bytes]]] = {
    "http.title": ("http", "GET /", lambda text: http(b"", f"<title>{xml(text)}</title>".encode("utf-8", "replace"))),
    "http.server": ("http", "GET /", lambda text: http(b"Server: " + text.encode("utf-8", "surrogatepass") + b"\r\n")),
    "http.realm": (
        "http",
        "GET /",
        lambda text: http(b'WWW-Authenticate: Basic realm="' + json.dumps(text)[1:-1].encode() + b'"\r\n'),
    ),
    "onvif.scope.name": ("wsd", "", scopes),
    "mdns.txt": ("mdns", "", announcement),
    "tls.subject.cn": ("tls", "", certificate),
}
"""Field -> channel, question, and the answer as it comes over the wire with the text in that field."""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The rules as they are, and one for each field that makes a model of whatever it holds."""
    folder = tmp_path_factory.mktemp("rules")
    (folder / "makers").mkdir()
    lines = ["maker: Hikvision", "rules:"]
    for field in library().vocabulary.fields:
        name = re.sub(r"[._]", "-", field)
        lines += [f"  - id: any-{name}", f"    field: {field}", "    pattern: '(?s)^(?P<model>.*)$'"]
        lines += ["    level: certain", "    examples: [x]", "    near_misses: []", "    source: this test"]
        lines += ["    confirmed: 2026-11"]
    (folder / "makers" / "any.yaml").write_text("\n".join(lines))
    found = library([folder])
    assert sum(rule.id.startswith("any-") for rule in found.rules) == len(found.vocabulary.fields), found.warnings
    return found


def seen(text: str, rules: Library) -> Iterator[Observation]:
    """One device for each field: those of the vocabulary, and those whose answers are read by their codecs."""
    for number, field in enumerate(rules.vocabulary.fields):
        address = f"10.0.{number // 200}.{number % 200 + 1}"
        yield Observation(address, field.partition(".")[0], Outcome.ANSWERED, NOW, 80, fields={field: (text,)})
    for number, (channel, asked, wire) in enumerate(RAW.values(), start=1):
        got = read_again(Observation(f"10.0.9.{number}", channel, Outcome.ANSWERED, NOW, 80, asked, raw=wire(text)))
        yield replace(got, fields={name: values for name, values in got.fields.items() if any(values)})


def reported(answers: Iterable[Observation], rules: Library) -> Report:
    policies = chosen_policies(())
    devices = judged(answers, Criteria(rules, policies))
    scan = Scan("20261124-010000-a1b2", NOW, ("10.0.0.0/15",), ("http",), finished_at=NOW)
    return Report(scan, devices, tuple(one.id for one in policies), {"": {"answered": len(devices)}}, len(devices))


def written(report: Report, name: str) -> bytes:
    pieces = FORMATS[name].render(report, Page())
    return b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)


def shapes(page: pages.Reader) -> set[tuple[str, tuple[str, ...]]]:
    """Every element of a page with the names of its attributes."""
    return {(element.tag, tuple(element.attributes)) for element in page.elements}


@pytest.fixture(scope="module")
def template(rules: Library) -> set[tuple[str, tuple[str, ...]]]:
    read = (pages.read(written(reported(seen(text, rules), rules), "html").decode()) for text in HARMLESS)
    return set().union(*map(shapes, read))


@pytest.mark.parametrize("field", RAW)
def test_the_answers_put_the_text_where_they_say(field: str) -> None:
    channel, asked, wire = RAW[field]
    got = read_again(Observation("10.0.0.1", channel, Outcome.ANSWERED, NOW, 80, asked, raw=wire("a<b>c")))
    assert got.fields[field] == ("a<b>c",)


@pytest.mark.parametrize("text", EVERYTHING, ids=lambda text: ascii(text)[:24])
def test_nothing_that_a_device_says_comes_to_life(
    text: str, rules: Library, template: set[tuple[str, tuple[str, ...]]], figure: Callable[[str, object], None]
) -> None:
    report = reported(seen(text, rules), rules)
    fields = len(rules.vocabulary.fields) + len(RAW)
    assert len(report.devices) >= fields - len(RAW) - 3  # what is no MAC, no channel number, is no device either
    page, document = written(report, "html").decode(), written(report, "json")
    read = pages.read(page)
    assert shapes(read) <= template
    assert page.count("<script") == page.count("</script") == 1
    hrefs = {e.attributes["href"] for e in read.elements if "href" in e.attributes}
    assert all(re.fullmatch(r"#[a-z-]+\d*|https://[!-~]*", href) for href in hrefs)
    shown = " ".join(terminal(text, 20)[:12].split())
    assert read.root.words.count(shown) > fields
    for printed in (page, *(written(report, name).decode() for name in ("table", "markdown"))):
        assert not LIVE.search(printed)
    for plain in (document, *(written(report, name) for name in ("jsonl", "sarif", "cyclonedx"))):
        assert re.fullmatch(rb"[ -~\n]*", plain)
    assert_no_formula(written(report, "csv"))
    assert_no_formula(written(report, "netbox"))
    workbooks.read(written(report, "xlsx"))  # which fails at a formula or a link
    raw = re.sub("[\ud800-\udfff]", "\ufffd", text)
    values = {e["value"] for device in json.loads(document)["devices"] for e in device["evidence"]}
    assert (raw if len(raw) <= 500 else raw[:499] + "…") in values
    figure(f"injection.{ascii(text)[:40]}", fields * (len(FORMATS) - 1))  # PDF is made of the page


def assert_no_formula(table: bytes) -> None:
    assert not LIVE.search(table.decode().replace("\r\n", ""))
    rows = csv.reader(io.StringIO(table.decode(), newline=""), strict=True)
    assert not [value for row in rows for value in row if FORMULA.search(value)]


@pytest.fixture(scope="module")
def all_at_once(rules: Library) -> Report:
    """The answer of one device for each payload, in the fields that a report shows first."""
    answers = [
        Observation(f"10.1.0.{n}", "http", Outcome.ANSWERED, NOW, 80, fields={"http.title": (t,), "http.server": (t,)})
        for n, t in enumerate((*TYPICAL, *PAYLOADS[:-1]), start=1)
    ]
    return reported(answers, rules)


def test_a_browser_does_nothing_of_it(all_at_once: Report, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(written(all_at_once, "html"))
    with browsing() as chromium, opened(chromium, file) as tab:
        tab.seek("alert")
        assert tab.page.evaluate("document.scripts.length") == 1
        assert tab.page.locator("img, iframe, object, embed, form, link, base, [onerror], [onload]").count() == 0
        tab.page.locator("body").hover()
        assert tab.heard == [file.as_uri()], "one request, for the page itself; no dialog, no message"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice: apt install libreoffice-calc")
def test_a_spreadsheet_program_computes_nothing_of_it(all_at_once: Report, tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_bytes(written(all_at_once, "csv"))
    (tmp_path / "proof.csv").write_text("a,b\n=1+1,x\n")
    found = {}
    for name in ("report", "proof"):
        command = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'home').as_uri()}", "--convert-to"]
        given = ["fods", "--outdir", str(tmp_path / "out"), str(tmp_path / f"{name}.csv")]
        subprocess.run([*command, *given], check=True, capture_output=True, timeout=120)
        document = fromstring((tmp_path / "out" / f"{name}.fods").read_bytes(), forbid_dtd=True)
        cells = [cell for cell in document.iter() if cell.tag.endswith("}table-cell")]
        found[name] = [value for cell in cells for key, value in cell.attrib.items() if key.endswith("}formula")]
    assert found == {"report": [], "proof": ["of:=1+1"]}
