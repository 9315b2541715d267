"""Files of targets and of exclusions; what is added to the latter while a scan runs, it heeds within seconds.

Whoever finds out in the middle of a long scan that a machine must be left alone adds it to the file, and need not stop.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import io
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from camscan.errors import CamscanError, TargetError
from camscan.net.names import resolve
from camscan.system.background import in_background, run_in_thread
from camscan.targets import MAX_TEXT, Spec, TargetSet, expand, known_addresses, parse

_EVERY = 1.0
"""Seconds between two looks at the files. One is read once two looks have found it the same: it is written by then."""
_MOST_NAMED = 20
_BLANK = 4096  # bytes by which a file is seen to hold nothing but blanks
_EMPTY = "%s is empty, so it excludes nothing: if that is right, put a comment in it"
_log = logging.getLogger("camscan")


def read(name: str) -> str:
    """The text of a file of targets, or of standard input for "-": no more than `expand` takes, and a character.

    It is UTF-8, or UTF-16 if it begins with that one's mark, as programs on Windows write it; raises UnicodeError.
    """
    if name == "-":
        return _plain(_stdin().read(MAX_TEXT + 1))
    with Path(name).open("rb") as file, io.TextIOWrapper(file, encoding=_encoding(file)) as text:
        return _plain(text.read(MAX_TEXT + 1))


def _stdin() -> TextIO:
    """Standard input, read as a file is, whatever this host's language. Raises TargetError where that was done before.

    Exclusions that were read as targets before would exclude nothing.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        try:
            sys.stdin.reconfigure(encoding=_encoding(sys.stdin.buffer), errors="strict")
        except io.UnsupportedOperation as error:
            raise TargetError("stdin can be read only once: put one of the two lists in a file") from error
    return sys.stdin


def _encoding(file: BinaryIO) -> str:
    begins = file.peek(2)[:2] if isinstance(file, io.BufferedReader) else b""
    return "utf-16" if begins in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8"


def _plain(text: str) -> str:
    if "\0" in text and len(text) <= MAX_TEXT:  # a longer one is refused for that
        raise UnicodeError("no text")
    return text


def refuse_split_ranges(words: Sequence[str]) -> None:
    """See that no "-" for stdin stands where a range was meant: the shell hands its ends over as words of their own.

    Raises TargetError if one does.
    """
    for first, middle, last in zip(words, words[1:], words[2:], strict=False):
        if middle == "-" and known_addresses([first]).count == known_addresses([last]).count == 1:
            raise TargetError(f"{first} - {last}: write the range without blanks, as {first}-{last}, or put - first")


def read_targets(words: Sequence[str], specs: Sequence[Spec]) -> TargetSet:
    """The targets of specs that come from these words.

    Raises TargetError if one cannot be used. A word that names a file is said to lack its "@".
    """
    try:
        return parse(specs, resolve=resolve)
    except TargetError as error:
        files = (word for word in words if not word.startswith("@") and not known_addresses([word]))
        if meant := next(filter(os.path.isfile, files), None):
            raise TargetError(f"{meant} is a file: write @{meant} to read targets from it") from error
        raise


@cache
def warn_if_empty(name: str) -> None:
    """Warn, once, that a file of exclusions holds nothing, not even a comment: it may have been lost, or cut off."""
    file = Path(name)
    if file.is_file() and not file.read_bytes()[:_BLANK].strip():
        _log.warning(_EMPTY, name)


def read_exclusions(words: Sequence[str]) -> tuple[TargetSet, tuple[str, ...]]:
    """What these words and files exclude, and the words with the contents of stdin and pipes in place of their names.

    Raises TargetError if one cannot be used.
    """
    specs, lasting = list[Spec](), list[str]()
    for word in map(str.strip, words):
        found = _excluded_by(word)
        specs += found
        lasting += [word] if _can_be_read_again(word) else [spec.text for spec in found]
    return parse(specs, resolve=resolve, whole_networks=True), tuple(dict.fromkeys(lasting))


def _excluded_by(word: str) -> Sequence[Spec]:
    """What a word excludes. A pipe that brings nothing is warned of, as what was to fill it may have failed."""
    texts = list[str]()

    def noted(name: str) -> str:
        texts.append(read(name))
        return texts[-1]

    found = expand([word], noted)
    if texts and not _can_be_read_again(word) and not "".join(texts).strip():
        _log.warning(_EMPTY, "stdin" if word.removeprefix("@") == "-" else word.removeprefix("@"))
    return found


def _can_be_read_again(word: str) -> bool:
    """Whether a word names no file, or one that whoever resumes the scan finds too: neither stdin nor a pipe."""
    file = word.removeprefix("@")
    return word == file != "-" or (Path(file).is_file() and not file.startswith("/dev/"))


def _addresses(words: Sequence[str]) -> TargetSet:
    """What they exclude that is no name, and can be read; raises TargetError where a file cannot."""
    return known_addresses([spec.text for spec in expand(words, read)], whole_networks=True)


class Followed:
    """What is excluded by now, beginning with what these words, which can be read again, excluded at first.

    What is taken out of a file stays excluded until the scan has ended.
    """

    def __init__(self, excluded: TargetSet, words: Sequence[str], exclude: Callable[[TargetSet], None]) -> None:
        self.excluded = excluded
        self.notes: list[str] = []
        self._files = tuple(word for word in words if word.startswith("@"))
        self._exclude = exclude

    async def follow(self) -> None:
        """Read the files whenever they have changed, and exclude what they name beside what they named before."""
        read = before = None
        while self._files:
            now = await run_in_thread(lambda: [*map(_stamp, self._files)])
            if now == before and now != read:
                read = now
                await self._read()
            before = now
            await asyncio.sleep(_EVERY)

    async def _read(self) -> None:
        try:
            # The addresses at once: to look a name up may take minutes, and a dead resolver does not hold up the end.
            self._add(await run_in_thread(lambda: _addresses(self._files)))
            self._add(await run_in_thread(lambda: read_exclusions(self._files)[0]))
        except CamscanError as error:
            _log.warning("some exclusions are not heeded: %s", "; ".join(str(error).splitlines()))

    def _add(self, named: TargetSet) -> None:
        added = named.minus(self.excluded)
        if added:
            self.excluded = TargetSet.of((*self.excluded.ranges, *added.ranges))
            self._exclude(self.excluded)
            names = [*islice(added.networks(), _MOST_NAMED + 1)]
            text = ", ".join(names[:_MOST_NAMED]) + (" and more" if len(names) > _MOST_NAMED else "")
            self.notes.append(f"excluded while the scan ran, so not asked from then on: {text}")
            _log.warning("excluded from now on: %s", text)


@contextlib.asynccontextmanager
async def followed(
    excluded: TargetSet, words: Sequence[str], exclude: Callable[[TargetSet], None]
) -> AsyncIterator[Followed]:
    """Follow the files among the words while the body runs; `exclude` is given all that is excluded, when it grows."""
    known = Followed(excluded, words, exclude)
    async with in_background(known.follow()):
        yield known


def _stamp(word: str) -> tuple[int, ...] | None:
    """What changes with a file; None where it is gone."""
    try:
        found = os.stat(word.removeprefix("@"))  # noqa: PTH116 - as cheap as can be
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
