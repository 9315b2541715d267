"""`camscan progress`: from stored scans and what was said to a date."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support import nights
from support.nights import night, serial
from support.schemas import validator
from support.workbooks import read
from support.world import camera

from camscan.cli.main import camscan
from camscan.cli.progress import progress
from camscan.cli.state import state
from camscan.errors import StoreError, UsageError
from camscan.store.registered import Mark
from camscan.store.store import Store

RULES = """\
maker: Axis
rules:
  - id: own-server
    field: http.server
    pattern: '^Own/'
    level: certain
    examples: [Own/1]
    source: a test
    confirmed: 2026-11
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two sites: of hq's four cameras one is removed, the branch has one."""
    with Store.open(tmp_path / "c.db") as opened:
        night(opened, 0, {f"10.0.0.{number}": number for number in range(1, 5)})
        night(opened, 0, {"10.0.0.1": 9}, site="branch")
        night(opened, 0, {}, site="empty")
        for number in (1, 2, 3):
            night(opened, number, {f"10.0.0.{n}": n for n in (2, 3, 4)}, silent=("10.0.0.1",))
        CliRunner().invoke(state, [serial(1), "removed", "--why", "x", "--db", str(opened.file)])
        yield opened


def run(store: Store, *words: str) -> Result:
    return CliRunner().invoke(progress, [*words, "--db", str(store.file)], catch_exceptions=False)


def document(store: Store, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(store, *words, "--format", "json").stdout)
    validator("camscan-progress-1").validate(found)
    return found


def test_each_site_is_counted_and_the_worst_comes_first(store: Store) -> None:
    found = document(store, "--deadline", "2026-12-31")
    counts = {one["site"]: (one["known"], one["removed"], one["remaining"]) for one in found["sites"]}
    assert counts == {"hq": (4, 1, 3), "branch": (1, 0, 1), "empty": (0, 0, 0)}
    assert (found["all"]["known"], found["all"]["remaining"], found["all"]["site"]) == (5, 4, None)
    late = {one["site"]: one["late"] for one in found["sites"]}
    assert late == {"hq": True, "branch": True, "empty": False}
    assert found["sites"][0]["site"] == "hq"
    assert found["deadline"] == "2026-12-31"


def test_rate_and_date_follow_from_what_was_removed(store: Store) -> None:
    [one] = document(store, "--deadline", "2099-12-31", "--site", "hq", "--window", "10")["sites"]
    assert one["rate_per_week"] == 0.7
    assert (datetime.fromisoformat(one["projected"]).date() - datetime.now(UTC).date()).days in (29, 30)
    assert one["late"] is False
    assert [point["remaining"] for point in one["curve"]] == [4, 3]


def test_a_day_in_another_form_is_told_how_to_write_it(store: Store) -> None:
    done = run(store, "--deadline", "31.12.2026")
    assert done.exit_code == 2
    assert "'31.12.2026' is not a date: write it like 2026-12-31" in done.stderr


def test_without_a_deadline_nothing_is_late(store: Store) -> None:
    found = document(store)
    assert (found["deadline"], {one["late"] for one in found["sites"]}) == (None, {None})


def test_a_table_for_people(store: Store) -> None:
    done = run(store, "--deadline", "2099-12-31", "--window", "10")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("1 of 5 listed devices is removed, 4 remain; at 0.7 a week, the last will be gone on ")
    assert lines[1] == "That counts all sites as one: each at its own rate, it will be late at branch."
    assert lines[2].split() == ["site", "known", "removed", "exempt", "returned", "remaining", "a", "week", "done"]
    assert lines[4].split()[:6] == ["hq", "4", "1", "0", "0", "3"]
    assert lines[-1].split()[:6] == ["all", "5", "1", "0", "0", "4"]
    assert lines[3].split()[-2:] == ["unknown", "LATE"]


def test_a_site_at_which_none_was_ever_seen_is_not_called_in_time(store: Store) -> None:
    lines = run(store, "--deadline", "2099-12-31").stdout.splitlines()
    assert next(line for line in lines if line.startswith("empty")).endswith("-  none seen")
    alone = run(store, "--site", "empty").stdout.splitlines()
    assert alone[0] == "No listed device was ever seen; where no scan could look, there may be some."


def test_the_date_of_all_sites_hides_none_that_takes_longer(store: Store) -> None:
    told = "That counts all sites as one: each at its own rate, it will take longer at branch.\n"
    assert told in run(store, "--window", "10").stdout
    assert told in run(store, "--window", "10", "--deadline", "2020-01-01").stdout
    assert "as one" not in run(store, "--window", "10", "--site", "hq").stdout
    assert "as one" not in run(store, "--site", "branch").stdout  # no date is given


def test_a_narrow_terminal_gets_words_instead_of_columns(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camscan.cli.terminal.output.output_width", lambda _: 60)
    told = run(store, "--deadline", "2099-12-31", "--window", "10").stdout
    assert max(map(len, told.splitlines())) <= 60
    assert "hq: 4 known, 1 removed, 0 exempt, 0 returned, 3 remaining;" in " ".join(told.split())
    assert "all: 5 known, 1 removed, 0 exempt, 0 returned, 4 remaining;" in " ".join(told.split())


def test_what_leased_addresses_make_of_one_device_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A camera that shows neither serial nor MAC, as many do across a router, has a new lease each week."""
    monkeypatch.setattr(nights, "camera", lambda n: {k: v for k, v in camera(n).items() if k != "sadp.device_sn"})
    for number in range(4):
        assert "leased" not in run(store, "--site", "branch").stderr
        night(store, 10 + 7 * number, {f"10.0.0.{50 + number}": 7}, site="lease")
    assert {one["site"]: one["known"] for one in document(store)["sites"]}["lease"] == 4
    night(store, 5_000, {"10.0.0.53": 7}, site="lease")  # by a clock that is ahead: none was missing for years
    assert run(store).stderr.splitlines()[-1] == (
        "Note: 2 devices that remain showed neither serial nor MAC and were not seen for 7 days: where addresses are "
        "leased, one device counts once for each that it had."
    )
    assert "leased" not in run(store, "--site", "hq").stderr


def test_a_spreadsheet(store: Store) -> None:
    rows = list(csv.DictReader(run(store, "--format", "csv", "--deadline", "2026-12-31").stdout.splitlines()))
    assert [(row["site"], row["remaining"], row["late"]) for row in rows] == [
        ("hq", "3", "yes"),
        ("branch", "1", "yes"),
        ("empty", "0", "no"),
    ]
    book = run(store, "--format", "xlsx", "--deadline", "2026-12-31")
    heads, *lines = ([*row.values()] for row in read(book.stdout_bytes)["Progress"])
    assert [heads[0], *(line[0] for line in lines)] == ["site", "hq", "branch", "empty"]
    assert lines[0][heads.index("remaining")] == 3.0


def test_by_one_policy(store: Store, tmp_path: Path) -> None:
    assert document(store, "--policy", "us-ndaa-889")["all"]["known"] == 5
    own = tmp_path / "ours.yaml"
    own.write_text(
        "id: ours\ntitle: t\njurisdiction: XX\ncitation: c\nurl: https://example.org/\nsince: 2026-01-01\n"
        "entities: [{name: Axis AB, makers: [Axis]}]\n"
    )
    with pytest.raises(UsageError, match="not every scan was judged by ours: add --again"):
        run(store, "--policy", str(own))
    assert document(store, "--policy", str(own), "--again")["all"]["known"] == 0
    assert document(store)["all"]["known"] == 5


def test_derived_anew_it_is_the_same(store: Store) -> None:
    assert document(store, "--again") == document(store)


def test_what_could_not_be_derived_again_is_not_dropped(store: Store) -> None:
    store.register.keep(Mark("gone", "hq", datetime.now(UTC), "x"), (), (), store.register.standing("hq"))
    with pytest.raises(UsageError, match=r"from 1 scan no longer stored in full"):
        run(store, "--again")


def test_an_unknown_site_is_wrong_use(store: Store) -> None:
    with pytest.raises(UsageError, match=r"no scan of site 'x' is stored: see `camscan scans`$"):
        run(store, "--site", "x")
    with pytest.raises(UsageError, match=r"no scan of site 'HQ' is stored: did you mean 'hq'\?$"):
        run(store, "--site", "HQ")


def test_a_thinned_scan_is_not_taken_for_all_that_was_seen(store: Store) -> None:
    run(store)
    scan = next(one for one in store.scans("hq") if one.id == "hq-000")
    store.thin(scan.id, {"10.0.0.1"}, datetime.now(UTC))
    before = document(store)
    with pytest.raises(UsageError, match="leave it out"):
        run(store, "--again")
    assert document(store) == before


def test_a_rule_that_became_another_is_told(store: Store, tmp_path: Path) -> None:
    (tmp_path / "makers").mkdir()
    rules = tmp_path / "makers" / "axis.yaml"
    own = ("--fingerprints", str(tmp_path))
    rules.write_text(RULES)
    assert "other rules" not in run(store, *own, "--again").stderr + run(store, *own).stderr
    rules.write_text(RULES.replace("^Own/", "^Our own/"))  # as many rules as before
    assert run(store, *own).stderr.startswith("Note: 6 scans were judged by other rules or policies; add --again")


def test_a_store_without_a_scan_has_no_progress(tmp_path: Path) -> None:
    with Store.open(tmp_path / "new.db") as new, pytest.raises(StoreError, match="has no scans yet"):
        run(new)


def test_reports_say_how_many_of_those_that_remain_they_do_not_show(store: Store, tmp_path: Path) -> None:
    """As where a site is scanned in parts: the latest scan knows nothing of the others."""

    def shown(*words: str) -> str:
        done = CliRunner().invoke(camscan, [*words, "--db", str(store.file), "-q"], catch_exceptions=False)
        return done.stdout

    run(store)
    night(store, 4, {}, site="branch")
    page = ("devices", "--each-site", "--format", "html")
    assert "known from earlier" not in shown(*page), "the register does not hold the latest scan yet"
    assert {one["site"]: one["remaining"] for one in document(store)["sites"]} == {"hq": 3, "branch": 1, "empty": 0}
    assert "1 remains (1 not seen since this scan began); " in shown(
        "report", "--site", "branch", "--format", "markdown"
    )
    assert ", 1 more known from earlier scans</h1>" in shown(*page)
    file = tmp_path / "estate.xlsx"
    shown("devices", "--each-site", "-o", str(file))
    heads, *rows = read(file.read_bytes())["Sites"]
    [column] = [letter for letter, head in heads.items() if head == "Not seen"]
    assert {row["A"]: row.get(column) for row in rows} == {"hq": 0, "branch": 1, "empty": None, "All": 1}
    night(store, 4, {"10.0.0.7": 7}, site=None)
    night(store, 5, {}, site=None)
    run(store)
    assert ", 2 more known from earlier scans</h1>" in shown(*page), "those without a site are in parts as well"
    ahead = night(store, 36_500, {"10.0.0.1": 9}, site="branch")
    run(store)
    assert "not seen" not in shown("report", "--scan", ahead.id, "--format", "markdown"), "its clock was ahead"


def test_that_a_device_which_has_moved_counts_at_two_sites_is_said(store: Store) -> None:
    assert "another site" not in run(store).stderr
    night(store, 4, {"10.0.0.1": 9, "10.0.0.2": 2}, site="branch")
    assert "Note: 1 device that remains showed a serial or MAC that was seen later at another site" in run(store).stderr
    assert "another site" in run(store, "--site", "hq", "--policy", "uk-nil").stderr
    assert "another site" not in run(store, "--site", "branch").stderr
    CliRunner().invoke(state, [serial(2), "exempt", "--why", "x", "--site", "hq", "--db", str(store.file)])
    assert "another site" not in run(store).stderr
