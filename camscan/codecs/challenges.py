"""WWW-Authenticate challenges (RFC 9110 section 11.6.1), as HTTP and RTSP servers send them.

Devices quote badly, leave out schemes, commas and closing quotes, and put several challenges into one header; whatever
can be read is kept. Realm and scheme help to identify the device. Responses are made elsewhere (`digest`), and only
for enrolled devices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

MAX_CHALLENGES = 16  # browsers meet three or four schemes; a flood of them says nothing more
MAX_VALUE = 2048  # characters of one header value; a Digest challenge with a long nonce stays below 600

_SEPARATORS = re.compile(r"[\s,;]*+")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]++")
_EQUALS = re.compile(r"\s*+=\s*+")
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.|\\$)*+)(?:"|$)', re.DOTALL)
_SINGLE = re.compile(r"'([^',\r\n]++)'(?=[\s,;]|$)")
"""Quoted as no standard has it, by some devices and by people who quote them."""
_UNQUOTED = re.compile(r'[^,"]*+')
_NEXT_PARAMETER = re.compile(r" [!#$%&'*+.^_`|~0-9A-Za-z-]++$")
_ESCAPE = re.compile(r'\\(["\\])')
_JUNK = re.compile(r"[^\s,;]++")
_ANOTHER = re.compile(r"(?<=\")[ \t]{0,8},[ \t]{0,8}(?=(?:Digest|Basic)[ \t]{1,8}[a-z]{2,16}=)", re.IGNORECASE)
"""Between two challenges of one header. A quoted value that reads like it would be parted too; none is known."""


Challenge: TypeAlias = tuple[str, Mapping[str, str]]
"""The scheme in lower case ("" where none is named) and the parameters by their names in lower case."""


def read_challenges(value: str) -> tuple[Challenge, ...]:
    """Every challenge in one header value, with the first non-empty value of each parameter.

    >>> read_challenges('Digest realm="a, b", qop="auth", Basic realm=Web Server')
    (('digest', {'realm': 'a, b', 'qop': 'auth'}), ('basic', {'realm': 'Web Server'}))
    """
    challenges: list[tuple[str, dict[str, str]]] = []
    for name, parameter in _words(value[:MAX_VALUE]):
        if parameter is None:
            challenges.append((name, {}))
        else:
            if not challenges:
                challenges.append(("", {}))
            parameters = challenges[-1][1]
            parameters[name] = parameters.get(name) or parameter
        if len(challenges) > MAX_CHALLENGES:
            break
    return tuple(challenges[:MAX_CHALLENGES])


def challenge_fields(prefix: str, values: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`<prefix>.realm`, `.auth` and `.www_authenticate` of one answer's WWW-Authenticate headers, without repeats.

    Several challenges in one header are values of their own, as if each had a header to itself.
    """
    kept = [value.strip()[:MAX_VALUE] for value in values[:MAX_CHALLENGES]]
    challenges = [challenge for value in kept for challenge in read_challenges(value)]
    found = {
        "realm": [parameters.get("realm", "") for _, parameters in challenges],
        "auth": [scheme for scheme, _ in challenges],
        "www_authenticate": [part for value in kept for part in _ANOTHER.split(value, MAX_CHALLENGES)],
    }
    unique = {name: tuple(dict.fromkeys(filter(None, texts))) for name, texts in found.items()}
    return {f"{prefix}.{name}": texts for name, texts in unique.items() if texts}


def _words(value: str) -> Iterator[tuple[str, str | None]]:
    """(scheme, None) and (parameter, value) in the order in which they come; names in lower case."""
    position, after_scheme = 0, False
    while (position := _end(_SEPARATORS, value, position)) < len(value):
        token = _TOKEN.match(value, position)
        if token is None:
            position = _end(_JUNK, value, position)
            continue
        equals = _EQUALS.match(value, token.end())
        if equals is not None:
            text, position = _parameter(value, equals.end())
            yield token[0].lower(), text
        else:
            position = token.end()
            if not after_scheme:  # a bare word behind a scheme is its token68
                yield token[0].lower(), None
        after_scheme = equals is None and not after_scheme and value[position : position + 1] != ","


def _parameter(value: str, start: int) -> tuple[str, int]:
    """The value that starts there, quoted or not, and where it ends."""
    quoted = _QUOTED.match(value, start)
    if quoted is not None:
        return _ESCAPE.sub(r"\1", quoted[1]), quoted.end()
    single = _SINGLE.match(value, start)
    if single is not None:
        return single[1].strip(), single.end()
    end = _end(_UNQUOTED, value, start)
    if value[start:end].count("=") == 0:
        return value[start:end].strip(), end
    return _before_next_parameter(value, start, end)


def _before_next_parameter(value: str, start: int, end: int) -> tuple[str, int]:
    """An unquoted value of several words that another `name=value` follows without a comma."""
    equals = value.index("=", start, end)
    text = value[start:equals].rstrip()
    name = _NEXT_PARAMETER.search(text)
    if name is None:
        return value[start:end].strip(), end
    return text[: name.start()].strip(), start + name.start()


def _end(pattern: re.Pattern[str], value: str, position: int) -> int:
    """Where a pattern that may match nothing stops."""
    match = pattern.match(value, position)
    return match.end() if match else position
