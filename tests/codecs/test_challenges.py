from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.codecs.challenges import MAX_CHALLENGES, MAX_VALUE, challenge_fields, read_challenges


def realms(value: str) -> tuple[tuple[str, str], ...]:
    """(scheme, realm) of every challenge in one header value."""
    return tuple((scheme, parameters.get("realm", "")) for scheme, parameters in read_challenges(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('Digest realm="Login to 4K02AB7PAJ00001", nonce="203c"', [("digest", "Login to 4K02AB7PAJ00001")]),
        (
            'Digest realm="a, b", nonce="x=1, Basic realm=q", qop="auth", Basic realm="x"',
            [("digest", "a, b"), ("basic", "x")],
        ),
        ("Basic realm=NETSurveillance WEB", [("basic", "NETSurveillance WEB")]),
        ('Digest realm=foo bar nonce="abc" opaque=z', [("digest", "foo bar")]),
        ("Digest realm=a=b, nonce=c", [("digest", "a=b")]),
        ('digest REALM = "K"', [("digest", "K")]),
        ("Digest realm='IP Camera(76475)', qop=\"auth\"", [("digest", "IP Camera(76475)")]),
        ("Basic realm='Bob's camera'", [("basic", "'Bob's camera'")]),
        ("Basic realm=''", [("basic", "''")]),
        (r'Digest realm="a\"b\\c\d"', [("digest", r"a\"b\c\d".replace(r"\"", '"'))]),
        ('Digest realm="no end, nonce=1', [("digest", "no end, nonce=1")]),
        ('Digest realm="x" Basic realm="y"', [("digest", "x"), ("basic", "y")]),
        ('Digest,Basic realm="z"', [("digest", ""), ("basic", "z")]),
        ("NTLM TlRMTVNTUAAC==, Basic realm=k", [("ntlm", ""), ("basic", "k")]),
        ("Negotiate YII/abc+d==, Basic realm=k", [("negotiate", ""), ("basic", "k")]),
        ('realm="only"', [("", "only")]),
        ('nonce="first", realm="second"', [("", "second")]),
        ('Digest realm="first", realm="second"', [("digest", "first")]),
        ('Digest realm="网络摄像机"', [("digest", "网络摄像机")]),
        ("Bearer", [("bearer", "")]),
        ("", []),
        (' ,;="x"', []),
    ],
)
def test_challenges(value: str, expected: list[tuple[str, str]]) -> None:
    assert realms(value) == tuple(expected)


def test_fields_hold_each_value_once() -> None:
    values = ['Digest realm="IP Camera(C1214)", nonce="0191"', 'Basic realm="IP Camera(C1214)"', "", " NTLM "]
    assert challenge_fields("rtsp", values) == {
        "rtsp.realm": ("IP Camera(C1214)",),
        "rtsp.auth": ("digest", "basic", "ntlm"),
        "rtsp.www_authenticate": (*values[:2], "NTLM"),
    }
    assert challenge_fields("http", ["", " "]) == {}


def test_challenges_in_one_header_are_values_of_their_own() -> None:
    first, second = 'Digest qop="auth", realm="a", nonce="1, Basic realm=b"', 'Basic realm="a"'
    assert challenge_fields("http", [f"{first}, {second}"])["http.www_authenticate"] == (first, second)


def test_floods_are_cut() -> None:
    assert realms("A," * MAX_VALUE) == (("a", ""),) * MAX_CHALLENGES
    assert realms('Basic realm="' + "x" * MAX_VALUE) == (("basic", "x" * (MAX_VALUE - 13)),)
    many = challenge_fields("http", [f"Basic realm={number}" for number in range(MAX_CHALLENGES + 1)])
    assert len(many["http.www_authenticate"]) == MAX_CHALLENGES


@given(st.text(alphabet='aZ9 ,;="\\\t', max_size=200) | st.text())
def test_anything_can_be_read(value: str) -> None:
    for scheme, realm in realms(value):
        assert scheme == scheme.lower()
        assert realm in value.replace('\\"', '"').replace("\\\\", "\\") or "\\" in value
