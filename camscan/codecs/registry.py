"""The codec of each channel, and decoding of stored bytes by the current codecs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from camscan.codecs import (
    arp,
    baichuan,
    cgi,
    dh01,
    dhcp,
    dhip,
    dvrip,
    http,
    isapi,
    lapi,
    mdns,
    mhed,
    moi,
    netcommon,
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
from camscan.codecs.behind import WebApiCodec
from camscan.errors import DecodeError
from camscan.records import Fields, Observation

_Decode = Callable[[bytes, str], Sequence[Fields]]


def _web_api(api: WebApiCodec, raw: bytes, asked: str) -> Sequence[Fields]:
    """Decodes whole answers, and parts for a single channel, whose `asked` ends with the channel."""
    return [api.decode_slot(raw) if " #" in asked else over_http.own_answer(raw, api.decode)]


_DECODERS: Mapping[str, _Decode] = MappingProxyType(
    {
        "arp": lambda raw, _: [arp.decode(raw)],
        "dhcp": lambda raw, _: [dhcp.decode(raw)],
        "http": lambda raw, asked: [http.decode(raw, asked.removeprefix("GET ") or "/")],
        "tls": lambda raw, asked: [tls.decode(raw, asked)],
        "rtsp": lambda raw, asked: [rtsp.decode(raw, asked)],
        "onvif": lambda raw, asked: [over_http.onvif_answer(raw, asked)],
        "onvif-login": lambda raw, asked: [over_http.own_answer(raw, partial(soap.decode, operation=asked))],
        "isapi": partial(_web_api, isapi),
        "cgi": partial(_web_api, cgi),
        "lapi": partial(_web_api, lapi),
        "wsd": lambda raw, _: wsdiscovery.decode(raw),
        "ssdp": lambda raw, asked: [
            over_http.description(raw, asked.removeprefix("GET ")) if asked.startswith("GET ") else ssdp.decode(raw)
        ],
        "mdns": lambda raw, _: [mdns.decode(raw)],
        "snmp": lambda raw, _: [snmp.decode(raw)],
        "sadp": lambda raw, _: [sadp.decode(raw)],
        "dhip": lambda raw, _: [dhip.decode(raw)],
        "dvrip": lambda raw, asked: [dvrip.decode_realm(raw) if asked == "realm" else dvrip.decode_discovery(raw)],
        "netcommon": lambda raw, _: [netcommon.decode(raw)],
        "mhed": lambda raw, _: [mhed.decode(raw)],
        "moi": lambda raw, _: [moi.decode(raw)],
        "dh01": lambda raw, _: [dh01.decode(raw)],
        "baichuan": lambda raw, _: [baichuan.decode(raw)],
        "udp": lambda raw, _: [opaque.decode(raw)],
    }
)

_KEPT = ("wsd.unsolicited",)  # fields that cannot be derived from the bytes alone
_BANNER = "banner"


def decode(channel: str, raw: bytes, asked: str = "") -> Sequence[Fields]:
    """The fields of each device in what came on a channel. Raises DecodeError if its codec cannot read that."""
    return _DECODERS[channel](raw, asked)


def read_again(observation: Observation) -> Observation:
    """The observation with the fields that the current codec reads in its bytes.

    If the codec cannot read them, or the channel has no codec, the given observation itself is returned; a banner that
    is no text has its bytes as well.
    """
    if observation.channel == _BANNER and (unread := opaque.fields(observation.raw)):
        return replace(observation, fields={**observation.fields, **unread})
    if observation.channel not in _DECODERS or not observation.raw:
        return observation
    try:
        found = decode(observation.channel, observation.raw, observation.asked)
    except DecodeError:
        return observation
    endpoint = observation.fields.get("wsd.endpoint")
    fields = next((f for f in found if f.get("wsd.endpoint") == endpoint), found[0] if found else observation.fields)
    kept = {name: observation.fields[name] for name in _KEPT if name in observation.fields}
    return replace(observation, fields={**fields, **kept})


def is_told_beside(stored: Observation, again: Observation) -> bool:
    """Whether fields of an observation do not follow from its bytes: none were kept, or no codec reads them all.

    `again` is the observation as `read_again` gives it.
    """
    if stored.channel == _BANNER:
        return not again.fields.keys() <= set(opaque.FIELDS)
    return again is stored and bool(stored.fields)
