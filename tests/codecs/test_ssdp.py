from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import ssdp
from camscan.errors import DecodeError

SAMPLES = Path(__file__).parents[1] / "samples" / "ssdp"
DESCRIPTION = (SAMPLES / "description.xml").read_bytes()
GATEWAY = (SAMPLES / "gateway.xml").read_bytes()

# Shapes of UPnP Device Architecture 1.1, sections 1.2.2 and 1.3.3, with values as the portable SDK sends them.
ANSWER = (
    b"HTTP/1.1 200 OK\r\n"
    b"CACHE-CONTROL: max-age=100\r\n"
    b"DATE: Sun, 21 Aug 2022 09:51:13 GMT\r\n"
    b"EXT:\r\n"
    b"LOCATION: http://192.168.200.254:49152/description.xml\r\n"
    b"SERVER: Linux/2.6.26, UPnP/1.0, Portable SDK for UPnP devices/1.3.1\r\n"
    b"ST: upnp:rootdevice\r\n"
    b"USN: uuid:28802880-2880-1880-a880-000000000001::upnp:rootdevice\r\n"
    b"\r\n"
)
NOTIFY = (
    b"NOTIFY * HTTP/1.1\r\n"
    b"Host:239.255.255.250:1900\r\n"
    b"Nt:urn:schemas-upnp-org:device:Basic:1\r\n"
    b"Nts:ssdp:alive\r\n"
    b"Location:http://192.168.1.102:51578/rootdesc1.xml\r\n"
    b"Usn:uuid:Upnp-BasicDevice-1_0-ACCC8E000001::urn:schemas-upnp-org:device:Basic:1\r\n\r\n"
)


def test_answer() -> None:
    assert ssdp.decode(ANSWER) == {
        "ssdp.location": ("http://192.168.200.254:49152/description.xml",),
        "ssdp.server": ("Linux/2.6.26, UPnP/1.0, Portable SDK for UPnP devices/1.3.1",),
        "ssdp.st": ("upnp:rootdevice",),
        "ssdp.usn": ("uuid:28802880-2880-1880-a880-000000000001::upnp:rootdevice",),
    }


def test_what_media_players_add() -> None:
    told = b'X-AV-Server-Info: av=5.0; hn=""; cn="A Corporation"; mn="Player"; mv="0.1";\r\n'
    found = ssdp.decode(ANSWER.removesuffix(b"\r\n") + told + b"\r\n")
    assert found["upnp.manufacturer"] == ("A Corporation",)
    assert found["upnp.model_name"] == ("Player",)


def test_announcement() -> None:
    assert ssdp.decode(NOTIFY) == {
        "ssdp.location": ("http://192.168.1.102:51578/rootdesc1.xml",),
        "ssdp.st": ("urn:schemas-upnp-org:device:Basic:1",),
        "ssdp.usn": ("uuid:Upnp-BasicDevice-1_0-ACCC8E000001::urn:schemas-upnp-org:device:Basic:1",),
    }


def test_headers_alone() -> None:
    assert ssdp.decode(b"SERVER: x UPnP/1.0 y\nUSN: uuid:1\n") == {
        "ssdp.server": ("x UPnP/1.0 y",),
        "ssdp.usn": ("uuid:1",),
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 32,
        ssdp.SEARCH,
        b"HTTP/1.1 200 OK\r\nServer: nginx\r\nLocation: /\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nST: upnp:rootdevice\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nST: upnp:rootdevice\r\n\r\n",
        b"LOCATION: http://192.168.1.102/\r\n",
    ],
)
def test_no_answer(data: bytes) -> None:
    with pytest.raises(DecodeError, match="no SSDP answer"):
        ssdp.decode(data)


def test_description() -> None:
    assert ssdp.decode_description(DESCRIPTION) == {
        "upnp.device_type": ("urn:schemas-upnp-org:device:Basic:1",),
        "upnp.friendly_name": ("AXIS M1014 - ACCC8E000001",),
        "upnp.manufacturer": ("AXIS",),
        "upnp.manufacturer_url": ("http://www.axis.com/",),
        "upnp.model_description": ("AXIS M1014 Fixed Network Camera",),
        "upnp.model_name": ("AXIS M1014",),
        "upnp.model_number": ("M1014",),
        "upnp.serial_number": ("ACCC8E000001",),
        "upnp.udn": ("uuid:Upnp-BasicDevice-1_0-ACCC8E000001",),
        "upnp.presentation_url": ("http://192.168.1.102:80/",),
        "upnp.site": ("axis.com",),
    }


@pytest.mark.parametrize("element", [b"firmwareVersion", b"X_FirmVersion"])
def test_the_firmware_that_some_descriptions_name(element: bytes) -> None:
    named = DESCRIPTION.replace(b"<UDN>", b"<%s>2.00.10684</%s><UDN>" % (element, element), 1)
    assert ssdp.decode_description(named)["upnp.firmware"] == ("2.00.10684",)


@pytest.mark.parametrize(
    ("link", "site"),
    [
        ("<modelURL>http://www.example.com</modelURL>", "example.com"),
        ("<modelURL>WWW.Example.COM/cameras</modelURL>", "example.com"),
        ("<presentationURL>https://login.example.net:8443/</presentationURL>", "login.example.net"),
        ("<presentationURL>http://192.168.1.102:80/</presentationURL>", ""),
        ("<presentationURL>/</presentationURL>", ""),
        ("<modelURL>http://[fe80::1]/</modelURL>", ""),
        ("<modelURL>http://www.example.co", ""),  # of ".com"
        ("<modelURL>http://www.example.com/ca", ""),
        ("<manufacturerURL>http://www.example.com<", "example.com"),
    ],
)
def test_the_site_that_a_description_links_to(link: str, site: str) -> None:
    found = ssdp.decode_description(f"<root><device><UDN>uuid:1</UDN>{link}".encode())
    assert found.get("upnp.site", ()) == ((site,) if site else ())


@pytest.mark.parametrize("text", [DESCRIPTION, GATEWAY], ids=["camera", "gateway"])
def test_whatever_the_length_a_cut_description_names_no_other_device(text: bytes) -> None:
    unique = ("upnp.udn", "upnp.serial_number", "upnp.model_number", "upnp.presentation_url", "upnp.site")
    whole = ssdp.decode_description(text)
    for length in range(len(text)):
        with suppress(DecodeError):
            for name, values in ssdp.decode_description(text[:length]).items():
                begun = [
                    value
                    for value in values
                    if name not in unique and any(one.startswith(value) for one in whole[name])
                ]
                assert set(values) <= {*whole[name], *begun}, name


def test_what_describes_a_device_counts_as_far_as_it_came() -> None:
    cut = DESCRIPTION[: DESCRIPTION.index(b"</manufacturer>")]
    assert ssdp.decode_description(cut)["upnp.manufacturer"] == ("AXIS",)
    serial = DESCRIPTION[: DESCRIPTION.index(b"/serialNumber>")]
    assert ssdp.decode_description(serial)["upnp.serial_number"] == ("ACCC8E000001",)  # its end tag has begun
    assert "upnp.serial_number" not in ssdp.decode_description(serial[:-1])


def test_embedded_devices_follow_their_root() -> None:
    assert ssdp.decode_description(GATEWAY) == {
        "upnp.device_type": (
            "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
            "urn:schemas-upnp-org:device:WANDevice:1",
        ),
        "upnp.friendly_name": ("Router", "WAN"),
        "upnp.manufacturer": ("Example",),
    }


def test_only_so_many_devices_are_read() -> None:
    devices = "".join(f"<device><UDN>uuid:{number}</UDN></device>" for number in range(100))
    assert ssdp.decode_description(f"<root>{devices}</root>".encode()) == {
        "upnp.udn": tuple(f"uuid:{number}" for number in range(ssdp.MAX_DEVICES))
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"404 Not Found",
        b"<html><head><title>device</title></head></html>",
        b"<root><specVersion><major>1</major></specVersion></root>",
        b"<root><device/></root>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + DESCRIPTION,
    ],
)
def test_no_description(body: bytes) -> None:
    with pytest.raises(DecodeError):
        ssdp.decode_description(body)


def test_damaged_datagrams() -> None:
    assert_survives(ssdp.decode, ANSWER)
    assert_survives(ssdp.decode, NOTIFY)


def test_damaged_descriptions() -> None:
    assert_survives(ssdp.decode_description, DESCRIPTION)


@given(st.binary(max_size=200), st.integers(0, len(ANSWER)), st.integers(0, 200))
def test_mutated_datagrams(junk: bytes, position: int, gap: int) -> None:
    for decode, sample in ((ssdp.decode, ANSWER), (ssdp.decode_description, DESCRIPTION)):
        for data in (junk, sample[:position] + junk + sample[position + gap :]):
            try:
                found = decode(data)
            except DecodeError:
                continue
            assert set(found) <= set(ssdp.FIELDS)
