from __future__ import annotations

import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self, TypeAlias

import pytest
from support.decoders import damage
from support.namespaces import Namespace, cable

from camscan.net.kernel import neighbours, netlink
from camscan.net.kernel.neighbours import Neighbours, Room, entries_allowed, entries_in_use, read

# An answer of Linux 6.18 to RTM_GETNEIGH: 10.66.0.12 stale at 02:aa:00:00:00:03, 10.66.0.99 failed, fe80::1 reachable
# at the same MAC on interface 1 (lo, so that its name is known everywhere), and ff02::1 as a group without ARP.
REACHABLE, STALE, FAILED, NO_ARP, PERMANENT, INCOMPLETE = 0x02, 0x04, 0x20, 0x40, 0x80, 0x01
MAC = bytes.fromhex("02aa00000003")


def message(address: str, mac: bytes, state: int, *, index: int = 1, kind: int = 28) -> bytes:
    """A message as the kernel writes it: header, struct ndmsg, and address, MAC and probe count as attributes."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    values = ((1, socket.inet_pton(family, address)), (2, mac), (4, struct.pack("=I", 1)))
    body = struct.pack("=BxxxiHBB", family, index, state, 0, 1)
    for number, value in values:
        body += struct.pack("=HH", 4 + len(value), number) + value + bytes(-len(value) % 4)
    return struct.pack("=IHHII", 16 + len(body), kind, 2, 1, 0) + body


TABLE = b"".join(
    (
        message("10.66.0.12", MAC, STALE),
        message("10.66.0.13", MAC, INCOMPLETE),
        message("10.66.0.14", MAC, FAILED),
        message("10.66.0.15", MAC, PERMANENT),
        message("10.66.0.16", bytes(6), REACHABLE),
        message("10.66.0.17", b"\x0a\x00\x00\x01", REACHABLE),  # a tunnel's
        message("fe80::1", MAC, REACHABLE),
        message("fd00::1", MAC, REACHABLE),
        message("ff02::1", MAC, NO_ARP),
        message("10.66.0.18", MAC, REACHABLE, kind=29),  # one that is being deleted
    )
)


DONE = struct.pack("=IHHII", 16, 3, 2, 1, 0)
Table: TypeAlias = Callable[[bytes], Mapping[str, str]]


class Kernel:
    """A socket to a kernel that has one answer to every question."""

    def __init__(self, answer: bytes) -> None:
        self.parts = [answer, DONE]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

    def send(self, data: bytes) -> None:
        """Take a question."""

    def recv(self, _size: int) -> bytes:
        return self.parts.pop(0)


@pytest.fixture
def table_of(monkeypatch: pytest.MonkeyPatch) -> Table:
    """The table of a kernel that answers with these bytes."""

    def table(answer: bytes) -> Mapping[str, str]:
        monkeypatch.setattr(netlink, "opened", lambda: Kernel(answer))
        return read()

    return table


def test_complete_entries_have_a_mac(table_of: Table) -> None:
    mac = "02:aa:00:00:00:03"
    assert table_of(TABLE) == {"10.66.0.12": mac, "10.66.0.15": mac, "fe80::1%lo": mac, "fd00::1": mac}


def test_a_link_local_address_without_its_zone_has_the_mac_that_it_has_on_all_links(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = {
        "fe80::1%eth0": "02:aa:00:00:00:01",
        "fe80::2%eth0": "02:aa:00:00:00:02",
        "fe80::2%eth1": "02:aa:00:00:00:03",
    }
    monkeypatch.setattr(neighbours, "read", lambda: table)
    known = Neighbours()
    assert known.mac("fe80::1") == known.mac("fe80::1%eth0") == "02:aa:00:00:00:01"
    assert (known.mac("fe80::2"), known.mac("fe80::2%eth1")) == ("", "02:aa:00:00:00:03")
    assert known.mac("fe80::3") == ""


def test_an_interface_that_is_gone_has_no_name(table_of: Table) -> None:
    assert table_of(message("fe80::1", MAC, REACHABLE, index=99_999)) == {"fe80::1": "02:aa:00:00:00:03"}


def test_survives_damage(table_of: Table) -> None:
    for damaged in damage(TABLE):
        for address, mac in table_of(damaged).items():
            assert address
            assert len(mac) == 17


def test_a_kernel_that_does_not_answer_has_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr(socket, "socket", refuse)
    assert read() == {}


def test_the_table_is_read_at_most_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    tables = [{"10.0.0.5": "02:00:00:00:00:05"}, {}]
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(neighbours, "read", lambda: tables.pop(0))
    table = Neighbours()
    assert [table.mac(f"10.0.0.{number}") for number in (5, 6, 5)] == ["02:00:00:00:00:05", "", "02:00:00:00:00:05"]
    now = 101.0
    assert table.mac("10.0.0.5") == ""


HOST = bytes((10, 0, 0, 1))


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A kernel's table of IPv4 neighbours: how many entries it lets us have, which it holds, and what time it is."""
    says: dict[str, Any] = {"most": 3, "held": set(), "now": 100.0, "read": 0, "asked": 0}

    def read_held(version: int) -> frozenset[bytes]:
        assert version == 4
        says["read"] += 1
        return frozenset(says["held"])

    monkeypatch.setattr(time, "monotonic", lambda: says["now"])

    def read_most(version: int) -> int:
        assert version == 4
        says["asked"] += 1
        return int(says["most"])

    monkeypatch.setattr(neighbours, "entries_in_use", read_held)
    monkeypatch.setattr(neighbours, "entries_allowed", read_most)
    return says


def test_there_is_room_until_the_table_is_full_and_again_when_it_is_not(kernel: dict[str, Any]) -> None:
    room = Room(4)
    assert [room.take(bytes((10, 0, 0, last))) for last in range(2, 6)] == [True, True, True, False]
    assert kernel["read"] == 1
    kernel["now"] += 0.5
    kernel["held"] = {bytes((10, 0, 0, last)) for last in (2, 3)}
    assert [room.take(bytes((10, 0, 0, last))) for last in (5, 6)] == [True, False]
    assert (kernel["read"], kernel["asked"]) == (2, 1), "the size of the table stays as it is"


def test_who_is_in_a_full_table_takes_no_room(kernel: dict[str, Any]) -> None:
    kernel["held"] = {HOST, b"\1\2\3\4", b"\1\2\3\5"}
    room = Room(4)
    assert [room.take(HOST), room.take(bytes((10, 0, 0, 2))), room.take(HOST)] == [True, False, True]


def test_a_table_that_others_keep_full_holds_nobody_up_for_ever(kernel: dict[str, Any]) -> None:
    kernel["held"] = {bytes((10, 9, 9, last)) for last in range(3)}
    room = Room(4)
    for _ in range(59):
        assert not room.take(HOST)
        kernel["now"] += 1.0
    kernel["now"] += 1.5
    assert room.take(HOST)
    kernel["held"].pop()
    kernel["now"] += 0.5
    assert [room.take(HOST), room.take(HOST)] == [True, False]


def test_a_kernel_that_says_nothing_of_its_tables_sets_no_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr(socket, "socket", refuse)
    room = Room(6)
    assert all(room.take(HOST) for _ in range(5_000))


def talk(source: Namespace, address: str, scope: int = 0) -> None:
    """Have the kernel learn who has an address, by sending to a port that refuses."""
    family, end = (socket.AF_INET6, (address, 9, 0, scope)) if ":" in address else (socket.AF_INET, (address, 9))
    with source.inside(), socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(30)
        sock.connect(end)
        sock.send(b"")
        with pytest.raises(ConnectionRefusedError):
            sock.recv(1)


@pytest.mark.netns
def test_the_kernels_own_table(new_namespace: Callable[[], Namespace]) -> None:
    ours, theirs = new_namespace(), new_namespace()
    cable(ours, theirs, "nb0", ("10.61.0.1/24", "10.61.0.2/24"))
    theirs.ip("link set nb0 address 02:aa:00:00:00:07")
    theirs.ip("addr add fd61::2/64 dev nb0")
    theirs.ip("addr add fe80::7/64 dev nb0")
    ours.ip("addr add fd61::1/64 dev nb0")
    with ours.inside():
        index = socket.if_nametoindex("nb0")
    for address, scope in (("10.61.0.2", 0), ("fd61::2", 0), ("fe80::7", index)):
        talk(ours, address, scope)
    with ours.inside():
        table = read()
        code = "from camscan.net.kernel.neighbours import read; print(read())"
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", sys.executable, "-c", code]
        unprivileged = subprocess.run(command, capture_output=True, text=True, check=True)
    mac = "02:aa:00:00:00:07"
    assert unprivileged.stdout.strip() == repr(table)
    assert table == {"10.61.0.2": mac, "fd61::2": mac, "fe80::7%nb0": mac}
    with ours.inside():
        assert entries_in_use(4) == {socket.inet_aton("10.61.0.2")}
        assert socket.inet_pton(socket.AF_INET6, "fd61::2") in entries_in_use(6)
        ours.ip("neigh replace 10.61.0.2 lladdr 02:aa:00:00:00:07 nud stale dev nb0")
        assert entries_in_use(4) == set()


@pytest.mark.netns
def test_three_quarters_of_the_kernels_own_bound_are_ours(new_namespace: Callable[[], Namespace]) -> None:
    bound = int(Path("/proc/sys/net/ipv4/neigh/default/gc_thresh3").read_text())  # the same in all namespaces
    with new_namespace().inside():
        assert entries_allowed(4) == bound * 3 // 4
        assert 0 < entries_allowed(6) < sys.maxsize
