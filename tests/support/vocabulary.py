"""The closed lists of the rules, as their file has them: read once, whoever looks words up in them."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from camscan.rulefiles.folder import fingerprints_folder

VOCABULARY: Mapping[str, list[str]] = yaml.load(
    (fingerprints_folder() / "vocabulary.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
"""List -> its words."""
