"""Alerts reach the receiver once, in order, and a dead one costs little and loses nothing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.costs import waits_less_than
from support.receiver import FAILING, HANGING, OK, receiving, redirecting

from camscan.app.sweeping.alerting import Dispatcher, ReceiverQueue
from camscan.net.services import delivery
from camscan.net.services.delivery import Delivery
from camscan.store.outbox import Message
from camscan.store.store import Store
from camscan.sweeps.config import Config, Site
from camscan.sweeps.document import signature, trial
from camscan.sweeps.receiverconfig import Notify, Syslog
from camscan.sweeps.receiverconfig import Receiver as ReceiverPart

KEY = "0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "c.db") as opened:
        made = datetime.now(UTC) - timedelta(minutes=1)
        for number in range(3):
            opened.outbox.remember("hq", "", [Message(f"m{number}", "hq", made, f"body {number}".encode(), "webhook")])
        yield opened


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_PAUSES", (0.01, 0.01))
    monkeypatch.setenv("CAMSCAN_WEBHOOK_SECRET", KEY)


def dispatcher(store: Store, url: str, **options: object) -> Dispatcher:
    notify = Notify.model_validate({"webhook": url, "allow_private": True, "timeout": "5s", **options})
    config = Config(site=(Site(name="hq", networks=("10.0.0.0/24",)),), notify=notify)
    return Dispatcher(store, config)


def test_alerts_are_brought_in_order_signed_and_once(store: Store) -> None:
    with receiving([OK]) as receiver:
        for _ in range(2):
            by = dispatcher(store, receiver.url)
            by.deliver()
            assert not by.failed
    assert receiver.bodies == [b"body 0", b"body 1", b"body 2"]
    head = receiver.requests[0][0].split("\r\n")
    assert "X-Camscan-Id: m0" in head
    assert f"X-Camscan-Signature: {signature(KEY.encode(), b'body 0')}" in head
    assert store.outbox.pending() == {}


def test_a_receiver_that_fails_is_tried_three_times_and_then_left_alone(store: Store) -> None:
    with receiving([FAILING]) as receiver:
        by = dispatcher(store, receiver.url)
        by.deliver()
        by.deliver()
    assert by.failed
    assert receiver.bodies == [b"body 0"] * 3
    assert store.outbox.pending() == {"hq": 3}
    with receiving([FAILING, OK]) as receiver:
        by = dispatcher(store, receiver.url)
        by.deliver()
    assert not by.failed
    assert receiver.bodies == [b"body 0", b"body 0", b"body 1", b"body 2"]


def test_a_receiver_that_hangs_costs_the_timeout_and_no_more(store: Store) -> None:
    with receiving([HANGING]) as receiver:
        by = dispatcher(store, receiver.url, timeout="0.4s")
        with waits_less_than(4):  # it never answers, and other receivers have 5 s
            for _ in range(3):
                by.deliver()
    assert receiver.bodies == [b"body 0"], "it is asked once"
    assert by.failed
    assert store.outbox.pending() == {"hq": 3}


def test_a_redirect_into_the_metadata_of_a_cloud_is_not_followed(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with receiving([redirecting("http://169.254.169.254/latest/meta-data/")]) as receiver:
        by = dispatcher(store, receiver.url)
        by.deliver()
    assert by.failed
    assert receiver.bodies == [b"body 0", b"body 1"], "the first refusal may have been the message's fault"
    assert "redirects are not followed" in str(caplog.records[-1].__dict__["values"])


def test_without_its_secret_nothing_is_sent_and_nothing_lost(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAMSCAN_WEBHOOK_SECRET")
    with receiving([OK]) as receiver:
        by = dispatcher(store, receiver.url)
        by.deliver()
    assert by.failed
    assert receiver.requests == []
    assert store.outbox.pending() == {"hq": 3}


def test_a_secret_that_goes_away_in_the_middle_fails_one_receiver_and_nothing_else(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving([OK]) as receiver:
        by = dispatcher(store, receiver.url)
        monkeypatch.delenv("CAMSCAN_WEBHOOK_SECRET")
        by.deliver()
        assert by.failed
        assert store.outbox.pending() == {"hq": 3}
        monkeypatch.setenv("CAMSCAN_WEBHOOK_SECRET", KEY)
        dispatcher(store, receiver.url).deliver()
    assert receiver.bodies == [b"body 0", b"body 1", b"body 2"]


def test_alerts_that_a_receiver_refuses_for_good_do_not_block_the_others_for_ever(store: Store) -> None:
    """As one that takes no body of that size; two refusals in a row, and it is left alone until the next run."""
    refusing = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with receiving([refusing] * 6 + [OK, refusing]) as receiver:
        for _ in range(3):
            dispatcher(store, receiver.url).deliver()
        assert receiver.bodies == [b"body 0", b"body 1"] * 3
        by = dispatcher(store, receiver.url)
        by.deliver()
    assert receiver.bodies[6:] == [b"body 2", b"body 0", b"body 1"]
    assert by.failed
    assert store.outbox.pending() == {"hq": 2}


async def test_a_receiver_that_takes_its_time_gets_all_alerts_of_all_sites(store: Store) -> None:
    """One at which each alert takes a second would else be told in one night of the first 15 sites alone."""
    made = datetime.now(UTC) - timedelta(minutes=1)
    for number in range(3, 45):
        store.outbox.remember("hq", "", [Message(f"m{number}", "hq", made, b"", "webhook")])
    by = ReceiverQueue(store.outbox, Slow())
    while await by.deliver():
        pass
    assert not by.failed
    assert store.outbox.pending() == {}


@dataclass
class Slow:
    """Takes an alert after a twentieth of the time that it may."""

    name: str = "webhook"
    part: ReceiverPart = field(default_factory=lambda: ReceiverPart.model_validate({"timeout": "0.2s"}))

    def check(self) -> None:
        """See `Receiver`."""

    async def send(self, message: Message, seconds: float) -> Delivery:
        """See `Receiver`."""
        assert message.site == "hq"
        assert seconds > self.part.timeout / 2
        await asyncio.sleep(self.part.timeout / 20)
        return Delivery(taken=True)


def test_an_alert_that_cannot_be_read_keeps_neither_others_nor_the_sweep_from_going_on(
    store: Store, tmp_path: Path
) -> None:
    """Such as one of which a bit has flipped on the disk."""
    made = datetime.now(UTC) - timedelta(minutes=1)
    bodies = {"bad": b"{", "good": trial("good")}
    store.outbox.remember("hq", "", [Message(name, "hq", made, body, "syslog siem") for name, body in bodies.items()])
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "log"))
        server.settimeout(30)
        part = Syslog.model_validate({"name": "siem", "to": f"unix:{tmp_path}/log", "allow_private": True})
        config = Config(site=(Site(name="hq", networks=("10.0.0.0/24",)),), syslog=(part,))
        by = Dispatcher(store, config)
        by.deliver()
        assert b"a test alert" in server.recv(4096)
    assert by.failed
    assert store.outbox.failures()["hq"]["syslog siem"].startswith("a fault of camscan: JSONDecodeError(")
    assert "bad" in store.outbox.waiting()
    assert "good" not in store.outbox.waiting()


def test_two_runs_at_once_do_not_bring_the_same(store: Store) -> None:
    now = datetime.now(UTC)
    store.outbox.take("webhook", now, now + timedelta(minutes=5), 2)
    with receiving([OK]) as receiver:
        dispatcher(store, receiver.url).deliver()
    assert receiver.bodies == [b"body 2"]
