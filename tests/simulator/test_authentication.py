from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from camscan.codecs import digest, onvif, wsse
from camscan.simulator.authentication import Authenticator, LoginResult
from camscan.simulator.counters import Counters, Request
from camscan.simulator.schema import Login

WHO = ("auditor", "simulated-Passw0rd")
PATH = "/ISAPI/System/deviceInfo"
DIGEST = 'Digest realm="x", nonce="{issued}", qop="auth"'


def login_of(*challenges: str, **more: Any) -> Authenticator:
    login = {"user": WHO[0], "password": WHO[1], "challenges": challenges, "denied": {"head": ""}, **more}
    return Authenticator(Login.model_validate(login), Counters())


def get(authorization: str = "") -> Request:
    line = f"Authorization: {authorization}\r\n" if authorization else ""
    return Request(80, "GET", PATH, f"GET {PATH} HTTP/1.1\r\n{line}\r\n")


def challenge(authenticator: Authenticator, result: LoginResult = LoginResult.ASKED) -> digest.Digest:
    lines = authenticator.denial(result, str)["challenges"].splitlines()
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
    authenticator = login_of(DIGEST + more)
    assert authenticator.check(get()) is LoginResult.ASKED
    assert authenticator.check(answer(challenge(authenticator))) is LoginResult.ADMITTED
    plain = login_of('Digest realm="x", nonce="{issued}"')
    assert plain.check(answer(challenge(plain))) is LoginResult.ADMITTED


def test_what_is_wrong_in_a_digest_is_refused() -> None:
    authenticator = login_of(DIGEST, locks_after=99)
    given = challenge(authenticator)
    assert authenticator.check(answer(given, ("auditor", "x"))) is LoginResult.REFUSED
    assert authenticator.check(answer(given, ("x", WHO[1]))) is LoginResult.REFUSED
    assert authenticator.check(answer(given, uri="/other")) is LoginResult.REFUSED
    assert authenticator.check(answer(digest.Digest("x", "not issued", "md5", qop="auth"))) is LoginResult.REFUSED
    assert authenticator.check(answer(given, count=1)) is LoginResult.ADMITTED
    assert authenticator.check(answer(given, count=1)) is LoginResult.REFUSED


def test_a_worn_nonce_is_stale_and_a_new_one_goes_on() -> None:
    authenticator = login_of(DIGEST, nonce_uses=1)
    given = challenge(authenticator)
    assert authenticator.check(answer(given)) is LoginResult.ADMITTED
    assert authenticator.check(answer(given, count=2)) is LoginResult.STALE
    fresh = challenge(authenticator, LoginResult.STALE)
    assert fresh.stale
    assert authenticator.check(answer(fresh)) is LoginResult.ADMITTED


def test_wrong_logins_lock_the_door_for_right_ones_too() -> None:
    authenticator = login_of(DIGEST, locks_after=2)
    for _ in range(2):
        assert authenticator.check(answer(challenge(authenticator), ("auditor", "x"))) is LoginResult.REFUSED
    assert authenticator.check(answer(challenge(authenticator))) is LoginResult.LOCKED
    assert authenticator.denial(LoginResult.LOCKED, str)["lock"] == "lock"


def test_basic_is_taken_where_it_was_offered() -> None:
    text = "Basic " + base64.b64encode(":".join(WHO).encode()).decode()
    assert login_of('Basic realm="x"').check(get(text)) is LoginResult.ADMITTED
    assert login_of(DIGEST).check(get(text)) is LoginResult.REFUSED


def test_a_token_is_good_once_and_for_the_clock_of_the_device() -> None:
    authenticator = login_of(tokens=True, clock=200, locks_after=99)
    now = datetime.now(UTC)
    assert authenticator.check(post(now)) is LoginResult.REFUSED
    authenticator = login_of(tokens=True, clock=200, locks_after=99)
    ahead = post(now + timedelta(seconds=200))
    assert authenticator.check(ahead) is LoginResult.ADMITTED
    assert authenticator.check(ahead) is LoginResult.REFUSED
    assert login_of(tokens=False, clock=200).check(ahead) is LoginResult.REFUSED
    assert (
        login_of(tokens=True, clock=200).check(post(now + timedelta(seconds=200), ("auditor", "x")))
        is LoginResult.REFUSED
    )


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (b"Z</", b"</"),
        (b"<wsu:Created>", b"<wsu:Created>x"),
        (b"<wsu:Created>", b"<wsu:Created>\xff"),
        (b"Nonce", b"N"),
    ],
)
def test_a_token_that_is_none_is_refused(part: bytes, other: bytes) -> None:
    request = post(datetime.now(UTC))
    assert login_of(tokens=True).check(replace(request, body=request.body.replace(part, other))) is LoginResult.REFUSED


def test_a_digest_whose_count_is_no_number_is_refused() -> None:
    authenticator = login_of(DIGEST)
    given = replace(challenge(authenticator), qop="")
    request = answer(given)
    assert (
        authenticator.check(replace(request, head=request.head.replace("\r\n\r\n", ", nc=x\r\n\r\n")))
        is LoginResult.REFUSED
    )


def test_the_device_tells_its_own_time() -> None:
    told = login_of(clock=365 * 86_400).clock()
    assert int(told["clock_year"]) in ((datetime.now(UTC) + timedelta(days=364 + day)).year for day in range(3))
