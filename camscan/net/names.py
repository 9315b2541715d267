"""Host names that the user gave, looked up once; names that devices give are never looked up."""

from __future__ import annotations

import socket
from collections.abc import Sequence


def resolve(name: str) -> Sequence[str]:
    """All addresses of a name, IPv4 and IPv6, as the host's resolver gives them.

    Raises:
        OSError: the name cannot be resolved.
    """
    answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in answers))
