from __future__ import annotations

import pytest
from support.site import GET, persona, site_of, talk

from camscan.codecs import rtsp

pytestmark = pytest.mark.privileged_ports
CAMERA = persona(
    serial="SN1",
    rtsp={
        "options": {"head": "RTSP/1.0 200 OK\nCSeq: {cseq}\nServer: S/1\nPublic: OPTIONS, DESCRIBE\n"},
        "describe": {
            "head": "RTSP/1.0 200 OK\nCSeq: {cseq}\nContent-Base: {url}/\n"
            "Content-Type: application/sdp\nContent-Length: {length}\n",
            "body": "v=0\ns={serial}\n",
        },
    },
)


async def test_a_conversation_on_one_connection() -> None:
    async with site_of(CAMERA) as site:
        (device,) = site.devices
        url = f"rtsp://{device.address}/stream"
        requests = rtsp.encode_options(url, 3) + rtsp.encode_describe(url, 4)
        got = await talk(device.address, 554, requests, until=b"s=SN1\n")
        options, describe = got[: got.index(b"\r\n\r\n") + 4], got[got.index(b"\r\n\r\n") + 4 :]
        assert options == b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nServer: S/1\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n"
        assert b"CSeq: 4\r\nContent-Base: " + url.encode() + b"/\r\n" in describe
        assert rtsp.decode(describe, "DESCRIBE")["rtsp.sdp.session"] == ("SN1",)
        assert [request.method for request in device.counters.requests] == ["OPTIONS", "DESCRIBE"]
        assert device.counters.connections == 1


async def test_other_methods_are_refused() -> None:
    async with site_of(CAMERA) as site:
        setup = b"SETUP rtsp://a/ RTSP/1.0\r\nCSeq: 9\r\n\r\n"
        got = await talk(site.devices[0].address, 554, setup, until=b"\r\n\r\n")
        assert got == b"RTSP/1.0 405 Method Not Allowed\r\nCSeq: 9\r\n\r\n"


async def test_strangers_are_sent_away_or_told() -> None:
    told = (
        CAMERA.model_copy(
            update={"name": "told", "rtsp": CAMERA.rtsp.model_copy(update={"stranger": CAMERA.rtsp.otherwise})}
        )
        if CAMERA.rtsp
        else CAMERA
    )
    async with site_of(CAMERA, told) as site:
        assert await talk(site.devices[0].address, 554, GET) == b""
        assert (await talk(site.devices[1].address, 554, GET)).startswith(b"RTSP/1.0 405")
