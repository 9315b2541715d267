"""Greetings of several lines that end in a prompt: how a device introduces itself before it asks who is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_GREETING = 2048  # characters; what is longer is a page or a log

_PROMPT = re.compile(
    r"(?:login|user(?:[ -]?(?:name|id))?|account|password)\b[^\r\n:>]{0,24}[:>][\s\x08]{0,64}\Z", re.IGNORECASE
)
_FRAME = r"*#=|+_~<>\x08\x1b-"
_INTRODUCED = re.compile(
    rf"\A[\s{_FRAME}]*+(?:Welcome to )?(?:the |your )?"
    rf"([A-Za-z0-9][^\r\n]{{2,80}}?)[ \t{_FRAME}]*+(?:\r|\n|\Z)",
    re.IGNORECASE,
)
_OWNER = re.compile(
    r"(?:Copyright|\([cC]\)|\u00a9)(?: ?\([cC]\)| ?\u00a9)?,?[ \t]?"
    r"(?:(?:19|20)\d\d[ \t]?[-,~]?[ \t]?){1,4}(?:by )?([A-Z][^\r\n*|]{2,60})"
)

_OWNED = re.compile(
    r"\b(?:cameras|cctv|surveillance|authori[sz]ed|yard|room|floor|building|warehouse|site|office|hall|gate [0-9]|host"
    r"|vlan|jump|backup|storage|lab|rack|switch [0-9])\b|(?:[0-9]{1,3}\.){3}[0-9]",
    re.IGNORECASE,
)
"""What an owner writes about the place, in a message of the day, and no maker about its product."""


def introduced(text: str) -> Iterator[str]:
    """The first line of a greeting without its frame, and who has the copyright. A prompt names but a host."""
    if len(text) > MAX_GREETING or not _PROMPT.search(text):
        return
    shown = text.rstrip()
    shown = shown[: max(shown.rfind("\n"), shown.rfind("\r"), 0)]
    if (first := _INTRODUCED.match(shown)) and not (_PROMPT.search(first[1]) or _OWNED.search(first[1])):
        yield first[1]
    if owner := _OWNER.search(shown):
        yield owner[1].strip()
