from __future__ import annotations

from support.site import filler, persona

from camscan.codecs import mdns as codec
from camscan.simulator import mdns
from camscan.simulator.schema import Announced

SERVICES = (
    Announced(
        service="_http._tcp", instance="Camera {serial}", host="cam-{mac_plain_lower}", port=80, txt=("path=/", "v=1")
    ),
    Announced(service="_axis-video._tcp", instance="Camera", host="cam", port=80),
)
DEVICE = persona(serial="SN1")


def answered(question: bytes) -> list[bytes]:
    return list(mdns.answers(SERVICES, question, filler(DEVICE)))


def test_the_codec_reads_the_whole_announcement() -> None:
    (answer,) = answered(codec.encode_query(["_http._tcp"]))
    assert codec.decode(answer) == {
        "mdns.service": ("_http._tcp",),
        "mdns.instance": ("Camera SN1",),
        "mdns.host": ("cam-020000000001.local",),
        "mdns.txt": ("path=/", "v=1"),
        "mdns.address": ("127.77.0.9",),
    }


def test_each_service_that_is_asked_for_is_answered() -> None:
    assert len(answered(codec.encode_query(codec.SERVICES))) == 2
    assert answered(codec.encode_query(["_rtsp._tcp"])) == []


def test_responses_and_scraps_are_no_questions() -> None:
    (answer,) = answered(codec.encode_query(["_http._tcp"]))
    assert answered(answer) == []
    assert answered(b"\0\0") == []
