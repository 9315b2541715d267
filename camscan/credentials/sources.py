"""Where a secret may come from: never the command line, nor the environment, which other users can read.

prompt          asked for on the terminal, without an echo
fd:N            an open file descriptor, such as that of a pipe
file:PATH       a file that only its owner can read; a relative PATH begins where the file of enrolments is
systemd:NAME    a credential that systemd has handed to the service (LoadCredential=)
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from camscan.errors import HostError, UsageError, on_os_error

UNATTENDED = "fd:N, file:PATH or systemd:NAME"
FORMS = f"prompt, {UNATTENDED}"
MAX_SECRET = 4096  # bytes of a secret or of a key file

_DESCRIPTOR = re.compile(r"[0-9]{1,9}")

Prompt = Callable[[], str]


def is_persistent(source: str) -> bool:
    """Whether the secret can be read from there again, so that it need not be stored a second time."""
    return source.startswith(("file:", "systemd:"))


def read(source: str, prompt: Prompt, folder: Path = Path()) -> SecretStr:
    """The secret from a source; `folder` is what a relative PATH is relative to.

    Raises UsageError if the source cannot be used as written, or others can read it; HostError if it cannot be read.
    """
    kind, _, rest = source.partition(":")
    if source == "prompt":
        data = prompt().encode()
    elif kind == "fd" and _DESCRIPTOR.fullmatch(rest):
        what, remedy = f"cannot read a secret from descriptor {rest}", f"open it, as in {rest}<FILE"
        with on_os_error(UsageError, what, remedy), os.fdopen(int(rest), "rb", closefd=False) as stream:
            data = stream.read(MAX_SECRET + 1)
    elif kind == "file" and rest:
        data = read_private(_placed(rest, folder), MAX_SECRET)
    elif kind == "systemd" and rest and "/" not in rest and rest not in (".", ".."):
        data = _read_handed(rest)
    else:
        raise UsageError(f"a secret is never given on the command line: say where to read it, as one of {FORMS}")
    return _secret(data, kind)


def _placed(name: str, folder: Path) -> Path:
    """Where a file is that was named so; who means another folder is told."""
    path, here = folder / _expanded(name), Path(name).absolute()
    if here.exists() and not path.exists():
        raise UsageError(f"there is no {path}, for a relative path starts in that folder: write file:{here}")
    return path


def read_private(path: Path, most: int) -> bytes:
    """A file of the user's own (or root's) that nobody else can read.

    Raises UsageError if it is another's, others can read it, it is no plain file, or it is too large; HostError if it
    cannot be read.
    """
    with on_os_error(HostError, f"cannot read {path}", "check the file, or use another"):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        _check_private(os.fstat(descriptor), path)
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            data = stream.read(most + 1)
    finally:
        os.close(descriptor)
    if len(data) > most:
        raise UsageError(f"{path} has more than {most:,} bytes: use another file")
    return data


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise UsageError(f"{path}: this host knows no such user: write the path in full") from error


def _check_private(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"{path} is not a regular file: use one that is")
    if found.st_uid not in (0, os.geteuid()):
        raise UsageError(f"{path} belongs to another user: copy it to a file of your own, with mode 0600")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise UsageError(f"other users can read {path}: run chmod 600 {path}")


def _read_handed(name: str) -> bytes:
    """A credential of systemd, which sees to it that only the service can read it."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise HostError(f"systemd has passed on no credential {name}: run in a unit with LoadCredential={name}")
    what, remedy = f"cannot read systemd's credential {name}", f"check LoadCredential={name}"
    with on_os_error(HostError, what, remedy), (Path(folder) / name).open("rb") as stream:
        return stream.read(MAX_SECRET + 1)


def _secret(data: bytes, kind: str) -> SecretStr:
    if len(data) > MAX_SECRET:
        raise UsageError(f"the secret from {kind} has more than {MAX_SECRET:,} bytes: give the secret alone")
    try:
        text = data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise UsageError(f"the secret from {kind} is not UTF-8 text: save it as UTF-8") from None
    if not text or "\0" in text:
        raise UsageError(f"the secret from {kind} is empty, or not text: give it on one line")
    return SecretStr(text)
