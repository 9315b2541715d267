"""What is shown while devices answer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from rich.console import Console
from support.quiet import quietly

from camscan.cli.terminal import watching
from camscan.cli.terminal.watching import Watch
from camscan.records import Device, Judged, Level, Observation, Outcome, Verdict

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def seen(address: str, channel: str = "sadp") -> Observation:
    return Observation(address, channel, Outcome.ANSWERED, NOW)


def named(observations: Sequence[Observation]) -> Sequence[Judged]:
    address = observations[0].target
    if len(observations) < 2:
        return [Judged(Device(address, (address,)), Verdict.UNIDENTIFIED)]
    device = Device(
        address, (address, "192.168.1.64"), maker="Acme", level=Level.LIKELY, model="\x1b[31mM1", mac="02:00"
    )
    return [Judged(device, Verdict.NOT_LISTED)]


def drawn(watch: Watch, room: int = 5) -> str:
    out = io.StringIO()
    Console(file=out, width=120).print(watch.table(room))
    return out.getvalue()


def test_without_a_terminal_each_address_has_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch(named)
    with watch.showing():
        for observation in (seen("10.0.0.5"), seen("10.0.0.5", "wsd"), seen("10.0.0.6")):
            watch.take(observation)
    assert capsys.readouterr().err == "10.0.0.5 sadp\n10.0.0.6 sadp\n"


def test_the_lines_are_bounded(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_MOST_LINES", 3)
    watch = Watch(named)
    for number in range(9):
        watch.take(seen(f"10.0.0.{number}"))
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with quietly():
        watch = Watch(named)
        with watch.showing():
            watch.take(seen("10.0.0.5"))
    assert capsys.readouterr().err == ""


def test_the_table_grows_with_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    watch = Watch(named)
    watch.take(seen("10.0.0.5"))
    assert "Acme" not in drawn(watch)
    watch.take(seen("10.0.0.5", "wsd"))
    table = drawn(watch)
    assert "10.0.0.5 192.168.1.64" in table
    assert "Acme (likely)" in table
    assert "sadp, wsd" in table
    assert "\x1b" not in table
    assert "1 answered so far" in table


def test_a_terminal_shows_as_many_rows_as_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    watch = Watch(named)
    for number in range(8):
        watch.take(seen(f"10.0.0.{number}"))
    table = drawn(watch, room=5)
    assert "10.0.0.4" in table
    assert "10.0.0.5" not in table
    assert "8 answered so far, 3 not shown here" in table


def test_several_devices_at_one_address_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    watch = Watch(lambda observations: [*named(observations)] * 3)
    for channel in ("sadp", "wsd"):
        watch.take(seen("10.0.0.5", channel))
    assert "02:00 and 2 more" in drawn(watch)
