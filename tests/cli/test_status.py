"""The status of sweeps."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.estate import Camera, cameras, sweep
from support.schemas import validator
from support.world import CONFIG

from camscan.cli.db import db
from camscan.cli.notify import notify
from camscan.cli.parameters.stored import open_store
from camscan.cli.status import status
from camscan.errors import HostError, StoreError, UsageError
from camscan.store.outbox import Message
from camscan.store.registered import Entry, Mark
from camscan.store.store import Store
from camscan.summaries import State
from camscan.sweeps import schedule
from camscan.sweeps.compare import advance
from camscan.sweeps.coverage import Terms
from camscan.sweeps.memory import Memory, dump, status_of
from camscan.sweeps.snapshot import Snapshot


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "c.toml"
    file.write_text(CONFIG)
    return file


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(status, ["--config", str(config), *words])


def remember(
    config: Path,
    snapshots: Sequence[Snapshot],
    message: Message | None = None,
    *,
    memory_alone: bool = False,
    terms: Terms = Terms(),  # noqa: B008 - it is frozen
) -> None:
    memory = Memory()
    for one in snapshots:
        memory, _ = advance(memory, one, terms)
    shown = None if memory_alone else dump(status_of(memory))
    with Store.open(config.parent / "c.db") as store:
        store.outbox.remember("hq", dump(memory), [message] if message else [], status=shown)


def night(days_ago: float, snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, at=datetime.now(UTC) - timedelta(days=days_ago))


def test_a_site_that_was_never_swept(config: Path) -> None:
    done = run(config, "--max-age", "26h")
    assert (done.exit_code, done.stdout) == (4, "hq\n  last complete sweep  never\n")
    assert done.stderr.splitlines()[-1] == "Overdue: hq; last complete sweep: never."
    assert run(config).exit_code == 0


def test_who_looks_makes_no_store(config: Path) -> None:
    """It would be theirs, and the sweeps' own user could not write to it."""
    for command, words in ((status, []), (notify, ["send"]), (db, ["prune", "--sweeps", "10"])):
        done = CliRunner().invoke(command, [*words, "--config", str(config)])
        assert done.exit_code == 0
        assert done.stderr.startswith(f"Note: there is no store {config.parent / 'c.db'} yet: ")
    assert [file.name for file in config.parent.iterdir()] == [config.name]


def test_who_looks_in_the_wrong_place_is_led_to_the_store_of_a_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, state = tmp_path / "c.toml", tmp_path / "state"
    config.write_text('[[site]]\nname = "hq"\nnetworks = ["10.0.0.0/24"]\n')
    state.mkdir()
    monkeypatch.delenv("CAMSCAN_DB", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(schedule, "STATE", state)
    missing = f"there is no store {tmp_path}/camscan/camscan.db"
    assert run(config).stderr == f"Note: {missing} yet: the first `camscan sweep` creates it.\n"
    Store.open(str(state / "camscan.db")).close()
    assert run(config).stderr == f"Note: {missing}: add --db {state}/camscan.db, that of a service.\n"
    monkeypatch.setenv("CAMSCAN_CONFIG", str(config))
    with pytest.raises(StoreError, match=f"{missing}: add --db {state}/camscan.db, where sweeps store theirs"):
        open_store(None)


def test_a_site_in_good_order(config: Path) -> None:
    remember(config, [night(0.5, sweep(0, cameras(4), targets=["10.0.0.9"]))])
    done = run(config, "--max-age", "26h")
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[1].endswith("UTC, 12 hours ago")
    assert lines[2:] == ["  devices              4 listed", "  targets              4 answered, 1 silent"]


def test_many_sites_are_summed_up_at_the_end(config: Path) -> None:
    tables = (f'[[site]]\nname = "{name}"\nnetworks = ["10.9.0.{number}"]\n' for number, name in enumerate("abc"))
    config.write_text("\n".join((CONFIG, *tables)))
    site = cameras(6)
    remember(config, [night(3, sweep(0, site)), night(2, sweep(1, site, lost=[(c.address, "sadp") for c in site]))])
    *_, gap, summary = run(config).stdout.splitlines()
    assert gap == ""
    assert summary.startswith(
        "4 sites: 3 never had a complete sweep; 1 lost coverage; the oldest complete sweep was 20"
    )
    assert summary.endswith(" UTC, 2 days ago.")


def test_of_several_sites_one_in_order_takes_a_line_and_goes_before_those_in_trouble(config: Path) -> None:
    config.write_text(f'{CONFIG}\n[[site]]\nname = "a"\nnetworks = ["10.9.0.1"]\n')
    remember(config, [night(0.5, sweep(0, cameras(4), targets=["10.0.0.9"]))])
    head, sound, *rest = run(config).stdout.splitlines()
    assert head.split("  ")[0] == "site"
    assert sound.startswith("hq    20")
    assert sound.endswith(" UTC, 12 hours ago  4 listed  4 answered, 1 silent")
    assert rest[:2] == ["a", "  last complete sweep  never"]
    assert rest[-1].startswith("2 sites: 1 never had a complete sweep; ")


def test_a_minute_is_one(config: Path) -> None:
    remember(config, [night(1.2 / 24 / 60, sweep(0, cameras(4)))])
    assert run(config).stdout.splitlines()[1].endswith(" UTC, 1 minute ago")


def test_a_site_in_trouble(config: Path) -> None:
    message = Message("m", "hq", datetime.now(UTC), b"{}", "webhook")
    site = cameras(6)
    snapshots = [night(3, sweep(0, site)), night(2, sweep(1, site, lost=[(c.address, "sadp") for c in site]))]
    remember(config, snapshots, message)
    done = run(config, "--max-age", "26h")
    assert done.exit_code == 4
    assert done.stdout.splitlines()[-2:] == [
        "  coverage lost        sadp saw 6 devices before and 0 now: probe failure suspected",
        "  alerts waiting       1",
    ]
    with Store.open(config.parent / "c.db") as store:
        store.outbox.failed(message, "HTTP 500\x1b[31m", datetime.now(UTC))
    assert run(config).stdout.splitlines()[-2:] == ["  alerts waiting       1", "    webhook: HTTP 500\\x1b[31m"]
    [shown] = json.loads(run(config, "--format", "json").stdout)["sites"]
    assert shown["alerts_failed"] == {"webhook": "HTTP 500\x1b[31m"}
    validator("camscan-status-1", "site").validate(shown)


@pytest.mark.parametrize("decoys", [(), ("10.0.0.9",)])
@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_sweep_that_was_blind_is_no_complete_one(config: Path, decoys: tuple[str, ...], count: int) -> None:
    """Neither one that missed a decoy nor one of which nothing gave a sign of life, night after night."""
    site, terms = cameras(count), Terms(decoys=decoys)
    targets = ["10.0.0.9", *(one.address for one in site)]
    seen = night(5, sweep(0, [*site, Camera("10.0.0.9")]))
    blind = [night(age, sweep(1, site if decoys else [], targets=targets)) for age in (3, 0.5)]
    remember(config, [seen, *blind], terms=terms)
    done = run(config, "--max-age", "26h")
    assert done.exit_code == 4
    lines = done.stdout.splitlines()
    assert lines[1].endswith("UTC, 5 days ago")
    assert lines[2].endswith("UTC, 12 hours ago, blind")
    [shown] = json.loads(run(config, "--format", "json").stdout)["sites"]
    assert shown["age_seconds"] // 86_400 == 5
    remember(config, blind, terms=terms)
    assert run(config).stdout.splitlines()[1] == "  last complete sweep  never"
    remember(config, [seen, *blind, night(0.1, sweep(6, [*site, Camera("10.0.0.9")]))], terms=terms)
    assert run(config, "--max-age", "26h").exit_code == 0


def test_who_is_missing_is_named(config: Path) -> None:
    site = [replace(one, listed=number > 0) for number, one in enumerate(cameras(100))]
    gone, left = [replace(one, model="C-100\x1b[31m") for one in site[:24]], site[24:]
    after = [night(8 - n, sweep(n + 1, left, targets=[one.address for one in gone])) for n in range(5)]
    remember(config, [night(9, sweep(0, [*gone, *left])), *after])
    lines = run(config).stdout.splitlines()
    named = [line for line in lines if line.startswith("  missing")]
    assert len(named) == 21
    assert named[0].startswith("  missing              listed 10.0.0.2 Acme C-100\\x1b[31m, last seen 20")
    assert named[20] == "  missing              4 more"
    first, seen = site[1], datetime.now(UTC)
    known = Entry("hq", first.serial or "", first.address, "listed", (), seen, seen, "{}")
    removed = replace(known, state=State.REMOVED, state_at=seen)
    with Store.open(config.parent / "c.db") as store:
        assert store.register.adopt([Mark("a0", "hq", seen, "")], [removed])
    assert [" it is recorded as removed" in line for line in run(config).stdout.splitlines()].count(True) == 1
    [shown] = json.loads(run(config, "--format", "json").stdout)["sites"]
    assert [one["state"] for one in shown["missing_devices"]] == ["removed", *[None] * 19]
    assert (shown["missing"], len(shown["missing_devices"])) == (24, 20)
    validator("camscan-status-1", "site").validate(shown)


def test_a_sweep_of_a_time_to_come_is_no_sign_of_life(config: Path) -> None:
    remember(config, [night(-0.001, sweep(0, cameras(4)))])
    assert run(config, "--max-age", "26h").exit_code == 0
    remember(config, [night(-400, sweep(0, cameras(4)))])
    done = run(config, "--max-age", "26h")
    assert done.exit_code == 4
    assert done.stderr.endswith(" UTC, which is still to come: a clock was wrong.\n")


def test_for_programs(config: Path) -> None:
    remember(config, [night(1, sweep(0, cameras(4)))])
    found = json.loads(run(config, "--format", "json").stdout)
    [site] = found["sites"]
    assert found["schema"] == "camscan-status/1"
    validator("camscan-status-1").validate(found)
    assert site["age_seconds"] == pytest.approx(86_400, abs=5)
    assert site["by_channel"]["sadp"] == {"answered": 4}
    assert (site["devices"], site["missing"], site["coverage_loss"], site["alerts_pending"]) == (
        {"listed": 4},
        0,
        [],
        0,
    )


def test_what_an_older_camscan_remembered_is_shown_alike(config: Path) -> None:
    site = cameras(6)
    snapshots = [night(3, sweep(0, site)), night(2, sweep(1, site[1:], targets=["10.0.0.1"]))]
    shown = set()
    for memory_alone in (False, True):
        remember(config, snapshots, memory_alone=memory_alone)
        shown.add(run(config).stdout)
    assert len(shown) == 1


def test_figures_are_written_anew(config: Path, tmp_path: Path) -> None:
    config.write_text(f'{CONFIG}[metrics]\ntextfile = "c.prom"\n')
    with Store.open(tmp_path / "c.db"):
        pass
    assert run(config).exit_code == 0
    assert 'camscan_last_good_sweep_timestamp_seconds{site="hq"} 0\n' in (tmp_path / "c.prom").read_text()
    assert [path.name for path in tmp_path.glob(".c.prom*")] == []


def test_who_does_not_find_the_store_leaves_the_figures_as_they_are(config: Path, tmp_path: Path) -> None:
    """As root does, who looks without --db at the sweeps of a user that systemd made up."""
    figures = tmp_path / "c.prom"
    config.write_text(f'{CONFIG}[metrics]\ntextfile = "c.prom"\n')
    assert run(config).exit_code == 0
    assert not figures.exists()
    figures.write_text("as the sweep left it")
    assert run(config, "--max-age", "26h").exit_code == 4
    assert figures.read_text() == "as the sweep left it"


def test_figures_are_readable_for_their_collector_under_any_umask(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "camscan.prom"
    config.write_text(CONFIG + f'[metrics]\ntextfile = "{file}"\n')
    remember(config, [night(1, sweep(0, cameras(4)))])
    before = os.umask(0o077)
    try:
        assert run(config).exit_code == 0
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o644


def test_who_may_not_write_the_figures_is_shown_the_rest(config: Path) -> None:
    config.write_text(f'{CONFIG}[metrics]\ntextfile = "missing/c.prom"\n')
    remember(config, [night(2, sweep(0, cameras(4)))])
    result = run(config, "--max-age", "26h")
    assert isinstance(result.exception, HostError)
    assert "last complete sweep  2" in result.stdout
    assert "Overdue: hq" in result.stderr


def test_an_age_that_is_none(config: Path) -> None:
    assert isinstance(run(config, "--max-age", "old").exception, UsageError)
