"""Which sites are swept beside each other, and that none of them costs another anything."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.world import World, camera

from camscan.app.planning.jobs import Job
from camscan.app.sweeping import waves
from camscan.app.sweeping.alerting import Dispatcher
from camscan.app.sweeping.allsites import sweep_all
from camscan.app.sweeping.onesite import SweepContext, Sweeping, Swept, sweep
from camscan.errors import StoreError
from camscan.identify.library import Library
from camscan.records import Scan, ScanStatus
from camscan.store.locks import FileLocks, site_held
from camscan.store.store import Store
from camscan.sweeps.config import Site
from camscan.sweeps.configfile import read

Make = Callable[..., SweepContext]


@pytest.fixture
def estate(tmp_path: Path, rules: Library) -> Iterator[Make]:
    """Makes a run over sites "a", "b" and so on, of which the networks, and what else is said of them, are given."""
    opened: list[Store] = []

    def make(*tables: str) -> SweepContext:
        sites = (f'[[site]]\nname = "{"abcdefgh"[n]}"\nnetworks = [{table}\n' for n, table in enumerate(tables))
        (tmp_path / "c.toml").write_text("\n".join(('[store]\nurl = "c.db"', *sites)))
        opened.append(Store.open(tmp_path / "c.db"))
        return SweepContext(read(tmp_path / "c.toml").config, opened[-1], rules)

    yield make
    for store in opened:
        store.close()


def swept(context: SweepContext, seconds: float = 3_600) -> list[Swept]:
    dispatcher = Dispatcher(context.store, context.config)
    return list(sweep_all(context, context.config.site, dispatcher, time.monotonic() + seconds))


A, B, C = '"10.0.0.0/28"]', '"10.0.1.0/26"]', '"10.0.2.0/28"]'


@pytest.mark.parametrize(
    ("tables", "together"),
    [
        ((A, B, C), ["abc"]),
        ((A, '"10.0.0.8/29"]', C), ["a", "bc"]),
        ((A, f"{B}\nrate = 500", f"{C}\nrate = 500"), ["a", "bc"]),
        ((f'{A}\nprofile = "gentle"', f'{B}\nprofile = "gentle"'), ["a", "b"]),
        ((A, '"10.1.0.0/21"]', C), ["a", "b", "c"]),
        ((A, '"10.1.0.0/22"]', '"10.2.0.0/22"]'), ["ab", "c"]),
        ((A, f'{B}\nexclude = ["10.0.1.0/27"]', '"10.0.1.0/27"]'), ["abc"]),
    ],
    ids=[
        "small",
        "one host in two",
        "own pace",
        "a router is spared",
        "large",
        "large together",
        "shared by exclusion",
    ],
)
def test_small_sites_with_one_pace_and_no_host_in_common_go_together(
    estate: Make, world: World, tables: tuple[str, ...], together: list[str]
) -> None:
    ended = swept(estate(*tables))
    assert ["".join(map(str, sites)) for sites in world.together] == together
    assert [one.site for one in ended] == sorted("".join(together))
    assert all(one.complete for one in ended)


def test_where_a_site_has_no_company_none_is_looked_for(
    estate: Make, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look reads exclusions, asks for names, and unlocks logins."""
    taken_up = list[str]()

    def noting(context: SweepContext, site: Site) -> Sweeping:
        taken_up.append(site.name)
        return sweep(context, site)

    monkeypatch.setattr(waves, "sweep", noting)
    swept(estate(f'{A}\nprofile = "gentle"', f'{B}\nprofile = "gentle"', '"10.1.0.0/20"]', C, '"10.0.3.0/28"]'))
    assert "".join(taken_up) == "abcde"
    assert ["".join(map(str, sites)) for sites in world.together] == ["a", "b", "c", "de"]


def test_of_sites_on_links_of_this_host_one_at_a_time_is_asked(
    estate: Make, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waves, "eligible", lambda scope: "10.0.1.9" in scope.asked or "10.0.2.9" in scope.asked)
    swept(estate(A, B, C, '"10.0.3.0/28"]'))
    assert ["".join(map(str, sites)) for sites in world.together] == ["ab", "cd"]


def test_no_more_sites_than_this_process_has_descriptors_for_go_together(
    estate: Make, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waves, "descriptor_budget", lambda: 150)
    swept(estate(A, B, C))
    assert ["".join(map(str, sites)) for sites in world.together] == ["ab", "c"]


@pytest.mark.parametrize(("seconds", "together"), [(8, ["a", "b", "c"]), (40, ["a", "b", "c"]), (300, ["abc"])])
def test_where_little_time_is_left_the_first_has_it_alone(
    estate: Make, world: World, seconds: float, together: list[str]
) -> None:
    """A deadline that comes too early for all of them would be one for each, every night: also if all devices live."""
    swept(estate(A, B, C), seconds=seconds)
    assert ["".join(map(str, sites)) for sites in world.together] == together


def test_a_site_that_is_held_and_one_that_fails_cost_the_others_nothing(
    estate: Make, world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    context = estate(A, B, C, '"10.0.3.0/28"]\nexclude_files = ["none.txt"]', '"10.0.4.0/28"]')
    run = world.run

    async def failing(job: Job, store: Store) -> Scan:
        if job.scan.site == "c":
            raise StoreError("the disk is full")
        return await run(job, store)

    world.run = failing  # type: ignore[method-assign]
    with site_held(FileLocks(tmp_path / "c.db"), "b"):
        ended = swept(context)
    assert world.together == [["a", "c", "e"]]
    assert [one.site for one in ended] == [*"abcde"]
    assert [one.failed for one in ended] == [False, False, True, True, False]
    assert [one.complete for one in ended] == [True, False, False, False, True]
    assert ended[1].why_not.startswith("held by process")
    assert ended[2].why_not == "the disk is full"
    assert "none.txt" in ended[3].why_not
    assert [record.levelno for record in caplog.records if "site.failed" in record.getMessage()] == [logging.ERROR] * 2
    assert context.store.outbox.memory("e") is not None, "what it saw is compared and remembered"
    for site in "abcde":
        with site_held(FileLocks(tmp_path / "c.db"), site) as other:
            assert other is None, "whatever became of it, it is held no longer"


def test_an_interruption_leaves_the_sites_of_the_wave_to_be_resumed_and_skips_the_rest(
    estate: Make, world: World
) -> None:
    context = estate(A, B, '"10.1.0.0/20"]')
    world.cut_after = 3
    ended = swept(context)
    assert world.together == [["a", "b"]]
    assert [one.interrupted for one in ended] == [True, True, False]
    assert ended[2].why_not == "interrupted by a signal"
    world.cut_after = None
    again = swept(context)
    assert [one.site for one in again] == ["c", "a", "b"]
    assert [scan.status for scan in context.store.scans()] == [ScanStatus.COMPLETE] * 3
    asked = [address for targets in world.asked for address in targets]
    assert len(asked) == len(set(asked)) == 14 + 62 + 4_094


def test_what_an_earlier_sweep_did_not_tell_is_told_once_though_the_site_is_looked_at_twice(
    estate: Make, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site that does not fit into a wave is let go, and taken up again by the next one."""
    context = estate(f"{A}\nrate = 500", C)
    world.answers.clear()
    world.answers["10.0.2.1"] = camera(21)
    swept(context)
    with monkeypatch.context() as patch:
        patch.setattr("camscan.app.sweeping.onesite.compare_with_memory", lambda *_: 1 / 0)
        world.answers["10.0.2.2"] = camera(22)
        assert [one.failed for one in swept(context)] == [True, True]
    ended = swept(context)
    late = [change.device.address for changes in ended[1].before for change in changes.changes]
    assert (ended[1].site, late) == ("b", ["10.0.2.2"])
