import os
from collections.abc import Callable
from pathlib import Path

import pytest

from camscan.errors import RuleError
from camscan.identify.load import load
from camscan.rulefiles.folder import fingerprints_folder

Write = Callable[..., Path]


def rule(name: str, pattern: str = "^x$", maker: str = "Hikvision") -> str:
    return (
        f"  - {{id: {name}, maker: {maker}, field: http.server, pattern: '{pattern}', level: likely, "
        "examples: [x], source: x, confirmed: 2026-10}\n"
    )


def brand(name: str, maker: str) -> str:
    return f"  - {{name: {name}, edges: [{{maker: {maker}, scope: full, sure: H, source: x}}]}}\n"


def test_a_folder_of_rules_and_brands(write: Write) -> None:
    folder = write("rules:\n" + rule("a") + rule("b"), "brands:\n" + brand("HiLook", "Hikvision"))
    library = load([folder], strict=True)
    assert [item.where for item in library.rules] == [
        f"{folder}/makers/hikvision.yaml:2: a",
        f"{folder}/makers/hikvision.yaml:3: b",
    ]
    assert [item.where for item in library.brands] == [f"{folder}/brands/all.yaml:2: HiLook"]
    assert library.vocabulary.makers == ("Hikvision", "Dahua", "Honeywell", "TP-Link")
    assert library.warnings == ()


def test_a_later_folder_adds_and_overrides(write: Write) -> None:
    first = write("rules:\n" + rule("a") + rule("b"), "brands:\n" + brand("Annke", "Hikvision"))
    second = write(
        "rules:\n" + rule("b", "^y$", "Axis") + rule("c"),
        "brands:\n" + brand("ANNKE", "Dahua"),
        "makers: [Axis]\n",
        "own",
    )
    library = load([first, second], strict=True)
    assert [(item.id, item.maker, next(item.matches).pattern) for item in library.rules] == [
        ("a", "Hikvision", "^x$"),
        ("b", "Axis", "^y$"),
        ("c", "Hikvision", "^x$"),
    ]
    assert [(item.name, item.edges[0].maker) for item in library.brands] == [("ANNKE", "Dahua")]
    assert library.vocabulary.makers[-1] == "Axis"
    assert library.overridden == (f"{second}/makers/hikvision.yaml:2: b overrides {first}/makers/hikvision.yaml:3: b",)


def test_a_broken_file_costs_nobody_elses_rules(write: Write) -> None:
    folder = write("rules:\n" + rule("a") + rule("b", "(x"), "brands: [")
    (folder / "makers" / "dahua.yaml").write_text("rules:\n" + rule("c"))
    (folder / "makers" / "unreadable.yaml").mkdir()
    library = load([folder])
    assert [item.id for item in library.rules] == ["c", "a"]
    pattern, unreadable, brands = library.warnings
    assert unreadable.startswith(f"{folder}/makers/unreadable.yaml:1: cannot be read: ")
    assert brands.startswith(f"{folder}/brands/all.yaml:2: not YAML: ")
    assert pattern.startswith(f"{folder}/makers/hikvision.yaml:3: b: the pattern is not RE2: missing ): (x: ")


def test_a_pipe_is_not_waited_for(write: Write) -> None:
    folder = write("rules:\n" + rule("a"))
    os.mkfifo(folder / "makers" / "pipe.yaml")
    library = load([folder])
    assert [item.id for item in library.rules] == ["a"]
    assert library.warnings[0].startswith(f"{folder}/makers/pipe.yaml:1: cannot be read: it is no file")


def test_a_file_with_the_short_suffix_is_read(write: Write) -> None:
    folder = write("rules:\n" + rule("a"))
    (folder / "makers" / "dahua.yml").write_text("rules:\n" + rule("b"))
    assert [item.id for item in load([folder], strict=True).rules] == ["b", "a"]


def test_a_file_where_none_is_read_is_told(write: Write) -> None:
    folder = write("rules:\n" + rule("a"))
    (folder / "own.yaml").write_text("rules:\n" + rule("b"))
    (folder / ".own.yaml").write_text("not ours")
    (folder / "makers" / "more").mkdir()
    (folder / "makers" / "more" / "own.yml").write_text("rules:\n" + rule("b"))
    (folder / "policies").mkdir()
    (folder / "policies" / "own.yaml").write_text("")
    assert load([folder]).warnings == (
        f"{folder}/own.yaml:1: is not read: move it into makers/ or brands/",
        f"{folder}/makers/more/own.yml:1: is not read: move it into makers/ or brands/",
    )


def test_strict_names_every_fault(write: Write) -> None:
    folder = write("rules:\n" + rule("a", "(x") + rule("b", "(y"))
    with pytest.raises(RuleError) as caught:
        load([folder], strict=True)
    assert [line.partition(": the")[0] for line in str(caught.value).splitlines()] == [
        f"{folder}/makers/hikvision.yaml:2: a",
        f"{folder}/makers/hikvision.yaml:3: b",
    ]


def test_an_id_or_brand_written_twice_in_one_folder(write: Write) -> None:
    folder = write(
        "rules:\n" + rule("a") + rule("a", "^y$"), "brands:\n" + brand("Annke", "Dahua") + brand("AN-NKE", "Dahua")
    )
    library = load([folder])
    assert [next(item.matches).pattern for item in library.rules] == ["^x$"]
    rules, brands = folder / "makers" / "hikvision.yaml", folder / "brands" / "all.yaml"
    assert library.warnings == (
        f"{rules}:3: a: already written in {rules}:2: keep one, or join the two",
        f"{brands}:3: AN-NKE: already written in {brands}:2: keep one, or join the two",
    )


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="nowhere: no such folder: give one that contains makers/"):
        load([tmp_path / "nowhere"])


def test_an_empty_folder_is_an_empty_library(tmp_path: Path) -> None:
    library = load([tmp_path], strict=True)
    assert (library.rules, library.brands, library.identify([])) == ((), (), ())


def test_names_are_looked_up_without_parsing_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules are most of the files; who holds a list of makes against devices needs none of them."""
    whole = load([fingerprints_folder()])
    brands = whole.brands
    by_all = [whole.labels.find(brand.name) for brand in brands]
    monkeypatch.setattr("camscan.identify.contents.read_rules", lambda *_, **__: pytest.fail("rules were parsed"))
    labels = load([fingerprints_folder()]).labels
    assert [labels.find(brand.name) for brand in brands] == by_all
    assert None not in by_all
    assert labels.find(whole.vocabulary.makers[0]) == whole.labels.find(whole.vocabulary.makers[0])


def test_examples_are_kept_where_they_are_asked_for_and_read_in_any_case(write: Write) -> None:
    folder = write("rules:\n" + rule("a") + rule("b").replace("[x]", "[{fields: {http.servr: x}}]"))
    whole, bare = load([folder]), load([folder], examples=False)
    assert [len(item.examples) for item in whole.rules] == [1]
    assert [(item.id, item.examples) for item in bare.rules] == [("a", ())]
    assert whole.warnings == bare.warnings != ()
    assert whole.digest == bare.digest
