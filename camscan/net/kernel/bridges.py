"""What a host may be on that multicast does not leave, as a bridge of containers, and what it has itself for them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from camscan.net.kernel.interfaces import interfaces
from camscan.system import netdevice

_GET_DRIVER = 0x3  # ETHTOOL_GDRVINFO (linux/ethtool.h)
_DRIVER_INFO = struct.Struct("I32s160x")  # struct ethtool_drvinfo (linux/ethtool.h): the command, and the driver's name
_CONTAINER, _KUBERNETES = (Path("/.dockerenv"), Path("/run/.containerenv")), "KUBERNETES_SERVICE_HOST"
"""Files and a variable by which a container of Docker, Podman or Kubernetes is recognised."""
_VETH, _SYS = "veth", Path("/sys/class/net")
_CONTAINER_DRIVERS = frozenset({_VETH, "tun"})
"""Drivers of the interfaces of a container with a network namespace of its own."""

_WSLINFO = Path("/bin/wslinfo")
"""A program that each distribution under WSL has: it tells how WSL's machine is connected."""
_APART = frozenset({"nat", "virtioproxy", "consomme"})
"""Its words for a machine that is behind Windows, on a network of its own."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """What a host is on that multicast does not leave, and how to get off it."""

    name: str
    remedy: str


_OF_CONTAINERS = Bridge(
    "a container's bridge", "run the container on its host's network (--network host), or on macvlan"
)
_OF_WSL = Bridge(
    "WSL's own network",
    "write networkingMode=mirrored under [wsl2] in .wslconfig and restart WSL, or use Linux",
)


def bridge() -> Bridge | None:
    """What this host is on, if it is a container or a machine of WSL with a network of its own."""
    if _KUBERNETES in os.environ or any(mark.exists() for mark in _CONTAINER):
        return _OF_CONTAINERS
    return _OF_WSL if _WSLINFO.exists() and _wsl_mode() in _APART else None


def _wsl_mode() -> str:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run([_WSLINFO, "--networking-mode"], capture_output=True, timeout=5, check=True)  # noqa: S603 - WSL's
        return done.stdout.decode(errors="replace").strip().lower()
    return ""


def bridged() -> tuple[str, ...]:
    """The interfaces that connect this host to such a bridge; none of a container with --network host or macvlan.

    Multicast does not leave such a bridge, and only other containers, or Windows itself, are on it.
    """
    if (on := bridge()) is None:
        return ()
    names = dict.fromkeys(i.name for i in interfaces() if not (i.loopback or i.network.is_link_local))
    return tuple(name for name in names if on is _OF_WSL or _driver(name) in _CONTAINER_DRIVERS)


def is_for_containers(name: str) -> bool:
    """Whether an interface is a bridge of this host, as docker0, that nobody but containers is on, or nobody at all."""
    try:
        ports = [port.name for port in (_SYS / name / "brif").iterdir()]
    except OSError:  # it is no bridge, or a sandbox hides what it is
        return False
    return all(_driver(port) == _VETH for port in ports)


def _driver(name: str) -> str:
    """The driver of an interface, or ""."""
    info = ctypes.create_string_buffer(_DRIVER_INFO.pack(_GET_DRIVER, b""))
    with contextlib.suppress(OSError):
        netdevice.ask_driver(name, info)
        return str(_DRIVER_INFO.unpack(info.raw[: _DRIVER_INFO.size])[1].split(b"\0")[0], "ascii", "replace")
    return ""
