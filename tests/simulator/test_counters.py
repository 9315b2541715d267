from __future__ import annotations

import time

import pytest

from camscan.simulator.counters import Counters, Request, user_names


def test_connections_at_once_and_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((10.0, 10.5, 10.9, 11.2, 12.5))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    counters = Counters()
    assert [counters.opened(), counters.opened()] == [1, 2]
    counters.closed()
    assert [counters.opened(), counters.opened(), counters.opened()] == [3, 3, 1]
    assert (counters.connections, counters.at_once, counters.max_at_once, counters.max_per_second) == (5, 4, 4, 3)


def test_payload_and_datagrams_by_port() -> None:
    counters = Counters()
    counters.came(9100, b"12345")
    counters.came(9100, b"6")
    counters.heard(3702, b"x")
    assert counters.payload == {9100: 6}
    assert counters.datagrams == {3702: 1}


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", []),
        (b"Authorization: Basic YWRtaW46MTIzNDU=\r\n", ["admin"]),
        (b"authorization: basic Og==\r\n", [""]),
        (b"Authorization: Basic %%%\r\n", []),
        (b'Authorization: Digest username="root", realm="x"\r\n', ["root"]),
        (b"GET /ISAPI/x?username=admin HTTP/1.1\r\n", ["admin"]),
        (b"GET /video?user=guest&pwd= HTTP/1.1\r\n", ["guest"]),
        (b'{"params":{"userName":"admin","password":""}}', ["admin"]),
        (b"<wsse:Username>operator</wsse:Username>", ["operator"]),
        (b"DESCRIBE rtsp://admin:x@10.0.0.1/ RTSP/1.0\r\n", ["admin:x"]),
        (b"DESCRIBE rtsp://10.0.0.1/a@b RTSP/1.0\r\n", []),
        (b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }', []),
    ],
)
def test_user_names_are_seen_however_they_are_sent(data: bytes, names: list[str]) -> None:
    assert user_names(data) == names
    counters = Counters()
    counters.came(80, data)
    counters.heard(3702, data)
    assert counters.user_names == names * 2


def test_a_request_shows_its_authorization() -> None:
    plain = Request(80, "GET", "/", "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert plain.authorization is None
    eager = Request(80, "GET", "/", "GET / HTTP/1.1\r\nAUTHORIZATION: Basic Og==\r\n\r\n")
    assert eager.authorization == "Basic Og=="


def test_requests_are_kept_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.simulator.counters.MAX_REQUESTS", 2)
    counters = Counters()
    for number in range(3):
        counters.asked(Request(80, "GET", f"/{number}", ""))
    assert [request.target for request in counters.requests] == ["/0", "/1"]


def test_whatever_anybody_sends_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.simulator.counters.MAX_USER_NAMES", 2)
    counters = Counters()
    for number in range(3):
        counters.asked(Request(80, "GET", f"/{number}", "H" * 6_000_000, b"B" * 1_000_000))
        counters.came(80, b"?user=a&" * 3)
    assert [request.target for request in counters.requests] == ["/0", "/1"]
    assert counters.user_names == ["a", "a"]


def test_looking_for_names_takes_no_time() -> None:
    """Whoever waits for a decoy meanwhile takes it for dead."""
    began = time.process_time()
    assert user_names(b"<username" * 29_000) == []
    assert time.process_time() - began < 1


@pytest.mark.parametrize("data", [b'username="%b"', b"Authorization: Basic %b", b"?user=%b"])
def test_of_a_long_user_name_only_the_beginning_is_kept(data: bytes) -> None:
    (name,) = user_names(data % (b"QUJD" * 10_000))
    assert len(name) == 256
