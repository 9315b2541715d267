from __future__ import annotations

from camscan.text import folding


def test_long_texts_are_not_kept() -> None:
    """Of a hostile list, 4,096 cells of 64 KB would be half a gigabyte."""
    folding.compact("Serial No.")
    kept = folding._compact.cache_info().currsize
    assert folding.compact("Serial No." + "-" * 1_000) == folding.compact("serial no") == "serialno"
    assert folding._compact.cache_info().currsize <= kept + 1
