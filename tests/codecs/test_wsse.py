from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from defusedxml.ElementTree import fromstring

from camscan.codecs.wsse import password_digest, signed
from camscan.errors import UsageError

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ENVELOPE = f'<s:Envelope xmlns:s="{SOAP}"><s:Header/><s:Body><a xmlns="urn:a"/></s:Body></s:Envelope>'.encode()
NONCE = base64.b64decode("LKqI6G/AikKCQrN0zqZFlg==")
AT = datetime(2010, 9, 16, 7, 50, 45, 123_456, tzinfo=UTC)


def test_the_example_of_the_onvif_programmers_guide() -> None:
    assert password_digest("userpassword", NONCE, "2010-09-16T07:50:45Z") == "tuOSpGlFlIXsozq4HFNeeGeFLEI="


def test_the_token_stands_in_the_header() -> None:
    root = fromstring(signed(ENVELOPE, ("user & co", "userpassword"), nonce=NONCE, created=AT))
    header = root.find(f"{{{SOAP}}}Header")
    assert header is not None
    texts = {element.tag.rpartition("}")[2]: element.text for element in header.iter()}
    assert texts["Username"] == "user & co"
    assert texts["Created"] == "2010-09-16T07:50:45.123Z"
    assert base64.b64decode(texts["Nonce"] or "") == NONCE
    assert texts["Password"] == password_digest("userpassword", NONCE, "2010-09-16T07:50:45.123Z")
    assert root.find(f"{{{SOAP}}}Body/{{urn:a}}a") is not None


def test_the_time_is_told_in_utc() -> None:
    east = AT.astimezone(timezone(timedelta(hours=5)))
    assert signed(ENVELOPE, ("u", "p"), nonce=NONCE, created=east) == signed(
        ENVELOPE, ("u", "p"), nonce=NONCE, created=AT
    )


@pytest.mark.parametrize("form", [b"<s:Header></s:Header>", b"<s:Header />", b"<s:Header>\n</s:Header>"])
def test_every_form_of_an_empty_header_will_do(form: bytes) -> None:
    envelope = ENVELOPE.replace(b"<s:Header/>", form)
    assert b"UsernameToken" in signed(envelope, ("u", "p"), nonce=NONCE, created=AT)


@pytest.mark.parametrize("header", [b"", b"<s:Header><b/></s:Header>", b"<s:Header/><s:Header/>"])
def test_an_envelope_without_a_place_for_it_is_refused(header: bytes) -> None:
    with pytest.raises(UsageError, match="empty headers"):
        signed(ENVELOPE.replace(b"<s:Header/>", header), ("u", "p"), nonce=NONCE, created=AT)
