from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.costs import costs_less_than

from camscan.codecs import behind


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (b"<userName>admin</userName><password >12<b/>", b"<userName>*****</userName><password >**<b/>"),
        (b"<ns:adminPassword>x y</ns:adminPassword>", b"<ns:adminPassword>***</ns:adminPassword>"),
        (
            b'{"UserName" : "admin", "Password":"a\\"b", "Port": 80}',
            b'{"UserName" : "*****", "Password":"****", "Port": 80}',
        ),
        (b"t.R_0.Password=a&b c\r\nt.R_0.Port=80\r\n", b"t.R_0.Password=*****\r\nt.R_0.Port=80\r\n"),
        (
            b"t.R_0.MainStreamUrl=rtsp://admin:12345@10.1.1.2/ch1",
            b"t.R_0.MainStreamUrl=rtsp://***********@10.1.1.2/ch1",
        ),
        (b"a=rtsp://admin:1/2@3@10.1.1.2/, rtsp://u@h/", b"a=rtsp://***********@10.1.1.2/, rtsp://*@h/"),
        (b"rtsp://a:b@10.1.1.2/;rtsp://10.1.1.3:554/", b"rtsp://***@10.1.1.2/;rtsp://10.1.1.3:554/"),
        (b"http://10.1.1.2/x?user=admin&pwd=12345&ch=1", b"http://10.1.1.2/x?user=*****&pwd=*****&ch=1"),
        (b'<password opt="x">12</password>', b'<password opt="x">**</password>'),
        (b"<userName><![CDATA[a<]b]]></userName>", b"<userName><![CDATA[****]]></userName>"),
        (b"<password><![CDATA[1<2", b"<password><![CDATA[***"),
        (b"<passWd>12</passWd><user_name>a</user_name>", b"<passWd>**</passWd><user_name>*</user_name>"),
        (b'{"pwd":"12", "pwdLevel":"2"}', b'{"pwd":"**", "pwdLevel":"2"}'),
        (b'{"Password": 123456,"pwd":1.50}', b'{"Password": 999999,"pwd":9999}'),
        (b'<source userName="admin" password="1 2"/>', b'<source userName="*****" password="***"/>'),
        (b"<name>password</name><model>DS-2CD</model>", b"<name>password</name><model>DS-2CD</model>"),
        (b"", b""),
    ],
)
def test_logins_are_struck_out_and_nothing_else_moves(content: bytes, kept: bytes) -> None:
    assert behind.redacted(content) == kept


@given(st.binary(max_size=400))
def test_striking_out_changes_no_length(content: bytes) -> None:
    assert len(behind.redacted(content)) == len(content)


@pytest.mark.parametrize(
    "hostile",
    [
        *(b"<" * 200_000, b'"' + b"a" * 200_000, b"://" * 70_000, b"a" * 200_000, b"?a" * 99_999),
        *(b"?" + b"user" * 50_000, b"<pwd " * 40_000, b"://a:" * 40_000),
    ],
)
def test_hostile_content_takes_no_time(hostile: bytes) -> None:
    with costs_less_than(1):
        assert behind.redacted(hostile) == hostile


def test_an_endless_password_takes_no_time() -> None:
    begin = b"<password><![CDATA["
    with costs_less_than(1):
        assert behind.redacted(begin * 20_000 + b"]" * 500_000) == begin + b"*" * (19 * 19_999 + 500_000)


def test_a_channel_leaves_out_what_is_no_address_and_no_station() -> None:
    given_fields = [("behind.address", "::"), ("behind.mac", "ff:ff:ff:ff:ff:ff"), ("behind.model", "")]
    assert behind.slot("cgi", "3", given_fields) == {"behind.api": ("cgi",), "behind.slot": ("3",)}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("192.168.254.3", {"behind.address": ("192.168.254.3",)}),
        ("fe80::0aed:edff:fe87:427a", {"behind.address": ("fe80::aed:edff:fe87:427a",)}),
        ("cam-3.site.example", {"behind.host": ("cam-3.site.example",)}),
        ("::", {}),
        ("1234", {}),
        ("<none>", {}),
        ("", {}),
    ],
)
def test_where_a_camera_is_reached(text: str, fields: dict[str, tuple[str, ...]]) -> None:
    numbered = {"behind.api": ("cgi",), "behind.slot": ("3",)}
    assert behind.slot("cgi", "3", [("behind.address", text)]) == numbered | fields


@pytest.mark.parametrize(
    ("text", "number"), [("7", "7"), (" 016 ", "16"), ("-1", ""), ("1.5", ""), ("", ""), ("99999999", ""), ("٣", "")]
)
def test_numbers_of_channels(text: str, number: str) -> None:
    assert behind.counted(text) == number
