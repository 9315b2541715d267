"""Delivers alerts to the receivers: from the outbox, in order, each for no longer than its receiver may take."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from camscan.app.sweeping.configuration import store_option
from camscan.app.sweeping.receivers import Receiver, receivers
from camscan.errors import StoreError, UsageError
from camscan.net.services.delivery import Delivery, with_retries
from camscan.store.outbox import Message, Outbox
from camscan.store.store import Store
from camscan.sweeps.changes import Changes
from camscan.sweeps.config import Config
from camscan.sweeps.document import About, alert, trial
from camscan.sweeps.eventlog import log_event

_log = logging.getLogger(__name__)
_AT_ONCE = 20
_LEASE = timedelta(seconds=60)
"""Beyond the time that they may take, for which taken messages are kept from other sweeps."""
_REFUSED = 2
"""Messages that a receiver refuses for good, one after the other, before it is left alone: one may be the message's."""


class Dispatcher:
    """Delivers alerts during one run of `camscan sweep`; one receiver never waits for another."""

    def __init__(self, store: Store, config: Config) -> None:
        option = store_option(str(store.file.absolute()) if store.file else store.where)
        self._queues = [ReceiverQueue(store.outbox, receiver) for receiver in receivers(config, option)]
        names = [one.receiver.name for one in self._queues]
        lost = store.outbox.abandon([site.name for site in config.site], names, datetime.now(UTC))
        if lost:
            log_event("alert.abandoned", logging.WARNING, count=lost, reason="their receiver is no longer configured")

    @property
    def failed(self) -> bool:
        """Whether an alert could not be delivered."""
        return any(one.failed for one in self._queues)

    @property
    def delivered(self) -> int:
        """How many alerts were delivered."""
        return sum(one.delivered for one in self._queues)

    def deliver(self) -> bool:
        """Deliver some of what is due. Returns whether there may be more."""
        return bool(self._queues) and asyncio.run(self._deliver_all())

    async def _deliver_all(self) -> bool:
        return any(await asyncio.gather(*(one.deliver() for one in self._queues)))


class ReceiverQueue:
    """The alerts for one receiver, in one run. A receiver that fails is left alone until the next run."""

    def __init__(self, outbox: Outbox, receiver: Receiver) -> None:
        self._outbox = outbox
        self.receiver = receiver
        self._refused = 0
        self.delivered = 0
        self.failed = False  # whether an alert could not be delivered
        self._over = False
        try:
            receiver.check()
        except UsageError as error:
            self._give_up(error)

    async def deliver(self) -> bool:
        """Deliver some of what is due, so that no receiver keeps a sweep waiting. Returns whether there may be more."""
        try:
            return not self._over and await self._deliver() and not self._over
        except (StoreError, UsageError) as error:  # the latter of a secret that is no longer there
            self._give_up(error)
            return False

    def _give_up(self, error: StoreError | UsageError) -> None:
        self.failed = self._over = True
        log_event("alert.failed", logging.ERROR, receiver=self.receiver.name, reason=str(error))

    async def _deliver(self) -> bool:
        """Deliver one message after the other, and begin with no further one after half the time that one may take.

        Returns whether there may be more.
        """
        clock, now = asyncio.get_running_loop().time, datetime.now(UTC)
        until = now + timedelta(seconds=2 * self.receiver.part.timeout) + _LEASE
        messages = list(await asyncio.to_thread(self._outbox.take, self.receiver.name, now, until, _AT_ONCE))
        more, enough = len(messages) == _AT_ONCE, clock() + self.receiver.part.timeout / 2
        try:
            while messages and not self._over and clock() < enough:
                ended = await with_retries(partial(self._send, messages[0]), clock() + self.receiver.part.timeout)
                await asyncio.to_thread(self._record, messages.pop(0), ended)
        finally:
            if messages:
                self._outbox.put_back(messages, now)
        return more or bool(messages)

    async def _send(self, message: Message, seconds: float) -> Delivery:
        """Send a message once; a fault of ours in that keeps neither other messages nor the sweeps from going on."""
        try:
            return await self.receiver.send(message, seconds)
        except UsageError:
            raise
        except Exception as error:
            _log.exception("alert %s crashed: report it as a bug of camscan", message.id)
            return Delivery(taken=False, reason=f"a fault of camscan: {error!r}")

    def _record(self, message: Message, ended: Delivery) -> None:
        now = datetime.now(UTC)
        if ended.taken:
            self._refused = 0
            self.delivered += 1
            self._outbox.delivered(message, now)
            log_event("alert.delivered", site=message.site, receiver=message.receiver, id=message.id)
            return
        self.failed = True
        self._refused += 1
        self._over = ended.again or self._refused >= _REFUSED
        self._outbox.failed(message, ended.reason, now)
        site, receiver = message.site, message.receiver
        log_event("alert.failed", logging.ERROR, site=site, receiver=receiver, id=message.id, reason=ended.reason)


def messages_for(config: Config, changes: Changes, about: About, identity: str) -> Iterator[Message]:
    """An alert for each receiver who wants to be told of any of it."""
    now = datetime.now(UTC)
    for receiver in receivers(config):
        if body := alert(receiver.part.of(changes), about, identity):
            yield Message(identity, about.name, now, body, receiver.name)


def send_test(to: Iterable[Receiver]) -> list[Delivery | UsageError]:
    """Send to each an alert that is about nothing, once."""
    now = datetime.now(UTC)
    identity = f"test-{now:%Y%m%dT%H%M%S%f}"

    async def send(receiver: Receiver) -> Delivery | UsageError:
        try:
            receiver.check()
            message = Message(identity, "", now, trial(identity), receiver.name)
            return await receiver.send(message, receiver.part.timeout)
        except UsageError as error:
            return error

    async def every() -> list[Delivery | UsageError]:
        return await asyncio.gather(*map(send, to))

    return asyncio.run(every())
