"""Files of other tools become scans on which every other command works."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camscan.app.judging.criteria import Criteria, library
from camscan.app.reporting.registering import update_register
from camscan.app.scanning import passive
from camscan.cli.devices import devices
from camscan.cli.diff import diff
from camscan.cli.fingerprints import explain
from camscan.cli.import_ import import_
from camscan.cli.report import report
from camscan.cli.terminal.exits import Exit
from camscan.errors import StoreError, UsageError
from camscan.records import LedgerEntry, Outcome, Scan, ScanStatus
from camscan.store.store import Store

NEIGHBOURS = (
    "192.0.2.5 dev eth0 lladdr 44:19:b6:01:02:03 REACHABLE\n192.0.2.6 dev eth0 lladdr 3c:ef:8c:01:02:03 STALE\n"
    "192.0.2.7 dev eth0 FAILED\n"
)
LEASES = "1900000000 44:19:b6:01:02:03 192.0.2.5 ipcam 01:44:19:b6:01:02:03\n"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def run(*words: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(import_, [str(word) for word in words], input=stdin)


def stored(db: Path, result: Result) -> tuple[Scan, Store]:
    store = Store.open(db)
    return store.scan(result.stdout.strip()), store


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_several_files_become_one_scan(tmp_path: Path, db: Path, encoding: str) -> None:
    neighbours, leases = tmp_path / "neigh.txt", tmp_path / "dnsmasq.leases"
    neighbours.write_text(NEIGHBOURS, encoding)
    leases.write_text(LEASES)
    result = run(neighbours, leases, "--site", "hq", "--db", db)
    assert result.exit_code == 0
    assert "neigh.txt (ip-neigh): 2 records read, 1 left out (entry that never answered: 1)" in result.stderr
    scan, store = stored(db, result)
    with store:
        assert (scan.status, scan.site, scan.channels) == (ScanStatus.COMPLETE, "hq", ("arp", "dhcp"))
        assert scan.targets == (str(neighbours), str(leases))
        digest = hashlib.sha256(NEIGHBOURS.encode(encoding)).hexdigest()
        assert f"imported from {neighbours} (ip-neigh), SHA-256 {digest}" in scan.notes
        assert [(one.target, one.channel) for one in store.observations(scan.id)] == [
            ("192.0.2.5", "arp"),
            ("192.0.2.5", "dhcp"),
            ("192.0.2.6", "arp"),
        ]
        assert list(store.ledger(scan.id)) == [
            LedgerEntry("192.0.2.5", {"arp": Outcome.ANSWERED, "dhcp": Outcome.ANSWERED}),
            LedgerEntry("192.0.2.6", {"arp": Outcome.ANSWERED}),
        ]


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError("gone"), StoreError("the disk is full")])
def test_an_import_that_is_broken_off_leaves_nothing(
    tmp_path: Path, db: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    """Who kills it leaves a half, which is dated by what it holds: what an old file shows has not come back today."""
    dated = []

    def broken_off(store: Store, scan_id: str) -> None:
        dated.append(store.scan(scan_id).started_at)
        raise fault

    (tmp_path / "neigh.txt").write_text(NEIGHBOURS)
    os.utime(tmp_path / "neigh.txt", (1_700_000_000, 1_700_000_000))
    with monkeypatch.context() as patch:
        patch.setattr(passive, "_store_ledger", broken_off)
        assert run(tmp_path / "neigh.txt", "--db", db).exit_code == 1
    assert dated == [datetime.fromtimestamp(1_700_000_000, UTC)]
    with Store.open(db) as store:
        assert store.scans() == ()
    assert run(tmp_path / "neigh.txt", "--db", db).exit_code == 0


def test_evidence_names_the_file_that_it_was_read_in(tmp_path: Path, db: Path) -> None:
    """By the end of its path, and safe for terminals; by its number too, where another has the same name."""
    north, south, hostile = tmp_path / "north.txt", tmp_path / "hq" / "south.txt", tmp_path / "\x1b[2J.txt"
    south.parent.mkdir()
    for file in (north, south, hostile):
        file.write_text(NEIGHBOURS)
        os.utime(file, (1_700_000_000, 1_700_000_000))  # else what holds the last of them would stay the latest import
    assert run(north, south, hostile, "--db", db).exit_code == 0
    told = CliRunner().invoke(explain, ["192.0.2.5", "--db", str(db)]).output
    for name in ("north.txt", "south.txt", r"\x1b[2J.txt"):
        assert f"192.0.2.5 arp: answered (read in {name}), " in told
        assert f", no bytes of an answer, read in {name}\n" in told
    shown = json.loads(CliRunner().invoke(report, ["--db", str(db), "--format", "json"]).stdout)
    assert {one["file"] for one in shown["devices"][0]["evidence"]} == {"north.txt", "south.txt", r"\x1b[2J.txt"}
    for form, words in (
        ("markdown", "read in `north.txt`, `south.txt`, "),
        ("html", "; read in north.txt, south.txt, "),
    ):
        assert words in CliRunner().invoke(report, ["--db", str(db), "--format", form]).stdout
    assert run(north, south.rename(south.parent / north.name), "--db", db).exit_code == 0
    told = CliRunner().invoke(explain, ["192.0.2.5", "--db", str(db)]).output
    assert "read in north.txt (file 1)" in told
    assert "read in north.txt (file 2)" in told


ARP = (
    "Protocol  Address     Age (min)  Hardware Addr   Type   Interface\n"
    "Internet  10.0.10.5          12   4419.b601.0203  ARPA   Vlan10\n"
    "Internet  10.0.10.6           3   3cef.8c01.0203  ARPA   Vlan10\n"
)
SWITCH = (
    "Vlan    Mac Address       Type        Ports\n----    -----------       --------    -----\n"
    " All    0100.0ccc.cccc    STATIC      CPU\n  10    4419.b601.0203    DYNAMIC     Gi1/0/7\n"
    "  10    4419.b601.0299    DYNAMIC     Gi1/0/8\n"
)


def test_a_switch_table_alone_tells_of_devices_by_their_mac(tmp_path: Path, db: Path) -> None:
    table = tmp_path / "switch.txt"
    table.write_text(f"sw-hall-1#show mac address-table\n{SWITCH}")
    result = run(table, "--db", db)
    assert result.exit_code == 0
    assert "switch.txt (switch-ports): 2 records read, 2 of them without an IP address" in result.stderr
    shown = CliRunner().invoke(report, ["--db", str(db), "--format", "csv"]).stdout
    line = next(row for row in shown.splitlines() if row.startswith("44:19:B6:01:02:03,44:19:B6:01:02:03,"))
    assert ",Hikvision," in line
    assert ",suspected," in line
    assert ",Gi1/0/7,sw-hall-1,0," in line


def test_a_switch_table_says_where_devices_hang(tmp_path: Path, db: Path) -> None:
    table, arp = tmp_path / "switch.txt", tmp_path / "arp.txt"
    table.write_text(SWITCH)
    arp.write_text(ARP)
    result = run(table, arp, "--db", db)
    assert result.exit_code == 0
    assert "switch.txt (switch-ports): 2 records read, 1 of them without an IP address" in result.stderr
    scan, store = stored(db, result)
    with store:
        assert [(one.target, one.asked, one.reason) for one in store.observations(scan.id)] == [
            ("10.0.10.5", "switch port Gi1/0/7 in switch.txt", "read in arp.txt"),
            ("10.0.10.6", "", "read in arp.txt"),
            ("44:19:B6:01:02:99", "switch port Gi1/0/8 in switch.txt", "read in switch.txt"),
        ]


def test_other_scans_show_where_the_switch_table_has_their_devices(tmp_path: Path, db: Path) -> None:
    table, arp = tmp_path / "switch.txt", tmp_path / "arp.txt"
    earlier = run("-", "--db", db, stdin="10.0.10.15 dev eth0 lladdr 44:19:b6:01:02:03 REACHABLE\n").stdout.strip()
    table.write_text(f"sw-hall-1#show mac address-table\n{SWITCH}")
    arp.write_text(ARP)
    assert "show the switch ports of these devices, too" in run(table, arp, "--db", db).stderr
    shown = CliRunner().invoke(report, ["--db", str(db), "--scan", earlier, "--format", "csv"]).stdout
    assert ",Gi1/0/7,sw-hall-1,0," in shown
    assert "switch port Gi1/0/7 of sw-hall-1" in CliRunner().invoke(report, ["--db", str(db), "--scan", earlier]).stdout
    told = CliRunner().invoke(explain, ["10.0.10.15", "--db", str(db)]).stdout
    assert "connected to: switch port Gi1/0/7 of sw-hall-1 (table of " in told


def test_a_report_on_it_names_the_makers(db: Path) -> None:
    result = run("-", "--db", db, "--quiet", stdin=NEIGHBOURS)
    assert result.stderr == ""
    shown = CliRunner().invoke(report, ["--db", str(db), "--format", "csv"])
    assert shown.exit_code == 0
    assert "Hikvision" in shown.output
    assert "Dahua" in shown.output


def test_a_file_that_was_cut_off_is_a_partial_scan(db: Path) -> None:
    sample = (Path(__file__).parent.parent / "imports" / "samples" / "nmap.xml").read_text(encoding="utf-8")
    result = run("-", "--db", db, stdin=sample[: sample.index("</host>") + 20])
    assert result.exit_code == 4
    scan, store = stored(db, result)
    with store:
        assert scan.status is ScanStatus.PARTIAL
        assert any("cut off" in note for note in scan.notes)


def test_what_cannot_be_imported_leaves_no_scan(tmp_path: Path, db: Path) -> None:
    good, other = tmp_path / "neigh.txt", tmp_path / "letter.txt"
    good.write_text(NEIGHBOURS)
    other.write_text("Dear Sir or Madam")
    for words, message in (
        ((good, other), "letter.txt is not a file that camscan knows"),
        ((good, tmp_path / "none"), "cannot be read: No such file"),
        (
            (good, "--kind", "pcapng"),
            "unknown kind 'pcapng': --kind is one of pcap, nmap-xml",
        ),
    ):
        result = run(*words, "--db", db)
        assert isinstance(result.exception, UsageError)
        assert message in str(result.exception)
    for kind in ("pcap", "nmap-xml"):
        result = run(good, "--kind", kind, "--db", db)
        assert isinstance(result.exception, UsageError)
        assert str(result.exception).startswith(f"{good} ({kind}): 0 records read")
        assert str(result.exception).endswith(": nothing is stored")
    assert str(run("-", "--db", db, stdin="Dear Sir or Madam").exception).startswith("stdin is not a file")
    assert not db.exists()


def test_a_file_that_tells_of_no_device_is_blind(db: Path) -> None:
    connection = '{"ts":1763629210.1,"uid":"C1","id.orig_h":"192.0.2.5","id.orig_p":9,"id.resp_h":"192.0.2.6"}\n'
    result = run("-", "--kind", "zeek", "--db", db, stdin=connection)
    assert result.exit_code == Exit.INCOMPLETE, result.output
    assert result.stderr.endswith("\nNothing that tells of devices was read.\n")
    scan, store = stored(db, result)
    with store:
        assert scan.status is ScanStatus.COMPLETE
    assert run("-", "--kind", "arp", "--db", db, stdin=NEIGHBOURS).exit_code == Exit.DONE


def test_a_list_of_banners_tells_of_each_address_by_itself(db: Path) -> None:
    text = "192.0.2.5:80\tHTTP/1.1 200 OK\\r\\nServer: App-webs/\n192.0.2.6:554\tRTSP/1.0 401 Unauthorized\n"
    run("-", "--db", db, "--quiet", stdin=text)
    shown = CliRunner().invoke(report, ["--db", str(db), "--format", "csv"])
    found = {row["address"]: row["maker"] for row in csv.DictReader(io.StringIO(shown.stdout))}
    assert found == {"192.0.2.5": "Hikvision", "192.0.2.6": ""}


def test_a_named_format_is_taken(db: Path) -> None:
    result = run("-", "--kind", "arp", "--db", db, stdin="cam (192.0.2.5) at 44:19:b6:01:02:03\n")
    scan, store = stored(db, result)
    with store:
        assert next(store.observations(scan.id)).fields["host.name"] == ("cam",)


def test_what_comes_out_of_a_pipe_is_read_as_a_whole(tmp_path: Path, db: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as writer:
        written = writer.submit(pipe.write_text, NEIGHBOURS)
        scan, store = stored(db, run(pipe, "--db", db))
        assert written.result() == len(NEIGHBOURS)
    with store:
        assert len(list(store.observations(scan.id))) == 2
        assert any(hashlib.sha256(NEIGHBOURS.encode()).hexdigest() in note for note in scan.notes)


@pytest.mark.parametrize("ports", [(80, 8080), (8080, 80)])
def test_the_ledger_holds_what_tells_most_of_a_channel(db: Path, ports: tuple[int, int]) -> None:
    scripts = {80: ("http-title", "Login"), 8080: ("http-auth", "HTTP/1.1 401 Unauthorized&#xa;  Basic realm=x")}
    told = (
        f'<port protocol="tcp" portid="{port}"><state state="open"/><service name="http" conf="3"/>'
        '<script id="{}" output="{}"/></port>'.format(*scripts[port])
        for port in ports
    )
    address = '<address addr="192.0.2.5" addrtype="ipv4"/>'
    result = run("-", "--db", db, stdin=f"<nmaprun><host>{address}<ports>{''.join(told)}</ports></host></nmaprun>")
    scan, store = stored(db, result)
    with store:
        (entry,) = store.ledger(scan.id)
        outcomes = {one.outcome for one in store.observations(scan.id) if one.channel == "http"}
    assert outcomes == {Outcome.ANSWERED, Outcome.AUTH_REQUIRED}
    assert entry.channels["http"] is Outcome.ANSWERED


def test_a_device_is_explained_by_its_address_in_any_spelling(db: Path) -> None:
    run("-", "--db", db, stdin="fd00::5 dev eth0 lladdr 44:19:b6:01:02:03 REACHABLE\n")
    for address in ("fd00::5", "FD00:0::5"):
        shown = CliRunner().invoke(explain, [address, "--db", str(db)])
        assert shown.exit_code == 0
        assert "verdict: suspected" in shown.stdout


@pytest.mark.parametrize("named", ["44:19:B6:01:02:99", "4419.b601.0299"])
def test_a_device_is_found_and_explained_by_its_mac_in_any_notation(tmp_path: Path, db: Path, named: str) -> None:
    table = tmp_path / "switch.txt"
    table.write_text(SWITCH)
    run(table, "--db", db)
    shown = CliRunner().invoke(explain, [named, "--db", str(db)]).stdout
    assert shown.startswith("device 44:19:B6:01:02:99\n")
    assert "connected to: switch port Gi1/0/8 of switch.txt" in shown
    found = CliRunner().invoke(devices, [named, "--db", str(db), "--format", "jsonl"])
    assert [json.loads(line)["mac"] for line in found.stdout.splitlines()] == ["44:19:B6:01:02:99"]
    other = CliRunner().invoke(devices, ["0017.8800.0001", "--db", str(db)])
    assert other.stderr.endswith("Note: no device in that scan shows the MAC address 0017.8800.0001.\n")


def test_what_is_no_address_is_not_said_to_be_silent(db: Path) -> None:
    run("-", "--db", db, stdin="fd00::5 dev eth0 lladdr 44:19:b6:01:02:03 REACHABLE\n")
    for name, why in (
        ("gate", "'gate' is not an address: `camscan devices` lists"),
        ("fd00::6", "that scan knows nothing of fd00::6: `camscan devices --all` lists what answered"),
    ):
        done = CliRunner().invoke(explain, [name, "--db", str(db)])
        assert isinstance(done.exception, UsageError)
        assert why in str(done.exception)


def test_a_site_that_may_be_misspelt_is_told_of_once(db: Path) -> None:
    def told(site: str, *words: str) -> list[str]:
        result = run("-", "--site", site, "--db", db, *words, stdin=NEIGHBOURS)
        assert result.exit_code == 0
        return [line for line in result.stderr.splitlines() if "new site" in line]

    assert told("school") == []
    assert told("school") == []
    assert told("depot") == []
    assert told("Scool", "--quiet") == []
    (note,) = told("SCHOOL")
    assert note.startswith("Note: 'SCHOOL' is a new site in this store, which also has 'school': ")
    assert "`camscan db remove`" in note
    assert told("SCHOOL") == []


def test_what_an_old_file_shows_has_not_come_back(tmp_path: Path, db: Path) -> None:
    leases = tmp_path / "dnsmasq.leases"
    leases.write_text(LEASES)
    recorded = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    os.utime(leases, (recorded.timestamp(),) * 2)
    result = run(leases, "--site", "hq", "--db", db)
    scan, store = stored(db, result)
    with store:
        assert (scan.started_at, scan.finished_at) == (recorded, recorded)
        assert scan.notes[-1].startswith("imported on 20")
        assert f"`camscan report --scan {scan.id} --db {db}` shows it" in result.stderr
        update_register(store, Criteria(library()), lambda _: None)
        (entry,) = store.register.named("192.0.2.5", ())
        assert entry.last_seen == recorded
        os.utime(leases, (4_000_000_000,) * 2)
        later = store.scan(run(leases, "--site", "hq", "--db", db).stdout.strip())
        assert later.ended_at <= datetime.now(UTC)


def test_times_that_are_not_understood_are_told(tmp_path: Path, db: Path) -> None:
    table = tmp_path / "clients.csv"
    table.write_text("IP,MAC,Last seen\n192.0.2.5,44:19:b6:01:02:03,neulich\n192.0.2.6,44:19:b6:01:02:04,\n")
    told = run(table, "--db", db).stderr
    assert "2 records read, 1 of them dated by the file: when they were last seen is not understood\n" in told


def test_the_latest_import_is_the_one_that_recorded_something_last(tmp_path: Path, db: Path) -> None:
    """A lease that never ends is as old as the device: with one more of them, the newer file begins earlier."""
    lease = "lease 192.0.2.{0} {{\n starts 1 2026/{1} 12:00:00;\n binding state active;\n hardware ethernet {2};\n}}\n"
    old, new = tmp_path / "october.leases", tmp_path / "november.leases"
    one, two = "44:19:b6:00:00:01", "44:19:b6:00:00:02"
    old.write_text(lease.format(5, "09/01", one) + lease.format(6, "10/20", two))
    new.write_text(lease.format(7, "03/01", one) + lease.format(6, "11/20", two))
    scans = [run(file, "--site", "hq", "--db", db).stdout.strip() for file in (old, new)]
    for words in ([], ["--site", "hq"]):
        shown = CliRunner().invoke(devices, ["--db", str(db), "--format", "jsonl", *words])
        assert {json.loads(line)["scan"] for line in shown.stdout.splitlines()} == {scans[1]}
    compared = CliRunner().invoke(diff, ["--db", str(db), "--format", "json"])
    [site] = json.loads(compared.stdout)["sites"]
    assert (site["before"], site["scan"]) == tuple(scans)
    assert "is the later one" not in compared.stderr
