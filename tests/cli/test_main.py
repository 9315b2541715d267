"""The command line as a user meets it: exit codes, messages, start-up."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.command import camscan

from camscan import __main__ as program
from camscan.cli import main
from camscan.cli.db import db
from camscan.store.store import Store

pytestmark = pytest.mark.cold_start

ROOT = Path(__file__).parent.parent.parent

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
        (("plan", "10.0.0.0/24", "--channels", "telnet"), "no such channel: 'telnet'"),
        (("plan", "10.0.0.0/24", "--ports", "x"), "cannot use 'x' as ports"),
        (("fingerprints", "try", "no.field", "x"), "no such field: no.field: fields begin with "),
        (("fingerprints", "try", "http.srver", "x"), "no such field: http.srver: did you mean 'http.server'?"),
        (
            ("fingerprints", "try", "realm", "x"),
            "no such field: realm: did you mean http.realm or rtsp.realm",
        ),
        (("fingerprints", "brands", "Anke"), "unknown brand 'Anke': did you mean 'Annke'?"),
        (("fingerprints", "brands", "Xyzzyx"), "unknown brand 'Xyzzyx': `camscan fingerprints brands` lists"),
        (("fingerprints", "brands", "--maker", "Dahuaa"), "unknown maker 'Dahuaa': did you mean 'Dahua'?"),
        (("devices", "--policy", "nobody"), "unknown policy 'nobody'"),
        (("fingerprints", "list", "--maker", "Nobody"), "no rule names the maker 'Nobody'"),
        (
            ("plan", "@/no/such/file"),
            "cannot read '/no/such/file': No such file or directory: check its name",
        ),
        (("simulate", "--address", "127.0.0.9"), "--address is for the decoy: add --decoy"),
        (("simulate", "--decoy", "--enrolled"), "--enrolled is for the whole site, and --decoy for one device"),
        (("simulate", "--network", "127.77.0.0/24"), "Error: No such option '--network'."),
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
        (("verify", "bundle.zip"), "No such command 'verify': use `camscan evidence verify`."),
        (("export",), "No such command 'export': use `camscan db export` or `camscan evidence export`."),
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
from camscan.cli.terminal.writing import replacing

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


@pytest.mark.netns
def test_the_container_of_the_image_hears_of_its_end_before_python_has_started() -> None:
    """The kernel drops a signal for the first process of a container that has no handler for it."""
    (words,) = re.findall(r"^ENTRYPOINT (.+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    *before, name = json.loads(words)
    assert name == "camscan"
    command = ["unshare", "--pid", "--fork", "--kill-child", *before, sys.executable, "-c", LOADING]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        first = ""
        while not first:
            first = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().strip()
        while Path(f"/proc/{first}/comm").read_text() == "unshare\n":
            pass  # which blocks the signal, too, while it forks
        while _mask(first, "SigBlk") >> (signal.SIGTERM - 1) & 1 == 0:
            pass
        assert _mask(first, "SigCgt") >> (signal.SIGTERM - 1) & 1 == 0, "it has no handler yet"
        os.kill(int(first), signal.SIGTERM)
        assert process.communicate(timeout=30) == (b"", b"\nAborted!\n")
    assert process.returncode == 1


def _mask(process: str, name: str) -> int:
    (mask,) = re.findall(rf"^{name}:\s*(\w+)$", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    return int(mask, 16)


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
    (tmp_path / "ours.yaml").write_text(
        "{id: ours, title: Überwachung, jurisdiction: XX, citation: x, url: 'https://example.org/x', "
        "since: 2026-01-01, entities: [{name: Axis, makers: [Axis]}]}",
        encoding="utf-8",
    )
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


def test_started_where_ends_of_children_are_ignored_it_knows_how_its_own_ended(tmp_path: Path) -> None:
    """As by a shell's trap '' CHLD, which programs inherit: then the kernel forgets their exit codes."""
    words = [sys.executable, "-m", "camscan", "ports", "127.88.0.1", "--ports", "9", "--sweep", "connect", "--quiet"]
    code = f"import os, signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv({sys.executable!r}, {words!r})"
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_log_on_a_full_disk_costs_no_result(tmp_path: Path) -> None:
    """What is said on stderr is lost, and nothing else: not the exit code either, of which Python would make 120."""
    (tmp_path / "list.csv").write_text("asset,ip,make,model\n1,10.0.0.1,Axis,M1065-L\n")
    command = [sys.executable, "-m", "camscan", "identify", str(tmp_path / "list.csv")]
    told = subprocess.run(command, capture_output=True, check=True)
    assert told.stderr != b""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=full, check=False)
    assert (done.returncode, done.stdout) == (0, told.stdout)


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_on_another_system_it_says_so_before_anything_is_loaded(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setitem(sys.modules, "camscan.cli", None)
    with pytest.raises(SystemExit, match=f"Error: camscan runs on Linux alone, not on {platform}: use a Linux host,"):
        program.main()
