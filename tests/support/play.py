"""Plays devices until standard input ends: `python -m support.play`, inside the namespace that has their addresses.

Reads one line of JSON, `[[persona, address], ...]`; says "ready"; at the end says, in JSON, what each device has seen.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from typing import Any

from camscan.simulator import Device, Site, honest, rogues


async def play(places: list[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Play until the end; what each address has seen."""
    personas = {persona.name: persona for persona in (*honest(), *rogues())}
    async with Site("a torture site", [Device(personas[name], address) for name, address in places]) as site:
        faults = [fault for device in site.devices for fault in device.faults]
        print(json.dumps(faults), flush=True)  # noqa: T201 - the protocol of this program
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        return {device.address: seen(device) for device in site.devices}


def seen(device: Device) -> dict[str, Any]:
    """What a device has seen of its asker."""
    counters = device.counters
    return {
        "connections": counters.connections,
        "at_once": counters.max_at_once,
        "per_second": counters.max_per_second,
        "user_names": counters.user_names,
        "authorizations": sum(request.authorization is not None for request in counters.requests),
        "violations": counters.violations,
        "payload": dict(counters.payload),
    }


def main() -> None:
    """See the module."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    places = [(name, address) for name, address in json.loads(sys.stdin.readline())]
    print(json.dumps(asyncio.run(play(places))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
