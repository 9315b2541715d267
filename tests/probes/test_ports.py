"""Ports that a host names for itself."""

from __future__ import annotations

import pytest
from support.nets import AT

from camscan.probes.ports import named_ports, port_of
from camscan.records import Observation, Outcome


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://10.0.0.5/x", 80),
        ("https://10.0.0.5", 443),
        ("http://10.0.0.5:8999/onvif", 8999),
        ("http://10.0.0.6/", None),
        ("http://user@10.0.0.5/", None),
        ("http://10.0.0.5:port/", None),
        ("ftp://10.0.0.5/", None),
        ("rtsp://10.0.0.5:554/", None),
        ("http://camera.local/", None),
        ("", None),
    ],
)
def test_only_urls_at_the_very_address_name_a_port(url: str, port: int | None) -> None:
    assert port_of(url, "10.0.0.5") == port


def test_ipv6_is_compared_as_an_address() -> None:
    assert port_of("http://[fd00:0::5]:81/", "fd00::5") == 81


def test_port_fields_and_urls_are_read() -> None:
    seen = [
        Observation("10.0.0.5", "dhip", Outcome.ANSWERED, AT, fields={"dhip.http_port": ("1101", "0", "x", "99999")}),
        Observation(
            "10.0.0.5",
            "wsd",
            Outcome.ANSWERED,
            AT,
            fields={"wsd.xaddr": ("http://[fe80::1]/a", "http://10.0.0.5:888/b")},
        ),
    ]
    assert list(named_ports("10.0.0.5", seen)) == [1101, 888]


@pytest.mark.parametrize("field", ["moi.port", "dh01.port"])
def test_the_web_port_in_a_binary_answer_is_read(field: str) -> None:
    seen = [Observation("10.0.0.5", field.partition(".")[0], Outcome.ANSWERED, AT, fields={field: ("8077",)})]
    assert list(named_ports("10.0.0.5", seen)) == [8077]


def test_a_redirect_within_a_page_names_a_port_too() -> None:
    targets = ("/doc/page/login.asp", "https://10.0.0.5:4443/")
    seen = [Observation("10.0.0.5", "http", Outcome.ANSWERED, AT, 80, fields={"http.refresh": targets})]
    assert list(named_ports("10.0.0.5", seen)) == [4443]
