"""What an open port speaks is found by what it answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from support.nets import AT, Port, ScriptedNet

from camscan.probes.base import Ask
from camscan.probes.service import ServiceProbe
from camscan.records import Observation, Outcome

HOST = "10.0.0.5"
PAGE = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 2\r\n\r\nhi"
RTSP = b'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm="camera"\r\n\r\n'


@pytest.fixture(scope="module")
def certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=1))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


async def asked(port: int, script: Port, channels: tuple[str, ...] = ("http", "tls", "rtsp")) -> list[Observation]:
    net = ScriptedNet({(HOST, port): script})
    return [o async for o in ServiceProbe(channels).run(Ask(HOST, port), net)]


def spoken(observations: list[Observation]) -> list[tuple[str, Outcome]]:
    return [(o.channel, o.outcome) for o in observations if o.asked in ("", "GET /", "OPTIONS", "DESCRIBE") or o.raw]


async def test_a_web_page() -> None:
    found = await asked(81, Port(plain=lambda _: PAGE))
    assert (found[0].channel, found[0].outcome, found[0].asked) == ("http", Outcome.ANSWERED, "GET /")
    assert found[0].fields["http.server"] == ("nginx",)
    assert found[0].raw == PAGE


async def test_a_login_is_an_outcome_of_its_own() -> None:
    page = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n'
    found = await asked(80, Port(plain=lambda _: page))
    assert found[0].outcome is Outcome.AUTH_REQUIRED


async def test_rtsp_on_its_own_port_is_asked_twice_on_one_connection() -> None:
    found = await asked(554, Port(plain=lambda _: RTSP))
    assert [(o.channel, o.asked, o.outcome) for o in found] == [
        ("rtsp", "OPTIONS", Outcome.AUTH_REQUIRED),
        ("rtsp", "DESCRIBE", Outcome.AUTH_REQUIRED),
    ]


async def test_rtsp_on_a_web_port_is_recognised_by_its_answer() -> None:
    found = await asked(8080, Port(plain=lambda _: RTSP))
    assert {o.channel for o in found} == {"rtsp"}


async def test_a_web_page_on_an_rtsp_port_is_recognised_by_its_answer() -> None:
    found = await asked(554, Port(plain=lambda _: PAGE))
    assert found[0].channel == "http"


async def test_tls_gives_certificate_and_page(certificate: bytes) -> None:
    found = await asked(443, Port(tls=lambda _: PAGE, certificate=certificate))
    assert [(o.channel, o.outcome) for o in found[:2]] == [("tls", Outcome.ANSWERED), ("http", Outcome.ANSWERED)]
    assert found[0].fields["tls.subject.cn"] == ("camera",)
    assert found[0].raw == certificate


async def test_a_certificate_without_a_page_is_kept(certificate: bytes) -> None:
    found = await asked(443, Port(tls=None, certificate=certificate))
    assert [(o.channel, o.outcome) for o in found] == [("tls", Outcome.ANSWERED), ("http", Outcome.SILENT)]


async def test_plain_http_on_a_tls_port() -> None:
    found = await asked(443, Port(plain=lambda _: PAGE))
    assert [(o.channel, o.outcome) for o in found[:2]] == [("tls", Outcome.GARBLED), ("http", Outcome.ANSWERED)]


async def test_a_page_that_says_it_wants_https(certificate: bytes) -> None:
    complaint = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 37\r\n\r\nThe plain HTTP request was sent to HTTPS port"
    found = await asked(8000, Port(plain=lambda _: complaint, tls=lambda _: PAGE, certificate=certificate))
    assert [(o.channel, o.outcome) for o in found] == [("tls", Outcome.ANSWERED), *[("http", Outcome.ANSWERED)] * 2]
    assert [o.raw for o in found[1:]] == [complaint, PAGE]


async def test_a_port_that_redirects_to_itself_over_tls_is_asked_so(certificate: bytes) -> None:
    moved = f"HTTP/1.1 301 Moved\r\nLocation: https://{HOST}:8000/\r\nContent-Length: 0\r\n\r\n".encode()
    found = await asked(8000, Port(plain=lambda _: moved, tls=lambda _: PAGE, certificate=certificate))
    assert [(o.channel, o.raw) for o in found[1:]] == [("http", moved), ("http", PAGE)]


async def test_a_port_that_redirects_to_another_over_tls_is_not(certificate: bytes) -> None:
    moved = f"HTTP/1.1 301 Moved\r\nLocation: https://{HOST}/\r\nContent-Length: 0\r\n\r\n".encode()
    found = await asked(8000, Port(plain=lambda _: moved, tls=lambda _: PAGE, certificate=certificate))
    assert [(o.channel, o.raw) for o in found] == [("http", moved)]


async def test_a_page_that_only_talks_of_https_is_a_page() -> None:
    page = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 21\r\n\r\nSee https://10.0.0.9/"
    found = await asked(8000, Port(plain=lambda _: page))
    assert [(o.channel, o.outcome) for o in found] == [("tls", Outcome.GARBLED), ("http", Outcome.ANSWERED)]


async def test_a_port_that_speaks_first_gives_a_banner() -> None:
    found = await asked(8090, Port(plain=lambda _: b"220 camera FTP server ready.\r\n"))
    assert [(o.channel, o.outcome, o.fields.get("banner.text")) for o in found] == [
        ("http", Outcome.GARBLED, None),
        ("banner", Outcome.ANSWERED, ("220 camera FTP server ready.\r\n",)),
    ]


async def test_what_no_codec_reads_is_kept_as_bytes_for_the_rules() -> None:
    status = bytes.fromhex("00000010 0000000d 0000000d 00000000")
    _, banner = await asked(8000, Port(plain=lambda _: status))
    assert (banner.channel, banner.raw, banner.fields["bytes.hex"]) == ("banner", status, (status.hex(),))


async def test_an_rtsp_port_that_speaks_in_no_known_language_is_noted_as_garbled() -> None:
    (found,) = await asked(554, Port(plain=lambda _: b"\x00\x01\x02\x03"))
    assert (found.channel, found.outcome, found.raw) == ("rtsp", Outcome.GARBLED, b"\x00\x01\x02\x03")


async def test_a_server_that_hangs_up_after_options_is_asked_to_describe_on_a_new_connection() -> None:
    denied = b'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm="camera"\r\n\r\n'

    def once(turn: bytes) -> bytes:
        if b"CSeq: 1" not in turn:
            return b""
        return denied if turn.startswith(b"DESCRIBE") else b"RTSP/1.0 405 Method Not Allowed\r\nCSeq: 1\r\n\r\n"

    net = ScriptedNet({(HOST, 554): Port(plain=once)})
    found = [o async for o in ServiceProbe().run(Ask(HOST, 554), net)]
    assert [(o.asked, o.outcome) for o in found] == [
        ("OPTIONS", Outcome.ANSWERED),
        ("DESCRIBE", Outcome.AUTH_REQUIRED),
    ]
    assert len(net.sent) == 2


async def test_a_mute_port_is_tried_once_and_left() -> None:
    net = ScriptedNet({(HOST, 9000): Port()})
    found = [o async for o in ServiceProbe().run(Ask(HOST, 9000), net)]
    assert [(o.channel, o.outcome) for o in found] == [("http", Outcome.SILENT)]
    assert len(net.sent) == 1


@pytest.mark.parametrize(
    ("others", "asked"),
    [
        ([], ["tls", "http"]),
        ([(80, "tcp", Outcome.ANSWERED)], ["tls", "http"]),
        ([(80, "http", Outcome.SILENT)], ["tls"]),
        ([(80, "http", Outcome.SILENT), (554, "rtsp", Outcome.ANSWERED)], ["tls", "http"]),
        ([(443, "http", Outcome.SILENT), (None, "wsd", Outcome.SILENT)], ["tls", "http"]),
    ],
)
async def test_a_port_that_is_mute_to_tls_is_tried_without_unless_all_of_its_host_is_mute(
    others: list[tuple[int | None, str, Outcome]], asked: list[str]
) -> None:
    net = ScriptedNet({(HOST, 443): Port(certificate=b"")})
    net.silent_to_tls = True
    seen = [Observation(HOST, channel, outcome, AT, port) for port, channel, outcome in others]
    found = [o async for o in ServiceProbe().run(Ask(HOST, 443, seen), net)]
    assert [(o.channel, o.outcome) for o in found] == [(channel, Outcome.SILENT) for channel in asked]


async def test_a_port_that_hangs_up_on_text_is_tried_with_tls(certificate: bytes) -> None:
    script = Port(plain=lambda _: b"", closes=True, tls=lambda _: PAGE, certificate=certificate)
    found = await asked(9000, script)
    assert [(o.channel, o.outcome) for o in found][:2] == [("http", Outcome.RESET), ("tls", Outcome.ANSWERED)]


@pytest.mark.parametrize("port", [37777, 34567, 6036, 35000])
async def test_no_text_is_sent_to_binary_ports(port: int) -> None:
    net = ScriptedNet({(HOST, port): Port(plain=lambda _: PAGE)})
    assert [o async for o in ServiceProbe().run(Ask(HOST, port), net)] == []
    assert net.sent == []


async def test_only_the_chosen_channels_are_spoken(certificate: bytes) -> None:
    found = await asked(443, Port(tls=lambda _: PAGE, plain=lambda _: RTSP, certificate=certificate), ("rtsp",))
    assert {o.channel for o in found} == {"rtsp"}
