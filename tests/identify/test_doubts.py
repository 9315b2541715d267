"""Answers whose names are hints at most."""

from collections.abc import Callable

import pytest

from camscan.identify.doubts import is_doubtful
from camscan.identify.library import Library
from camscan.records import Level, Observation

Build = Callable[..., Library]
Answer = Callable[..., Observation]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("onvif.manufacturer", "ONVIF Simulator"),
        ("onvif.scope.hardware", "OnvifSimulator"),
        ("nmap.product", "Hikvision camera honeypot"),
        ("isapi.manufacturer", "Go Emulator"),
        ("http.server", "Hikvision-Simulator/1.0"),
        ("onvif.model", "DS-2CD2143G2 (proxy)"),
        ("onvif.model", "IPC-HFW2431S (fake)"),
        ("onvif.model", "TC-2808AN-HD"),
        ("onvif.firmware", "V2.1, build 091111"),
        ("http.title", "Hikvision DS-2CD2347G2-LU 4MP Turret"),
        ("http.title", "Dahua NVR5216-16P-I | eBay"),
        ("http.title", "DS-2CD2143G2-IS - Hikvision | Manualzz"),
        ("http.title", "HikCentral Professional Web Client help"),
        ("http.title", "Hikvision DS-2CD2342WD-I firmware V5.4.5 | IP Cam Talk"),
        ("http.title", "Hikvision DS-2CD2042WD-I | Device Details | Monitor"),
        ("http.title", "Hikvision DS-2CD2143G2-I - CCTV Store London"),
        ("http.title", "DS-2CD2143G2-I - Hikvision UK Distributor"),
        ("http.title", "Hikvision DS-2CD2143G2-I 2.8mm Camera £89.99"),
        ("http.title", "Hikvision DS-2CD2143G2-I купить в Москве"),
        ("http.title", "IPC-HFW2831S-S-S2 - Dahua Wiki"),
        ("http.title", "Hikvision DS-7616NI-K2 | NetBox"),
        ("http.title", "Hikvision DS-2CD2143G0-I - Dashboards - Grafana"),
    ],
)
def test_imitations_and_pages_about_devices(field: str, value: str) -> None:
    assert is_doubtful({field: (value,)})
    assert is_doubtful({"http.path": ("/",), field: ("x", value)})


@pytest.mark.parametrize(
    "body",
    [
        '<meta property="og:type" content="product"><title>DS-2CD2143G2-I</title>',
        '<link href="/wp-content/themes/cctv/style.css">',
        '<body class="woocommerce single-product">',
        '<button name="add-to-cart">',
        '{"@type": "http://schema.org/Product"}',
    ],
)
def test_pages_of_shops_and_magazines(body: str) -> None:
    assert is_doubtful({"http.body": (body,)})


@pytest.mark.parametrize(
    "text",
    [
        '{"count":1,"next":null,"previous":null,"results":[{"device_type":{"model":"DS-2CD2143G0-I"}}]}',
        '[{"ip":"192.0.2.64","model":"DS-2CD2143G0-I"},{"ip":"192.0.2.65","model":"DS-2CD2143G0-I"}]',
        '{"count": 90, "next": "http://192.0.2.1/api/?offset=50", "previous": null, "results": [{"id": 12}]}',
        '{"id":7,"asset_tag":"CAM-7","serial":"DS-2CD2143G0-I20190918AAWRD44556677"}',
        '{"event_type":"alert","src_ip":"203.0.113.9","alert":{"signature":"Hikvision DS-2CD2143G0-I"}}',
        '# HELP camera_up Whether it answers\n# TYPE camera_up gauge\ncamera_up{model="DS-2CD2143G0-I"} 1\n',
    ],
)
def test_lists_that_programs_keep_of_others(text: str) -> None:
    assert is_doubtful({"http.body": (text,)})
    assert is_doubtful({"banner.text": ("HTTP/1.1 200 OK\r\n\r\n" + text,)})


@pytest.mark.parametrize(
    "header",
    [
        "x-shopify-stage: production",
        'link: <https://cctv.example/wp-json/>; rel="https://api.w.org/"',
        "set-cookie: woocommerce_items_in_cart=0; path=/",
        "x-powered-by: PrestaShop",
        "x-generator: Drupal 10 (https://www.drupal.org)",
        "server: cloudflare",
        "cf-ray: 7d0000000000abcd-LHR",
        "x-served-by: cache-lcy-eglc8600000-LCY",
        "server: Werkzeug/2.3.7 Python/3.11.4",
        "server: BaseHTTP/0.6 Python/3.9.2",
        "server: uvicorn",
        "server: Python/3.10 aiohttp/3.8.4",
        "server: WireMock",
        "server: Apache/2.4.58 (Win64) OpenSSL/3.1.3 PHP/8.2.12",
        "x-powered-by: Next.js",
        "set-cookie: laravel_session=eyJpdiI6; path=/; httponly",
    ],
)
def test_pages_that_others_hand_out(header: str) -> None:
    assert is_doubtful({"http.header": ("content-type: text/html", header), "http.title": ("DS-2CD2143G2-I",)})
    assert is_doubtful({"banner.text": (f"HTTP/1.1 200 OK\r\n{header.title()}\r\n\r\n<model>DS-2CD2143G2-I</model>",)})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("http.header", "server: App-webs/"),
        ("http.header", "x-frame-options: SAMEORIGIN"),
        ("http.header", "via: 1.1 proxy.example.net (squid/5.7)"),
        ("http.header", "link: </doc/page/login.asp>"),
        ("http.header", "set-cookie: WebSession_1a2b3c=0; path=/"),
        ("http.header", "x-powered-by: PHP/5.4"),
        ("http.header", "server: nginx"),
        ("http.header", "server: Apache/2.4.10 (Unix) PHP/5.6.4"),
        ("http.header", "server: thin-client/1.0"),
        ("banner.text", "HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\nserverless: Werkzeug"),
        ("http.title", "AXIS M1065-L Network Camera"),
        ("http.title", "DVR Components Download"),
        ("http.title", "Workshop"),
        ("http.title", "Store 12 - AXIS M1065-L"),
        ("http.title", "NVR $ROOT"),
        ("http.title", "S2 Netbox Login"),
        ("http.title", "PRTG Network Monitor (HOST1)"),
        ("http.title", "IPC-HDW2431MP"),
        ("http.body", "a simulator"),
        ("http.body", '<script src="/doc/script/product.js">add to list</script>'),
        ("http.body", '{"result": true, "results": [{"next": null}]}'),
        ("http.body", '{"method": "OnEventNotify", "params": {"events": [{"eventId": "1"}]}}'),
        ("banner.text", "# HELP is typed for help"),
        ("onvif.model", "Simula"),
        ("onvif.model", "DS-2CD 4MP"),
        ("onvif.scope.name", "Flight simulator"),
        ("upnp.friendly_name", "Simulator room"),
    ],
)
def test_names_of_devices(field: str, value: str) -> None:
    assert not is_doubtful({field: (value,)})


def test_what_a_frame_for_programs_says_without_a_page() -> None:
    framed = {"http.header": ("x-powered-by: Express", "content-type: application/xml")}
    assert is_doubtful(framed)
    assert not is_doubtful(framed | {"http.title": ("Camera program",)})


def test_rules_and_labels_are_hints_in_a_doubtful_answer(build: Build, answer: Answer) -> None:
    library = build({"field": "http.server", "pattern": "^DNVRS$", "level": "certain"})
    honest = answer({"http.server": "DNVRS", "onvif.manufacturer": "HiLook"})
    assert {found.level for found in library.identify([honest])} == {Level.CERTAIN, Level.LIKELY}
    doubtful = answer({"http.server": "DNVRS", "onvif.manufacturer": "HiLook", "http.title": "Simulator"})
    assert {found.level for found in library.identify([doubtful])} == {Level.HINT}
    other = answer({"http.title": "Simulator"}, port=81)
    assert {found.level for found in library.identify([honest, other])} == {Level.CERTAIN, Level.LIKELY}


def test_a_rule_across_answers_is_no_surer_than_the_least_of_them(build: Build, answer: Answer) -> None:
    conditions = [{"field": "http.server", "pattern": "x"}, {"field": "http.path", "pattern": "y"}]
    library = build({"all": conditions, "across": "device"})
    answers = [answer({"http.server": "x", "http.title": "Emulator"}), answer({"http.path": "y"})]
    assert [found.level for found in library.identify(answers)] == [Level.HINT]
    honest = [answer({"http.server": "x"}), answer({"http.path": "y"}), answer({"http.title": "Simulator"}, port=81)]
    assert [found.level for found in library.identify(honest)] == [Level.LIKELY]


def test_streams_of_others_passed_on() -> None:
    stream = {"rtsp.sdp": ("v=0\r\ns=Media Presentation\r\n",), "rtsp.header": ("cseq: 3", "session: EFKONhgMR")}

    assert is_doubtful(stream)
    assert not is_doubtful({**stream, "rtsp.server": ("Wisenet WAVE/5.1.1.37512",)})
    assert not is_doubtful({**stream, "rtsp.header": ("cseq: 3", "x-accept-dynamic-rate: 1")})
    assert not is_doubtful({"rtsp.header": ("session: 2090545605;timeout=60",)})
    named = {"rtsp.server": ("A/1.0",), "rtsp.sdp": ("v=0\r\ns=HIK Media Server\r\na=tool:libavformat 59.27.100\r\n",)}
    assert is_doubtful(named)
    assert not is_doubtful({**named, "rtsp.sdp": ("v=0\r\ns=HIK Media Server\r\na=tool:GStreamer\r\n",)})


@pytest.mark.parametrize(
    "text",
    [
        r'{"took":4,"hits":{"hits":[{"_source":{"banner":"HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\n"}}]}}',
        r'{"ip_str":"192.0.2.9","data":[{"html":"<script>window.location.href=\"/doc/page/login.asp\"</script>"}]}',
        r'[{"ip":"192.0.2.9","data":"RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"IP Camera(5)\""}]',
    ],
)
def test_answers_of_devices_kept_in_a_document(text: str) -> None:
    assert is_doubtful({"http.body": (text,)})
    assert is_doubtful({"banner.text": ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + text,)})


def test_a_document_of_a_device() -> None:
    assert not is_doubtful({"http.body": ('{"id":1,"params":{"realm":"Login to 4K049EBPAG1D7E7"},"result":false}',)})
    assert not is_doubtful({"banner.text": ("[path front] RTSP/1.0 401 Unauthorized\r\nServer: Rtsp Server/3.0",)})
    assert not is_doubtful({"banner.text": ("HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\n\r\n<html>",)})


def test_notes_that_a_server_hands_out() -> None:
    notes = "# Camera\n\n```xml\n<DeviceInfo><model>DS-2CD2143G0-I</model></DeviceInfo>\n```\n"
    schema = '<xs:schema targetNamespace="http://www.isapi.org/ver20/XMLSchema"><xs:element name="PTZ"/></xs:schema>'

    assert is_doubtful({"http.status": ("200",), "http.body": (notes,)})
    assert is_doubtful({"http.status": ("200",), "http.body": (schema,)})
    assert is_doubtful({"http.status": ("200",), "http.header": ("content-type: text/markdown",)})
    assert is_doubtful({"http.status": ("200",), "http.body": ("import requests\n\nMODEL = 'DS-2CD2143G0-I'\n",)})
    assert is_doubtful({"http.status": ("200",), "http.header": ("content-type: text/csv; charset=utf-8",)})
    assert not is_doubtful({"http.status": ("200",), "http.header": ("content-type: text/css",)})
    listed = "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\nLobby,DS-2CD2143G0-I\r\n"
    assert is_doubtful({"banner.text": (listed,)})
    assert not is_doubtful({"banner.text": (listed.removeprefix("HTTP/1.1 200 OK\r\n"),)})
    assert not is_doubtful({"http.body": (notes,)})
    assert not is_doubtful({"http.status": ("200",), "http.body": ("HTTP/1.1 401 Unauthorized\n```\n",)})


@pytest.mark.parametrize("server", ["nginx/1.24.0", "Caddy", "Traefik"])
def test_a_path_that_a_proxy_only_repeats(server: str) -> None:
    moved = {
        "http.status": ("308",),
        "http.server": (server,),
        "http.location": ("https://192.0.2.7/doc/page/login.asp",),
    }

    assert is_doubtful(moved)
    assert not is_doubtful(moved | {"http.server": ("webserver",)})
    assert not is_doubtful(moved | {"http.status": ("302",)})
    assert not is_doubtful(moved | {"http.location": ("/doc/page/login.asp",)})


@pytest.mark.parametrize("server", ["nginx/1.24.0", "Apache/2.4.58 (Ubuntu)", "Microsoft-IIS/10.0"])
def test_a_page_of_another_host_to_which_a_server_leads(server: str) -> None:
    moved = {
        "http.status": ("302",),
        "http.server": (server,),
        "http.location": ("http://cam7.example.org/doc/page/login.asp",),
    }

    assert is_doubtful(moved)
    assert not is_doubtful(moved | {"http.server": ("webserver",)})
    assert not is_doubtful(moved | {"http.location": ("http://192.0.2.7/doc/page/login.asp",)})
    assert not is_doubtful(moved | {"http.location": ("doc/page/login.asp",)})
