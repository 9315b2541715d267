from __future__ import annotations

import hashlib
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.codecs.challenges import read_challenges
from camscan.codecs.digest import Asked, Digest, authorization, choose

MUFASA = ("Mufasa", "Circle of Life")
RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
RFC_2617 = (
    'Digest realm="testrealm@host.com",{} nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
PAGE = Asked("GET", "/dir/index.html")


def answer(values: list[str], login: tuple[str, str] = MUFASA, asked: Asked = PAGE, count: int = 1) -> dict[str, str]:
    challenge = choose(values)
    assert challenge is not None
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    ((scheme, given),) = read_challenges(authorization(challenge, login, asked, count=count, cnonce=cnonce))
    assert scheme == "digest"
    return dict(given)


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_the_examples_of_rfc_7616_come_out_with_the_stronger_one_first() -> None:
    both = [RFC_7616.format("MD5"), RFC_7616.format("SHA-256")]
    assert answer(both)["response"] == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    weaker = answer(both[:1])
    assert weaker["response"] == "8ca523f5e9506fed4657c9700eebdbec"
    assert weaker | {"response": ""} == {
        "username": "Mufasa",
        "realm": "http-auth@example.org",
        "uri": "/dir/index.html",
        "algorithm": "MD5",
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "nc": "00000001",
        "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        "qop": "auth",
        "opaque": "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
        "response": "",
    }


def test_the_example_of_rfc_2617() -> None:
    challenge = choose([RFC_2617.format(' qop="auth,auth-int",')])
    assert challenge is not None
    header = authorization(challenge, ("Mufasa", "Circle Of Life"), PAGE, count=1, cnonce="0a4f113b")
    assert 'response="6629fae49393a05397450978507c4ef1"' in header
    assert re.search(r"\bnc=00000001\b", header)
    assert "algorithm" not in header


def test_without_qop_the_form_of_rfc_2069_is_used() -> None:
    given = answer([RFC_2617.format("")], ("Mufasa", "CircleOfLife"))
    assert given["response"] == "1949323746fe6a43ef61f9606e7febea"
    assert not {"qop", "nc", "cnonce"} & given.keys()


def test_auth_int_covers_the_body_and_is_used_only_where_nothing_else_is_offered() -> None:
    challenge = choose(['Digest realm="r", nonce="n", qop="auth-int"'])
    assert challenge == Digest("r", "n", "md5", qop="auth-int")
    one, other = (
        authorization(challenge, ("u", "p"), Asked("POST", "/", body), count=1, cnonce="c") for body in (b"a", b"b")
    )
    assert one != other

    assert md5(f"{md5('u:r:p')}:n:00000001:c:auth-int:{md5('POST:/:' + md5('a'))}") in one


def test_a_session_key_is_made_from_nonce_and_client_nonce() -> None:
    challenge = choose(['Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"'])
    assert challenge is not None
    header = authorization(challenge, ("u", "p"), Asked("GET", "/"), count=2, cnonce="c")
    assert md5(f"{md5(md5('u:r:p') + ':n:c')}:n:00000002:c:auth:{md5('GET:/')}") in header


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (['Basic realm="x"', 'Digest realm="r", nonce="n", stale="FALSE"'], Digest("r", "n", "md5")),
        (['Digest realm="r", nonce="n", stale=TRUE', "junk"], Digest("r", "n", "md5", stale=True)),
        (['Digest realm="r", nonce="n", algorithm=token-3, Digest realm="r", nonce="m"'], Digest("r", "m", "md5")),
        (
            ['Digest realm="r",nonce="n",algorithm="md5",qop="auth"', 'Digest realm="r",nonce="m",algorithm=SHA256'],
            Digest("r", "m", "sha256", "SHA256"),
        ),
        (
            ['Digest qop="auth" realm="IP Camera(C1234)" nonce="4e7a"'],
            Digest("IP Camera(C1234)", "4e7a", "md5", "", "auth"),
        ),
        (['Digest realm="r", nonce="n", qop="token"'], None),
        (['Digest realm="r", nonce=""'], None),
        (['Digest realm="r"'], None),
        (['Digest realm="r", nonce="n", algorithm=SHA-512-256'], None),
        (['Digest realm="r\x01", nonce="n"'], None),
        ([f'Digest realm="r", nonce="{"n" * 1100}"'], None),
        (['Basic realm="x"'], None),
        ([], None),
    ],
)
def test_the_forms_that_devices_send(values: list[str], expected: Digest | None) -> None:
    assert choose(values) == expected


def test_quotes_go_back_as_they_came() -> None:
    given = answer([r'Digest realm="a\"b\\c", nonce="n"'])
    assert given["realm"] == answer([r'Digest realm="a\"b\\c", nonce="n"'])["realm"]
    challenge = choose([r'Digest realm="a\"b", nonce="n"'])
    assert challenge is not None
    assert r'realm="a\"b"' in authorization(challenge, MUFASA, PAGE, count=1, cnonce="c")


@given(st.lists(st.text(max_size=200), max_size=4))
def test_whatever_comes_the_answer_is_one_line(values: list[str]) -> None:
    challenge = choose(["Digest nonce=" + value for value in values])
    if challenge is not None:
        header = authorization(challenge, MUFASA, PAGE, count=1, cnonce="c")
        assert header.isprintable()
        assert MUFASA[1] not in header


def test_damaged_challenges_do_no_harm() -> None:
    rng, sample = random.Random(7616), RFC_7616.format("SHA-256")
    for end in range(len(sample)):
        choose([sample[:end], sample[end:], sample[:end] + chr(rng.randrange(0x2FF)) + sample[end:]])
