"""Fixed frames to a maker's own port."""

from __future__ import annotations

from support.nets import AT, Port, ScriptedNet

from camscan.probes.base import Ask
from camscan.probes.binary import DVRIP_REALM
from camscan.records import Observation, Outcome

HOST = "10.0.0.5"
ANSWER = b"\xb0\x00\x00\x58" + bytes(28) + b"Realm:Login to 3L08942PAA00001\r\nRandom:12345\r\n\r\n"


async def test_the_realm_is_asked_for_and_read() -> None:
    net = ScriptedNet({(HOST, 37777): Port(plain=lambda _: ANSWER)})
    found = [o async for o in DVRIP_REALM.run(Ask(HOST, 37777), net)]
    assert found[0].fields["dvrip.realm"] == ("Login to 3L08942PAA00001",)


async def test_other_ports_are_not_asked() -> None:
    net = ScriptedNet({(HOST, 80): Port(plain=lambda _: ANSWER)})
    assert [o async for o in DVRIP_REALM.run(Ask(HOST, 80), net)] == []
    assert net.sent == []


async def test_a_port_that_has_spoken_another_language_is_not_asked() -> None:
    net = ScriptedNet({(HOST, 37777): Port(plain=lambda _: ANSWER)})
    seen = [Observation(HOST, "http", Outcome.ANSWERED, AT, 37777)]
    assert [o async for o in DVRIP_REALM.run(Ask(HOST, 37777, seen), net)] == []
