"""Further pages of a web server: the targets of redirects, the favicon, and the makers' APIs."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from urllib.parse import unquote, urljoin, urlsplit

from camscan.codecs import cgi, http, isapi, lapi
from camscan.net.base import Browser, Exchange, HttpRequest, Net, url_host
from camscan.probes.base import Ask, Cost, Stage
from camscan.probes.observing import denied, observe
from camscan.probes.ports import BINARY_PORTS, is_secured, port_of
from camscan.records import Fields, Observation, Outcome

API_PATHS = (*isapi.REQUESTS, *cgi.REQUESTS, *lapi.REQUESTS)
"""Read-only paths that show the platform of a device, whatever its label; each is on its codec's allow-list."""

_MAX_REDIRECTS = 2
_LEAST_BYTES = 64
"""Bytes of an answer that was given up; with less, not even a status line, further requests would take as long."""
_ICON = "/favicon.ico"
_LOGIN = re.compile(
    r"[?&;](?:loginuse|loginpas|(?:login_?)?(?:user|usr|user_?name|account|pass|pass_?word|passwd|pwd|psw))=[^&;]",
    re.IGNORECASE,
)
"""In a URL that a device names: a user name or a password with a value, of whomever they are."""
_READABLE = frozenset({Outcome.ANSWERED, Outcome.AUTH_REQUIRED, Outcome.TRUNCATED})
_COMPARED = ("http.status", "http.server", "http.title", "http.location", "http.realm", "http.body")
"""If the first pages of two ports agree in these fields, it is the same server."""
_GENERAL_SERVERS = ("apache", "nginx", "iis/", "caddy", "openresty", "cloudflare", "envoy", "jetty", "tomcat", "cups")
"""Servers that devices rarely use: their hosts are asked for APIs only if something else is camera-like."""
_NATIVE_CHANNELS = frozenset({"sadp", "dhip", "dvrip", "netcommon", "mhed"})
"""Makers' own protocols: if one has answered, their web APIs add nothing."""
_PLAIN_CHANNELS = frozenset({"tcp", "http", "tls", "banner"})


def is_endless(port: int | None, seen: Iterable[Observation]) -> bool:
    """Whether no answer of a web server ended within the limits: of two, or of one with almost no bytes."""
    at_port = [o for o in seen if o.channel == "http" and o.port == port and o.outcome.has_answer]
    none_ended = {o.outcome for o in at_port} == {Outcome.TRUNCATED}
    return none_ended and (len(at_port) > 1 or 0 < len(at_port[0].raw) < _LEAST_BYTES)


def get_request(address: str, port: int, path: str = "/") -> bytes:
    """A GET request; the Host header has the port unless it is the default."""
    host = url_host(address)
    return http.encode_get(host if port in (80, 443) else f"{host}:{port}", path)


def observe_page(exchange: Exchange, path: str) -> Observation:
    """The observation of one web page."""
    observation = observe(exchange, "http", f"GET {path}", partial(http.decode, path=path))
    if observation.outcome is Outcome.ANSWERED and http.is_cut(observation.raw):
        observation = replace(observation, outcome=Outcome.TRUNCATED, reason="unpacks to more than is read of one")
    return denied(observation) if http.auth_required(observation.fields) else observation


class WebProbe:
    """Explores the web servers of a host one after the other, so that nothing is asked twice."""

    channels = ("http",)
    stage = Stage.HOST
    cost = Cost(0, 0, 24)

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        """See `Probe.run`."""
        asked = [o for o in ask.observations if o.channel == "http" and o.asked]
        # A port may have two: the one without TLS only says that TLS is needed, so the later one counts.
        pages = {o.port: o for o in asked if o.asked == "GET /" and o.outcome in _READABLE}
        done = {o.port for o in asked if o.asked != "GET /"}
        shown = {_first_page(page) for port, page in pages.items() if port in done}
        for port, page in pages.items():
            if port not in done and _first_page(page) not in shown and not is_endless(port, ask.observations):
                shown.add(_first_page(page))
                secured = is_secured(port, ask.observations)
                async with aclosing(explore(replace(ask, port=port), net, page, tls=secured)) as found:
                    async for observation in found:
                        yield observation


def _first_page(page: Observation) -> tuple[object, ...]:
    return tuple(page.fields.get(name) for name in _COMPARED)


async def explore(ask: Ask, net: Net, page: Observation, *, tls: bool) -> AsyncGenerator[Observation, None]:
    """Follow the first page's redirects (at most two, on the same host and port), then ask for icon and APIs."""
    async with net.browse(ask.address, ask.port or 0, tls=tls) as browser:
        visit = _Visit(ask, net, browser, page, tls=tls)
        for _ in range(_MAX_REDIRECTS):
            path = _redirect(page, visit)
            if path is None:
                break
            page = await visit.get(path)
            yield page
            if visit.is_endless:
                return
        for path in (_icon(page, visit), *_api_paths(page.fields, ask.observations)):
            yield await visit.get(path)
            if visit.gave_up:
                return


class _Visit:
    """Requests to one web server, until it stops answering or its answers do not end."""

    def __init__(self, ask: Ask, net: Net, browser: Browser, page: Observation, *, tls: bool) -> None:
        self.address = ask.address
        self.port = ask.port or 0
        self.tls = tls
        self.seen = {"/"}
        self.gave_up = False
        self.is_endless = False
        # Of a denial without an end, only the reason tells that it had none.
        self._none_ended = page.outcome is Outcome.TRUNCATED or (
            page.outcome is Outcome.AUTH_REQUIRED and bool(page.reason)
        )
        self._net = net
        self._browser = browser

    async def get(self, path: str) -> Observation:
        """Ask for a path; again with the raw grabber if the HTTP library refuses the answer."""
        self.seen.add(path)
        exchange = await self._browser.fetch(HttpRequest(path))
        if exchange.outcome is Outcome.GARBLED:
            turns = [get_request(self.address, self.port, path)]
            exchange = await self._net.converse(self.address, self.port, turns, http.is_complete, tls=self.tls)
        page = observe_page(exchange, path)
        self._none_ended &= Outcome.TRUNCATED in (exchange.outcome, page.outcome)
        self.is_endless |= self._none_ended
        # Some servers close at a path that they do not have; one that says nothing takes as long for each.
        self.gave_up = self.is_endless or not (exchange.outcome.has_answer or exchange.outcome is Outcome.RESET)
        return page


def _redirect(page: Observation, visit: _Visit) -> str | None:
    """The target of a redirect, if it is on the same server and has not been asked for."""
    targets = (*page.fields.get("http.location", ()), *page.fields.get("http.refresh", ()))
    paths = (_own_path(target, page, visit) for target in targets)
    return next((path for path in paths if path and path not in visit.seen), None)


def _icon(page: Observation, visit: _Visit) -> str:
    """The path of the favicon: as the page names it on the same server, or the usual one."""
    paths = (_own_path(resource, page, visit) for resource in page.fields.get("http.resource", ()))
    return next((path for path in paths if path.partition("?")[0].endswith((".ico", "favicon.png"))), _ICON)


def _own_path(target: str, page: Observation, visit: _Visit) -> str:
    """The origin form of a URL in a page, which may be relative; "" if it is on another server."""
    scheme = "https" if visit.tls else "http"
    base = f"{scheme}://{url_host(visit.address)}:{visit.port}{page.asked.removeprefix('GET ')}"
    url = _joined(base, target)
    is_own = port_of(url, visit.address) == visit.port and urlsplit(url).scheme == scheme
    return origin_form(url) if is_own else ""


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:  # no URL at all, such as "http://["
        return ""


def origin_form(url: str) -> str:
    """Path and query of a URL for a request line; "/" if they are not allowed there, or would log in."""
    try:
        parts = urlsplit(url)
    except ValueError:  # as of "/\t/[": tabs are taken out before it is split
        return "/"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    may_stand = path.isascii() and path.isprintable() and " " not in path and not _LOGIN.search(unquote(path))
    return path if may_stand else "/"


def _api_paths(fields: Fields, seen: Sequence[Observation]) -> Iterator[str]:
    """The APIs, if the host may be a device and no other port has been asked for them."""
    asked = {o.asked for o in seen if o.outcome.has_answer and not _sends_elsewhere(o.fields)}
    if _may_be_device(fields, seen):
        yield from (path for path in API_PATHS if f"GET {path}" not in asked)


def _sends_elsewhere(fields: Fields) -> bool:
    """Whether an answer is a redirect; a server that only redirects to TLS has not really been asked."""
    return any(status.startswith("3") for status in fields.get("http.status", ()))


def _may_be_device(fields: Fields, seen: Sequence[Observation]) -> bool:
    readable = [o for o in seen if o.outcome in _READABLE]  # an echoed datagram is not an answer
    if any(o.channel in _NATIVE_CHANNELS for o in readable):
        return False
    server = " ".join(fields.get("http.server", ())).lower()
    if not any(name in server for name in _GENERAL_SERVERS):
        return True
    return any(o.channel not in _PLAIN_CHANNELS or o.port in BINARY_PORTS for o in readable)
