"""Policies: cited, dated lists of legal entities and their makers, read from YAML (form: fingerprints/README.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from camscan.errors import RuleError, on_os_error
from camscan.rulefiles.folder import MAX_BYTES
from camscan.rulefiles.yamlform import Form
from camscan.rulefiles.yamltree import Tree, line_of, read_yaml
from camscan.summaries import Tag

_SUFFIXES = (".yaml", ".yml")
_URL = r"https?://[^\s/]+\S*"
_ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_KINDS = ("camera", "recorder", "door-station", "access-control", "encoder", "other")
_KEPT = 16
"""Files whose contents are read once for as long as they stay the same: a sweep asks for them at each of its sites."""
_TAGS = {tag.value: tag for tag in Tag}


@dataclass(frozen=True, slots=True)
class Entity:
    """A legal entity on a policy, with the makers whose devices it built. `since` is when it was listed.

    Where there are `kinds`, devices of these alone are meant: a policy on cameras means no router of the same maker.
    """

    name: str
    makers: tuple[str, ...]
    since: date | None = None
    citation: str = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Direction:
    """A sentence of the policy about places of one kind, which a listed device there offends."""

    applies: Tag
    text: str
    citation: str
    url: str
    since: date | None = None


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
    directions: tuple[Direction, ...] = ()

    @property
    def makers(self) -> tuple[str, ...]:
        """Every maker that it lists, each once."""
        return tuple(dict.fromkeys(maker for entity in self.entities for maker in entity.makers))


def load(folders: Sequence[Path], chosen: Sequence[str] = ()) -> tuple[Policy, ...]:
    """The chosen policies, each an id or the path of a YAML file, in that order; where none is chosen, all.

    `folders` are fingerprint libraries: each may hold `policies/<id>.yaml` and a `vocabulary.yaml` with makers. Where
    two hold the same id, the later one counts. Raises RuleError if a policy is unknown or cannot be used.
    """
    makers = _known_makers(folders)
    by_id = {policy.id: policy for policy in (_policy(file, makers) for file in files(folders, chosen))}
    return tuple(by_id[name] for name in (by_id if chosen else sorted(by_id)))


def files(folders: Sequence[Path], chosen: Sequence[str] = ()) -> tuple[Path, ...]:
    """The files that `load` reads these policies from; where none is chosen, folder by folder.

    Raises RuleError if a policy is unknown.
    """
    built_in: dict[str, Path] = {}
    for file in (file for folder in folders for file in files_in(folder / "policies")):
        built_in.pop(file.stem, None)  # a later one stands behind all that are before it
        built_in[file.stem] = file
    return tuple(_file(name, built_in) for name in dict.fromkeys(chosen or built_in))


def files_in(folder: Path) -> list[Path]:
    """The policies in a folder that holds nothing else, such as `policies/` of a library; none where there is none."""
    return sorted(file for suffix in _SUFFIXES for file in folder.glob(f"*{suffix}"))


def check(file: Path, folders: Sequence[Path]) -> list[str]:
    """Every fault of a policy file, each with file, line and remedy; makers are those of the libraries in `folders`."""
    try:
        _policy(file, _known_makers(folders))
    except RuleError as error:
        return str(error).splitlines()
    return []


def _file(name: str, built_in: dict[str, Path]) -> Path:
    meant = name if name in built_in else name.lower()
    if meant in built_in:
        return built_in[meant]
    path = Path(name)
    if path.suffix in _SUFFIXES or len(path.parts) > 1:
        return path
    known = ", ".join(sorted(built_in)) or "none"
    raise RuleError(f"unknown policy {name!r}: choose from {known}, or give the path of your own .yaml file")


def _known_makers(folders: Sequence[Path]) -> frozenset[str]:
    return frozenset(maker for folder in folders for maker in _makers(folder / "vocabulary.yaml"))


def _makers(vocabulary: Path) -> Iterable[str]:
    return _makers_in(vocabulary, _read(vocabulary)) if vocabulary.is_file() else ()


@lru_cache(_KEPT)
def _makers_in(vocabulary: Path, data: bytes) -> tuple[str, ...]:
    words = read_yaml(data, str(vocabulary))
    makers = words.get("makers") if isinstance(words, dict) else None
    return tuple(map(str, makers if isinstance(makers, list) else ()))


def _policy(file: Path, makers: frozenset[str]) -> Policy:
    return _policy_in(file, _read(file), makers)


@lru_cache(_KEPT)
def _policy_in(file: Path, data: bytes, makers: frozenset[str]) -> Policy:
    document = _Document(file, data, read_yaml(data, str(file)))
    faults: list[str] = []
    policy = _read_policy(Form(document.value, str(file), faults))
    faults += () if faults else _repeated(policy, document)
    faults += _unknown(policy, makers, document) if makers and not faults else ()
    if faults:
        raise RuleError("\n".join(faults))
    return policy


@dataclass(frozen=True, slots=True)
class _Document:
    """What a file holds."""

    file: Path
    data: bytes
    value: Tree

    def at(self, *place: str | int) -> str:
        """File and line of a place."""
        return f"{self.file}:{line_of(self.data, place)}"


def _read(file: Path) -> bytes:
    with on_os_error(RuleError, str(file), "check the path"), file.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _read_policy(form: Form) -> Policy:
    policy = Policy(
        id=form.text("id", like=_ID, such_as="uk-nil"),
        title=form.text("title"),
        jurisdiction=form.text("jurisdiction"),
        citation=form.text("citation"),
        url=_url(form),
        since=form.day("since"),
        entities=tuple(_entity(part) for part in form.parts("entities", "name")),
        directions=tuple(_direction(part) for part in form.parts("directions", "applies")),
    )
    form.close()
    if not policy.entities:
        form.lacks("no entity", "write `entities:`, and below it a list", "entities")
    return policy


def _entity(form: Form) -> Entity:
    is_narrow = form.has("kinds")
    entity = Entity(
        name=form.text("name"),
        makers=form.texts("makers"),
        since=form.day("since") if form.has("since") else None,
        citation=form.text("citation", ""),
        kinds=form.texts("kinds"),
    )
    form.close()
    if not all(entity.makers) or not entity.makers:
        form.lacks("no maker", "write `makers: [...]` with at least one", "makers")
    if is_narrow and not entity.kinds:  # which would mean all, and nobody would see it
        form.lacks("no kind", "write `kinds: [...]` with at least one, or leave it out for all", "kinds")
    for kind in entity.kinds:
        form.known(kind, _KINDS, "a kind", "kinds")
    return entity


def _direction(form: Form) -> Direction:
    direction = Direction(
        applies=_TAGS.get(form.word("applies", _TAGS), Tag.SENSITIVE),
        text=form.text("text"),
        citation=form.text("citation"),
        url=_url(form),
        since=form.day("since") if form.has("since") else None,
    )
    form.close()
    return direction


def _url(form: Form) -> str:
    return form.text("url", like=_URL, such_as="https://example.org/list")


def _unknown(policy: Policy, makers: frozenset[str], document: _Document) -> Iterator[str]:
    """A maker that is written otherwise than in the vocabulary would match nothing, and nobody would see it."""
    by_key = {maker.casefold(): maker for maker in makers}
    for number, entity in enumerate(policy.entities):
        for place, maker in enumerate(entity.makers):
            if maker not in makers:
                remedy = _spelt(maker.casefold(), by_key)
                yield f"{document.at('entities', number, 'makers', place)}: unknown maker {maker!r}: {remedy}"


def _spelt(maker: str, by_key: Mapping[str, str]) -> str:
    """What to write in the place of a maker that is unknown."""
    if maker in by_key:
        return f"write {by_key[maker]!r}"
    near = get_close_matches(maker, by_key, n=1)
    meant = f"write {by_key[near[0]]!r} if that is meant" if near else "take one of the makers in vocabulary.yaml"
    return f"{meant}, or name the folder of your own vocabulary with --fingerprints"


def _repeated(policy: Policy, document: _Document) -> Iterator[str]:
    """An entity that stands twice would be named twice as the reason of every verdict."""
    seen: set[str] = set()
    for number, entity in enumerate(policy.entities):
        if entity.name in seen:
            yield f"{document.at('entities', number, 'name')}: a second {entity.name!r}: put its makers together"
        seen.add(entity.name)
