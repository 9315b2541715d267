"""Hashes of favicons in the usual forms: mmh3 over base64 with line breaks (as Shodan does), and MD5."""

from __future__ import annotations

import base64
import hashlib
import re

import mmh3

from camscan.errors import DecodeError

FIELDS = ("http.favicon.mmh3", "http.favicon.md5")

_IMAGE = re.compile(
    rb"\x00\x00\x01\x00"  # ICO
    rb"|\x89PNG\r\n\x1a\n"
    rb"|GIF8[79]a"
    rb"|\xff\xd8\xff"  # JPEG
    rb"|BM.{4}\x00{4}"  # BMP: size, then four reserved bytes
    rb"|(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]{0,256}>\s*+)?(?:<!(?:--|DOCTYPE\ssvg)[^>]{0,512}>\s*+){0,4}<svg[\s>]",
    re.DOTALL,
)


def is_image(body: bytes) -> bool:
    """Whether the first bytes are those of an ICO, PNG, GIF, JPEG, BMP or SVG file, whatever the headers say."""
    return _IMAGE.match(body) is not None


def decode(body: bytes) -> dict[str, tuple[str, ...]]:
    """`http.favicon.mmh3` and `.md5` of an image. Raises DecodeError for anything else: error pages are no icons."""
    if not is_image(body):
        raise DecodeError("no image: its first bytes are those of no icon format")
    return {
        "http.favicon.mmh3": (str(mmh3.hash(base64.encodebytes(body))),),
        "http.favicon.md5": (hashlib.md5(body, usedforsecurity=False).hexdigest(),),
    }
