from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from support.answers import answer

from camscan.identify.explain import explain
from camscan.identify.library import Library
from camscan.identify.resolve import resolve
from camscan.records import Device, Observation

RAW = sha256(b"raw").hexdigest()[:16]
AT = "2026-10-01 00:00:00 UTC"


def judged(library: Library, *observations: Observation) -> list[str]:
    found = library.identify(observations)
    result = resolve(found)
    device = Device(
        "192.0.2.1",
        ("192.0.2.1",),
        maker=result.maker,
        brand=result.brand,
        level=result.level,
        identifications=found,
        conflicts=result.conflicts,
    )
    return explain(library, observations, device)


def test_what_the_answers_said_is_shown_where_it_is_asked_for(build: Callable[..., Library]) -> None:
    said = answer({"http.title": "Unknown \x1b[31m", "http.header": "y" * 3_000})
    lines = explain(build(), [said], Device("192.0.2.1", ("192.0.2.1",)), answers=True)
    assert lines[:5] == [
        "device 192.0.2.1",
        "observations:",
        f"  192.0.2.1 port 80 http GET /: answered, 2 fields, {AT}",
        r"    http.title = 'Unknown \x1b[31m'",
        f"    http.header = '{'y' * 2_000}...'",
    ]


def test_the_way_from_answers_to_the_maker(build: Callable[..., Library]) -> None:
    library = build(
        {"field": "sadp.mac", "pattern": "^44", "level": "certain", "sets": {"kind": "camera"}},
        {"field": "http.server", "pattern": "^x", "maker": "Dahua"},
        {"field": "http.server", "pattern": "^x", "maker": None, "sets": {"model": "m"}},
    )
    file = library.rules[0].file
    lines = judged(
        library,
        answer({"http.server": "x" * 200, "http.title": "Annke"}),
        answer({"sadp.mac": "44"}, "sadp", 37020),
        answer({}, "rtsp", 554),
    )
    assert lines == [
        "device 192.0.2.1",
        "observations:",
        f"  192.0.2.1 port 80 http GET /: answered, 2 fields, {AT}",
        f"  192.0.2.1 port 37020 sadp GET /: answered, 1 field, {AT}",
        f"  192.0.2.1 port 554 rtsp GET /: answered, {AT}",
        "for Hikvision:",
        f"  certain Hikvision by rule-0 ({file}:3), kind camera",
        f"    sadp port 37020 GET /: sadp.mac = '44', sha256 {RAW}",
        "  hint Hikvision by brand:Annke",
        f"    http port 80 GET /: http.title = 'Annke', sha256 {RAW}",
        "for another maker:",
        f"  likely Dahua by rule-1 ({file}:4)",
        f"    http port 80 GET /: http.server = '{'x' * 120}...', sha256 {RAW}",
        "  hint Dahua by brand:Annke",
        f"    http port 80 GET /: http.title = 'Annke', sha256 {RAW}",
        "naming no maker:",
        f"  likely by rule-2 ({file}:5), model m",
        f"    http port 80 GET /: http.server = '{'x' * 120}...', sha256 {RAW}",
        "brand Annke:",
        "  some devices built by Hikvision, confidence high (x); since 2017",
        "  some devices built by Dahua, confidence low (y)",
        "conflict: Hikvision is certain, but rule-1 says Dahua (likely)",
        "conclusion: Hikvision, level certain, brand Annke",
    ]


def test_what_another_tool_recorded_without_the_answer_has_no_hash(build: Callable[..., Library]) -> None:
    library = build({"field": "http.server", "pattern": "^x"})
    lines = judged(library, replace(answer({"http.server": "x"}), raw=b""))
    assert "    http port 80 GET /: http.server = 'x', no bytes of an answer" in lines


def test_a_device_of_which_nothing_is_known(build: Callable[..., Library]) -> None:
    assert judged(build()) == ["device 192.0.2.1", "observations:", "  none", "conclusion: no maker"]


def test_a_label_that_no_file_lists(build: Callable[..., Library]) -> None:
    lines = judged(build(), answer({"onvif.manufacturer": "TP-LINK"}))
    assert lines[-3:] == ["brand TP-Link:", "  no brand file says who builds for it", "conclusion: no maker"]


def test_no_line_can_control_a_terminal(build: Callable[..., Library]) -> None:
    library = build({"field": "http.server", "pattern": r"^x(?P<model>(?s:.*))"})
    lines = judged(library, answer({"http.server": "x\x1b]0;\x07\u202e\ny\udc80"}, "ht\x1btp"))
    assert all(line.isprintable() for line in lines)
    assert r"  likely Hikvision by rule-0" in lines[4]
    assert lines[4].endswith(r", model \x1b]0;\x07\u202e\ny?")
    assert lines[5].startswith(r"    ht\x1btp port 80 GET /: http.server = 'x\x1b]0;")
