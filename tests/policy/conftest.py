"""A small fingerprint library with policies of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

VOCABULARY = """
fields: [http.server]
makers: [Hikvision, Dahua, Axis, Hanwha Vision]
"""

UK = """\
id: uk-nil
title: Removal from sensitive sites
jurisdiction: UK
citation: HCWS386
url: https://questions-statements.parliament.uk/written-statements/detail/2022-11-24/hcws386
since: 2022-11-24
entities:
  - {name: Hikvision Co, makers: [Hikvision]}
  - {name: Dahua Co, makers: [Dahua], since: 2022-12-01, citation: letter}
"""

US = """\
id: us-ndaa-889
title: Section 889
jurisdiction: US
citation: Pub. L. 115-232
url: https://www.congress.gov/bill/115th-congress/house-bill/5515
since: '2018-08-13'
entities:
  - name: Hikvision Digital
    makers: [Hikvision]
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The folder of that library."""
    folder = tmp_path / "library"
    (folder / "policies").mkdir(parents=True)
    (folder / "vocabulary.yaml").write_text(VOCABULARY)
    (folder / "policies" / "uk-nil.yaml").write_text(UK)
    (folder / "policies" / "us-ndaa-889.yaml").write_text(US)
    return folder
