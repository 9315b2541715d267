"""A bundle is written as a stream, and is the same for the same scan."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from tempfile import TemporaryFile

import pytest
from support.bundles import (
    ABOUT,
    AT,
    FILES,
    FOLLOW,
    KNOWN,
    SCAN,
    SIGNER,
    bundle,
    checked,
    ledger,
    observations,
    parts_of,
)

from camscan.evidence import canonical
from camscan.evidence.export import Contents, export
from camscan.evidence.verify import verify
from camscan.records import Observation, Outcome


def test_the_same_scan_makes_the_same_bytes_apart_from_when_it_was_signed() -> None:
    assert bundle() == bundle()
    later = bundle(about=replace(ABOUT, made_at="2027-01-01T00:00:00.000000Z"))
    parts, others = parts_of(bundle()), parts_of(later)
    assert {name for name in parts if parts[name] != others[name]} == {"manifest.json", "manifest.sig"}


def test_what_is_in_a_bundle() -> None:
    parts = parts_of(bundle())
    assert {name: parts[name] for name in FILES} == FILES
    assert b"s3cret" not in b"".join(parts.values())
    seen = [json.loads(line) for line in parts["observations.jsonl.gz"].splitlines()]
    assert [item["target"] for item in seen[:3]] == ["10.0.0.1", "10.0.0.1", "10.0.0.2"]
    assert len(parts["ledger.jsonl.gz"].splitlines()) == 6
    devices = [json.loads(line) for line in parts["identifications.jsonl.gz"].splitlines()]
    assert devices[2]["identifications"][0]["rule"] == "northlight-http-server"
    verdicts = [json.loads(line) for line in parts["verdicts.jsonl"].splitlines()]
    assert [item["verdict"] for item in verdicts].count("listed") == 2
    said = [json.loads(line) for line in parts["states.jsonl.gz"].splitlines()]
    assert [item["state"] for item in said] == ["confirmed", "exempt", "removed"]
    assert {"who": "J. Roe", "why": "as agreed", "at": "2026-11-24T13:00:00.000000Z"}.items() <= said[2].items()
    assert [item["state"] for item in verdicts] == [None, None, "exempt", None, None, None]


def test_fields_are_those_of_todays_codecs() -> None:
    """What a scan of long ago read otherwise is read again from the same bytes."""
    page = b"HTTP/1.1 200 OK\r\nServer: NL-Embedded/1.0\r\n\r\n"
    old = Observation("10.0.0.1", "http", Outcome.ANSWERED, AT, 80, "GET /", {"http.server": ("?",)}, page)
    file = io.BytesIO()
    export(file, Contents(SCAN, iter([old]), ledger(1), FILES, ABOUT), SIGNER, FOLLOW, bytes)
    assert b'"http.server":["NL-Embedded/1.0"]' in parts_of(file.getvalue())["observations.jsonl.gz"]
    assert checked(file.getvalue()).verdicts == {"listed": 1}


def quiet(count: int) -> Iterator[Observation]:
    """Attempts that nobody answered."""
    for number in range(count):
        yield Observation(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "http", Outcome.SILENT, AT, 80)


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for the longest file is made before it is read: what else there is would be lost in it."""
    for place in ("evidence.manifest", "identify.load", "policy.policies"):
        monkeypatch.setattr(f"camscan.{place}.MAX_BYTES", 1 << 18)


def peak(seen: Iterator[Observation]) -> int:
    """Bytes of memory at most while observations become a bundle and are verified."""
    with TemporaryFile() as file:
        tracemalloc.start()
        try:
            export(file, Contents(SCAN, seen, iter(()), FILES, ABOUT), SIGNER, FOLLOW, bytes)
            verify(file, KNOWN, FOLLOW)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def stays(seen: Callable[[int], Iterator[Observation]], few: int, many: int) -> bool:
    """Whether many take hardly more than a few; now and then, half a megabyte that was used before is still there."""
    bound = peak(seen(few)) + (1 << 18)
    return any(peak(seen(many)) < bound for _ in range(3))


@pytest.mark.slow
@pytest.mark.usefixtures("small_files")
def test_memory_does_not_grow_with_the_observations() -> None:
    peak(quiet(10))
    assert stays(quiet, 500, 3_000)


@pytest.mark.slow
@pytest.mark.usefixtures("small_files")
def test_memory_does_not_grow_with_the_devices() -> None:
    peak(observations(100))  # which fills what is kept of a bounded number
    assert stays(observations, 100, 400)


def test_the_lines_are_canonical() -> None:
    parts = parts_of(bundle())
    for name in ("observations.jsonl.gz", "ledger.jsonl.gz", "identifications.jsonl.gz", "verdicts.jsonl"):
        for line in parts[name].splitlines(keepends=True):
            assert canonical.dump(canonical.load(line, name)) == line
