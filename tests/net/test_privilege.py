from __future__ import annotations

from pathlib import Path

import pytest

from camscan.net.privilege import has_net_raw


@pytest.mark.parametrize(("effective", "has"), [("0000000000002000", True), ("000001ffffffffff", True), ("0", False)])
def test_the_effective_set_counts(tmp_path: Path, effective: str, *, has: bool) -> None:
    status = tmp_path / "status"
    status.write_text(f"Name:\tpython\nCapPrm:\t0000000000002000\nCapEff:\t{effective}\nCapBnd:\t0000000000002000\n")
    assert has_net_raw(status) is has
