"""Reading the configuration: one TOML file, every fault of which is told with its line and a remedy."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from camscan.errors import UsageError
from camscan.sweeps.config import Config, Metrics, Ping, Retention, Site, Store, Sweep
from camscan.sweeps.configtypes import Part
from camscan.sweeps.lines import Lines
from camscan.sweeps.receiverconfig import Apprise, Notify, Syslog
from camscan.text.wording import plural

MAX_BYTES = 1024 * 1024  # of the file; thousands of sites take less
_MAX_FAULTS = 20  # that are told: of many sites, each has the same one
_TABLES: dict[str, type[Part]] = {
    "site": Site,
    "store": Store,
    "sweep": Sweep,
    "notify": Notify,
    "syslog": Syslog,
    "apprise": Apprise,
    "ping": Ping,
    "metrics": Metrics,
    "retention": Retention,
}


_PLAIN = {"missing": "is missing", "string_pattern_mismatch": "cannot be used", "model_type": "is no table"}
"""What is said of a value in our own words."""
_SCANNING = ("[[site]]", "[sweep]", "[retention]")  # the tables of which a key is easily written under another one


class Document:
    """A configuration file that could be read, and where in it each value stands."""

    def __init__(self, file: Path, text: str) -> None:
        """See `read`."""
        self.file = file
        self._text = text
        self._lines: Lines | None = None
        self.faults: list[tuple[int, str]] = []
        """What is wrong with keys and values, by line; `config` is what remains without these."""
        self.config = self._checked(self._parsed())

    def line(self, *place: str | int) -> int:
        """The line that a value stands in, counted from 1."""
        if self._lines is None:
            self._lines = Lines(self._text)
        return self._lines.of(place)

    def _parsed(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"\(at line ([0-9]+)", str(error))
            line = found[1] if found else str(self._text.count("\n") + 1)
            raise UsageError(f"{self.file}:{line}: {error}: write it as `camscan init` shows") from error

    def _checked(self, parsed: dict[str, Any]) -> Config:
        if "folder" in parsed:
            raise UsageError(self.told([(self.line("folder"), "folder: no such key: leave it out")]))
        try:
            config = Config.model_validate({**parsed, "folder": self.file.parent})
        except ValidationError as error:
            faults = error.errors(include_url=False)
            self.faults = sorted((self.line(*fault["loc"]), _fault(fault, parsed)) for fault in faults)
            try:
                config = Config.model_validate({**_without(parsed, faults), "folder": self.file.parent})
            except ValidationError:  # what is left out is needed
                raise UsageError(self.told(self.faults)) from error
        for kind, parts in (("site", config.site), ("syslog", config.syslog), ("apprise", config.apprise)):
            self.faults += self._of_names(kind, [part.name for part in parts])
        return config

    def told(self, faults: Iterable[tuple[int, str]]) -> str:
        """Faults in the order of their lines, one a line; of very many, the first."""
        every = sorted(faults)
        lines = [f"{self.file}:{line}: {text}" for line, text in every[:_MAX_FAULTS]]
        rest = len(every) - len(lines)
        return "\n".join((*lines, *([f"{plural(rest, 'more fault')}: mend these first"] if rest else ())))

    def _of_names(self, kind: str, names: Sequence[str]) -> Iterator[tuple[int, str]]:
        said = "sites" if kind == "site" else f"receivers under {kind}"
        for name, count in Counter(names).items():
            if count > 1:
                yield self.line(kind, names.index(name), "name"), f"two {said} are called {name!r}: rename one"


def _without(parsed: dict[str, Any], faults: Iterable[ErrorDetails]) -> dict[str, Any]:
    """A configuration without the keys that have a fault; of a list of values, one that has leaves out all."""
    rest = deepcopy(parsed)
    for place in (fault["loc"] for fault in faults):
        depth = min(1 + any(isinstance(step, int) for step in place[1:2]), len(place) - 1)
        table: Any = rest
        for step in place[:depth]:
            table = table[step]
        if isinstance(table, dict):  # what else stands in the place of one is a fault itself
            table.pop(str(place[depth]), None)
    return rest


def read(file: Path, *, with_faults: bool = False) -> Document:
    """Read a configuration file; `with_faults`, also one of which parts cannot be used, as far as the rest can.

    Raises UsageError if it cannot be read or used; the message holds every fault, one a line.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        remedy = "make one with `camscan init`" if missing else "check who may read it"
        raise UsageError(f"cannot read {file}: {error.strerror}: {remedy}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8: save it as UTF-8") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"{file} is larger than {MAX_BYTES:,} bytes: move exclusions to separate files")
    document = Document(file, text)
    if document.faults and not with_faults:
        raise UsageError(document.told(document.faults))
    return document


def _fault(fault: ErrorDetails, parsed: dict[str, Any]) -> str:
    """What is wrong with one value, and what to do."""
    place = fault["loc"]
    where = ".".join(str(part) for part in _named(place, parsed))
    model, key = _table(place)
    if fault["type"] == "extra_forbidden":
        near = get_close_matches(str(key), model.model_fields, n=1)
        home = next((head for head in _SCANNING if str(key) in _TABLES[head.strip("[]")].model_fields), None)
        if home is not None and not near and model in (Site, Sweep, Retention):
            return f"{where}: no such key here: it belongs under {home}"
        remedy = f"write {near[0]!r}" if near else f"one of {', '.join(sorted(model.model_fields.keys() - {'folder'}))}"
        return f"{where}: no such key: {remedy}"
    said = _PLAIN.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    said = said.replace("valid tuple", "list").replace("Tuple", "List")  # as TOML calls it
    field = model.model_fields.get(str(key))
    has_remedy = fault["type"] == "value_error" and ": " in said
    if fault["type"] == "model_type":
        head = f"[[{place[0]}]]" if len(place) > 1 else f"[{place[0]}]"
        return f"{where}: {said}: write its keys in lines of their own, under {head}"
    return f"{where}: {said}" + (f": {field.description}" if field and field.description and not has_remedy else "")


def _table(place: Sequence[str | int]) -> tuple[type[Part], str | int]:
    """The model of the table that a value stands in, and its key there."""
    keys = [part for part in place if isinstance(part, str)]
    if len(keys) < 2:
        return Config, keys[0] if keys else ""
    return _TABLES.get(keys[0], Config), keys[1]


def _named(place: Sequence[str | int], parsed: dict[str, Any]) -> Iterator[str | int]:
    """The way to a value in words: a site or receiver by its name."""
    if len(place) > 1 and isinstance(place[1], int):
        found = parsed.get(str(place[0]))
        one = found[place[1]] if isinstance(found, list) else {}
        name = one.get("name") if isinstance(one, dict) else None
        yield f"{place[0]} {name!r}" if isinstance(name, str) else f"{place[0]} number {place[1] + 1}"
        place = place[2:]
    yield from place
