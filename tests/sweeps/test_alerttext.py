"""An alert in words."""

from __future__ import annotations

from dataclasses import replace

from support.estate import BEGIN, cameras, sweep

from camscan.sweeps.alerttext import AlertText, read_alert
from camscan.sweeps.compare import advance
from camscan.sweeps.coverage import Terms
from camscan.sweeps.document import About, alert, trial
from camscan.sweeps.memory import Memory
from camscan.sweeps.syslog import Sender, messages


def body(name: str = "hq") -> bytes:
    """An alert of one change of each kind and a loss."""
    site = cameras(8)
    memory, terms = Memory(), Terms(1, 1)
    flashed = replace(site[6], firmware="V6|=]\n")
    nights = [[*site[:4], site[4], site[6]], [*site[:4], site[6]], [*site[:3], site[4], flashed, site[7]]]
    everyone = [camera.address for camera in site]
    for night, seen in enumerate(nights):
        lost = {("", "rtsp")} if night == 2 else set()
        memory, changes = advance(memory, sweep(night, seen, lost=lost, targets=everyone), terms)
    made = alert(changes, About(name), "scan2-7")
    assert made is not None
    return made


def read() -> AlertText:
    return read_alert(body())


def test_each_change_is_one_line_with_its_evidence() -> None:
    found = read()
    assert found.title == (
        "camscan: hq: 1 new (1 listed), 1 returned (1 listed), 1 changed (1 listed), 1 missing (1 listed), "
        "coverage lost: channel rtsp"
    )
    evidence = "sadp.banner: Acme (certain, rule sadp-rule)"
    assert found.text().splitlines() == [
        f"new: listed 10.0.0.8 Acme C-100, {evidence}",
        f"returned: listed 10.0.0.5 Acme C-100, last seen 2026-01-01T02:00:00Z, {evidence}",
        f"changed: listed 10.0.0.7 Acme C-100, firmware: V5.4.5 build 1 -> V6|=]  build 1, {evidence}",
        f"missing: listed 10.0.0.4 Acme C-100, last seen 2026-01-02T02:00:00Z, {evidence}",
        "coverage-loss: rtsp saw 6 devices before and 0 now: probe failure suspected",
        "Full report: camscan report --scan scan2",
        "Alert scan2-7",
    ]


def test_what_was_left_out_is_counted_and_found_in_the_store() -> None:
    assert "Full report: camscan report --scan scan2 --db /a" in read().text(" --db /a").splitlines()
    assert "and 7 more" in replace(read(), left_out=7).text()


def test_no_line_and_no_text_is_longer_than_people_read() -> None:
    event = read().events[1]
    many = tuple(replace(event, text=f"listed 10.0.0.{number} {'x' * 2_000}") for number in range(60))
    lines = replace(read(), events=(read().events[0], *many), left_out=5).text().splitlines()
    assert {len(line) for line in lines[:-3]} == {300}
    assert lines[0].startswith("new: listed 10.0.0.0 x")
    assert lines[-3:] == [
        f"and {65 - len(lines[:-3])} more",
        "Full report: camscan report --scan scan2",
        "Alert scan2-7",
    ]
    assert 7_500 < len("\n".join(lines)) < 8_200


def test_the_end_of_a_loss_is_an_event_that_warns_nobody() -> None:
    memory, _ = advance(Memory(), sweep(0, cameras(3)), Terms())
    memory, _ = advance(memory, sweep(1, cameras(3), dead=["10."]), Terms())
    _, back = advance(memory, sweep(2, cameras(3)), Terms())
    made = alert(back, About("hq"), "scan2-7")
    assert made is not None
    found = read_alert(made)
    assert found.text().startswith("coverage-loss-ended: 10.0.0.0/24 shows 3 devices now\n")
    assert [message[:6] for message in messages(found, BEGIN, Sender("host"))] == [b"<134>1", b"<134>1"]


def test_a_test_alert_has_words_too() -> None:
    found = read_alert(trial("test-1"))
    assert (found.title, found.text()) == ("camscan: a test alert", "Alert test-1")


def test_what_was_removed_and_is_back_is_an_event_of_its_own() -> None:
    memory, changes = advance(Memory(), sweep(0, cameras(3)), Terms())
    _, changes = advance(memory, sweep(1, cameras(3)), Terms())
    returned = [
        f"RETURNED: Acme C-100 SN{number} is at 10.0.0.{number}\n, but was recorded as removed" for number in (1, 2)
    ]
    made = alert(changes, About("hq", returned=tuple(returned)), "scan2-7")
    assert made is not None
    found = read_alert(made)
    assert found.title == "camscan: hq: nothing changed; 2 RETURNED after removal"
    lines = [f"returned-after-removal: {text.replace(chr(10), ' ')}" for text in returned]
    assert found.text().splitlines()[:2] == lines
    severities = [int(message[1 : message.index(b">")]) % 8 for message in messages(found, BEGIN, Sender("probe"))]
    assert severities == [6, 4, 4]
