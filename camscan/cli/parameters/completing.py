"""Shell completion of --scan, --site, --policy and --kind; nothing, and no error, where nothing is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from camscan.errors import CamscanError

if TYPE_CHECKING:
    from camscan.sweeps.config import Config

_PLAIN = re.compile(r"[\w.@%+-]+")
"""What a shell takes as it stands. Other names, which scans of others may bear, could be commands to it."""


def scans(context: click.Context, _option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the newest scans, each with its site."""
    from camscan.store.completion import scan_ids

    file = _store(context)
    found = scan_ids(file, incomplete) if file else ()
    return [CompletionItem(name, help=site if _PLAIN.fullmatch(site) else None) for name, site in found if _plain(name)]


def sites(context: click.Context, _option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The sites of the configuration, and those that scans are of."""
    from camscan.store.completion import site_names

    config, file = _config(context), _store(context)
    configured = [site.name for site in config.site] if config else []
    return _items([*configured, *(site_names(file) if file else ())], incomplete)


def policies(context: click.Context, _option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The policies that come with camscan and those of --fingerprints, else files."""
    from camscan.policy import files
    from camscan.rulefiles.folder import fingerprints_folder

    libraries = [fingerprints_folder(), *map(Path, context.params.get("folders") or ())]
    found = _items((file.stem for file in files(libraries)), incomplete)
    return found or [CompletionItem(incomplete, type="file")]


def kinds(_context: click.Context, _option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The kinds of files that can be imported."""
    from camscan.imports.registry import KINDS

    return _items(KINDS, incomplete)


def _items(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in dict.fromkeys(names) if name.startswith(incomplete) and _plain(name)]


def _plain(name: str) -> bool:
    return _PLAIN.fullmatch(name) is not None


def _store(context: click.Context) -> Path | None:
    """The file of the store that the command would open; None where that is on a server, or nobody knows."""
    from camscan.app.sweeping.configuration import database
    from camscan.system.userdirs import data_file

    config = _config(context)
    named: str | None = context.params.get("db") or (database(config) if config else None)
    try:
        return data_file("camscan.db") if named is None else None if "://" in named else Path(named)
    except CamscanError:
        return None


def _config(context: click.Context) -> Config | None:
    """The configuration of a command that has one, where it can be read."""
    from camscan.app.sweeping.configuration import configuration

    if not any("--config" in parameter.opts for parameter in context.command.params):
        return None
    try:
        return configuration(context.params.get("file")).config
    except (CamscanError, OSError):  # the latter: its folder is closed to this user
        return None
