"""What a service says before it is asked, without what telnet negotiates (RFC 854) and terminals are told in between.

Telnet puts its options in front of the greeting, so that no text begins where it seems to.
"""

from __future__ import annotations

import re

from camscan.codecs.layout import fields

_OPTION = "[\x00-\x2f]?"  # NUL, the option of binary transfer, may have been taken out
_COMMANDS = re.compile(
    f"\xff(?:[\xfb-\xfe]{_OPTION}|\xfa[^\xff]{{0,64}}\xff\xf0|[\xf1-\xf9])"
    "|(?:\ufffd\ufffd[\x00-\x2f]){2,16}|\ufffd\ufffd[\x00-\x08\x0e-\x1f]"
    r"|(?i:\\xff\\xf(?:[b-e](?:\\x[0-9a-f]{2}|\\[rnt]|[ -/])?|[1-9]))"
    "|\x1b\\[[0-9;?]{0,16}[A-Za-z]"
)
"""Options and screen commands: as Latin-1, as bytes that are no UTF-8, and as programs spell bytes out."""
_BLANKS = re.compile(r"(?:\s|\\[rn]|\\x0[ad])+")
_TRACES = ("\xff", "\ufffd\ufffd", "\\xff", "\x1b[")


def without_negotiation(text: str) -> str:
    r"""The text alone; as it is where nothing was negotiated.

    >>> without_negotiation("\xff\xfd\x01\xff\xfb\x03\r\nLogin: ")
    'Login: '
    """
    if not any(trace in text for trace in _TRACES):
        return text
    said, removed = _COMMANDS.subn("", text)
    return _BLANKS.sub("", said, count=1) if removed and _BLANKS.match(said) else said


def greeting(text: str) -> dict[str, tuple[str, ...]]:
    """The fields of what a service said first."""
    return fields([("banner.text", without_negotiation(text))])
