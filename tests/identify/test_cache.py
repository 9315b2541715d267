from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from camscan.identify import needs
from camscan.identify.cache import cached
from camscan.identify.library import Library
from camscan.identify.literals import required_literals
from camscan.identify.load import Keep, load
from camscan.identify.needs import is_wide
from camscan.identify.prefixes import required_prefixes
from camscan.identify.rules import Contents, Vocabulary, without_examples
from camscan.records import Observation, Outcome


class Parser:
    """Gives contents, and counts how often."""

    def __init__(self, contents: Contents) -> None:
        self.contents, self.calls = contents, 0

    def __call__(self) -> Contents:
        self.calls += 1
        return self.contents


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "rules.json"


@pytest.fixture
def parser(rules: Library) -> Parser:
    every = tuple(map(without_examples, rules.rules))
    return Parser(Contents(rules.vocabulary, every, rules.brands, ("a fault",), ("one overrides another",)))


def test_what_is_kept_is_read_back_as_it_was(file: Path, parser: Parser) -> None:
    assert cached(file, "basis", parser) == parser.contents == cached(file, "basis", parser)
    assert parser.calls == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [*file.parent.iterdir()] == [file]


def test_what_patterns_need_is_kept_with_them(file: Path, parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    cached(file, "basis", parser)
    kept = cached(file, "basis", parser)
    assert kept.needs
    patterns = {match.pattern for rule in kept.rules for match in rule.matches if not match.comparison}
    found = {pattern: (kept.needs.prefixes_of(pattern), kept.needs.literals_of(pattern)) for pattern in patterns}
    for pattern, (prefixes, literals) in found.items():
        assert prefixes == required_prefixes(pattern)
        assert prefixes or {text.decode() for text in literals} == required_literals(pattern, wide=is_wide(pattern))
    for name in ("required_prefixes", "required_literals"):
        monkeypatch.setattr(needs, name, None)  # who calls it fails
    library = Library(lambda: kept)
    fields = {"http.server": ("App-webs/",)}
    assert library.identify([Observation("192.0.2.1", "http", Outcome.ANSWERED, datetime.now(UTC), fields=fields)])


def test_it_is_parsed_again_where_rules_or_code_have_changed(file: Path, parser: Parser) -> None:
    for basis in ("one", "another", "another"):
        cached(file, basis, parser)
    assert parser.calls == 2


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def open_to_others(file: Path) -> None:
    file.chmod(0o620)


def turn_into_a_link(file: Path) -> None:
    file.symlink_to(file.rename(file.with_suffix(".old")))


def turn_into_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("change", [cut, flip, empty, open_to_others, turn_into_a_link, turn_into_a_folder])
def test_a_file_that_is_not_whole_or_may_be_another_users_counts_for_nothing(
    file: Path, change: Callable[[Path], None]
) -> None:
    parser = Parser(Contents(Vocabulary()))
    cached(file, "basis", parser)
    change(file)
    assert cached(file, "basis", parser) == parser.contents
    assert parser.calls == 2


def test_nothing_is_left_in_the_home_of_another_user(
    file: Path, parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: file.parent.parent.stat().st_uid + 1)
    cached(file, "basis", parser)
    assert not file.parent.exists()


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    parser = Parser(Contents(Vocabulary()))
    assert cached(tmp_path / "cache" / "rules.json", "basis", parser) == parser.contents


def test_a_library_reads_its_rules_back_until_one_changes(tmp_path: Path, file: Path) -> None:
    folder = tmp_path / "rules"
    (folder / "makers").mkdir(parents=True)
    (folder / "vocabulary.yaml").write_text("fields: [http.server]\nmakers: [Acme]\n")
    head = "id: acme, maker: Acme, level: likely, field: http.server, source: x, confirmed: 2026-01"
    rule = f"rules: [{{{head}, pattern: '%s', examples: [%s]}}]"
    (folder / "makers" / "acme.yaml").write_text(rule % ("^Acme", "Acme"))

    def patterns() -> list[str]:
        rules = load([folder], examples=False, keep=lambda _: file).rules
        return [match.pattern for rule in rules for match in rule.matches]

    assert patterns() == ["^Acme"]
    basis, *_, last = file.read_text().splitlines()
    assert json.loads(last)[0] == "acme"
    assert patterns() == ["^Acme"]
    assert file.read_text().startswith(basis)
    (folder / "makers" / "acme.yaml").write_text(rule % ("^Acme/", "Acme/1"))
    assert patterns() == ["^Acme/"]


def test_files_that_are_not_read_are_told_while_they_are_there(tmp_path: Path, file: Path) -> None:
    (folder := tmp_path / "rules" / "makers").mkdir(parents=True)
    beside, broken = folder.parent / "acme.yaml", folder / "acme.yaml"

    def told() -> list[str]:
        faults = load([folder.parent], examples=False, keep=lambda _: file).warnings
        return [fault.partition(":")[0].rpartition("/rules/")[2] for fault in faults]

    for place in (beside, broken):
        assert told() == []
        place.symlink_to("nowhere")
        assert told() == told() == [str(place.relative_to(folder.parent))]
        place.unlink()
    assert told() == []


@pytest.mark.parametrize("words", ["", "makers: [Other]\n"])
def test_beside_own_rules_those_that_come_first_are_kept_unless_own_words_may_change_them(
    tmp_path: Path, words: str
) -> None:
    first, own, kept = (tmp_path / name for name in ("first", "own", "kept"))
    head = "level: likely, field: http.server, source: x, confirmed: 2026-01"
    rule = f"  - {{id: %s, maker: %s, {head}, pattern: '%s', examples: [%s]}}\n"
    for folder, name, rules in (
        (first, "acme", (("a", "Acme", "^A", "A"), ("b", "Acme", "^B", "B"), ("o", "Other", "^O", "O"))),
        (own, "mine", (("b", "Acme", "^C", "C"), ("m", "Nobody", "^M", "M"))),
    ):
        (folder / "makers").mkdir(parents=True)
        (folder / "makers" / f"{name}.yaml").write_text("rules:\n" + "".join(rule % one for one in rules))
    (first / "vocabulary.yaml").write_text("fields: [http.server]\nmakers: [Acme]\n")
    if words:
        (own / "vocabulary.yaml").write_text(words)

    def keep(folders: Sequence[Path]) -> Path:
        return kept / "-".join(folder.name for folder in folders)

    def told(keep: Keep | None) -> list[object]:
        library = load([first, own], examples=False, keep=keep)
        return [library.rules, library.brands, library.vocabulary, library.warnings, library.overridden]

    for pattern in ("^C", "^D"):
        file = own / "makers" / "mine.yaml"
        file.write_text(file.read_text().replace("^C", pattern).replace("[C]", f"[{pattern[1]}]"))
        assert told(keep) == told(keep) == told(None)
        assert [path.name for path in kept.iterdir()] == ["first-own" if words else "first"]
        assert len(load([first, own], examples=False, keep=keep).rules) == (3 if words else 2)
