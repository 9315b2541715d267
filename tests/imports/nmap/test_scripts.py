from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

import pytest

from camscan.imports.nmap.scripts import script_answers


def told(name: str, output: str) -> dict[str, tuple[str, ...]]:
    return {field: values for one in script_answers(name, output) for field, values in one.fields.items()}


SERVICES = """
  80/tcp axis-video
    macaddress=ACCC8E000001
    Address=192.0.2.1 fe80:0:0:0:0:0:0:1
  5/udp http
    Machine Name=a b
    Address=192.0.2.1"""


@pytest.mark.parametrize(
    ("name", "output", "field", "values"),
    [
        ("http-title", "NETSurveillance WEB", "http.title", ("NETSurveillance WEB",)),
        (
            "http-title",
            "Login\nRequested resource was http://192.0.2.1/login.asp",
            "http.location",
            ("http://192.0.2.1/login.asp",),
        ),
        ("http-server-header", "DNVRS-Webs", "http.server", ("DNVRS-Webs",)),
        (
            "http-auth",
            "\nHTTP/1.1 401 Unauthorized\\x0D\n  Digest realm=Login to X qop=auth",
            "http.realm",
            ("Login to X",),
        ),
        (
            "http-headers",
            "\n  Server: a/1\n  X-B: c\n  \n  (Request type: GET)",
            "http.header",
            ("server: a/1", "x-b: c"),
        ),
        (
            "http-favicon",
            "Unknown favicon MD5: 89B932FCC47CF4CA3FAADB0CFDEF89CF",
            "http.favicon.md5",
            ("89b932fcc47cf4ca3faadb0cfdef89cf",),
        ),
        ("ssl-cert", "Subject: commonName=a/organizationName=B\nIssuer: commonName=c", "tls.issuer.cn", ("c",)),
        ("ssl-cert", r"Issuer: commonName=a\xC3\xA4\xC2\xA0b", "tls.issuer.cn", ("a\u00e4\u00a0b",)),
        ("rtsp-methods", "OPTIONS, DESCRIBE", "rtsp.public", ("OPTIONS, DESCRIBE",)),
        ("snmp-sysdescr", "Camera 1\n  System uptime: 1d", "snmp.sys_descr", ("Camera 1",)),
        ("banner", "220 ready", "banner.text", ("220 ready",)),
        (
            "upnp-info",
            "\n192.0.2.1\n    Server: Linux UPnP/1.0 a/1\n    Location: http://192.0.2.1/d.xml",
            "ssdp.server",
            ("Linux UPnP/1.0 a/1",),
        ),
        *(
            ("dns-service-discovery", SERVICES, field, values)
            for field, values in (
                ("mdns.service", ("_axis-video._tcp", "_http._udp")),
                ("mdns.txt", ("macaddress=ACCC8E000001", "Machine Name=a b")),
                ("mdns.address", ("192.0.2.1", "fe80::1")),
                ("mac.address", ("AC:CC:8E:00:00:01",)),
            )
        ),
        ("fingerprint-strings", "\n  GetRequest: \n    HTTP/1.0 200 OK\n    Server: x", "http.server", ("x",)),
    ],
)
def test_each_script_is_read(name: str, output: str, field: str, values: tuple[str, ...]) -> None:
    assert told(name, output)[field] == values


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("http-title", "Site doesn't have a title (text/html)."),
        ("http-auth", ""),
        ("rtsp-methods", "nothing"),
        ("ssl-cert", ""),
        ("some-other-script", "Server: x"),
        ("dns-service-discovery", "ERROR"),
    ],
)
def test_what_says_nothing_gives_nothing(name: str, output: str) -> None:
    assert told(name, output) == {}


def test_structured_output_goes_before_text() -> None:
    element = Element("script", id="http-title", output="x")
    SubElement(element, "elem", key="title").text = "Front & Door"
    (one,) = script_answers("http-title", "x", element)
    assert one.fields == {"http.title": ("Front & Door",)}
    assert one.asked == "nmap http-title"


def test_a_title_that_looks_like_an_answer_is_a_title() -> None:
    element = Element("script", id="http-title", output="x")
    body = "<Envelope><Body><GetDeviceInformationResponse><Model>A1</Model></GetDeviceInformationResponse></Body>"
    SubElement(element, "elem", key="title").text = f"HTTP/1.1 200 OK\n\n{body}</Envelope>"
    (one,) = script_answers("http-title", "x", element)
    assert (one.channel, set(one.fields)) == ("http", {"http.title"})


def test_a_banner_may_be_an_answer() -> None:
    (found,) = script_answers("banner", "HTTP/1.1 401 Unauthorized\\x0D\\x0AServer: acme\\x0D\\x0A")
    assert found.fields["http.server"] == ("acme",)


def test_names_of_login_pages() -> None:
    (found,) = script_answers("http-default-accounts", "\n  [Acme Network Camera] at /\n    admin:<blank>")
    assert found.fields == {"nmap.product": ("Acme Network Camera",)}


def test_what_a_service_said_to_probes_that_is_no_answer_is_a_banner() -> None:
    said = "\n  GenericLines, NULL: \n    acme login: \n  GetRequest: \n    acme login: \n    Password:"
    (found,) = script_answers("fingerprint-strings", said)
    assert found.channel == "banner"
    assert found.fields["banner.text"][0].split("\n") == ["acme login:", "Password:"]
