"""What is asked of a web server after its first page, and what never is."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from support.nets import AT, Port, ScriptedNet

from camscan.codecs import sadp
from camscan.net.base import Exchange
from camscan.probes.base import Ask
from camscan.probes.observing import observe
from camscan.probes.web import API_PATHS, WebProbe, explore, observe_page
from camscan.records import Observation, Outcome

HOST = "10.0.0.5"
OK = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\n\r\n"
ICON = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nGIF89a"


def page(head: str, body: str = "", port: int = 80) -> Observation:
    raw = f"{head}\r\n\r\n{body}".encode()
    return observe_page(Exchange(HOST, port, Outcome.ANSWERED, AT, (raw,)), "/")


async def explored(first: Observation, script: Port, seen: list[Observation] | None = None) -> list[tuple[int, str]]:
    net = ScriptedNet({(HOST, first.port or 0): script})
    found = [o async for o in explore(Ask(HOST, first.port, seen or []), net, first, tls=False)]
    assert len(found) == len([call for call in net.sent if call[2].startswith("GET")])
    return [(call[1], call[2]) for call in net.sent]


async def test_icon_and_apis_are_asked_of_a_small_server() -> None:
    sent = await explored(page("HTTP/1.1 200 OK\r\nServer: Boa"), Port(pages={"/favicon.ico": ICON}))
    assert sent == [(80, "GET /favicon.ico"), *((80, f"GET {path}") for path in API_PATHS)]


@pytest.mark.parametrize(
    ("icon", "path"),
    [
        ("/x.ico", "/x.ico"),
        ("ui/x.ico", "/doc/ui/x.ico"),
        ("../x.ico?v=2", "/x.ico?v=2"),
        (f"http://{HOST}/favicon.png", "/favicon.png"),
    ],
)
async def test_the_icon_that_a_page_names_is_asked_for(icon: str, path: str) -> None:
    script = Port(pages={"/doc/page.htm": OK + f'<link rel="icon" href="{icon}">'.encode(), path: ICON})
    first = page("HTTP/1.1 302 Found\r\nServer: nginx\r\nLocation: /doc/page.htm")
    assert await explored(first, script) == [(80, "GET /doc/page.htm"), (80, f"GET {path}")]


@pytest.mark.parametrize(
    "icon", ["/&#9;/[x.ico", "/my icon.ico", "//10.0.0.6/x.ico", "http://10.0.0.6/x.ico", "/x.cgi?do=x.ico"]
)
async def test_an_icon_that_cannot_be_asked_for_hides_nothing(icon: str) -> None:
    first = page("HTTP/1.1 200 OK\r\nServer: Boa", f'<html><link rel="icon" href="{icon}">')
    assert first.fields["http.resource"]
    sent = await explored(first, Port(pages={"/favicon.ico": ICON}))
    assert sent == [(80, "GET /favicon.ico"), *((80, f"GET {path}") for path in API_PATHS)]


async def test_no_api_is_asked_of_a_general_server_without_another_sign() -> None:
    first = page("HTTP/1.1 200 OK\r\nServer: Apache/2.4.65 (Debian)")
    assert await explored(first, Port()) == [(80, "GET /favicon.ico")]


async def test_a_general_server_on_a_camera_is_asked() -> None:
    rtsp = Observation(HOST, "rtsp", Outcome.AUTH_REQUIRED, AT, 554)
    sent = await explored(page("HTTP/1.1 200 OK\r\nServer: nginx"), Port(), [rtsp])
    assert len(sent) == 1 + len(API_PATHS)


async def test_a_general_server_beside_an_sdk_port_that_says_nothing_is_asked() -> None:
    attempt = Observation(HOST, "tcp", Outcome.ANSWERED, AT, 37777)
    sent = await explored(page("HTTP/1.1 200 OK\r\nServer: nginx"), Port(), [attempt])
    assert len(sent) == 1 + len(API_PATHS)


async def test_an_api_that_answered_on_another_port_is_not_asked_again() -> None:
    seen = [Observation(HOST, "http", Outcome.ANSWERED, AT, 8080, f"GET {path}") for path in API_PATHS]
    assert await explored(page("HTTP/1.1 200 OK"), Port(), seen) == [(80, "GET /favicon.ico")]


@pytest.mark.parametrize(
    "target", ["/doc/page/login.asp?_1", "http://10.0.0.5/doc/page/login.asp?_1", "doc/page/login.asp?_1"]
)
async def test_a_redirect_on_the_same_server_is_followed(target: str) -> None:
    first = page(f"HTTP/1.1 302 Found\r\nServer: Apache\r\nLocation: {target}")
    script = Port(pages={"/doc/page/login.asp?_1": b"HTTP/1.1 200 OK\r\nServer: Apache\r\nContent-Length: 0\r\n\r\n"})
    assert (await explored(first, script))[0] == (80, "GET /doc/page/login.asp?_1")


@pytest.mark.parametrize("path", ["/login.asp?user=&pwd=", "/?login=1", "/?usermode=2", "/?use=1", "/?pass"])
async def test_a_redirect_that_carries_no_login_is_followed(path: str) -> None:
    script = Port(pages={path: b"HTTP/1.1 200 OK\r\nServer: Apache\r\nContent-Length: 0\r\n\r\n"})
    first = page(f"HTTP/1.1 302 Found\r\nServer: Apache\r\nLocation: {path}")
    assert (await explored(first, script))[0] == (80, f"GET {path}")


async def test_a_script_redirect_is_followed_and_two_are_the_most() -> None:
    hops = {
        f"/{n}": f"HTTP/1.1 302 Found\r\nServer: Apache\r\nLocation: /{n + 1}\r\n\r\n".encode() for n in range(1, 9)
    }
    first = page("HTTP/1.1 200 OK\r\nServer: Apache", '<script>window.location.href="/1"</script>')
    sent = await explored(first, Port(pages=hops))
    assert [path for _, path in sent] == ["GET /1", "GET /2", "GET /favicon.ico"]


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.6/",
        "https://10.0.0.5/",
        "http://10.0.0.5:8080/",
        "//10.0.0.6/",
        "http://admin:x@10.0.0.5/a",
        "http://169.254.169.254/latest",
        "http://127.0.0.1/",
        "http://167772165/",
        "http://0x0a000005/",
        "http://[::ffff:10.0.0.5]/",
        "http://10.0.0.5.nip.io/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://10.0.0.5:99999/",
        "http://[",
        "/",
        "/login.cgi?username=admin&password=12345",
        "/?a=1&loginuse=admin&loginpas=",
        "/?%70wd=12345",
    ],
)
async def test_a_redirect_elsewhere_or_in_a_circle_is_not(target: str) -> None:
    first = page(f"HTTP/1.1 302 Found\r\nServer: Apache\r\nLocation: {target}")
    assert await explored(first, Port()) == [(80, "GET /favicon.ico")]


async def test_what_the_http_library_refuses_is_asked_again_raw() -> None:
    raw = b"HTTP/1.1 200 Ok\nServer: odd\n\n<title>x</title>"
    script = Port(
        plain=lambda _: raw, pages={"/favicon.ico": b"HTTP/1.1 200"}, refused_by_parser=frozenset({"/favicon.ico"})
    )
    net = ScriptedNet({(HOST, 80): script})
    first = page("HTTP/1.1 200 OK\r\nServer: Apache")
    found = [o async for o in explore(Ask(HOST, 80), net, first, tls=False)]
    assert [call[2] for call in net.sent] == ["GET /favicon.ico", "converse"]
    assert found[0].raw == raw
    assert found[0].fields["http.title"] == ("x",)


async def test_a_server_that_stops_answering_is_left() -> None:
    script = Port(silent=frozenset({"/favicon.ico", *API_PATHS}))
    assert await explored(page("HTTP/1.1 200 OK"), script) == [(80, "GET /favicon.ico")]


async def test_a_server_that_closes_at_what_it_does_not_have_is_asked_for_the_rest() -> None:
    """A platform would be hidden by the icon that its server lacks."""
    script = Port(pages=dict.fromkeys(["/favicon.ico", *API_PATHS[:-1]], b""))
    sent = await explored(page("HTTP/1.1 200 OK"), script)
    assert sent == [(80, f"GET {path}") for path in ("/favicon.ico", *API_PATHS)]


@pytest.mark.parametrize(
    ("first", "endless", "asked"),
    [
        (Outcome.TRUNCATED, {"/favicon.ico"}, 1),
        (Outcome.TRUNCATED, {*API_PATHS}, 1 + len(API_PATHS)),
        (Outcome.ANSWERED, {"/favicon.ico", *API_PATHS}, 1 + len(API_PATHS)),
    ],
    ids=["no answer ends", "the icon ends", "the first page ends"],
)
async def test_a_server_is_left_once_two_answers_have_no_end_and_none_had(
    first: Outcome, endless: set[str], asked: int
) -> None:
    script = Port(pages={"/favicon.ico": ICON}, endless=frozenset(endless))
    assert len(await explored(replace(page("HTTP/1.1 200 OK"), outcome=first), script)) == asked


@pytest.mark.parametrize(("why", "asked"), [("said nothing for 4 s", 1), ("", 1 + len(API_PATHS))])
async def test_a_denial_without_an_end_counts_as_none(why: str, asked: int) -> None:
    """Devices leave a connection open whose denial has neither length nor body: all time would be spent on these."""
    first = replace(page("HTTP/1.1 401 Unauthorized"), reason=why)
    assert first.outcome is Outcome.AUTH_REQUIRED
    script = Port(pages={"/favicon.ico": ICON}, endless=frozenset({"/favicon.ico"}))
    assert len(await explored(first, script)) == asked


async def test_a_redirect_to_a_page_without_end_is_no_reason_to_leave() -> None:
    first = page("HTTP/1.1 302 Found\r\nLocation: /large")
    script = Port(pages={"/large": ICON}, endless=frozenset({"/large", "/favicon.ico"}))
    assert len(await explored(first, script)) == 2 + len(API_PATHS)


def test_what_cannot_be_decoded_is_garbled_and_kept() -> None:
    got = observe(Exchange(HOST, 37020, Outcome.ANSWERED, AT, (b"\x00\x01",)), "sadp", "inquiry", sadp.decode)
    assert (got.outcome, got.raw) == (Outcome.GARBLED, b"\x00\x01")


async def test_two_ports_with_the_same_page_are_looked_at_once_and_apis_asked_once() -> None:
    same, other = "HTTP/1.1 200 OK\r\nServer: Boa", "HTTP/1.1 200 OK\r\nServer: thttpd"
    seen = [page(same), page(same, port=81), page(other, port=82)]
    net = ScriptedNet({(HOST, port): Port() for port in (80, 81, 82)})
    async for observation in WebProbe().run(Ask(HOST, None, seen), net):
        seen.append(observation)  # noqa: PERF401 - what came so far is what the probe looks at
    assert [call[1:] for call in net.sent] == [
        (80, "GET /favicon.ico"),
        *((80, f"GET {path}") for path in API_PATHS),
        (82, "GET /favicon.ico"),
    ]


async def test_no_api_is_asked_where_a_native_protocol_has_answered() -> None:
    seen = [page("HTTP/1.1 200 OK"), Observation(HOST, "sadp", Outcome.ANSWERED, AT, 37020)]
    net = ScriptedNet({(HOST, 80): Port()})
    assert len([o async for o in WebProbe().run(Ask(HOST, None, seen), net)]) == 1
    assert net.sent == [(HOST, 80, "GET /favicon.ico")]


async def test_apis_are_asked_where_what_came_by_a_native_protocol_is_no_answer_of_it() -> None:
    reflected = Observation(HOST, "sadp", Outcome.GARBLED, AT, 37020)
    sent = await explored(page("HTTP/1.1 200 OK\r\nServer: webserver"), Port(), [reflected])
    assert len(sent) == 1 + len(API_PATHS)


def over_tls(port: int, first: Observation | None = None) -> list[Observation]:
    """What a port that speaks TLS has shown: after `first`, which came in the clear, certificate and page."""
    certificate = Observation(HOST, "tls", Outcome.ANSWERED, AT, port, "TLSv1.2 AES128-SHA", raw=b"0")
    return [*([first] if first else []), certificate, page("HTTP/1.1 200 OK\r\nServer: Boa", port=port)]


async def looked_at(seen: list[Observation]) -> ScriptedNet:
    net = ScriptedNet({(HOST, o.port or 0): Port() for o in seen})
    async for observation in WebProbe().run(Ask(HOST, None, seen), net):
        seen.append(observation)  # noqa: PERF401 - what came so far is what the probe looks at
    return net


async def test_a_port_that_hangs_up_on_plain_text_and_then_speaks_tls_is_looked_at() -> None:
    hung_up = Observation(HOST, "http", Outcome.RESET, AT, 8081)
    net = await looked_at(over_tls(8081, hung_up))
    assert net.browsed == [(8081, True)]
    assert len(net.sent) == 1 + len(API_PATHS)


async def test_of_a_port_that_asks_for_tls_in_the_clear_the_page_over_tls_is_looked_at() -> None:
    complaint = page("HTTP/1.1 400 Bad Request\r\nServer: nginx", "The plain HTTP request was sent to HTTPS port", 8000)
    net = await looked_at(over_tls(8000, complaint))
    assert net.browsed == [(8000, True)]
    assert len(net.sent) == 1 + len(API_PATHS)


@pytest.mark.parametrize("outcome", [Outcome.GARBLED, Outcome.SILENT, Outcome.RESET])
async def test_a_port_on_which_tls_failed_is_looked_at_in_the_clear(outcome: Outcome) -> None:
    failed = Observation(HOST, "tls", outcome, AT, 443, reason="TLS: WRONG_VERSION_NUMBER")
    net = await looked_at([failed, page("HTTP/1.1 200 OK\r\nServer: Boa", port=443)])
    assert net.browsed == [(443, False)]


async def test_apis_that_only_redirect_to_another_port_are_asked_there() -> None:
    moved = "HTTP/1.1 302 Found\r\nLocation: https://10.0.0.5/"
    seen = [page(moved), *over_tls(443)]
    seen += [replace(page(moved), asked=f"GET {path}") for path in ("/favicon.ico", *API_PATHS)]
    net = await looked_at(seen)
    assert net.sent == [(HOST, 443, f"GET {path}") for path in ("/favicon.ico", *API_PATHS)]


def packed(size: int) -> bytes:
    body = gzip.compress(b"<title>t</title>" + bytes(size))
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def test_a_server_whose_answers_unpack_to_more_than_is_read_is_left_alone() -> None:
    first = observe_page(Exchange(HOST, 80, Outcome.ANSWERED, AT, (packed(1_000_000),)), "/")
    assert (first.outcome, first.reason) == (Outcome.TRUNCATED, "unpacks to more than is read of one")
    assert first.fields["http.title"] == ("t",)
    bombs = Port(pages=dict.fromkeys(("/favicon.ico", *API_PATHS), packed(1_000_000)))
    assert await explored(first, bombs) == [(80, "GET /favicon.ico")]


async def test_a_server_that_packs_honest_answers_is_asked_on() -> None:
    first = observe_page(Exchange(HOST, 80, Outcome.ANSWERED, AT, (packed(1_000),)), "/")
    assert (first.outcome, first.reason) == (Outcome.ANSWERED, "")
    assert len(await explored(first, Port(pages={"/favicon.ico": packed(1_000_000)}))) == 1 + len(API_PATHS)


@pytest.mark.parametrize(
    ("raw", "asked"), [(b"HTTP/1.1 200 OK\r\nS", 0), (b"HTTP/1.1 200 OK\r\nServer: " + b"s" * 60, 1 + len(API_PATHS))]
)
async def test_a_server_that_answers_by_the_byte_is_left_alone(raw: bytes, asked: int) -> None:
    first = observe_page(Exchange(HOST, 80, Outcome.TRUNCATED, AT, (raw,)), "/")
    net = ScriptedNet({(HOST, 80): Port(endless=frozenset(API_PATHS), pages={"/favicon.ico": ICON})})
    found = [o async for o in WebProbe().run(Ask(HOST, None, [first]), net)]
    assert len(found) == len(net.sent) == asked
