"""From a stored scan to a bundle, as a stream: neither the devices nor the observations are held in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, TypeAlias

from camscan.errors import HostError
from camscan.evidence import canonical, conclusions, manifest
from camscan.evidence.chain import HashChain
from camscan.evidence.container import MAX_LINE
from camscan.evidence.keys import Signer
from camscan.evidence.lastanswers import LastAnswers
from camscan.evidence.manifest import About, Manifest
from camscan.evidence.writing import Writer
from camscan.records import Judged, LedgerEntry, Observation, Scan
from camscan.summaries import StateChange

README, KEY, SCAN, SETTINGS = "README.txt", "key.pem", "scan.json", "settings.json"
LEDGER, OBSERVATIONS = "ledger.jsonl.gz", "observations.jsonl.gz"
IDENTIFICATIONS, STATES, VERDICTS = "identifications.jsonl.gz", "states.jsonl.gz", "verdicts.jsonl"
RULES, POLICIES = "rules/", "policies/"
MAX_RECORD = 64 << 20
"""Bytes of scan.json or settings.json, which holds every target as it was written: of a million, half as many."""
MAX_FILE = 1 << 20  # bytes of one file of rules or of a policy
MAX_FILES = 64 << 20  # bytes of all rules and policies, which who verifies them holds in memory
MAX_STATE_CHANGES = 64 << 20
"""Bytes of what people said, all of which who verifies it holds in memory: 200,000 statements."""

Derive: TypeAlias = Callable[[Mapping[str, bytes], Iterator[Observation]], AbstractContextManager[Iterable[Judged]]]
"""Given the files of rules and policies by their name in the bundle, and the observations: every device, judged.

When it is entered all observations have been read; the devices can be gone through several times.
"""

Stand: TypeAlias = Callable[[Scan, Iterable[Judged], Iterable[StateChange], Mapping[str, datetime]], Iterable[Judged]]
"""Given the devices of a scan, what people said of them, in order, and when addresses answered last, of an import.

They give the devices, each with its state.
"""


def _nothing(_devices: Iterable[Judged]) -> Sequence[StateChange]:
    return ()


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a bundle. `files` are rules and policies: name in the bundle (rules/1/...) -> bytes.

    `state_changes` gives what people said of the devices of the site, these and others, in the order in which they did.
    """

    scan: Scan
    observations: Iterator[Observation]
    ledger: Iterator[LedgerEntry]
    files: Mapping[str, bytes]
    about: About
    state_changes: Callable[[Iterable[Judged]], Sequence[StateChange]] = _nothing


@dataclass(frozen=True, slots=True)
class Derivation:
    """How what a bundle concludes follows from what it holds; the same when it is made and when it is verified."""

    derive: Derive
    stand: Stand


def export(
    file: BinaryIO, contents: Contents, signer: Signer, derivation: Derivation, stamp: Callable[[bytes], bytes]
) -> Manifest:
    """Write a bundle into a file that can be sought in; the same contents and key make the same bytes.

    `stamp` is given the signature and returns a time stamp over it; it is called only where `contents.about` names an
    authority. Raises HostError if it would grow beyond 4 GiB, or a part of it beyond what is read of one.
    """
    writer = Writer(file)
    scan = canonical.dump(canonical.scan_object(contents.scan))
    writer.add(README, GUIDE.encode("ascii"))
    writer.add(KEY, signer.public.pem)
    settings = canonical.dump(canonical.settings_object(contents.scan))
    _check_size(max(len(scan), len(settings)), MAX_RECORD, "targets and exclusions")
    _check_size(sum(map(len, contents.files.values())), MAX_FILES, "rules and policies")
    writer.add(SCAN, scan)
    writer.add(SETTINGS, settings)
    for name, data in sorted(contents.files.items()):
        writer.add(name, data)
    _write_lines(writer, LEDGER, map(canonical.ledger_object, contents.ledger))
    links, answers = HashChain(scan), LastAnswers(contents.scan)
    with ExitStack() as derived:
        with writer.part(OBSERVATIONS) as sink:
            seen = answers.noted(links.written(contents.observations, sink))
            judged = derived.enter_context(derivation.derive(contents.files, seen))
        _write_lines(writer, IDENTIFICATIONS, map(conclusions.device_object, judged))
        state_changes = contents.state_changes(judged)
        _write_lines(writer, STATES, _bounded(state_changes))
        standing = derivation.stand(contents.scan, judged, state_changes, answers.times)
        _write_lines(writer, VERDICTS, map(conclusions.verdict_object, standing))
    made = Manifest(
        manifest.SCHEMA, contents.scan.id, contents.about, signer.public.fingerprint, links.chain, tuple(writer.parts)
    )
    _seal(writer, made, signer, stamp)
    return made


def _write_lines(writer: Writer, name: str, objects: Iterable[canonical.Object]) -> None:
    with writer.part(name) as sink:
        for value in objects:
            line = canonical.dump(value)
            _check_size(len(line), MAX_LINE, f"{name} about one device")
            sink.write(line)


def _bounded(state_changes: Iterable[StateChange]) -> Iterator[canonical.Object]:
    size = 0
    for value in map(canonical.change_object, state_changes):
        size += len(canonical.dump(value))
        _check_size(size, MAX_STATE_CHANGES, "statements about a site")
        yield value


def _check_size(size: int, most: int, of: str) -> None:
    """A bundle that nobody could verify is not made."""
    if size > most:
        raise HostError(f"a bundle holds at most {most:,} bytes of {of}, and this would be more")


def _seal(writer: Writer, made: Manifest, signer: Signer, stamp: Callable[[bytes], bytes]) -> None:
    """Add the manifest, the signature over it and, where one is asked for, the time stamp over the signature."""
    data = manifest.dump(made)
    signature = signer.sign(data)
    writer.add(manifest.MANIFEST, data)
    writer.add(manifest.SIGNATURE, signature)
    if made.about.time_stamp is not None:
        writer.add(manifest.STAMP, stamp(signature))
    writer.finish()


GUIDE = r"""This is a bundle of evidence made by camscan: every answer that a network scan received, byte for byte, and
what was concluded from it. `camscan evidence verify` checks all of it. To check it by hand, in the folder into
which it was unpacked:

1. The signature, and whose it is (compare the fingerprint with one that you received by another route):

    openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.sig
    openssl pkey -pubin -in key.pem -outform DER | sha256sum

2. Every part, as the signed manifest lists it:

    sed -n 's/.*"name": "\([^"]*\)", "sha256": "\([0-9a-f]*\)".*/\2  \1/p' manifest.json | sha256sum -c

3. The time stamp, if there is one (ca.pem: the certificate of the authority that issued it):

    openssl ts -verify -in manifest.tsr -data manifest.sig -CAfile ca.pem

Contents:

  manifest.json              what the bundle contains, by whom and with what it was made; signed in manifest.sig
  scan.json, settings.json   what was scanned, from where, when and how
  observations.jsonl.gz      every attempt, one per line; "raw" is the answer in base64, "previous" the SHA-256 of
                             the line before (in the first line, of scan.json)
  ledger.jsonl.gz            the outcome of every target on every channel: what was covered, and what was not
  rules/, policies/          all rules and policies by which it was judged
  identifications.jsonl.gz   the devices, with each rule that matched and the SHA-256 of the bytes it matched
  states.jsonl.gz            what people said about devices of the site ("removed", "exempt"): who, when and why
  verdicts.jsonl             the verdict on each device, and the state that follows from what was said about it
"""
