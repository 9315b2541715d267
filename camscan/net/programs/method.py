"""How to find open ports where very many are to be asked."""

from __future__ import annotations

from dataclasses import dataclass

from camscan.errors import HostError
from camscan.net.kernel.privilege import has_net_raw
from camscan.net.programs import nmaprun

LARGE = 4_096  # addresses times ports from which `auto` uses SYN packets: below, connecting is as fast


@dataclass(frozen=True, slots=True)
class Method:
    """A method of finding open ports, and why it was chosen."""

    name: str
    reason: str


def choose(wanted: str, questions: int, large: int = LARGE) -> Method:
    """The method for so many addresses times ports, as `wanted` ("auto", "connect", "syn" or "nmap").

    Raises HostError if SYN packets are wanted without the privilege, or nmap, which is not installed.
    """
    if wanted == "nmap":
        nmaprun.path()
    if wanted == "syn" and not has_net_raw():
        raise HostError(
            "--sweep syn needs CAP_NET_RAW: run camscan with sudo or in a systemd unit with "
            "AmbientCapabilities=CAP_NET_RAW, or use --sweep auto"
        )
    if wanted != "auto":
        return Method(wanted, "asked for")
    if questions < large:
        return Method("connect", f"fewer than {large:,} ports in all")
    if not has_net_raw():
        return Method("connect", "no CAP_NET_RAW, which SYN packets need")
    return Method("syn", f"CAP_NET_RAW is there, and {questions:,} ports in all are many")
