"""Baichuan: Reolink's protocol on TCP 9000. Only its presence is established.

Header, little endian: f0 de bc 0a, u32 message, u32 body length, u32 channel and sequence, u16 encryption or status,
u16 class. Classes 0x6514 and 0x6614 have headers of 20 bytes, 0x6414 and 0 of 24.
Message 1 of class 0x6514 without a body asks for the nonce that a login would need; with a body it is a login, which is
not made here. The header alone carries no user name, no password and no hash of them.

Layout: reolink_aio, neolink.
"""

from __future__ import annotations

from struct import unpack_from

from camscan.errors import DecodeError

PORT = 9000

_MAGIC = b"\xf0\xde\xbc\x0a"
NONCE = _MAGIC + b"\x01\0\0\0" + b"\0\0\0\0" + b"\xfa\0\0\0" + b"\x12\xdc" + b"\x14\x65"
"""The question for a nonce: a header without a body."""

REQUESTS = (NONCE,)  # all that may be sent

FIELDS = ("baichuan.magic",)

_HEADER = 20
_CLASSES = frozenset({0x6514, 0x6614, 0x6414, 0x0000})


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """The magic, where the bytes start with a header of this protocol that is not our own question come back.

    Raises DecodeError if they do not.
    """
    if len(data) < _HEADER or not data.startswith(_MAGIC):
        raise DecodeError("no Baichuan header")
    if data.startswith(NONCE) or unpack_from("<H", data, 18)[0] not in _CLASSES:
        raise DecodeError("no Baichuan answer: an echo, or a class that does not exist")
    return {"baichuan.magic": (_MAGIC.hex(),)}
