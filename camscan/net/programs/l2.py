"""Runs `python -m camscan.l2`, the program below IP, and reads its messages. Only that program needs CAP_NET_RAW.

It is run by this same Python, without a shell, and loads nothing from the working directory (`-P`).
"""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from subprocess import PIPE
from typing import Any, BinaryIO

from camscan.errors import HostError
from camscan.net.programs.child import ChildProcess, counters_of, cut_short, message_of, not_started

ANY = "any"  # stands for every interface
_PACKETS = ("arp", "packet")
_PYTHON = (sys.executable, "-P", "-m", "camscan.l2")
_NAME = "camscan.l2"
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet that the program received: an ARP packet, a datagram, or the beginning of a TCP answer.

    `mac` is the source of the frame, which behind a router is the router; for ARP it is the sender MAC in the
    packet. `asked` is the request that is answered, if it is in the capture; `whole`: `data` was not cut.
    """

    channel: str
    source: str
    data: bytes
    at: datetime
    mac: str
    interface: str = ""
    port: int | None = None
    asked: str = ""
    whole: bool = True


class L2Program(ChildProcess):
    """One run: enter it, and iterate over what is received (see `ChildProcess`).

    `told` is called meanwhile with the number of requests that have been sent.
    """

    def __init__(self, *arguments: str, stdin: bytes = b"", told: Callable[[int], None] = lambda _: None) -> None:
        super().__init__((*_PYTHON, *arguments), stdin)
        self._told = told

    async def __aiter__(self) -> AsyncIterator[Packet]:
        async for message in self.messages():
            if "sent" in message:
                self._told(message["sent"])
            if message["type"] in _PACKETS:
                yield _packet(message)


def sweep(
    interface: str, ranges: Iterable[tuple[str, str]], rate: int, told: Callable[[int], None] = lambda _: None
) -> L2Program:
    """Ask for the MACs of IPv4 addresses, given as first and last of each range, `rate` requests a second."""
    how = ("--interface", interface, "--rate", str(rate))
    return L2Program("arp", *how, stdin=json.dumps(list(ranges)).encode(), told=told)


def listen(interface: str, seconds: int) -> L2Program:
    """Receive what devices announce, on one interface or on `ANY`."""
    return L2Program("listen", "--interface", interface, "--seconds", str(seconds))


def replay(capture: BinaryIO, counters: dict[str, int]) -> Iterator[Packet]:
    """Read the packets of a capture; `counters` is filled in at the end. No privilege is needed.

    A packet without a time gets the beginning of 1970. Raises HostError if it is not a capture, cannot be read to its
    end, or the program failed.
    """
    last: Mapping[str, Any] = {"type": "nothing"}
    failed: list[OSError] = []
    try:
        started = subprocess.Popen([*_PYTHON, "pcap", "-"], stdin=PIPE, stdout=PIPE)  # noqa: S603 - ours
    except OSError as error:
        raise not_started(_NAME, error) from error
    with started as process:
        threading.Thread(target=_pour, args=(capture, process.stdin, failed), daemon=True).start()
        try:
            for line in process.stdout or ():
                last = message_of(_NAME, line)
                if last["type"] in _PACKETS:
                    yield _packet(last)
            process.wait()  # it has ended its output, and so itself; its code is not to be that of the signal below
        finally:
            process.kill()
    if failed:
        raise HostError(f"cannot read the capture to its end: {failed[0].strerror or failed[0]}: try a copy of it")
    counters.update(counters_of(_NAME, last, process.returncode))
    if counters.get("interrupted"):
        raise cut_short(_NAME)


def _pour(capture: BinaryIO, stdin: BinaryIO, failed: list[OSError]) -> None:
    with contextlib.suppress(OSError, ValueError), stdin:  # it may end without having read all
        stdin.writelines(_pieces(capture, failed))


def _pieces(capture: BinaryIO, failed: list[OSError]) -> Iterator[bytes]:
    try:
        while piece := capture.read(_PIECE):
            yield piece
    except OSError as error:
        failed.append(error)


def _packet(message: Mapping[str, Any]) -> Packet:
    common = {
        "data": base64.b64decode(message["payload"]),
        "at": datetime.fromtimestamp(message["at"], UTC),
        "mac": message["mac"],
        "interface": message["interface"],
    }
    if message["type"] == "arp":
        return Packet("arp", message["address"], **common)
    named = {name: message[name] for name in ("port", "asked", "whole")}
    return Packet(message["channel"], message["source"], **common, **named)
