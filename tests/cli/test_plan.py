"""`camscan plan`: what a scan would send, and how long it would take."""

from __future__ import annotations

import io
import json
from ipaddress import ip_network
from pathlib import Path

import pytest
from support.command import camscan
from support.schemas import validator

from camscan.app.planning import preview, scope
from camscan.errors import HostError
from camscan.net.kernel.interfaces import Interface
from camscan.net.kernel.ways import Hop, Way


def test_a_plan_names_the_ports_that_are_never_sent_to(capsys: pytest.CaptureFixture[str]) -> None:
    lines = camscan(capsys, "plan", "10.20.0.1").stdout.splitlines()
    assert "Never        102,502,515,631,5060-5061,9100-9107,20000,44818,47808: printers, telephones and " in "".join(
        lines
    )


def test_a_plan_of_very_many_networks_names_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "hosts.txt"
    file.write_text("".join(f"10.0.{number}.7\n" for number in range(30)))
    targets = camscan(capsys, "plan", f"@{file}").stdout.splitlines()[0]
    assert targets.endswith("10.0.18.7, 10.0.19.7 and 10 more: 30 addresses")


def test_the_plan_names_packets_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    done = camscan(capsys, "plan", "10.20.0.0/24", "--exclude", "10.20.0.7")
    assert done.returncode == 0
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if not line.startswith(("TCP", "Silent")))
    assert rows["Excluded"] == "10.20.0.7: 1 of the targets' addresses"
    assert rows["Targets"].endswith("253 addresses")
    assert f"({253 * 23:,} packets)" in rows["Time"]
    assert "10.20.0.8: 1 address\n" in camscan(capsys, "plan", "10.20.0.8").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "none"),
        (("--exclude", "10.20.0.0/30"), "10.20.0.0/30: 3 of the targets' addresses"),
        (("--exclude", "10.2.0.0/24"), "10.2.0.0/24: 0 of the targets' addresses"),
    ],
)
def test_the_plan_says_how_many_addresses_exclusions_take_away(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    line = camscan(capsys, "plan", "10.20.0.0/24", *words).stdout.splitlines()[1]
    assert line.replace("10.2.0.0-10.2.0.255", "10.2.0.0/24").replace("10.20.0.0-10.20.0.3", "10.20.0.0/30") == (
        f"Excluded     {told}"
    )


def test_a_plan_without_multicast_names_no_interface_for_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Interface("eth7", 7, "10.20.0.1", ip_network("10.20.0.0/24"), loopback=False, multicast=True)
    monkeypatch.setattr(scope, "interfaces", lambda: [link])
    shown = {name: camscan(capsys, "plan", "10.20.0.0/30", "--channels", name).stdout for name in ("http", "wsd")}
    assert "Multicast    none: no channel uses it\n" in shown["http"]
    assert "Multicast    eth7\n" in shown["wsd"]
    assert "ARP          none: no channel uses it\n" in shown["http"]
    assert "TCP ports    none: no channel needs them\n" in shown["wsd"]


def test_a_plan_names_the_ways_to_its_targets_and_those_to_which_none_leads(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    led = [Hop("eth7", "10.20.0.9"), Hop("eth7", "10.20.0.9", "10.20.0.1")]
    spans = [((int(net[0]), int(net[-1])),) for net in map(ip_network, ("10.20.0.0/24", "10.30.0.1", "10.40.0.0/30"))]
    found = [Way(4, span, hop, "") for span, hop in zip(spans, [*led, None], strict=True)]
    monkeypatch.setattr(preview, "ways_to", lambda _spans: found)
    words = ("plan", "10.20.0.0/24", "10.30.0.1", "10.40.0.0-10.40.0.3")
    told = "Route        eth7; eth7 through 10.20.0.1; none to 10.40.0.0-10.40.0.3\n"
    assert told in camscan(capsys, *words).stdout
    assert json.loads(camscan(capsys, *words, "--format", "json").stdout)["no_route"] == ["10.40.0.0-10.40.0.3"]

    def refused(_spans: object) -> list[Way]:
        raise HostError("no AF_NETLINK")

    monkeypatch.setattr(preview, "ways_to", refused)
    assert "Route        not known\n" in camscan(capsys, *words).stdout


def test_a_thorough_plan_says_that_all_ports_are_tried_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    usual, thorough = (camscan(capsys, "plan", "10.20.0.1", *how).stdout for how in ((), ("--thorough",)))
    assert (" everywhere; " in usual, " where something lives\n" in usual) == (True, True)
    assert (" everywhere; " in thorough, ",35000 everywhere\n" in thorough) == (False, True)


def test_the_plan_of_many_ports_is_short_and_has_the_time_of_one_host(capsys: pytest.CaptureFixture[str]) -> None:
    lines = camscan(capsys, "plan", "10.20.0.1", "--ports", "80,8000-9200").stdout.splitlines()
    rows = {line[:12].strip(): line[13:] for line in lines}
    assert rows["TCP ports"] == "80,8000-9099,9108-9200 everywhere"
    assert rows["Silent host"].startswith("2,395 packets, ")
    assert rows["Time"] == "about 14 min 56 s if nobody answers (2,395 packets)"
    assert "Pace         1 packet a second" in camscan(capsys, "plan", "10.20.0.1", "--rate", "1").stdout


def test_the_plan_of_a_gentle_scan_takes_the_time_in_which_a_router_forgets(capsys: pytest.CaptureFixture[str]) -> None:
    done = camscan(capsys, "plan", "10.20.0.0/24", "--profile", "gentle")
    assert "about 3 min 37 s if nobody answers" in done.stdout


@pytest.mark.parametrize(
    ("network", "time"), [("10.0.0.0/8", "about 4 days 11 h if"), ("fd20::/64", "about 13,453,675,599 years if")]
)
def test_a_plan_that_takes_long_says_so_in_days_and_years(
    capsys: pytest.CaptureFixture[str], network: str, time: str
) -> None:
    assert time in camscan(capsys, "plan", network, "--allow-large").stdout


def test_the_plan_as_json_holds_what_its_lines_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "hosts.txt"
    file.write_text("".join(f"10.0.{number}.7\n" for number in range(30)))
    words = ("plan", f"@{file}", "--exclude", "10.0.0.0/24", "--ports", "80,9100,554", "--format", "json")
    document = json.loads(camscan(capsys, *words).stdout)
    validator("camscan-plan-1").validate(document)
    assert document["targets"] == [f"10.0.{number}.7" for number in range(1, 30)], "all of them"
    assert (document["addresses"], document["excluded"]["addresses"]) == (29, 1)
    assert (document["ports"]["everywhere"], document["ports"]["where_alive"]) == ([80, 554], [])
    assert document["packets"] == 29 * document["silent_host"]["packets"]
    assert document["logins"] is None
    extra = {**document, "extra": 1}
    assert not validator("camscan-plan-1").is_valid(extra)


@pytest.mark.parametrize("on_terminal", [True, False])
def test_who_is_to_type_targets_is_told_how_to_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, on_terminal: bool
) -> None:
    """Else the command seems to hang."""
    for words in (("-",), ("10.20.0.1", "--exclude", "-")):
        stdin = io.StringIO("10.20.0.8\n")
        monkeypatch.setattr(stdin, "isatty", lambda: on_terminal)
        monkeypatch.setattr("sys.stdin", stdin)
        done = camscan(capsys, "plan", *words)
        assert done.returncode == 0
        assert ("then press Enter and Ctrl-D." in done.stderr) == on_terminal
