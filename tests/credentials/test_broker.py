"""Who is enrolled, and what is remembered of a run."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from support.logins import ADDRESS, MAC, SECRET, SERIAL, Peer, broker, denial, digest, enrolment, listening, net_with
from support.nets import AT

from camscan.credentials.broker import CredentialBroker
from camscan.credentials.enrolment import SiteBook
from camscan.credentials.pins import Pins
from camscan.credentials.sighting import Sighting
from camscan.net.base import HttpRequest, LoginReason
from camscan.records import Observation, Outcome

SEEN = Observation(ADDRESS, "http", Outcome.ANSWERED, AT, 80, "GET /")


def test_an_address_is_judged_anew_only_when_it_has_said_more(tmp_path: Path) -> None:
    judged: list[int] = []

    def sight(_address: str, seen: object) -> Sighting:
        judged.append(1)
        return Sighting(macs=(MAC,) if len(judged) == 2 else ())

    logins = CredentialBroker(
        None, SiteBook([enrolment()]), Pins(tmp_path / "pins"), sight, lambda _of: SecretStr(SECRET)
    )
    for _ in range(3):
        login = logins.login(ADDRESS, 80, [SEEN], tls=False)
        assert login is not None
        assert login.objection(b"").startswith(LoginReason.UNRECOGNISED)
    assert len(judged) == 1
    first = logins.login(ADDRESS, 80, [SEEN, SEEN], tls=False)
    assert logins.login(ADDRESS, 80, [SEEN] * 3, tls=False) is first
    assert logins.login(ADDRESS, 443, [SEEN] * 4, tls=True) is not first
    assert len(judged) == 2


async def test_a_device_is_told_of_one_login_even_where_two_are_for_its_network(tmp_path: Path) -> None:
    peers = [Peer(lambda _number, _text: denial(digest())) for _ in range(2)]
    async with listening(peers[0]), listening(peers[1]):
        wide = [
            enrolment(network=f"127.88.{width}", maker="Northlight", ports=(peer.port,))
            for width, peer in zip(("77.0/24", "0.0/16"), peers, strict=True)
        ]
        logins = broker(tmp_path, *wide, sighting=Sighting(maker="Northlight"))
        async with net_with(logins) as net:
            for port in (peers[0].port, peers[1].port, peers[0].port):
                async with net.enrolled(ADDRESS, port, ()) as device:
                    assert (device is None) == (port == peers[1].port)
                    if device is not None:
                        await device.ask(HttpRequest("/"))
    assert [peer.logins for peer in peers] == [1, 0]


def test_notes_put_alerts_first_and_count_what_was_taken(tmp_path: Path) -> None:
    logins = broker(tmp_path, sighting=Sighting(serials=(SERIAL,)))
    assert list(logins.notes) == []
    for address, reason in (("10.0.0.1", ""), ("10.0.0.2", LoginReason.REFUSED), ("10.0.0.3", LoginReason.CERTIFICATE)):
        logins._report(address, reason)
    assert list(logins.notes) == [
        "ALERT: 10.0.0.3: certificate changed; no secret was sent to it",
        "10.0.0.2: login refused",
        "1 device accepted the enrolled login",
    ]


def test_devices_of_which_the_same_is_to_be_said_share_a_note_in_order_of_address(tmp_path: Path) -> None:
    logins = broker(tmp_path, sighting=Sighting(serials=(SERIAL,)))
    for number in (3, 29, 10, 4):
        logins._report(f"10.0.0.{number}", "x" if number == 10 else LoginReason.REFUSED)
    assert list(logins.notes) == ["10.0.0.3, 10.0.0.4, 10.0.0.29: login refused", "10.0.0.10: x"]
    for number in range(100, 118):
        logins._report(f"10.0.0.{number}", LoginReason.REFUSED)
    assert next(logins.notes).endswith(", 10.0.0.116 and 1 other: login refused")
