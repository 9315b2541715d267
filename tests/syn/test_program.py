"""The whole program against a network of namespaces."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.arriving import arriving, most_within
from support.lab import Lab, lab
from support.namespaces import Namespace
from support.needs import needs
from support.sweeping import PROGRAM, forging, found, listening, request, run, wait_until

from benchmarks.stalls import standing_still
from camscan.l2.lines import RefusalError
from camscan.l2.sockets import Stop
from camscan.syn import carrier
from camscan.syn.carrier import Carrier
from camscan.syn.priority import RealtimePriority

pytestmark = pytest.mark.netns

ALIVE = [f"10.77.{third}.{last}" for third in range(4) for last in range(7, 250, 9)]
UNPRIVILEGED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
METHODS = ["syn", "connect"]


@pytest.fixture(scope="module")
def site() -> Iterator[Lab]:
    """1,024 addresses of which a hundred live; they accept at 80 and 554."""
    with lab("10.77.0.0/22") as made, listening(made, [80, 554]):
        made.keep_only(ALIVE)
        yield made


def of(site: Lab, **changed: Any) -> dict[str, Any]:
    return request(site, "10.77.0.0", "10.77.3.255", [80, 81, 554], **changed)


@pytest.mark.parametrize(("method", "senders"), [("syn", 1), ("syn", 2), ("connect", 1)])
def test_every_open_port_is_found_and_no_other(site: Lab, method: str, senders: int) -> None:
    code, messages = run(site, of(site, method=method, senders=senders, half_open=8_192, wait=1.0))
    assert code == 0
    assert messages[0] == {"type": "begin", "questions": 3 * 1_024}
    assert found(messages) == {(address, port): 0 for address in ALIVE for port in (80, 554)}
    assert messages[-1]["type"] == "end"
    assert messages[-1]["answered"] == 2 * len(ALIVE)


@pytest.mark.parametrize("method", METHODS)
def test_every_outcome_is_said_where_all_are_wanted(site: Lab, method: str) -> None:
    _, messages = run(site, of(site, method=method, half_open=8_192, wait=1.0, want="all"))
    outcomes = found(messages)
    assert len(outcomes) == 3 * 1_024
    assert sum(len(message["ports"]) for message in messages if message["type"] == "found") == len(outcomes)
    for (address, port), number in outcomes.items():
        expected = errno.ETIMEDOUT if address not in ALIVE else errno.ECONNREFUSED if port == 81 else 0
        assert number == expected


def test_a_sweep_takes_no_memory_for_what_it_is_not_told(site: Lab) -> None:
    """What is settled could be half a gigabyte; on a host that promises no more than it has, that is not to be had."""
    asked = of(site, method="connect", half_open=8_192, wait=1.0)
    code, messages = run(site, asked, before=["prlimit", f"--as={400 * 1024 * 1024}"])
    assert (code, messages[-1]["type"]) == (0, "end")


def test_the_garbage_collector_passes_over_what_was_loaded(site: Lab) -> None:
    """To walk through it takes 8 ms, in which a sweep sends nothing."""
    look = "Sweep.run = lambda self: print(gc.get_freeze_count() > 20_000)"
    code = f"import gc; from camscan.syn.__main__ import main; from camscan.syn.sweep import Sweep; {look}; main()"
    asked = json.dumps(of(site)).encode()
    command = ["ip", "netns", "exec", site.scanner, sys.executable, "-P", "-c", code]
    assert subprocess.run(command, input=asked, stdout=subprocess.PIPE, check=True).stdout == b"True\n"


def test_a_forger_who_sees_every_question_but_cannot_read_it_opens_no_port(site: Lab) -> None:
    """What it sends is right in all but the acknowledgement number."""
    with forging(site, ALIVE):
        _, messages = run(site, of(site, want="answers"))
    outcomes = found(messages)
    assert {pair for pair, number in outcomes.items() if number == 0} == {(a, p) for a in ALIVE for p in (80, 554)}
    assert {address for address, _ in outcomes} == set(ALIVE)
    assert messages[-1]["stray"] > 100


def test_a_connection_that_the_kernel_may_not_reset_is_reset_by_the_program(site: Lab) -> None:
    """A firewall of the scanner drops what it did not ask for; the host answers again and gets its reset then."""
    site.rules(
        site.scanner, "table ip wall {\nchain in {\ntype filter hook input priority 0;\ntcp flags ack drop\n}\n}\n"
    )
    site.count_arriving("ip saddr 10.99.0.1 tcp flags & rst == rst")
    try:
        _, messages = run(site, of(site, wait=1.5))
        assert site.arrived() == 2 * len(ALIVE)
    finally:
        site.run(["nft", "delete", "table", "ip", "wall"])
        site.run(["nft", "delete", "table", "inet", "counting"], side=site.site)
    assert messages[-1]["answered"] == len(found(messages)) == 2 * len(ALIVE)


def test_later_rounds_ask_only_what_has_not_answered(site: Lab) -> None:
    _, messages = run(site, of(site, rounds=3))
    silent = 3 * (1_024 - len(ALIVE))
    others = messages[-1]["sent"] - (3 * 1_024 + 2 * silent + 2 * len(ALIVE))  # without the kernel's resets
    assert 1 <= others <= 3, "ARP, again where this host is held up"


@pytest.mark.parametrize(("rate", "least", "most"), [(0, 1.0, 60.0), (1_000, 0.0, 0.9)])
def test_between_rounds_it_waits_no_longer_than_answers_may_take(
    site: Lab, rate: int, least: float, most: float
) -> None:
    """A round of three seconds has waited for nearly all of its own answers by its end."""

    def longest() -> float:
        with arriving(site, "10.99.0.1", 8_000) as arrivals:
            _, messages = run(site, of(site, rounds=2, wait=1.0, rate=rate))
        assert len(found(messages)) == 2 * len(ALIVE)
        return float(np.diff(arrivals.times).max())

    assert any(least <= longest() <= most for _ in range(3)), "not each time, as a busy host may hold it up"


def test_it_goes_on_from_a_position(site: Lab) -> None:
    _, messages = run(site, of(site, position=1_500))
    assert messages[-1]["position"] == 3 * 1_024
    assert 1 <= messages[-1]["sent"] - messages[-1]["answered"] - (3 * 1_024 - 1_500) <= 3


def test_lost_packets_are_made_up_for_by_rounds(site: Lab) -> None:
    with site.losing(10):
        _, messages = run(site, of(site, rounds=1))
        assert 0.65 < len(found(messages)) / (2 * len(ALIVE)) < 0.95
        _, messages = run(site, of(site, rounds=6, wait=0.2))
        assert len(found(messages)) >= 2 * len(ALIVE) - 1


def test_unreachable_is_told_from_silent(site: Lab) -> None:
    """A router that says that it has no route: part of the network is blackholed with an ICMP."""
    site.run(["ip", "route", "add", "unreachable", "10.78.0.0/30"], side=site.site)
    site.run(["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.icmp_ratelimit=0"], side=site.site)
    _, messages = run(site, request(site, "10.78.0.0", "10.78.0.3", [80], want="all"))
    assert set(found(messages).values()) == {errno.EHOSTUNREACH}


def test_a_gateway_that_does_not_answer_is_said(site: Lab) -> None:
    asked = of(site, want="all")
    asked["ways"][0]["gateway"] = "10.99.0.3"
    code, messages = run(site, asked)
    assert code == 0
    assert [m["text"] for m in messages if m["type"] == "note"] == [
        f"the gateway 10.99.0.3 on {site.interface} does not answer ARP: 1,024 addresses were not asked"
    ]
    assert messages[-1]["sent"] == 2  # of ARP
    assert all(m["local"] for m in messages if m["type"] == "found")


def test_what_this_host_forbids_is_said(site: Lab) -> None:
    """Raw sockets pass the scanner's own firewall, which frames do not."""
    wall = "table ip wall {\nchain out {\ntype filter hook output priority 0;\nip daddr 10.77.0.0/24 drop\n}\n}\n"
    site.rules(site.scanner, wall)
    asked = of(site)
    asked["ways"][0]["frames"] = False
    try:
        code, messages = run(site, asked)
    finally:
        site.run(["nft", "delete", "table", "ip", "wall"])
    assert code == 0
    assert {address for address, _ in found(messages)} == {address for address in ALIVE if "10.77.0." not in address}
    (note,) = [message["text"] for message in messages if message["type"] == "note"]
    assert note == "768 packets were not let out by this host: EPERM"


def test_what_this_host_has_no_route_for_any_more_is_said(site: Lab) -> None:
    site.run(["ip", "route", "add", "prohibit", "10.77.0.0/24"])
    try:
        code, messages = run(site, of(site, method="connect", half_open=8_192, wait=1.0, want="all"))
    finally:
        site.run(["ip", "route", "del", "prohibit", "10.77.0.0/24"])
    assert code == 0
    local = [message for message in messages if message["type"] == "found" and message.get("local")]
    assert {address.rpartition(".")[0] for message in local for address in message["addresses"]} == {"10.77.0"}
    (note,) = [message["text"] for message in messages if message["type"] == "note"]
    assert note == "768 connections were not let out by this host: EACCES"
    assert messages[-1]["failed"] == 768
    assert messages[-1]["sent"] < 3 * 2 * 768 + 3 * len(ALIVE)


def test_neighbours_and_this_host_itself() -> None:
    """On link each neighbour is found by ARP first; what speaks no Ethernet is left to the kernel."""
    with lab("10.77.0.0/24", on_link=True) as made, listening(made, [80]):
        asked = request(made, "10.77.0.2", "10.77.0.254", [80], want="answers")
        asked["ways"][0] |= {"source": "10.77.0.1", "gateway": ""}
        own = {"interface": "lo", "source": "127.0.0.1", "gateway": "", "frames": False}
        asked["ways"].append(own | {"ranges": [["127.0.0.1", "127.0.0.9"]]})
        _, messages = run(made, asked)
    outcomes = found(messages)
    assert outcomes == {(f"10.77.0.{n}", 80): 0 for n in range(2, 255)} | {
        (f"127.0.0.{n}", 80): errno.ECONNREFUSED for n in range(1, 10)
    }


@pytest.mark.parametrize(
    ("method", "windows", "bunched"), [("syn", (0.01, 0.1, 1.0), 2 * 0.0018), ("connect", (1.0,), 0.1)]
)
def test_the_pace_is_kept_as_the_site_sees_it(
    site: Lab, method: str, windows: tuple[float, ...], bunched: float
) -> None:
    """By when each packet arrives, connections' second SYNs included, however late the sender got the processor.

    In any time no more than what makes up for stalls, what may leave at once, and as much that was kept on its way. Of
    connections the kernel sends the second SYNs, and in bunches: its timers of a second are that coarse.
    """
    rate = 1_500
    for _ in range(3):
        with standing_still(anywhere=True) as stalls, arriving(site, "10.99.0.1", 8_000) as arrivals:
            run(site, of(site, method=method, rate=rate, wait=0.5 if method == "syn" else 1.5, half_open=8_192))
        questions = 3 * 1_024 - len(ALIVE)
        assert len(arrivals.times) >= questions
        assert arrivals.times[-1] - arrivals.times[0] >= questions / rate
        allowed = {seconds: rate * (1.11 * seconds + bunched) + 2 for seconds in windows}
        excess = {seconds: most_within(arrivals.times, seconds) - most for seconds, most in allowed.items()}
        if max(excess.values()) <= 0:
            return
        # a processor that stands still keeps packets back that were counted before
        assert stalls, f"no processor stood still, and these were exceeded: {excess}"
    pytest.fail(f"exceeded three times: {excess}")


@pytest.mark.parametrize("method", METHODS)
def test_it_ends_when_its_parent_is_killed(site: Lab, method: str, tmp_path: Path) -> None:
    (tmp_path / "request").write_text(json.dumps(of(site, method=method, rate=20, want="all")))
    script = f"{' '.join(PROGRAM)} < {tmp_path}/request > {tmp_path}/out & echo $! > {tmp_path}/pid; wait"
    with subprocess.Popen(["ip", "netns", "exec", site.scanner, "sh", "-c", script]) as shell:
        assert wait_until(lambda: (tmp_path / "out").exists() and (tmp_path / "out").read_text())
        child = Path("/proc", (tmp_path / "pid").read_text().strip())
        assert child.exists()
        shell.kill()
        shell.wait()
        assert wait_until(lambda: not child.exists())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rate", [0, 50])
def test_only_where_it_is_paced_it_goes_before_other_work(site: Lab, method: str, rate: int) -> None:
    def priority(process: int) -> tuple[int, int]:
        return os.sched_getscheduler(process), os.getpriority(os.PRIO_PROCESS, process)

    usual = priority(0)
    with RealtimePriority(wanted=bool(rate)):
        expected = priority(0)
    command = ["ip", "netns", "exec", site.scanner, *PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(of(site, method=method, rate=rate, wait=30.0)).encode())
        process.stdin.close()
        assert json.loads(process.stdout.readline())["type"] == "begin"
        assert wait_until(lambda: priority(process.pid) == expected)
        time.sleep(0.3)
        assert priority(process.pid) == expected
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    assert priority(0) == usual


@pytest.mark.parametrize("method", METHODS)
def test_a_signal_ends_it_with_what_it_has(site: Lab, method: str) -> None:
    command = ["ip", "netns", "exec", site.scanner, *PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(of(site, method=method, rate=100, want="all")).encode())
        process.stdin.close()
        assert json.loads(process.stdout.readline())["type"] == "begin"
        process.send_signal(signal.SIGTERM)
        last = json.loads(process.stdout.read().splitlines()[-1])
    assert (last["type"], last["interrupted"]) == ("end", True)
    assert last["sent"] < 3_000


def test_without_the_privilege_it_says_so(site: Lab) -> None:
    code, messages = run(site, of(site), before=UNPRIVILEGED)
    assert code == 77
    assert messages[-1]["message"].startswith("no CAP_NET_RAW")
    code, messages = run(site, of(site, method="connect", half_open=8_192), before=UNPRIVILEGED)
    assert (code, len(found(messages))) == (0, 2 * len(ALIVE))


@pytest.mark.parametrize(("error", "senders"), [("ENOSYS", 1), ("EPERM", 2)])
def test_where_a_sandbox_refuses_sendmmsg_a_ring_does_its_work(site: Lab, error: str, senders: int) -> None:
    needs("strace")
    refusing = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null"]
    refusing += ["-e", "trace=sendmmsg", "-e", f"inject=sendmmsg:error={error}"]
    code, messages = run(site, of(site, senders=senders, wait=1.0), before=refusing)
    assert code == 0
    assert found(messages) == {(address, port): 0 for address in ALIVE for port in (80, 554)}
    assert "note" not in {message["type"] for message in messages}


@pytest.mark.parametrize("interface", ["nowhere0", ""])
def test_an_interface_that_is_not_there(site: Lab, interface: str) -> None:
    asked = of(site)
    asked["ways"][0]["interface"] = interface
    code, messages = run(site, asked)
    assert code == 1
    assert "cannot use interface" in messages[-1]["message"]


def test_where_another_router_takes_over_the_frames_follow(site: Lab) -> None:
    """The gateway's MAC changes while the sweep runs; another round makes up for what went to nobody."""
    command = ["ip", "netns", "exec", site.scanner, *PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(of(site, rate=400)).encode())
        process.stdin.close()
        assert json.loads(process.stdout.readline())["type"] == "begin"
        time.sleep(1)
        site.run(["ip", "link", "set", site.interface, "address", "02:00:00:00:07:07"], side=site.site)
        messages = [json.loads(line) for line in process.stdout]
    assert found(messages) == {(address, port): 0 for address in ALIVE for port in (80, 554)}
    assert messages[-1]["moved"] == 1


@pytest.mark.parametrize(("method", "side"), [("syn", "site"), ("syn", "scanner"), ("connect", "site")])
def test_while_a_cable_is_pulled_or_the_interface_down_it_waits(site: Lab, method: str, side: str) -> None:
    """The kernel takes packets and drops them meanwhile; what was on its way is all that may be lost."""
    command = ["ip", "netns", "exec", site.scanner, *PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked = of(site, method=method, rate=1_500, half_open=8_192, wait=1.5)
        process.stdin.write(json.dumps(asked).encode())
        process.stdin.close()
        assert json.loads(process.stdout.readline())["type"] == "begin"
        time.sleep(0.7)
        site.run(["ip", "link", "set", site.interface, "down"], side=getattr(site, side))
        time.sleep(2)
        site.run(["ip", "link", "set", site.interface, "up"], side=getattr(site, side))
        site.run(["ip", "route", "replace", site.network, "via", "10.99.0.2"])
        messages = [json.loads(line) for line in process.stdout]
    assert process.returncode == 0
    everything = 2 * len(ALIVE)
    assert len(found(messages)) >= everything * (0.9 if method == "syn" else 0.5)
    assert [m["type"] for m in messages].count("note") == (method == "connect")


def test_a_cable_that_stays_pulled_ends_it(site: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier, "_PATIENCE", 0.2)
    site.run(["ip", "link", "set", site.interface, "down"], side=site.site)
    try:
        with Namespace(site.scanner).inside():
            cable, others = Carrier([site.interface], Stop()), Carrier(["lo", "nowhere0"], Stop())
            with pytest.raises(RefusalError, match=f"{site.interface} any more: it is not connected"):
                cable.wait()
            others.wait()
    finally:
        site.run(["ip", "link", "set", site.interface, "up"], side=site.site)
    assert (cable.cuts, others.cuts) == (1, 0)


def test_while_this_host_lacks_the_address_that_answers_go_to_it_waits(site: Lab) -> None:
    """As between two leases: frames pass the kernel by, and somebody else may have got the address."""
    command = ["ip", "netns", "exec", site.scanner, *PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(of(site, rate=500, rounds=1)).encode())
        process.stdin.close()
        assert json.loads(process.stdout.readline())["type"] == "begin"
        time.sleep(0.7)
        site.run(["ip", "addr", "del", "10.99.0.1/30", "dev", site.interface])
        time.sleep(1)  # for what is on its way
        site.count_arriving("ip saddr 10.99.0.1")
        time.sleep(1)
        arrived = site.arrived()
        site.run(["nft", "delete", "table", "inet", "counting"], side=site.site)
        site.run(["ip", "addr", "add", "10.99.0.1/30", "dev", site.interface])
        site.run(["ip", "route", "replace", site.network, "via", "10.99.0.2"])
        messages = [json.loads(line) for line in process.stdout]
    assert (process.returncode, arrived) == (0, 0)
    assert len(found(messages)) >= 2 * len(ALIVE) * 0.9


def test_an_address_that_stays_lost_ends_it(site: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier, "_PATIENCE", 0.2)
    site.run(["ip", "addr", "add", "10.99.0.7/24", "dev", site.interface])
    with Namespace(site.scanner).inside():
        never, lost = (Carrier([], Stop(), [(site.interface, own)]) for own in ("10.99.0.8", "10.99.0.7"))
        lost.wait()
        site.run(["ip", "addr", "del", "10.99.0.7/24", "dev", site.interface])
        with pytest.raises(RefusalError, match=f"{site.interface} any more: it has lost 10.99.0.7"):
            lost.wait()
        never.wait()
    assert (lost.cuts, never.cuts) == (1, 0)


_TUNNEL = """
import contextlib, ctypes, fcntl, os, select, struct, sys
ends = []
for name in sys.argv[1:]:
    with open(f"/run/netns/{name}") as namespace:
        assert ctypes.CDLL(None).setns(namespace.fileno(), 0x40000000) == 0
    end = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(end, 0x400454CA, struct.pack("16sH22x", b"tun7", 0x1001))  # TUNSETIFF: IP packets, no more
    ends.append(end)
print("ready", flush=True)
while True:
    for end in select.select(ends, [], [])[0]:
        packet = os.read(end, 2000)
        with contextlib.suppress(OSError):  # the other end is not up yet
            os.write(ends[1 - ends.index(end)], packet)
"""


def test_through_a_tunnel(site: Lab) -> None:
    """The whole command finds by itself that a tun device takes no frames."""
    command = [sys.executable, "-c", _TUNNEL, site.scanner, site.site]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as tunnel:
        try:
            assert tunnel.stdout is not None
            assert tunnel.stdout.readline() == b"ready\n"
            for name, last in ((site.scanner, 1), (site.site, 2)):
                for setting in (f"addr add 10.98.0.{last}/30 dev tun7", "link set tun7 up"):
                    site.run(["ip", *setting.split()], side=name)
            site.run(["ip", "route", "add", "local", "10.79.0.0/26", "dev", "lo"], side=site.site)
            site.run(["ip", "route", "add", "10.79.0.0/26", "dev", "tun7"])
            what = ["10.79.0.1-10.79.0.20", "--ports", "80,81", "--rate", "0", "--sweep", "syn"]
            done = site.run([sys.executable, "-m", "camscan", "ports", *what])
        finally:
            tunnel.kill()
    assert done.returncode == 0, done.stderr
    assert {json.loads(line)["address"] for line in done.stdout.splitlines()} == {f"10.79.0.{n}" for n in range(1, 21)}
