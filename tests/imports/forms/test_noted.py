"""Servers and certificates that records name, wherever that stands."""

import pytest
from support.costs import costs_less_than

from camscan.imports.forms.noted import certificates, products, servers


@pytest.mark.parametrize(
    ("text", "channel", "field", "value"),
    [
        ('{"extra": {"onvif_name": "A", "rtsp_server": "Acme/V1.0"}}', "rtsp", "rtsp.server", "Acme/V1.0"),
        ("({'http_server': 'Acme-Webs'}, [port('80')])", "http", "http.server", "Acme-Webs"),
        ('httpServer = "Acme-Webs/"', "http", "http.server", "Acme-Webs/"),
        ('webserver="ACME Q1", tls="x"', "http", "http.server", "ACME Q1"),
        ("rtsp_realm: 'Login to 1'", "rtsp", "rtsp.realm", "Login to 1"),
        ('"http.server.header" => "Acme"', "http", "http.server", "Acme"),
    ],
)
def test_servers_and_realms_by_name(text: str, channel: str, field: str, value: str) -> None:
    (one,) = servers(text)
    assert (one.channel, one.fields[field]) == (channel, (value,))


@pytest.mark.parametrize(
    "text",
    [
        'HTTP/1.1 200 OK\r\n\r\n{"http_server": "Acme"}',
        "http_server = Acme",
        '"server": "Acme"',
        'myhttp-server: "Acme"',
        '"http_server": ""',
    ],
)
def test_other_texts_name_no_server(text: str) -> None:
    assert not list(servers(text))


@pytest.mark.parametrize(
    "text",
    [
        'listOf("HTTP Server: Acme-Webs", "x")',
        "- `Server: Acme-Webs` header (its own)",
        "# → Server: Acme-Webs\n# → Connection: close",
        "banner (Server: Acme-Webs\\r\\n",
    ],
)
def test_the_header_within_a_line(text: str) -> None:
    told = {name: values for one in servers(text) for name, values in one.fields.items()}
    assert told["http.server"] == told["rtsp.server"] == ("Acme-Webs",)


@pytest.mark.parametrize(
    "text", ["Server: Acme-Webs", "# Server: Acme", "a list (Server: Acme-Webs, Other/1.0, Third/2)", "XServer: Acme"]
)
def test_a_header_line_and_a_list_are_read_elsewhere(text: str) -> None:
    assert not list(servers(text))


def test_names_of_certificates() -> None:
    (one,) = certificates('webserver="A", tls_subject="CN=cam-1,O=Acme", ssl_issuer="CN=Acme CA"')
    assert (one.fields["tls.subject.o"], one.fields["tls.issuer.cn"]) == (("Acme",), ("Acme CA",))
    assert not list(certificates('subject="CN=cam-1", tls_subject="a mail"'))


@pytest.mark.parametrize("part", ["http_server", '"http_server": "', "tls_subject='", "cert_subject = "])
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        list(servers(part * 20_000))
        list(certificates(part * 20_000))


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ('(A[6], "Linux/3.1 UPnP/1.0 Acme-IPC/V5.7"),', "ssdp.server", "Linux/3.1 UPnP/1.0 Acme-IPC/V5.7"),
        ("// e.g. `Linux/3.1, UPnP/1.0, Acme/1`", "ssdp.server", "Linux/3.1, UPnP/1.0, Acme/1"),
        ("'name': 'title:\"Acme Camera\"'", "http.title", "Acme Camera"),
        ('`web.title:"Acme Camera"`', "http.title", "Acme Camera"),
        ('http.title:"Acme Camera" country:XX', "http.title", "Acme Camera"),
    ],
)
def test_products_that_lists_and_queries_name(text: str, field: str, value: str) -> None:
    (one,) = products(text)
    assert one.fields[field] == (value,)


@pytest.mark.parametrize(
    "text", ["UPnP/1.0 Acme/1", '"UPnP/1.0 "', 'subtitle:"Acme Camera"', 'HTTP/1.1 200 OK\r\n\r\n"A UPnP/1.0 B/1"']
)
def test_other_texts_name_no_product(text: str) -> None:
    assert not list(products(text))
