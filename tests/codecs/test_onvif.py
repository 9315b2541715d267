from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import onvif
from camscan.errors import DecodeError, UsageError

SAMPLES = Path(__file__).parents[1] / "samples" / "onvif"
NAMES = ("information", "capabilities", "services", "scopes", "datetime", "denied", "locked")


def _sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.xml").read_bytes()


def test_information() -> None:
    assert onvif.decode(_sample("information"), "GetDeviceInformation") == {
        "onvif.action": ("GetDeviceInformation",),
        "onvif.manufacturer": ("Dahua",),
        "onvif.model": ("IPC-HFW2231S-S-S2",),
        "onvif.firmware": ("2.800.0000018.0.R",),
        "onvif.serial": ("4J00000PAG00001",),
        "onvif.hardware_id": ("1.00",),
    }


def test_capabilities_name_services_as_get_services_does() -> None:
    assert onvif.decode(_sample("capabilities")) == {
        "onvif.service": (
            "http://www.onvif.org/ver20/analytics/wsdl",
            "http://www.onvif.org/ver10/device/wsdl",
            "http://www.onvif.org/ver10/media/wsdl",
            "http://www.onvifext.com/onvif/ext/ver10/schema",
            "http://www.onvif.org/ver10/recording/wsdl",
        ),
        "onvif.namespace": ("http://www.onvifext.com/onvif/ext/ver10/schema",),
        "onvif.xaddr": (
            "http://10.0.0.5/onvif/Analytics",
            "http://10.0.0.5/onvif/device_service",
            "http://10.0.0.5/onvif/Media",
            "http://10.0.0.5/onvif/hik_ext",
            "http://10.0.0.5/onvif/Recording",
            "http://10.0.0.5/onvif/telecom_service",
        ),
        "onvif.media_path": ("/onvif/Media",),
    }


def test_services() -> None:
    assert onvif.decode(_sample("services"), "GetServices") == {
        "onvif.action": ("GetServices",),
        "onvif.service": ("http://www.onvif.org/ver10/device/wsdl", "http://www.onvif.org/ver10/media/wsdl"),
        "onvif.xaddr": ("http://10.0.0.5:2020/onvif/device_service", "http://10.0.0.5:2020/onvif/service"),
        "onvif.media_path": ("/onvif/service",),
    }


@pytest.mark.parametrize(
    "address", ["http://[", "", "10.0.0.5", "http://10.0.0.5/a b", "http://10.0.0.5", "http://x/\u00e9"]
)
def test_a_media_service_without_a_path_that_can_be_asked_for_has_none(address: str) -> None:
    fields = dict(onvif.service_fields("http://www.onvif.org/ver10/media/wsdl", address))
    assert fields["onvif.media_path"] == ""


def test_scopes() -> None:
    assert onvif.decode(_sample("scopes")) == {
        "onvif.scope": (
            "onvif://www.onvif.org/hardware/TC-C32TS SPEC:I8/A/E",
            "onvif://www.onvif.org/name/Gate A",
        ),
        "onvif.scope.hardware": ("TC-C32TS SPEC:I8/A/E",),
        "onvif.scope.name": ("Gate A",),
    }


def test_clock() -> None:
    assert onvif.decode(_sample("datetime")) == {"onvif.datetime": ("2026-07-13T04:31:00Z",)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"UTCDateTime", b"OtherDateTime", {"onvif.datetime": ("2026-07-13T12:31:00",)}),
        (b"<tt:Hour>4<", b"<tt:Hour>four<", {"onvif.datetime": ("2026-07-13T12:31:00",)}),
        (b"<tt:Year>2026<", b"<tt:Year>20260<", {}),
        (b"<tt:Second>0<", b"<tt:Second><", {}),
        (b"Second>", b"Sekunde>", {}),
    ],
)
def test_clocks_that_are_not_set_properly(old: bytes, new: bytes, expected: dict[str, tuple[str, ...]]) -> None:
    assert onvif.decode(_sample("datetime").replace(old, new)) == expected


def test_hostname() -> None:
    name = "<Name>IPC-1</Name><FromDHCP>false</FromDHCP>"
    response = f"<GetHostnameResponse><HostnameInformation>{name}</HostnameInformation></GetHostnameResponse>"
    assert onvif.decode(f"<Envelope><Body>{response}</Body></Envelope>".encode()) == {"onvif.hostname": ("IPC-1",)}


def test_faults() -> None:
    denied = onvif.decode(_sample("denied"), "GetDeviceInformation")
    assert denied == {
        "onvif.action": ("GetDeviceInformation",),
        "onvif.fault": (
            "env:Sender",
            "ter:NotAuthorized",
            "The action requested requires authorization and the sender is not authorized",
        ),
    }
    locked = onvif.decode(_sample("locked"))
    assert locked == {"onvif.fault": ("SOAP-ENV:Client", "Device locked, retry after 30 minutes")}
    assert onvif.is_denied(denied)
    assert onvif.is_denied(locked)


@pytest.mark.parametrize(
    ("fault", "denied"),
    [
        ("ter:NotAuthorized", True),
        ("Sender not Authorized", True),
        ("Unauthorized", True),
        ("wsse:FailedAuthentication", True),
        ("wsse:InvalidSecurity", True),
        ("Authority failure", True),
        ("ter:ActionNotSupported", False),
        ("Optional Action Not Implemented", False),
    ],
)
def test_is_denied(fault: str, denied: bool) -> None:
    assert onvif.is_denied({"onvif.fault": ("env:Sender", fault)}) is denied
    assert not onvif.is_denied({"onvif.model": (fault,)})


def test_an_answer_without_contents_is_still_soap() -> None:
    assert onvif.decode(b"<Envelope/>", "GetServices") == {"onvif.action": ("GetServices",)}
    assert (
        onvif.decode(b"\r\n<Envelope><Body><GetUsersResponse><Name>x</Name></GetUsersResponse></Body></Envelope>") == {}
    )


def test_a_cut_answer_gives_what_came_whole() -> None:
    body = _sample("information")
    assert onvif.decode(body[: body.index(b"0018")]) == {
        "onvif.manufacturer": ("Dahua",),
        "onvif.model": ("IPC-HFW2231S-S-S2",),
    }


_UNIQUE = ("onvif.serial", "onvif.firmware", "onvif.hardware_id", "onvif.xaddr", "onvif.hostname", "onvif.scope.mac")


@pytest.mark.parametrize("name", NAMES)
def test_whatever_the_length_a_cut_answer_names_no_other_device(name: str) -> None:
    body = _sample(name)
    whole = onvif.decode(body)
    for length in range(len(body)):
        with suppress(DecodeError):
            for field, values in onvif.decode(body[:length]).items():
                others = set(values) - set(whole[field])
                begun = [value for value in others if any(one.startswith(value) for one in whole[field])]
                assert len(begun) == len(others) <= (field not in _UNIQUE), field


def test_the_manufacturer_counts_as_far_as_it_came() -> None:
    body = _sample("information")
    found = onvif.decode(body[: body.index(b"Dahua<") + 5])
    assert found == {"onvif.manufacturer": ("Dahua",)}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"404 Not Found",
        b"<html><body><Envelope/></body></html>",
        b"<DeviceInfo><model>DS-2CD2385G1-I</model></DeviceInfo>",
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + _sample("information"),
        b"<Envelope>" + b"<a>" * 100,
    ],
)
def test_no_soap(body: bytes) -> None:
    with pytest.raises(DecodeError):
        onvif.decode(body)


def test_floods_are_cut() -> None:
    services = "".join(f"<Service><Namespace>n{n}</Namespace><XAddr>x{n}</XAddr></Service>" for n in range(500))
    found = onvif.decode(f"<Envelope><Body><GetServicesResponse>{services}".encode())
    assert len(found["onvif.service"]) == len(found["onvif.xaddr"]) == onvif.MAX_SERVICES
    offered = "".join(f"<x{n} xmlns='n{n}'><XAddr>x{n}</XAddr></x{n}>" for n in range(500))
    found = onvif.decode(f"<Envelope><Body><GetCapabilitiesResponse>{offered}".encode())
    assert len(found["onvif.service"]) == len(found["onvif.xaddr"]) == onvif.MAX_SERVICES
    texts = "".join(f"<Text>{n}</Text>" for n in range(500))
    found = onvif.decode(f"<Envelope><Body><Fault><Reason>{texts}</Reason></Fault></Body></Envelope>".encode())
    assert found == {"onvif.fault": tuple(map(str, range(onvif.MAX_FAULT_TEXTS)))}


@pytest.mark.parametrize("name", NAMES)
def test_damaged_answers(name: str) -> None:
    assert_survives(onvif.decode, _sample(name))


@given(st.sampled_from(NAMES).map(_sample), st.binary(max_size=200), st.integers(0, 1000), st.integers(0, 200))
def test_mutated_answers(sample: bytes, junk: bytes, position: int, gap: int) -> None:
    for data in (junk, sample[:position] + junk + sample[position + gap :]):
        try:
            found = onvif.decode(data, "GetServices")
        except DecodeError:
            continue
        assert set(found) <= set(onvif.FIELDS)
        assert all(values and all(values) for values in found.values())


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("GetSystemDateAndTime", b""),
        ("GetServices", b"<IncludeCapability>false</IncludeCapability>"),
        ("GetCapabilities", b"<Category>All</Category>"),
        ("GetScopes", b""),
        ("GetHostname", b""),
        ("GetDeviceInformation", b""),
    ],
)
def test_requests_are_exact(action: str, parameters: bytes) -> None:
    name = action.encode()
    assert onvif.encode(action) == (
        b'<?xml version="1.0" encoding="UTF-8"?>'
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        b"<" + name + b' xmlns="http://www.onvif.org/ver10/device/wsdl">' + parameters + b"</" + name + b">"
        b"</s:Body></s:Envelope>"
    )
    assert action in onvif.ACTIONS


@given(st.sampled_from(["SetHostname", "SystemReboot", "CreateUsers", "GetUsers", "getscopes", ""]) | st.text())
def test_no_other_operation_can_be_asked_for(action: str) -> None:
    assume(action not in onvif.ACTIONS)
    with pytest.raises(UsageError, match="must be one of"):
        onvif.encode(action)


def test_only_reading_operations_are_allowed() -> None:
    assert len(onvif.ACTIONS) == 6
    assert all(action.startswith("Get") for action in onvif.ACTIONS)


def test_namespaces_of_no_standard_are_told() -> None:
    body = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema"'
        b' xmlns:a="http://www.example.com/2011/event/topics" xmlns:b="http://www.example.com/2011/event/topics"'
        b' xmlns:c="http://example.org/ext"><s:Body/></s:Envelope>'
    )
    told = onvif.decode(body)
    assert told == {"onvif.namespace": ("http://www.example.com/2011/event/topics", "http://example.org/ext")}


def test_no_more_namespaces_are_told_than_devices_have() -> None:
    many = b"".join(b' xmlns:a%d="http://example.com/%d"' % (n, n) for n in range(99))
    told = onvif.decode(b"<Envelope" + many + b"/>")
    assert len(told["onvif.namespace"]) == onvif.MAX_NAMESPACES
