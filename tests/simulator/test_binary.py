from __future__ import annotations

import gzip
import time

from support.site import PATIENCE, persona, site_of, talk

from camscan.codecs import dvrip
from camscan.simulator import Site


def site_with(**raw: object) -> Site:
    return site_of(persona(raw=[{"ports": [8000], **raw}]))


async def at(site: Site, request: bytes = b"x", **how: float) -> bytes:
    async with site:
        return await talk(site.devices[0].address, 8000, request, **how)  # type: ignore[arg-type]


async def test_the_sdk_port_tells_its_realm_and_nothing_else() -> None:
    async with site_of(persona(serial="SN1", dvrip={"realm": "Login to {serial}"})) as site:
        address = site.devices[0].address
        answer = await talk(address, 37777, dvrip.REALM, until=b"\r\n\r\n")
        assert dvrip.decode_realm(answer) == {"dvrip.realm": ("Login to SN1",)}
        assert int.from_bytes(answer[4:8], "little") == len(answer) - 32
        assert await talk(address, 37777, b"\xa0\x05" + bytes(30), seconds=0.2) == b""


async def test_hold_speaks_first_and_answers() -> None:
    assert await at(site_with(behaviour="hold", first="0a", answer="0b"), limit=2) == b"\x0a\x0b"


async def test_hold_may_say_nothing_and_closes() -> None:
    started = time.monotonic()
    assert await at(site_with(behaviour="hold", seconds=0.1)) == b""
    assert 0.1 <= time.monotonic() - started < PATIENCE


async def test_drip_gives_a_byte_at_a_time() -> None:
    started = time.monotonic()
    assert await at(site_with(behaviour="drip", content="HTTP", seconds=0.05), limit=6) == b"HTTP  "
    assert time.monotonic() - started >= 5 * 0.05


async def test_endless_is_endless() -> None:
    got = await at(site_with(behaviour="endless", content="{serial}HTTP/1.1 200 OK\n\n", chunk="ab\n"), limit=2_000_000)
    assert len(got) == 2_000_000
    assert got.startswith(b"HTTP/1.1 200 OK\r\n\r\nab\r\nab\r\n")


async def test_verbatim_sends_bytes_as_they_stand_and_closes() -> None:
    assert await at(site_with(behaviour="verbatim", content="\x00\xff\n", crlf=False)) == b"\x00\xff\n"
    assert await at(site_with(behaviour="verbatim", content="a\n", asked=False), b"") == b"a\r\n"


async def test_bomb_grows() -> None:
    head, _, body = (await at(site_with(behaviour="bomb", size=3_000_000))).partition(b"\r\n\r\n")
    assert b"Content-Encoding: gzip" in head
    assert len(body) < 10_000
    assert gzip.decompress(body) == bytes(3_000_000)


async def test_reset_gives_nothing() -> None:
    assert await at(site_with(behaviour="reset")) == b""


async def test_reset_may_come_amid_an_answer() -> None:
    assert await at(site_with(behaviour="reset", content="half", crlf=False)) in {b"half", b""}  # a reset may overtake


async def test_echo_sends_back_what_it_is_sent() -> None:
    assert await at(site_with(behaviour="echo"), b"GET /\x00", limit=6) == b"GET /\x00"


async def test_verbatim_takes_its_contents_in_turn() -> None:
    async with site_with(behaviour="verbatim", content="a", next_contents=["b", "c"]) as site:
        got = [await talk(site.devices[0].address, 8000) for _ in range(4)]
    assert got == [b"a", b"b", b"c", b"a"]


async def test_all_this_may_happen_within_tls() -> None:
    raw = {"ports": [8000], "behaviour": "verbatim", "content": "within", "certificate": {"subject": "CN=raw"}}
    async with site_of(persona(raw=[raw])) as site:
        assert await talk(site.devices[0].address, 8000, tls=True) == b"within"
