from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from camscan.codecs import digest, onvif, wsse
from camscan.simulator.counters import Counters, Request
from camscan.simulator.doorkeeper import Doorkeeper, Verdict
from camscan.simulator.schema import Login

WHO = ("auditor", "simulated-Passw0rd")
PATH = "/ISAPI/System/deviceInfo"
DIGEST = 'Digest realm="x", nonce="{issued}", qop="auth"'


def door(*challenges: str, **more: Any) -> Doorkeeper:
    login = {"user": WHO[0], "password": WHO[1], "challenges": challenges, "denied": {"head": ""}, **more}
    return Doorkeeper(Login.model_validate(login), Counters())


def get(authorization: str = "") -> Request:
    line = f"Authorization: {authorization}\r\n" if authorization else ""
    return Request(80, "GET", PATH, f"GET {PATH} HTTP/1.1\r\n{line}\r\n")


def challenge(keeper: Doorkeeper, verdict: Verdict = Verdict.ASKED) -> digest.Digest:
    lines = keeper.denial(verdict, str)["challenges"].splitlines()
    found = digest.choose([line.partition(": ")[2] for line in lines])
    assert found is not None
    return found


def answer(to: digest.Digest, who: tuple[str, str] = WHO, *, count: int = 1, uri: str = PATH) -> Request:
    return get(digest.authorization(to, who, digest.Asked("GET", uri), count=count, cnonce="c"))


def post(created: datetime, who: tuple[str, str] = WHO) -> Request:
    body = wsse.signed(onvif.encode("GetScopes", header=True), who, nonce=b"0123456789abcdef", created=created)
    return Request(80, "POST", onvif.PATH, "", body)


@pytest.mark.parametrize("more", ["", ", algorithm=MD5", ", algorithm=SHA-256", ", algorithm=MD5-sess"])
def test_a_right_digest_is_let_in_whatever_its_form(more: str) -> None:
    keeper = door(DIGEST + more)
    assert keeper.look(get()) is Verdict.ASKED
    assert keeper.look(answer(challenge(keeper))) is Verdict.ADMITTED
    plain = door('Digest realm="x", nonce="{issued}"')
    assert plain.look(answer(challenge(plain))) is Verdict.ADMITTED


def test_what_is_wrong_in_a_digest_is_refused() -> None:
    keeper = door(DIGEST, locks_after=99)
    given = challenge(keeper)
    assert keeper.look(answer(given, ("auditor", "x"))) is Verdict.REFUSED
    assert keeper.look(answer(given, ("x", WHO[1]))) is Verdict.REFUSED
    assert keeper.look(answer(given, uri="/other")) is Verdict.REFUSED
    assert keeper.look(answer(digest.Digest("x", "not issued", "md5", qop="auth"))) is Verdict.REFUSED
    assert keeper.look(answer(given, count=1)) is Verdict.ADMITTED
    assert keeper.look(answer(given, count=1)) is Verdict.REFUSED


def test_a_worn_nonce_is_stale_and_a_new_one_goes_on() -> None:
    keeper = door(DIGEST, nonce_uses=1)
    given = challenge(keeper)
    assert keeper.look(answer(given)) is Verdict.ADMITTED
    assert keeper.look(answer(given, count=2)) is Verdict.STALE
    fresh = challenge(keeper, Verdict.STALE)
    assert fresh.stale
    assert keeper.look(answer(fresh)) is Verdict.ADMITTED


def test_wrong_logins_lock_the_door_for_right_ones_too() -> None:
    keeper = door(DIGEST, locks_after=2)
    for _ in range(2):
        assert keeper.look(answer(challenge(keeper), ("auditor", "x"))) is Verdict.REFUSED
    assert keeper.look(answer(challenge(keeper))) is Verdict.LOCKED
    assert keeper.denial(Verdict.LOCKED, str)["lock"] == "lock"


def test_basic_is_taken_where_it_was_offered() -> None:
    text = "Basic " + base64.b64encode(":".join(WHO).encode()).decode()
    assert door('Basic realm="x"').look(get(text)) is Verdict.ADMITTED
    assert door(DIGEST).look(get(text)) is Verdict.REFUSED


def test_a_token_is_good_once_and_for_the_clock_of_the_device() -> None:
    keeper = door(tokens=True, clock=200, locks_after=99)
    now = datetime.now(UTC)
    assert keeper.look(post(now)) is Verdict.REFUSED
    keeper = door(tokens=True, clock=200, locks_after=99)
    ahead = post(now + timedelta(seconds=200))
    assert keeper.look(ahead) is Verdict.ADMITTED
    assert keeper.look(ahead) is Verdict.REFUSED
    assert door(tokens=False, clock=200).look(ahead) is Verdict.REFUSED
    assert door(tokens=True, clock=200).look(post(now + timedelta(seconds=200), ("auditor", "x"))) is Verdict.REFUSED


@pytest.mark.parametrize(("part", "other"), [(b"Z</", b"</"), (b"<wsu:Created>", b"<wsu:Created>x"), (b"Nonce", b"N")])
def test_a_token_that_is_none_is_refused(part: bytes, other: bytes) -> None:
    request = post(datetime.now(UTC))
    assert door(tokens=True).look(replace(request, body=request.body.replace(part, other))) is Verdict.REFUSED


def test_a_digest_whose_count_is_no_number_is_refused() -> None:
    keeper = door(DIGEST)
    given = replace(challenge(keeper), qop="")
    request = answer(given)
    assert keeper.look(replace(request, head=request.head.replace("\r\n\r\n", ", nc=x\r\n\r\n"))) is Verdict.REFUSED


def test_the_device_tells_its_own_time() -> None:
    told = door(clock=365 * 86_400).clock()
    assert int(told["clock_year"]) in ((datetime.now(UTC) + timedelta(days=364 + day)).year for day in range(3))
