"""Who refuses a connection or a datagram by ICMP: the host that was asked, or a router in its place.

A firewall that rejects for a whole network answers as a closed port would (`iptables -j REJECT`). The kernel gives the
same errno for both, and keeps beside it from whom that came.
"""

from __future__ import annotations

import errno
import socket
import struct

RECVERR = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}
"""Level and number of the options IP_RECVERR and IPV6_RECVERR, which are also those of their messages."""
REJECTED = errno.EACCES  # for what a router rejects; the kernel itself has it for that in ICMPv6 alone
PROHIBITED = (9, 10, 13)
"""Codes of ICMP "destination unreachable" that say so (RFC 1812, 5.2.7.1); it calls them want of a route."""

_TOLD = (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, REJECTED)
_ERROR = struct.Struct("=IBBB9x")
"""struct sock_extended_err (linux/errqueue.h): errno, origin, type and code. Behind it stands whom it came from."""
_UNREACHABLE = 3  # the type of ICMP that has these; in ICMPv6 it is another message, which gives no error
_BY_ICMP = {2: (socket.AF_INET, slice(20, 24)), 3: (socket.AF_INET6, slice(24, 40))}
"""Origins, and where the address is in a struct sockaddr_in or sockaddr_in6 there."""


def errno_of(message: bytes, asked: str) -> int:
    """The errno in a message of the kernel's; `REJECTED` of a refusal by ICMP from another than who was `asked`."""
    number, origin, kind, code = _ERROR.unpack_from(message)
    refuses = number in (errno.ECONNREFUSED, REJECTED) or (kind == _UNREACHABLE and code in PROHIBITED)
    if origin not in _BY_ICMP or not refuses:
        return int(number)
    family, place = _BY_ICMP[origin]
    if len(message) < place.stop:  # from whom it came is not told
        return int(number)
    return errno.ECONNREFUSED if socket.inet_ntop(family, message[place]) == asked else REJECTED


def keep_sources(sock: socket.socket) -> None:
    """Have the kernel keep from whom errors come until `by_source`; of IPv4 it does so by itself (since Linux 5.8)."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(*RECVERR[socket.AF_INET6], 1)


def ended(sock: socket.socket) -> int | None:
    """The errno with which a connect ended, by whom it was refused where it was; None while it is under way.

    The kernel wakes whoever waits for it when an error by ICMP comes, and notes a moment later that it has failed.
    Raises OSError.
    """
    number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number == 0:
        try:
            sock.getpeername()
        except OSError:  # neither connected nor failed
            return None
    return by_source(sock, number)


def by_source(sock: socket.socket, number: int) -> int:
    """The errno with which a connect ended, by whom it was refused where it was. Raises OSError."""
    if number == 0 and sock.family == socket.AF_INET6:
        sock.setsockopt(*RECVERR[socket.AF_INET6], 0)  # else any error on the way would break off what is open
    if number not in _TOLD:
        return number
    try:
        _, ancillary, _, asked = sock.recvmsg(0, 512, socket.MSG_ERRQUEUE)
    except OSError:  # a reset, which nobody else sends, or a neighbour that is not there
        return number
    kind = RECVERR[socket.AddressFamily(sock.family)]
    told = (message for *of, message in ancillary if tuple(of) == kind and len(message) >= _ERROR.size)
    return next((errno_of(message, asked[0]) for message in told), number)
