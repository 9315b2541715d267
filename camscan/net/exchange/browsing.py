"""HTTP conversations as probes see them, with and without a login."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from camscan.net.base import Exchange, HttpRequest, Login
from camscan.net.exchange.grab import Grabbed
from camscan.net.exchange.http import Conversation
from camscan.net.outcomes import EndedError


@dataclass(frozen=True, slots=True)
class HttpBrowser:
    """Implements `camscan.net.base.Browser`. `note` is called with the outcome of each request."""

    conversation: Conversation
    address: str
    port: int
    note: Callable[..., None]

    async def fetch(self, request: HttpRequest) -> Exchange:
        """See `Browser.fetch`."""
        return await self.send(request)

    async def send(self, request: HttpRequest, authorization: str = "", *, again: bool = True) -> Exchange:
        """See `Send`."""
        at = datetime.now(UTC)
        try:
            got = await self.conversation.request(request, authorization, again=again)
        except EndedError as ended:
            self.note(ended.outcome, connected=ended.connected)
            return not_begun(self.address, self.port, at, ended)
        self.note(got.outcome)
        return exchange(self.address, self.port, at, got)


@dataclass(frozen=True, slots=True)
class EnrolledBrowser:
    """Implements `camscan.net.base.Enrolled`: the login says what may be sent, the browser sends it."""

    login: Login
    browser: HttpBrowser

    @property
    def accepted(self) -> bool:
        """See `Enrolled.accepted`."""
        return self.login.accepted

    async def ask(self, request: HttpRequest) -> Exchange:
        """See `Enrolled.ask`."""
        return await self.login.ask(request, self.browser.send)


def exchange(address: str, port: int, at: datetime, got: Grabbed) -> Exchange:
    """The result of a conversation, as an exchange."""
    return Exchange(address, port, got.outcome, at, got.replies, got.reason, got.certificate, got.tls)


def not_begun(address: str, port: int, at: datetime, ended: EndedError) -> Exchange:
    """An attempt that ended before a byte was read, as an exchange."""
    return Exchange(address, port, ended.outcome, at, reason=ended.reason, certificate=ended.certificate, begun=False)
