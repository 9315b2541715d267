"""What sweeps remember of each site, and the messages that are to go out, kept until the receiver has taken them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update

from camscan.store.engine import Database
from camscan.store.rows import from_time, to_time
from camscan.store.schema import memories, outbox, statuses
from camscan.store.text import escape, unescape

_DAY = timedelta(days=1)
_ORDER = outbox.c.attempts >= 3, outbox.c.number
"""The oldest first; but what has failed so often may never be taken, and must not keep the others waiting."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message on its way to one receiver, which knows by `id` what it has had. `attempts` have failed so far."""

    id: str
    site: str
    made_at: datetime
    body: bytes
    receiver: str
    attempts: int = 0


class Outbox:
    """Memories and messages of one store; every method is one transaction.

    Every method raises StoreError where the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def memory(self, site: str) -> str | None:
        """What was last remembered of a site."""
        with self._database.reading() as connection:
            text = connection.scalar(select(memories.c.text).where(memories.c.site == escape(site)))
        return None if text is None else unescape(text)

    def statuses(self) -> Mapping[str, str]:
        """What `camscan status` shows of each site of which it was kept."""
        with self._database.reading() as connection:
            return {unescape(row.site): unescape(row.text) for row in connection.execute(select(statuses))}

    def remember(self, site: str, memory: str, messages: Iterable[Message] = (), *, status: str | None = None) -> None:
        """Keep what is remembered of a site together with what is to be told, so that neither is there alone.

        `status` is what is shown of it; without one, nothing is kept at hand that could be shown.
        """
        rows = list(map(_values, messages))
        with self._database.writing() as connection:
            for table, text in ((memories, memory), (statuses, status)):
                connection.execute(delete(table).where(table.c.site == escape(site)))
                if text is not None:
                    connection.execute(insert(table).values(site=escape(site), text=escape(text)))
            if rows:
                connection.execute(insert(outbox), rows)

    def take(self, receiver: str, now: datetime, until: datetime, most: int) -> tuple[Message, ...]:
        """The messages that are due for a receiver, the oldest first, kept from other processes until then.

        One that is due in more than a day is due now: no process keeps any that long, so a clock was ahead.
        """
        is_due = or_(outbox.c.due_at <= to_time(now), outbox.c.due_at > to_time(now + _DAY))
        due = (outbox.c.receiver == escape(receiver), outbox.c.delivered_at.is_(None), is_due)
        with self._database.writing() as connection:
            query = select(outbox).where(*due).order_by(*_ORDER).limit(most)
            # On a server, what another host is just taking is left to it; who writes SQLite is alone.
            rows = connection.execute(query.with_for_update(skip_locked=True)).all()
            numbers = [row.number for row in rows]
            connection.execute(update(outbox).where(outbox.c.number.in_(numbers)).values(due_at=to_time(until)))
        return tuple(self._database.whole(outbox, rows, to_message))

    def delivered(self, message: Message, at: datetime) -> None:
        """The receiver has taken a message."""
        self._update([message], delivered_at=to_time(at), failure="")

    def failed(self, message: Message, reason: str, due: datetime) -> None:
        """The receiver has not taken a message: try again when it is due."""
        self._update([message], attempts=outbox.c.attempts + 1, due_at=to_time(due), failure=escape(reason))

    def put_back(self, messages: Sequence[Message], due: datetime) -> None:
        """Messages that were taken and not tried."""
        self._update(messages, due_at=to_time(due))

    def pending(self) -> Mapping[str, int]:
        """How many messages have not been taken yet, by site."""
        query = select(outbox.c.site, func.count()).where(outbox.c.delivered_at.is_(None)).group_by(outbox.c.site)
        with self._database.reading() as connection:
            return {unescape(site): count for site, count in connection.execute(query).all()}

    def failures(self) -> Mapping[str, Mapping[str, str]]:
        """Why the messages of a site that have not been taken were not, by site and receiver."""
        query = select(outbox.c.site, outbox.c.receiver, outbox.c.failure).order_by(outbox.c.number)
        failed = (outbox.c.delivered_at.is_(None), outbox.c.failure != "")
        found: dict[str, dict[str, str]] = {}
        with self._database.reading() as connection:
            for site, receiver, failure in connection.execute(query.where(*failed)):
                found.setdefault(unescape(site), {})[unescape(receiver)] = unescape(failure)
        return found

    def waiting(self) -> tuple[str, ...]:
        """The ids of the messages that have not been taken yet."""
        with self._database.reading() as connection:
            return tuple(map(unescape, connection.scalars(select(outbox.c.id).where(outbox.c.delivered_at.is_(None)))))

    def abandon(self, sites: Iterable[str], receivers: Iterable[str], at: datetime) -> int:
        """Give up what waits for receivers of these sites that there are no longer, and say how many messages."""
        lost = (
            outbox.c.delivered_at.is_(None),
            outbox.c.site.in_(list(map(escape, sites))),
            outbox.c.receiver.not_in(list(map(escape, receivers))),
        )
        with self._database.reading() as connection:  # on a full disk nothing is written that need not be
            if connection.scalar(select(func.count()).where(*lost)) == 0:
                return 0
        with self._database.writing() as connection:
            given_up = update(outbox).where(*lost).values(delivered_at=to_time(at), failure="the receiver is gone")
            return connection.execute(given_up).rowcount

    def forget(self, before: datetime) -> int:
        """Delete the messages that were taken before then, and say how many."""
        with self._database.writing() as connection:
            return connection.execute(delete(outbox).where(outbox.c.delivered_at < to_time(before))).rowcount

    def _update(self, messages: Iterable[Message], **values: object) -> None:
        with self._database.writing() as connection:
            for one in messages:
                this = (outbox.c.id == escape(one.id), outbox.c.receiver == escape(one.receiver))
                connection.execute(update(outbox).where(*this).values(values))


def _values(message: Message) -> dict[str, object]:
    return {
        "id": escape(message.id),
        "receiver": escape(message.receiver),
        "site": escape(message.site),
        "made_at": to_time(message.made_at),
        "body": message.body,
        "attempts": message.attempts,
        "due_at": to_time(message.made_at),
        "delivered_at": None,
        "failure": "",
    }


def to_message(row: Row[Any]) -> Message:
    """The message of a row."""
    return Message(
        id=unescape(row.id),
        site=unescape(row.site),
        made_at=from_time(row.made_at),
        body=bytes(memoryview(row.body)),
        receiver=unescape(row.receiver),
        attempts=row.attempts,
    )
