"""Whether a host is on a bridge that multicast does not leave."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from pathlib import Path

import pytest
from support.namespaces import Namespace, cable

import camscan.net.kernel.bridges as module
from camscan.net.kernel.bridges import bridge, bridged
from camscan.net.kernel.interfaces import Interface


@pytest.mark.netns
def test_a_containers_own_network_is_told_from_its_hosts(
    new_namespace: Callable[[], Namespace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = new_namespace(), new_namespace()
    cable(here, there, "eth0", ("172.17.0.2/16", "172.17.0.1/16"))
    here.ip("link add link eth0 name lan0 type macvlan mode bridge")
    here.ip("addr add 10.66.0.9/24 dev lan0")
    here.ip("link set lan0 up")
    here.ip("link add veth7 type veth peer name cali7")  # another container's, seen from its host
    here.ip("addr add 169.254.1.1/32 dev veth7")
    here.ip("link set veth7 up")
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setattr(module, "_CONTAINER", (tmp_path / ".dockerenv",))
    with here.inside():
        assert bridged() == ()
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
        assert bridged() == ("eth0",)
        monkeypatch.delenv("KUBERNETES_SERVICE_HOST")
        (tmp_path / ".dockerenv").touch()
        assert bridged() == ("eth0",)


@pytest.mark.parametrize(
    ("told", "beside"), [("echo nat", True), ("echo virtioproxy", True), ("echo mirrored", False), ("exit 1", False)]
)
def test_the_network_of_wsl_behind_windows_is_told_from_one_that_windows_shares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str, beside: bool
) -> None:
    """Else a scan of the connected networks would ask nobody but Windows, and say that none was found."""
    there = Interface("eth0", 7, "172.31.0.9", ipaddress.ip_network("172.31.0.0/20"), loopback=False, multicast=True)
    monkeypatch.setattr(module, "interfaces", lambda: (there,))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setattr(module, "_CONTAINER", ())
    monkeypatch.setattr(module, "_WSLINFO", tmp_path / "wslinfo")
    assert (bridge(), bridged()) == (None, ())
    (tmp_path / "wslinfo").write_text(f'#!/bin/sh\n[ "$1" = --networking-mode ] || exit 2\n{told}\n')
    (tmp_path / "wslinfo").chmod(0o755)
    assert bridged() == (("eth0",) if beside else ())
    assert getattr(bridge(), "name", None) == ("WSL's own network" if beside else None)


def test_a_driver_that_is_not_told_is_none() -> None:
    assert module._driver("nope0") == ""
