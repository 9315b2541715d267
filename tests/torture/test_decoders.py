"""Every decoder on mutated answers, and on each input that once brought it down."""

from __future__ import annotations

import re
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from support.mutate import CRASHES, DECODERS, attempt, judge, keep, seeds

COUNT = 8_000
SECONDS = 1.0
"""For one decoder; on a busy machine the slowest come to some hundreds."""
MEMORY = 64 * 1024
"""KiB by which the process may grow; what a decoder keeps for good would be more than that."""


def crashes() -> list[Path]:
    return sorted(CRASHES.glob("*/*.bin"))


@pytest.mark.parametrize("name", DECODERS)
def test_mutated_answers(name: str, figure: Callable[[str, object], None]) -> None:
    assert seeds(name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    trial = attempt(name, COUNT, SECONDS, seed=20261124)
    kept = keep(name, trial.crash) if trial.crash is not None else ""
    assert not trial.why, f"{kept}: {trial.why}"
    assert trial.tried >= 256  # as many as are tried between two looks at the clock
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY
    figure(f"decoder.{name}", trial.tried)


def test_a_machine_that_stands_still_as_it_begins_leaves_no_decoder_untried() -> None:
    assert attempt("arp", COUNT, 0.0, seed=1).tried == 256


@pytest.mark.parametrize("file", crashes(), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_no_old_crash_comes_back(file: Path) -> None:
    _, why = judge(DECODERS[file.parent.name], file.read_bytes())
    assert why == ""


def test_every_codec_with_a_decoder_is_tried() -> None:
    """A new codec joins the table in `support.mutate`."""
    codecs = Path(__file__).parents[2] / "camscan" / "codecs"
    of_bytes = re.compile(r"^def decode\(\w+: bytes[,)]", re.MULTILINE)
    names = {file.stem for file in codecs.glob("*.py") if of_bytes.search(file.read_text(encoding="utf-8"))}
    assert names - {"wsdiscovery"} <= {name.partition("-")[0] for name in DECODERS}  # which is there as "wsd"
