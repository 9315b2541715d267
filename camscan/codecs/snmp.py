"""SNMP v2c GET of the system group (RFC 1901, 3416, 3418) in plain BER (X.690): five values, in one datagram each way.

It is asked only with a community that the operator named. The community in an answer is not decoded into a field.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from camscan.codecs import layout
from camscan.codecs.text import to_text
from camscan.errors import DecodeError, UsageError

OBJECTS = MappingProxyType(
    {
        "1.3.6.1.2.1.1.1.0": "snmp.sys_descr",
        "1.3.6.1.2.1.1.2.0": "snmp.sys_object_id",
        "1.3.6.1.2.1.1.4.0": "snmp.sys_contact",
        "1.3.6.1.2.1.1.5.0": "snmp.sys_name",
        "1.3.6.1.2.1.1.6.0": "snmp.sys_location",
    }
)
"""The only objects that are asked for, and the field of each."""

FIELDS = (*OBJECTS.values(), "snmp.object")

ENTERPRISES = "1.3.6.1.4.1."  # the tree of the makers' own objects

MAX_COMMUNITY = 64  # bytes; agents take 32 to 64
MAX_REQUEST_ID = 2**31 - 1  # RFC 3416: a 32-bit INTEGER
MAX_BINDINGS = 32  # values of one answer that are read; five are asked for
MAX_SUBIDS = 128  # of one OID (RFC 3416 section 2.1)
MAX_SUBID_BYTES = 5  # of a 32-bit subidentifier, seven bits a byte
MAX_LENGTH_BYTES = 4  # of a length; a datagram needs two, some agents pad

_INTEGER, _STRING, _NULL, _OID, _SEQUENCE, _GET, _RESPONSE = 0x02, 0x04, 0x05, 0x06, 0x30, 0xA0, 0xA2
_VERSIONS = (b"\0", b"\1")  # v1 and v2c


def encode_get(community: str, request_id: int) -> bytes:
    """A GetRequest for `OBJECTS`. Raises UsageError for a community or request id that cannot be sent."""
    name = community.encode("utf-8", "surrogateescape")
    if not 0 < len(name) <= MAX_COMMUNITY:
        raise UsageError(f"an SNMP community of {len(name)} bytes cannot be sent: it must have 1 to {MAX_COMMUNITY}")
    if not 0 <= request_id <= MAX_REQUEST_ID:
        raise UsageError(f"SNMP request id {request_id} cannot be sent: it must be 0 to {MAX_REQUEST_ID}")
    bindings = b"".join(_tlv(_SEQUENCE, _tlv(_OID, _encode_oid(oid)) + _tlv(_NULL, b"")) for oid in OBJECTS)
    number = request_id.to_bytes(request_id.bit_length() // 8 + 1, "big")
    zero = _tlv(_INTEGER, b"\0")
    request = _tlv(_GET, _tlv(_INTEGER, number) + zero + zero + _tlv(_SEQUENCE, bindings))
    return _tlv(_SEQUENCE, _tlv(_INTEGER, _VERSIONS[1]) + _tlv(_STRING, name) + request)


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """The values of the system group in a response, and the texts of a maker's own objects if others asked for them.

    A value that is broken costs no other one. Raises DecodeError for anything else, and if nothing else is there.
    """
    message, _ = _read(data, 0, _SEQUENCE)
    version, position = _read(message, 0, _INTEGER)
    if version not in _VERSIONS:
        raise DecodeError("no SNMP v1 or v2c: another version")
    _, position = _read(message, position, _STRING)
    response, _ = _read(message, position, _RESPONSE)
    position = 0
    for _ in ("request id", "error status", "error index"):
        _, position = _read(response, position, _INTEGER)
    bindings, _ = _read(response, position, _SEQUENCE)
    pairs: list[tuple[str, str]] = []
    broken: DecodeError | None = None
    for binding in _bindings(bindings):
        try:
            pairs += _pairs(binding)
        except DecodeError as error:
            broken = broken or error
    if broken and not pairs:
        raise broken
    return layout.fields(pairs)


def _bindings(data: bytes) -> Iterator[bytes]:
    position = 0
    for _ in range(MAX_BINDINGS):
        if position >= len(data):
            break
        binding, position = _read(data, position, _SEQUENCE)
        yield binding


def _pairs(binding: bytes) -> Iterator[tuple[str, str]]:
    oid, value_at = _read(binding, 0, _OID)
    asked = _decode_oid(oid)
    kind = binding[value_at] if value_at < len(binding) else _NULL
    if kind not in (_STRING, _OID):
        return
    value, _ = _read(binding, value_at, kind)
    text = to_text(value) if kind == _STRING else _decode_oid(value)
    if name := OBJECTS.get(asked):
        yield name, text
    elif asked.startswith(ENTERPRISES) and kind == _STRING:
        yield "snmp.object", own_object(asked, text)


def own_object(oid: str, text: str) -> str:
    """A maker's own object as rules see it: "1.3.6.1.4.1.368.1.1.0 = text"."""
    return f"{oid} = {text}"


def _tlv(tag: int, value: bytes) -> bytes:
    size = len(value)
    length = bytes([size]) if size < 0x80 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + value


def _read(data: bytes, position: int, tag: int) -> tuple[bytes, int]:
    """The contents of the element that starts there, which must have that tag, and where the next one begins."""
    if position + 2 > len(data):
        raise DecodeError(f"SNMP element at byte {position} is missing")
    if data[position] != tag:
        raise DecodeError(f"SNMP element at byte {position} has tag 0x{data[position]:02x}, not 0x{tag:02x}")
    length, start = data[position + 1], position + 2
    if length >= 0x80:
        size = length & 0x7F
        if not 0 < size <= MAX_LENGTH_BYTES:
            raise DecodeError(f"SNMP element at byte {position} has a length of {size} bytes")
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    if start + length > len(data):
        raise DecodeError(f"SNMP element at byte {position} claims {length} bytes, {len(data) - start} are left")
    return data[start : start + length], start + length


def _encode_oid(oid: str) -> bytes:
    """The system group's OIDs only have subidentifiers below 128, which take a byte each."""
    first, second, *rest = map(int, oid.split("."))
    return bytes([40 * first + second, *rest])


def _decode_oid(data: bytes) -> str:
    numbers: list[int] = []
    value = size = 0
    for byte in data:
        value, size = value << 7 | byte & 0x7F, size + 1
        if size > MAX_SUBID_BYTES or len(numbers) >= MAX_SUBIDS:
            raise DecodeError("SNMP OID is longer than OIDs can be")
        if byte < 0x80:
            numbers.append(value)
            value = size = 0
    if not numbers or size:
        raise DecodeError("SNMP OID is empty or breaks off")
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))
