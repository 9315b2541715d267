"""The published schemas of what commands other than `scan` write, and the documents that they write."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator, ValidationError
from support.listed import LIST, store_scan
from support.nights import night
from support.schemas import FOLDER, schema, validator

from camscan.cli.policy import policy
from camscan.cli.reconcile import reconcile
from camscan.cli.sample import sample
from camscan.cli.scans import scans
from camscan.cli.state import state
from camscan.inventory.reconcile import Class
from camscan.inventory.synonyms import Field
from camscan.records import Origin, Scan
from camscan.store.store import Store
from camscan.summaries import State, Tag

RECONCILE, SAMPLE = "camscan-reconcile-1", "camscan-sample-1"
STATES, POLICIES = "camscan-states-1", "camscan-policies-1"


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("list") / "cameras.csv"
    path.write_text(LIST)
    return path


@pytest.fixture(scope="module")
def lines(cameras: Path) -> dict[str, str]:
    """Format -> what `camscan reconcile` writes."""
    db = cameras.with_name("camscan.db")
    store_scan(db)
    words = [str(cameras), "--db", str(db), "--quiet", "--format"]
    return {name: CliRunner().invoke(reconcile, [*words, name]).stdout for name in ("json", "jsonl")}


@pytest.fixture(scope="module")
def document(lines: dict[str, str]) -> Any:
    return json.loads(lines["json"])


def drawn(*words: str) -> Any:
    return json.loads(CliRunner().invoke(sample, [*words, "--seed", "7", "--format", "json", "--quiet"]).stdout)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_each_schema_is_one_and_is_called_like_its_file(path: Path) -> None:
    found = schema(path.stem)
    Draft202012Validator.check_schema(found)
    assert found["properties"]["schema"]["const"] == f"{'-'.join(path.stem.split('-')[:-1])}/{path.stem[-1]}"


def test_a_reconciliation_is_valid_as_a_whole_and_line_by_line(document: Any, lines: dict[str, str]) -> None:
    validator(RECONCILE).validate(document)
    assert {"matched", "undeclared", "not-found", "unusable"} <= {one["class"] for one in document["results"]}
    for line in lines["jsonl"].splitlines():
        validator(RECONCILE, "result").validate(json.loads(line))


def test_the_closed_lists_are_those_of_the_code() -> None:
    definitions = schema(RECONCILE)["$defs"]
    assert definitions["column"]["enum"] == [field.value for field in Field]
    assert definitions["result"]["properties"]["class"]["enum"] == [cls.value for cls in Class]
    assert definitions["summary"]["properties"]["classes"]["required"] == [cls.value for cls in Class]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "camscan-reconcile/2"),
        (("extra",), 1),
        (("inventory", "sheets", 0, "extra"), 1),
        (("inventory", "sheets", 0, "columns", "colour"), ["Colour"]),
        (("scans",), []),
        (("scans", 0, "started_at"), "yesterday"),
        (("summary", "classes", "lost"), 1),
        (("summary", "recall", "value"), 1.5),
        (("completeness", "estimates", 0, "refused"), None),
        (("results", 0, "class"), "found"),
        (("results", 0, "row"), None),
        (("results", 0, "device"), None),
        (("results", 0, "device", "verdict"), "guilty"),
        (("results", 0, "score"), 99),
        (("results", -1, "row"), {}),
        (("results", -1, "device"), None),
    ],
)
def test_what_breaks_the_contract_is_found(document: Any, path: tuple[str | int, ...], value: Any) -> None:
    broken = copy.deepcopy(document)
    place = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ValidationError):
        validator(RECONCILE).validate(broken)


def test_scans_are_valid(tmp_path: Path) -> None:
    with Store.open(tmp_path / "c.db") as store:
        night(store, 0, {"10.0.0.1": 1}, site=None)
        night(store, 1, {"10.0.0.1": 1})
        store.begin(
            Scan("5a", datetime(2026, 11, 26, tzinfo=UTC), ("site.xml",), (), settings={"origin": Origin.IMPORT})
        )
        found = json.loads(CliRunner().invoke(scans, ["--db", str(store.file), "--format", "json"]).stdout)
    killed = json.loads(CliRunner().invoke(scans, ["--db", str(store.file), "--format", "json"]).stdout)
    status = [{one["id"]: one["status"] for one in told["scans"]}["5a"] for told in (found, killed)]
    assert status == ["running", "interrupted"]
    validator("camscan-scans-1").validate(found)
    assert sorted(one["site"] or "" for one in found["scans"]) == ["", "", "hq"]
    assert {one["origin"] for one in found["scans"]} == {"scan", "import"}


def test_samples_of_addresses_and_of_rows_are_valid(cameras: Path) -> None:
    validator(SAMPLE).validate(drawn("10.0.0.0/24"))
    found = drawn("--inventory", str(cameras))
    validator(SAMPLE).validate(found)
    assert found["sample"][0]["row"]


@pytest.mark.parametrize("item", [{}, {"address": ""}, {"address": "10.0.0.1", "row_number": 1}, {"row_number": 1}])
def test_an_item_that_is_neither_is_found(item: dict[str, Any]) -> None:
    broken = {**drawn("10.0.0.1-20"), "sample": [item]}
    with pytest.raises(ValidationError):
        validator(SAMPLE).validate(broken)


@pytest.fixture
def said(tmp_path: Path) -> Any:
    """What `camscan state` tells of a device that is ticketed, and of one of which nothing was said."""
    with Store.open(tmp_path / "c.db") as store:
        night(store, 0, {"10.0.0.1": 1, "10.0.0.2": 2}, site=None)
        words = ["--db", str(store.file)]
        CliRunner().invoke(state, ["10.0.0.1", "ticketed", "--why", "CHG-1", "--who", "Ann", *words])
        found = [
            json.loads(CliRunner().invoke(state, ["list", *more, "--format", "json", *words]).stdout)
            for more in ((), ("--in", "found"))
        ]
    return {**found[0], "states": [one for part in found for one in part["states"]]}


def test_states_are_valid(said: Any) -> None:
    validator(STATES).validate(said)
    assert [(one["state"], one["who"], one["at"] is None) for one in said["states"]] == [
        ("ticketed", "Ann", False),
        ("found", None, True),
    ]
    allowed = schema(STATES)["$defs"]["said"]["properties"]["state"]["enum"]
    assert allowed == [one.value for one in State]


@pytest.mark.parametrize(("name", "value"), [("state", "gone"), ("who", ""), ("at", "yesterday"), ("proof", None)])
def test_a_state_that_breaks_the_contract_is_found(said: Any, name: str, value: Any) -> None:
    said["states"][0][name] = value
    with pytest.raises(ValidationError):
        validator(STATES).validate(said)
    said["states"][0] = {"extra": 1}
    with pytest.raises(ValidationError):
        validator(STATES).validate(said)


def policies() -> Any:
    return json.loads(CliRunner().invoke(policy, ["list", "--format", "json"]).stdout)


def test_policies_are_valid() -> None:
    found = policies()
    validator(POLICIES).validate(found)
    assert len(found["policies"]) == 3
    assert {one["applies"] for each in found["policies"] for one in each["directions"]} == {tag.value for tag in Tag}
    assert schema(POLICIES)["$defs"]["direction"]["properties"]["applies"]["enum"] == [tag.value for tag in Tag]


@pytest.mark.parametrize(("name", "value"), [("since", "soon"), ("entities", []), ("url", "file:///x"), ("extra", 1)])
def test_a_policy_that_breaks_the_contract_is_found(name: str, value: Any) -> None:
    found = policies()
    found["policies"][0][name] = value
    with pytest.raises(ValidationError):
        validator(POLICIES).validate(found)
