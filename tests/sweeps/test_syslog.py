"""Messages of syslog that every collector can read, and that no device can forge."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from camscan import __version__
from camscan.sweeps.alerttext import AlertText, Event
from camscan.sweeps.syslog import MAX_BYTES, Sender, messages

AT = datetime(2026, 11, 24, 2, 17, 3, 5, tzinfo=UTC)
NASTY = 'x"]\\ \n<0>1 | = \x00 \u2028 \ud83d'
HEADER = re.compile(rb"<(\d+)>1 (\S+) (\S+) camscan - (\S+) ")

PARTS = re.compile(r'(?P<head>.*? \[camscan@32473(?: [a-z]+="(?:[^"\\\]]|\\["\\\]])*")+\] )\ufeff?(?P<text>.*)')


def alert(*events: Event) -> AlertText:
    return AlertText("scan1-20261124", "camscan: hq", events, "scan1", 0)


def lines(*events: Event, cef: bool = False, host: str = "scanner") -> list[str]:
    return [message.decode() for message in messages(alert(*events), AT, Sender(host, cef=cef))]


def test_rfc_5424() -> None:
    details = {"maker": "Acme", "model": "C-1", "last_seen": "2026-11-01T00:00:00Z"}
    event = Event("new", "listed 10.0.0.9 Acme C-1", "hq", "10.0.0.9", "listed", details)
    begin = "1 2026-11-24T02:17:03.000005Z scanner camscan -"
    first, second = lines(Event("summary", "hq: 1 new", "hq"), event)
    assert first == (
        f'<134>{begin} summary [camscan@32473 alert="scan1-20261124" number="0" site="hq" scan="scan1"] '
        "summary: hq: 1 new"
    )
    assert second == (
        f'<132>{begin} new [camscan@32473 alert="scan1-20261124" number="1" site="hq" scan="scan1" address="10.0.0.9" '
        'verdict="listed" maker="Acme" model="C-1" lastseen="2026-11-01T00:00:00Z"] '
        "new: listed 10.0.0.9 Acme C-1"
    )


@pytest.mark.parametrize(
    ("kind", "verdict", "severity"),
    [
        ("coverage-loss", "", 4),
        ("returned", "listed", 4),
        ("new", "suspected", 5),
        ("missing", "listed", 5),
        ("new", "not-listed", 6),
        ("summary", "", 6),
    ],
)
def test_severity(kind: str, verdict: str, severity: int) -> None:
    assert lines(Event(kind, "", "hq", "", verdict))[0].startswith(f"<{16 * 8 + severity}>1 ")


def test_cef() -> None:
    event = Event(
        "new",
        "a = b | c",
        "h|q",
        "10.0.0.9",
        "listed",
        {"maker": "A=c|me", "hostname": "cam", "mac": "44:19:B6:00:00:01", "switch_port": "Gi1/0/7"},
    )
    [line] = lines(event, cef=True)
    assert line.partition("] ")[2] == (
        f"CEF:0|camscan|camscan|{__version__}|new|device new|8|externalId=scan1-20261124-0 dst=10.0.0.9 "
        "dmac=44:19:B6:00:00:01 dhost=cam "
        "cs1Label=site cs1=h|q cs2Label=verdict cs2=listed cs3Label=maker cs3=A\\=c|me "
        "cs5Label=switchPort cs5=Gi1/0/7 msg=a \\= b | c"
    )
    [six] = lines(replace(event, address="fd00::1"), cef=True)
    assert " c6a3=fd00::1 c6a3Label=Destination IPv6 Address " in six
    assert " dst=" not in six


@pytest.mark.parametrize(("kind", "name"), [("summary", "summary"), ("coverage-loss", "coverage loss")])
def test_cef_of_what_is_no_device_calls_it_none_and_labels_no_site_that_is_not_there(kind: str, name: str) -> None:
    [line] = lines(Event(kind, "x", ""), cef=True)
    assert f"|{kind}|{name}|" in line
    assert "cs1" not in line


def test_a_text_beyond_ascii_begins_with_a_mark() -> None:
    assert lines(Event("new", "摄像机", "hq"))[0].endswith("] \ufeffnew: 摄像机")
    assert "] \ufeffCEF:0|" in lines(Event("new", "摄像机", "hq"), cef=True)[0]


def test_cef_takes_addresses_alone() -> None:
    (text,) = lines(Event("new", "x", "hq", "10.0.4.9 #3", "listed"), cef=True)
    assert " dst=10.0.4.9 " in text
    (text,) = lines(Event("new", "x", "hq", "fd00::9 #3", "listed"), cef=True)
    assert " c6a3=fd00::9 " in text


@pytest.mark.parametrize("cef", [False, True])
def test_no_device_writes_an_event_of_its_own(cef: bool) -> None:
    event = Event("new", NASTY, NASTY, NASTY, NASTY, dict.fromkeys(("maker", "model", "hostname"), NASTY))
    [message] = messages(alert(event), AT, Sender("bad host\n", cef=cef))
    assert HEADER.match(message)
    text = message.decode()
    assert not re.search(r"[\x00-\x1f\x7f\u2028]", text)
    parts = PARTS.fullmatch(text)
    assert parts
    rest = parts["text"]
    assert not cef or len(re.split(r"(?<!\\)=", rest)) - 1 == rest.count("cs") + len(("externalId", "dhost", "msg"))


def test_a_long_one_is_cut_between_characters() -> None:
    [message] = messages(alert(Event("new", "摄像机" * 1000, "hq")), AT, Sender("scanner"))
    assert MAX_BYTES - 3 < len(message) <= MAX_BYTES
    assert message.decode().endswith(("摄", "像", "机"))


@pytest.mark.parametrize("character", ["\U0001f4f7", '"', "="])
@pytest.mark.parametrize("cef", [False, True])
def test_a_device_with_long_names_keeps_nothing_out_of_its_message(cef: bool, character: str) -> None:
    names = ("maker", "brand", "model", "firmware", "hostname", "what", "before", "after")
    details = {**dict.fromkeys(names, 200 * character), "last_seen": "2026-11-01T00:00:00Z"}
    event = Event("new", f"listed 10.0.0.9 {900 * character}", "hq", "10.0.0.9", "listed", details)
    (message,) = messages(alert(event), AT, Sender("scanner", cef=cef))
    assert len(message) <= MAX_BYTES
    parts = PARTS.fullmatch(message.decode())
    assert parts
    head, text = parts["head"], parts["text"]
    assert 'address="10.0.0.9" verdict="listed" maker="' in head
    assert (" dst=10.0.0.9 " if cef else "new: listed 10.0.0.9 ") in text
    assert not cef or " msg=listed 10.0.0.9 " in text
