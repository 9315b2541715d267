from __future__ import annotations

from dataclasses import replace

import pytest

from camscan.records import NO_BYTES, Device, Evidence, Identification, Judged, Level, Report, Verdict
from camscan.reports.order import ranked
from camscan.reports.rows import Proof, Row, advice
from camscan.summaries import Listing

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def test_proofs_begin_with_the_strongest(report: Report) -> None:
    row = Row(0, ranked(report.devices)[1])
    assert row.proofs == [
        Proof(Level.CERTAIN, "sadp", 37020, "sadp.device_description", "IPC-B140H", ("hikvision-sadp",), (SHA,)),
        Proof(Level.LIKELY, "http", 80, "http.server", "App-webs/", ("hikvision-http-server",), (SHA,)),
    ]
    assert row.policies == ("uk-nil", "us-ndaa-889")
    assert row.label == "10.0.0.25: listed, IPC-B140H, HiLook, Hikvision"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("plain", ""), ("\x1b", "1b"), ("é\x00", "c3 a9 00"), ("\ud800", "ed a0 80"), ("\x00" * 49, "00 " * 48 + "…")],
)
def test_bytes_are_shown_where_text_does_not_do(value: str, shown: str) -> None:
    rule = Identification("r", Level.HINT, None, None, {}, (Evidence("http", None, "f", value, ""),))
    (proof,) = Row(0, Judged(Device("10.0.0.5", (), identifications=(rule,)), Verdict.SUSPECTED)).proofs
    assert (proof.hex, proof.where) == (shown, "http")
    assert replace(proof, port=80).where == "http 80"


def test_a_value_that_was_seen_often_is_one_proof() -> None:
    def rule(name: str, level: Level, *answers: str) -> Identification:
        seen = tuple(Evidence("http", 80, "http.server", "x", answer) for answer in answers)
        return Identification(name, level, None, None, {}, seen)

    rules = (rule("weak", Level.HINT, "a", "b"), rule("strong", Level.CERTAIN, "b", "c", "", NO_BYTES))
    row = Row(0, Judged(Device("10.0.0.5", (), identifications=rules), Verdict.SUSPECTED))
    assert row.proofs == [
        Proof(Level.CERTAIN, "http", 80, "http.server", "x", ("strong", "weak"), ("b", "c", "a")),
    ]


def _rule(name: str, level: Level, maker: str | None, brand: str | None = None, **said: str) -> Identification:
    return Identification(name, level, maker, brand, said, (Evidence("http", 80, f"http.{name}", name, name),))


BUILDER = _rule("builder", Level.CERTAIN, "Maker")
OWN = _rule("own", Level.CERTAIN, "Maker")
LABEL = _rule("label", Level.HINT, None, "Label")
MODEL = _rule("model", Level.LIKELY, "Maker", model="M1")
OTHER = _rule("other", Level.LIKELY, "Other")
HINTED = _rule("hinted", Level.HINT, "Third")


@pytest.mark.parametrize(
    ("device", "decisive"),
    [
        (Device("a", (), maker="Maker", brand="Label", model="M1"), {"builder", "label", "model"}),
        (Device("a", (), maker="Maker"), {"builder"}),
        (Device("a", (), maker="Maker", conflicts=("two makers",)), {"builder", "other"}),
        (Device("a", (), conflicts=("two makers",)), {"builder", "other", "hinted"}),
        (Device("a", (), maker="Nobody says so"), {"builder"}),
        (Device("a", ()), {"builder"}),
    ],
)
def test_what_decides_is_the_strongest_proof_of_each_claim(device: Device, decisive: set[str]) -> None:
    device = replace(device, identifications=(LABEL, HINTED, MODEL, BUILDER, OWN, OTHER))
    shown = Row(0, Judged(device, Verdict.LISTED)).shown(2)
    assert {proof.value for proof in shown.decisive} == decisive
    assert [proof.value for proof in shown.proofs][:2] == ["builder", "own"]
    assert {proof.value for proof in shown.proofs} == {"builder", "own"} | decisive
    assert shown.total == 6


def test_of_a_device_that_no_rule_names_nothing_decides() -> None:
    assert Row(0, Judged(Device("a", ()), Verdict.UNIDENTIFIED)).shown(2) == ((), frozenset(), 0)


ENTITIES = tuple(Listing("p", name, "2020-01-01") for name in ("Works of MAKER Ltd.", "Owner & Sons Ltd."))


def suspected(**parts: object) -> Judged:
    return Judged(Device("10.0.0.5", (), **parts), Verdict.SUSPECTED, ENTITIES)  # type: ignore[arg-type]


def test_a_hint_names_maker_brand_mac_and_an_entity_that_is_called_otherwise() -> None:
    assert advice(suspected(maker="Maker", brand="Label", level=Level.HINT, mac="00:11:22:33:44:55")) == (
        "Look at the label for the name Maker or Label or Owner & Sons Ltd., and note model and serial number"
        " (the label should show 00:11:22:33:44:55). Only hints speak for it: each of them is shared by devices of"
        " other makers."
    )


def test_rivals_are_named() -> None:
    rule = Identification("r", Level.LIKELY, "Rival", None, {}, ())
    text = advice(suspected(maker="Maker", level=Level.LIKELY, identifications=(rule,)))
    assert text.startswith("Look at the label for the name Maker or Rival or Owner & Sons Ltd., and note")
    assert text.endswith("The evidence names Maker and Rival.")


def test_a_conflict_comes_before_all() -> None:
    text = advice(suspected(maker="Maker", level=Level.HINT, conflicts=("claims 10.0.0.9",)))
    assert text.endswith("The evidence is in doubt: claims 10.0.0.9.")


def test_where_the_kind_is_not_known_it_is_to_be_found_out() -> None:
    text = advice(suspected(maker="Maker", level=Level.LIKELY))
    assert text.endswith("Its maker is known; whether it is surveillance equipment is not: look at what it is.")


def test_without_a_name_the_makers_is_sought() -> None:
    text = advice(Judged(Device("10.0.0.5", ()), Verdict.SUSPECTED))
    assert text.startswith("Look at the label for the maker's name, and note")
    assert text.endswith("alone is not enough.")


def test_a_sentence_holds_no_more_than_six_names() -> None:
    rules = tuple(Identification("r", Level.HINT, f"M{n}", None, {}, ()) for n in range(9))
    assert advice(suspected(identifications=rules, level=Level.HINT)).count(" or ") == 5
