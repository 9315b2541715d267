"""Which addresses a configured service may have, and HTTP sessions that connect to no others.

The address is checked when the socket for it is created, so that neither its spelling nor an answer of the resolver,
nor a later change of that answer, can lead elsewhere.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, NoReturn

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from camscan.net import names
from camscan.system.background import run_in_thread

_NAT64 = 0x0064_FF9B << 64  # the first 96 bits of 64:ff9b::/96 (RFC 6052)


def error_text(error: Exception) -> str:
    """An error in words, without the URL, which may be secret."""
    if isinstance(error, aiohttp.ClientConnectorError) and not isinstance(error, aiohttp.ClientSSLError):
        return f"cannot connect to {error.host}:{error.port}: {in_words(error.os_error)}"
    return f"{type(error).__name__}: {error.message if isinstance(error, aiohttp.ClientResponseError) else error}"


def in_words(error: OSError) -> str:
    """The message of an errno; the text of the error where it has none, as from the resolver or TLS."""
    number = 0 if isinstance(error, ssl.SSLError) else error.errno or 0
    return os.strerror(number) if number > 0 else str(error)


def refusal(address: str, *, allow_private: bool, encrypted: bool = True, secure: str = "https") -> str:
    """Why an address must not be connected to, or ""; `secure` is what to write for an encrypted connection."""
    try:
        ip = _inner(ip_address(address))
    except ValueError:
        return f"{address} is not an address in its usual form: write it as four numbers, or use a name"
    if (ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved) and not ip.is_loopback:
        return f"{address} is never connected to (link-local, group or reserved): choose another receiver"
    if not ip.is_global and not allow_private:
        return f"{address} is private: set allow_private = true if the receiver is meant to be there"
    if ip.is_global and not encrypted:
        return f"{address} is public and the connection is not encrypted: write {secure}"
    return ""


def _inner(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that packets to an IPv6 one may end at: mapped, 6to4, Teredo, NAT64, or compatible."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip.ipv4_mapped or ip.sixtofour:
        return ip.ipv4_mapped or ip.sixtofour or ip
    if ip.teredo:
        return ip.teredo[1]
    if int(ip) >> 32 in (_NAT64, 0) and int(ip) > 1:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def session_to(
    why_not: Callable[[str], str], refused: list[str], kind: str = "application/json"
) -> aiohttp.ClientSession:
    """A session that connects only to addresses for which `why_not` returns "".

    Where there is none, the reason is added to `refused`. `kind` is the content type of what is posted.
    """

    def refuse(why: str) -> NoReturn:
        refused.append(why)
        raise OSError(errno.EACCES, why)

    def checked(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, place = info
        if why := why_not(place[0]):
            refuse(why)
        return socket.socket(family, kind, protocol)

    def usable(found: Sequence[str]) -> Sequence[str]:
        return [address for address in found if not why_not(address)] or refuse(why_not(found[0]))

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=_Resolver(usable), socket_factory=checked),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        headers={"User-Agent": "camscan", "Content-Type": kind},
        timeout=aiohttp.ClientTimeout(total=None),
    )


async def look_up(host: str) -> Sequence[str]:
    """The addresses of a name; a dead resolver does not delay the exit. Raises OSError if it has none."""
    if not (found := await run_in_thread(lambda: names.resolve(host))):
        raise OSError(f"{host} has no address")
    return found


class _Resolver(AbstractResolver):
    """`look_up`, as aiohttp asks for it, and those that are `usable` of what it finds."""

    def __init__(self, usable: Callable[[Sequence[str]], Sequence[str]]) -> None:
        self._usable = usable

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """All addresses of a name, of whichever family."""
        del family
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._usable(await look_up(host))
        ]

    async def close(self) -> None:
        """Do nothing."""
