"""What an answer to a login says: whether it denies or accepts it, and what of it may be kept."""

from __future__ import annotations

import re
from dataclasses import replace

from camscan.codecs import digest, framing, onvif
from camscan.codecs.framing import Answer
from camscan.credentials.schemes import Signed, redacted
from camscan.errors import DecodeError
from camscan.net.base import Exchange

_LOCKED = re.compile(
    rb"lockstatus\W{1,4}lock(?:ed)?\W"
    rb"|(?:user|account|device|address|login)s?(?:is|are|was|hasbeen|havebeen)?(?:temporarily)?locked"
)
"""In the text of a denial, lowered and without white space."""
_TOO_MANY = "429"  # the status for too many requests in some time (RFC 6585): the login need not have been looked at


def denies(answer: Answer, *, token: bool) -> bool:
    """Whether an answer asks for a login, or for another one, or takes none now; `token`: by a fault as well."""
    if answer.status == "401" or (answer.status == "403" and answer.all("www-authenticate")):
        return True
    if answer.status[:1] in ("4", "5") and answer.status != "404" and locked(answer):
        return True
    if not token or not _may_be_fault(answer.content):
        return False
    try:
        return onvif.is_denied(onvif.decode(answer.content))
    except DecodeError:
        return False


def accepts(answer: Answer, *, token: bool) -> bool:
    """Whether an answer that does not deny shows that the login was looked at: redirects and failures do not."""
    return answer.status[:1] in ("2", "4") or (token and b"Envelope" in answer.content)


def locked(answer: Answer) -> bool:
    """Whether an answer, which is no page, says that the device takes no logins for a while."""
    return answer.status == _TOO_MANY or _LOCKED.search(b"".join(answer.content[:16_384].lower().split())) is not None


def answerable(challenge: digest.Digest | None, raw: bytes) -> digest.Digest | None:
    """The challenge, unless its texts cannot be sent back as they came: such an answer could only be refused."""
    if challenge is None:
        return None
    texts = (challenge.realm, challenge.nonce, challenge.opaque or "")
    return challenge if all(text.isascii() or text.encode() in raw for text in texts) else None


def redacted_exchange(exchange: Exchange, signed: Signed) -> tuple[Exchange, Answer | None]:
    """The exchange without traces of the secret, and what its answer says.

    Chunks and compression can hide a trace in the bytes that shows in the content; then the answer is kept unpacked.
    """
    replies = tuple(redacted(reply, signed.traces) for reply in exchange.replies)
    if replies != exchange.replies:
        exchange = replace(exchange, replies=replies)
    answer = _read(exchange)
    if answer is not None and (content := redacted(answer.content, signed.traces)) != answer.content:
        answer = replace(answer, content=content)
        exchange = replace(exchange, replies=(framing.unpacked(answer),))
    return exchange, answer


def _read(exchange: Exchange) -> Answer | None:
    if not exchange.raw:
        return None
    try:
        return framing.read_own(exchange.raw)
    except DecodeError:
        return None


def _may_be_fault(content: bytes) -> bool:
    """Whether it is worth parsing: most answers to a login are none, and only UTF-16 could hide the word."""
    return b"Fault" in content or b"\0" in content
