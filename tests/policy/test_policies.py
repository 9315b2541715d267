"""Policies are read whole, and what is wrong with one is said with file, line and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from camscan.errors import RuleError
from camscan.policy import Entity, Policy, check, files_in, load
from camscan.rulefiles.folder import fingerprints_folder

OWN = "or name the folder of your own vocabulary with --fingerprints"


def test_whole_policy(library: Path) -> None:
    assert load([library], ["uk-nil"]) == (
        Policy(
            id="uk-nil",
            title="Removal from sensitive sites",
            jurisdiction="UK",
            citation="HCWS386",
            url="https://questions-statements.parliament.uk/written-statements/detail/2022-11-24/hcws386",
            since=date(2022, 11, 24),
            entities=(
                Entity("Hikvision Co", ("Hikvision",)),
                Entity("Dahua Co", ("Dahua",), date(2022, 12, 1), "letter"),
            ),
        ),
    )


def test_chosen_order_is_kept_and_each_comes_once(library: Path) -> None:
    chosen = load([library], ["us-ndaa-889", "uk-nil", "us-ndaa-889"])
    assert [policy.id for policy in chosen] == ["us-ndaa-889", "uk-nil"]


def test_none_chosen_means_all(library: Path) -> None:
    assert [policy.id for policy in load([library])] == ["uk-nil", "us-ndaa-889"]
    assert load([]) == ()


def test_what_stays_as_it_is_is_read_once_and_a_change_of_the_same_length_is_seen(library: Path) -> None:
    """A sweep asks for its policies at each site."""
    file = library / "policies" / "uk-nil.yaml"
    (before,), (again,) = load([library], ["uk-nil"]), load([library], ["uk-nil"])
    assert again is before
    file.write_text(file.read_text().replace("title: Removal", "title: Absence"))
    assert load([library], ["uk-nil"])[0].title == "Absence from sensitive sites"
    vocabulary = library / "vocabulary.yaml"
    vocabulary.write_text(vocabulary.read_text().replace("Dahua", "Other"))
    with pytest.raises(RuleError, match="unknown maker 'Dahua'"):
        load([library], ["uk-nil"])


def test_later_folder_counts(library: Path, tmp_path: Path) -> None:
    own = tmp_path / "own" / "policies"
    own.mkdir(parents=True)
    text = (library / "policies" / "uk-nil.yaml").read_text()
    (own / "uk-nil.yaml").write_text(text.replace("title: Removal", "title: Our own removal"))
    titles = [policy.title for policy in load([library, own.parent])]
    assert titles == ["Our own removal from sensitive sites", "Section 889"]


def test_the_last_folder_counts_also_where_one_between_has_the_id_in_another_file(
    library: Path, tmp_path: Path
) -> None:
    text, folders = (library / "policies" / "uk-nil.yaml").read_text(), [library]
    for folder, name in (("second", "ours"), ("third", "uk-nil")):
        (own := tmp_path / folder / "policies").mkdir(parents=True)
        (own / f"{name}.yaml").write_text(text.replace("title: Removal", f"title: The {folder} removal"))
        folders.append(own.parent)
    assert load(folders)[0].title == "The third removal from sensitive sites"


@pytest.mark.parametrize("name", ["mine.yaml", "mine.yml", "some/mine.yml"])
def test_a_file_of_ones_own_is_named_by_its_path(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("some").mkdir()
    Path(name).write_text((library / "policies" / "uk-nil.yaml").read_text())
    assert [policy.id for policy in load([library], [name])] == ["uk-nil"]
    assert [file.name for file in files_in(Path(name).parent)] == [Path(name).name]


def test_where_no_vocabulary_is_any_maker_may_be_named(library: Path, tmp_path: Path) -> None:
    assert check(library / "policies" / "uk-nil.yaml", [tmp_path]) == []


@pytest.mark.parametrize("names", [(), ("uk-nil", "ours")])
def test_of_two_files_with_one_id_the_later_counts_whatever_they_are_called(
    library: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    own = tmp_path / "own" / "policies"
    own.mkdir(parents=True)
    text = (library / "policies" / "uk-nil.yaml").read_text().replace("title: Removal", "title: Our own removal")
    (own / "ours.yaml").write_text(text)
    found = load([library, own.parent], [str(own / f"{name}.yaml") if name == "ours" else name for name in names])
    assert [policy.title for policy in found if policy.id == "uk-nil"] == ["Our own removal from sensitive sites"]


def test_file_of_the_users_own(library: Path, tmp_path: Path) -> None:
    own = tmp_path / "ours.yaml"
    own.write_text((library / "policies" / "uk-nil.yaml").read_text().replace("uk-nil", "ours"))
    assert [policy.id for policy in load([library], [str(own), "uk-nil"])] == ["ours", "uk-nil"]


def test_unknown_policy(library: Path) -> None:
    with pytest.raises(RuleError) as error:
        load([library], ["uk-nill"])
    assert str(error.value) == (
        "unknown policy 'uk-nill': choose from uk-nil, us-ndaa-889, or give the path of your own .yaml file"
    )


def test_missing_file(library: Path) -> None:
    with pytest.raises(RuleError, match=r"^/nowhere/ours\.yaml: No such file or directory: check the path$"):
        load([library], ["/nowhere/ours.yaml"])


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("citation: HCWS386\n", "", 1, "no text under `citation`: write `citation: ...`"),
        ("since: 2022-11-24", "since: last year", 6, "`since` is 'last year': write it like 2026-11-30"),
        ("since: 2022-12-01,", "started: 2022-12-01,", 9, "Dahua Co: unknown key 'started': see the grammar"),
        ("since: 2022-11-24", "since: 2022-11-31", 6, "`since` is '2022-11-31': write a date of the calendar"),
        ("since: 2022-11-24\n", "", 1, "no text under `since`: write `since: 2026-11-30`"),
        ("title: Removal from sensitive sites", "title: ''", 2, "no text under `title`: write `title: ...`"),
        ("title: Removal from sensitive sites", "title:", 2, "no text under `title`: write"),
        ("title: Removal from sensitive sites", "title: [a]", 2, "no text under `title`: write"),
        ("id: uk-nil", "id: UK NIL", 1, "`id` is 'UK NIL': write it like uk-nil"),
        ("url: https:", "url: ftp:", 5, "`url` is 'ftp://questions"),
        ("[Hikvision]}", "Hikvision}", 8, "Hikvision Co: `makers` is not a list: write `makers: [...]`"),
        ("[Hikvision]}", "['']}", 8, "Hikvision Co: no maker: write `makers: [...]` with at least one"),
        ("[Hikvision]}", "[[Hikvision]]}", 8, "Hikvision Co: a value under `makers` is not text: write one text"),
        (
            "[Hikvision]}",
            "[Hikvision], kinds: [phone]}",
            8,
            "Hikvision Co: a kind is 'phone': write one of camera, rec",
        ),
        ("[Hikvision]}", "[Hikvision], kinds: camera}", 8, "Hikvision Co: `kinds` is not a list: write"),
        ("[Hikvision]}", "[Hikvision], kinds: }", 8, "Hikvision Co: no kind: write `kinds: [...]` with at least one"),
        ("[Hikvision]}", "[Hikvision], kinds: []}", 8, "Hikvision Co: no kind: write `kinds: [...]` with at least one"),
        (
            "  - {name: Hikvision Co, makers: [Hikvision]}",
            "  - Hikvision",
            7,
            "item 1 of `entities`: not a mapping: write `key: value` lines",
        ),
        ("{name: Dahua Co, ", "{", 9, "item 2 of `entities`: no text under `name`: write `name: ...`"),
        (
            "entities:",
            "directions: [{applies: all, text: a, citation: b, url: 'http://c'}]\nentities:",
            7,
            "all: `applies` is 'all': write one of sensitive, core",
        ),
        ("[Hikvision]}", "[hikvision]}", 8, "unknown maker 'hikvision': write 'Hikvision'"),
        ("[Hikvision]}", "[Huawei]}", 8, "unknown maker 'Huawei': take one of the makers in vocabulary.yaml"),
        ("title: Removal", "id: two\ntitle: Removal", 2, "'id' is given twice: keep one"),
        ("title: Removal", "title: &a Removal\nurl: *a\nx: ", 2, "an anchor or alias: write the value out"),
        ("title: Removal", "title: [", 3, "not YAML: "),
    ],
)
def test_fault_is_named_by_line(library: Path, old: str, new: str, line: int, fault: str) -> None:
    file = library / "policies" / "uk-nil.yaml"
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(RuleError) as error:
        load([library], ["uk-nil"])
    assert str(error.value).startswith(f"{file}:{line}: {fault}")


def test_all_faults_are_named_at_once(library: Path) -> None:
    file = library / "policies" / "uk-nil.yaml"
    file.write_text(file.read_text().replace("[Hikvision]", "[Hik]").replace("[Dahua]", "[Dahuaa]"))
    with pytest.raises(RuleError) as error:
        load([library])
    assert str(error.value).splitlines() == [
        f"{file}:8: unknown maker 'Hik': take one of the makers in vocabulary.yaml, {OWN}",
        f"{file}:9: unknown maker 'Dahuaa': write 'Dahua' if that is meant, {OWN}",
    ]


def test_where_all_entities_are_faulty_they_are_not_called_missing(library: Path) -> None:
    file = library / "policies" / "uk-nil.yaml"
    text = file.read_text().split("  - {name: Dahua")[0]
    file.write_text(text.replace("[Hikvision]}", "[Hikvision], since: 2022-13-01}"))
    [fault] = check(file, [library])
    assert fault == f"{file}:8: Hikvision Co: `since` is '2022-13-01': write a date of the calendar"


@pytest.mark.parametrize("text", ["", "- 1\n", "just text", "null"])
def test_file_that_is_no_policy(library: Path, text: str) -> None:
    file = library / "policies" / "uk-nil.yaml"
    file.write_text(text)
    with pytest.raises(
        RuleError,
        match=r"uk-nil\.yaml:1: not a mapping: write `key: value` lines$",
    ):
        load([library], ["uk-nil"])


def test_built_in_policies() -> None:
    policies = load([fingerprints_folder()])
    assert [policy.id for policy in policies] == ["uk-nil", "us-fcc-covered", "us-ndaa-889"]
    for policy in policies:
        assert {"Hikvision", "Dahua"} <= {maker for entity in policy.entities for maker in entity.makers}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: uk-nil", "id: UK NIL", "ours.yaml:1: `id` is "),
        ("url: https:", "url: ftp:", "ours.yaml:5: `url` is "),
        ("name: Dahua Co", "name: Hikvision Co", "ours.yaml:9: a second 'Hikvision Co': put its makers together"),
    ],
)
def test_what_would_be_shown_wrongly_is_a_fault(library: Path, tmp_path: Path, old: str, new: str, said: str) -> None:
    own = tmp_path / "ours.yaml"
    own.write_text((library / "policies" / "uk-nil.yaml").read_text().replace(old, new))
    [fault] = check(own, [library])
    assert said in fault
    with pytest.raises(RuleError, match=r"ours\.yaml"):
        load([library], [str(own)])


def test_a_list_without_entities_is_a_fault(library: Path, tmp_path: Path) -> None:
    own = tmp_path / "ours.yaml"
    own.write_text((library / "policies" / "uk-nil.yaml").read_text().split("  - {name")[0].replace("s:\n", "s: []\n"))
    assert check(own, [library]) == [f"{own}:7: no entity: write `entities:`, and below it a list"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[Hikvision]}", "Hikvision}"),
        ("[Hikvision]}", "[[Hikvision]]}"),
        ("[Hikvision]}", "[Hikvision], kinds: camera}"),
        ("entities:\n", "entities: Hikvision\nx: \n"),
    ],
)
def test_one_mistake_is_one_fault(library: Path, tmp_path: Path, old: str, new: str) -> None:
    own = tmp_path / "ours.yaml"
    text = (library / "policies" / "uk-nil.yaml").read_text().replace(old, new)
    own.write_text(text if "x:" not in new else text[: text.index("x:")])
    assert len(check(own, [library])) == 1


def test_every_policy_that_comes_with_camscan_is_without_fault() -> None:
    folder = fingerprints_folder()
    files = files_in(folder / "policies")
    assert len(files) >= 3
    assert [fault for file in files for fault in check(file, [folder])] == []


def test_rules_of_ones_own_need_no_policies_beside_them(library: Path, tmp_path: Path) -> None:
    own = tmp_path / "my-rules"
    own.mkdir()
    (own / "vocabulary.yaml").write_text("makers: [Northlight]\n")
    assert [policy.id for policy in load([library, own])] == [policy.id for policy in load([library])]
