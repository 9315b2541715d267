"""`camscan evidence`, from a stored scan to one who checks it, with camscan and without."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.bundles import ABOUT, AT, FILES, SCAN, ledger, observations, parts_of
from support.needs import needs
from support.nights import night
from support.schemas import validator
from support.stamps import Authority
from support.stores import keep_scan

from camscan.app.archiving import keyfiles
from camscan.app.archiving.bundling import derive, files_of, versions
from camscan.app.judging.criteria import criteria_of
from camscan.app.reporting.registering import update_register
from camscan.cli.evidence import evidence
from camscan.cli.formats.verified import clock as in_words
from camscan.cli.merge import merge
from camscan.cli.reconcile import reconcile
from camscan.cli.report import report
from camscan.cli.state import state as state_command
from camscan.cli.terminal.exits import Exit
from camscan.errors import CamscanError, EvidenceError, HostError, RuleError, UsageError
from camscan.evidence import canonical
from camscan.evidence.export import GUIDE
from camscan.records import Observation, Outcome, ScanStatus
from camscan.register.names import key as keyed
from camscan.reports import FORMATS
from camscan.store.store import Store

PAGE = (Path(__file__).parent.parent.parent / "docs" / "evidence.md").read_text(encoding="utf-8")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "camscan.db"
    with Store.open(path) as store:
        keep_scan(store, replace(SCAN, notes=("10.0.0.9 answered, then stopped",)), observations(6), ledger(6))
    return path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.key"
    run("keygen", "-o", str(path))
    return path


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder of rules of the user's own."""
    for name, data in FILES.items():
        if name.startswith("rules/"):
            path = tmp_path / "own" / name.removeprefix("rules/1/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    (tmp_path / "own.yaml").write_bytes(FILES["policies/001-own.yaml"])
    return tmp_path / "own"


def run(*words: str) -> Result:
    return CliRunner().invoke(evidence, words)


def fault(*words: str) -> CamscanError:
    found = run(*words).exception
    assert isinstance(found, CamscanError), found
    return found


def exported(db: Path, key: Path, *words: str) -> Path:
    bundle = db.with_name("bundle.zip")
    words = words if "--scan" in words else ("--scan", "4f2a", *words)
    done = run("export", "--db", str(db), "--key", str(key), "-o", str(bundle), *words)
    assert done.exit_code == Exit.DONE, done.exception
    return bundle


def test_a_key_is_for_its_owner_alone_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "new" / "evidence.key"
    done = run("keygen", "-o", str(file))
    assert re.fullmatch(r"[0-9a-f]{64}\n", done.stdout)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o077 == 0
    secret = file.read_text().splitlines()[1]
    assert secret not in done.output
    assert keyfiles.fingerprint(str(keyfiles.public_file(file))) == done.stdout.strip()


def test_a_key_is_never_replaced(key: Path) -> None:
    before = key.read_bytes()
    assert isinstance(fault("keygen", "-o", str(key)), UsageError)
    keyfiles.public_file(key).unlink()
    assert isinstance(fault("keygen", "-o", str(key)), UsageError)
    assert key.read_bytes() == before
    assert isinstance(fault("keygen", "-o", "/proc/none/key"), HostError)


@pytest.mark.parametrize("room_for", [0, 1])
def test_a_key_that_finds_no_room_leaves_nothing_in_the_way_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room_for: int
) -> None:
    synced: list[int] = []

    def sync(handle: int) -> None:
        if len(synced) == room_for:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        synced.append(handle)

    monkeypatch.setattr(os, "fsync", sync)
    assert "No space left on device" in str(fault("keygen", "-o", str(tmp_path / "new.key")))
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o777])
def test_a_key_that_others_may_read_is_refused(key: Path, mode: int) -> None:
    key.chmod(mode)
    with pytest.raises(UsageError, match=r"can be read or written by other users: `chmod 600` it"):
        keyfiles.private_key(key)
    key.chmod(0o400)
    assert keyfiles.private_key(key).pem() == key.read_bytes()


def test_who_signs_with_the_public_key_is_told_so(key: Path) -> None:
    told = str(fault("export", "-o", "x.zip", "--key", f"{key}.pub"))
    assert told == f"{key}.pub is a public key: give the private one, {key}"


def test_a_new_key_is_not_named_like_a_public_one(tmp_path: Path) -> None:
    """Nothing could be signed with it."""
    found = fault("keygen", "-o", str(tmp_path / "team.pub"))
    assert str(found) == f"{tmp_path}/team.pub would be the private key: name it without .pub, as {tmp_path}/team"
    assert [*tmp_path.iterdir()] == []


def test_a_key_that_is_none_or_missing(tmp_path: Path, key: Path) -> None:
    assert isinstance(fault("export", "-o", "x.zip", "--key", str(tmp_path / "missing")), UsageError)
    for text in (str(tmp_path / "missing"), str(tmp_path)):
        with pytest.raises(UsageError):
            keyfiles.private_key(Path(text))
        with pytest.raises(UsageError):
            keyfiles.fingerprint(text)
    with pytest.raises(UsageError, match="contains no Ed25519 public key"):
        keyfiles.fingerprint(str(key))
    assert keyfiles.fingerprint("AB" * 32) == "ab" * 32


def test_export_and_verify(db: Path, key: Path) -> None:
    bundle = exported(db, key, "--operator", "J. Doe", "--authority", "Order 17")
    assert bundle.stat().st_mode & 0o777 == 0o600
    done = run("verify", str(bundle), "--key", f"{key}.pub")
    assert "states        none: nobody has said anything about devices of the site\n" in done.stdout
    assert done.exit_code == Exit.DONE, done.exception
    assert "bundle.zip holds." in done.stdout
    for told in (
        "the key that you gave",
        "J. Doe",
        "Order 17",
        "13 in one chain",
        "the same as this camscan's",
        "4f2a00",
        "10.0.0.9 answered, then stopped",
    ):
        assert told in done.stdout
    assert keyfiles.fingerprint(f"{key}.pub") in done.stdout
    parts = parts_of(bundle.read_bytes())
    assert key.read_bytes().splitlines()[1] not in b"".join(parts.values())
    assert b"s3cret" not in b"".join(parts.values())


def test_a_scan_is_named_in_either_way_once(db: Path, key: Path) -> None:
    words = ("export", "--db", str(db), "--key", str(key), "-o", str(db.parent / "b.zip"), "--scan", "4f2a")
    assert run(*words).exit_code == 0
    error = run(*words, "4f2a").exception
    assert isinstance(error, UsageError)
    assert "not both" in str(error)


def test_a_key_of_ones_own_is_found_by_itself(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(db.parent / "data"))
    words = ("export", "--db", str(db), "-o", str(db.with_name("x.zip")))
    assert "make a key with `camscan evidence keygen`" in str(fault(*words))
    fingerprint = run("keygen").stdout.strip()
    assert run(*words).stderr.endswith(f"13 observations, signed by key {fingerprint}\n")


def test_a_device_is_never_replaced(db: Path, key: Path) -> None:
    pipe = db.with_name("pipe")
    os.mkfifo(pipe)
    assert isinstance(fault("export", "--db", str(db), "--key", str(key), "-o", str(pipe)), UsageError)
    assert pipe.is_fifo()


def test_one_who_does_not_give_a_key_is_told_so(db: Path, key: Path) -> None:
    done = run("verify", str(exported(db, key)))
    assert done.exit_code == Exit.DONE
    assert "NOT compared with a key that you know" in done.stdout


def test_what_was_verified_is_told_to_programs(db: Path, key: Path) -> None:
    bundle = exported(db, key, "--operator", "J. Doe")
    told = json.loads(run("verify", str(bundle), "--key", f"{key}.pub", "--format", "json").stdout)
    validator("camscan-verified-1").validate(told)
    assert (told["bundle"], told["holds"], told["fault"]) == ("bundle.zip", True, None)
    assert told["key"] == {"fingerprint": keyfiles.fingerprint(f"{key}.pub"), "known": True}
    assert (told["operator"], told["authority"], told["time_stamp"]) == ("J. Doe", None, None)
    assert (told["scan"]["id"], told["observations"]["chained"], told["other_rule_files"]) == ("4f2a00", 13, 0)
    assert sum(told["devices"].values()) == 6
    file = bundle.with_name("told.json")
    assert run("verify", str(bundle), "-o", str(file)).stdout == ""
    assert json.loads(file.read_text())["key"]["known"] is False


def test_programs_are_told_that_a_bundle_does_not_hold(db: Path, key: Path) -> None:
    bundle = exported(db, key)
    bundle.write_bytes(bundle.read_bytes().replace(b"uk-nil", b"uk-nul"))
    done = run("verify", str(bundle), "--format", "json")
    told = json.loads(done.stdout)
    validator("camscan-verified-1").validate(told)
    assert isinstance(done.exception, EvidenceError)
    assert done.exit_code == 1
    assert (told["holds"], str(done.exception)) == (False, f"bundle.zip fails verification: {told['fault']}")
    for broken in (told | {"holds": True}, told | {"devices": {}}, told | {"fault": None}):
        assert list(validator("camscan-verified-1").iter_errors(broken))


def test_a_bundle_that_does_not_hold_is_named_with_the_part(db: Path, key: Path) -> None:
    bundle = exported(db, key)
    with pytest.raises(
        EvidenceError, match=r"^bundle\.zip fails verification: key\.pem: is key [0-9a-f]{64}, not the given"
    ):
        raise fault("verify", str(bundle), "--key", "0" * 64)
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b"uk-nil", b"uk-nul"))
    with pytest.raises(EvidenceError, match=r"^bundle\.zip fails verification: \S+: "):
        raise fault("verify", str(bundle))


def test_own_rules_and_policies_go_with_it(db: Path, key: Path, rules: Path) -> None:
    policy = str(rules.with_name("own.yaml"))
    bundle = exported(db, key, "--fingerprints", str(rules), "--policy", policy, "--policy", "uk-nil")
    names = set(parts_of(bundle.read_bytes()))
    assert {"rules/1/vocabulary.yaml", "rules/2/makers/northlight.yaml"} <= names
    assert {"policies/001-own.yaml", "policies/002-uk-nil.yaml"} == {n for n in names if n.startswith("policies/")}
    shutil.rmtree(rules)
    done = run("verify", str(bundle))
    assert "2 listed, 4 unidentified" in done.stdout
    assert "2 files are not this camscan's" in done.stdout


def test_rules_that_cannot_go_into_a_bundle_are_named(rules: Path) -> None:
    strange = rules / "makers" / "meine regeln.yaml"
    strange.write_text("maker: X\n")
    with pytest.raises(RuleError, match=r"meine regeln\.yaml cannot go into a bundle: rename it"):
        files_of((), [rules])
    strange.rename(rules / "makers" / "large.yaml").write_bytes(bytes(1_048_577))
    with pytest.raises(RuleError, match=r"large\.yaml is larger than 1,048,576 bytes"):
        files_of((), [rules])
    with pytest.raises(RuleError, match="unknown policy"):
        files_of(("no-such",), ())


@pytest.mark.parametrize(
    "name", ["rules/1/../../x.yaml", "rules/1/x.yaml", "policies/x.yaml", "rules/x/vocabulary.yaml"]
)
def test_files_are_laid_out_nowhere_else(name: str) -> None:
    with pytest.raises(RuleError, match="is not a file of rules"), derive({**FILES, name: b""}, iter(())):
        pass


def test_a_scan_that_still_runs_is_not_exported(tmp_path: Path, key: Path) -> None:
    path = tmp_path / "running.db"
    with Store.open(path) as store:
        store.begin(replace(SCAN, status=ScanStatus.RUNNING))
        found = fault("export", "--db", str(path), "--key", str(key), "-o", str(tmp_path / "x.zip"))
    assert "still running" in str(found)
    assert not (tmp_path / "x.zip").exists()
    assert not list(tmp_path.glob(".x.zip*"))


def test_what_cannot_be_stated(db: Path, key: Path) -> None:
    for words in (
        ("--operator", "a\nb"),
        ("--tsa", "ftp://x/"),
        ("--tsa", "http://user:secret@x/"),
        ("--tsa", "x"),
        ("--tsa", "http://[x"),
    ):
        found = fault("export", "--db", str(db), "--key", str(key), "-o", str(db.with_name("x.zip")), *words)
        assert isinstance(found, UsageError)
        assert "secret" not in str(found)


def test_a_bundle_takes_the_place_of_another_only_when_it_is_whole(db: Path, key: Path) -> None:
    bundle = db.with_name("bundle.zip")
    bundle.write_bytes(b"old")
    words = ("--db", str(db), "--key", str(key), "-o", str(bundle))
    found = fault("export", *words, "--tsa", "http://127.0.0.1:9/tsr")
    assert isinstance(found, HostError)
    assert bundle.read_bytes() == b"old"
    assert sorted(path.name for path in db.parent.glob("*.zip*")) == ["bundle.zip"]


def test_the_clock_is_told_in_words() -> None:
    told = {"source": "adjtimex", "synchronised": True, "offset_ns": 0, "max_error_ns": 1_500_000}
    assert in_words(told) == "synchronised, and off by at most 0.0015 s by its own account (adjtimex)"
    doubt = "not synchronised, as far as this host knew (adjtimex): it may have been off by any time"
    assert in_words({**told, "synchronised": False, "max_error_ns": 16_000_000_000}) == doubt
    assert in_words({"source": "unknown"}) == doubt.replace("adjtimex", "unknown")


def test_versions_are_those_of_what_runs() -> None:
    found = versions()
    assert {"camscan", "python", "cryptography", "google-re2", "mac-registry"} <= set(found)
    assert re.fullmatch(r"[0-9a-f]{16}", found["mac-overlay"])
    assert "apprise" not in found
    assert found != ABOUT.versions


def test_the_page_says_what_to_do_by_hand(db: Path, key: Path, tmp_path: Path) -> None:
    """The very blocks of docs/evidence.md, on a bundle with a time stamp; and on a damaged one they fail."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 6
    needs("bash", "unzip", "sha256sum", "openssl", "zcat", "base64")
    (tmp_path / "tsa").mkdir()
    authority = Authority(tmp_path / "tsa")
    shutil.copy(authority.root, tmp_path / "tsa-ca.pem")
    with authority.serving() as url:
        bundle = exported(db, key, "--tsa", url)
    told = run("verify", str(bundle), "--key", f"{key}.pub", "--tsa-ca", str(authority.root)).stdout
    assert "UTC by CN=Test authority" in told
    stamped = json.loads(run("verify", str(bundle), "--tsa-ca", str(authority.root), "--format", "json").stdout)
    validator("camscan-verified-1").validate(stamped)
    assert stamped["time_stamp"]["authority"] == "CN=Test authority"
    assert stamped["time_stamp"]["trusted"] is True
    assert "vouched for by --tsa-ca" in told
    assert "NOT vouched for" in run("verify", str(bundle)).stdout
    guide = "".join(re.findall(r"^    ((?:openssl|sed) .*\n)", GUIDE, re.MULTILINE))
    assert guide.count("openssl") == 3
    shutil.copy(authority.root, tmp_path / "ca.pem")
    by_hand([*blocks[:1], "mv ../ca.pem .\n", guide], tmp_path)
    shutil.rmtree(tmp_path / "bundle")
    output = by_hand(blocks, tmp_path)
    assert "Signature Verified Successfully" in output
    assert keyfiles.fingerprint(f"{key}.pub") in output
    assert "Verification: OK" in output
    assert "HTTP/1.1 200 OK" in output


@pytest.mark.parametrize(
    ("block", "part"),
    [(1, "manifest.json"), (1, "manifest.sig"), (1, "key.pem"), (2, "verdicts.jsonl"), (4, "scan.json"), (2, "more")],
)
def test_by_hand_damage_is_found_too(db: Path, key: Path, tmp_path: Path, block: int, part: str) -> None:
    exported(db, key)
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    damage = f"printf x >> {part}\n" if part != "more" else "touch manifest.more\n"
    with pytest.raises(subprocess.CalledProcessError):
        by_hand([blocks[0], damage, blocks[block]], tmp_path)


def by_hand(blocks: list[str], folder: Path) -> str:
    script = "set -e\n" + "".join(blocks)
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=os.environ, check=True, capture_output=True, text=True
    )
    return done.stdout + done.stderr


SADP = (
    "<ProbeMatch><DeviceDescription>DS-2CD2385G1-I</DeviceDescription>"
    "<DeviceSN>DS-2CD2385G1-I20190507AAWRD00000000{0}</DeviceSN><MAC>44:19:b6:00:00:0{0}</MAC>"
    "<IPv4Address>10.0.0.{0}</IPv4Address><SoftwareVersion>V5.5.84build 190507</SoftwareVersion></ProbeMatch>"
)


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """A sensitive site with three cameras, one of them ticketed and one said to be exempt."""
    path = tmp_path / "estate.db"
    choices = '{"sensitive": true, "core": ["10.0.0.0/29"], "expect_decoy": ["10.0.0.9"]}'
    scan = replace(SCAN, settings={"seed": "7", "choices": choices}, notes=("10.0.0.2 answered, then stopped",))
    with Store.open(path) as store:
        cameras = [
            Observation(f"10.0.0.{n}", "sadp", Outcome.ANSWERED, AT, 37020, "inquiry", raw=SADP.format(n).encode())
            for n in (1, 2, 3)
        ]
        keep_scan(store, scan, [*cameras, *observations(9)], ledger(9))
    for address, state in (("10.0.0.3", "ticketed"), ("10.0.0.2", "ticketed"), ("10.0.0.3", "exempt")):
        words = [address, state, "--why", "as agreed", "--who", "J. Roe", "--db", str(path)]
        done = CliRunner().invoke(state_command, words)
        assert done.exit_code == Exit.DONE, done.exception
    return path


def test_on_a_terminal_what_is_told_is_wrapped(db: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is to be compared or copied stays in one piece; to a pipe or a file, each thing is a line."""
    bundle = exported(db, key)
    piped = run("verify", str(bundle)).stdout
    assert max(map(len, piped.splitlines())) > 80
    monkeypatch.setattr("camscan.cli.terminal.output.output_width", lambda _output: 80)
    shown = run("verify", str(bundle)).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.split() == piped.split()
    assert f"  signed by     key\n{' ' * 16}{keyfiles.fingerprint(f'{key}.pub')}\n" in shown


def test_what_people_said_of_devices_is_in_the_bundle(estate: Path, key: Path) -> None:
    bundle = exported(estate, key)
    told = [json.loads(line) for line in parts_of(bundle.read_bytes())["states.jsonl.gz"].splitlines()]
    assert [(one["address"], one["state"]) for one in told] == [
        ("10.0.0.3", "ticketed"),
        ("10.0.0.2", "ticketed"),
        ("10.0.0.3", "exempt"),
    ]
    assert {(one["site"], one["who"], one["why"]) for one in told} == {("North", "J. Roe", "as agreed")}
    shown = run("verify", str(bundle)).stdout
    assert "states        1 exempt, 1 ticketed; from 3 statements of people about devices of the site" in shown


def test_an_exemption_in_a_bundle_is_of_the_one_clone_that_was_there_when_it_was_given(
    tmp_path: Path, key: Path
) -> None:
    db = tmp_path / "c.db"
    with Store.open(db) as store:
        night(store, 1, {"10.0.0.5": 5})
        CliRunner().invoke(state_command, ["10.0.0.5", "exempt", "--why", "agreed", "--db", str(db)])
        later = night(store, 36_500, {"10.0.0.5": 5, "10.0.0.6": 5})
    for scan in ("hq-001", later.id):
        shown = run("verify", str(exported(db, key, "--scan", scan))).stdout
        assert "states        1 exempt; from 1 statement of people about devices of the site" in shown
    CliRunner().invoke(state_command, ["10.0.0.6", "ticketed", "--why", "a copy", "--db", str(db)])
    with Store.open(db) as store:
        last = night(store, 36_501, {"10.0.0.5": 5, "10.0.0.6": 5, "10.0.0.7": 5})
    shown = run("verify", str(exported(db, key, "--scan", last.id))).stdout
    assert "states        1 exempt, 1 ticketed; from 2 statements" in shown, "what is said of a clone counts"


def from_bundle(bundle: Path, db: Path) -> None:
    """A store with the scan of a bundle and what was said of its devices, from the bundle alone."""
    parts = {name: data.splitlines() for name, data in parts_of(bundle.read_bytes()).items()}
    seen = [canonical.to_observation(json.loads(line)) for line in parts["observations.jsonl.gz"]]
    entries = [canonical.to_entry(json.loads(line)) for line in parts["ledger.jsonl.gz"]]
    settings = {name: json.dumps(value) for name, value in json.loads(parts["settings.json"][0]).items()}
    scan = replace(canonical.to_scan(json.loads(parts["scan.json"][0])), settings=settings)
    with Store.open(db) as store:
        keep_scan(store, scan, seen, entries)
        update_register(store, criteria_of((), ()), print)
        for change in map(canonical.to_change, map(json.loads, parts["states.jsonl.gz"])):
            (entry,) = store.register.named(change.address, (), change.site)
            store.states.record(change, {keyed(name) for name in change.names}, entry)


def test_a_report_made_from_a_bundle_is_that_made_from_the_store(estate: Path, key: Path) -> None:
    """One who has the bundle alone comes to the same report, byte for byte, in every format."""
    again = estate.with_name("again.db")
    from_bundle(exported(estate, key), again)
    for one in FORMATS.values():
        if one.name == "pdf" and find_spec("weasyprint") is None:
            continue
        made = []
        for source in (estate, again):
            file = source.with_suffix(f".{one.name}")
            words = ["--db", str(source), "--format", one.name, "-o", str(file), "--all"]
            done = CliRunner().invoke(report, words)
            assert done.exit_code == Exit.DONE, (one.name, done.exception)
            made.append(file.read_bytes())
        assert made[0] == made[1], one.name
        assert one.binary or b"10.0.0.3" in made[0], one.name
        assert one.name != "json" or b'"state": "exempt"' in made[0]


def test_who_has_the_bundle_and_the_list_comes_to_the_same_comparison(estate: Path, key: Path) -> None:
    """As docs/evidence.md says: the bundle is merged into a new store, and the list is held against that."""
    bundle, again, cameras = exported(estate, key), estate.with_name("audit.db"), estate.with_name("cameras.csv")
    cameras.write_text("IP,Make\n10.0.0.2,Axis\n10.0.0.200,Axis\n")
    done = CliRunner().invoke(merge, ["--db", str(again), str(bundle), "--key", f"{key}.pub"])
    assert done.exit_code == Exit.DONE, done.exception
    made = [
        CliRunner().invoke(reconcile, [str(cameras), "--db", str(source), "--format", "json", "--quiet"])
        for source in (estate, again)
    ]
    assert made[0].stdout == made[1].stdout
    assert [one["class"] for one in json.loads(made[0].stdout)["results"]][:2] == ["conflict", "not-covered"]
