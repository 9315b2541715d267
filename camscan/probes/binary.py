"""Probes that send one fixed frame of a maker's own protocol to its own TCP port."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import ClassVar

from camscan.codecs import baichuan, dvrip
from camscan.net.base import Net
from camscan.probes.base import Ask, Cost, Stage
from camscan.probes.observing import Decode, observe
from camscan.records import Observation


@dataclass(frozen=True, slots=True)
class BinaryProbe:
    """Sends `request` to an open port of `ports`, unless that port has already answered in another protocol."""

    channel: str
    asked: str
    ports: tuple[int, ...]
    request: bytes
    complete: Callable[[bytes], bool]
    decode: Decode
    stage: ClassVar = Stage.PORT
    cost: ClassVar = Cost(0, 0, 6)

    @property
    def channels(self) -> tuple[str, ...]:
        """See `Probe`."""
        return (self.channel,)

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        """See `Probe.run`."""
        if ask.port not in self.ports or _has_answered(ask):
            return
        exchange = await net.converse(ask.address, ask.port, [self.request], self.complete)
        yield observe(exchange, self.channel, self.asked, self.decode)


def _has_answered(ask: Ask) -> bool:
    return any(o.port == ask.port and o.channel != "tcp" and o.outcome.has_answer for o in ask.observations)


def _is_dvrip(data: bytes) -> bool:
    """Whether an answer of DVRIP is complete: a header of 32 bytes, and text that ends with an empty line."""
    return len(data) > 32 and data.endswith(b"\r\n\r\n")


DVRIP_REALM = BinaryProbe("dvrip", "realm", (dvrip.REALM_PORT,), dvrip.REALM, _is_dvrip, dvrip.decode_realm)
"""The realm, which the SDK port sends without a user name."""

BAICHUAN = BinaryProbe(
    "baichuan",
    "nonce",
    (baichuan.PORT,),
    baichuan.NONCE,
    lambda data: len(data) >= 20,  # the header
    baichuan.decode,
)
"""Whether the port uses this protocol. The nonce in the answer is not used."""
