"""Mutated answers for every decoder: what it is tried on, how that is damaged, and what it must not do.

Only `DecodeError` may come out of a decoder, within `LONGEST` seconds of CPU time and without taking memory for good.
"""

from __future__ import annotations

import gc
import hashlib
import json
import random
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TypeAlias

from camscan.codecs import (
    arp,
    baichuan,
    cgi,
    dh01,
    dhcp,
    dhip,
    digest,
    dvrip,
    favicon,
    framing,
    http,
    isapi,
    lapi,
    mdns,
    mhed,
    moi,
    netcommon,
    onvif,
    opaque,
    over_http,
    rtsp,
    sadp,
    snmp,
    soap,
    ssdp,
    tls,
    wsdiscovery,
)
from camscan.errors import DecodeError
from camscan.simulator import Persona, honest, rogues
from camscan.simulator.datagrams import services
from camscan.simulator.template import Filler

LONGEST = 0.5
"""Seconds of CPU time for one input; the slowest honest one takes some milliseconds."""
LARGEST = 96 * 1024
"""Bytes of one input: what is read from one connection at most."""
SAMPLES = Path(__file__).parent.parent / "samples"
CRASHES = SAMPLES / "crashes"

Chance: TypeAlias = Callable[[], float]
"""`random.Random.random`: some four times as fast as the methods that choose, and as good for this."""

DECODERS: Mapping[str, Callable[[bytes], object]] = {
    "arp": arp.decode,
    "baichuan": baichuan.decode,
    "cgi": cgi.decode,
    "cgi-slots": lambda data: [cgi.decode_slot(part) for part in cgi.slots(data)],
    "dh01": dh01.decode,
    "dhcp": dhcp.decode,
    "dhip": dhip.decode,
    "digest": lambda data: digest.choose([data.decode("latin-1")]),
    "dvrip-discovery": dvrip.decode_discovery,
    "dvrip-realm": dvrip.decode_realm,
    "favicon": favicon.decode,
    "framing": framing.is_complete,
    "http": http.decode,
    "isapi": isapi.decode,
    "isapi-slots": lambda data: [isapi.decode_slot(part) for part in isapi.slots(data)],
    "lapi": lapi.decode,
    "lapi-slots": lambda data: [lapi.decode_slot(part) for part in lapi.slots(data)],
    "mdns": mdns.decode,
    "mhed": mhed.decode,
    "moi": moi.decode,
    "netcommon": netcommon.decode,
    "onvif": onvif.decode,
    "opaque": opaque.decode,
    "onvif-over-http": lambda data: over_http.onvif_answer(data, "GetDeviceInformation"),
    "rtsp": rtsp.decode,
    "rtsp-complete": rtsp.is_complete,
    "sadp": sadp.decode,
    "sdp": rtsp.decode_sdp,
    "snmp": snmp.decode,
    **{
        f"soap-{name}": partial(soap.decode, operation=name) for name in (*soap.DEVICE_QUESTIONS, *soap.MEDIA_QUESTIONS)
    },
    "ssdp": ssdp.decode,
    "ssdp-description": ssdp.decode_description,
    "tls": tls.decode,
    "wsd": wsdiscovery.decode,
}
_CORPUS = {
    "http": ("http",),
    "framing": ("http", "rtsp"),
    "onvif-over-http": ("http",),
    "rtsp": ("rtsp",),
    "rtsp-complete": ("rtsp",),
    "sadp": ("sadp",),
    "ssdp": ("ssdp",),
    "wsd": ("ws_discovery",),
    "onvif": ("onvif_device_info",),
}
"""Decoder -> files of the labelled corpus whose answers it reads."""
_FOLDERS = {"sadp": "sadp", "wsd": "wsdiscovery", "onvif": "onvif", "ssdp-description": "ssdp", "tls": "tls"}
_PORTS = {
    "wsd": 3702,
    "sadp": 37020,
    "dhip": 37810,
    "ssdp": 1900,
    "mdns": 5353,
    "dvrip-discovery": 5050,
    "netcommon": 34569,
    "snmp": 161,
}
_ASKER = "0A1B2C3D-0000-4000-8000-00000000000A"
_OWN: Mapping[str, tuple[bytes, ...]] = {
    "digest": (
        b'Digest realm="Login to 4C01", qop="auth,auth-int", nonce="12345", opaque="x", algorithm=SHA-256, stale=FALSE',
        b'Basic realm="camera"',
    ),
    "dvrip-realm": (b"\xb0\x01\x00\x58" + bytes(28) + b"Realm:Login to 4C01\r\nRandom:1838442541\r\n\r\n",),
    "favicon": (b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0" + bytes(60), b"\x89PNG\r\n\x1a\n" + bytes(40), b"<html>"),
    "isapi": (b'<ActivateStatus version="1.0" xmlns="http://x/ver10"><Activated>true</Activated></ActivateStatus>',),
    "lapi": (b'{"Response":{"ResponseURL":"/LAPI/V1.0/x","StatusCode":0,"StatusString":"Succeed","Data":"null"}}',),
    "onvif-over-http": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<s:Envelope><s:Body><s:Fault/></s:Body></s:Envelope>",
    ),
    "sdp": (
        b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=Media Server V1\r\na=tool:x\r\nm=video 0 RTP/AVP 96\r\na=control:t1\r\n",
    ),
}
_TOKENS = (
    *(b"\0", b"\xff", b"\xff\xff\xff\xff", b"\x80\0\0\0", b"\x7f\xff\xff\xff", b"\r\n", b"\r\n\r\n", b":", b"=", b";"),
    *(b"<", b">", b"</", b"/>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?", b"<!DOCTYPE x [", b"&#x0;", b"&amp;"),
    *(b"{", b"}", b"[", b"]", b'"', b"'", b"\\", b"\\ud800", b"1e999", b"NaN", b"-1", b"99999999999999999999", b"%00"),
    *(b"\xc0\x0c", b"\xc0\0", b"\x3f", b"\x40", b"\x30\x82", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b" ", b","),
    *(b"Content-Length: ", b"xmlns=", b"encoding='cp037'", b"charset="),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trial:
    """How a decoder fared. `crash` is the input that brought it down, `why` how; `slowest` is in seconds."""

    tried: int
    slowest: float
    crash: bytes | None = None
    why: str = ""


@cache
def seeds(name: str) -> tuple[bytes, ...]:
    """What the decoder is made for: recorded answers, those of the simulated devices, and those of the rogues."""
    found = [*_OWN.get(name, ())]
    found += [bytes.fromhex(text) for text in _written().get(name.partition("-")[0], ())]
    if name in _FOLDERS:
        files = sorted((SAMPLES / _FOLDERS[name]).iterdir())
        found += [file.read_bytes() for file in files if file.suffix in {".xml", ".der"}]
    for file in _CORPUS.get(name, ()):
        entries = json.loads((SAMPLES.parent / "corpus" / f"{file}.json").read_text(encoding="utf-8"))
        found += [entry["raw"].encode() for entry in entries]
    if name in _PORTS:
        found += [data for persona in _personas() for data in _answers(persona, _PORTS[name])]
    return tuple(dict.fromkeys(data[:LARGEST] for data in found if data))


def attempt(name: str, count: int, seconds: float, seed: int) -> Trial:
    """Try mutants until there were `count` or the time is over, which is looked at after every 256."""
    gc.freeze()  # what the runner of the tests holds by now would be gone through in the decoder's time
    decode, chance = DECODERS[name], random.Random(f"{name} {seed}")
    known, slowest = seeds(name), 0.0
    judge(decode, known[0])  # some load what they need when they are first used
    over = time.monotonic() + seconds
    for tried in range(count):
        if tried and tried % 256 == 0 and time.monotonic() > over:
            return Trial(tried, slowest)
        data = mutant(known, chance.random)
        took, why = _run(decode, data, time.perf_counter)  # which costs a tenth of what the time of the process does
        if took > slowest and not why:  # no more of it than of the other, so that none is missed
            took, why = judge(decode, data)
            slowest = max(slowest, took)
        if why:
            return Trial(tried + 1, slowest, data, why)
    return Trial(count, slowest)


def judge(decode: Callable[[bytes], object], data: bytes) -> tuple[float, str]:
    """CPU seconds that an input took, and what is wrong with that, if anything is."""
    took, why = _run(decode, data, time.process_time)
    return took, why or (f"{took:.2f} s for {len(data)} bytes" if took > LONGEST else "")


def _run(decode: Callable[[bytes], object], data: bytes, clock: Callable[[], float]) -> tuple[float, str]:
    """Seconds, and the traceback of what came out instead of a DecodeError."""
    why = ""
    began = clock()
    try:
        decode(data)
    except DecodeError:
        pass
    except Exception:  # this is what is looked for
        why = traceback.format_exc(limit=-4)
    return clock() - began, why


def keep(name: str, data: bytes) -> Path:
    """Keep an input that brought a decoder down, to be tried in every test run from now on."""
    file = CRASHES / name / f"{hashlib.sha256(data).hexdigest()[:16]}.bin"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def mutant(known: Sequence[bytes], chance: Chance) -> bytes:
    """One of the known inputs, damaged in one to four ways."""
    data = bytearray(known[int(chance() * len(known))])
    for _ in range(1 + int(chance() * 4)):
        _WAYS[int(chance() * len(_WAYS))](data, known, chance)
    return bytes(data[:LARGEST])


def _flip(data: bytearray, _known: Sequence[bytes], chance: Chance) -> None:
    if data:
        data[int(chance() * len(data))] ^= 1 << int(chance() * 8)


def _overwrite(data: bytearray, _known: Sequence[bytes], chance: Chance) -> None:
    at = int(chance() * (len(data) + 1))
    written = int(chance() * 2**32).to_bytes(4, "big")
    data[at : at + 1 + int(chance() * 4)] = written[: 1 + int(chance() * 4)]


def _insert(data: bytearray, _known: Sequence[bytes], chance: Chance) -> None:
    at = int(chance() * (len(data) + 1))
    data[at:at] = _TOKENS[int(chance() * len(_TOKENS))]


def _remove(data: bytearray, _known: Sequence[bytes], chance: Chance) -> None:
    first, last = _span(data, chance)
    del data[first:last]


def _cut(data: bytearray, _known: Sequence[bytes], chance: Chance) -> None:
    del data[int(chance() * (len(data) + 1)) :]


def _repeat(data: bytearray, _known: Sequence[bytes], chance: Chance) -> None:
    first, last = _span(data, chance)
    data[first:first] = data[first:last] * min(_TIMES[int(chance() * len(_TIMES))], 16_384 // (last - first + 1) + 1)


def _splice(data: bytearray, known: Sequence[bytes], chance: Chance) -> None:
    other = known[int(chance() * len(known))]
    first, last = _span(other, chance)
    at = int(chance() * (len(data) + 1))
    data[at:at] = other[first:last]


def _span(data: bytes | bytearray, chance: Chance) -> tuple[int, int]:
    first = int(chance() * (len(data) + 1))
    return first, min(len(data), first + _LENGTHS[int(chance() * len(_LENGTHS))])


_TIMES, _LENGTHS = (1, 2, 8, 300), (1, 2, 4, 16, 64, 512)
_WAYS = (_flip, _flip, _overwrite, _overwrite, _insert, _insert, _remove, _cut, _repeat, _splice)


@cache
def _personas() -> tuple[Persona, ...]:
    return (*honest(), *rogues())


@cache
def _written() -> Mapping[str, list[str]]:
    found: Mapping[str, list[str]] = json.loads((SAMPLES / "seeds.json").read_text(encoding="ascii"))
    return found


def _answers(persona: Persona, port: int) -> Iterator[bytes]:
    """What a device answers on a UDP port to whoever asks as a scan does."""
    filler = Filler(persona, "127.77.0.9", {})
    for service in services(persona):
        if service.port == port:
            yield from (answer for question in _questions(port) for answer in service.answers(question, filler))


def _questions(port: int) -> tuple[bytes, ...]:
    return {
        3702: tuple(wsdiscovery.encode_probe(_ASKER, types) for types in wsdiscovery.DIALECTS),
        37020: (sadp.encode_inquiry(_ASKER),),
        37810: (dhip.SEARCH,),
        1900: (ssdp.SEARCH,),
        5353: (mdns.encode_query(mdns.SERVICES),),
        5050: (dvrip.DISCOVERY,),
        34569: (netcommon.SEARCH,),
        161: (snmp.encode_get("public", 1),),
    }[port]
