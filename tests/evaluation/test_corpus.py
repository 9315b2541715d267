from __future__ import annotations

import json
from pathlib import Path

import pytest

from camscan.errors import UsageError
from camscan.evaluation.corpus import Entry, Truth, entries_of, is_corpus, read

GOOD = {
    "id": "a",
    "channel": "http",
    "raw": "Server: x",
    "truth": {"vendor": "Axis", "brand": None, "model": " M ", "device_class": "camera", "is_target": False},
    "source": "somewhere",
}


def written(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_an_entry(tmp_path: Path) -> None:
    corpus = read(written(tmp_path, "a.json", [GOOD]))
    truth = Truth(vendor="Axis", model="M", device_class="camera")
    assert corpus.entries == (Entry("a", "http", "Server: x", truth, "somewhere"),)
    assert corpus.faults == ()


def test_a_folder_and_an_object_around_the_list(tmp_path: Path) -> None:
    written(tmp_path, "b.json", {"about": "x", "answers": [{**GOOD, "id": "b", "ambiguous": True}]})
    written(tmp_path, "a.json", [GOOD])
    written(tmp_path, "c.txt", "no")
    corpus = read(tmp_path)
    assert [(one.id, one.ambiguous) for one in corpus.entries] == [("a", False), ("b", True)]


def test_lines_of_json(tmp_path: Path) -> None:
    lines = "\r\n".join(json.dumps({**GOOD, "id": name, "note": "a\u2028b"}, ensure_ascii=False) for name in "ab")
    assert [one.id for one in read(written(tmp_path, "a.json", f"\ufeff{lines}\n\n")).entries] == ["a", "b"]
    assert [one.id for one in entries_of(lines).entries] == ["a", "b"]
    broken = read(written(tmp_path, "b.json", [GOOD]).parent).faults
    assert broken == (f"{tmp_path / 'b.json'}: entry 1: there is an answer 'a' already",)
    with pytest.raises(UsageError, match="not JSON: Extra data"):
        entries_of(f"{lines}\n7")


def test_ids_that_are_numbers_and_none(tmp_path: Path) -> None:
    items = [{**GOOD, "id": 0}, {**GOOD, "id": 1}, {**GOOD, "id": None}, {k: v for k, v in GOOD.items() if k != "id"}]
    path = written(tmp_path, "a.json", items)
    assert [one.id for one in read(path).entries] == ["0", "1", f"{path}: entry 3", f"{path}: entry 4"]


def test_an_answer_that_is_json_itself(tmp_path: Path) -> None:
    corpus = read(written(tmp_path, "a.json", [{**GOOD, "raw": {"method": "x"}}]))
    assert corpus.entries[0].raw == '{"method": "x"}'


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (7, "entry 2: not an object"),
        ("x", "entry 2: a text instead of an object"),
        ({**GOOD, "raw": ""}, "entry 2: raw: must be the answer as text"),
        ({**GOOD, "id": "b", "truth": None}, "entry 2: truth: must be an object"),
        (GOOD, "entry 2: there is an answer 'a' already"),
    ],
)
def test_bad_entries_are_named_and_cost_no_other(tmp_path: Path, bad: object, fault: str) -> None:
    path = written(tmp_path, "a.json", [GOOD, bad])
    corpus = read(path)
    assert len(corpus.entries) == 1
    assert corpus.faults == (f"{path}: {fault}",)


def test_a_broken_file_costs_no_other(tmp_path: Path) -> None:
    written(tmp_path, "a.json", [GOOD])
    written(tmp_path, "b.json", "[{")
    (tmp_path / "c.json").write_bytes(b"\xff\xfe")
    corpus = read(tmp_path)
    assert len(corpus.entries) == 1
    assert [fault.partition(": entry 1: ")[2][:14] for fault in corpus.faults] == ["not JSON: Expe", "cannot be read"]


@pytest.mark.parametrize("content", ["[]", "{}", "[" * 100_000, "7"])
def test_nothing_to_measure_is_wrong_use(tmp_path: Path, content: str) -> None:
    with pytest.raises(UsageError, match="holds no labelled answer"):
        read(written(tmp_path, "a.json", content))


def test_no_file_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither a file of labelled answers"):
        read(tmp_path / "none.json")
    with pytest.raises(UsageError, match="neither a file of labelled answers"):
        read(tmp_path)


def test_text_of_a_corpus() -> None:
    text = json.dumps([GOOD])
    assert is_corpus(text)
    assert not is_corpus('{"raw": 1}')
    assert not is_corpus('HTTP/1.1 200 OK\n"raw" "truth" "channel"')
    assert [one.id for one in entries_of(text).entries] == ["a"]
    twice = entries_of(json.dumps([GOOD, {**GOOD, "raw": "Server: y"}, "x"]))
    assert [one.raw for one in twice.entries] == ["Server: x"]
    assert twice.faults == (
        "entry 2: there is an answer 'a' already",
        "entry 3: a text instead of an object",
    )
    with pytest.raises(UsageError, match="no labelled answer"):
        entries_of("[]")
