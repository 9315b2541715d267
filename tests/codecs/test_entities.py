"""Entities, external documents and giant tokens, down every path on which XML of others is read."""

from __future__ import annotations

import io
import re
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import lxml
import pytest
from lxml import etree
from support.canary import Canary, canary
from support.mutate import DECODERS, seeds

from camscan.codecs import soap
from camscan.errors import DecodeError
from camscan.imports.files.base import Summary
from camscan.imports.nmap import stream

LONGEST = 0.05
"""Seconds of CPU time for one document."""
MEMORY = 8 * 1024
"""KiB by which the process may grow, over all documents."""
NMAP = (
    b'<?xml version="1.0"?>\n<nmaprun scanner="nmap"><host starttime="1764000000"><status state="up"/>'
    b'<address addr="10.0.0.5" addrtype="ipv4"/><ports><port protocol="tcp" portid="80"><state state="open"/>'
    b'<service name="http"/><script id="http-title" output="a title"><elem key="title">title</elem></script>'
    b"</port></ports></host></nmaprun>"
)


def nmap(data: bytes) -> object:
    return list(stream.read(io.BytesIO(data), datetime.now(UTC), Summary()))


def honest(name: str) -> bytes:
    """An answer in XML that this decoder reads, and in which text stands."""
    for sample in (NMAP,) if name == "nmap" else seeds(name):
        with suppress(DecodeError):
            if re.search(rb"<\w[^>]*>[\w.:-]{2,}</", sample) and PATHS[name](sample):
                return sample
    return b""


PATHS: Mapping[str, Callable[[bytes], object]] = {"nmap": nmap, **DECODERS}
PARSED = {"onvif", "isapi", "ssdp-description", *(name for name in DECODERS if name.startswith("soap-"))}
XML = (
    *("nmap", "framing", "http", "isapi", "isapi-slots", "onvif", "onvif-over-http", "sadp"),
    *(name for name in DECODERS if name.startswith("soap-")),
    *("ssdp-description", "wsd"),
)
"""Those that read XML. To find out which do takes most of a second, which each process would spend before all tests."""


def attacked(sample: bytes, prolog: str = "", text: str = "", attribute: str = "") -> bytes:
    """The sample with this before its root, in each of its texts, and in its root element."""
    root = re.search(rb"<(?![?!])[\w:.-]+", sample)
    assert root is not None
    head, name, rest = sample[: root.start()], root[0], sample[root.end() :]
    rest = re.sub(rb"(?<=>)[^<>]{2,}(?=</)", lambda _: text.encode(), rest) if text else rest
    return head + prolog.encode() + name + attribute.encode() + rest


def bombs(sample: bytes) -> Iterator[bytes]:
    """What grows when it is read: to gigabytes, to hundreds of megabytes, and for ever."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11))
    yield attacked(sample, f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]>', "&l10;")
    yield attacked(sample, f'<!DOCTYPE x [<!ENTITY a "{"A" * 40_000}">]>', "&a;" * 9_000)
    yield attacked(sample, '<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;")
    yield attacked(sample, '<!DOCTYPE x [<!ENTITY % a "%b;"><!ENTITY % b "%a;"> %a;]>')
    yield attacked(sample, '<!DOCTYPE x [<!ATTLIST x y CDATA "' + "A" * 40_000 + '">]>')
    yield attacked(sample, f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]>', "&l10;").decode("latin-1").encode("utf-16")
    yield attacked(sample, text="&#" + "9" * 40_000 + ";")


def lures(sample: bytes, bait: Canary) -> Iterator[bytes]:
    """What names another document, as an entity, a DTD, a schema, a style sheet, an inclusion or an import."""
    for url in (bait.file_url, f"{bait.http_url}/x.dtd", bait.file_url.removeprefix("file://")):
        yield attacked(sample, f'<!DOCTYPE x [<!ENTITY c SYSTEM "{url}">]>', "&c;")
        yield attacked(sample, f'<!DOCTYPE x [<!ENTITY c PUBLIC "a" "{url}">]>', "&c;")
        yield attacked(sample, f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{url}"> %p;]>', "&c;")
        yield attacked(sample, f'<!DOCTYPE x SYSTEM "{url}">', "&c;")
        yield attacked(sample, f'<!DOCTYPE x SYSTEM "{url}">', "&c;").decode("latin-1").encode("utf-16")
        yield attacked(sample, f'<?xml-stylesheet type="text/xsl" href="{url}"?>')
        instance = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        yield attacked(sample, attribute=f' {instance} xsi:schemaLocation="urn:x {url}" xml:base="{url}"')
        yield attacked(sample, attribute=f' {instance} xsi:noNamespaceSchemaLocation="{url}"')
        include = f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{url}" parse="text"/>'
        yield attacked(sample, text=include)
        schema = f'<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema"><s:import schemaLocation="{url}"/></s:schema>'
        yield attacked(sample, text=schema.replace("import", "include") + schema)
        wsdl = 'xmlns:w="http://schemas.xmlsoap.org/wsdl/"'
        yield attacked(sample, text=f'<w:import {wsdl} namespace="urn:x" location="{url}"/>')
        yield f'<w:definitions {wsdl}><w:import location="{url}"/><w:types>{schema}</w:types></w:definitions>'.encode()


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canary]:
    with canary(tmp_path_factory.mktemp("canary")) as put_up:
        yield put_up


def test_every_reader_of_xml_is_among_them() -> None:
    assert [name for name in PATHS if honest(name)] == list(XML)
    assert {name for name in XML if name.startswith("soap-")} == {
        f"soap-{name}" for name in (*soap.DEVICE_QUESTIONS, *soap.MEDIA_QUESTIONS)
    }


def test_the_canary_sings(bait: Canary) -> None:
    """Whoever opens the file or connects is seen, Python aside too: libxml2 reads it in C."""
    assert bait.touched() == []
    document = f'<!DOCTYPE x [<!ENTITY c SYSTEM "{bait.file_url}">]><x>&c;</x>'.encode()
    gullible = etree.XMLParser(resolve_entities=True, load_dtd=True)
    assert etree.fromstring(document, gullible).text == bait.word
    assert bait.touched() == ["the file was opened"]
    with suppress(OSError):
        urlopen(f"{bait.http_url}/x", timeout=0.2)  # noqa: S310 - on loopback
    assert bait.touched() == ["the port was connected to"]


@pytest.mark.parametrize("name", XML)
def test_nothing_grows(name: str) -> None:
    decode, sample = PATHS[name], honest(name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number, data in enumerate(bombs(sample)):
        took = []
        for _ in range(3):  # the best of three: the machine may be busy
            began = time.process_time()
            with suppress(DecodeError):
                decode(data)
            took.append(time.process_time() - began)
        assert min(took) < LONGEST, f"bomb {number}"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY


@pytest.mark.parametrize("name", [name for name in XML if name in PARSED])
def test_whatever_declares_anything_is_refused_unread(name: str, bait: Canary) -> None:
    """The others look for what they know without a parser, and take no notice of what is declared."""
    for data in (*bombs(honest(name)), *lures(honest(name), bait)):
        if b"<!DOCTYPE" in data:
            with pytest.raises(DecodeError, match=r"DOCTYPE|larger than"):
                PATHS[name](data)


@pytest.mark.parametrize("name", XML)
def test_nothing_is_fetched(name: str, bait: Canary) -> None:
    decode, sample = PATHS[name], honest(name)
    for number, data in enumerate(lures(sample, bait)):
        found = ""
        with suppress(DecodeError):
            found = repr(decode(data))
        assert bait.word not in found, f"lure {number}"
        assert bait.touched() == [], f"lure {number}"


def test_the_document_of_ours_names_no_other(bait: Canary) -> None:
    """zeep fetches what a WSDL imports (up to 4.3.2 in spite of its setting), and ours is all that it is given."""
    folder = Path(soap.__file__).parent / "wsdl"
    assert [file.name for file in folder.iterdir()] == ["onvif.wsdl"]
    text = (folder / "onvif.wsdl").read_text(encoding="utf-8")
    assert not re.search(r"<(?:\w+:)?(?:import|include|redefine)\b[^>]*(?:schemaLocation|location)\s*=", text)
    for url in (bait.file_url, f"{bait.http_url}/x.xsd"):
        assert soap._Folder().load(url) == text.encode()
    assert bait.touched() == []


def test_lxml_resolves_no_entity_by_itself() -> None:
    """Before 6.1 its iterparse did (CVE-2026-41066)."""
    assert tuple(map(int, lxml.__version__.split(".")[:2])) >= (6, 1)
