"""Asks enrolled devices over the web API of their maker: device, network, and the cameras behind a recorder."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Container, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial

from camscan.codecs import cgi, framing, isapi, lapi, over_http
from camscan.codecs.behind import WebApiCodec
from camscan.errors import DecodeError
from camscan.net.base import Enrolled, Exchange, HttpRequest, LoginReason, Net
from camscan.probes.base import Ask, Cost, Stage
from camscan.probes.observing import observe
from camscan.probes.ports import is_secured
from camscan.records import Observation, Outcome

_MAX_SERVERS = 2  # web servers of one host that are tried
_SUCCESS = "200"


@dataclass(frozen=True, slots=True)
class WebApi:
    """One web API. `signs` are fields, and `natives` channels, that only devices with this API have."""

    channel: str
    codec: WebApiCodec
    signs: tuple[str, ...] = ()
    natives: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[str, ...]:
        """All paths that an enrolled device may be asked for."""
        return (*self.codec.QUESTIONS, *self.codec.CHANNEL_QUESTIONS)

    def shows(self, seen: Iterable[Observation]) -> bool:
        """Whether an answer of the host proves that it has this API."""
        return any(
            o.channel in self.natives or any(name in o.fields for name in self.signs)
            for o in seen
            if o.outcome.has_answer
        )

    def challenges(self, seen: Iterable[Observation]) -> bool:
        """Whether the host demanded a login for a path of this API when it was asked without one."""
        asked = {f"GET {path}" for path in self.codec.REQUESTS}
        return any(o.outcome is Outcome.AUTH_REQUIRED and o.asked in asked for o in seen)

    def observed(self, exchange: Exchange, path: str) -> Observation:
        """The observation of an answer, from which the logins of cameras are removed."""
        raw = over_http.redacted(exchange.raw) if exchange.raw else b""
        decode = partial(over_http.own_answer, decode=self.codec.decode)
        return observe(exchange, self.channel, f"GET {path}", decode, raw)

    def answered(self, seen: Iterable[Observation]) -> dict[str, int | None]:
        """The paths that have been answered, and the port where each was."""
        return {o.asked.removeprefix("GET "): o.port for o in seen if o.channel == self.channel and is_success(o)}


ISAPI = WebApi("isapi", isapi, signs=("isapi.root",), natives=("sadp",))
CGI = WebApi("cgi", cgi, natives=("dhip", "dvrip"))
LAPI = WebApi("lapi", lapi, signs=("lapi.response_code", "lapi.response_url"))
WEB_APIS = (ISAPI, CGI, LAPI)


class WebApiProbe:
    """Uses one API if the host has it, or if it demands a login there and has no other.

    Stops at the first sign that the login is not accepted. Each camera on a channel of a recorder becomes one
    observation for each list, with the part of the bytes that describes it.
    """

    stage = Stage.LOGIN

    def __init__(self, api: WebApi) -> None:
        self.api = api
        self.channels: tuple[str, ...] = (api.channel,)
        self.cost = Cost(0, 0, 4 + 4 * len(api.questions))  # four packets a question at most, on one connection

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        """See `Probe.run`."""
        seen = tuple(own(ask.observations))
        if not self._is_worth_it(seen):
            return
        told = self.api.answered(seen)
        servers = [server for server in web_servers(seen) if not told or server[0] in told.values()]
        for port, tls in servers[:_MAX_SERVERS]:
            async with net.enrolled(ask.address, port, seen, tls=tls) as login:
                if login is None:
                    yield not_enrolled(ask.address, port, self.api.channel, seen)
                    return
                readable = bool(told)
                async with aclosing(self._ask_all(login, told)) as found:
                    async for observation in found:
                        yield observation
                        if observation.outcome is Outcome.AUTH_REQUIRED:
                            return
                        readable = readable or is_success(observation)
                if readable:
                    return

    def _is_worth_it(self, seen: Sequence[Observation]) -> bool:
        if spoken := {i.channel for i in WEB_APIS if i.answered(seen)}:
            return self.api.channel in spoken
        if any(api.shows(seen) for api in WEB_APIS):
            return self.api.shows(seen)
        return self.api.challenges(seen)

    async def _ask_all(self, login: Enrolled, told: Container[str]) -> AsyncGenerator[Observation, None]:
        """Ask all paths not in `told` until there is no answer; those about channels only if the first succeeds."""
        for questions in (self.api.codec.QUESTIONS, self.api.codec.CHANNEL_QUESTIONS):
            for number, path in enumerate(questions):
                if path in told:
                    continue
                observation = self.api.observed(await login.ask(HttpRequest(path)), path)
                yield observation
                for slot in self._slots(observation):
                    yield slot
                unwelcome = observation.outcome is Outcome.AUTH_REQUIRED or not observation.outcome.has_answer
                if unwelcome or (number == 0 and not is_success(observation)):
                    return

    def _slots(self, answer: Observation) -> Iterator[Observation]:
        if not is_success(answer):
            return
        for part in self.api.codec.slots(framing.read_own(answer.raw).content):
            try:
                fields = self.api.codec.decode_slot(part)
            except DecodeError:
                continue  # an entry without the number of its channel
            yield replace(answer, asked=f"{answer.asked} #{fields['behind.slot'][0]}", fields=fields, raw=part)


def own(seen: Iterable[Observation]) -> Iterator[Observation]:
    """The observations of the host itself, without those of cameras behind it."""
    return (observation for observation in seen if "behind.slot" not in observation.fields)


def web_servers(seen: Sequence[Observation]) -> list[tuple[int, bool]]:
    """Port and TLS of each web server of a host, those with TLS first."""
    ports = dict.fromkeys(o.port for o in seen if o.channel == "http" and o.outcome.has_answer and o.port)
    return sorted(((port, is_secured(port, seen)) for port in ports), key=lambda server: not server[1])


def not_enrolled(address: str, port: int, channel: str, seen: Sequence[Observation]) -> Observation:
    """For the ledger: nothing was asked because no login is enrolled."""
    return Observation(address, channel, Outcome.NOT_SENT, seen[-1].at, port, reason=LoginReason.NOT_ENROLLED)


def is_success(observation: Observation) -> bool:
    """Whether an answer is a success of the API."""
    statuses = observation.fields.get("http.status", ())
    return observation.outcome in (Outcome.ANSWERED, Outcome.TRUNCATED) and _SUCCESS in statuses


PROBES = tuple(map(WebApiProbe, WEB_APIS))
