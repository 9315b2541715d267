from __future__ import annotations

import asyncio
import errno
import os

import pytest
from support import clock

from camscan.net.outcomes import PAUSES, of_answer, reason, retry_while_exhausted
from camscan.records import Outcome
from camscan.system.exhaustion import EXHAUSTED


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        (errno.ECONNREFUSED, Outcome.REFUSED),
        (errno.ECONNRESET, Outcome.RESET),
        (errno.EPIPE, Outcome.RESET),
        (errno.ETIMEDOUT, Outcome.SILENT),
        (errno.EHOSTUNREACH, Outcome.UNREACHABLE),
        (errno.ENETUNREACH, Outcome.UNREACHABLE),
        (errno.EHOSTDOWN, Outcome.UNREACHABLE),
        (errno.ENONET, Outcome.UNREACHABLE),
        (errno.ENOPROTOOPT, Outcome.UNREACHABLE),
        (errno.EOPNOTSUPP, Outcome.UNREACHABLE),
        (errno.EPROTO, Outcome.UNREACHABLE),
        (errno.EACCES, Outcome.UNREACHABLE),
        (errno.EINVAL, Outcome.NOT_SENT),
        (errno.EPERM, Outcome.NOT_SENT),
        (0, Outcome.NOT_SENT),
    ],
)
def test_what_the_network_reports(number: int, outcome: Outcome) -> None:
    assert of_answer(number) is outcome


def test_only_a_refusal_and_a_reset_are_signs_of_life() -> None:
    alive = {number for number in errno.errorcode if of_answer(number).is_alive}
    assert alive == {errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE}


def test_what_this_host_runs_out_of_says_nothing_about_a_peer() -> None:
    assert {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.EAGAIN} <= EXHAUSTED
    assert {of_answer(number) for number in EXHAUSTED} == {Outcome.NOT_SENT}


def test_reasons_in_words() -> None:
    assert reason(errno.EHOSTUNREACH) == "EHOSTUNREACH: No route to host"
    assert reason(errno.EACCES) == "EACCES: a broadcast address, or forbidden by a route of this host"
    assert reason(99_999) == "99999: Unknown error 99999"


def failing(numbers: list[int]) -> tuple[float, str]:
    """How long, and with what result, an attempt is made that fails with these errors first."""

    async def attempt() -> str:
        if numbers:
            number = numbers.pop(0)
            raise OSError(number, os.strerror(number))
        return "done"

    async def play() -> tuple[float, str]:
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            result = await retry_while_exhausted(attempt)
        except OSError as error:
            result = errno.errorcode[error.errno or 0]
        return loop.time() - start, result

    return clock.run(play())


@pytest.mark.parametrize(
    ("numbers", "pauses", "result"),
    [
        ([errno.EMFILE, errno.ENOBUFS], PAUSES[:2], "done"),
        ([errno.EMFILE] * 4, PAUSES, "done"),
        ([errno.EMFILE] * 5, PAUSES, "EMFILE"),
        ([errno.EPERM], (), "EPERM"),
        ([errno.EMFILE, errno.EHOSTUNREACH], PAUSES[:1], "EHOSTUNREACH"),
    ],
)
def test_an_exhausted_host_is_given_time_and_nothing_else_is(
    numbers: list[int], pauses: tuple[float, ...], result: str
) -> None:
    seconds, got = failing(list(numbers))
    assert got == result
    assert seconds == pytest.approx(sum(pauses))
