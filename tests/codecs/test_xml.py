from __future__ import annotations

import gc
from contextlib import suppress
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.costs import costs_less_than, times_as_long
from support.decoders import assert_survives

from camscan.codecs import xml
from camscan.errors import DecodeError

SAMPLE = (
    b'<?xml version="1.0" encoding="UTF-8"?>\r\n<p:Answer xmlns:p="urn:one" xmlns="urn:two">\r\n'
    b'<Name id="1"> Front door </Name><Name/><Empty> </Empty><p:Group><Name>Back</Name></p:Group>\r\n</p:Answer>\r\n'
)


def test_helpers_go_by_local_names() -> None:
    root = xml.parse(SAMPLE)
    assert (xml.local(root.tag), xml.namespace(root.tag)) == ("Answer", "urn:one")
    assert (xml.local("plain"), xml.namespace("plain")) == ("plain", "")
    assert xml.find_text(root, "Name") == "Front door"
    assert xml.find_text(root, "Empty") == ""
    assert xml.find_text(root, "Missing") == ""
    assert [name.text for name in xml.find_all(root, "Name")] == [" Front door ", None, "Back"]
    assert [child.text for child in xml.children(root, "Name")] == [" Front door ", None]


def test_what_stands_for_a_sign_is_resolved_once() -> None:
    assert xml.unescape("a &lt;b&gt; &amp;lt; &quot;&apos;&#65;&#x42; &nbsp; &") == "a <b> &lt; \"'AB &nbsp; &"
    assert xml.unescape("&#" + "1" * 5000 + ";").startswith("&#1")


def test_the_first_element_that_holds_text_counts() -> None:
    assert xml.find_text(xml.parse(b"<a><b/><b> </b><b>x</b></a>"), "b") == "x"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbf<a>x</a>", "x"),
        (b'junk \xef\xbb\xbf<?xml version="1.0"?><a>x</a>', "x"),
        (b"\r\n\0<a>x</a>\0\0\0", "x"),
        (b"<a>x</a>} trailing junk", "x"),
        (b"<a>x</a><b>second document</b>", "x"),
        ('<?xml version="1.0" encoding="GB2312" ?>\n<a>录像机</a>'.encode("gb2312"), "录像机"),
        ('<?xml version="1.0" encoding="gb2312"?><a>录像机</a>'.encode(), "录像机"),  # the charset is a lie
        (b'<?xml version="1.0" encoding="no-such-charset"?><a>x</a>', "x"),
        (b'<?xml version="1.0" encoding="utf-16"?><a>x</a>', "x"),
        ('<?xml version="1.0" encoding="utf-16"?><a>ü</a>'.encode("utf-16"), "ü"),
        (b"<a>AT&T &amp; &#38; &#x26; &nbsp; &</a>", "AT&T & & & &nbsp; &"),
        (b"<a>bell\x07 and escape\x1b</a>", "bell and escape"),
        (b"<a><![CDATA[1 < 2 & 3]]></a>", "1 < 2 & 3"),
        (b"--==x==\r\nContent-ID: <a:b>\r\nContent-Type: x/y\r\n\r\n<?xml version='1.0'?><a>x</a>\r\n--==x==--", "x"),
        (b"\r\n--x\nContent-ID: <root>\n\n<a>x</a>\n--x\nContent-ID: <1>\n\n\x00\xff<", "x"),
        (b"-- <a>x</a>", "x"),
    ],
)
def test_what_careless_devices_get_wrong_is_forgiven(data: bytes, text: str) -> None:
    assert xml.parse(data).text == text


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "http://192.0.2.1/evil.dtd"><a/>',
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="utf-7"?>+ADw-!DOCTYPE a+AD4-<a/><!ENTITY b "c">',
        b"<a/><!DOCTYPE a>",
        b"<!ELEMENT a ANY><a/>",
    ],
)
def test_declarations_are_refused_before_parsing(data: bytes) -> None:
    with pytest.raises(DecodeError, match="DOCTYPE"):
        xml.parse(data, partial=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a single tag"),
        (b"no markup at all", "not a single tag"),
        (b"<a><b></a>", "not well-formed"),
        (b"<a>cut", "not well-formed"),
        (b"<!-- only a comment -->", "not well-formed"),
        (b"<a>" + b" " * xml.MAX_SIZE + b"</a>", "larger than"),
        (b"<a>" * (xml.MAX_DEPTH + 1) + b"</a>" * (xml.MAX_DEPTH + 1), "deeper than"),
        (b"<a>" + b"<b/>" * xml.MAX_TAGS + b"</a>", "tags"),
        (b'<a xmlns:b = "' + b"u" * xml.MAX_NAMESPACE + b'"><b:c/></a>', "namespace"),
        (b"<a xmlns='" + b"u" * xml.MAX_NAMESPACE + b"'/>", "namespace"),
    ],
)
def test_bounds(data: bytes, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        xml.parse(data)


def test_what_fits_the_bounds_exactly_is_read() -> None:
    depth = xml.MAX_DEPTH
    assert xml.find_text(xml.parse(b"<a>" * depth + b"x" + b"</a>" * depth), "a") == "x"
    assert len(xml.parse(b"<a>" + b"<b/>" * (xml.MAX_TAGS - 2) + b"</a>")) == xml.MAX_TAGS - 2


def test_a_document_that_breaks_off_gives_its_whole_elements() -> None:
    root = xml.parse(b"<a><b>one</b><c>tw", partial=True)
    assert [(xml.local(element.tag), element.text) for element in root] == [("b", "one"), ("c", None)]
    with pytest.raises(DecodeError):
        xml.parse(b"<a", partial=True)


@pytest.mark.parametrize(
    "data",
    [
        b"<a b='" + b"x" * (xml.MAX_SIZE - 20) + b"'/>",
        b"<a>" + b"&" * 200_000 + b"</a>",
        b"<" * 1_000_000,
        b"<?xml " * 150_000,
        b"<a" + b" xmlns" * 150_000 + b"/>",
        b"<a " + b" ".join(b'a%d="1"' % number for number in range(80_000)) + b"/>",
        b'<a xmlns="' + b"u" * 511 + b'">' + b"".join(b"<a%d/>" % number for number in range(19_000)) + b"</a>",
        b"<a>" * 9_999 + b"</a>" * 9_999,
    ],
)
def test_hostile_documents_cost_little_time(data: bytes) -> None:
    with costs_less_than(3), suppress(DecodeError):
        xml.parse(data)


def test_namespaces_begun_take_as_long_as_other_words() -> None:
    namespaces, words = (b"<a " + name * 10_000 for name in (b"xmlns:", b"words:"))
    longer = times_as_long(lambda: xml.parse(namespaces), lambda: xml.parse(words))
    assert longer < 12  # 40, where each goes through what follows it


def test_a_document_takes_little_longer_than_its_parser() -> None:
    data = b"<a>" + b"<b/>" * 15_000 + b"</a>"
    assert times_as_long(lambda: xml.parse(data), lambda: fromstring(data)) < 3  # noqa: S314 - of our own


def test_damaged_documents() -> None:
    assert_survives(xml.parse, SAMPLE)
    assert_survives(lambda data: xml.parse(data, partial=True), SAMPLE)


@given(st.binary(max_size=300) | st.text("<>/?!&;'\"= abx:\n", max_size=80).map(str.encode))
def test_any_bytes_give_an_element_or_a_decode_error(data: bytes) -> None:
    with suppress(DecodeError):
        assert isinstance(xml.parse(data, partial=True), Element)


@pytest.mark.parametrize("charset", ["cp037", "gbk", "utf-16", "no-such-charset"])
@pytest.mark.parametrize(
    "declaration",
    [
        "<?xml version='1.0'{blanks}encoding='{charset}'?>",
        "<?xml version='1.0'?><?xml version='1.0' encoding='{charset}'?>",
        "<?xml version='1.0'?>  <?xml\tversion='1.0' encoding='{charset}'?>",
    ],
)
def test_no_charset_of_a_declaration_reaches_the_parser(declaration: str, charset: str) -> None:
    text = declaration.format(blanks=" " * 600, charset=charset)
    with pytest.raises(DecodeError, match="declaration"):
        xml.parse(f"{text}<a/>".encode(), partial=True)


@pytest.mark.parametrize("data", [b"<a>" + b"<b/>" * 2_000, b"<a>" + b"<b/>" * 2_000 + b"</c>", b"<a>" * 100])
def test_nothing_of_a_broken_document_is_left(data: bytes) -> None:
    gc.collect()
    gc.disable()
    try:
        with suppress(DecodeError):
            xml.parse(data)
        assert gc.collect() < 50
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"<a><model>DS-2C", "DS-2C"),
        (b"<a><p:model xmlns:p='q'>DS-2C", "DS-2C"),
        (b"<a><serialNumber>0001", None),
        (b"<a><serialNumber>0001<", "0001"),  # its end tag has begun
        (b"<a><serialNumber>0001</serial", "0001"),
        (b"<a><model> A&amp;BC &am", " A&BC "),
        (b"<a><model>1000%2", "1000"),
        (b"<a><model>1>0 ye", "1>0 ye"),
        (b"<a><model c='>'>year", "year"),
        (b"<a><model>DS-", None),
        (b"<a><model/>z", None),
        (b"<a><model><c/>z", None),
        (b"<a><model>x</c>y", None),  # goes wrong, and is not cut there
        (b"<a><model> \n", None),
        (b"<a><model>" + b"x" * 5000, None),
        (b"<a><Scopes>onvif://x/name/A onvif://x/hardware/DS", "onvif://x/name/A onvif://x/hardware/DS"),
        (b"<a><Scopes>onvif://x/name/A onvif://x/MAC/44:19:b6:0", "onvif://x/name/A "),
    ],
)
def test_a_text_that_was_cut_counts_where_its_beginning_tells_something(data: bytes, text: str | None) -> None:
    (element,) = xml.parse(data, partial=True)
    assert element.text == text


def test_whatever_the_length_no_text_is_another_than_the_whole_has() -> None:
    whole = [element.text for element in xml.parse(SAMPLE).iter()]
    for length in range(len(SAMPLE)):
        with suppress(DecodeError):
            for element, told in zip(xml.parse(SAMPLE[:length], partial=True).iter(), whole, strict=False):
                assert (element.text or told) == told
