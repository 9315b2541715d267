"""Makes the systemd units, or the crontab, that start the sweeps of a configuration."""

from __future__ import annotations

import pwd
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from camscan.app.sweeping.configuration import configuration
from camscan.errors import UsageError
from camscan.sweeps import schedule as schedules
from camscan.sweeps.config import Config
from camscan.sweeps.configtypes import duration
from camscan.sweeps.schedule import Schedule
from camscan.system.files import is_there

_SYSTEMD = Path("/etc/systemd/system")
_CROND = Path("/etc/cron.d")
_BOOTED = Path("/run/systemd/system")  # is there where systemd runs the host (sd_booted(3))
_HIDDEN = tuple(map(Path, ("/home", "/root", "/run/user", "/tmp", "/var/tmp")))  # noqa: S108 - compared, not used
"""What ProtectHome= and PrivateTmp= hide from a service (systemd.exec(5))."""
_CRON_USER = "camscan"
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScheduleFiles:
    """Files with their text, what the operator should know, and what is to be done after they were written."""

    files: tuple[tuple[Path, str], ...]
    notes: tuple[str, ...]
    after: str


def planned(
    file: Path | None,
    *,
    kind: str | None,
    at: str,
    jitter: str,
    user: str | None,
    raw: bool,
    fail_on: tuple[str, ...],
    folder: Path | None = None,
) -> ScheduleFiles:
    """What starts the sweeps of a configuration. Raises UsageError if something that was asked for cannot be used."""
    document = configuration(file)
    config, path = document.config, document.file.absolute()
    if user is not None and not _USER.fullmatch(user):
        raise UsageError(f"{user!r} is not a user name: write one such as {_CRON_USER}")
    hour, minute = _time(at)
    secrets = tuple(_secrets(config))
    found = Schedule(
        program=_program(),
        config=path,
        hour=hour,
        minute=minute,
        jitter=0 if jitter == "0" else int(duration(jitter, "--jitter", "10m, or 0")),
        fail_on=fail_on,
        user=user,
        raw=raw,
        secrets=tuple(dict.fromkeys(config.path(name).absolute() for name in secrets if name)),
        environment=path.parent / "secret.env" if None in secrets else None,
        writable=tuple(_writable(config)),
    )
    _check_names(found)
    if (kind or ("systemd" if _BOOTED.is_dir() else "cron")) == "cron":
        return _by_cron(found, folder or _CROND)
    return _by_systemd(found, config, folder or _SYSTEMD)


def _check_names(schedule: Schedule) -> None:
    for one in (schedule.config, *schedule.secrets, *schedule.writable):
        if not str(one).isprintable():
            raise UsageError(f"{str(one)!r} cannot go into a unit or crontab: use a name without control characters")


def _by_cron(found: Schedule, folder: Path) -> ScheduleFiles:
    user = found.user or _CRON_USER
    notes = []
    if found.raw:
        notes.append("cron grants no capability: --raw changes nothing")
    if not _is_there(user):
        home = schedules.STATE
        notes.append(f"there is no user {user}: useradd --system --create-home --home-dir {home} {user}")
    if found.environment:
        notes.append(f"cron reads no {found.environment}: put secrets into files that only {user} reads")
    return ScheduleFiles(
        ((folder / schedules.CRON, schedules.crontab(found, user)),), tuple(notes), "cron picks it up by itself."
    )


def _by_systemd(found: Schedule, config: Config, folder: Path) -> ScheduleFiles:
    notes = []
    if found.user and not _is_there(found.user):
        notes.append(f"there is no user {found.user}: useradd --system {found.user}")
    url = config.store.url
    if url and "://" not in url and not found.user and not config.path(url).is_relative_to(schedules.STATE):
        notes.append(
            f"a user that systemd makes up cannot write {config.path(url)}: leave [store] url out, then the store is "
            f"{schedules.STATE}/camscan.db; or give one with --user"
        )
    if found.environment and not is_there(found.environment):
        what = "with mode 0600 and a line NAME=SECRET for each variable that the configuration relies on"
        notes.append(f"the service does not start without {found.environment}: create it, {what}")
    notes += _unseen(found.config)
    notes += _about_logins(config, found)
    names = [path.name for path in found.secrets]
    if len(set(names)) < len(names):
        raise UsageError("two secret files have the same name, by which systemd tells them apart: rename one")
    files = (
        (folder / schedules.SERVICE, schedules.service(found)),
        (folder / schedules.TIMER, schedules.timer(found)),
    )
    return ScheduleFiles(files, tuple(notes), f"systemctl daemon-reload && systemctl enable --now {schedules.TIMER}")


def _unseen(config: Path) -> Iterator[str]:
    """What the service needs and could not see: parts of this program, or the configuration."""
    programs = (Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[1])
    moves = dict.fromkeys(programs, "install camscan, with a Python of the system, into one such as /opt/camscan")
    moves[config] = "move it into one such as /etc/camscan"
    for path, remedy in moves.items():
        if any(path.resolve().is_relative_to(folder) for folder in _HIDDEN):
            yield f"the service cannot see {path}, as homes and temporary folders are hidden from it: {remedy}"


def _about_logins(config: Config, found: Schedule) -> Iterator[str]:
    """What a service needs for enrolled logins beyond what stands in it."""
    for site in config.site:
        if site.credentials and not found.user:
            file = config.path(site.credentials)
            yield f"a user that systemd makes up cannot read {file}, the logins of {site.name!r}: name one with --user"
        if (site.unlock or "").startswith("systemd:"):
            name = (site.unlock or "").removeprefix("systemd:")
            yield f"the key of {site.name!r}: add LoadCredentialEncrypted={name} by systemctl edit {schedules.SERVICE}"


def _time(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", text)
    if found is None:
        raise UsageError(f"cannot use {text!r} as --at: write a time of day, such as 02:17")
    return int(found[1]), int(found[2])


def _program() -> tuple[str, ...]:
    """How camscan is started without a PATH: by the script beside this Python, or by this Python."""
    script = Path(sys.executable).with_name("camscan")
    return (str(script),) if script.is_file() else (sys.executable, "-P", "-m", "camscan")


def _secrets(config: Config) -> Iterator[str | None]:
    """The file of each secret; None where the environment holds it."""
    if config.notify:
        yield config.notify.secret_file
    yield from (part.url_file for part in (config.ping, *config.apprise) if part)


def _writable(config: Config) -> Iterator[Path]:
    if config.metrics is not None:
        yield config.path(config.metrics.textfile).absolute().parent
    if config.store.url and "://" not in config.store.url:
        folder = config.path(config.store.url).absolute().parent
        if not folder.is_relative_to(schedules.STATE):
            yield folder


def _is_there(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
