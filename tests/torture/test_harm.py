"""Do no harm, seen from the wire: what a scan sends is within what it promises, and fragile devices live on."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.capture import Harm, capturing
from support.rig import gallery, neighbours, rig

from camscan.net.pacing.profile import profile
from camscan.records import ScanStatus

pytestmark = [pytest.mark.netns, pytest.mark.slow]

DELICATE = ("fragile", "fading", "every-port-open", "silent-after-accept", "injection-html")


def test_the_promises_are_kept_on_the_wire(tmp_path: Path) -> None:
    promised = profile("default")
    personas = [*neighbours(12), *(gallery()[name] for name in DELICATE)]
    with rig(personas, tmp_path) as site:
        with capturing(site.lab.scanner, site.lab.interface) as capture:
            result = site.scan()
        fragile, fading = site.places["fragile"], site.places["fading"]
    harm = Harm(capture, list(site.places.values()))
    assert capture.lost == 0
    assert harm.packets_a_second <= promised.rate
    assert harm.connects_a_second_and_host <= promised.host_rate
    assert harm.packets_per_host() <= promised.host_rate
    assert harm.connections_at_once <= promised.host_connections
    assert harm.never_send_bytes == 0
    assert (harm.authorizations, harm.user_names) == (0, [])
    assert (result.outside, result.never) == (0, 0)
    assert result.seen[fragile]["violations"] == []
    assert any(fading in note and "half the pace" in note for note in result.scan.notes)
    assert abs(result.scan.sent.packets - len(capture.sent)) < 0.02 * len(capture.sent)


def test_long_pages_are_read_no_faster_than_the_pace_allows(tmp_path: Path) -> None:
    """Each segment that comes has the kernel send something by itself, and one that comes out of turn once more."""
    long = [persona for name, persona in gallery().items() if name.startswith("swollen-http")]
    with rig(long, tmp_path) as site, capturing(site.lab.scanner, site.lab.interface) as capture:
        result = site.scan()
    harm = Harm(capture, list(site.places.values()))
    read = sum(len(packet.payload) for packet in capture.packets if not packet.sent)
    assert (capture.lost, result.code, read > len(long) * 20_000) == (0, 0, True)
    assert harm.packets_per_host() <= profile("default").host_rate


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_second_after_it_is_told_to_stop_nothing_is_sent_any_more(how: signal.Signals, tmp_path: Path) -> None:
    told: list[float] = []
    personas = [*neighbours(30), *(gallery()[name] for name in DELICATE), gallery()["drip-feed"]]
    with rig(personas, tmp_path) as site, capturing(site.lab.scanner, site.lab.interface) as capture:

        def stop(process: subprocess.Popen[bytes]) -> None:
            while len(capture.packets) < 200 and process.poll() is None:
                time.sleep(0.01)
            time.sleep(0.5)
            process.send_signal(how)
            told.append(time.time())  # by now it is told: this process may have been held up before

        result = site.scan(meanwhile=stop)
    assert result.scan.status is ScanStatus.INTERRUPTED
    busy = [packet for packet in capture.sent if told[0] - 1 < packet.at < told[0]]
    late = [(packet.at - told[0], packet.host, packet.flags) for packet in capture.sent if packet.at > told[0] + 1]
    assert (capture.lost, len(busy) > 50, late) == (0, True, [])
