"""Questions and replies of ONVIF behind a login."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st
from support.costs import costs_less_than
from support.decoders import assert_survives

from camscan.codecs import soap
from camscan.errors import DecodeError, UsageError

OPERATIONS = (*soap.DEVICE_QUESTIONS, *soap.MEDIA_QUESTIONS)


def envelope(body: str, head: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
        f' xmlns:tt="http://www.onvif.org/ver10/schema">{head}<env:Body>{body}</env:Body></env:Envelope>'
    ).encode()


# Replies as the ONVIF specifications have them, with what devices leave out, add and put in another order.
INFORMATION = envelope(
    "<tds:GetDeviceInformationResponse><tds:Model>X-1</tds:Model><tds:Manufacturer>ACME &amp; Söhne</tds:Manufacturer>"
    "<tds:Own>1</tds:Own><tds:FirmwareVersion> 1.2 </tds:FirmwareVersion><tds:HardwareId/>"
    "</tds:GetDeviceInformationResponse>"
)
WEB_APIS = envelope(
    '<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled>'
    "<tt:Info><tt:Name>eth0</tt:Name><tt:HwAddress>58:50:ed:1f:e3:85</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info>"
    "<tt:Link><tt:InterfaceType>6</tt:InterfaceType></tt:Link><tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Config>"
    "<tt:Manual><tt:Address>10.0.0.5</tt:Address><tt:PrefixLength>24</tt:PrefixLength></tt:Manual>"
    "<tt:FromDHCP><tt:Address>10.0.0.6</tt:Address></tt:FromDHCP><tt:DHCP>false</tt:DHCP></tt:Config></tt:IPv4>"
    '<tt:IPv6><tt:Enabled>false</tt:Enabled></tt:IPv6></tds:NetworkInterfaces><tds:NetworkInterfaces token="x"/>'
    "</tds:GetNetworkInterfacesResponse>",
    "<env:Header/>",
)
SCOPES = envelope(
    "<tds:GetScopesResponse><tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef>"
    "<tt:ScopeItem>onvif://www.onvif.org/name/ACME%20X-1</tt:ScopeItem></tds:Scopes></tds:GetScopesResponse>"
)
SERVICES = envelope(
    "<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/device/wsdl</tds:Namespace>"
    "<tds:XAddr>http://192.168.1.9/onvif/device_service</tds:XAddr><tds:Version><tt:Major>2</tt:Major></tds:Version>"
    "</tds:Service><tds:Service><tds:Namespace>http://www.onvif.org/ver10/media/wsdl</tds:Namespace>"
    "<tds:XAddr>http://192.168.1.9/onvif/Media</tds:XAddr></tds:Service></tds:GetServicesResponse>"
)
PROFILES = envelope(
    '<trt:GetProfilesResponse><trt:Profiles token="P1" fixed="true"><tt:Name>MainStream</tt:Name>'
    '<tt:VideoSourceConfiguration token="V"><tt:Name>v</tt:Name></tt:VideoSourceConfiguration>'
    '<tt:VideoEncoderConfiguration token="E"><tt:Name>e</tt:Name><tt:UseCount>1</tt:UseCount>'
    "<tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution>"
    "<tt:Quality>3</tt:Quality></tt:VideoEncoderConfiguration><tt:PTZConfiguration><tt:Name>p</tt:Name>"
    '</tt:PTZConfiguration></trt:Profiles><trt:Profiles token="P2"><tt:Name>bare</tt:Name></trt:Profiles>'
    "</trt:GetProfilesResponse>"
)
FAULT = envelope(
    "<env:Fault><env:Code><env:Value>env:Sender</env:Value><env:Subcode><env:Value>ter:NotAuthorized</env:Value>"
    '</env:Subcode></env:Code><env:Reason><env:Text xml:lang="en">Sender not authorized</env:Text></env:Reason>'
    "</env:Fault>"
)
SAMPLES = dict(zip(OPERATIONS, (INFORMATION, WEB_APIS, SCOPES, SERVICES, PROFILES), strict=True))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_question_is_an_envelope_with_an_empty_header(operation: str) -> None:
    header, body = fromstring(soap.encode(operation))
    assert (header.tag.rpartition("}")[2], len(header), header.text) == ("Header", 0, None)
    (question,) = body
    assert question.tag.rpartition("}")[2] == operation
    assert b"Security" not in soap.encode(operation)


@pytest.mark.parametrize(
    ("as_standard", "as_sent"),
    [
        (b"http://www.w3.org/2003/05/soap-envelope", b"http://schemas.xmlsoap.org/soap/envelope/"),  # SOAP 1.1
        (b"http://www.onvif.org/ver10/schema", b"http://www.onvif.org/ver10/device/wsdl"),
        (b"http://www.onvif.org/ver10/device/wsdl", b"http://www.onvif.org/ver20/device/wsdl"),
    ],
)
def test_namespaces_that_devices_get_wrong(as_standard: bytes, as_sent: bytes) -> None:
    for reply, operation in ((INFORMATION, "GetDeviceInformation"), (WEB_APIS, "GetNetworkInterfaces")):
        assert soap.decode(reply.replace(as_standard, as_sent), operation) == soap.decode(reply, operation)


@pytest.mark.parametrize("operation", ["GetSnapshotUri", "GetStreamUri", "SetScopes", "SystemReboot", "GetUsers", ""])
def test_nothing_else_can_be_asked(operation: str) -> None:
    with pytest.raises(UsageError, match="not on the list"):
        soap.encode(operation)


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        (
            "GetDeviceInformation",
            {"onvif.manufacturer": ("ACME & Söhne",), "onvif.model": ("X-1",), "onvif.firmware": ("1.2",)},
        ),
        (
            "GetNetworkInterfaces",
            {"onvif.interface_mac": ("58:50:ED:1F:E3:85",), "onvif.ipv4_address": ("10.0.0.5", "10.0.0.6")},
        ),
        ("GetScopes", {"onvif.scope": ("onvif://www.onvif.org/name/ACME X-1",), "onvif.scope.name": ("ACME X-1",)}),
        (
            "GetServices",
            {
                "onvif.service": (
                    "http://www.onvif.org/ver10/device/wsdl",
                    "http://www.onvif.org/ver10/media/wsdl",
                ),
                "onvif.xaddr": ("http://192.168.1.9/onvif/device_service", "http://192.168.1.9/onvif/Media"),
                "onvif.media_path": ("/onvif/Media",),
            },
        ),
        ("GetProfiles", {"onvif.profile": ("MainStream 1920x1080 H264", "bare")}),
    ],
)
def test_replies(operation: str, fields: dict[str, tuple[str, ...]]) -> None:
    assert soap.decode(SAMPLES[operation], operation) == {"onvif.action": (operation,), **fields}


def test_a_fault_is_an_answer() -> None:
    assert soap.decode(FAULT, "GetProfiles") == {
        "onvif.action": ("GetProfiles",),
        "onvif.fault": ("env:Sender", "ter:NotAuthorized", "Sender not authorized"),
    }


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_empty_reply_says_nothing(operation: str) -> None:
    space = "trt" if operation == "GetProfiles" else "tds"
    assert soap.decode(envelope(f"<{space}:{operation}Response/>"), operation) == {"onvif.action": (operation,)}


@pytest.mark.parametrize(
    ("operation", "item"),
    [("GetNetworkInterfaces", "NetworkInterfaces"), ("GetScopes", "Scopes"), ("GetServices", "Service")],
)
@pytest.mark.parametrize("content", ["", "<tt:Other/>", "<!-- nothing --><?nor this?>"])
def test_an_item_without_what_is_read_of_it_is_passed_over(operation: str, item: str, content: str) -> None:
    reply = envelope(f"<tds:{operation}Response><tds:{item}>{content}</tds:{item}></tds:{operation}Response>")
    assert soap.decode(reply, operation) == {"onvif.action": (operation,)}


def test_names_will_do_without_their_namespace_and_in_any_order() -> None:
    bare = INFORMATION.replace(b"<tds:M", b"<M").replace(b"</tds:M", b"</M")
    assert bare != INFORMATION
    assert soap.decode(bare, "GetDeviceInformation") == soap.decode(INFORMATION, "GetDeviceInformation")


def test_what_there_is_one_of_counts_where_it_comes_first() -> None:
    twice = INFORMATION.replace(b"<tds:HardwareId/>", b"<tds:Model>X-2</tds:Model>")
    assert soap.decode(twice, "GetDeviceInformation")["onvif.model"] == ("X-1",)


def test_so_many_items_are_read_and_no_more() -> None:
    services = "".join(f"<tds:Service><tds:XAddr>http://a/{n}</tds:XAddr></tds:Service>" for n in range(300))
    reply = envelope(f"<tds:GetServicesResponse>{services}</tds:GetServicesResponse>")
    assert soap.decode(reply, "GetServices")["onvif.xaddr"] == tuple(f"http://a/{n}" for n in range(256))


@pytest.mark.parametrize("place", [b"<tds:GetScopesResponse", b"<tds:Scopes", b"<tt:ScopeItem"])
@pytest.mark.parametrize("kind", ["xs:string", "tt:Profile", "tt:Nothing", "soap:Envelope", ":"])
def test_a_type_that_a_reply_claims_does_no_harm(place: bytes, kind: str) -> None:
    claim = f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{kind}"'.encode()
    spaces = b' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:soap="http://www.w3.org/2003/05/soap-envelope"'
    with contextlib.suppress(DecodeError):
        assert soap.decode(SCOPES.replace(place, place + spaces + claim), "GetScopes")["onvif.action"]


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"<html><body>login</body></html>",
        b"HTTP",
        envelope(""),
        envelope("<!-- nothing -->"),
        SCOPES,
        INFORMATION[:-40],
        INFORMATION.replace(b"<env:Body>", b"<env:Body><!DOCTYPE x>"),
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + INFORMATION,
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + INFORMATION,
        INFORMATION.replace(b"<tds:Own>1</tds:Own>", b"<a>" * 9000 + b"</a>" * 9000),
        INFORMATION.replace(b"<tds:Own>1</tds:Own>", b"<a/>" * 60_000),
        INFORMATION.replace(b'encoding="UTF-8"', b'encoding="UTF-16"')[:200],
    ],
    ids=lambda body: f"{len(body)} bytes",
)
def test_hostile_replies_are_refused_at_once(hostile: bytes) -> None:
    soap.encode("GetScopes")
    with costs_less_than(5), pytest.raises(DecodeError):
        soap.decode(hostile, "GetDeviceInformation")


def test_a_text_of_64_megabytes_is_refused_at_once() -> None:
    """It is made here, not where all tests are gathered, and each process would keep it."""
    test_hostile_replies_are_refused_at_once(
        INFORMATION.replace(b"<tds:Own>1</tds:Own>", b"<tds:Own>" + b"A" * 64_000_000 + b"</tds:Own>")
    )


def test_an_entity_that_nobody_declared_is_text() -> None:
    reply = INFORMATION.replace("ACME &amp; Söhne".encode(), b"&xxe;")
    assert soap.decode(reply, "GetDeviceInformation")["onvif.manufacturer"] == ("&xxe;",)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_damage_is_survived(operation: str) -> None:
    assert_survives(lambda data: soap.decode(data, operation), SAMPLES[operation])


@given(st.binary(max_size=200), st.sampled_from(OPERATIONS))
def test_anything_is_survived(data: bytes, operation: str) -> None:
    with pytest.raises(DecodeError):
        soap.decode(data, operation)


def test_the_library_is_loaded_only_when_it_is_used() -> None:
    script = (
        "import sys\nimport camscan.codecs.registry, camscan.probes.registry\n"
        "assert not {'zeep', 'lxml', 'requests'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
