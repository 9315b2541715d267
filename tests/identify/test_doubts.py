"""Answers whose names are hints at most."""

from collections.abc import Callable

import pytest
from support.answers import answer

from camscan.identify.doubts import is_about_others
from camscan.identify.explain import explain
from camscan.identify.library import Library
from camscan.records import Device, Level

Build = Callable[..., Library]
IMITATION = {"doubt": "it imitates", "field": "http.title", "pattern": "^(?:Simul|Emul)ator", "examples": ["Simulator"]}
TWO = '[{"ip":"192.0.2.64","model":"DS-2CD2143G0-I"},{"ip":"192.0.2.65","model":"DS-2CD2143G0-I"}]'


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("http.header", "server: App-webs/"),
        ("http.header", "via: 1.1 proxy.example.net (squid/5.7)"),
        ("http.header", "set-cookie: WebSession_1a2b3c=0; path=/"),
        ("http.header", "x-powered-by: PHP/5.4"),
        ("http.header", "server: Apache/2.4.10 (Unix) PHP/5.6.4"),
        ("http.title", "AXIS M1065-L Network Camera"),
        ("http.title", "DVR Components Download"),
        ("http.title", "Store 12 - AXIS M1065-L"),
        ("http.title", "NVR $ROOT"),
        ("http.title", "S2 Netbox Login"),
        ("http.title", "PRTG Network Monitor (HOST1)"),
        ("http.title", "IPC-HDW2431MP"),
        ("http.title", "VIGI NVR1008H-8MP"),
        ("http.body", '{"id":1,"params":{"realm":"Login to 4K049EBPAG1D7E7"},"result":false}'),
        ("http.body", '{"method": "OnEventNotify", "params": {"events": [{"eventId": "1"}]}}'),
        ("banner.text", "HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\n\r\n<html>"),
        ("banner.text", "HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\nserverless: Werkzeug"),
        ("onvif.model", "DS-2CD 4MP"),
        ("upnp.friendly_name", "Simulator room"),
    ],
)
def test_what_devices_say_of_themselves_is_not_in_doubt(rules: Library, field: str, value: str) -> None:
    assert rules.doubts({field: (value,)}) == ()
    assert not is_about_others({field: (value,)})


def test_a_list_of_several_devices_is_about_others() -> None:
    assert is_about_others({"http.body": (TWO,)})
    assert is_about_others({"banner.text": ("HTTP/1.1 200 OK\r\n\r\n" + TWO,)})
    assert not is_about_others({"http.body": (TWO.replace(".65", ".64"),)})


def test_rules_and_labels_are_hints_in_a_doubtful_answer(build: Build) -> None:
    library = build(IMITATION, {"field": "http.server", "pattern": "^DNVRS$", "level": "certain"})
    honest = answer({"http.server": "DNVRS", "onvif.manufacturer": "HiLook"})
    assert {found.level for found in library.identify([honest])} == {Level.CERTAIN, Level.LIKELY}
    doubtful = answer({"http.server": "DNVRS", "onvif.manufacturer": "HiLook", "http.title": "Simulator"})
    assert {found.level for found in library.identify([doubtful])} == {Level.HINT}
    listing = answer({"http.server": "DNVRS", "onvif.manufacturer": "HiLook", "http.body": TWO})
    assert {found.level for found in library.identify([listing])} == {Level.HINT}
    other = answer({"http.title": "Simulator"}, port=81)
    assert {found.level for found in library.identify([honest, other])} == {Level.CERTAIN, Level.LIKELY}


def test_a_doubt_says_nothing_itself(build: Build) -> None:
    library = build(IMITATION)
    assert library.identify([answer({"http.title": "Simulator"})]) == ()
    assert [rule.doubt for rule in library.doubts({"http.title": ("Simulator",)})] == ["it imitates"]


def test_every_condition_of_a_doubt_must_be_met(build: Build) -> None:
    conditions = [{"field": "http.server", "pattern": "^x"}, {"absent": "http.title"}]
    library = build({"doubt": "no page", "all": conditions})
    assert library.doubts({"http.server": ("x",)})
    assert not library.doubts({"http.server": ("x",), "http.title": ("A page",)})
    assert not library.doubts({"http.path": ("/",)})


def test_a_rule_across_answers_is_no_surer_than_the_least_of_them(build: Build) -> None:
    conditions = [{"field": "http.server", "pattern": "x"}, {"field": "http.path", "pattern": "y"}]
    library = build(IMITATION, {"all": conditions, "across": "device"})
    answers = [answer({"http.server": "x", "http.title": "Emulator"}), answer({"http.path": "y"})]
    assert [found.level for found in library.identify(answers)] == [Level.HINT]
    honest = [answer({"http.server": "x"}), answer({"http.path": "y"}), answer({"http.title": "Simulator"}, port=81)]
    assert [found.level for found in library.identify(honest)] == [Level.LIKELY]


def test_an_explanation_tells_why_less_is_said_than_a_rule_would(build: Build) -> None:
    library = build(IMITATION, {"field": "http.server", "pattern": "^x$"})
    said = answer({"http.server": "x", "http.title": "Simulator", "http.body": TWO})
    found = library.identify([said])
    lines = explain(library, [said], Device("192.0.2.1", ("192.0.2.1",), identifications=found))
    assert lines[3:5] == [
        "    no more than hints: it is about other devices",
        f"    no more than hints: it imitates, by rule-0 ({library.rules[0].file}:3)",
    ]
    honest = answer({"http.server": "x"})
    both = Device("192.0.2.1", ("192.0.2.1",), identifications=library.identify([honest, said]))
    assert not [line for line in explain(library, [honest, said], both) if "no more than hints" in line]


def test_an_explanation_tells_why_less_is_said_than_a_label_would(build: Build) -> None:
    library = build(IMITATION)
    said = answer({"onvif.manufacturer": "HiLook", "http.title": "Simulator"})
    found = library.identify([said])
    assert {one.rule: one.level for one in found} == {"brand:HiLook": Level.HINT}
    lines = explain(library, [said], Device("192.0.2.1", ("192.0.2.1",), identifications=found))
    assert lines[3] == f"    no more than hints: it imitates, by rule-0 ({library.rules[0].file}:3)"
