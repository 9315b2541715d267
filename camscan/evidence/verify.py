"""From a bundle to whether it holds. Nothing in it is believed; the first part that does not hold ends it.

The order: the archive, the manifest and its signature, the time stamp, the SHA-256 of every part, the chain of the
observations, and then all that follows from their bytes, derived again by the rules and policies in the bundle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import BinaryIO

from camscan.errors import EvidenceError, RuleError, UsageError
from camscan.evidence import canonical, conclusions, contents, export, keys, manifest, stamp
from camscan.evidence.archive import Archive
from camscan.evidence.chain import HashChain
from camscan.evidence.container import Part
from camscan.evidence.export import Derivation, Derive
from camscan.evidence.lastanswers import LastAnswers
from camscan.evidence.manifest import MANIFEST, SIGNATURE, STAMP, Manifest
from camscan.evidence.stamp import Stamp
from camscan.records import Judged, Observation, Scan

_SIGNATURE_SIZE = 64
_FIRST = (export.README, export.KEY, export.SCAN, export.SETTINGS)
_LAST = (export.LEDGER, export.OBSERVATIONS, export.IDENTIFICATIONS, export.STATES, export.VERDICTS)


@dataclass(frozen=True, slots=True)
class Trust:
    """What the reader has without the bundle.

    `fingerprint` is of the key that must have signed it, `roots` are certificates (PEM) that must vouch for its time
    stamp, `versions` are those of what verifies.
    """

    fingerprint: str | None = None
    roots: bytes | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verified:
    """A bundle that holds."""

    manifest: Manifest
    scan: Scan
    verdicts: Mapping[str, int]
    states: Mapping[str, int]  # devices by state, of those that somebody said something of
    statements: int  # what people said of devices of the site, these or others: so many statements
    beside: int  # observations with fields that do not follow from bytes in the bundle
    stamp: Stamp | None


def verify(file: BinaryIO, trust: Trust, derivation: Derivation) -> Verified:
    """Check a whole bundle. Memory grows with what people said of devices, and with the addresses of an import.

    Raises EvidenceError if it does not hold (the message begins with the first part that does not); HostError if it has
    a time stamp, and the library for it is missing.
    """
    archive = Archive(file)
    made = manifest.load(archive.read(MANIFEST, manifest.MAX_BYTES))
    _check_names([entry.name for entry in archive.entries], made)
    stamped = _check_seal(archive, made, trust)
    for part in made.parts:
        _check_part(archive.measure(part.name), part)
    for name in (MANIFEST, SIGNATURE, STAMP)[: len(archive.entries) - len(made.parts)]:
        archive.measure(name)
    scan = _check_records(archive, made)
    links, answers = HashChain(canonical.dump(canonical.scan_object(scan))), LastAnswers(scan)
    seen = answers.noted(links.read(archive.lines(export.OBSERVATIONS), export.OBSERVATIONS))
    with _derived(archive, made, links, seen, derivation.derive) as judged:
        state_changes, tally = list(contents.state_changes(archive)), _Tally()
        try:
            standing = derivation.stand(scan, judged, state_changes, answers.times)
            _check_derived(archive, links, judged, tally.counted(standing))
        except EvidenceError as error:
            raise EvidenceError(f"{error}{_other_versions(made, trust)}") from error
    return Verified(made, scan, tally.verdicts, tally.states, len(state_changes), links.beside, stamped)


class _Tally:
    """How many devices there are of each verdict and in each state."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.states: Counter[str] = Counter()

    def counted(self, judged: Iterable[Judged]) -> Iterator[Judged]:
        """The devices, counted as they pass."""
        for one in judged:
            self.verdicts[one.verdict.value] += 1
            self.states.update([one.state.value] if one.state else ())
            yield one


def _check_names(found: list[str], made: Manifest) -> None:
    """The parts are those of the manifest, in its order, and of the kinds that a bundle has."""
    listed, known, there = list(made.names), set(made.names), set(found)
    for name in listed:
        if name not in there:
            raise EvidenceError(f"{name}: is missing")
    for name in found:
        if name not in known:
            raise EvidenceError(f"{name}: is not in the manifest")
    files = [part.name for part in made.parts[len(_FIRST) : -len(_LAST)]]
    strange = next((name for name in files if not name.startswith((export.RULES, export.POLICIES))), None)
    if strange is not None or found != [*_FIRST, *sorted(files), *_LAST, *listed[len(made.parts) :]]:
        raise EvidenceError(f"{strange or MANIFEST}: the parts are not those of a bundle, or not in the right order")


def _check_seal(archive: Archive, made: Manifest, trust: Trust) -> Stamp | None:
    """The signature is by the key in the bundle, that key is the one the reader knows, and the time stamp fits."""
    try:
        key = keys.load_public(archive.read(export.KEY, keys.MAX_BYTES), export.KEY)
    except UsageError as error:
        raise EvidenceError(f"{export.KEY}: is not an Ed25519 public key") from error
    if key.fingerprint != made.key:
        raise EvidenceError(f"{export.KEY}: is not the key that the manifest names")
    if trust.fingerprint is not None and key.fingerprint != trust.fingerprint:
        raise EvidenceError(f"{export.KEY}: is key {key.fingerprint}, not the given key {trust.fingerprint}")
    signature = archive.read(SIGNATURE, _SIGNATURE_SIZE)
    if not key.holds(signature, archive.read(MANIFEST, manifest.MAX_BYTES)):
        raise EvidenceError(f"{SIGNATURE}: is not the signature of key {key.fingerprint} over {MANIFEST}")
    if made.about.time_stamp is None:
        if trust.roots is not None:
            raise EvidenceError(f"{STAMP}: is missing, so the given certificates vouch for no time")
        return None
    return stamp.check(archive.read(STAMP, stamp.MAX_BYTES), signature, trust.roots)


def _check_part(found: Part, listed: Part) -> None:
    if found != listed:
        what = "size" if found.size != listed.size else "SHA-256"
        raise EvidenceError(f"{listed.name}: its {what} is not the one in the manifest")


def _check_records(archive: Archive, made: Manifest) -> Scan:
    """The scan, its settings and its ledger are as camscan writes them."""
    scan = contents.scan(archive)
    if scan.id != made.scan:
        raise EvidenceError(f"{export.SCAN}: is not the scan that the manifest names")
    for _ in contents.entries(archive):
        pass
    return scan


@contextmanager
def _derived(
    archive: Archive, made: Manifest, links: HashChain, seen: Iterator[Observation], derive: Derive
) -> Iterator[Iterable[Judged]]:
    """The devices that the observations speak of; and their chain holds."""
    with ExitStack() as derived:
        try:
            judged = derived.enter_context(derive(_files(archive, made), seen))
        except RuleError as error:
            raise EvidenceError(str(error)) from error
        except ValueError as error:
            raise EvidenceError(f"{export.OBSERVATIONS}: {error}") from error
        if links.chain != made.chain:
            raise EvidenceError(f"{export.OBSERVATIONS}: its chain does not end where the manifest says")
        yield judged


def _check_derived(archive: Archive, links: HashChain, judged: Iterable[Judged], standing: Iterable[Judged]) -> None:
    """All that the bundle concludes follows from the bytes in it; `standing` are the same devices with their states."""
    if links.fault:
        raise EvidenceError(links.fault)
    _compare(archive, export.IDENTIFICATIONS, map(conclusions.device_object, judged))
    _compare(archive, export.VERDICTS, map(conclusions.verdict_object, standing))


def _other_versions(made: Manifest, trust: Trust) -> str:
    """Why it may be that another version of camscan concludes something else, where another one made the bundle."""
    made_by, here = made.about.versions, trust.versions
    other = [name for name in (*made_by, *here) if made_by.get(name) != here.get(name)]
    if not other:
        return ""
    one = "camscan" if "camscan" in other else other[0]
    return f" (made with {one} {made_by.get(one)}, not {here.get(one)}: verify it with the versions in {MANIFEST})"


def _compare(archive: Archive, name: str, derived: Iterable[canonical.Object]) -> None:
    lines = archive.lines(name)
    for number, (line, value) in enumerate(zip_longest(lines, derived), start=1):
        if value is None or line != canonical.dump(value):
            at = f"{name} line {number:,}"
            what = "has no device behind it" if value is None else f"is not what follows for {value['address']}"
            states = " and states" if name == export.VERDICTS else ""
            raise EvidenceError(f"{at}: {what} from the observations{states}, by the rules in the bundle")


def _files(archive: Archive, made: Manifest) -> Mapping[str, bytes]:
    """The rules and policies, bounded: all of them are held in memory."""
    files = [part for part in made.parts if part.name.startswith((export.RULES, export.POLICIES))]
    if sum(part.size for part in files) > export.MAX_FILES:
        raise EvidenceError(f"{export.RULES}: its files are larger than {export.MAX_FILES:,} bytes in all")
    return {part.name: archive.read(part.name, export.MAX_FILE) for part in files}
