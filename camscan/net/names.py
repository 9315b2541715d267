"""Host names that the user gave, looked up once; names that devices give are never looked up."""

from __future__ import annotations

import socket
from collections.abc import Sequence


def resolve(name: str) -> Sequence[str]:
    """All addresses of a name, IPv4 and IPv6, as the host's resolver gives them. Raises OSError if it gives none."""
    try:
        answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except ValueError as error:  # before the resolver is asked: an empty label, or one of more than 63 characters
        raise OSError(f"{name} is no host name: {error}") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in answers))
