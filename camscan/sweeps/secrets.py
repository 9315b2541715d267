"""Secrets: from a file of their own, from systemd's credentials, or from the environment; never from anywhere else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from camscan.errors import UsageError
from camscan.sweeps.config import Config

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd puts what a unit names with LoadCredential= (systemd.exec(5), CREDENTIALS)."""
_MAX_BYTES = 64 * 1024


def secret(config: Config, file: str | None, variable: str, environment: Mapping[str, str]) -> str:
    """What the file holds, or where none is named the variable. A credential of the file's name comes first.

    Raises UsageError if there is none, it is no text, or everybody on this host can read it.
    """
    if file is None:
        if found := environment.get(variable, "").strip():
            return found
        remedy = "put it there, or name its file in the configuration"
        raise UsageError(f"the environment variable {variable} contains no secret: {remedy}")
    path = _credential(file, environment) or config.path(file)
    if not (found := _read(path)):
        raise UsageError(f"{path} contains no secret: put the secret there")
    return found


def _credential(file: str, environment: Mapping[str, str]) -> Path | None:
    folder = environment.get(CREDENTIALS)
    path = Path(folder or "") / Path(file).name
    return path if folder and path.is_file() else None


def _read(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            found = stream.read(_MAX_BYTES).decode("utf-8").strip()
        is_open = path.stat().st_mode & 0o007
    except PermissionError as error:
        remedy = "make the user who runs camscan its owner"
        raise UsageError(f"cannot read the secret {path}: {error.strerror}: {remedy}") from error
    except OSError as error:
        raise UsageError(f"cannot read the secret {path}: {error.strerror}: create it, with mode 0600") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the secret {path} is not UTF-8 text: save it as UTF-8") from error
    if is_open:
        raise UsageError(f"everybody can read the secret {path}: run chmod 600 {path}")
    return found
