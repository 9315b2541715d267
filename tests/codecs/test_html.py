from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.costs import costs_less_than

from camscan.codecs import html
from camscan.codecs.html import (
    MAX_PAGE,
    MAX_REFRESHES,
    MAX_RESOURCES,
    MAX_TAGS,
    MAX_TARGET,
    MAX_TITLE,
    MAX_TITLES,
    decode,
    refresh_target,
)

PAGE = """\ufeff<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">
<HTML><HEAD>
<!-- <title>Old</title> <meta http-equiv="refresh" content="0;url=/old"> -->
<TITLE
 id=t>
  WEB&nbsp;SERVICE &amp;
  more </TITLE>
<link rel="stylesheet" href='css/main.css?v=1'>
<script type="text/javascript" src="jsCore/rpcCore.js?version=2.400"></script>
<script src = /doc/script/inc.js></script>
<img alt="x" SRC="/image/lgbg.jpg"><img src="data:image/png;base64,AAAA">
<script src="jsCore/rpcCore.js?version=2.400"></script>
<script><!--
if (window.location == "/never") { mylocation = "/never"; }
window.location.href = "/doc/page/login.asp?_" + (new Date()).getTime();
//--></script>
</HEAD><BODY data-location="/never"><svg><title>icon</title></svg></BODY></HTML>
"""


def test_a_page_is_decoded_whole() -> None:
    assert decode(PAGE) == {
        "http.title": ("WEB SERVICE & more",),
        "http.resource": (
            "css/main.css?v=1",
            "jsCore/rpcCore.js?version=2.400",
            "/doc/script/inc.js",
            "/image/lgbg.jpg",
        ),
        "http.refresh": ("/doc/page/login.asp?_",),
    }


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>AXIS</title>", "AXIS"),
        ("<title></title><title>second</title>", "second"),
        ("<title>cut", "cut"),
        ("<title>cut <body>", "cut"),
        ("<title><script>alert(1)</script></title>", "<script>alert(1)</script>"),
        ("<title>" + "a" * 300 + "</title>", "a" * MAX_TITLE),
        ("<title>&#x5f55;&#20687;&bogus;&#0;&#xD800;</title>", "录像&bogus;\ufffd\ufffd"),
        ("İİİ<title>İstanbul</title>", "İstanbul"),
        ("<!-- open comment <title>shown</title>", "shown"),
    ],
)
def test_title(page: str, title: str) -> None:
    assert decode(page) == {"http.title": (title,)}


@pytest.mark.parametrize(
    "page",
    [
        "",
        "plain text",
        "<title></title>",
        "<titlebar>no</titlebar>",
        "<!-- <title>hidden</title> -->",
        "<img><link rel=x>",
    ],
)
def test_a_page_that_says_nothing(page: str) -> None:
    assert decode(page) == {}


@pytest.mark.parametrize(
    ("page", "target"),
    [
        ('<meta http-equiv="refresh" content="0; url=/index.asp">', "/index.asp"),
        ("<META CONTENT='5;URL=login.htm' HTTP-EQUIV=Refresh>", "login.htm"),
        ("""<meta http-equiv="refresh" content="0;url='/a b'">""", "/a b"),
        ("<meta http-equiv=refresh content=0;url=/x>", "/x"),
        ('<meta http-equiv="refresh" content="0;url=/x?a=1&amp;b=2">', "/x?a=1&b=2"),
        ('<script>window.location="/index.html"</script>', "/index.html"),
        ("<script>location = 'web/index.html';</script>", "web/index.html"),
        ("<script>top.location.replace('/doc/index.html#/portal/login')</script>", "/doc/index.html#/portal/login"),
        ('<script>self.location.assign( "/a")</script>', "/a"),
    ],
)
def test_refresh(page: str, target: str) -> None:
    assert decode(page) == {"http.refresh": (target,)}


@pytest.mark.parametrize(
    "page",
    [
        '<meta http-equiv="refresh" content="5">',
        '<meta http-equiv="content-type" content="0;url=/x">',
        '<script>window.location = "http://" + location.host</script>',
        "<script>window.location = target; if (location != '/x') {}</script>",
    ],
)
def test_what_is_no_plain_redirect(page: str) -> None:
    assert decode(page) == {}


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ("0; url=/login.asp", "/login.asp"),
        ('1;URL="/a"', "/a"),
        ("0, url = /b", "/b"),
        ("url=/c", "/c"),
        ("3", ""),
        ("", ""),
    ],
)
def test_refresh_target(value: str, target: str) -> None:
    assert refresh_target(value) == target


def test_counts_and_lengths_are_bounded() -> None:
    page = "".join(
        f'<script src="/{number}.js"></script><script>location="/{number}"</script>' for number in range(200)
    )
    fields = decode(page)
    assert fields["http.resource"] == tuple(f"/{number}.js" for number in range(MAX_RESOURCES))
    assert fields["http.refresh"] == tuple(f"/{number}" for number in range(MAX_REFRESHES))
    assert decode(f'<img src="/{"a" * 900}">')["http.resource"] == ("/" + "a" * (MAX_TARGET - 1),)
    assert decode(" " * MAX_PAGE + "<title>too late</title>") == {}


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "<",
            "<title",
            "<title>",
            "<title ",
            "<!--",
            "<!-- -->",
            "<img ",
            "<img src=",
            '<img src="',
            "<meta ",
            "<link href='",
        ),
        *(
            "location=",
            'location="',
            "location ",
            "location.replace(",
            '<meta content="',
            "<meta http-equiv=refresh content=x>",
        ),
        *(" ", "\n", '"', "=", "&#", "&amp", 'src="', "src ", "<meta http-equiv ", '<title>&#9"'),
    ],
)
@pytest.mark.parametrize("start", ["", "<title>", "<img ", '<meta http-equiv=refresh content="'])
def test_hostile_pages_cost_little_time(start: str, unit: str) -> None:
    page = start + unit * (MAX_PAGE // len(unit))
    with costs_less_than(1):
        decode(page)


@given(st.text(max_size=200) | st.text("<>/!-='\"&#; titlemscrpgrefhlocanx\n0", max_size=200))
def test_any_text_gives_known_fields(page: str) -> None:
    fields = decode(page)
    assert set(fields) <= set(html.FIELDS)
    assert all(value for values in fields.values() for value in values)


def test_every_cut_of_a_page() -> None:
    for end in range(len(PAGE)):
        assert set(decode(PAGE[:end])) <= set(html.FIELDS)


def test_of_very_many_tags_the_first_are_read() -> None:
    blank = "<title> </title>"
    assert decode(blank * (MAX_TITLES - 1) + "<title>shown</title>") == {"http.title": ("shown",)}
    assert decode(blank * MAX_TITLES + "<title>hidden</title>") == {}
    for tag, field in (
        ("<img src={}>", "http.resource"),
        ('<meta http-equiv=refresh content="0;url={}">', "http.refresh"),
    ):
        page = tag.format("/a") * (MAX_TAGS - 1) + tag.format("/b") + tag.format("/c")
        assert decode(page) == {field: ("/a", "/b")}
