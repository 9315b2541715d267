"""The receivers of alerts that a configuration names: webhook, syslog and apprise, behind one interface."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from camscan.errors import UsageError
from camscan.net.services import notifier, syslog, webhook
from camscan.net.services.delivery import Delivery
from camscan.sweeps import receiverconfig as parts
from camscan.sweeps.alerttext import read_alert
from camscan.sweeps.config import Config
from camscan.sweeps.document import signature
from camscan.sweeps.secrets import secret
from camscan.sweeps.syslog import Sender, messages

if TYPE_CHECKING:
    from camscan.store.outbox import Message

WEBHOOK = "webhook"
_WEBHOOK_SECRET = "CAMSCAN_WEBHOOK_SECRET"  # noqa: S105 - the name of the variable
_MIN_SECRET = 16


class Receiver(Protocol):
    """A receiver of alerts. Its `name` stands in the outbox and in the log, and contains no secret."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def part(self) -> parts.Receiver:
        """What the configuration says of them.

        `timeout` is the seconds that one alert may take: a sweep waits after each site for half as long again, at most.
        """

    def check(self) -> None:
        """Raise UsageError where something that sending needs is missing."""

    async def send(self, message: Message, seconds: float) -> Delivery:
        """Send an alert once, in so many seconds at most."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """The webhook of a configuration."""

    config: Config
    part: parts.Notify

    @property
    def name(self) -> str:
        """See `Receiver`."""
        return WEBHOOK

    def check(self) -> None:
        """See `Receiver`."""
        self._key()

    async def send(self, message: Message, seconds: float) -> Delivery:
        """One signed POST."""
        headers = {"X-Camscan-Id": message.id, "X-Camscan-Signature": signature(self._key(), message.body)}
        allow = self.part.allow_private
        return await webhook.deliver(self.part.webhook, message.body, headers, timeout=seconds, allow_private=allow)

    def _key(self) -> bytes:
        key = secret(self.config, self.part.secret_file, _WEBHOOK_SECRET, os.environ).encode()
        if len(key) < _MIN_SECRET:
            where = self.part.secret_file or _WEBHOOK_SECRET
            raise UsageError(
                f"{where} contains no secret of at least {_MIN_SECRET} bytes: make one with `openssl rand -hex 32`"
            )
        return key


@dataclass(frozen=True, slots=True)
class Syslog:
    """A receiver of syslog."""

    part: parts.Syslog

    @property
    def name(self) -> str:
        """See `Receiver`."""
        return f"syslog {self.part.name}"

    def check(self) -> None:
        """See `Receiver`: sending needs nothing."""

    async def send(self, message: Message, seconds: float) -> Delivery:
        """A summary, and one message for each change."""
        sender = Sender(platform.node(), self.part.facility, cef=self.part.format == "cef")
        lines = list(messages(read_alert(message.body), message.made_at, sender))
        return await syslog.deliver(self.part.to, lines, timeout=seconds, allow_private=self.part.allow_private)


@dataclass(frozen=True, slots=True)
class Apprise:
    """A receiver that apprise reaches."""

    config: Config
    part: parts.Apprise
    store_option: str = ""  # what leads a command to the store that the alerts are about

    @property
    def name(self) -> str:
        """See `Receiver`."""
        return f"apprise {self.part.name}"

    def check(self) -> None:
        """See `Receiver`."""
        self._url()
        if not notifier.is_installed():
            raise UsageError(notifier.MISSING)

    async def send(self, message: Message, seconds: float) -> Delivery:
        """A title, and one line for each change."""
        alert = read_alert(message.body)
        text, allow = alert.text(self.store_option), self.part.allow_private
        return await notifier.deliver(self._url(), alert.title, text, timeout=seconds, allow_private=allow)

    def _url(self) -> str:
        return secret(self.config, self.part.url_file, self.part.url_env or "", os.environ)


def receivers(config: Config, store_option: str = "") -> Iterator[Receiver]:
    """All receivers of a configuration; the option leads a command to the store that the alerts are about."""
    if config.notify is not None:
        yield Webhook(config, config.notify)
    yield from map(Syslog, config.syslog)
    for part in config.apprise:
        yield Apprise(config, part, store_option)
