"""A simulated site on loopback: real sockets, devices as data, for tests and for trying everything without a camera."""

from camscan.simulator.counters import Counters, Request
from camscan.simulator.device import Device
from camscan.simulator.library import decoy, enrolled, honest, load, rogues
from camscan.simulator.schema import Persona, Truth
from camscan.simulator.site import NETWORK, Site, decoy_site, make_site, running_site

__all__ = (
    "NETWORK",
    "Counters",
    "Device",
    "Persona",
    "Request",
    "Site",
    "Truth",
    "decoy",
    "decoy_site",
    "enrolled",
    "honest",
    "load",
    "make_site",
    "rogues",
    "running_site",
)
