"""What programs show of the system group of SNMP becomes lines of a walk."""

from __future__ import annotations

import pytest
from support.costs import costs_less_than

from camscan.imports.writings.registry import unwrap


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.9 [public]  Acme 1",
        "Scanning 1 hosts, 1 communities\n192.0.2.9 [public] Acme 1",
        "[*] System information:\n\n  Description   : Acme 1",
        "<sysDescr>Acme 1</sysDescr>",
    ],
)
def test_the_description_of_a_system(text: str) -> None:
    assert unwrap(text) == "sysDescr.0 = STRING: Acme 1"


@pytest.mark.parametrize(
    "text",
    [
        "VarBind(oid=1.3.6.1.2.1.1.1.0, value=b'Acme 1')",
        'Bound(oid="1.3.6.1.2.1.1.1.0", value=OctetString("Acme 1"))',
        "ObjectIdentity: 1.3.6.1.2.1.1.1.0 -> Acme 1",
        '[{"oid": "1.3.6.1.2.1.1.1.0", "type": "4", "value": "Acme 1"}]',
        '{"data": [{"Name": ".1.3.6.1.2.1.1.1.0", "val": "Acme 1"}, {"name": "x", "value": "y"}]}',
        '{"1.3.6.1.2.1.1.1.0": "Acme 1", "uptime": 7}',
        ".1.3.6.1.2.1.1.1.0 => Acme 1",
    ],
)
def test_objects_by_number(text: str) -> None:
    assert unwrap(text) == "1.3.6.1.2.1.1.1.0 = STRING: Acme 1"


def test_what_a_call_is_given() -> None:
    assert unwrap('(Device("a", sysobjectid="1.3.6.1.4.1.42.1"), "b"),') == "sysObjectID.0 = STRING: 1.3.6.1.4.1.42.1"
    assert unwrap("agent(sys_descr='Acme 1')") == "sysDescr.0 = STRING: Acme 1"


def test_the_description_and_the_identity() -> None:
    told = unwrap("Name: cam1; Descr: Acme 1; OID: .1.3.6.1.4.1.42")
    assert told == "sysDescr.0 = STRING: Acme 1\nsysObjectID.0 = STRING: .1.3.6.1.4.1.42"


def test_the_name_and_the_description() -> None:
    told = unwrap("System information:\n  Hostname  : Cam\n  Description   : Acme 1")
    assert told == "sysName.0 = STRING: Cam\nsysDescr.0 = STRING: Acme 1"


@pytest.mark.parametrize(
    "text",
    [
        "Description: a\nHostname: b",
        "192.0.2.9 a [public] b",
        "Descr: a",
        "sysDescr,sysName\na",
        "sysDescr,a,b\n1,2",
        "oid=1.2, value=3",
        "1.3.6.1.9.9 -> a",
        "SNMPv2-MIB::sysDescr.0 = STRING: Acme",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert unwrap(text) == text


@pytest.mark.parametrize(
    "part", ["1.3.6.1.4.1", "oid=1.3.6.1.", "Descr: a", "(sysdescr='", "System information\nDescription:", "<sysDescr>"]
)
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        unwrap(part * (60_000 // len(part)))
