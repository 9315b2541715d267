"""What sweeps remember and tell: together or not at all, and until it is taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from camscan.errors import StoreError
from camscan.store.outbox import Message
from camscan.store.store import Store

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def message(identity: str = "one", site: str = "hq") -> Message:
    return Message(identity, site, NOON, b'{"a":"\x00\xff"}', "webhook")


def test_a_memory_is_replaced(store: Store) -> None:
    assert store.outbox.memory("hq") is None
    for text in ('{"a": 1}', 'x\\u0000 \x00 \ud83d "摄像机"'):
        store.outbox.remember("hq", text)
        assert store.outbox.memory("hq") == text
    assert store.outbox.memory("other") is None


def test_the_status_goes_with_its_memory(store: Store) -> None:
    store.outbox.remember("hq", "whole", status='{"a": "\\u0000 \x00 摄像机"}')
    store.outbox.remember("branch", "whole", status="2")
    assert store.outbox.statuses() == {"hq": '{"a": "\\u0000 \x00 摄像机"}', "branch": "2"}
    store.outbox.remember("hq", "whole again")
    assert store.outbox.statuses() == {"branch": "2"}


def test_memory_and_message_are_kept_together_or_not_at_all(store: Store) -> None:
    store.outbox.remember("hq", "first", [message()])
    with pytest.raises(StoreError):
        store.outbox.remember("hq", "second", [message()])
    assert store.outbox.memory("hq") == "first"
    assert store.outbox.pending() == {"hq": 1}


def test_a_message_that_was_taken_is_kept_from_others(store: Store) -> None:
    store.outbox.remember("hq", "", [message()])
    assert store.outbox.take("webhook", NOON - HOUR, NOON, 10) == ()
    assert store.outbox.take("webhook", NOON, NOON + HOUR, 10) == (message(),)
    assert store.outbox.take("webhook", NOON, NOON + HOUR, 10) == ()
    assert store.outbox.take("webhook", NOON + HOUR, NOON + 2 * HOUR, 10) == (message(),)


def test_a_message_that_failed_while_the_clock_was_ahead_does_not_wait_until_then(store: Store) -> None:
    """A receiver refuses a clock that is a year ahead, whose certificates have run out by then."""
    next_year = NOON + timedelta(days=365)
    store.outbox.remember("hq", "", [message()])
    store.outbox.failed(message(), "certificate has expired", next_year)
    [again] = store.outbox.take("webhook", NOON + HOUR, NOON + 2 * HOUR, 10)
    assert again.id == "one"
    assert store.outbox.take("webhook", NOON + HOUR, NOON + 2 * HOUR, 10) == (), "it is kept from others now"


def test_a_message_is_due_until_it_is_delivered(store: Store) -> None:
    store.outbox.remember("hq", "", [message()])
    for attempts in range(3):
        [taken] = store.outbox.take("webhook", NOON, NOON + HOUR, 10)
        assert taken.attempts == attempts
        store.outbox.failed(taken, "HTTP 500\x00", NOON)
    assert store.outbox.failures() == {"hq": {"webhook": "HTTP 500\x00"}}
    store.outbox.delivered(message(), NOON)
    assert store.outbox.take("webhook", NOON + HOUR, NOON + HOUR, 10) == ()
    assert (store.outbox.pending(), store.outbox.failures()) == ({}, {})


def test_the_oldest_come_first_and_the_others_may_be_put_back(store: Store) -> None:
    for number in range(5):
        store.outbox.remember("hq", "", [message(f"m{number}", f"site{number % 2}")])
    taken = store.outbox.take("webhook", NOON, NOON + HOUR, 3)
    assert [one.id for one in taken] == ["m0", "m1", "m2"]
    store.outbox.put_back(taken[1:], NOON)
    assert [one.id for one in store.outbox.take("webhook", NOON, NOON + HOUR, 10)] == ["m1", "m2", "m3", "m4"]
    assert store.outbox.pending() == {"site0": 3, "site1": 2}


def test_each_receiver_is_told_for_itself(store: Store) -> None:
    mine, yours = (Message("one", "hq", NOON, b"", receiver) for receiver in ("webhook", "syslog siem"))
    store.outbox.remember("hq", "", [mine, yours])
    assert store.outbox.take("syslog siem", NOON, NOON, 10) == (yours,)
    store.outbox.delivered(yours, NOON)
    assert store.outbox.take("syslog siem", NOON, NOON, 10) == ()
    assert store.outbox.take("webhook", NOON, NOON, 10) == (mine,)
    assert store.outbox.pending() == {"hq": 1}
    assert store.outbox.waiting() == ("one",)


def test_what_waits_for_a_receiver_that_is_gone_is_given_up(store: Store) -> None:
    store.outbox.remember("hq", "", [Message("one", "hq", NOON, b"", receiver) for receiver in ("old", "webhook")])
    store.outbox.remember("other", "", [Message("two", "other", NOON, b"", "old")])
    assert store.outbox.abandon(["hq"], ["webhook"], NOON) == 1
    assert store.outbox.pending() == {"hq": 1, "other": 1}


def test_what_was_told_long_ago_is_forgotten(store: Store) -> None:
    store.outbox.remember("hq", "", [message("m0"), message("m1"), message("m2")])
    store.outbox.delivered(message("m0"), NOON - HOUR)
    store.outbox.delivered(message("m1"), NOON)
    assert (store.outbox.forget(NOON), store.outbox.forget(NOON)) == (1, 0)
    assert store.outbox.waiting() == ("m2",)
