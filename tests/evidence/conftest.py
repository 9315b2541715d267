"""What the tests of evidence share."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.stamps import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder: Path = tmp_path_factory.mktemp("tsa")
    return Authority(folder)
