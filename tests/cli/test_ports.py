from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import cast

import pytest
from support.arriving import arriving, most_within
from support.lab import Lab, lab
from support.needs import needs
from support.quiet import quietly
from support.sweeping import listening, wait_until

from camscan.cli.ports import _write_all
from camscan.net.programs.portsource import Found, PortSource

pytestmark = pytest.mark.netns

CAMSCAN = (sys.executable, "-m", "camscan", "ports")
ALIVE = [f"10.77.{third}.{last}" for third in range(2) for last in range(7, 250, 9)]
UNPRIVILEGED = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
METHODS = ["syn", "connect"]


@pytest.fixture(scope="module")
def site() -> Iterator[Lab]:
    """512 addresses of which a few dozen live; they accept at 80 and 9100."""
    with lab("10.77.0.0/23") as made, listening(made, [80, 9100]):
        made.keep_only(ALIVE)
        yield made


def ports(site: Lab, *arguments: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return site.run([*before, *CAMSCAN, *arguments])


def lines(done: subprocess.CompletedProcess[str]) -> list[tuple[str, int, str]]:
    return [tuple(json.loads(line).values()) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("method", METHODS)
def test_open_ports_are_json_lines(site: Lab, method: str) -> None:
    done = ports(site, "10.77.0.0/23", "--ports", "80,81", "--rate", "0", "--sweep", method)
    assert done.returncode == 0
    assert sorted(lines(done)) == sorted((address, 80, "answered") for address in ALIVE)
    assert f"by {method} (asked for)" in done.stderr
    assert f"{len(ALIVE)} open" in done.stderr


@pytest.mark.parametrize("method", METHODS)
def test_all_outcomes(site: Lab, method: str) -> None:
    done = ports(site, "10.77.0.7-10.77.0.8", "--ports", "80,81", "--sweep", method, "--all", "--quiet")
    assert done.stderr == ""
    assert sorted(lines(done)) == [
        ("10.77.0.7", 80, "answered"),
        ("10.77.0.7", 81, "refused"),
        ("10.77.0.8", 80, "silent"),
        ("10.77.0.8", 81, "silent"),
    ]


@pytest.mark.parametrize("method", METHODS)
def test_exclusions_and_ports_never_sent_to_get_no_packet(site: Lab, method: str) -> None:
    site.count_arriving("ip daddr { 10.77.0.16, 10.77.1.0/24 }", "tcp dport 9100-9107")
    barred = ["--exclude", "10.77.1.0/24", "--exclude", "10.77.0.16"]
    done = ports(site, "10.77.0.0/23", "--ports", "80,9100-9107", *barred, "--rate", "0", "--sweep", method)
    assert {address for address, _, _ in lines(done)} == {a for a in ALIVE if a.startswith("10.77.0.")} - {"10.77.0.16"}
    assert site.arrived() == 0
    assert "never sent to: 9100" in done.stderr
    site.run(["nft", "delete", "table", "inet", "counting"], side=site.site)


@pytest.mark.parametrize(("rate", "method"), [("0", "syn"), ("1000", "syn"), ("1000", "connect")])
def test_one_host_is_spared_at_any_rate(site: Lab, rate: str, method: str) -> None:
    """Forty ports of one living host, of which one answers and is reset: no more than 20 packets in any second."""
    with arriving(site, "10.99.0.1", 1_000) as arrivals:
        done = ports(site, "10.77.0.7", "--ports", "60-99", "--rate", rate, "--sweep", method)
    assert len(lines(done)) == 1
    answered = {"syn": 1, "connect": 2}[method]  # by a reset, or by an acknowledgement and a reset
    assert len(arrivals.times) == 40 + answered
    assert most_within(arrivals.times, 1.0) <= 20


def test_without_the_privilege_it_connects(site: Lab) -> None:
    arguments = ("10.77.0.0/23", "--ports", "75-83", "--rate", "0")
    done = ports(site, *arguments, before=UNPRIVILEGED)
    assert (done.returncode, len(lines(done))) == (0, len(ALIVE))
    assert "by connect (no CAP_NET_RAW" in done.stderr
    done = ports(site, *arguments, "--sweep", "syn", before=UNPRIVILEGED)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: --sweep syn needs CAP_NET_RAW")


@pytest.mark.parametrize("method", METHODS)
def test_a_library_that_cannot_be_loaded_is_named(site: Lab, method: str, tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise ImportError('numpy is not what it was\\n\\nand so on')")
    before = ("env", f"PYTHONPATH={tmp_path}")
    done = ports(site, "10.77.0.0/23", "--ports", "80", "--sweep", method, before=before)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be loaded, reinstall camscan: numpy is not what it was" in done.stderr


def test_what_could_not_be_asked_makes_it_incomplete(site: Lab) -> None:
    done = ports(site, "10.88.0.0/30", "--ports", "80")
    assert (done.returncode, done.stdout) == (4, "")
    assert "no route" in done.stderr


def test_the_rules_for_targets_are_those_of_a_scan(site: Lab) -> None:
    for wrong in (["8.8.8.0/24"], ["10.0.0.0/8"], ["10.77.0.1", "--ports", "0"], ["10.77.0.1", "--ports", "9100"]):
        done = ports(site, *wrong)
        assert (done.returncode, done.stdout) == (2, ""), wrong


@pytest.mark.parametrize("method", METHODS)
def test_a_signal_ends_it_with_what_it_has(site: Lab, method: str) -> None:
    what = ["10.77.0.0/23", "--ports", "80", "--rate", "50", "--sweep", method, "--all"]
    command = ["ip", "netns", "exec", site.scanner, *CAMSCAN, *what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=30)
    assert process.returncode == 4
    assert json.loads(first)["port"] == 80
    assert len(rest.splitlines()) < 500
    assert "packets sent" in said


@pytest.mark.parametrize("method", METHODS)
def test_a_reader_that_leaves_ends_it_and_its_program_without_a_word(site: Lab, method: str) -> None:
    what = ["10.77.0.0/23", "--ports", "80,81", "--rate", "200", "--sweep", method, "--all", "--quiet"]
    command = ["ip", "netns", "exec", site.scanner, *CAMSCAN, *what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()  # which ends when the program that it runs has ended too
    assert (process.returncode, said) == (-signal.SIGPIPE, "")


def test_without_a_target_nothing_is_sent() -> None:
    done = subprocess.run(CAMSCAN, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no target given" in done.stderr


def test_of_packets_that_nobody_counted_nothing_is_said() -> None:
    needs("nmap")
    done = subprocess.run(
        [*CAMSCAN, "127.0.0.1", "--ports", "1", "--sweep", "nmap"], capture_output=True, text=True, check=True
    )
    assert "packet" not in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(("quiet", "said"), [(False, "1,234 packets sent, 0 open\n"), (True, "")])
async def test_also_where_nothing_is_found_it_says_how_far_it_is(
    quiet: bool, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent:
        sent = 1_234

        def stop(self) -> None: ...

        async def run(self) -> AsyncGenerator[Sequence[Found]]:
            await asyncio.sleep(0.3)
            found: list[Sequence[Found]] = []
            for batch in found:
                yield batch

    monkeypatch.setattr("camscan.cli.ports._TELL", 0.2)
    with quietly() if quiet else nullcontext():
        assert await _write_all(cast("PortSource", Silent())) == 0
    assert capsys.readouterr().err == said


def killed_after(site: Lab, seconds: float, arguments: list[str], out: Path) -> tuple[int, str]:
    """Run the command, its output added to a file, and kill it some time after it has first kept how far it is.

    Returns its exit code and what it said.
    """
    before = times_kept(out.parent)
    with out.open("ab") as file:
        command = ["ip", "netns", "exec", site.scanner, "env", f"XDG_DATA_HOME={out.parent}", *CAMSCAN, *arguments]
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: process.poll() is not None or times_kept(out.parent) > before, 60)
        try:
            _, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            _, said = process.communicate()
    return process.returncode, said


def times_kept(folder: Path) -> int:
    """How often sweeps have kept how far they are."""
    with contextlib.suppress(FileNotFoundError):  # it ends meanwhile
        return sum(path.read_bytes().count(b'"position"') for path in folder.glob("camscan/sweeps/*.sweep"))
    return 0


@pytest.mark.parametrize("method", METHODS)
def test_killed_at_any_moment_it_goes_on_from_the_last_second(site: Lab, method: str, tmp_path: Path) -> None:
    """Every open port is found, and what is asked again is no more than a second's packets for each time."""
    rate, draws, out = 300, random.Random(method), tmp_path / "open.jsonl"
    site.count_arriving("ip saddr 10.99.0.1 tcp flags & (syn|ack) == syn")
    what = ["10.77.0.0/23", "--ports", "80,81", "--rounds", "1", "--rate", str(rate), "--sweep", method]
    code, said = killed_after(site, 0.5, what, out)
    resume, kills = said.split("--resume ")[1].split()[0], 0
    while code != 0:
        kills += 1
        assert code == -signal.SIGKILL, said
        code, said = killed_after(site, draws.uniform(0, 1.0) if kills < 5 else 60, ["--resume", resume], out)
        if "it has ended" in said:  # the one before was killed when all was done, on its way out
            break
    arrived = site.arrived()
    site.run(["nft", "delete", "table", "inet", "counting"], side=site.site)
    assert kills >= 2
    assert {json.loads(line)["address"] for line in out.read_text().splitlines()} == set(ALIVE)
    twice = arrived - 1_020  # of 1,024 the network's own address and its last are left out
    per_kill = rate * (1.25 if method == "syn" else 1.75)  # a connection is waited for as long as its answer may come
    assert 0 <= twice <= kills * per_kill * (1 if method == "syn" else 2), (twice, kills)
    gone = ports(site, "--resume", resume)
    assert (gone.returncode, gone.stdout) == (2, "")
    assert "to resume" in gone.stderr


def excluded_later(site: Lab, network: str, command: list[str], out: Path, *, seconds: float) -> str:
    """Run a command that writes to a file, exclude a network, and see that it gets no packet from soon after that.

    Returns what it said until its end, which it is told to come to after some seconds.
    """
    with out.open("ab") as file, subprocess.Popen(command, stdout=file, stderr=subprocess.PIPE, text=True) as process:
        before = times_kept(out.parent)
        wait_until(lambda: times_kept(out.parent) > before, 60)
        (out.parent / "never.txt").write_text(network)
        time.sleep(3.5)
        site.count_arriving(f"ip daddr {network}")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.terminate()
        said = process.communicate(timeout=30)[1]
    assert site.arrived() == 0
    site.run(["nft", "delete", "table", "inet", "counting"], side=site.site)
    return said


@pytest.mark.parametrize("method", METHODS)
def test_what_is_excluded_meanwhile_gets_no_packet_and_the_rest_is_found(
    site: Lab, method: str, tmp_path: Path
) -> None:
    """One part while the sweep runs, and one before another run goes on with it."""
    never, out = tmp_path / "never.txt", tmp_path / "open.jsonl"
    never.write_text("# nothing yet\n")
    inside = ["ip", "netns", "exec", site.scanner, "env", f"XDG_DATA_HOME={tmp_path}", *CAMSCAN]
    what = ["10.77.0.0/23", "--ports", "80,81", "--rounds", "1", "--rate", "80", "--sweep", method]
    said = excluded_later(site, "10.77.1.0/25", [*inside, *what, "--exclude-file", str(never)], out, seconds=0.5)
    assert "excluded from now on: 10.77.1.0-10.77.1.127" in said
    resume = said.split("--resume ")[1].split()[0]
    never.write_text("10.77.1.0/24")
    said = excluded_later(site, "10.77.1.0/24", [*inside, "--resume", resume], out, seconds=60)
    assert "open" in said.splitlines()[-1]
    found = {json.loads(line)["address"] for line in out.read_text().splitlines()}
    assert found >= {address for address in ALIVE if address.startswith("10.77.0.")}
    assert len(found) < len(ALIVE)


def test_a_line_that_was_cut_off_is_taken_off_when_it_goes_on(site: Lab, tmp_path: Path) -> None:
    out = tmp_path / "open.jsonl"
    what = ["10.77.0.0/23", "--ports", "80", "--rounds", "1", "--rate", "100", "--sweep", "syn"]
    code, said = killed_after(site, 0.5, what, out)
    assert code == -signal.SIGKILL
    resume = said.split("--resume ")[1].split()[0]
    with out.open("a") as file:
        file.write('{"address": "10.77')
    code, _ = killed_after(site, 60, ["--resume", resume], out)
    assert code == 0
    assert {json.loads(line)["address"] for line in out.read_text().splitlines()} == set(ALIVE)


def test_what_goes_on_takes_nothing_else(site: Lab) -> None:
    for wrong in (
        ["--resume", "5f0c3a9e", "10.77.0.1"],
        ["--resume", "5f0c3a9e", "--exclude", "10.77.0.1"],
        ["--resume", "5f0c3a9e", "--rate", "50"],
        ["--resume", "5f0c3a9e", "--all"],
        ["--resume", "../x"],
    ):
        done = ports(site, *wrong)
        assert (done.returncode, done.stdout) == (2, ""), wrong
        assert ("give --resume alone" in done.stderr) is (len(wrong) > 2), wrong
