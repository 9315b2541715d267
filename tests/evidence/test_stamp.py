"""Time stamps, against an authority made by openssl."""

from __future__ import annotations

import builtins
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from support.bundles import ABOUT, KNOWN, bundle, checked, packed, parts_of
from support.stamps import Authority

from camscan.errors import EvidenceError, HostError, UsageError
from camscan.evidence import manifest, stamp

DATA = b"signature" * 7
STAMPED = replace(ABOUT, time_stamp="http://tsa.example/tsr")


@pytest.fixture(scope="module")
def stamped(authority: Authority) -> bytes:
    """A bundle with a time stamp."""
    return bundle(about=STAMPED, stamp=lambda signature: authority.reply(stamp.query(signature).der))


def test_a_reply_is_read(authority: Authority) -> None:
    query = stamp.query(DATA)
    reply = authority.reply(query.der)
    told = stamp.check(reply, DATA, nonce=query.nonce)
    assert (told.authority, told.trusted) == ("CN=Test authority", False)
    assert abs(told.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert stamp.check(reply, DATA, authority.root.read_bytes()).trusted


def test_a_reply_to_another_query_or_over_other_bytes(authority: Authority) -> None:
    query = stamp.query(DATA)
    reply = authority.reply(query.der)
    with pytest.raises(EvidenceError, match=r"manifest.tsr: is not over this bundle's signature"):
        stamp.check(reply, DATA + b"x")
    with pytest.raises(EvidenceError, match=r"manifest.tsr: answers another query"):
        stamp.check(reply, DATA, nonce=(query.nonce or 0) + 1)


@pytest.mark.parametrize("status", range(6))
def test_only_a_time_stamp_that_was_granted_counts(authority: Authority, status: int) -> None:
    reply = authority.reply(stamp.query(DATA).der)
    begin = reply.index(b"\x30\x03\x02\x01\x00")
    altered = reply[: begin + 4] + bytes([status]) + reply[begin + 5 :]
    if status < 2:
        assert stamp.check(altered, DATA).authority == "CN=Test authority"
    else:
        with pytest.raises(EvidenceError, match=r"manifest.tsr: the authority issued none, and answered [A-Z_]+$"):
            stamp.check(altered, DATA)


def test_an_authority_that_the_given_certificates_do_not_vouch_for(
    authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reply = authority.reply(stamp.query(DATA).der)
    other = Authority(tmp_path_factory.mktemp("other"))
    with pytest.raises(EvidenceError, match="do not vouch for it"):
        stamp.check(reply, DATA, other.root.read_bytes())
    with pytest.raises(UsageError, match="certificates"):
        stamp.check(reply, DATA, b"no certificate")


def test_damage_is_found_or_changes_nothing_that_is_told(authority: Authority) -> None:
    """What the authority did not sign (wrapping, other certificates) may differ; time, name and bytes may not."""
    reply, roots, draw = authority.reply(stamp.query(DATA).der), authority.root.read_bytes(), random.Random(7)
    told = stamp.check(reply, DATA, roots)
    found = 0
    for _ in range(500):
        at = draw.randrange(len(reply))
        altered = reply[:at] + bytes([reply[at] ^ 1 << draw.randrange(8)]) + reply[at + 1 :]
        try:
            assert stamp.check(altered, DATA, roots) == told
        except EvidenceError:
            found += 1
    assert found > 450
    for length in range(0, len(reply), 7):
        with pytest.raises(EvidenceError):
            stamp.check(reply[:length], DATA, roots)


def test_without_the_library_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> ModuleType:
        if name == "rfc3161_client":
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(HostError, match=r"install 'camscan\[timestamp\]'"):
        stamp.query(DATA)
    with pytest.raises(HostError, match=r"install 'camscan\[timestamp\]'"):
        stamp.check(b"", DATA)


def test_a_bundle_with_a_time_stamp_holds(stamped: bytes, authority: Authority) -> None:
    found = checked(stamped).stamp
    assert found is not None
    assert not found.trusted
    found = checked(stamped, replace(KNOWN, roots=authority.root.read_bytes())).stamp
    assert found is not None
    assert found.trusted


def test_a_time_stamp_that_is_taken_away_added_or_exchanged_is_found(stamped: bytes) -> None:
    parts = parts_of(stamped)
    reply = parts.pop(manifest.STAMP)
    with pytest.raises(EvidenceError, match=r"manifest.tsr: is missing"):
        checked(packed([*parts.items()]))
    with pytest.raises(EvidenceError, match=r"manifest.tsr: is not in the manifest"):
        checked(packed([*parts_of(bundle()).items(), (manifest.STAMP, reply)]))
    other = bundle(hosts=2, about=STAMPED, stamp=lambda _: reply)
    with pytest.raises(EvidenceError, match=r"manifest.tsr: is not over this bundle's signature"):
        checked(other)
