from __future__ import annotations

import pytest

from camscan.imports import pasted
from camscan.imports.nmap.text import is_listing, noted, product, scanned
from camscan.imports.pasted import read

NORMAL = """\
PORT     STATE  SERVICE    VERSION
22/tcp   closed ssh
80/tcp   open   http       App httpd 1.0
|_http-title: index
|_http-server-header: DNVRS-Webs
| ssl-cert: Subject: commonName=www.example.com/organizationName=B
| Not valid before: 2020-01-01T00:00:00
|_Not valid after:  2030-01-01T00:00:00
9000/tcp open   cslistener?
MAC Address: 44:19:B6:01:02:03 (Hangzhou Hikvision Digital Technology)
"""


def test_normal_output() -> None:
    found = list(scanned(NORMAL))
    assert found[0].fields == {
        "tcp.port": ("80", "9000"),
        "nmap.service": ("http",),
        "nmap.product": ("App httpd 1.0",),
    }
    assert [one.channel for one in found] == ["nmap", "http", "http", "tls", "mac"]
    assert found[2].fields["http.server"] == ("DNVRS-Webs",)
    assert found[3].fields["tls.subject"] == ("CN=www.example.com,O=B",)
    assert found[4].fields["mac.prefix"] == ("4419B6",)


@pytest.mark.parametrize(
    ("heads", "names"),
    [
        (["cam-1.station (192.0.2.7)"], ("cam-1.station",)),
        (["cam-1 (fe80::1)"], ("cam-1",)),
        (["192.0.2.7"], ()),
        (["cam-1.station (192.0.2.7)", "192.0.2.8"], ()),
        (["192.0.2.8", "cam-1.station (192.0.2.7)"], ()),
    ],
)
def test_the_name_of_the_only_host(heads: list[str], names: tuple[str, ...]) -> None:
    text = "\n".join([*(f"Nmap scan report for {head}" for head in heads), "PORT STATE SERVICE", "554/tcp open rtsp"])
    assert next(scanned(text)).fields.get("host.name", ()) == names


def test_a_vendor_that_our_registry_lacks_is_nmaps() -> None:
    *_, link = scanned("80/tcp open http\nMAC Address: 02:11:32:01:02:03 (Example Works)")
    assert link.fields["mac.organization"] == ("Example Works",)


def test_a_line_of_greppable_output_is_no_header() -> None:
    line = "Host: 192.0.2.1 (cam)\tPorts: 80/open/tcp//http//App httpd/"
    (one,) = [part for part in read(line, "http") if part.channel == "nmap"]
    assert one.fields["nmap.product"] == ("App httpd",)
    assert not [part for part in read("Host: 192.0.2.1\r\nServer: a", "http") if part.channel == "nmap"]


def test_greppable_and_verbose_output() -> None:
    (one,) = scanned("Host: 192.0.2.1 ()\tPorts: 80/open/tcp//http//App httpd/, 554/open/tcp//rtsp///")
    assert one.fields == {"tcp.port": ("80", "554"), "nmap.service": ("http", "rtsp"), "nmap.product": ("App httpd",)}
    (one,) = scanned("Discovered open port 8000/tcp on 192.0.2.1\nDiscovered open port 554/tcp on 192.0.2.1")
    assert one.fields == {"tcp.port": ("8000", "554")}


def test_pieces_of_xml() -> None:
    port = '<port protocol="tcp" portid="80"><state state="open"/><service name="http" product="A" conf="10"/></port>'
    found = list(scanned(port))
    assert [dict(one.fields) for one in found] == [
        {"tcp.port": ("80",)},
        {"nmap.service": ("http",), "nmap.product": ("A",)},
    ]
    assert [dict(one.fields) for one in scanned("<service product='B'/>")][-1] == {"nmap.product": ("B",)}
    assert list(scanned("<host><port>")) == []


def test_what_nmap_adds_to_a_product_is_one_too() -> None:
    (one,) = scanned("80/tcp open http Small httpd 1.0 (Example 300 webcam http config)")
    assert one.fields["nmap.product"] == (
        "Small httpd 1.0 (Example 300 webcam http config)",
        "Example 300 webcam http config",
    )
    found = list(scanned("<service product='Small httpd' extrainfo='Example 300 webcam'/>"))
    assert dict(found[-1].fields) == {"nmap.product": ("Small httpd", "Example 300 webcam")}


def test_the_reason_that_nmap_gives_on_demand_is_no_product() -> None:
    (one,) = scanned("80/tcp open http syn-ack ttl 63 App httpd 1.0\n81/tcp open hosts2-ns syn-ack\n82/tcp open xfer")
    assert one.fields["nmap.product"] == ("App httpd 1.0",)
    assert one.fields["tcp.port"] == ("80", "81", "82")


def test_either_of_two_makers_is_none() -> None:
    both = "D-Link DCS-2130 or Pelco IDE10DN webcam rtspd"
    (one,) = scanned(f"554/tcp open rtsp {both}")
    assert one.fields["nmap.product"] == ("webcam rtspd",)
    *_, last = scanned(f"<service product='{both}'/>")
    assert dict(last.fields) == {"nmap.product": ("webcam rtspd",)}
    assert [dict(one.fields) for one in product(both)] == [{"nmap.product": ("webcam rtspd",)}]


def test_a_listing_is_told_from_other_text() -> None:
    assert is_listing(NORMAL)
    assert not is_listing("HTTP/1.1 200 OK\nServer: x")


def test_a_fingerprint_alone() -> None:
    text = 'SF-Port80-TCP:V=7.9%I=7%r(GetRequest,2A,"HTTP/1\\.1\\x20200\\x20OK\\r\\nSe\nSF:rver:\\x20a/1\\r\\n\\r\\n");'
    assert is_listing(text)
    [found] = scanned(text)
    assert found.fields["http.server"] == ("a/1",)
    [read_in_full] = pasted.read(text, "http")
    assert read_in_full.fields["http.server"] == ("a/1",)


@pytest.mark.parametrize(
    "text",
    [
        "| fingerprint-strings: \n|   GetRequest: \n|     HTTP/1.1 200 OK\n|     Server: a/1\n|     \n|_    <script>",
        'SF-Port80-TCP:V=7.9%r(GetRequest,2A,"HTTP/1\\.1\\x20200\\r\\nServer:a/1\\r\\n\\r\\n<script>");',
    ],
)
def test_a_script_in_a_page_is_none_of_nmaps(text: str) -> None:
    assert [one.fields["http.server"] for one in scanned(text)] == [("a/1",)]


@pytest.mark.parametrize(
    "head", ["|   FourOhFourRequest: \n", "|   DNSStatusRequest, GetRequest: \n", "|   RTSPRequest:\r\n"]
)
def test_answers_to_probes_whose_script_is_not_named(head: str) -> None:
    found = list(scanned(f"{head}|     HTTP/1.1 404 Not Found\n|     Server: TAS-Tech IPCam\n|_    Date: now"))
    assert is_listing(head)
    assert {"http.server": ("TAS-Tech IPCam",)}.items() <= {
        k: v for one in found for k, v in one.fields.items()
    }.items()
    assert not is_listing(f"a table\n{head}")


def test_scripts_of_several_hosts_by_port() -> None:
    text = (
        "80/tcp\n|  192.0.2.4 http\n|    http-server-header: a/1\n|    http-title: index\n554/tcp\n|  192.0.2.4 rtsp\n"
    )
    found = {name: values for one in scanned(text) for name, values in one.fields.items()}
    assert found["http.server"] == ("a/1",)
    assert found["http.title"] == ("index",)


def test_a_lone_product() -> None:
    assert [dict(one.fields) for one in product("Example NVR httpd")] == [{"nmap.product": ("Example NVR httpd",)}]
    assert list(product("two\nlines")) == []


def test_what_a_script_printed_alone() -> None:
    assert is_listing("|_http-server-header: a/1")
    assert not is_listing("| a: b")
    [found] = scanned("| http-headers: \n|   Server: a/1\n|_  (Request type: HEAD)")
    assert found.fields["http.server"] == ("a/1",)


def test_ports_that_a_search_engine_knows() -> None:
    text = "192.0.2.4\nCity: A\n\nPorts:\n     80/tcp Dahua DVR\n    443/tcp \n\t|-- SSL Versions: TLSv1\n"
    assert is_listing(text)
    (found,) = scanned(text)
    assert found.fields == {"tcp.port": ("80",), "nmap.product": ("Dahua DVR",)}


def test_scripts_by_name_alone() -> None:
    text = "http-headers\n  Server: a/1\n  (Request type: HEAD)\nhttp-title:\nA title"
    assert is_listing(text)
    assert not is_listing("http-headers are lines")
    head, title = scanned(text)
    assert head.fields["http.server"] == ("a/1",)
    assert title.fields["http.title"] == ("A title",)


def test_a_product_without_its_port() -> None:
    (found,) = scanned("0/tcp open unknown acme")
    assert found.fields == {"nmap.product": ("acme",)}


def test_guesses_of_the_system_are_no_products() -> None:
    (found,) = scanned("80/tcp open http\nService Info: Device: webcam; CPE: cpe:/h:acme:cam\nOS CPE: cpe:/h:b:nvr")
    assert "nmap.product" not in found.fields


@pytest.mark.parametrize(
    "text",
    [
        "80/tcp open http\nService Info: Device: webcam; CPE: cpe:/h:acme:cam",
        "80/tcp open http\nService Info: Host: a; Device: webcam",
        "80/tcp open http\nDevice type: webcam\nRunning: Linux 2.6.X",
        '<port protocol="tcp" portid="80"><state state="open"/><service name="http" devicetype="webcam"/></port>',
    ],
)
def test_the_sort_of_device(text: str) -> None:
    assert [found.fields["nmap.device_type"] for found in scanned(text) if "nmap.device_type" in found.fields] == [
        ("webcam",)
    ]


def test_several_sorts_of_device_say_nothing() -> None:
    (found,) = scanned("80/tcp open http\nDevice type: general purpose|webcam\nService Info: Devices: webcam, router")
    assert "nmap.device_type" not in found.fields


def test_what_a_record_names_beside_an_answer() -> None:
    (one,) = noted('{"product": "Acme camera", "devicetype": "webcam", "data": "HTTP/1.1 200 OK\\r\\n\\r\\n"}')
    assert one.fields == {"nmap.product": ("Acme camera",), "nmap.device_type": ("webcam",)}
    assert not list(noted('{"product": "Acme camera", "data": "x"}'))


@pytest.mark.parametrize("hidden", ["44:19:B6:XX:XX:XX", "44:19:b6:xx:xx:xx", "44:19:B6:**:**:**"])
def test_an_address_whose_end_is_hidden(hidden: str) -> None:
    *_, link = scanned(f"80/tcp open http\nMAC Address: {hidden} (Example Works)")
    assert link.fields["mac.prefix"] == ("4419B6",)
    assert link.fields["mac.organization"] != ("Example Works",)


@pytest.mark.parametrize("hidden", ["XX:XX:XX:XX:XX:XX", "<redacted>"])
def test_an_address_that_is_hidden(hidden: str) -> None:
    *_, link = scanned(f"80/tcp open http\nMAC Address: {hidden} (Example Works)")
    assert link.fields == {"mac.organization": ("Example Works",)}
