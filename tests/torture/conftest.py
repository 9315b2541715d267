"""What hostile devices and a host that fails are compared with."""

from __future__ import annotations

import fcntl
import json
import os

import pytest
from support.admitted import Told
from support.rig import neighbours, rig

from camscan.records import ScanStatus


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What is told of each of fifty honest devices where nothing fails and nobody misbehaves.

    It is scanned once for all processes that the tests are spread over.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    file = shared / "usual.json"
    with (shared / "usual.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            with rig(neighbours(), tmp_path_factory.mktemp("usual")) as site:
                result = site.scan("--rate", "4000")
            assert result.scan.status is ScanStatus.COMPLETE
            file.write_text(json.dumps({name: result.told(address) for name, address in site.places.items()}))
    told: Told = json.loads(file.read_text())
    return told
