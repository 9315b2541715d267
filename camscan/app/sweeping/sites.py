"""What a scan of a configured site is to do, and what in its configuration cannot be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from camscan.app.judging.criteria import chosen_policies
from camscan.app.planning.scope import Choices, CredentialOptions, must_exist, scope_of
from camscan.app.planning.strategy import strategy_of
from camscan.app.planning.targetfiles import read_exclusions
from camscan.app.sweeping.pinging import url_of
from camscan.app.sweeping.receivers import Apprise, Webhook
from camscan.credentials.file import MAX_FILE
from camscan.credentials.sources import read_private
from camscan.errors import CamscanError, UsageError
from camscan.net.names import resolve
from camscan.policy import Policy
from camscan.sweeps.config import Config, Site
from camscan.sweeps.configfile import Document
from camscan.sweeps.lines import Place
from camscan.targets import TargetSet, guard, parse

_DATABASE = re.compile(r"(postgresql|sqlite)(\+\w+)?://")
"""How a URL begins that `camscan.store` can open, which is too much to load for a look."""


def choices(config: Config, site: Site) -> Choices:
    """What a scan of the site is to ask, and how."""
    return Choices(
        targets=site.networks,
        exclude=site.exclude,
        exclude_files=tuple(str(config.path(name)) for name in site.exclude_files),
        allow_public=site.allow_public,
        allow_large=site.allow_large,
        profile=site.profile,
        rate=site.rate,
        channels=",".join(site.channels) or None,
        with_credentials=site.credentials is not None,
        sensitive=site.sensitive,
        core=site.core_networks,
        interface=(site.interface,) if site.interface else (),
        expect_decoy=site.decoys,
    )


def logins(config: Config, site: Site) -> CredentialOptions:
    """Where the logins of a site are enrolled."""
    file = config.path(site.credentials) if site.credentials is not None else None
    return CredentialOptions(file, site.unlock, config.folder)


def policies(config: Config, site: Site, folders: Sequence[Path] = ()) -> tuple[Policy, ...]:
    """The policies of a site."""
    return chosen_policies([_policy(config, name) for name in site.policies], folders)


def faults(document: Document, folders: Sequence[Path] = ()) -> str:
    """Everything in a readable configuration that a sweep could not use, a line each, in order of line.

    A sweep that gets rules and policies from these folders as well.
    """
    unusable = ((document.line(*place), message) for place, message in _placed(document.config, folders))
    return document.told((*document.faults, *unusable))


def _placed(config: Config, folders: Sequence[Path]) -> Iterator[tuple[Place, str]]:
    for number, site in enumerate(config.site):
        for place, message in _faults_of(config, site, folders):
            yield ("site", number, *place), f"site {site.name!r}: {message}"
    yield from _faults_of_receivers(config)
    if (url := config.store.url) and "://" in url and not _DATABASE.match(url):
        what = "of servers, only PostgreSQL's can be used: name one as postgresql://user@host/name"
        yield ("store", "url"), f"store: {what}"
    files = {("store", "url"): config.store.url, ("metrics", "textfile"): config.metrics and config.metrics.textfile}
    for place, name in files.items():
        if name and "://" not in name and not (folder := config.path(name).parent).is_dir():
            yield place, f"{place[0]}: there is no folder {folder}: create it, or choose another"


def _faults_of_receivers(config: Config) -> Iterator[tuple[Place, str]]:
    """What is missing for telling somebody."""
    places: list[tuple[Place, Callable[[], object]]] = []
    if config.notify is not None:
        places.append((("notify", "secret_file"), Webhook(config, config.notify).check))
    for number, part in enumerate(config.apprise):
        places.append((("apprise", number, "url_file"), Apprise(config, part).check))
    if (ping := config.ping) is not None:
        places.append((("ping", "url_file"), lambda: url_of(config, ping)))
    for place, check in places:
        try:
            check()
        except UsageError as error:
            yield place, f"{place[0]}: {error}"


def _faults_of(config: Config, site: Site, folders: Sequence[Path]) -> Iterator[tuple[Place, str]]:
    """The faults of one site, each with its place; what builds on other parts is checked only where those have none."""
    found = [
        *_each("networks", site.networks, lambda text: parse([text], resolve=resolve)),
        *_each("core", site.core_networks, lambda text: parse([text], resolve=resolve, whole_networks=True)),
        *_each("exclude", site.exclude, lambda text: read_exclusions([text])),
        *_each("exclude_files", site.exclude_files, lambda name: read_exclusions([f"@{config.path(name)}"])),
        *_each("interface", [site.interface] if site.interface else [], must_exist),
        *_each("channels", site.channels, lambda name: _asked(site, name)),
        *_each("credentials", [site.credentials] if site.credentials else [], lambda name: _private(config, name)),
        *_each("policies", site.policies, lambda name: chosen_policies([_policy(config, name)], folders)),
    ]
    yield from found
    if found:
        return
    chosen = choices(config, site)
    for _, message in _each("channels", [",".join(site.channels)], lambda _: _strategy_of(chosen)):
        yield ("channels",), message
    try:
        scope = scope_of(replace(chosen, allow_public=True, allow_large=True))
        guard(scope.asked, allow_public=site.allow_public, allow_large=site.allow_large)
    except CamscanError as error:
        said = str(error)
        for name in ("public", "large"):
            said = said.replace(f"add --allow-{name}", f"add allow_{name} = true")
        yield from ((("networks",), line) for line in said.splitlines())
    else:
        yield from _unasked(site, scope.asked)


def _unasked(site: Site, asked: TargetSet) -> Iterator[tuple[Place, str]]:
    """What the site names as a part of what is asked, and is none."""
    for number, text in enumerate(site.core if isinstance(site.core, tuple) else ()):
        if not parse([text], resolve=resolve, whole_networks=True).within(asked):
            yield ("core", number), f"no address in {text} is asked: add it to the networks, or take it out here"
    for number, decoy in enumerate(site.decoys):
        if decoy not in asked:
            why = "is not asked: add it to the networks, or drop the exclusion that covers it"
            yield ("decoys", number), f"{decoy} {why}"


def _each(key: str, values: Sequence[str], use: Callable[[str], object]) -> Iterator[tuple[Place, str]]:
    for number, value in enumerate(values):
        try:
            use(value)
        except CamscanError as error:
            for line in str(error).splitlines():
                yield (key, number), line


def _asked(site: Site, channel: str) -> object:
    if site.credentials is None:
        return _strategy_of(Choices(channels=channel))
    return _strategy_of(Choices(channels=f"{channel},login", with_credentials=True))


def _strategy_of(chosen: Choices) -> object:
    try:
        return strategy_of(chosen)
    except UsageError as error:
        raise UsageError(str(error).replace("--with-credentials", "credentials = FILE")) from error


def _private(config: Config, name: str) -> object:
    return read_private(config.path(name), MAX_FILE)


def _policy(config: Config, name: str) -> str:
    """A policy as `chosen_policies` takes it: the name of a file is relative to the configuration."""
    is_file = Path(name).suffix in (".yaml", ".yml") or len(Path(name).parts) > 1
    return str(config.path(name)) if is_file else name
