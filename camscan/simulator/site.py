"""A simulated site: devices on a loopback network, started and stopped together."""

from __future__ import annotations

import ipaddress
import socket
from collections import Counter
from collections.abc import Sequence

from camscan.errors import UsageError
from camscan.simulator import library, sockets
from camscan.simulator.device import Device
from camscan.simulator.schema import Persona

NETWORK = "127.77.0.0/24"


class Site:
    """Devices on one network. Use as an async context manager; `notes` are there once it has started."""

    def __init__(self, network: str, devices: Sequence[Device]) -> None:
        self.network = network
        self.devices = tuple(devices)
        self.notes: tuple[str, ...] = ()
        self._lock: socket.socket | None = None

    async def __aenter__(self) -> Site:
        self._lock = sockets.lock(f"a simulated site on {self.network}")
        try:
            for device in self.devices:
                await device.start()
        except BaseException:
            await self._stop()
            raise
        self.notes = tuple(_notes(self.devices))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    def device(self, name: str) -> Device:
        """The device of that name. Raises KeyError if there is none."""
        for device in self.devices:
            if device.name == name:
                return device
        raise KeyError(name)

    async def _stop(self) -> None:
        for device in self.devices:
            await device.stop()
        if self._lock is not None:
            self._lock.close()


def make_site(personas: Sequence[Persona], network: str = NETWORK) -> Site:
    """A device for each persona, on the network's addresses in order. Raises UsageError if the network is too small."""
    found = ipaddress.IPv4Network(network)
    if found.num_addresses - 2 < len(personas):
        raise UsageError(f"{network} is too small for {len(personas)} devices: choose a larger network")
    addresses = (str(found.network_address + number) for number in range(1, len(personas) + 1))
    return Site(network, [Device(persona, address) for persona, address in zip(personas, addresses, strict=True)])


def running_site(*, enrolled: bool = False) -> Site:
    """The site of all honest personas on 127.77.0.0/24; with `enrolled`, also those with a login, after them."""
    return make_site(library.honest() + (library.enrolled() if enrolled else ()))


def decoy_site(address: str) -> Site:
    """The decoy alone, at an address of this host. Raises UsageError if it is no IPv4 address."""
    try:
        found = ipaddress.IPv4Address(address)
    except ValueError as error:
        raise UsageError(f"{address} is not an IPv4 address: give one of this host, such as 10.0.0.5") from error
    return Site(str(found), [Device(library.decoy(), str(found), multicast=not found.is_loopback)])


def _notes(devices: Sequence[Device]) -> list[str]:
    moved = Counter(true for device in devices for true, real in device.ports.items() if true != real)
    notes = [
        f"port {port} of {count} devices is at {port + sockets.SHIFT}, as the true one is reserved for root or in use"
        for port, count in sorted(moved.items())
    ]
    return notes + [f"{fault}: left out" for device in devices for fault in device.faults]
