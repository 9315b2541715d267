"""Sends messages by apprise, in a process of its own (`python -m` this module), because apprise blocks.

An audit hook (PEP 578) lets that process connect only to addresses that are allowed for a webhook, whatever library
opens the socket. It starts no program, follows no redirect, uses no proxy, and writes nothing to the disk. It may be
killed at any time. Services of apprise that use neither HTTP nor SMTP are refused: for them this cannot be ensured.

The URL is a secret: it is passed over a pipe only, and the output of apprise is discarded.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from camscan.errors import brought_by
from camscan.net.services.delivery import BUSY, Delivery
from camscan.net.services.egress import refusal

_PYTHON = (sys.executable, "-P", "-m", "camscan.net.services.notifier")
MISSING = f"apprise is not installed: run {brought_by('notify')}"
_LIBRARIES = ("requests", "smtplib")  # libraries that use Python's own sockets, which an audit hook sees
_BASE = "apprise.plugins.base"
_OVERFLOW = "overflow="  # how a URL of apprise says what becomes of a message that is longer than the service takes
_ADDRESS_ARGUMENT = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
"""Audit event -> which of its arguments is the address."""
_FORBIDDEN = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.spawn")


def is_installed() -> bool:
    """Whether apprise is installed."""
    return importlib.util.find_spec("apprise") is not None


async def deliver(
    url: str,
    title: str,
    body: str,
    *,
    timeout: float,  # noqa: ASYNC109 - it bounds another process, and is told in words
    allow_private: bool = False,
) -> Delivery:
    """Send a message to the service that an URL of apprise names, within `timeout` seconds in all."""
    if not is_installed():
        return Delivery(taken=False, reason=MISSING)
    order = {"url": url, "title": title, "body": body, "allow_private": allow_private}
    others = {name: value for name, value in os.environ.items() if not name.startswith("CAMSCAN_")}
    try:
        process = await asyncio.create_subprocess_exec(*_PYTHON, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=others)
    except OSError as error:
        return Delivery(taken=False, reason=f"apprise cannot be started: {error.strerror}", again=True)
    try:
        async with asyncio.timeout(timeout):
            said, _ = await process.communicate(json.dumps(order).encode())
        return Delivery(**json.loads(said))
    except TimeoutError:
        return Delivery(taken=False, reason=f"no answer within {timeout:g} s", again=True)
    except (ValueError, TypeError):
        return Delivery(taken=False, reason=f"apprise broke off with code {process.returncode}", again=True)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class _RefusedError(OSError):
    """A connection that must not be made."""


def _guard(refused: list[str], *, allow_private: bool) -> None:
    """From now on, refuse connections of this process to other addresses, and add the reasons to `refused`."""

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            raise _RefusedError(f"{event} is not allowed")
        place = _ADDRESS_ARGUMENT.get(event)
        if place is None or (address := arguments[place]) is None:
            return
        host = address[0] if isinstance(address, tuple) else ""
        why = refusal(host, allow_private=allow_private) if host else "only connections over the network are allowed"
        if why:
            refused.append(why)
            raise _RefusedError(why)

    sys.addaudithook(watch)


def _restrict_requests() -> list[int]:
    """Make `requests` follow no redirect, whatever the URL says; returns a list that gets the status of each answer."""
    import requests  # noqa: PLC0415 - comes with apprise, in this process alone

    statuses: list[int] = []
    send = requests.Session.send

    def noting(self: Any, request: Any, **options: Any) -> Any:
        answer = send(self, request, **{**options, "allow_redirects": False})
        statuses.append(answer.status_code)
        return answer

    requests.Session.send = noting  # type: ignore[method-assign]  # in this process alone
    return statuses


def _is_auditable(service: object) -> bool:
    """Whether a service of apprise sends through sockets that the audit hook sees."""
    modules = [sys.modules[one.__module__] for one in type(service).__mro__ if one.__module__ in sys.modules]
    own = [one for one in modules if one.__name__.startswith("apprise.plugins.") and one.__name__ != _BASE]
    return any(hasattr(module, library) for module in own for library in _LIBRARIES)


def _send(order: Mapping[str, Any]) -> Delivery:
    refused: list[str] = []
    _guard(refused, allow_private=order["allow_private"])
    statuses = _restrict_requests()
    import apprise  # noqa: PLC0415 - an extra, and slow

    asset = apprise.AppriseAsset(http_redirects=False, storage_mode="memory", plugin_paths=[], async_mode=False)
    service = apprise.Apprise.instantiate(order["url"], asset=asset)
    if service is None:
        return Delivery(taken=False, reason="apprise cannot read the URL: check the file or variable that contains it")
    if not _is_auditable(service):
        return Delivery(taken=False, reason=f"{service.service_name} speaks neither HTTP nor SMTP: use another service")
    if _OVERFLOW not in order["url"].lower():  # by default, apprise sends what is too long, and the service refuses it
        service.overflow_mode = apprise.OverflowMode.SPLIT
    sender = apprise.Apprise(asset=asset)
    sender.add(service)
    if sender.notify(title=order["title"], body=order["body"], body_format=apprise.NotifyFormat.TEXT):
        return Delivery(taken=True)
    if refused:
        return Delivery(taken=False, reason=refused[0])
    if not statuses:
        return Delivery(taken=False, reason=f"{service.service_name} could not be reached", again=True)
    status = statuses[-1]
    why = {2: ", and the service refused it", 3: ": redirects are not followed"}.get(status // 100, "")
    reason = f"HTTP {status}{why}"
    return Delivery(taken=False, reason=reason, again=status >= 500 or status in BUSY or status < 300)


def main() -> None:
    """Read one message from stdin, send it, and write the result to stdout."""
    output = os.dup(1)
    os.dup2(2, 1)  # the output of apprise is discarded
    logging.disable()
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
    os.environ["NETRC"] = os.devnull  # requests would send the passwords of ~/.netrc
    ended = _send(json.load(sys.stdin))
    os.write(output, json.dumps(asdict(ended)).encode())


if __name__ == "__main__":
    main()
