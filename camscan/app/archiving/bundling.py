"""What a bundle of evidence is made from and checked against, and a bundle as a store for a while."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from camscan import __version__
from camscan.app.judging.criteria import Criteria
from camscan.app.judging.unstored import judged_apart
from camscan.app.reporting.annotating import with_states_by
from camscan.codecs.oui import registry_date
from camscan.errors import EvidenceError, RuleError, on_os_error
from camscan.evidence import contents
from camscan.evidence.archive import Archive
from camscan.evidence.container import is_name
from camscan.evidence.export import MAX_FILE, Derivation
from camscan.evidence.verify import Trust, Verified, verify
from camscan.identify.load import load, rule_files
from camscan.identify.rules import RULE_FOLDERS
from camscan.policy import files as policy_files
from camscan.policy import load as load_policies
from camscan.records import Judged, Observation, Scan, ScanStatus
from camscan.register.names import key, lasting, names, shared
from camscan.register.states import changes_by_key, statement_order
from camscan.rulefiles.folder import OVERLAY, fingerprints_folder
from camscan.store.batches import batched
from camscan.store.store import Store
from camscan.summaries import StateChange
from camscan.sweeps.sightings import sighting

_AT_ONCE = 1_000  # devices of which it is asked together what people said
_PARTS = "|".join(name.rstrip("/") for name in (*RULE_FOLDERS, "brands/"))
_FILE = re.compile(rf"rules/[1-9][0-9]?/(vocabulary|(?:{_PARTS})/[^/]+)\.yaml|policies/[0-9]{{3}}-[^/]+\.yaml")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def files_of(policies: Sequence[str], folders: Sequence[Path]) -> Mapping[str, bytes]:
    """The built-in rules (rules/1/), those of the user's folders (rules/2/ on) and the chosen policies, as they are.

    Raises RuleError if a policy is unknown, or a file cannot go into a bundle.
    """
    roots = (fingerprints_folder(), *folders)
    found = {
        f"rules/{number}/{path.relative_to(root).as_posix()}": path
        for number, root in enumerate(roots, start=1)
        for path in rule_files(root)
    }
    chosen = policy_files(roots, policies)
    found |= {f"policies/{number:03}-{path.stem}.yaml": path for number, path in enumerate(chosen, start=1)}
    return {name: _bytes(name, path) for name, path in found.items()}


@contextmanager
def derive(files: Mapping[str, bytes], seen: Iterator[Observation]) -> Iterator[Iterable[Judged]]:
    """The devices of these observations, by these rules and policies alone. Raises RuleError if they cannot be used."""
    with judged_apart(seen, _read(files)) as judged:
        yield judged


DERIVATION = Derivation(derive, with_states_by)
"""How what a bundle concludes follows from the observations in it."""


def verified(file: BinaryIO, fingerprint: str | None, roots: bytes | None = None) -> Verified:
    """What a bundle holds, once all of it was checked; see `verify`, and `Trust` for what the reader has."""
    return verify(file, Trust(fingerprint, roots, versions()), DERIVATION)


def _read(files: Mapping[str, bytes]) -> Criteria:
    with TemporaryDirectory(prefix="camscan-") as folder:
        for name, data in files.items():
            if not _FILE.fullmatch(name):
                raise RuleError(f"{name} is not a file of rules or of a policy")
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        roots = sorted(Path(folder, "rules").glob("*"), key=lambda root: int(root.name))
        lists = [str(path) for path in sorted(Path(folder, "policies").glob("*"))]
        try:
            return Criteria(load(roots), load_policies(roots, lists) if lists else ())
        except RuleError as error:
            raise RuleError(str(error).replace(f"{folder}/", "")) from error


def state_changes_at(store: Store, scan: Scan) -> Callable[[Iterable[Judged]], Sequence[StateChange]]:
    """What people said of the devices of a scan's site, and of its devices elsewhere: all that their states rest on."""

    def state_changes(devices: Iterable[Judged]) -> Sequence[StateChange]:
        if store.states.has_no_changes():
            return ()
        found = {change.number: change for change in store.states.changes(scan.register_site)}
        each = (lasting(names(sighting(judged))) for judged in devices)
        for some in batched(each, _AT_ONCE):
            own = {name for of_device in some for name in of_device}
            about = changes_by_key(store.states.changes_of(map(key, own)))
            changes = ((name, change) for name in own for change in about.get(key(name), ()))
            found |= {change.number: change for name, change in changes if shared([name], change.names)}
        return sorted(found.values(), key=statement_order)

    return state_changes


def versions() -> Mapping[str, str]:
    """What makes or checks a bundle, and which registry of MAC addresses (it is not in bundles): name -> version."""
    overlay = sha256((fingerprints_folder() / OVERLAY).read_bytes()).hexdigest()
    found = {
        "camscan": __version__,
        "python": platform.python_version(),
        "mac-registry": registry_date(),
        "mac-overlay": overlay[:16],
    }
    for line in _requirements():
        name = _NAME.match(line)
        if name and "extra ==" not in line:
            try:
                found[name[0]] = version(name[0])
            except PackageNotFoundError:
                found[name[0]] = "missing"
    return found


def _requirements() -> Sequence[str]:
    try:
        return requires("camscan") or ()
    except PackageNotFoundError:  # run from a checkout
        return ()


def _bytes(name: str, path: Path) -> bytes:
    if not is_name(name):
        raise RuleError(f"{path} cannot go into a bundle: rename it, using only letters, digits, dots, _ and -")
    with on_os_error(RuleError, f"{path} cannot be read", "fix its permissions, or remove it"), path.open("rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise RuleError(f"{path} is larger than {MAX_FILE:,} bytes: split it")
    return data


_MARK = b"PK"
_RECORDS = 500  # records that are stored together


def is_bundle(file: Path) -> bool:
    """Whether a file may be a bundle: an archive, and no store. Raises OSError if it cannot be read."""
    with file.open("rb") as opened:
        return opened.read(len(_MARK)) == _MARK


@contextmanager
def as_store(file: Path, fingerprint: str | None) -> Iterator[Store]:
    """A store with the scan of a bundle that holds, and with what people said of its devices.

    Raises EvidenceError if it does not hold, or was not signed by the key of this fingerprint.
    """
    with file.open("rb") as opened, TemporaryDirectory(prefix="camscan-") as folder:
        try:
            verified(opened, fingerprint)
        except EvidenceError as error:
            raise EvidenceError(f"{file} was not merged, because it fails verification: {error}") from error
        with Store.open(Path(folder, file.name), where=str(file)) as store:
            _fill(store, Archive(opened))
            yield store


def _fill(store: Store, archive: Archive) -> None:
    scan = contents.scan(archive)
    store.begin(replace(scan, status=ScanStatus.RUNNING))
    for seen in batched(contents.observations(archive), _RECORDS):
        store.append(scan.id, seen)
    for entries in batched(contents.entries(archive), _RECORDS):
        store.append(scan.id, entries=entries)
    store.finish(scan)
    store.states.add((one, {key(name) for name in one.names}) for one in contents.state_changes(archive))
