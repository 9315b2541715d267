"""Finds out whether an open TCP port uses HTTP, TLS or RTSP, by its answers and not by its number alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from camscan.codecs import http, opaque, rtsp, telnet, tls
from camscan.errors import DecodeError
from camscan.net.base import Exchange, Net, url_host
from camscan.probes.base import Ask, Cost, Stage
from camscan.probes.observing import denied, observe, unread
from camscan.probes.ports import BINARY_PORTS, RTSP_PORTS, TLS_PORTS, port_of
from camscan.probes.web import get_request, observe_page
from camscan.records import Fields, Observation, Outcome

_BANNER_BYTES = 512


@dataclass(frozen=True, slots=True)
class _Heard:
    """The result of trying one protocol: observations, and the protocol that the answer suggests instead."""

    observations: tuple[Observation, ...]
    suggests: str = ""
    is_mute: bool = False  # whether no byte was received, so that another protocol may be tried


class ServiceProbe:
    """Tries the protocol that the port number suggests, then the one that the answer suggests."""

    stage = Stage.PORT
    cost = Cost(0, 0, 30)

    def __init__(self, channels: tuple[str, ...] = ("http", "tls", "rtsp")) -> None:
        self.channels = channels

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        """See `Probe.run`."""
        if ask.port is None or ask.port in BINARY_PORTS:
            return
        left = [guess for guess in _guesses(ask.port) if guess in self.channels]
        guess = left[0] if left else ""
        plain_answer: tuple[Observation, ...] = ()
        while guess in left:
            left.remove(guess)
            heard = await _ASK[guess](ask.address, ask.port, net)
            guess = heard.suggests
            if not guess and heard.is_mute and not _is_mute_elsewhere(ask):
                guess = "http"
            if guess == "tls" and guess in left and any(o.outcome.has_answer for o in heard.observations):
                plain_answer = heard.observations  # yielded after that of TLS, or others would continue without TLS
                continue
            for observation in (*heard.observations[:1], *plain_answer, *heard.observations[1:]):
                yield observation


def _is_mute_elsewhere(ask: Ask) -> bool:
    """Whether another port accepted and sent nothing, and no port has answered: then no second protocol is tried."""
    others = [o for o in ask.observations if o.port not in (None, ask.port) and o.channel in _ASK]
    return bool(others) and not any(o.outcome.has_answer for o in others)


def _guesses(port: int) -> tuple[str, ...]:
    if port in TLS_PORTS:
        return ("tls", "http", "rtsp")
    if port in RTSP_PORTS:
        return ("rtsp", "http", "tls")
    return ("http", "tls", "rtsp")


async def _ask_http(address: str, port: int, net: Net) -> _Heard:
    exchange = await net.converse(address, port, [get_request(address, port)], _is_complete)
    return _heard_http(exchange, exchange.raw)


async def _ask_tls(address: str, port: int, net: Net) -> _Heard:
    exchange = await net.converse(address, port, [get_request(address, port)], _is_complete, tls=True)
    if not exchange.certificate and not exchange.tls:
        # A text-based server may wait for the end of a line, which a handshake does not contain.
        is_mute = exchange.outcome is Outcome.SILENT
        return _Heard((unread(exchange, "tls", ""),), "" if is_mute else "http", is_mute=is_mute)
    read = partial(tls.decode, tls=exchange.tls)
    shown = replace(exchange, outcome=Outcome.ANSWERED, reason="")
    certificate = observe(shown, "tls", exchange.tls, read, exchange.certificate)
    page = _heard_http(exchange, exchange.raw)
    return _Heard((certificate, *page.observations))


async def _ask_rtsp(address: str, port: int, net: Net) -> _Heard:
    url = f"rtsp://{url_host(address)}:{port}/"
    turns = [rtsp.encode_options(url, 1), rtsp.encode_describe(url, 2)]
    exchange = await net.converse(address, port, turns, rtsp.is_complete)
    if not exchange.replies:
        return _Heard((unread(exchange, "rtsp", ""),), suggests=_after_nothing(exchange))
    told = list(zip(("OPTIONS", "DESCRIBE"), exchange.replies, strict=False))
    found = tuple(_observe_rtsp(exchange, method, reply) for method, reply in told)
    protocol = _protocol(exchange.raw) if found[0].outcome is Outcome.GARBLED else "rtsp"
    if protocol != "rtsp":
        return _Heard((), suggests=protocol) if protocol else _Heard(found[:1])
    if len(told) == 1 and exchange.outcome is Outcome.ANSWERED:  # some servers close the connection after OPTIONS
        alone = await net.converse(address, port, [rtsp.encode_describe(url, 1)], rtsp.is_complete)
        found += tuple(_observe_rtsp(alone, "DESCRIBE", reply) for reply in alone.replies)
    return _Heard(found)


def _observe_rtsp(exchange: Exchange, method: str, reply: bytes) -> Observation:
    observation = observe(exchange, "rtsp", method, partial(rtsp.decode, method=method), reply)
    return denied(observation) if rtsp.auth_required(observation.fields) else observation


def _heard_http(exchange: Exchange, data: bytes) -> _Heard:
    if not data:
        return _Heard((unread(exchange, "http", ""),), suggests=_after_nothing(exchange))
    protocol = _protocol(data)
    if protocol == "http":
        page = observe_page(exchange, "/")
        return _Heard((page,), suggests="tls" if _wants_tls(page) else "")
    if protocol:
        return _Heard((), suggests=protocol)
    why = "no HTTP: another protocol answers"
    foreign = replace(unread(exchange, "http", ""), raw=b"", outcome=Outcome.GARBLED, reason=why)
    return _Heard((foreign, observe(exchange, "banner", "", _banner, data[:_BANNER_BYTES])))


def _is_complete(data: bytes) -> bool:
    """Whether an answer is complete, or is not HTTP, so that its end cannot be known."""
    start = data.lstrip()[:4].upper()
    if http.is_complete(data) or not start:
        return bool(start)
    if start[:1] == b"<" or start in (b"HTTP", b"ICY ") or start[:3] == b"\xef\xbb\xbf":
        return False
    line, newline, _ = data.partition(b"\n")
    return not start.isascii() or start[0] < ord(" ") or bool(newline and b":" not in line)


def _after_nothing(exchange: Exchange) -> str:
    """What to try if a request was not answered: TLS if the peer closed the connection, else nothing."""
    return "tls" if exchange.outcome is Outcome.RESET else ""


def _protocol(data: bytes) -> str:
    """The protocol that the first bytes belong to; "" if none of these."""
    if data.startswith(b"RTSP/"):
        return "rtsp"
    if data[:2] in (b"\x15\x03", b"\x16\x03"):
        return "tls"
    try:
        http.decode(data)
    except DecodeError:
        return ""
    return "http"


def _wants_tls(page: Observation) -> bool:
    """Whether a web server reports plain HTTP on its TLS port, or redirects to the same port over TLS."""
    start = page.raw[:2048].lower()
    moved = (url for url in page.fields.get("http.location", ()) if url.lower().startswith("https:"))
    return (b" 400 " in start[:32] and b"https" in start) or any(port_of(u, page.target) == page.port for u in moved)


def _banner(data: bytes) -> Fields:
    text = (telnet.without_negotiation(data.decode("utf-8", "replace")),)
    return {"banner.text": text, **opaque.fields(data)}


_ASK: dict[str, Callable[[str, int, Net], Awaitable[_Heard]]] = {"http": _ask_http, "tls": _ask_tls, "rtsp": _ask_rtsp}
