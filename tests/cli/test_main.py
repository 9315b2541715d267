"""The command line as a user meets it: exit codes, messages, start-up."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner
from support.command import camscan

from camscan.app import scope
from camscan.app.looking import cut_off
from camscan.cli import main
from camscan.cli.db import db
from camscan.identify import check
from camscan.net.kernel.interfaces import Interface
from camscan.records import Level
from camscan.store import Store

OURS = {
    "id": "ours",
    "title": "Ours",
    "jurisdiction": "XX",
    "citation": "x",
    "url": "https://example.org/x",
    "since": "2026-01-01",
    "entities": [{"name": "Axis", "makers": ["Axis"]}],
}
"""A policy; JSON is YAML."""
HEAVY = ("scapy", "zeep", "sqlalchemy", "aiohttp", "cryptography", "alembic", "re2", "yaml", "rich")


@pytest.mark.parametrize(
    ("words", "said", "needed"),
    [
        (["--help"], "identifies; it never logs in", ()),
        (["credentials", "list", "--credentials", "/no/such/file"], "", ()),
        (["plan", "10.0.0.0/24"], "Silent host", ("re2", "yaml", "rich")),
    ],
)
def test_nothing_heavy_is_imported_that_is_not_needed(words: list[str], said: str, needed: tuple[str, ...]) -> None:
    code = (
        f"import sys; sys.argv = ['camscan', *{words!r}]\n"
        "from camscan.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules and name not in {needed!r}], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"
    assert said in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("scan", "10.0.0.300"), "Error: cannot use '10.0.0.300' as a target"),
        (("scan", "10.0.0.0", "255.255.255.0"), "it is a mask and no address: write the network with its length, "),
        (
            ("scan", "10.0.0.300", "10.0.0.301"),
            "\nError: cannot use '10.0.0.301' as a target: an IPv4 address is four numbers",
        ),
        (("scan", "8.8.8.8"), "--allow-public"),
        (("plan", "10.0.0.0/24", "--channels", "telnet"), "no such channel: telnet"),
        (("plan", "10.0.0.0/24", "--ports", "x"), "cannot use 'x' as ports"),
        (("fingerprints", "try", "no.field", "x"), "no such field: no.field: fields begin with "),
        (("fingerprints", "try", "http.srver", "x"), "no such field: http.srver: did you mean 'http.server'?"),
        (("fingerprints", "brands", "Anke"), "unknown brand 'Anke': did you mean 'Annke'?"),
        (("fingerprints", "brands", "Xyzzyx"), "unknown brand 'Xyzzyx': `camscan fingerprints brands` lists"),
        (("fingerprints", "brands", "--maker", "Dahuaa"), "unknown maker 'Dahuaa': did you mean 'Dahua'?"),
        (("devices", "--policy", "nobody"), "unknown policy 'nobody'"),
        (("fingerprints", "list", "--maker", "Nobody"), "no rule names the maker 'Nobody'"),
        (("plan", "@/no/such/file"), "cannot read targets from '/no/such/file': No such file or directory: give a"),
        (("simulate", "--address", "127.0.0.9"), "--address is for the decoy: add --decoy"),
        (("simulate", "--decoy", "--enrolled"), "--enrolled is for the whole site, and --decoy for one device"),
        (("simulate", "--", "no-such-program"), "cannot run no-such-program: No such file or directory"),
        (("scan", "10.0.0.1", "--site", ""), "--site is empty: give it a value, or leave it out"),
        (("scan", "127.0.0.9", "--site", "a\nb"), "--site is not a valid name: use at most 64 characters on one line"),
        (
            ("scan", "127.0.0.9", "--site", "x" * 65),
            "--site is not a valid name: use at most 64 characters on one line",
        ),
        (("scan", "127.0.0.9", "--ports", ""), "--ports is empty: give it a value, or leave it out"),
        (("plan", "127.0.0.9", "--channels", " "), "--channels is empty: give it a value, or leave it out"),
        (("plan", "127.0.0.9", "--channels", "http,snmp"), "channel snmp needs --snmp-community NAME"),
        (("plan", "127.0.0.9", "--channels", "http", "--with-credentials"), "logs in on none of the chosen channels"),
        (("plan", "127.0.0.9", "--channels", "wsd", "--ports", "80"), "--ports 80 changes nothing on these channels"),
        (("plan", "127.0.0.9", "--channels", "isapi,snmp"), "channel isapi needs --with-credentials"),
        (("scans", "--db", ""), "--db is empty: give it a value, or leave it out"),
        (("status", "--db", ""), "--db is empty: give it a value, or leave it out"),
        (("sweep", "--site", "hq", "--site", " "), "--site is empty: give it a value, or leave it out"),
        (("scans", "-o", ""), "--output is empty: give it a value, or leave it out"),
        (("scan", "--resume", ""), "--resume is empty: give it a value, or leave it out"),
        (("report", "--scan", ""), "--scan is empty: give it a value, or leave it out"),
        (("reconcile", __file__, "--scan", ""), "--scan is empty: give it a value, or leave it out"),
        (("state", "10.0.0.1", "removed", "--why", ""), "--why is empty: give it a value, or leave it out"),
        (("status", "--config", ""), "--config is empty: give it a value, or leave it out"),
        (
            ("credentials", "add", "10.0.0.1", "--user", "a", "--mac", ""),
            "--mac is empty: give it a value, or leave it",
        ),
        (("help",), "No such command 'help': use --help."),
        (("10.0.0.0/24",), "No such command '10.0.0.0/24': to scan it, use `camscan scan 10.0.0.0/24`."),
        (("@networks.txt",), "No such command '@networks.txt': to scan it, use `camscan scan @networks.txt`."),
        (("scna",), "No such command 'scna'. (Did you mean one of: 'scan', 'scans'?)"),
    ],
)
def test_wrong_use_exits_with_two_and_says_why(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done = camscan(capsys, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_plan_names_the_ports_that_are_never_sent_to(capsys: pytest.CaptureFixture[str]) -> None:
    lines = camscan(capsys, "plan", "10.20.0.1").stdout.splitlines()
    assert "Never        102,502,515,631,5060-5061,9100-9107,20000,44818,47808: printers, telephones and " in "".join(
        lines
    )


def test_a_plan_of_very_many_networks_names_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "hosts.txt"
    file.write_text("".join(f"10.0.{number}.7\n" for number in range(30)))
    targets = camscan(capsys, "plan", f"@{file}").stdout.splitlines()[0]
    assert targets.endswith("10.0.18.7, 10.0.19.7 and 10 more: 30 addresses")


def test_an_unreadable_store_exits_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "no.db"
    file.write_bytes(b"not a database" * 100)
    done = camscan(capsys, "scans", "--db", str(file))
    assert done.returncode == 1
    assert str(file) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["scan", "listen", "discover", "report"])
def test_a_place_that_cannot_be_written_to_is_told_before_the_work(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "no-folder" / "site.html"
    words = ["10.0.0.1"] if command == "scan" else []
    done = camscan(capsys, command, *words, "-o", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: cannot write {file}: there is no folder {file.parent}: choose another --output\n"


def test_where_it_does_not_run_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(sys, "argv", ["camscan", "scans"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, capsys.readouterr().err.count("\n")) == (1, 1)


def test_the_list_of_rules_stands_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [re.split(" {2,}", line) for line in camscan(capsys, "fingerprints", "list").stdout.splitlines()]
    assert {level for _, _, level, _ in rows} == {str(level) for level in Level}


@pytest.mark.parametrize("words", [("--help",), ("fingerprints", "list"), ("plan", "127.0.0.1")])
def test_who_reads_no_more_ends_it_as_any_other_program(words: tuple[str, ...]) -> None:
    nobody, pipe = os.pipe()
    os.close(nobody)
    try:
        done = subprocess.run([sys.executable, "-m", "camscan", *words], stdout=pipe, stderr=-1, check=False)
    finally:
        os.close(pipe)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")


def test_who_interrupts_it_at_once_sees_no_trace_of_how_it_is_loaded() -> None:
    code = (
        "import runpy, sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'camscan.cli': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "runpy.run_module('camscan', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "\nAborted!\n")


WRITING = """
import sys, time
from pathlib import Path
from camscan.cli import main
from camscan.cli.scans import scans
from camscan.cli.writing import replacing

def slow(output, **_):
    with replacing(output, None) as file:
        file.write(b"half")
        print("begun", flush=True)
        for _ in range(600):  # a signal that comes just before a sleep is heeded after it
            time.sleep(0.1)

scans.callback = slow
main()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_takes_away_what_is_half_written_and_ends_it_as_it_ends_others(
    tmp_path: Path, number: signal.Signals, hangs_up: None
) -> None:
    command = [sys.executable, "-c", WRITING, "scans", "-o", str(tmp_path / "scans.txt")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"begun\n"
        assert [*tmp_path.iterdir()]
        process.send_signal(number)
        assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == -number
    assert [*tmp_path.iterdir()] == []


LOADING = """
import runpy, sys, time

class Slow:
    def find_spec(self, name, *_):
        if name == "camscan.cli":
            print("begun", flush=True)
            time.sleep(60)

sys.meta_path.insert(0, Slow())
runpy.run_module("camscan", run_name="__main__")
"""


@pytest.mark.netns
@pytest.mark.parametrize(
    "program", [LOADING, WRITING.replace("camscan.cli import main", "camscan.__main__ import main")]
)
def test_the_first_process_of_a_container_is_ended_by_kill_from_the_beginning(tmp_path: Path, program: str) -> None:
    first_of = ["unshare", "--pid", "--fork", "--kill-child"]
    command = [*first_of, sys.executable, "-c", program, "scans", "-o", str(tmp_path / "scans.txt")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"begun\n"
        (first,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(first), signal.SIGTERM)
        assert process.communicate(timeout=30) == (b"", b"\nAborted!\n")
    assert process.returncode == 1
    assert [*tmp_path.iterdir()] == []


def test_a_signal_that_nohup_ignores_ends_nothing(tmp_path: Path, hangs_up: None) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    command = [sys.executable, "-c", WRITING.replace("600", "5"), "scans", "-o", str(tmp_path / "scans.txt")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"begun\n"
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == 0
    assert (tmp_path / "scans.txt").read_bytes() == b"half"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_said_in_one_line(unbuffered: str) -> None:
    command = [sys.executable, "-m", "camscan", "fingerprints", "list"]
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environment, check=False)
    assert done.returncode == 1
    assert done.stderr == b"Error: cannot write: No space left on device: free some space, or write elsewhere\n"


@pytest.mark.parametrize(("closed", "told"), [(">&-", b""), ("<&-", b"None found"), ("<&- >&- 2>&-", b"")])
def test_closed_streams_are_no_fault_and_no_file_takes_their_place(tmp_path: Path, closed: str, told: bytes) -> None:
    store = tmp_path / "s.db"
    words = f"scan 127.0.0.1 --channels http --ports 1 --db {store}"
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m camscan {words} {closed}"], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(told)
    assert CliRunner().invoke(db, ["check", "--db", str(store)]).exit_code == 0


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.EACCES, "check who may use it and the folders above it, or choose another"),
        (errno.ENOTDIR, "run it with -vv before the command to see where"),
    ],
)
def test_what_the_host_refuses_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int, remedy: str
) -> None:
    def refused() -> None:
        raise OSError(number, "Refused", "/srv/x")

    monkeypatch.setattr(sys.modules["camscan.cli.main"], "camscan", refused)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"Error: /srv/x: Refused: {remedy}\n"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError(), "there is not enough memory: "),
        (RuntimeError("can't start new thread"), "can't start new thread: "),
    ],
)
def test_what_the_host_has_no_more_of_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, told: str
) -> None:
    def short() -> None:
        raise error

    monkeypatch.setattr(sys.modules["camscan.cli.main"], "camscan", short)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith(f"Error: {told}")
    assert said.count("\n") == 1


def test_another_fault_is_shown_with_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(sys.modules["camscan.cli.main"], "camscan", broken)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        main()


def test_each_fault_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "c.toml"
    file.write_text('[[site]]\nname = "hq"\nnetworks = ["10.0.0.0/33"]\nexclude = ["y z"]\n')
    done = camscan(capsys, "config", "check", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split(":")[:3] for line in done.stderr.splitlines()] == [["Error", f" {file}", line] for line in "34"]


def test_an_interface_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    done = camscan(capsys, "discover", "--interface", "nope0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: no interface called nope0 supports multicast: `camscan doctor` lists those that do\n"


@pytest.mark.parametrize("words", [("devices",), ("scans",), ("report",), ("diff",), ("db", "export")])
def test_a_store_that_is_not_there_is_named_and_not_made(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mistyped.db"
    done = camscan(capsys, *words, "--db", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: there is no store {file}: choose one with --db, or create one with `camscan scan`\n"
    assert not file.exists()


def test_an_error_is_readable_in_any_language_and_obeyed_by_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = camscan(capsys, "devices", "--db", str(tmp_path / "Zürich \x1b[2J\u202e.db"))
    assert done.stderr.startswith(f"Error: there is no store {tmp_path}/Zürich \\x1b[2J\\u202e.db: choose one")


def test_whatever_stdout_can_show_is_no_reason_to_fail(tmp_path: Path) -> None:
    Store.open(tmp_path / "Łódź.db").close()
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "CAMSCAN_DB": str(tmp_path / "Łódź.db")}
    title = {**OURS, "title": "Überwachung"}
    (tmp_path / "ours.yaml").write_text(json.dumps(title), encoding="utf-8")
    command = [sys.executable, "-m", "camscan", "policy", "show", str(tmp_path / "ours.yaml")]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Überwachung".encode() in done.stdout
    command = [sys.executable, "-m", "camscan", "db", "check"]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.stdout.endswith(b"\\u0141\xf3d\\u017a.db is sound.\n")


@pytest.mark.parametrize(
    ("typed", "at", "offered"), [("camscan sc", 1, ["scan", "scans"]), ("camscan report --fo", 2, ["--format"])]
)
def test_a_shell_can_complete_commands_and_options(typed: str, at: int, offered: list[str]) -> None:
    line = {"_CAMSCAN_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(at)}
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'camscan'; from camscan.cli import main; main()"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | line)
    assert done.stdout.split() == [f"plain,{word}" for word in offered]


def test_the_plan_names_packets_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    done = camscan(capsys, "plan", "10.20.0.0/24", "--exclude", "10.20.0.7")
    assert done.returncode == 0
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if not line.startswith(("TCP", "Silent")))
    assert rows["Excluded"] == "10.20.0.7: 1 of the targets' addresses"
    assert rows["Targets"].endswith("253 addresses")
    assert f"({253 * 23:,} packets)" in rows["Time"]
    assert "10.20.0.8: 1 address\n" in camscan(capsys, "plan", "10.20.0.8").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "none"),
        (("--exclude", "10.20.0.0/30"), "10.20.0.0/30: 3 of the targets' addresses"),
        (("--exclude", "10.2.0.0/24"), "10.2.0.0/24: 0 of the targets' addresses"),
    ],
)
def test_the_plan_says_how_many_addresses_exclusions_take_away(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    line = camscan(capsys, "plan", "10.20.0.0/24", *words).stdout.splitlines()[1]
    assert line.replace("10.2.0.0-10.2.0.255", "10.2.0.0/24").replace("10.20.0.0-10.20.0.3", "10.20.0.0/30") == (
        f"Excluded     {told}"
    )


def test_a_plan_without_multicast_names_no_interface_for_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = Interface("eth7", 7, "10.20.0.1", ip_network("10.20.0.0/24"), loopback=False, multicast=True)
    monkeypatch.setattr(scope, "interfaces", lambda: [link])
    shown = {name: camscan(capsys, "plan", "10.20.0.0/30", "--channels", name).stdout for name in ("http", "wsd")}
    assert "Multicast    none: no channel uses it\n" in shown["http"]
    assert "Multicast    eth7\n" in shown["wsd"]
    assert "ARP          none: no channel uses it\n" in shown["http"]
    assert "TCP ports    none: no channel needs them\n" in shown["wsd"]


def test_a_thorough_plan_says_that_all_ports_are_tried_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    usual, thorough = (camscan(capsys, "plan", "10.20.0.1", *how).stdout for how in ((), ("--thorough",)))
    assert (" everywhere; " in usual, " where something lives\n" in usual) == (True, True)
    assert (" everywhere; " in thorough, ",35000 everywhere\n" in thorough) == (False, True)


def test_the_plan_of_many_ports_is_short_and_has_the_time_of_one_host(capsys: pytest.CaptureFixture[str]) -> None:
    lines = camscan(capsys, "plan", "10.20.0.1", "--ports", "80,8000-9200").stdout.splitlines()
    rows = {line[:12].strip(): line[13:] for line in lines}
    assert rows["TCP ports"] == "80,8000-9099,9108-9200 everywhere"
    assert rows["Silent host"].startswith("2,395 packets, ")
    assert rows["Time"] == "about 14 min 56 s if nobody answers (2,395 packets)"
    assert "Pace         1 packet a second" in camscan(capsys, "plan", "10.20.0.1", "--rate", "1").stdout


def test_the_plan_of_a_gentle_scan_takes_the_time_in_which_a_router_forgets(capsys: pytest.CaptureFixture[str]) -> None:
    done = camscan(capsys, "plan", "10.20.0.0/24", "--profile", "gentle")
    assert "about 3 min 37 s if nobody answers" in done.stdout


@pytest.mark.parametrize(
    ("network", "time"), [("10.0.0.0/8", "about 4 days 11 h if"), ("fd20::/64", "about 13,453,675,599 years if")]
)
def test_a_plan_that_takes_long_says_so_in_days_and_years(
    capsys: pytest.CaptureFixture[str], network: str, time: str
) -> None:
    assert time in camscan(capsys, "plan", network, "--allow-large").stdout


def test_fingerprints_can_be_tried(capsys: pytest.CaptureFixture[str]) -> None:
    done = camscan(capsys, "fingerprints", "try", "http.server", "App-webs/")
    assert "hikvision-http-server: Hikvision (likely)" in done.stdout
    assert camscan(capsys, "fingerprints", "try", "http.server", "nobody").stdout == "No rule matches.\n"


def test_a_rule_that_is_tried_says_what_a_check_finds_wrong_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = "{id: mine, field: http.server, pattern: '^NL-Embedded', level: likely, source: x, confirmed: 2026-11"
    (tmp_path / "makers").mkdir()
    (tmp_path / "makers" / "mine.yaml").write_text(
        f"maker: Axis\nrules:\n  - {rule}, examples: [NL-Embedded/1], near_misses: [NL-Embedded/2]}}\n"
    )
    done = camscan(capsys, "fingerprints", "try", "http.server", "NL-Embedded/3", "--fingerprints", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "mine: Axis (likely)\n")
    assert "mine: the near miss http.server='NL-Embedded/2' matches: narrow the pattern" in done.stderr
    other = camscan(capsys, "fingerprints", "try", "http.server", "App-webs/", "--fingerprints", str(tmp_path))
    assert other.stderr == ""


def test_who_builds_for_a_brand_can_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    found = camscan(capsys, "fingerprints", "brands", "amcrest technologies", "Belkin").stdout.splitlines()
    assert found[0].startswith("Amcrest: every device built by Dahua, confidence high (")
    assert found[1:] == ["Belkin: no other maker is known to build for it"]
    every = camscan(capsys, "fingerprints", "brands").stdout.splitlines()
    dahua = camscan(capsys, "fingerprints", "brands", "--maker", "dahua").stdout.splitlines()
    assert {line for line in every if " built by Dahua, " in line} == set(dahua)
    assert len(every) > len(dahua) > 50


def test_a_folder_of_which_no_rule_would_be_read_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "makers").mkdir()
    (tmp_path / "makers" / "northlight.yaml").write_text("maker: Axis\n")
    for command in ("check", "list"):
        done = camscan(capsys, "fingerprints", command, "--fingerprints", str(tmp_path / "makers"))
        assert (done.returncode, done.stdout) == (2, "")
        assert "makers contains no rules: give the folder that contains makers/" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["fingerprints", "try", "http.server", "NL/1"],
        ["fingerprints", "list", "--maker", "Axis"],
        ["fingerprints", "coverage"],
        ["fingerprints", "evaluate", "answers.json"],
        ["identify", "answer.txt"],
        ["fingerprints", "check"],
    ],
)
def test_a_rule_file_that_is_broken_is_never_left_out_in_silence(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Else "no rule matches" reads as if the rule that was just written were wrong."""
    monkeypatch.setattr(check, "_check_rule", lambda *_: ())  # test_docs has the built-in ones checked
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules" / "makers").mkdir(parents=True)
    (tmp_path / "rules" / "makers" / "northlight.yaml").write_bytes(b"maker: Axis\nrules:\n  - id: a\x07\n")
    answer = "Server: App-webs/\n"
    (tmp_path / "answer.txt").write_text(answer)
    entry = {"id": "1", "channel": "http-banner", "raw": answer, "truth": {"vendor": "Hikvision"}}
    (tmp_path / "answers.json").write_text(json.dumps([entry]))
    done = camscan(capsys, *words, "--fingerprints", "rules")
    broken = "rules/makers/northlight.yaml:3: not YAML: unacceptable character #x0007"
    if words == ["fingerprints", "check"]:
        assert done.returncode == 1
        assert done.stdout.startswith(broken)
        assert done.stderr.endswith(": 1 fault\n")
        return
    assert done.returncode == 0, done.stderr
    (told,) = caplog.messages
    assert told.startswith(f"left out: {broken}")


def test_of_a_folder_of_own_rules_these_alone_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "_check_rule", lambda rule, *_: [rule.id])
    (tmp_path / "makers").mkdir()
    (tmp_path / "makers" / "own.yaml").write_text(
        "maker: Axis\nrules:\n  - {id: own-server, field: http.server, pattern: '^App-webs/$', level: likely, "
        "examples: [App-webs/], source: x, confirmed: 2026-10}\n"
    )
    done = camscan(capsys, "fingerprints", "check", "--fingerprints", str(tmp_path))
    own, *others = done.stdout.splitlines()
    assert own.endswith("own.yaml:3: own-server: own-server")
    assert others
    assert all("is also Axis by own-server (likely)" in line for line in others)
    assert "1 rule with 1 example, beside " in done.stderr


def test_the_doctor_looks_at_everything(capsys: pytest.CaptureFixture[str]) -> None:
    done = camscan(capsys, "doctor")
    assert done.returncode == 0, done.stdout
    assert "fingerprints" in done.stdout


def test_the_doctor_says_whether_what_port_sweeps_need_is_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert re.search(
        r"^ok   numpy \d\S*: what ports are swept with is there", camscan(capsys, "doctor").stdout, re.MULTILINE
    )
    monkeypatch.setitem(sys.modules, "numpy", None)
    done = camscan(capsys, "doctor")
    assert done.returncode == 1
    assert (
        "\nbad  numpy cannot be loaded, so `camscan ports` and `--sweep syn` fail: reinstall camscan (" in done.stdout
    )


def test_the_doctor_names_a_library_that_is_not_installed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camscan.cli.doctor._PACKAGES", ("lxml", "no-such-library"))
    done = camscan(capsys, "doctor")
    assert done.returncode == 1
    assert "\nbad  not installed: no-such-library (reinstall camscan)\n" in done.stdout


def test_what_the_doctor_may_not_look_at_keeps_nothing_else_from_being_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed() -> NoReturn:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))

    monkeypatch.setattr("ifaddr.get_adapters", closed)  # as under a unit's RestrictAddressFamilies
    done = camscan(capsys, "doctor")
    assert done.returncode == 1
    assert "\nbad  cannot list the network interfaces: Address family not supported by protocol: try" in done.stdout
    assert "\nok   SQLite " in done.stdout


def test_on_a_containers_bridge_one_is_told_that_multicast_ends_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camscan.net.kernel.interfaces.bridged", lambda: ("eth0",))
    done = camscan(capsys, "doctor")
    assert done.returncode == 0, "it works, with a limit"
    assert "note eth0: on a container's bridge, which multicast does not leave: run the container on" in done.stdout
    [note] = cut_off(())
    assert note.startswith("eth0 is on a container's bridge, which multicast does not leave: run the container on its")
    assert list(cut_off(("eth1",))) == []


def test_started_where_ends_of_children_are_ignored_it_knows_how_its_own_ended(tmp_path: Path) -> None:
    """As by a shell's trap '' CHLD, which programs inherit: then the kernel forgets their exit codes."""
    words = [sys.executable, "-m", "camscan", "ports", "127.88.0.1", "--ports", "9", "--sweep", "connect", "--quiet"]
    code = f"import os, signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv({sys.executable!r}, {words!r})"
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
