"""`camscan doctor`: what this host can do, what it cannot, and what to do about it."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import NoReturn

import pytest
from support.command import camscan
from support.namespaces import Namespace, cable
from support.schemas import validator

from camscan.app.judging import criteria
from camscan.app.scanning.discovering import cut_off
from camscan.net.kernel.interfaces import Interface
from camscan.rulefiles.folder import fingerprints_folder


def test_the_doctor_looks_at_everything(capsys: pytest.CaptureFixture[str]) -> None:
    done = camscan(capsys, "doctor")
    assert done.returncode == 0, done.stdout
    assert "fingerprints" in done.stdout


def test_the_doctor_says_whether_what_port_sweeps_need_is_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert re.search(
        r"^ok   numpy \d\S*: what ports are swept with is there", camscan(capsys, "doctor").stdout, re.MULTILINE
    )
    monkeypatch.setitem(sys.modules, "numpy", None)
    done = camscan(capsys, "doctor")
    assert done.returncode == 1
    assert (
        "\nbad  numpy cannot be loaded, so `camscan ports` and `--sweep syn` fail: reinstall camscan (" in done.stdout
    )


def test_the_doctor_as_json_says_what_each_finding_is_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "no.db").write_text("no store")
    lines = camscan(capsys, "doctor", "--db", str(tmp_path / "no.db"))
    done = camscan(capsys, "doctor", "--db", str(tmp_path / "no.db"), "--format", "json")
    document = json.loads(done.stdout)
    validator("camscan-doctor-1").validate(document)
    assert lines.returncode == done.returncode == 1
    assert [f"{one['grade']:<5}{one['text']}" for one in document["findings"]] == lines.stdout.splitlines()
    assert [one["about"] for one in document["findings"] if one["grade"] == "bad"] == ["store"]
    document["findings"][0]["grade"] = "fine"
    assert not validator("camscan-doctor-1").is_valid(document)


def test_the_doctor_names_a_library_that_is_not_installed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camscan.cli.doctor._PACKAGES", ("lxml", "no-such-library"))
    done = camscan(capsys, "doctor")
    assert done.returncode == 1
    assert "\nbad  not installed: no-such-library (reinstall camscan)\n" in done.stdout


def test_the_doctor_names_a_rule_that_is_left_out_as_often_as_it_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("vocabulary.yaml", "brands/dahua.yaml"):
        copy = tmp_path / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes((fingerprints_folder() / name).read_bytes())
    (tmp_path / "makers").mkdir()
    (tmp_path / "makers" / "x.yaml").write_text("maker: Dahua\nrules: [{id: x}]\n")
    monkeypatch.setattr(criteria, "fingerprints_folder", lambda: tmp_path)
    monkeypatch.setattr(criteria, "chosen_policies", lambda _: ())
    first, again = camscan(capsys, "doctor"), camscan(capsys, "doctor")  # which reads what the first has kept
    assert (first.returncode, first.stderr) == (1, "")
    assert f"\nbad  left out: {tmp_path}/makers/x.yaml:2: " in first.stdout
    assert first == again


def test_what_the_doctor_may_not_look_at_keeps_nothing_else_from_being_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed() -> NoReturn:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))

    monkeypatch.setattr("ifaddr.get_adapters", closed)  # as under a unit's RestrictAddressFamilies
    done = camscan(capsys, "doctor")
    assert done.returncode == 1
    assert "\nbad  cannot list the network interfaces: Address family not supported by protocol: try" in done.stdout
    assert "\nok   SQLite " in done.stdout


@pytest.mark.netns
def test_the_doctor_knows_that_a_host_without_ipv4_can_multicast(
    capsys: pytest.CaptureFixture[str], new_namespace: Callable[[], Namespace]
) -> None:
    here, there = new_namespace(), new_namespace()
    with here.inside():
        assert "\nnote no interface supports multicast: " in camscan(capsys, "doctor").stdout
    cable(here, there, "v0", ("fd66::1/64", "fd66::2/64"))
    with here.inside():
        assert re.search(r"\nok   v0: fe80::\S+ in fe80::/64, multicast possible\n", camscan(capsys, "doctor").stdout)


def test_on_a_containers_bridge_one_is_told_that_multicast_ends_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camscan.net.kernel.bridges._driver", lambda _: "veth")
    monkeypatch.setattr("camscan.net.kernel.bridges._CONTAINER", (tmp_path,))
    there = Interface("eth0", 7, "172.17.0.2", ip_network("172.17.0.0/16"), loopback=False, multicast=True)
    for room in ("interfaces", "bridges"):
        monkeypatch.setattr(f"camscan.net.kernel.{room}.interfaces", lambda: (there,))
    done = camscan(capsys, "doctor")
    assert done.returncode == 0, "it works, with a limit"
    assert "note eth0: on a container's bridge, which multicast does not leave: run the container on" in done.stdout
    [note] = cut_off(())
    assert note.startswith("eth0 is on a container's bridge, which multicast does not leave: run the container on its")
    assert list(cut_off(("eth1",))) == []
