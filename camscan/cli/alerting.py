"""Bringing alerts to the receiver: from the outbox, in order, for no longer than the time that is set aside for it."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from datetime import UTC, datetime, timedelta

from camscan.cli.sites import SECRET
from camscan.errors import UsageError
from camscan.net.webhook import Delivery, deliver
from camscan.store import Store
from camscan.store.outbox import Message
from camscan.sweeps.config import Config, Notify, secret
from camscan.sweeps.document import signature, trial
from camscan.sweeps.journal import tell

_PAUSES = (0.5, 2.0)
"""Seconds before the second and the third try."""
_AT_ONCE = 20
_LEASE = timedelta(seconds=60)
"""Beyond the time set aside, for which taken messages are kept from other sweeps."""


class Postman:
    """Delivers for one run of `camscan sweep`. A receiver that fails is left alone until the next run."""

    def __init__(self, store: Store, config: Config, notify: Notify) -> None:
        self._outbox = store.outbox
        self._notify = notify
        self._secret = b""
        self._left = notify.timeout
        self.failed = False
        """Whether an alert could not be brought."""
        try:
            self._secret = secret(notify, config, os.environ.get(SECRET))
        except UsageError as error:
            self.failed = True
            tell("alert.failed", logging.ERROR, reason=str(error))

    def go(self) -> None:
        """Bring what is due."""
        if self.failed or self._left <= 0:
            return
        started = time.monotonic()
        now = datetime.now(UTC)
        messages = list(self._outbox.take(now, now + timedelta(seconds=self._left) + _LEASE, _AT_ONCE))
        while messages and not self.failed:
            message = messages.pop(0)
            ended = asyncio.run(self._bring(message, started + self._left))
            self.failed = not self._noted(message, ended)
        if messages:
            self._outbox.put_back([message.id for message in messages], now)
        self._left -= time.monotonic() - started

    async def _bring(self, message: Message, deadline: float) -> Delivery:
        ended = Delivery(taken=False, reason="no time is left", again=True)
        for pause in (0.0, *_PAUSES):
            left = deadline - time.monotonic() - pause
            if left <= 0:
                break
            await asyncio.sleep(pause)
            ended = await _post(self._notify, self._secret, message.id, message.body, left)
            if ended.taken or not ended.again:
                break
        return ended

    def _noted(self, message: Message, ended: Delivery) -> bool:
        now = datetime.now(UTC)
        if ended.taken:
            self._outbox.delivered(message.id, now)
            tell("alert.delivered", site=message.site, id=message.id)
        else:
            self._outbox.failed(message.id, ended.reason, now)
            tell("alert.failed", logging.ERROR, site=message.site, id=message.id, reason=ended.reason)
        return ended.taken


def send_test(config: Config, notify: Notify) -> Delivery:
    """Send an alert that is about nothing, once.

    Raises:
        UsageError: the secret cannot be used.
    """
    identity = f"test-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    key = secret(notify, config, os.environ.get(SECRET))
    return asyncio.run(_post(notify, key, identity, trial(identity), notify.timeout))


async def _post(notify: Notify, key: bytes, identity: str, body: bytes, seconds: float) -> Delivery:
    headers = {"X-Camscan-Id": identity, "X-Camscan-Signature": signature(key, body)}
    return await deliver(notify.webhook, body, headers, timeout=seconds, allow_private=notify.allow_private)
