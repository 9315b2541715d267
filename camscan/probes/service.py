"""What an open TCP port speaks: HTTP, TLS or RTSP, found by what it answers and not by its number alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from camscan.codecs import http, rtsp, tls
from camscan.errors import DecodeError
from camscan.net.base import Exchange, Net
from camscan.probes.answers import denied, observe
from camscan.probes.base import Ask, Cost, Stage
from camscan.probes.ports import BINARY_PORTS, RTSP_PORTS, TLS_PORTS
from camscan.probes.web import explore, get_request, observe_page
from camscan.records import Fields, Observation, Outcome

_MAX_GUESSES = 2
"""Languages tried on a port that accepts and says nothing."""
_BANNER_BYTES = 512


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one guess brought: observations to keep, and the language that the answer itself pointed to."""

    observations: tuple[Observation, ...]
    understood: bool = False
    points_to: str = ""


class ServiceProbe:
    """Asks an open port in the language that its number suggests, then in the one that its answer points to."""

    stage = Stage.PORT
    cost = Cost(0, 0, 30, 2_000)

    def __init__(self, channels: tuple[str, ...] = ("http", "tls", "rtsp")) -> None:
        self.channels = channels

    async def run(self, ask: Ask, net: Net) -> AsyncIterator[Observation]:
        """See `Probe.run`."""
        if ask.port is None or ask.port in BINARY_PORTS:
            return
        guesses = [guess for guess in _guesses(ask.port) if guess in self.channels]
        tried: list[str] = []
        while guesses and len(tried) < len(self.channels):
            guess = guesses.pop(0)
            tried.append(guess)
            heard = await _SPEAK[guess](ask.address, ask.port, net)
            for observation in heard.observations:
                yield observation
            if heard.understood:
                async for observation in self._go_on(guess, ask, net, heard):
                    yield observation
                return
            if heard.points_to in guesses:
                guesses = [heard.points_to]
            elif len(tried) >= _MAX_GUESSES:
                return

    async def _go_on(self, guess: str, ask: Ask, net: Net, heard: _Heard) -> AsyncIterator[Observation]:
        """Where the port turned out to be a web server, look at the pages that tell more."""
        page = next((o for o in heard.observations if o.channel == "http" and o.outcome.has_answer), None)
        if page is not None and page.outcome is not Outcome.GARBLED:
            async for observation in explore(ask, net, page, tls=guess == "tls"):
                yield observation


def _guesses(port: int) -> tuple[str, ...]:
    if port in TLS_PORTS:
        return ("tls", "http", "rtsp")
    if port in RTSP_PORTS:
        return ("rtsp", "http", "tls")
    return ("http", "tls", "rtsp")


async def _speak_http(address: str, port: int, net: Net) -> _Heard:
    exchange = await net.converse(address, port, [get_request(address, port)], http.is_complete)
    return _heard_http(exchange, exchange.raw)


async def _speak_tls(address: str, port: int, net: Net) -> _Heard:
    exchange = await net.converse(address, port, [get_request(address, port)], http.is_complete, tls=True)
    if not exchange.certificate and not exchange.tls:
        return _Heard((_bare(exchange, "tls"),), points_to="http" if exchange.outcome is Outcome.GARBLED else "")
    read = partial(tls.decode, tls=exchange.tls)
    shown = replace(exchange, outcome=Outcome.ANSWERED, reason="")
    certificate = observe(shown, "tls", exchange.tls, read, exchange.certificate)
    page = _heard_http(exchange, exchange.raw)
    return _Heard((certificate, *page.observations), understood=True)


async def _speak_rtsp(address: str, port: int, net: Net) -> _Heard:
    host = f"[{address}]" if ":" in address else address
    url = f"rtsp://{host}:{port}/"
    turns = [rtsp.encode_options(url, 1), rtsp.encode_describe(url, 2)]
    exchange = await net.converse(address, port, turns, rtsp.is_complete)
    if not exchange.replies:
        return _Heard((_bare(exchange, "rtsp"),))
    found = tuple(_observe_rtsp(exchange, method, reply) for method, reply in _turns(exchange))
    if found[0].outcome is Outcome.GARBLED:
        return _Heard((), points_to=_language(exchange.raw))
    return _Heard(found, understood=True)


def _turns(exchange: Exchange) -> Iterator[tuple[str, bytes]]:
    return zip(("OPTIONS", "DESCRIBE"), exchange.replies, strict=False)


def _observe_rtsp(exchange: Exchange, method: str, reply: bytes) -> Observation:
    observation = observe(exchange, "rtsp", method, partial(rtsp.decode, method=method), reply)
    return denied(observation) if rtsp.auth_required(observation.fields) else observation


def _heard_http(exchange: Exchange, data: bytes) -> _Heard:
    if not data:
        return _Heard((_bare(exchange, "http"),))
    language = _language(data)
    if language == "http":
        return _Heard((observe_page(exchange, "/"),), understood=not _wants_tls(data), points_to="tls")
    if language:
        return _Heard((), points_to=language)
    return _Heard((observe(exchange, "banner", "", _banner, data[:_BANNER_BYTES]),), understood=True)


def _bare(exchange: Exchange, channel: str) -> Observation:
    return observe(exchange, channel, "", lambda _: {}, b"")


def _language(data: bytes) -> str:
    """The protocol that bytes belong to by their first ones; "" for none of ours."""
    if data.startswith(b"RTSP/"):
        return "rtsp"
    if data[:2] in (b"\x15\x03", b"\x16\x03"):
        return "tls"
    try:
        http.decode(data)
    except DecodeError:
        return ""
    return "http"


def _wants_tls(data: bytes) -> bool:
    """Whether a web server complains that plain HTTP came to its TLS port."""
    start = data[:2048].lower()
    return b" 400 " in start[:32] and b"https" in start


def _banner(data: bytes) -> Fields:
    return {"banner.text": (data.decode("utf-8", "replace"),)}


_SPEAK: dict[str, Callable[[str, int, Net], Awaitable[_Heard]]] = {
    "http": _speak_http,
    "tls": _speak_tls,
    "rtsp": _speak_rtsp,
}
