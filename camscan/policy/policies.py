"""Policies: cited, dated lists of legal entities and their makers, read from YAML (form: fingerprints/README.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError

from camscan.errors import RuleError
from camscan.policy.plainyaml import Document, read

_FORM = "see the form of a policy in fingerprints/README.md"
_SUFFIXES = (".yaml", ".yml")
_STRICT = ConfigDict(extra="forbid", str_min_length=1)


@dataclass(frozen=True, slots=True)
class Entity:
    """A legal entity on a policy, with the makers whose devices it built. `since` is when it was listed."""

    name: str
    makers: tuple[str, ...]
    since: date | None = None
    citation: str = ""
    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True)
class Policy:
    """A list that devices are held against."""

    id: str
    title: str
    jurisdiction: str
    citation: str
    url: str
    since: date
    entities: tuple[Entity, ...]
    __pydantic_config__ = _STRICT


def load(folders: Sequence[Path], chosen: Sequence[str] = ()) -> tuple[Policy, ...]:
    """The chosen policies, each an id or the path of a YAML file, in that order; where none is chosen, all.

    `folders` are fingerprint libraries: each may hold `policies/<id>.yaml` and a `vocabulary.yaml` with makers. Where
    two hold the same id, the later one counts.

    Raises:
        RuleError: a policy is unknown or cannot be used.
    """
    built_in = {file.stem: file for folder in folders for file in sorted((folder / "policies").glob("*.yaml"))}
    makers = frozenset(maker for folder in folders for maker in _makers(folder / "vocabulary.yaml"))
    files = [_file(name, built_in) for name in dict.fromkeys(chosen or sorted(built_in))]
    return tuple(_policy(file, makers) for file in files)


def _file(name: str, built_in: dict[str, Path]) -> Path:
    if name in built_in:
        return built_in[name]
    path = Path(name)
    if path.suffix in _SUFFIXES or len(path.parts) > 1:
        return path
    known = ", ".join(sorted(built_in)) or "none"
    raise RuleError(f"no policy {name!r}: known are {known}; a list of your own is named by the path of its .yaml file")


def _makers(vocabulary: Path) -> Iterator[str]:
    if vocabulary.is_file():
        words = read(vocabulary).value
        makers = words.get("makers") if isinstance(words, dict) else None
        yield from map(str, makers or ())


def _policy(file: Path, makers: frozenset[str]) -> Policy:
    document = read(file)
    try:
        policy = _adapter().validate_python(document.value)
    except ValidationError as error:
        lines = [f"{document.at(fault['loc'])}: {_fault(fault['loc'], fault['msg'])}" for fault in error.errors()]
        raise RuleError("\n".join(lines)) from error
    faults = list(_unknown(policy, makers, document)) if makers else []
    if faults:
        raise RuleError("\n".join(faults))
    return policy


@cache
def _adapter() -> TypeAdapter[Policy]:
    return TypeAdapter(Policy)


def _fault(place: Iterable[object], message: str) -> str:
    where = ".".join(map(str, place))
    return f"{where}: {message}: {_FORM}" if where else f"{message}: {_FORM}"


def _unknown(policy: Policy, makers: frozenset[str], document: Document) -> Iterator[str]:
    """A maker that is written otherwise than in the vocabulary would match nothing, and nobody would see it."""
    by_key = {maker.casefold(): maker for maker in makers}
    for number, entity in enumerate(policy.entities):
        for place, maker in enumerate(entity.makers):
            if maker not in makers:
                near = get_close_matches(maker.casefold(), by_key, n=1)
                remedy = f"write {by_key[near[0]]!r}" if near else "take one of the makers in vocabulary.yaml"
                yield f"{document.at(('entities', number, 'makers', place))}: unknown maker {maker!r}: {remedy}"
