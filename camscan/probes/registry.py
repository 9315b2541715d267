"""The list of probes."""

from __future__ import annotations

from collections.abc import Collection

from camscan.errors import UsageError
from camscan.probes import webapis
from camscan.probes.arp import ArpProbe, NeighbourProbe
from camscan.probes.base import Probe, Stage
from camscan.probes.binary import BAICHUAN, DVRIP_REALM
from camscan.probes.description import DescriptionProbe
from camscan.probes.discovery import DH01, DHIP, DVRIP, MDNS, MHED, MOI, NETCOMMON, SADP, SSDP, WSD
from camscan.probes.login import LoginProbe
from camscan.probes.onvif import OnvifProbe
from camscan.probes.onviflogin import OnvifLoginProbe
from camscan.probes.service import ServiceProbe
from camscan.probes.snmp import with_community
from camscan.probes.web import WebProbe

_SEGMENT = (WSD, SADP, DHIP, DVRIP, NETCOMMON, MHED, MOI, DH01, SSDP, MDNS)
_EVERY_ADDRESS = (WSD, SADP, DHIP)
_LIVING = (DVRIP, SSDP, MDNS)

PROBES: tuple[Probe, ...] = (
    ArpProbe(),
    *(protocol.to_segment() for protocol in _SEGMENT),
    *(protocol.to_address() for protocol in _EVERY_ADDRESS),
    ServiceProbe(),
    DVRIP_REALM,
    *(protocol.to_address(Stage.LIVING) for protocol in _LIVING),
    NeighbourProbe(),
    WebProbe(),
    DescriptionProbe(),
    OnvifProbe(),
)
"""All probes, in the order in which they run within a stage."""

ON_REQUEST: tuple[Probe, ...] = (BAICHUAN,)
"""Probes that run only if their channel is named: a login would begin with the same request."""

LOGIN: tuple[Probe, ...] = (LoginProbe(), *webapis.PROBES, OnvifLoginProbe())
"""Probes that use enrolled logins; they run only if the operator says so."""

CHANNELS = tuple(dict.fromkeys([*(c for probe in (*PROBES, *ON_REQUEST, *LOGIN) for c in probe.channels), "snmp"]))

_OF_PORTS = ("tcp", "banner")
"""Channels that observations have, and nobody chooses: whether a port is open, and what it says by itself."""


def select(
    channels: Collection[str] | None, community: str | None = None, *, logins: bool = False
) -> tuple[Probe, ...]:
    """The probes of the chosen channels (None: all); those that use logins only with `logins`.

    Raises UsageError for a channel that does not exist, or on which nothing would be asked.
    """
    none = [channel for channel in channels or () if channel not in (*CHANNELS, *_OF_PORTS)]
    if none:
        raise UsageError(f"no such channel: {', '.join(map(repr, none))}; choose from {', '.join(CHANNELS)}")
    if of_ports := [channel for channel in channels or () if channel in _OF_PORTS]:
        raise UsageError(
            f"channel {of_ports[0]} comes with those that need ports: name http, tls, rtsp or onvif instead"
        )
    probes = (*PROBES, with_community(community).to_address()) if community else PROBES
    probes = (*probes, *LOGIN) if logins else probes
    if channels is None:
        return probes
    named = [probe for probe in (*probes, *ON_REQUEST) if any(c in channels for c in probe.channels)]
    idle = [channel for channel in channels if not any(channel in probe.channels for probe in named)]
    if idle:
        key = "--snmp-community NAME" if idle[0] == "snmp" else "--with-credentials"
        raise UsageError(f"channel {idle[0]} needs {key}: add it, or leave {idle[0]} out")
    if logins and not any(probe in LOGIN for probe in named):
        raise UsageError("--with-credentials logs in on none of the chosen channels: name login too, or leave it out")
    return tuple(_restricted(probe, channels) for probe in named)


def _restricted(probe: Probe, channels: Collection[str]) -> Probe:
    if isinstance(probe, ServiceProbe):
        return ServiceProbe(tuple(channel for channel in probe.channels if channel in channels))
    return probe
