"""What starts sweeps is read as it was meant, by cron and by systemd."""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from support.needs import needs

from camscan.sweeps.schedule import SERVICE, TIMER, Schedule, crontab, service, timer

PLAIN = Schedule(("/opt/camscan/bin/camscan",), Path("/etc/camscan/camscan.toml"), 2, 17, 600)
ODD = replace(
    PLAIN,
    program=('/opt/my tools/50% "off"/python', "-P", "-m", "camscan"),
    config=Path("/etc/it's/$HOME/100%/camscan.toml"),
    secrets=(Path("/etc/it's/100%/key"),),
    writable=(Path("/var/lib/node exporter/$HOME"), Path("/var/lib/node exporter/$HOME")),
)


def start(text: str) -> str:
    found = re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)
    assert found
    return found[1]


def test_cron_lines() -> None:
    lines = [line for line in crontab(PLAIN, "camscan").splitlines() if not line.startswith("#")]
    assert lines[0] == "PATH=/usr/bin:/bin"
    assert lines[1] == (
        "17 2 * * * camscan /opt/camscan/bin/camscan sweep --config /etc/camscan/camscan.toml "
        "--fail-on new --fail-on listed --jitter 600s --quiet"
    )
    assert lines[2] == (
        "17 */6 * * * camscan /opt/camscan/bin/camscan status --config /etc/camscan/camscan.toml --max-age 26h "
        ">/dev/null"
    )
    assert crontab(PLAIN, "camscan").endswith("\n"), "cron ignores a last line that does not end"


def test_the_shell_of_cron_reads_odd_paths_back() -> None:
    line = crontab(ODD, "camscan").splitlines()[2]
    assert not re.search(r"(?<!\\)%", line), "cron reads it as a line break"
    words = shlex.split(line.replace("\\%", "%"))[6:]
    assert words[:7] == [*ODD.program, "sweep", "--config", str(ODD.config)]


def test_systemd_reads_odd_paths_back() -> None:
    assert start(service(ODD)) == (
        '"/opt/my tools/50%% \\"off\\"/python" -P -m camscan sweep --config "/etc/it\'s/$$HOME/100%%/camscan.toml" '
        "--fail-on new --fail-on listed --log-json"
    )
    assert "\nLoadCredential=key:/etc/it's/100%%/key\n" in service(ODD)
    assert '\nReadWritePaths="-/var/lib/node exporter/$HOME"\n' in service(ODD)
    assert service(ODD).count("ReadWritePaths") == 1


def test_privileges_are_granted_only_where_wanted() -> None:
    bare, raw = service(PLAIN), service(replace(PLAIN, raw=True))
    assert ("CAP_NET_RAW" in bare, "AF_PACKET" in bare) == (False, False)
    assert "\nCapabilityBoundingSet=\n" in bare
    assert "\nAmbientCapabilities=CAP_NET_RAW\nCapabilityBoundingSet=CAP_NET_RAW\n" in raw
    assert "AF_NETLINK AF_PACKET\n" in raw
    assert "\nDynamicUser=yes\n" in bare
    dedicated = service(replace(PLAIN, user="camscan"))
    assert "\nUser=camscan\n" in dedicated
    assert "DynamicUser" not in dedicated
    assert "\nEnvironmentFile=/etc/secret.env\n" in service(replace(PLAIN, environment=Path("/etc/secret.env")))


def test_the_timer() -> None:
    assert "\nOnCalendar=*-*-* 02:17:00\nRandomizedDelaySec=600s\nPersistent=yes\n" in timer(PLAIN)
    assert "Random" not in timer(replace(PLAIN, jitter=0))


def test_a_start_without_delay_is_one_whatever_the_configuration_says() -> None:
    at_once = replace(PLAIN, jitter=0)
    assert " --jitter 600s --quiet\n" in crontab(PLAIN, "x")
    assert " --jitter 0 --quiet\n" in crontab(at_once, "x")
    assert "--jitter" not in service(PLAIN)
    assert " --jitter 0 --log-json\n" in service(at_once)


@pytest.mark.parametrize(
    "schedule",
    [PLAIN, replace(PLAIN, raw=True, user="root"), replace(ODD, environment=Path("/etc/camscan/secret.env"))],
    ids=["plain", "raw", "odd"],
)
def test_systemd_finds_no_fault(tmp_path: Path, schedule: Schedule) -> None:
    (analyze,) = needs("systemd-analyze")
    program = tmp_path / "bin % x" / "camscan"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / SERVICE).write_text(service(replace(schedule, program=(str(program),))))
    (tmp_path / TIMER).write_text(timer(schedule))
    command = [analyze, "verify", "--man=no", "--recursive-errors=no", str(tmp_path / SERVICE), str(tmp_path / TIMER)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "camscan" in line]) == (0, []), done.stderr


def test_the_service_is_well_protected(tmp_path: Path) -> None:
    """By systemd's own measure, where 10 is exposed and 0 is not."""
    (analyze,) = needs("systemd-analyze")
    (tmp_path / SERVICE).write_text(service(replace(PLAIN, program=("/bin/true",))))
    command = [analyze, "security", "--offline=yes", "--threshold=20", "--no-pager", str(tmp_path / SERVICE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-500:]
