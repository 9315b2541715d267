from __future__ import annotations

import gzip

import pytest

from camscan.imports.forms.messages import (
    described,
    over_http,
    over_rtsp,
    page,
    sent,
    title,
    upnp,
)
from camscan.imports.pasted import read


def test_header_lines_need_no_status() -> None:
    (one,) = over_http("Server: a/1\nWWW-Authenticate: Basic realm=x")
    assert (one.fields["http.server"], one.fields["http.realm"]) == (("a/1",), ("x",))
    assert "http.status" not in one.fields


def test_each_protocol_leaves_the_other_alone() -> None:
    assert list(over_http("RTSP/1.0 200 OK\nServer: a")) == []
    assert list(over_rtsp("HTTP/1.1 200 OK\nServer: a")) == []


def test_a_description_alone_or_behind_headers() -> None:
    sdp = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=S\n"
    assert [one.fields["rtsp.sdp.session"] for one in over_rtsp(sdp)] == [("S",)]
    (one,) = over_rtsp(f"CSeq: 3\nServer: a\n\n{sdp}")
    assert (one.fields["rtsp.server"], one.fields["rtsp.sdp.session"]) == (("a",), ("S",))


def test_a_description_without_the_empty_line_before_it() -> None:
    (one,) = over_rtsp("RTSP/1.0 200 OK\nCSeq: 3\nContent-Type: application/sdp\nv=0\no=- 1 1 IN IP4 192.0.2.1\ns=S\n")
    assert one.fields["rtsp.sdp.session"] == ("S",)
    assert one.fields["rtsp.header"] == ("cseq: 3", "content-type: application/sdp")


def test_the_method_is_the_one_that_was_asked() -> None:
    (one,) = over_rtsp("OPTIONS rtsp://192.0.2.1/ RTSP/1.0\nCSeq: 1\n\nRTSP/1.0 200 OK\nCSeq: 1\n")
    assert (one.asked, one.fields["rtsp.method"]) == ("OPTIONS", ("OPTIONS",))
    (one,) = over_rtsp("RTSP/1.0 200 OK\nCSeq: 1\n")
    assert "rtsp.method" not in one.fields


def test_a_reply_names_the_realm_of_its_challenge() -> None:
    (one,) = over_rtsp('Authorization: Digest username="a", realm="x", nonce="1", uri="rtsp://a/", response="2"')
    assert one.fields["rtsp.realm"] == ("x",)
    (one,) = over_rtsp('SETUP rtsp://a/ RTSP/1.0\nCSeq: 1\nAuthorization: Digest username="a", realm="x", uri="/"')
    assert one.fields["rtsp.realm"] == ("x",)
    assert not next(iter(over_rtsp("Authorization: Basic YTpi"))).fields.get("rtsp.realm")


def test_a_request_in_a_log_names_the_realm_of_what_it_asked() -> None:
    request = 'DESCRIBE rtsp://192.0.2.1/ RTSP/1.0\nAuthorization: Digest username="u", realm="R"\n\n'
    (one,) = over_rtsp(f"{request}RTSP/1.0 200 OK\nCSeq: 3")
    assert one.fields["rtsp.realm"] == ("R",)
    (one,) = over_rtsp(f'{request}RTSP/1.0 401 Unauthorized\nWWW-Authenticate: Digest realm="S"')
    assert one.fields["rtsp.realm"] == ("S",)
    (one,) = over_rtsp('RTSP/1.0 401 Unauthorized\nAuthorization: Digest username="u", realm="R"')
    assert one.fields["rtsp.realm"] == ("R",)


def test_a_page_of_settings_is_a_body() -> None:
    assert [dict(one.fields) for one in page("a.b=1\na.c=2\n")] == [{"http.body": ("a.b=1\na.c=2",)}]
    assert list(page(" ")) == []


def test_titles_are_text() -> None:
    assert [one.fields["http.title"] for one in title("A <b> & c")] == [("A <b> & c",)]
    assert [one.fields["http.title"] for one in title("<TITLE>x &amp; y</TITLE>")] == [("x & y",)]


@pytest.mark.parametrize(
    "held",
    [
        "http-title: {}",
        "|_http-title: {}",
        "| http-title: {}\n|_Requested resource was /x",
        '"title": "{}"',
        '{{"http":{{"html_title":"{}"}}}}',
        'title="{}"',
        "Page title: {}",
        "<title>{}</title>",
        "{}",
    ],
)
def test_titles_under_their_names(held: str) -> None:
    assert [one.fields["http.title"] for one in title(held.format("A 7 | B: c"))] == [("A 7 | B: c",)]


def test_ssdp_with_and_without_its_targets() -> None:
    assert [dict(one.fields) for one in upnp("SERVER: a\nLOCATION: http://192.0.2.1/")] == [
        {"ssdp.server": ("a",), "ssdp.location": ("http://192.0.2.1/",)}
    ]
    (one,) = upnp('{"SERVER": "a", "ST": "upnp:rootdevice"}')
    assert one.fields == {"ssdp.server": ("a",), "ssdp.st": ("upnp:rootdevice",)}


def test_ssdp_behind_what_a_client_says_of_its_search() -> None:
    (one,) = upnp("resource available\n  USN:      uuid:a\n  Location: http://192.0.2.1/\n  Server: b")
    assert one.fields == {"ssdp.usn": ("uuid:a",), "ssdp.location": ("http://192.0.2.1/",), "ssdp.server": ("b",)}


def test_a_description_in_other_words() -> None:
    assert described("Manufacturer: A\nModelName: M") == {"upnp.manufacturer": ("A",), "upnp.model_name": ("M",)}
    assert described("Manufacturer: A") == {}


def test_xml_without_a_namespace_that_tells_of_a_device() -> None:
    body = (
        '<?xml version="1.0" encoding="GB2312"?>\n<Response>\n<DeviceName>A</DeviceName>\n'
        "<Manufacturer>M</Manufacturer>\n<Model>A-1</Model>\n<Firmware>V1</Firmware>\n</Response>"
    )
    told, page_itself = over_http(body)
    assert (told.fields["onvif.manufacturer"], told.fields["onvif.model"]) == (("M",), ("A-1",))
    assert told.fields["onvif.firmware"] == ("V1",)
    assert "onvif.model" not in page_itself.fields
    others = "<Model>A-1</Model>\n<Manufacturer>M</Manufacturer>"
    assert [one.channel for one in over_http(f"HTTP/1.1 200 OK\r\n\r\n{others}")] == ["http"]
    assert [one.channel for one in over_http(others)] == [
        "http",
        "onvif",
    ]  # what somebody wrote may be in any form


def test_a_few_elements_of_a_device_description() -> None:
    [found] = upnp("<friendlyName>A</friendlyName>\n<manufacturer>B</manufacturer>\n<modelName>C</modelName>")
    assert found.fields["upnp.model_name"] == ("C",)
    assert found.fields["upnp.manufacturer"] == ("B",)


def test_quotes_within_the_values_of_a_mapping() -> None:
    [found] = over_http('{"Server": "", "WWW-Authenticate": "Digest realm=\\"a b\\", nonce=\\"1\\""}')
    assert found.fields["http.realm"] == ("a b",)


def test_a_mapping_of_sip_is_none_of_rtsp() -> None:
    assert "rtsp" not in {each.channel for each in read("{'CSeq': '2 REGISTER', 'Server': 'Acme/1.0'}")}


def test_a_list_of_mappings_is_a_body() -> None:
    [found] = over_http('[{"cmd": "Login", "code": 0}]')
    assert found.fields["http.body"] == ('[{"cmd": "Login", "code": 0}]',)


def test_a_list_keeps_its_whole_body() -> None:
    text = f'[{{"deviceInfo": "{"a" * 600}"}}]'
    [found] = over_http(text)
    assert found.fields["http.body"] == (text,)


@pytest.mark.parametrize(
    "text", ["<manufacturer>A of B</manufacturer>", "manufacturer: A of B", "'manufacturer': 'A of B'"]
)
def test_a_maker_alone_where_it_is_known_to_be_of_a_description(text: str) -> None:
    (found,) = upnp(text)
    assert found.fields == {"upnp.manufacturer": ("A of B",)}


def test_the_address_of_a_maker_is_of_a_description() -> None:
    found = read("<manufacturer>A</manufacturer>\n<manufacturerURL>http://a.example</manufacturerURL>", "http")
    assert {"upnp.manufacturer": ("A",)}.items() <= found[0].fields.items()


def test_one_name_of_a_description_alone() -> None:
    (one,) = upnp("friendlyName: Cam 7")
    assert one.fields["upnp.friendly_name"] == ("Cam 7",)
    assert described("manufacturer: A") == {}


def test_a_title_alone_with_references_in_it() -> None:
    (found,) = title("DS218&nbsp;-&nbsp;AT&amp;T")
    assert found.fields["http.title"] == ("DS218 - AT&T",)


def test_an_answer_is_to_the_request_before_it_and_else_to_none_that_is_known() -> None:
    answer = "HTTP/1.1 200 OK\r\nServer: Webs\r\n\r\n<title>a</title>"
    (one,) = over_http(f"GET /doc/ HTTP/1.1\r\nHost: x\r\n\r\n{answer}")
    assert (one.asked, one.fields["http.path"]) == ("GET /doc/", ("/doc/",))
    (one,) = over_http(answer)
    assert (one.asked, "http.path" in one.fields) == ("", False)


def test_what_a_body_tells_by_another_protocol_is_told_on_its_channel() -> None:
    soap = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">'
        "<s:Body><tds:GetDeviceInformationResponse><tds:Model>C-1</tds:Model></tds:GetDeviceInformationResponse></s:Body>"
        "</s:Envelope>"
    )
    service, head = over_http(f"HTTP/1.1 200 OK\r\n\r\n{soap}")
    assert (service.channel, service.fields["onvif.model"]) == ("onvif", ("C-1",))
    assert "http.body" not in head.fields
    lines = "appAutoStart=true\r\ndeviceType=IPC-X\r\nserialNumber=1A\r\n"
    system, _ = over_http(f"HTTP/1.1 200 OK\r\n\r\n{lines}")
    assert (system.channel, system.fields["cgi.serial"]) == ("cgi", ("1A",))


def test_bytes_that_are_no_text_are_read_as_they_were_sent() -> None:
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"<title>a</title>")
    (one,) = sent(packed)
    assert one.fields["http.title"] == ("a",)
    assert list(sent(b"HTTP/1.1 200 OK\r\n\r\n<title>a</title>")) == []  # which is read as text
    assert list(sent(b"\xff" + packed)) == []


def test_lines_of_a_session_are_a_description_only_if_most_lines_are() -> None:
    (one,) = over_rtsp("s=Media\r\nm=video 0 RTP/AVP 96\r\n")
    assert (one.asked, one.fields["rtsp.sdp.session"]) == ("DESCRIBE", ("Media",))
    assert list(over_rtsp("s=Media\r\nwords\r\n")) == []
    (one,) = over_rtsp("Server: R\r\nCSeq: 1\r\n")
    assert not any(name.startswith("rtsp.sdp") for name in one.fields)


def test_a_title_in_a_whole_answer_comes_with_its_head() -> None:
    (one,) = title("HTTP/1.1 200 OK\r\nServer: Webs\r\n\r\n<title>a</title>")
    assert (one.fields["http.title"], one.fields["http.server"]) == (("a",), ("Webs",))


def test_what_follows_the_type_of_a_content_is_the_body() -> None:
    (one,) = over_http("Content-Type: text/plain\r\nContent-Length: 9\r\n\r\nclass=NVR\r\n")
    assert one.fields["http.body"] == ("class=NVR",)
    (one,) = over_http("Server: a/1\n\nSome words on it\n")
    assert "http.body" not in one.fields
