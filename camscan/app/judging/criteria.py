"""The criteria by which devices are judged: the fingerprints and the policies of a run."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from camscan import __version__
from camscan.errors import HostError, RuleError
from camscan.identify.library import Library
from camscan.identify.load import load, rule_files
from camscan.policy import Policy
from camscan.policy import load as load_policies
from camscan.rulefiles.folder import fingerprints_folder
from camscan.summaries import Citation
from camscan.system.userdirs import cache_file

_log = logging.getLogger("camscan")


@dataclass(frozen=True, slots=True)
class Criteria:
    """By what devices are identified, and against what they are held."""

    rules: Library
    policies: Sequence[Policy] = ()

    @property
    def policy_ids(self) -> tuple[str, ...]:
        """The names of the policies."""
        return tuple(policy.id for policy in self.policies)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Where the policies are laid down."""
        return tuple(Citation(p.id, p.title, p.citation, p.url, p.since.isoformat()) for p in self.policies)

    @property
    def tools(self) -> Mapping[str, str]:
        """What judges by them, for reports."""
        return _Tools(self.rules)


class _Tools(Mapping[str, str]):
    """What made a report. The rules are counted, and so parsed, only for formats that tell how many there are."""

    def __init__(self, rules: Library) -> None:
        self._rules = rules

    def __getitem__(self, name: str) -> str:
        if name == "fingerprints":
            return f"{len(self._rules.rules):,} rules"
        return {"camscan": __version__}[name]

    def __iter__(self) -> Iterator[str]:
        return iter(("camscan", "fingerprints"))

    def __len__(self) -> int:
        return 2


def criteria_of(policies: Sequence[str], folders: Sequence[Path]) -> Criteria:
    """The rules of `library`, and the policies of `chosen_policies`."""
    return Criteria(library(folders), chosen_policies(policies, folders))


def library(folders: Sequence[Path] = (), *, examples: bool = False, log: bool = True) -> Library:
    """The built-in fingerprints, extended by the user's folders; with their `examples` for those who look at them.

    A rule that is broken is left out, and logged unless without `log`. Where there are folders of the user's, all are
    read at once, so that the user learns of it whatever the command goes on to do.
    """
    libraries, tell = _libraries(folders), partial(_log.warning, "left out: %s") if log else None
    rules = load(libraries, examples=examples, tell=tell, keep=_kept_in)
    if folders:
        _ = rules.warnings
    return rules


def _kept_in(folders: Sequence[Path]) -> Path | None:
    """Where the parsed rules of these folders are kept; None for a user without a home."""
    name = sha256(b"\n".join(map(os.fsencode, folders))).hexdigest()[:16]
    with suppress(HostError):
        return cache_file(f"rules-{name}.json")
    return None


def whole_library(folders: Sequence[Path] = (), *, strict: bool = False) -> Library:
    """The rules of `library` with their examples, for those who show what is broken themselves: nothing is logged."""
    return load(_libraries(folders), strict=strict)


def _libraries(folders: Sequence[Path]) -> list[Path]:
    """The built-in library and those of the user, in each of which there is something to read.

    Raises RuleError if nothing of a folder would be read, as of `my-rules/makers` in place of `my-rules`.
    """
    for folder in folders:
        if not (rule_files(folder) or (folder / "policies").is_dir()):
            raise RuleError(f"{folder} contains no rules: give the folder that contains makers/, brands/ or policies/")
    return [fingerprints_folder(), *folders]


def chosen_policies(names: Sequence[str], folders: Sequence[Path] = ()) -> tuple[Policy, ...]:
    """The policies of these names or files; none named means all that come with camscan."""
    return load_policies([fingerprints_folder(), *folders], names)
