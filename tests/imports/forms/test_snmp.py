from __future__ import annotations

import pytest

from camscan.imports.forms.snmp import described, is_walk, walk

SYSTEM = {"snmp.sys_descr": ("Camera 1",), "snmp.sys_object_id": ("1.3.6.1.4.1.368.1.1",), "snmp.sys_name": ("cam",)}


WALKS = {
    "names": "SNMPv2-MIB::sysDescr.0 = STRING: Camera 1\n"
    "SNMPv2-MIB::sysObjectID.0 = OID: SNMPv2-SMI::enterprises.368.1.1\nSNMPv2-MIB::sysName.0 = STRING: cam",
    "numbers": '.1.3.6.1.2.1.1.1.0 = STRING: "Camera 1"\n.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.368.1.1\n'
    ".1.3.6.1.2.1.1.5.0 = cam",
    "iso": 'iso.3.6.1.2.1.1.1.0 = STRING: "Camera 1"\niso.3.6.1.2.1.1.2.0 = OID: iso.3.6.1.4.1.368.1.1\n'
    "iso.3.6.1.2.1.1.5.0 = STRING: cam",
    "snmprec": "1.3.6.1.2.1.1.1.0|4|Camera 1\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.368.1.1\n1.3.6.1.2.1.1.5.0|4x|63616d",
    "snmprec that varies": "1.3.6.1.2.1.1.1.0|4|Camera 1\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.368.1.1\n"
    "1.3.6.1.2.1.1.3.0|67:numeric|rate=100\n1.3.6.1.2.1.1.5.0|4x|63616d",
    "bars": "sysDescr.0|Camera 1\nsysObjectID.0|.1.3.6.1.4.1.368.1.1\nsysName.0|cam",
    "cells": "| sysDescr.0 | Camera 1 |\n| sysObjectID.0 | .1.3.6.1.4.1.368.1.1 |\n| sysName.0 | cam |",
    "tuples": '(".1.3.6.1.2.1.1.1.0", "Camera 1"),\n(".1.3.6.1.2.1.1.2.0", ".1.3.6.1.4.1.368.1.1"),\n'
    '(".1.3.6.1.2.1.1.5.0", "cam"),',
    "mapping": '{"sys_descr": "Camera 1",\n "sys_object_id": "1.3.6.1.4.1.368.1.1",\n "sys_name": "cam"}',
    "json": '{"host": "a", "sysDescr": "Camera 1", "sysObjectID": "1.3.6.1.4.1.368.1.1", "sysName": "cam"}',
    "json of objects": '[{"oid": "1.3.6.1.2.1.1.1.0", "value": "Camera 1"}, '
    '{"oid": "1.3.6.1.2.1.1.2.0", "value": ".1.3.6.1.4.1.368.1.1"}, {"oid": "1.3.6.1.2.1.1.5.0", "value": "cam"}]',
    "short": "sysDescr: Camera 1\nsysObjectID: 1.3.6.1.4.1.368.1.1\nsysName: cam",
    "grouped": "system.sysDescr.0 = Camera 1\nsnmp_sysObjectID: 1.3.6.1.4.1.368.1.1\nsnmp.sysName=cam",
    "arrows": '[1.3.6.1.2.1.1.1.0] => STRING: "Camera 1"\n[1.3.6.1.2.1.1.2.0] => OID: .1.3.6.1.4.1.368.1.1\n'
    '[1.3.6.1.2.1.1.5.0] => STRING: "cam"',
    "quick": '.1.3.6.1.2.1.1.1.0 "Camera 1"\n.1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.368.1.1\n.1.3.6.1.2.1.1.5.0 cam',
    "quick, short": "sysDescr.0 Camera 1\nsysObjectID.0 enterprises.368.1.1\nsysName.0 cam",
    "commas": "1.3.6.1.2.1.1.1.0,STRING,Camera 1\n1.3.6.1.2.1.1.2.0,OID,1.3.6.1.4.1.368.1.1\n1.3.6.1.2.1.1.5.0,cam",
    "tabs": "sysDescr\tCamera 1\nsysObjectID\t1.3.6.1.4.1.368.1.1\nsysName\tcam",
    "octets": ".1.3.6.1.2.1.1.1.0 = Hex-STRING: 43 61 6D 65 72 61 \n20 31 0D 0A \n"
    ".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.368.1.1\nmib-2.system.sysName.0 = Hex-STRING: 63 61 6D 00",
    "python": "[<SNMPVariable value='Camera 1' (oid='.1.3.6.1.2.1.1.1', oid_index='0', snmp_type='OCTETSTR')>, "
    "<SNMPVariable value='.1.3.6.1.4.1.368.1.1' (oid='.1.3.6.1.2.1.1.2', oid_index='0', snmp_type='OBJECTID')>, "
    "<SNMPVariable value='cam' (oid='sysName', oid_index='0', snmp_type='OCTETSTR')>]",
    "go": "[{Value:Camera 1 Name:.1.3.6.1.2.1.1.1.0 Type:OctetString} {Value:.1.3.6.1.4.1.368.1.1 "
    "Name:.1.3.6.1.2.1.1.2.0 Type:ObjectIdentifier} {Value:cam Name:.1.3.6.1.2.1.1.5.0 Type:OctetString}]",
    "net": "Variable: Id: 1.3.6.1.2.1.1.1.0; Data: Camera 1\n"
    "Variable: Id: 1.3.6.1.2.1.1.2.0; Data: 1.3.6.1.4.1.368.1.1\n"
    "Variable: Id: 1.3.6.1.2.1.1.5.0; Data: cam",
    "objects": "[ObjectType(ObjectIdentity('1.3.6.1.2.1.1.1.0'), DisplayString('Camera 1'))]\n"
    "[ObjectType(ObjectIdentity('1.3.6.1.2.1.1.2.0'), ObjectIdentifier('1.3.6.1.4.1.368.1.1'))]\n"
    "[ObjectType(ObjectIdentity('1.3.6.1.2.1.1.5.0'), DisplayString('cam'))]",
}


@pytest.mark.parametrize("text", WALKS.values(), ids=WALKS)
def test_walks_as_the_usual_tools_print_them(text: str) -> None:
    assert is_walk(text)
    (one,) = walk(text)
    assert one.fields == SYSTEM


def test_values_go_on_in_the_next_line() -> None:
    (one,) = walk("SNMPv2-MIB::sysDescr.0 = STRING: Camera\nbuild 2\nSNMPv2-MIB::sysName.0 = STRING: x")
    assert one.fields["snmp.sys_descr"] == ("Camera\nbuild 2",)


def test_octets_that_spell_no_text_stay_octets() -> None:
    (one,) = walk("sysName.0 = STRING: x\n.1.3.6.1.4.1.368.9.0 = Hex-STRING: AC CC 8E 01 02 03 ")
    assert one.fields["snmp.object"] == ("1.3.6.1.4.1.368.9.0 = AC CC 8E 01 02 03",)


def test_a_value_that_goes_on_with_a_number_begins_no_row() -> None:
    (one,) = walk("sysDescr.0 = STRING: Camera\n10.1.2.3 5.4\n1.3.6 of it\nsysName.0 = x")
    assert one.fields["snmp.sys_descr"] == ("Camera\n10.1.2.3 5.4\n1.3.6 of it",)


def test_variables_of_a_script() -> None:
    (one,) = walk('var sysDescr="Camera A-1"\nvar sysObjectID="1.3.6.1.4.1.122.8501"\nvar sysName=""')
    assert dict(one.fields) == {
        "snmp.sys_descr": ("Camera A-1",),
        "snmp.sys_object_id": ("1.3.6.1.4.1.122.8501",),
    }


def test_a_row_of_another_module_ends_the_value_before_it() -> None:
    (one,) = walk(
        "SNMPv2-MIB::sysObjectID.0 = OID: SNMPv2-SMI::enterprises.1004849.3.2.10\n"
        "DISMAN-EVENT-MIB::sysUpTimeInstance = Timeticks: (2277290) 6:19:32.90\n"
        "HOST-RESOURCES-MIB::hrSystemProcesses.0 = Gauge32: 7"
    )
    assert dict(one.fields) == {"snmp.sys_object_id": ("1.3.6.1.4.1.1004849.3.2.10",)}


def test_a_makers_tree_stands_in_for_the_object_id() -> None:
    (one,) = walk('1.3.6.1.4.1.39165.1.1.0 = STRING: "A"')
    assert one.fields == {
        "snmp.sys_object_id": ("1.3.6.1.4.1.39165.1.1.0",),
        "snmp.object": ("1.3.6.1.4.1.39165.1.1.0 = A",),
    }
    assert list(walk('1.3.6.1.4.1.8072.1.2.0 = STRING: "A"')) == []


def test_a_lone_text_is_a_description_or_an_object_id() -> None:
    assert [dict(one.fields) for one in walk("Camera 1")] == [{"snmp.sys_descr": ("Camera 1",)}]
    assert [dict(one.fields) for one in walk(".1.3.6.1.4.1.368.1.1")] == [
        {"snmp.sys_object_id": ("1.3.6.1.4.1.368.1.1",)}
    ]
    assert [dict(one.fields) for one in walk("SNMPv2-SMI::enterprises.1004849.2.1")] == [
        {"snmp.sys_object_id": ("1.3.6.1.4.1.1004849.2.1",)}
    ]
    assert not is_walk("Server: a\nDate: b")
    (typed,) = walk('STRING: "A camera"')
    assert typed.fields == {"snmp.sys_descr": ("A camera",)}


@pytest.mark.parametrize(
    ("rows", "tree"),
    [
        (
            "SNMPv2-MIB::sysORID.9 = OID: X::y\nSNMPv2-MIB::sysORID.10 = OID: SNMPv2-SMI::enterprises.99999.2.1",
            "99999.2.1",
        ),
        (".1.3.6.1.2.1.1.9.1.2.3 = OID: .1.3.6.1.4.1.99999.2.1\n", "99999.2.1"),
        ("SNMPv2-MIB::sysORID.10 = OID: SNMPv2-SMI::enterprises.8072.2.1", ""),
    ],
)
def test_a_tree_that_the_agent_supports_stands_in_for_its_own(rows: str, tree: str) -> None:
    (found,) = walk(rows)
    assert is_walk(rows)
    assert found.fields.get("snmp.sys_object_id", ()) == ((f"1.3.6.1.4.1.{tree}",) if tree else ())


def test_objects_that_a_makers_own_module_names() -> None:
    (one,) = walk('ACME-CAM-MIB::model.0 = STRING: "A-1"\nACME-CAM-MIB::cpu.0 = INTEGER: 7\nIF-MIB::ifNumber.0 = 2')
    assert one.fields == {"snmp.object": ("ACME-CAM-MIB::model.0 = A-1", "ACME-CAM-MIB::cpu.0 = 7")}
    assert is_walk("ACME-CAM-MIB::model.0 = STRING: A-1")
    assert not is_walk("Acme::model = 1")


def test_an_object_id_in_a_sentence() -> None:
    (one,) = walk("Enterprise OID: 1.3.6.1.4.1.1004849 (a maker)")
    assert one.fields["snmp.sys_object_id"] == ("1.3.6.1.4.1.1004849",)
    (one,) = walk("partial match for sysobjectID .1.3.6.1.4.1.1004849.2 in database")
    assert one.fields["snmp.sys_object_id"] == ("1.3.6.1.4.1.1004849.2",)
    (one,) = walk("version 1.3.6.1.4.1.5 of a switch")
    assert "snmp.sys_object_id" not in one.fields


@pytest.mark.parametrize("tree", ["SNMPv2-SMI::enterprises", "1.3.6.1.4.1", "iso.3.6.1.4.1"])
def test_a_supported_tree_however_its_root_is_written(tree: str) -> None:
    (found,) = walk(f"SNMPv2-MIB::sysORID.10 = OID: {tree}.1004849.2.1.1")
    assert found.fields["snmp.sys_object_id"] == ("1.3.6.1.4.1.1004849.2.1.1",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sysDescr.0 = STRING: Linux SNB-6004 2.6.38 #1 armv6l", ("SNB-6004",)),
        ("sysDescr.0 = STRING: Linux SNB-6004 2.6.38 #1 armv6l\nsysName.0 = STRING: gate", ("gate",)),
        ("sysDescr.0 = STRING: Linux camera of the gate", ()),
        ("sysDescr.0 = STRING: Linux (none) 2.6.38 #1 armv6l", ()),
    ],
)
def test_the_name_of_the_host_in_what_the_kernel_says(text: str, names: tuple[str, ...]) -> None:
    (one,) = walk(text)
    assert one.fields.get("snmp.sys_name", ()) == names


@pytest.mark.parametrize(
    "text", ["Hardware: x86 Software: NX 1.2", "Model: C-100\nVersion 2", "NX510: Network Camera\n"]
)
def test_a_description_may_begin_as_a_header_line_does(text: str) -> None:
    (one,) = described(text)
    assert one.fields["snmp.sys_descr"] == (text.strip(),)


@pytest.mark.parametrize("text", ["Server: App-webs/", "220 ready", "NX510: Network Camera\nServer: x"])
def test_a_header_line_is_no_description(text: str) -> None:
    assert list(described(text)) == []


def test_the_object_id_that_a_walk_tells_counts_before_the_trees_that_it_shows() -> None:
    text = "sysObjectID.0 = .1.3.6.1.4.1.368.1.1\n1.3.6.1.4.1.39165.1.1.0 = STRING: x\n"
    assert next(walk(text)).fields["snmp.sys_object_id"] == ("1.3.6.1.4.1.368.1.1",)


def test_objects_that_php_dumped() -> None:
    dumped = 'array(1) {\n  ["SNMPv2-MIB::sysDescr.0"]=>\n  string(15) "STRING: Acme X1"\n}'
    assert [one.fields["snmp.sys_descr"] for one in walk(dumped.removesuffix("\n}"))] == [("Acme X1",)]
