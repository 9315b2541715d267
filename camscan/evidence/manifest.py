"""The manifest: what a bundle holds, who made it, with what. It is what the signature is over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import TypeAlias

from pydantic import ConfigDict, TypeAdapter, ValidationError

from camscan.errors import EvidenceError
from camscan.evidence.container import Part

SCHEMA = "camscan-evidence/1"
MANIFEST, SIGNATURE, STAMP = "manifest.json", "manifest.sig", "manifest.tsr"
MAX_BYTES = 4 << 20

Clock: TypeAlias = Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Chain:
    """The hash chain of the observations: how many, and the SHA-256 of the last line."""

    records: int
    head: str


@dataclass(frozen=True, slots=True)
class About:
    """Who made a bundle, when, and with what. `time_stamp` is the URL of the authority that was asked for one."""

    made_at: str
    operator: str
    authority: str
    clock: Clock
    versions: Mapping[str, str]
    time_stamp: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a bundle states about itself. `key` is the fingerprint of the key that signed it."""

    schema: str
    scan: str
    about: About
    key: str
    chain: Chain
    parts: tuple[Part, ...]
    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    @property
    def names(self) -> tuple[str, ...]:
        """Every part of the archive, in its order."""
        stamp = (STAMP,) if self.about.time_stamp is not None else ()
        return (*(part.name for part in self.parts), MANIFEST, SIGNATURE, *stamp)


def dump(manifest: Manifest) -> bytes:
    """The manifest as its file: ASCII, one part a line."""
    first = [f' "{name}": {json.dumps(value, sort_keys=True)}' for name, value in _values(manifest)]
    parts = [f"  {json.dumps(asdict(part))}" for part in manifest.parts]
    return ("{\n" + ",\n".join(first) + ',\n "parts": [\n' + ",\n".join(parts) + "\n ]\n}\n").encode("ascii")


def _values(manifest: Manifest) -> list[tuple[str, object]]:
    values = asdict(manifest)
    return [(field.name, values[field.name]) for field in fields(manifest) if field.name != "parts"]


def load(data: bytes) -> Manifest:
    """The manifest of a file. Raises EvidenceError if it is none, in another form, or of another version."""
    try:
        manifest = _adapter().validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise EvidenceError(f"{MANIFEST}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if manifest.schema != SCHEMA:
        raise EvidenceError(f"{MANIFEST}: has schema {manifest.schema[:40]!r}, but this camscan reads {SCHEMA}")
    if dump(manifest) != data:
        raise EvidenceError(f"{MANIFEST}: is not in the form that camscan writes")
    return manifest


@cache
def _adapter() -> TypeAdapter[Manifest]:
    return TypeAdapter(Manifest)
