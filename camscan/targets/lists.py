"""Takes lists of targets apart into single ones: words of the command line, and files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from camscan.errors import TargetError

MAX_SPECS = 1_000_000  # specs in all; whoever has more of them has networks
MAX_TEXT = 32 * 1024 * 1024  # characters of one target file: `MAX_SPECS` lines of 32 characters
MAX_SPEC = 300  # characters of one spec: the longest host name has 253

MASK = re.compile(r"255(?:\.[0-9]{1,3}){3}")

# In a line of a file: its bullet, number or mark of a citation; then what stands apart and belongs together, an address
# and its mask, the two ends of a range.
_APART = (
    (re.compile(r"^\s*(?:[-*>\u2013\u2014\u2022]+|[0-9]+[.)])\s+"), ""),
    (re.compile(rf"(?<!\S)([0-9]+(?:\.[0-9]+){{3}})\s+(?={MASK.pattern}(?!\S))"), r"\1/"),
    (re.compile(r"(?<=\S)\s+[-\u2013\u2014]\s+(?=\S)|[\u2013\u2014]"), "-"),
)

_BETWEEN = str.maketrans(",;\"'<>", "      ")
"""What may stand between the targets of a list and around them, as blanks; no target holds it."""
_LOGIN = re.compile(r"//\S*@")  # the user name and password of a URL


@dataclass(frozen=True, slots=True)
class Spec:
    """One target as it was written, and where: "hosts.txt:3", "stdin:3", or nothing for the command line."""

    text: str
    origin: str = ""

    def error(self, why: str) -> TargetError:
        """The error that says which target cannot be used, where it stands, and `why`."""
        text = _without_login(self.text)
        shown = repr(text if len(text) <= MAX_SPEC else f"{text[:60]}…")
        return TargetError(f"{self.origin and self.origin + ': '}cannot use {shown} as a target: {why}")


def expand(specs: Sequence[str], read: Callable[[str], str]) -> list[Spec]:
    """Replace `@file` and `-` by the specs that stand in them.

    `read` gives the text of a file, and of standard input for "-". Specs are separated by white space, commas and
    semicolons, also in one word of the command line, except for an address and its mask and for the ends of a range;
    they may stand in quotes or angle brackets, and behind a bullet. In a file, "#" at the start of a word begins a
    comment. Raises TargetError if a file cannot be read, names another file, or holds too much.
    """
    found: list[Spec] = []
    for text in map(str.strip, specs):
        listed = _listed(text.removeprefix("@"), read) if _names_file(text) else map(Spec, _words(text) or [text])
        found.extend(islice(listed, MAX_SPECS + 1 - len(found)))
        if len(found) > MAX_SPECS:
            raise TargetError(f"more than {MAX_SPECS:,} targets: write networks instead of single addresses")
    return found


def joined(line: str) -> str:
    """A line whose bullet is gone, and whose addresses stand together with their masks, ranges with their ends."""
    if line.isascii() and len(line.split(None, 1)) < 2:  # as nearly all of a million lines
        return line
    for apart, together in _APART:
        line = apart.sub(together, line)
    return line


def _names_file(text: str) -> bool:
    return text == "-" or text.startswith("@")


def _listed(name: str, read: Callable[[str], str]) -> Iterator[Spec]:
    """The specs of one file, or of standard input."""
    shown = "stdin" if name == "-" else name
    try:
        text = read(name)
    except OSError as error:
        remedy = "check its name and permissions"
        raise TargetError(f"cannot read {shown!r}: {error.strerror}: {remedy}") from error
    except UnicodeError as error:
        raise TargetError(f"cannot read {shown!r}: it is not UTF-8 text: save it as that") from error
    if len(text) > MAX_TEXT:
        raise TargetError(f"{shown} has more than {MAX_TEXT:,} characters: write networks, not single addresses")
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        for word in _words(line):
            if word.startswith("#"):
                break
            spec = Spec(word, f"{shown}:{number}")
            if _names_file(word):
                raise spec.error("a target file cannot include another one: give both on the command line")
            yield spec


def _words(line: str) -> list[str]:
    return joined(_without_login(line)).translate(_BETWEEN).split()


def _without_login(text: str) -> str:
    """A text of which no message can repeat the user name or password of a URL; what has one is no target anyhow."""
    return _LOGIN.sub("//…@", text) if "@" in text else text
