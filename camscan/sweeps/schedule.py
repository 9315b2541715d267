"""What starts sweeps: lines for cron, a service and a timer for systemd. Pure: text from what is asked for.

Sources: crontab(5); systemd.service(5), systemd.exec(5), systemd.timer(5), systemd.syntax(7).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SERVICE = "camscan-sweep.service"
TIMER = "camscan-sweep.timer"
CRON = "camscan"  # names of the files; cron reads none with a dot in it
STATE = Path("/var/lib/camscan")

_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./-]+")
_HARDENING = """\
UMask=0077
LimitNOFILE=65536
TimeoutStopSec=60
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service"""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Sweeps every night. All paths are absolute.

    `program` starts camscan; `secrets` are files that only root needs to read; `environment` is a file with secrets in
    variables, `writable` holds folders beside the state's that are written to. Without `user`, systemd makes one up for
    each run. `raw`: sweeps may look below IP.
    """

    program: tuple[str, ...]
    config: Path
    hour: int
    minute: int
    jitter: int
    fail_on: tuple[str, ...] = ("new", "listed")
    user: str | None = None
    raw: bool = False
    secrets: tuple[Path, ...] = ()
    environment: Path | None = None
    writable: tuple[Path, ...] = ()

    @property
    def sweep(self) -> tuple[str, ...]:
        """The words of the command; without a jitter, that of the configuration is none either."""
        found = (word for name in self.fail_on for word in ("--fail-on", name))
        at_once = () if self.jitter else ("--jitter", "0")
        return (*self.program, "sweep", "--config", str(self.config), *found, *at_once)


def crontab(schedule: Schedule, user: str) -> str:
    """A file for /etc/cron.d: the sweep, and the watch over it."""
    jitter = ("--jitter", f"{schedule.jitter}s") if schedule.jitter else ()
    sweep = _for_shell((*schedule.sweep, *jitter, "--quiet"))
    watch = _for_shell((*schedule.program, "status", "--config", str(schedule.config), "--max-age", "26h"))
    return (
        "# camscan: sweep all sites every night; cron mails what changed or went wrong.\n"
        "PATH=/usr/bin:/bin\n"
        f"{schedule.minute} {schedule.hour} * * * {user} {sweep}\n"
        "# Watchdog: names each site that has had no complete sweep for 26 hours, four times a day.\n"
        f"{schedule.minute} */6 * * * {user} {watch} >/dev/null\n"
    )


def service(schedule: Schedule) -> str:
    """The unit that sweeps once."""
    return "\n".join(
        (
            "[Unit]",
            "Description=camscan: sweep all sites",
            "Wants=network-online.target",
            "After=network-online.target",
            "",
            "[Service]",
            "Type=oneshot",
            f"ExecStart={' '.join(map(_argument, (*schedule.sweep, '--log-json')))}",
            f"Environment=CAMSCAN_DB={STATE}/camscan.db",
            *_secrets(schedule),
            *([f"User={schedule.user}"] if schedule.user else ["DynamicUser=yes"]),
            f"StateDirectory={STATE.name}",
            *(f"ReadWritePaths={_quoted(f'-{folder}')}" for folder in dict.fromkeys(schedule.writable)),
            *_capabilities(raw=schedule.raw),
            _HARDENING,
            "",
        )
    )


def timer(schedule: Schedule) -> str:
    """The unit that starts the other one."""
    return "\n".join(
        (
            "[Unit]",
            "Description=camscan: sweep all sites every night",
            "",
            "[Timer]",
            f"OnCalendar=*-*-* {schedule.hour:02}:{schedule.minute:02}:00",
            *([f"RandomizedDelaySec={schedule.jitter}s"] if schedule.jitter else []),
            "Persistent=yes",
            "",
            "[Install]",
            "WantedBy=timers.target",
            "",
        )
    )


def _secrets(schedule: Schedule) -> Iterator[str]:
    for path in schedule.secrets:
        yield f"LoadCredential={_specifiers(path.name)}:{_specifiers(str(path))}"
    if schedule.environment:
        yield f"EnvironmentFile={_specifiers(str(schedule.environment))}"


def _capabilities(*, raw: bool) -> Iterator[str]:
    families = "AF_UNIX AF_INET AF_INET6 AF_NETLINK"
    if raw:
        yield "AmbientCapabilities=CAP_NET_RAW"
        yield "CapabilityBoundingSet=CAP_NET_RAW"
        families += " AF_PACKET"
    else:
        yield "CapabilityBoundingSet="
    yield f"RestrictAddressFamilies={families}"


def _for_shell(words: Sequence[str]) -> str:
    """A command for cron, which takes a bare % for a line break."""
    return shlex.join(words).replace("%", "\\%")


def _argument(word: str) -> str:
    """A word of a command: in nothing else does systemd put variables in."""
    return _quoted(word.replace("$", "$$"))


def _quoted(word: str) -> str:
    word = _specifiers(word)
    return word if _PLAIN.fullmatch(word) else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")
