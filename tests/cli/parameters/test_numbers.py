"""What is no number is refused with how to write it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from camscan.cli.main import camscan


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("progress --window 90d", "'90d' is not a whole number: write digits alone, without a unit"),
        ("progress --window 9.5", "'9.5' is not a whole number"),
        ("progress --window 0", "0 is not in the range 1<=x<=3650"),
        ("sample 127.0.0.1 --confidence 95%", "'95%' is not a number: write digits alone"),
        ("sample 127.0.0.1 --confidence nan", "'nan' is not a number"),
        ("sample 127.0.0.1 --confidence inf", "inf is not in the range"),
    ],
)
def test_a_number_is_written_without_a_unit(words: str, told: str) -> None:
    done = CliRunner().invoke(camscan, words.split())
    assert done.exit_code == 2
    assert told in done.stderr
