"""Answers to Digest challenges (RFC 7616, with RFC 2617 and RFC 2069 for old devices).

Pure: the caller gives nonce count and client nonce, and decides whether a challenge may be answered at all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from camscan.codecs.challenges import MAX_CHALLENGES, read_challenges

_HASHES = MappingProxyType({"sha-256": "sha256", "sha256": "sha256", "md5": "md5"})
_STRONGEST_FIRST = ("sha256", "md5")
_SESSION = "-sess"
_MAX_TEXT = 1024  # characters of a realm, nonce or opaque; devices send below 200


@dataclass(frozen=True, slots=True)
class Digest:
    """One challenge that can be answered. `algorithm` is as the server spells it, "" where it names none.

    `qop` is what the answer will use: "auth", "auth-int", or "" for the form of RFC 2069.
    """

    realm: str
    nonce: str
    hash: str
    algorithm: str = ""
    qop: str = ""
    opaque: str | None = None
    stale: bool = False

    @property
    def is_session(self) -> bool:
        """Whether the key is derived once for each nonce ("MD5-sess")."""
        return self.algorithm.lower().endswith(_SESSION)


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that an answer goes with; `uri` is the request target as it goes over the wire."""

    method: str
    uri: str
    body: bytes = b""


def choose(values: Sequence[str]) -> Digest | None:
    """The strongest Digest challenge in the values of all WWW-Authenticate headers that can be answered."""
    challenges = (challenge for value in values[:MAX_CHALLENGES] for challenge in read_challenges(value))
    known = [found for scheme, given in challenges if scheme == "digest" and (found := _digest(dict(given)))]
    return min(known, key=lambda digest: _STRONGEST_FIRST.index(digest.hash), default=None)


def authorization(digest: Digest, login: tuple[str, str], asked: Asked, *, count: int, cnonce: str) -> str:
    """The value of the Authorization header. `login` is user name and password.

    `count` counts the answers with this nonce from 1 on; `cnonce` stays the same for all of them.
    """
    user, password = login
    numbered = f"{count:08x}"
    key = _hex(digest, f"{user}:{digest.realm}:{password}".encode())
    if digest.is_session:
        key = _hex(digest, f"{key}:{digest.nonce}:{cnonce}".encode())
    what = f"{asked.method}:{asked.uri}"
    if digest.qop == "auth-int":
        what += f":{_hex(digest, asked.body)}"
    middle = f"{numbered}:{cnonce}:{digest.qop}:" if digest.qop else ""
    response = _hex(digest, f"{key}:{digest.nonce}:{middle}{_hex(digest, what.encode())}".encode())
    parts = [("username", user), ("realm", digest.realm), ("nonce", digest.nonce), ("uri", asked.uri)]
    quoted = [f'{name}="{_quoted(text)}"' for name, text in (*parts, ("response", response))]
    bare = [f"algorithm={digest.algorithm}"] if digest.algorithm else []
    if digest.opaque is not None:
        quoted.append(f'opaque="{_quoted(digest.opaque)}"')
    if digest.qop:
        bare += [f"qop={digest.qop}", f"nc={numbered}"]
    if digest.qop or digest.is_session:
        quoted.append(f'cnonce="{cnonce}"')
    return "Digest " + ", ".join((*quoted, *bare))


def _digest(given: dict[str, str]) -> Digest | None:
    """The challenge, or None where it cannot be answered: no nonce, or an algorithm or qop that nobody knows."""
    algorithm, offered = given.get("algorithm", "").strip(), given.get("qop", "")
    hash_name = _HASHES.get(algorithm.lower().removesuffix(_SESSION) or "md5")
    qops = {word.lower() for word in re.split(r"[\s,;]+", offered) if word}
    qop = next((known for known in ("auth", "auth-int") if known in qops), "")
    realm, nonce, opaque = given.get("realm", ""), given.get("nonce", ""), given.get("opaque")
    sound = all(text.isprintable() and len(text) <= _MAX_TEXT for text in (realm, nonce, opaque or ""))
    if not (nonce and hash_name and sound) or (qops and not qop):
        return None
    stale = given.get("stale", "").strip().lower() == "true"
    return Digest(realm, nonce, hash_name, algorithm, qop, opaque, stale)


def _hex(digest: Digest, data: bytes) -> str:
    return hashlib.new(digest.hash, data, usedforsecurity=False).hexdigest()


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
