"""Framing of HTTP/1 answers (RFC 9112): begin, end, head, and content.

An answer may lack its status line, headers, reason phrase, CRs or end, and its lengths and chunk sizes may be wrong.
Whatever can be read is kept; only bytes that are not HTTP at all are refused.
"""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache

from camscan.codecs import favicon
from camscan.codecs.text import charset_named_in, clip, to_text
from camscan.errors import DecodeError

MAX_ANSWER = 256 * 1024  # bytes that are read of an answer, and of its content once that is decompressed
MAX_OWN_ANSWER = 1024 * 1024  # the same of an answer to an enrolled login: the lists of a recorder of 256 channels
MAX_HEAD = 64 * 1024  # bytes of a head; servers refuse to send more than 8 to 16 KiB
MAX_HEADERS = 200  # lines that are read; busy web applications send about thirty
MAX_VALUE = 4096  # characters of a header's value; long security policies have about two thousand
MAX_INTERIM = 8  # 1xx answers that are skipped before the real one
MAX_CHUNKS = 4096  # chunks of a content; servers send them by the KiB

_STATUS = re.compile(rb"(?:HTTP(?:/[^\s]{0,8})?|ICY)(?=\s|$)(?:[ \t]+([0-9]{1,4}))?", re.IGNORECASE)
_INTERIM = re.compile(rb"HTTP/[^\s]{0,8}[ \t]+1[0-9][0-9]\s", re.IGNORECASE)
_FIRST_HEADER = re.compile(
    rb"(?:server|www-authenticate|content-type|content-length|connection|date|set-cookie|location|cache-control)\s?:",
    re.IGNORECASE,
)
_BARE_BODY = re.compile(rb"(?:\xef\xbb\xbf)?\s*+(?:<[!?A-Za-z]|\{\s*+[\"}])")
_HEAD_END = re.compile(rb"\n(?:[ \t]{0,8}\r{0,2}\n|(?=[<{]))")
_NAME = re.compile(r"[^\x00-\x1f\"<>={}]{1,128}")
_LENGTH = re.compile(rb"\ncontent-length[ \t]*+:[ \t]*+([0-9]{1,10})\s", re.IGNORECASE)
_CHUNKED = re.compile(rb"\ntransfer-encoding[ \t]*+:[^\n]*chunked", re.IGNORECASE)
_CHUNK = re.compile(rb"\r?\n[ \t]{0,8}([0-9A-Fa-f]{1,8})[ \t]{0,8}(?:;[^\n]{0,256})?(?:\r?\n|\Z)")
_LAST_CHUNK = re.compile(rb"\n0+[ \t]{0,8}(?:;[^\n]{0,256})?\r?\n(?:[A-Za-z0-9-]{1,64}:[^\n]{0,256}\n){0,4}\r?\n\Z")
"""The end of a chunked body, with what may stand there: extensions of the chunk, and trailers (RFC 9112, 7.1)."""
_LONGEST_END = 1024  # bytes in which it is looked for

_OF_PACKING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_BLANK = b"\0\t\n\r "
_MAX_SIZE_LINE = 300  # bytes of a line with a chunk's size
_GZIP = b"\x1f\x8b\x08"
_STEPS = (1024, 1)  # bytes that are unpacked together on the way to a fault, and close to it
_WINDOW_BITS = {"gzip": (47,), "x-gzip": (47,), "deflate": (47, -15)}  # of zlib; deflate is sent with a header or bare


@dataclass(frozen=True)
class Answer:
    """One answer: status code ("" where there is none), (name as sent, value) of each header, and content."""

    status: str
    headers: tuple[tuple[str, str], ...]
    content: bytes = b""

    def all(self, name: str) -> list[str]:
        """The values of every header of that name, which is given in lower case."""
        return self._by_name.get(name, [])

    def last(self, name: str) -> str:
        """The value of the last header of that name in lower case, "" where there is none."""
        values = self.all(name)
        return values[-1].lower() if values else ""

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self.headers:
            found.setdefault(name.lower(), []).append(value)
        return found


def is_complete(data: bytes) -> bool:
    """Whether an answer is complete by its own framing; one that ends with its connection never is.

    Looks at the head and the last bytes only, so it may be called on each piece of a growing answer.
    """
    start = _final_head(data)
    end = _HEAD_END.search(data, start, start + MAX_HEAD)
    status = _STATUS.match(data, start)
    if end is None or status is None or _INTERIM.match(data, start):
        return False
    if status[1] in (b"204", b"304"):
        return True
    if _CHUNKED.search(data, start, end.end()):
        return _LAST_CHUNK.search(data, max(end.end() - 1, len(data) - _LONGEST_END)) is not None
    lengths = {int(length) for length in _LENGTH.findall(data, start, end.end())}
    return len(lengths) == 1 and len(data) - end.end() >= lengths.pop()


@lru_cache(maxsize=4)
def read(data: bytes, most: int = MAX_ANSWER) -> Answer:
    """Head and content of one answer, without chunking and compression. Raises DecodeError if it is no HTTP.

    The last results are cached, because several callers read the same answer in turn.
    """
    head, content = _split(data[:most].lstrip(_BLANK))
    answer = read_head(head)
    return Answer(answer.status, answer.headers, _unframed(content, answer, most))


def read_own(data: bytes) -> Answer:
    """As `read`, for an answer to an enrolled login, which may be longer. Raises DecodeError if it is no HTTP."""
    return read(data, MAX_OWN_ANSWER)


def read_head(head: bytes) -> Answer:
    """An answer without content, or the beginning of a head; lines that are not headers are left out."""
    head = head[:MAX_HEAD].lstrip(_BLANK)
    status = _STATUS.match(head)
    lines = to_text(head, charset_named_in(head)).split("\n", MAX_HEADERS + 1)[: MAX_HEADERS + 1]
    headers: list[tuple[str, str]] = []
    for line in lines[1:] if status else lines:
        name, colon, value = line.partition(":")
        if line.startswith((" ", "\t")) and headers:
            name, value = headers.pop()
            headers.append((name, clip(f"{value} {line.strip()}", MAX_VALUE)))
        elif colon and _NAME.fullmatch(name.strip()):
            headers.append((name.strip(), clip(value, MAX_VALUE)))
    return Answer((status[1] or b"").decode() if status else "", tuple(headers))


def unpacked(answer: Answer) -> bytes:
    """An answer as bytes again, as if it had come without chunks and compression."""
    lines = [f"HTTP/1.1 {answer.status}", *(f"{n}: {v}" for n, v in answer.headers if n.lower() not in _OF_PACKING)]
    return "\r\n".join([*lines, "\r\n"]).encode("utf-8", "replace") + answer.content


def _final_head(data: bytes) -> int:
    """Where the head of the real answer begins, behind interim ones that another head follows."""
    start = 0
    for _ in range(MAX_INTERIM):
        end = _HEAD_END.search(data, start, start + MAX_HEAD)
        if end is None or not _INTERIM.match(data, start) or not _STATUS.match(data, end.end()):
            break
        start = end.end()
    return start


def _split(data: bytes) -> tuple[bytes, bytes]:
    """Head and body. The head is empty where a server sends nothing but the body, as in HTTP/0.9."""
    start = _final_head(data)
    if not (_STATUS.match(data, start) or _FIRST_HEADER.match(data, start)):
        if _BARE_BODY.match(data):
            return b"", data
        raise DecodeError(f"not HTTP: the answer begins with {data[:16]!r}")
    end = _HEAD_END.search(data, start, start + MAX_HEAD)
    if end is None:
        return data[start : start + MAX_HEAD], b""
    return data[start : end.start()], data[end.end() :]


def _unframed(content: bytes, head: Answer, most: int) -> bytes:
    """The content without chunking and compression, and without a further answer after it.

    Otherwise Content-Length is ignored, except for an image, whose hash would change with a single further byte.
    """
    length = head.last("content-length")
    if "chunked" in head.last("transfer-encoding") or _is_chunked(content):
        content = _dechunked(content)
    elif length.isdecimal() and 0 < int(length) < len(content):
        rest = content[int(length) :]
        content = content[: int(length)] if favicon.is_image(content) or _STATUS.match(rest.lstrip()) else content
    encoding = "gzip" if content.startswith(_GZIP) else head.last("content-encoding")  # some leave the header out
    for bits in _WINDOW_BITS.get(encoding, ()):
        try:
            return zlib.decompressobj(bits).decompress(content, most)
        except zlib.error:
            continue  # the header is wrong, or it is the other form of deflate
    return _up_to_fault(content, most) or content if content.startswith(_GZIP) else content


def _up_to_fault(packed: bytes, most: int) -> bytes:
    """What a gzip file unpacks to before the place where it is damaged: all of it where only the checksum is wrong."""
    unpacker, unpacked, position = zlib.decompressobj(_WINDOW_BITS["gzip"][0]), bytearray(), 0
    for step in _STEPS:
        before = unpacker
        with suppress(zlib.error):
            while position < len(packed) and len(unpacked) < most:
                before = unpacker.copy()
                unpacked += unpacker.decompress(packed[position : position + step], most)
                position += step
        unpacker = before
    return bytes(unpacked[:most])


def _is_chunked(content: bytes) -> bool:
    """Whether content without the header is chunked: a size, as many bytes, and another size."""
    first = _CHUNK.match(b"\n" + content[:_MAX_SIZE_LINE])
    if first is None:
        return False
    end = first.end() - 1 + int(first[1], 16)
    return end < len(content) and _CHUNK.match(content, end, end + _MAX_SIZE_LINE) is not None


def _dechunked(content: bytes) -> bytes:
    """The content of all chunks; from the first bad size on, whatever is left."""
    parts: list[bytes] = []
    rest = b"\n" + content  # each size stands on a line of its own, the first one too
    position = 0
    for _ in range(MAX_CHUNKS):
        chunk = _CHUNK.match(rest, position)
        if chunk is None:
            break
        size = int(chunk[1], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(rest[chunk.end() : chunk.end() + size])
        position = chunk.end() + size
    if not parts:
        return content
    return b"".join([*parts, rest[position:].removeprefix(b"\r\n")])
