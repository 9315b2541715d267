"""Answers that real devices gave, given again on the wire: a scan tells of each what its text alone tells."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import replay
from support.lab import Lab, lab
from support.sweeping import ready

from camscan.app.judging.criteria import library
from camscan.devices import merge
from camscan.evaluation.corpus import Entry, read
from camscan.identify.library import Library
from camscan.identify.resolve import resolve
from camscan.imports import pasted
from camscan.records import Device

pytestmark = [pytest.mark.netns, pytest.mark.slow]

CORPUS = Path(__file__).parent.parent / "corpus"
MOST = 80
"""Answers of each protocol, evenly from all."""
_WHOLE = re.compile(
    r"(?s)(?:HTTP|RTSP)/1\.\d \d{3}[^\r\n]*(?:\r?\n[A-Za-z][\w-]*:[^\r\n]*)+(?:\r?\n(?:\r?\n(?![A-Z][\w-]*: ).*)?)?"
)
"""An answer as it comes, not as it is quoted in half: it has a status line and at least one header."""
_PLAYED = re.compile(r"(?im)^RTP-Info:")
"""What only PLAY is answered with, which a scan never sends."""
_REPEATED = re.compile(r"(?im)^Location:[^\r\n]*/ISAPI/")
"""A redirect to the path that was asked for: any server gives it to a scan, which has asked for that."""
_FENCE = "```"
"""What a text has around an answer that it quotes, which is taken out of a text alone."""


def whole(channel: str) -> list[Entry]:
    found = [
        entry
        for entry in read(CORPUS).entries
        if entry.channel == channel
        and _WHOLE.fullmatch(entry.raw)
        and not _PLAYED.search(entry.raw)
        and not _REPEATED.search(entry.raw)
        and _FENCE not in entry.raw
    ]
    return found[:: max(1, len(found) // MOST)]


@contextmanager
def replayed(site: Lab, answers: Mapping[str, Entry], folder: Path) -> Iterator[None]:
    file = folder / "answers.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for address, entry in answers.items():
            port = replay.WEB if entry.channel == "http" else replay.STREAM
            out.write(json.dumps({"address": address, "port": port, "answer": entry.raw}) + "\n")
    with ready(site, replay.__file__, str(file)):
        yield


def scanned(site: Lab, targets: Sequence[str], folder: Path) -> Mapping[str, Mapping[str, Any]]:
    (folder / "targets.txt").write_text("\n".join(targets))
    command = [sys.executable, "-m", "camscan", "scan", f"@{folder / 'targets.txt'}", "--db", str(folder / "scan.db")]
    done = site.run([*command, "--rate", "4000", "--format", "json", "--all", "--quiet"], timeout=240)
    devices = json.loads(done.stdout)["devices"]
    return {address: device for device in devices for address in device["addresses"]}


def told(entry: Entry, rules: Library) -> Device:
    """The device behind an answer, without what only copied texts are searched for, such as a MAC in a list."""
    answers = [one for one in pasted.read(entry.raw, entry.channel) if one.channel not in {"banner", "mac"}]
    return next(iter(merge(answers, rules.identify, resolve)), Device("", ("",)))


def test_a_scan_tells_of_an_answer_what_its_text_tells(tmp_path: Path) -> None:
    rules = library(())
    entries = [*whole("http"), *whole("rtsp")]
    answers = {f"10.77.{place // 250}.{place % 250 + 1}": entry for place, entry in enumerate(entries)}
    with lab("10.77.0.0/22") as site, replayed(site, answers, tmp_path):
        found = scanned(site, list(answers), tmp_path)
    differ = {}
    for address, entry in answers.items():
        alone, device = told(entry, rules), found.get(address, {})
        if alone.maker != device.get("maker") or (alone.model and alone.model != device.get("model")):
            differ[entry.id] = ((alone.maker, alone.model), (device.get("maker"), device.get("model")))
    assert len(answers) > MOST
    assert differ == {}
