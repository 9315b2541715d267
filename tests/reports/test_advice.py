from __future__ import annotations

from camscan.records import Device, Identification, Judged, Level, Verdict
from camscan.reports.advice import advice
from camscan.summaries import Listing

ENTITY = Listing("p", "Maker & Sons Ltd.", "2020-01-01")


def suspected(**parts: object) -> Judged:
    return Judged(Device("10.0.0.5", (), **parts), Verdict.SUSPECTED, (ENTITY,))  # type: ignore[arg-type]


def test_a_hint_names_maker_brand_entity_and_mac() -> None:
    assert advice(suspected(maker="Maker", brand="Label", level=Level.HINT, mac="00:11:22:33:44:55")) == (
        "Look at the label for the name Maker or Label or Maker & Sons Ltd., and note model and serial number"
        " (the label should show 00:11:22:33:44:55). Only hints speak for it: each of them is shared by devices of"
        " other makers."
    )


def test_rivals_are_named() -> None:
    rule = Identification("r", Level.LIKELY, "Rival", None, {}, ())
    text = advice(suspected(maker="Maker", level=Level.LIKELY, identifications=(rule,)))
    assert text.startswith("Look at the label for the name Maker or Rival or Maker & Sons Ltd., and note")
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
