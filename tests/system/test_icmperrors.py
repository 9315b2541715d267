from __future__ import annotations

import errno
import socket
import struct

import pytest
from support.peers import Deaf

from camscan.system.icmperrors import REJECTED, ended, errno_of

ASKED, ROUTER, ASKED6, ROUTER6 = "10.77.0.5", "10.99.0.2", "fd77::5", "fd99::2"


def message(number: int, origin: int, kind: int, code: int, source: str) -> bytes:
    """What the kernel tells: a struct sock_extended_err, and the struct sockaddr of whom that came from."""
    error = struct.pack("=IBBBxII", number, origin, kind, code, 0, 0)
    if ":" in source:
        return error + struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, source), 0)
    return error + struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(source))


@pytest.mark.parametrize(
    ("told", "asked", "expected"),
    [
        (message(errno.ECONNREFUSED, 2, 3, 3, ASKED), ASKED, errno.ECONNREFUSED),
        (message(errno.ECONNREFUSED, 2, 3, 3, ROUTER), ASKED, REJECTED),
        (message(errno.EHOSTUNREACH, 2, 3, 13, ROUTER), ASKED, REJECTED),
        (message(errno.EHOSTUNREACH, 2, 3, 10, ASKED), ASKED, errno.ECONNREFUSED),
        (message(errno.ENETUNREACH, 2, 3, 9, ROUTER), ASKED, REJECTED),
        (message(errno.EHOSTUNREACH, 2, 3, 1, ROUTER), ASKED, errno.EHOSTUNREACH),
        (message(errno.EHOSTUNREACH, 2, 11, 0, ROUTER), ASKED, errno.EHOSTUNREACH),
        (message(errno.ECONNREFUSED, 3, 1, 4, ROUTER6), ASKED6, REJECTED),
        (message(errno.EACCES, 3, 1, 1, ROUTER6), ASKED6, REJECTED),
        (message(errno.EACCES, 3, 1, 1, ASKED6), ASKED6, errno.ECONNREFUSED),
        (message(errno.EHOSTUNREACH, 3, 1, 3, ROUTER6), ASKED6, errno.EHOSTUNREACH),
        (message(errno.EMSGSIZE, 1, 0, 0, ASKED), ASKED, errno.EMSGSIZE),
        (message(errno.ECONNREFUSED, 2, 3, 3, ROUTER)[:16], ASKED, errno.ECONNREFUSED),
    ],
)
def test_who_refuses_is_told_apart(told: bytes, asked: str, expected: int) -> None:
    assert errno_of(told, asked) == expected


def test_what_is_neither_connected_nor_failed_has_not_ended() -> None:
    """As what an ICMP error has woken before the kernel has noted it: it would be an open port where nobody is."""
    with socket.socket() as server, Deaf("127.88.2.9") as deaf:
        server.bind(("127.88.2.8", 0))
        told = []
        for where in (server.getsockname(), deaf):
            with socket.socket(type=socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as sock:
                sock.connect_ex(where)
                told.append(ended(sock))
        server.listen()
        with socket.create_connection(server.getsockname()) as sock:
            told.append(ended(sock))
    assert told == [errno.ECONNREFUSED, None, 0]
