"""How many bytes a scan takes from one host in all; each exchange has bounds of its own besides."""

from __future__ import annotations

from camscan.net import budget
from camscan.net.outcomes import EndedError
from camscan.records import Outcome


class Allowance:
    """Counts the bytes that came from one host: on its sockets, TLS included, and by datagram in answer to a question.

    Where they are as many as one host may give, what is under way ends within its own bounds, and nothing further is
    asked. Datagrams alone cannot bring that about: anybody may send them in the name of a host.
    """

    def __init__(self) -> None:
        self.most = budget.MAX_HOST_BYTES
        self._by_tcp = 0
        self._by_datagram = 0

    @property
    def is_used_up(self) -> bool:
        """Whether the host has given all that it may."""
        return self._by_tcp + min(self._by_datagram, budget.MAX_HOST_DATAGRAMS) >= self.most

    def took(self, count: int) -> None:
        """Count bytes that were read from a socket."""
        self._by_tcp += count

    def took_datagrams(self, count: int) -> None:
        """Count bytes of datagrams that were kept."""
        self._by_datagram += count

    def ask(self, *, by_datagram: bool = False) -> None:
        """See that the host may be asked something that it will answer.

        Raises:
            EndedError: it has given all that it may.
        """
        if self.is_used_up:
            raise EndedError(Outcome.NOT_SENT, f"not asked: the host has given {self.most:,} bytes")
        if by_datagram and self._by_datagram >= budget.MAX_HOST_DATAGRAMS:
            why = f"not asked: {budget.MAX_HOST_DATAGRAMS:,} bytes have come by datagram from there"
            raise EndedError(Outcome.NOT_SENT, why)
