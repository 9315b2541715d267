"""From a file of enrolments to the broker of a run, and what a device must have shown."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from support.logins import MAC, SECRET, SERIAL, enrolment
from support.nets import AT

from camscan.app.planning.jobs import job_for_rest, new_job
from camscan.app.planning.logins import broker, broker_if, enrolled, lines, opened, reader, sight
from camscan.app.planning.scope import Choices, CredentialOptions
from camscan.credentials.enrolment import Book
from camscan.credentials.file import CredentialFile
from camscan.credentials.pins import Pins
from camscan.errors import CamscanError, UsageError
from camscan.identify.library import Library
from camscan.records import Fields, Observation, Outcome
from camscan.targets import parse

ADDRESS = "10.0.0.5"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "credentials.json"
    logins = (enrolment(), enrolment(site="depot"), enrolment(network="10.0.0.0/8", maker="Northlight", site="depot"))
    CredentialFile(path, lambda: SecretStr("")).save(Book(logins=logins))
    return path


@pytest.fixture
def cores() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


def said(channel: str, fields: Fields, asked: str = "") -> Observation:
    return Observation(ADDRESS, channel, Outcome.ANSWERED, AT, 80, asked, fields=fields)


def test_a_sighting_holds_what_frames_and_answers_say(rules: Library) -> None:
    seen = [
        said("arp", {"mac.address": ("02:00:00:00:00:02",)}),
        said("sadp", {"sadp.mac": (MAC,), "sadp.device_sn": (SERIAL,)}),
        said("onvif", {"onvif.datetime": ("2026-11-24T12:03:20Z",)}, "GetSystemDateAndTime"),
        Observation("10.0.0.6", "sadp", Outcome.ANSWERED, AT, fields={"sadp.device_sn": ("X99999999",)}),
    ]
    found = sight(rules)(ADDRESS, seen)
    assert found.link_macs == ("02:00:00:00:00:02",)
    assert set(found.macs) == {"02:00:00:00:00:02", MAC}
    assert found.serials == (SERIAL,)
    assert found.clock == timedelta(minutes=3, seconds=20)


@pytest.mark.parametrize("text", ["nonsense", "2026-11-24T12:03:20", ""])
def test_a_clock_that_does_not_say_its_zone_is_none(text: str, rules: Library) -> None:
    assert sight(rules)(ADDRESS, [said("onvif", {"onvif.datetime": (text,)})]).clock is None


def test_a_maker_is_one_that_is_likely_at_least(rules: Library) -> None:
    sure = said("http", {"http.realm": ("AXIS_ACCC8E5AE009",)}, "GET /")
    assert sight(rules)(ADDRESS, [sure]).maker == "Axis"
    hint = said("arp", {"mac.address": ("AC:CC:8E:5A:E0:07",)})
    assert sight(rules)(ADDRESS, [hint]).maker is None
    assert sight(rules)(ADDRESS, []).maker is None


def test_who_opens_the_file_writes_no_core(file: Path, cores: None) -> None:
    """Not even where a program takes it, as on most hosts: Linux heeds no other limit there than one byte."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    opened(CredentialOptions(file))
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0 if most == 0 else 1, most)


def test_a_run_has_the_logins_of_its_site_alone(file: Path, rules: Library) -> None:
    assert [one.site for one in broker(CredentialOptions(file), "depot", rules)._book.enrolments] == ["depot", "depot"]
    with pytest.raises(UsageError, match="no login for site 'other'"):
        broker(CredentialOptions(file), "other", rules)
    with pytest.raises(UsageError, match="credentials add"):
        broker(CredentialOptions(file.with_name("none.json")), None, rules)


def test_nothing_is_opened_where_logins_are_not_allowed(file: Path, rules: Library) -> None:
    assert broker_if(Choices(), CredentialOptions(), None, rules) is None
    assert enrolled(Choices(), CredentialOptions(), None, ()) == ""
    with pytest.raises(UsageError, match="--with-credentials"):
        broker_if(Choices(), CredentialOptions(file), None, rules)


IN_VAIN = [(CredentialOptions(Path("a")), "--credentials"), (CredentialOptions(None, "fd:3"), "--unlock")]


@pytest.mark.parametrize(("chosen", "named"), IN_VAIN)
def test_what_only_a_login_needs_is_refused_without_one(chosen: CredentialOptions, named: str, rules: Library) -> None:
    for use in (lambda: broker_if(Choices(), chosen, None, rules), lambda: enrolled(Choices(), chosen, None, ())):
        with pytest.raises(UsageError, match=f"{named} is used only with --with-credentials"):
            use()


def test_only_an_encrypted_file_is_unlocked(file: Path) -> None:
    with pytest.raises(UsageError, match=r"--unlock is for an encrypted file \(\.age\), and .*json is not one"):
        opened(CredentialOptions(file, "file:key"))


def test_a_plan_counts_what_is_enrolled(file: Path) -> None:
    text = enrolled(Choices(with_credentials=True), CredentialOptions(file), "depot", parse(["127.88.77.0/24"]))
    assert text.startswith("1 of 1 enrolled devices are targets; every device in 10.0.0.0/8 Northlight")
    text = enrolled(Choices(with_credentials=True), CredentialOptions(file), None, parse(["127.88.78.0/24"]))
    assert text.startswith("0 of 1 enrolled devices")


def test_a_secret_is_read_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0o600)
    read = reader(tmp_path / "credentials.json")
    assert read(enrolment()).get_secret_value() == SECRET
    there = enrolment(secret=None, source="file:secret")
    assert read(there).get_secret_value() == SECRET
    (tmp_path / "secret").unlink()
    with pytest.raises(CamscanError):
        read(there)


def test_a_resumed_scan_logs_in_only_where_that_is_said_again() -> None:
    job = new_job(Choices(("127.0.0.1",), with_credentials=True), None)
    assert "login" in job.strategy.plan.channels
    assert "with_credentials" not in json.loads(job.scan.settings["choices"])
    assert "login" not in job_for_rest(job.scan, Choices()).strategy.plan.channels
    again = job_for_rest(job.scan, Choices(with_credentials=True))
    assert "login" in again.strategy.plan.channels


def test_a_login_for_a_network_is_listed_with_the_pins_of_its_network_alone(tmp_path: Path) -> None:
    pins = Pins(tmp_path / "c.pins")
    for address in ("10.0.0.5", "10.0.1.5", "fd00::5"):
        pins.learn(None, address, 443, "ab" * 32)
    book = Book(logins=(enrolment(network="10.0.0.0/24", maker="Northlight"), enrolment(address="10.0.1.5")))
    told = [line.split(" pinned ")[0].strip() for line in lines(book, pins, None)]
    assert [line for line in told if line.startswith("port")] == ["port 443 of 10.0.0.5", "port 443 of 10.0.1.5"]
