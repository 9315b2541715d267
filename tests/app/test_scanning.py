"""A scan that is cut short, whatever it is at."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

from support.peers import eventually

from camscan.app.aims import Choices
from camscan.app.jobs import new_job
from camscan.app.scanning import Unwatched, run
from camscan.records import Outcome, ScanStatus
from camscan.store import Store


async def test_a_signal_ends_a_scan_that_still_writes_down_what_is_excluded(tmp_path: Path) -> None:
    """Sixteen million addresses are excluded, and four asked: nothing has been sent when the signal comes."""
    choices = Choices(("127.0.0.0/8",), exclude=("127.0.0.0-127.255.255.250",), channels="http")
    with Store.open(tmp_path / "s.db") as store:
        job = new_job(choices, None)
        store.begin(job.scan)
        running = asyncio.create_task(run(job, store, Unwatched()))
        await eventually(lambda: bool(store.covered(job.scan.id)), 60)
        os.kill(os.getpid(), signal.SIGINT)
        began = time.monotonic()
        ended = await asyncio.wait_for(running, 30)
        assert time.monotonic() - began < 5  # a fraction of a second where nobody else is busy
        assert (ended.status, ended.sent.packets) == (ScanStatus.INTERRUPTED, 0)
        assert {entry.outcome for entry in store.ledger(job.scan.id)} == {Outcome.EXCLUDED}
