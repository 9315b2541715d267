"""UDP: the answers of a persona to the discovery protocols."""

from __future__ import annotations

import asyncio
import contextlib
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from struct import pack
from typing import cast

from camscan.codecs import dhip, dvrip, netcommon, sadp
from camscan.simulator import mdns
from camscan.simulator.counters import Counters
from camscan.simulator.schema import Dhip, Discovery, Persona, RawReply, Reply, Sadp, Ssdp, Wsd
from camscan.simulator.template import Filler

WSD_PORT = 3702
SSDP_PORT = 1900
_WSD_GROUP = "239.255.255.250"
MAX_QUESTION = 4096  # bytes of a question that is read; scanners send some hundred

_MESSAGE_ID = re.compile(rb"<(?:[\w-]+:)?MessageID[^>]*>\s*([^<\s]{1,200})")
_PROBE = re.compile(rb"<(?:[\w-]+:)?Probe\b[^>]*>(.*?)</(?:[\w-]+:)?Probe>", re.DOTALL)
_TYPES = re.compile(rb"<(?:[\w-]+:)?Types[^>]*>([^<]*)<")
_INQUIRY = re.compile(rb"<Types>(\w{1,32})</Types>")
_ASKER = re.compile(rb"<Uuid>([^<]{1,64})</Uuid>")
_TARGET = re.compile(rb"^ST:[ \t]*(\S{1,128})", re.IGNORECASE | re.MULTILINE)
_NETCOMMON_ANSWER = 1531

Answers = Callable[[bytes, Filler], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Datagrams:
    """One UDP service. Answers go to the sender: to `reply_port` if the protocol has one, else to its source port.

    `group` is where devices are asked by multicast, if anything outside loopback is to ask them so.
    """

    port: int
    answers: Answers
    reply_port: int | None = None
    group: str = ""


def services(persona: Persona) -> Iterator[Datagrams]:
    """The UDP services of a persona."""
    if persona.wsd:
        yield Datagrams(WSD_PORT, partial(_wsd, persona.wsd), group=_WSD_GROUP)
    if persona.sadp:
        yield Datagrams(sadp.PORT, partial(_sadp, persona.sadp))
    if persona.dhip:
        yield Datagrams(dhip.PORT, partial(_dhip, persona.dhip))
    if persona.netcommon:
        yield Datagrams(netcommon.PORT, partial(_netcommon, persona.netcommon), netcommon.LOCAL_PORT)
    if persona.ssdp:
        yield Datagrams(SSDP_PORT, partial(_ssdp, persona.ssdp))
    if persona.mdns:
        yield Datagrams(mdns.PORT, partial(mdns.answers, persona.mdns))
    if persona.discovery:
        yield Datagrams(dvrip.DISCOVERY_PORT, partial(_discovery, persona.discovery))
    for reply in persona.raw_udp:
        yield Datagrams(reply.port, partial(_raw, reply))


class Endpoint(asyncio.DatagramProtocol):
    """Answers on one UDP socket until `quiet` is set."""

    def __init__(self, service: Datagrams, filler: Filler, counters: Counters) -> None:
        self.quiet = False
        self._service = service
        self._filler = filler
        self._counters = counters
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a question, if it is one."""
        self._counters.heard(self._service.port, data)
        if self.quiet or self._transport is None or len(data) > MAX_QUESTION:
            return
        target = (addr[0], self._service.reply_port or addr[1])
        for answer in self._service.answers(data, self._filler):
            with contextlib.suppress(OSError):
                self._transport.sendto(answer, target)

    def close(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.abort()


class GroupMember(asyncio.DatagramProtocol):
    """Passes questions to a group on to an endpoint, which answers them."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Have a question answered."""
        self._endpoint.datagram_received(data, addr)


def _copies(reply: Reply, data: bytes) -> Iterator[bytes]:
    for _ in range(reply.copies):
        yield data[: reply.cut]


def _wsd(wsd: Wsd, data: bytes, filler: Filler) -> Iterator[bytes]:
    message, probe = _MESSAGE_ID.search(data), _PROBE.search(data)
    if message is None or probe is None:
        return
    wanted = _TYPES.search(probe[1])
    names = {name.rpartition(":")[2] for name in (wanted[1].decode("latin-1").split() if wanted else [])}
    if (names or {""}) <= set(wsd.types):
        relates = html.escape(message[1].decode("latin-1"))
        yield from _copies(wsd, filler.fill(wsd.answer, {"relates": relates}).encode())


def _sadp(reply: Sadp, data: bytes, filler: Filler) -> Iterator[bytes]:
    types, asker = _INQUIRY.search(data), _ASKER.search(data)
    if types is None or asker is None or types[1].decode() not in reply.types:
        return
    values = {"asker": asker[1].decode("latin-1"), "types": types[1].decode()}
    yield from _copies(reply, filler.fill(reply.answer, values).replace("\n", "\r\n").encode())


def _dhip(reply: Dhip, data: bytes, filler: Filler) -> Iterator[bytes]:
    if data[4:8] == b"DHIP" and b"DHDiscover.search" in data:
        body = filler.fill(reply.answer).strip().encode() + b"\n\0"
        length = len(body) + reply.claims
        yield from _copies(reply, pack("<I4s6I", 32, b"DHIP", 0, 0, length, 0, length, 0) + body)


def _netcommon(reply: Reply, data: bytes, filler: Filler) -> Iterator[bytes]:
    if data == netcommon.SEARCH:
        body = filler.fill(reply.answer).strip().encode() + b"\n"
        yield from _copies(reply, pack("<BBHIIHHI", 0xFF, 1, 0, 0, 0, 0, _NETCOMMON_ANSWER, len(body)) + body)


def _ssdp(reply: Ssdp, data: bytes, filler: Filler) -> Iterator[bytes]:
    target = _TARGET.search(data)
    if data.startswith(b"M-SEARCH") and target is not None and target[1].decode("latin-1") in reply.targets:
        text = filler.fill(reply.answer, {"target": target[1].decode("latin-1")}).rstrip("\n") + "\n\n"
        yield from _copies(reply, text.replace("\n", "\r\n").encode())


def _discovery(reply: Discovery, data: bytes, filler: Filler) -> Iterator[bytes]:
    if data == dvrip.DISCOVERY:
        yield _discovery_answer(reply, filler)


def _raw(reply: RawReply, data: bytes, filler: Filler) -> Iterator[bytes]:
    text = filler.fill(reply.answer, {"question": data.decode("latin-1")})
    yield from _copies(reply, bytes.fromhex(text) if reply.is_hex else text.encode("latin-1", "replace"))


def _discovery_answer(reply: Discovery, filler: Filler) -> bytes:
    """The answer to the older discovery: header, a binary part of 88 bytes, MAC and model, lines of text."""
    address = bytes(map(int, filler.fill("{address}").split(".")))
    first = pack("<4H16s", *reply.version, reply.type.encode())
    first += address + b"\xff\xff\xff\0" + address[:3] + b"\x01" + bytes(4)
    first = first.ljust(0x3E, b"\0") + pack("<3H", 80, 443, 37777)
    first = first.ljust(88, b"\0")
    second = filler.fill("{mac_lower}").encode() + filler.fill(reply.model).encode()
    lines = f"Name:{reply.name}\r\nDevice:{reply.model}\r\nIPv6Addr:;gateway:\r\nSerialNo:{{serial}}\r\n\r\n"
    third = filler.fill(lines).encode()
    header = pack("<4BI8xIHH8x", 0xB3, 0, len(second), 0, len(first), 2, len(third), 0)
    return header + first + second + third
