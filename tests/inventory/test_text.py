from __future__ import annotations

import codecs
import io
from pathlib import Path

import pytest

from camscan.errors import UsageError
from camscan.inventory import reading
from camscan.inventory.reading import read_inventory
from camscan.inventory.text import MAX_LINE, Encoding, byte_lines, find_encoding, read_text, text_lines

GERMAN = "Gerät;Standort;IP-Adresse\nTür Süd;Gebäude Ä;10.0.0.5\n"


score = reading._score


def cells(path: Path, encoding: str = "utf-8") -> list[tuple[str, ...]]:
    return [line.cells for line in read_text(path, Encoding(encoding), score).lines]


@pytest.mark.parametrize(
    ("text", "written", "name"),
    [
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "utf-8-sig", "utf-8-sig"),
        (GERMAN, "utf-16", "utf-16"),
        (GERMAN, "utf-16-le", "utf-16-le"),
        (GERMAN, "utf-16-be", "utf-16-be"),
        ("plain ASCII", "ascii", "utf-8"),
        ("IP地址,型号,序列号,安装位置\n10.0.0.5,DS-2CD,A1,大门\n", "gb18030", "gb18030"),
        ("IP位址,型號,序號,安裝位置\n10.0.0.5,DS-2CD,A1,大門\n", "big5", "big5"),
        ("IPアドレス,型番,シリアル番号,設置場所\n10.0.0.5,DS,A1,正面玄関\n", "shift_jis", "shift_jis"),
        ("Производитель;Модель;Серийный номер\nсклад;вход;двор\n", "cp1251", "cp1251"),  # noqa: RUF001  Cyrillic is meant
        ("Výrobce;Umístění;Sériové číslo\nAxis;vchod západní;žluťoučký kůň\n", "cp1250", "cp1250"),
        ("Nº;Dirección IP;Ubicación\n1;10.0.0.1;Planta 2ª, baño\n", "cp1252", "cp1252"),
        ("Nº;Descrição;Endereço IP\n1;Portão São João;10.0.0.1\n", "cp1252", "cp1252"),
        ("Nr.;Nume;Adresă IP;Locaţie\n1;Intrare;10.0.0.1;Clădire\n", "cp1250", "cp1250"),
        ("No;Kamera adı;IP Adresi;Marka\n1;Giriş çatı;10.0.0.1;Acme\n", "cp1254", "cp1254"),  # noqa: RUF001  Turkish is meant
        ("Α/Α;Κατασκευαστής;Διεύθυνση IP\n1;Acme;10.0.0.5\n2;Axis;10.0.0.6\n", "cp1253", "cp1253"),  # noqa: RUF001  Greek is meant
        ("IP;Model;Θέση\n10.0.0.5;P3245;Πύλη\n", "cp1253", "cp1253"),
        ("IP;ΘΕΣΗ;ΚΤΙΡΙΟ\n10.0.0.5;ΕΙΣΟΔΟΣ;ΔΙΟΙΚΗΣΗ\n", "cp1253", "cp1253"),  # noqa: RUF001  Greek is meant
        ("IP;Ввод\n10.0.0.5;вход\n10.0.0.6;двор\n", "cp1251", "cp1251"),
        ("설치 장소,제조사,모델명,시리얼 번호\n정문,Hikvision,DS,ABC12345\n", "cp949", "cp949"),
        ("Bâtiment;Fabricant;Modèle;N° de série\nEntrée;Axis;P1;ABC12345\n", "cp850", "cp850"),
        ("Bâtiment;Fabricant;Modèle;N° de série\nEntrée;Axis;P1;ABC12345\n", "mac_roman", "mac_roman"),
    ],
)
def test_encodings_are_found(tmp_path: Path, text: str, written: str, name: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(written))
    found = find_encoding(path, score)
    assert str(found) == name
    assert "".join(text_lines(path, found)) == text


@pytest.mark.parametrize(
    "text",
    [
        GERMAN,
        "Caméra;Bâtiment\nentrée;façade\n",
        "Kamera Süd\n",
        "Dirección;Almacén\n",
        "IP;Lieu\n10.0.0.5;Entrée à côté\n",
    ],
)
def test_western_text_is_read_right_whichever_code_page_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode("cp1252"))
    found = find_encoding(path, score)
    assert found.name in {"cp1252", "cp1250"}
    assert "".join(text_lines(path, found)) == text


def test_of_two_code_pages_the_one_that_makes_names_of_columns_is_taken(tmp_path: Path) -> None:
    """In that of Central Europe "Modèle" would be read as "Modčle", and tell nothing."""
    path = tmp_path / "list.csv"
    text = "N°;Désignation;Adresse IP;Marque;Modèle;État\n1;Caméra n°1;10.0.0.5;Axis;P3245;hors service\n"
    path.write_bytes(text.encode("cp1252"))
    assert str(find_encoding(path, score)) == "cp1252"


def test_a_file_in_two_encodings_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("Tür;10.0.0.5\n".encode() + "Süd;10.0.0.6\n".encode("cp1252") + "Öl;10.0.0.7\n".encode())
    found = find_encoding(path, score)
    assert str(found) == f"utf-8, some lines {found.other}"
    assert list(text_lines(path, found)) == ["Tür;10.0.0.5\n", "Süd;10.0.0.6\n", "Öl;10.0.0.7\n"]


def test_a_mark_at_the_beginning_does_not_speak_for_all_lines(tmp_path: Path) -> None:
    """Lists are put together from exports of several programs."""
    path = tmp_path / "list.csv"
    path.write_bytes("Ort;IP\nTür;10.0.0.5\n".encode("utf-8-sig") + "Küche;10.0.0.6\n".encode("cp1252"))
    found = find_encoding(path, score)
    assert str(found) == "utf-8-sig, some lines cp1252"
    assert "".join(text_lines(path, found)) == "Ort;IP\nTür;10.0.0.5\nKüche;10.0.0.6\n"


@pytest.mark.parametrize("name", ["UTF-16", "utf16", "U16", "UTF_32", "Utf-8", "latin1"])
def test_an_encoding_may_be_spelt_in_any_way(tmp_path: Path, name: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("IP;Name\n10.0.0.5;Tür\n".encode(name))
    assert cells(path, name) == [("IP", "Name"), ("10.0.0.5", "Tür")]


def test_utf32_is_known_by_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("IP\n10.0.0.5\n".encode("utf-32"))
    assert str(find_encoding(path, score)) == "utf-32"


@pytest.mark.parametrize("written", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_a_wide_encoding_is_named_without_the_order_of_its_bytes(tmp_path: Path, written: str) -> None:
    (tmp_path / "f.csv").write_bytes(GERMAN.encode(written))
    assert cells(tmp_path / "f.csv", written[:6])[1] == ("Tür Süd", "Gebäude Ä", "10.0.0.5")


def test_what_is_not_in_the_wide_encoding_that_was_named_is_read_as_something_else(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(b"\xff" + GERMAN.encode("cp1252"))
    assert all("10.0.0.5" not in "".join(cells(tmp_path / "f.csv", name)[-1]) for name in ("utf-16", "utf-32"))


@pytest.mark.parametrize("name", ["klingon", "hex", "idna", "punycode", ""])
def test_an_unknown_encoding_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text("x")
    with pytest.raises(UsageError, match=f"no such encoding: '{name}'"):
        list(text_lines(path, Encoding(name)))


def test_lines_end_in_any_way() -> None:
    assert list(byte_lines(io.BytesIO(b"a\nb\r\nc\rd"))) == [b"a\n", b"b\r\n", b"c\r", b"d"]


def test_an_endless_line_is_cut_and_costs_only_itself() -> None:
    data = b"a\n" + b"x" * (3 * MAX_LINE) + b"y\nb\n"
    lines = list(byte_lines(io.BytesIO(data)))
    assert lines[0] == b"a\n"
    assert lines[1] == b"x" * MAX_LINE
    assert lines[2:] == [b"b\n"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
def test_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "list.csv"
    rows = [["Name", "IP", "S/N"], ["Gate north", "10.0.0.5", "A1"], ["Door", "10.0.0.6", "A2"]]
    path.write_text("\n".join(delimiter.join(row) for row in rows))
    assert cells(path) == [tuple(row) for row in rows]


def test_commas_in_a_title_and_in_cells_do_not_mislead(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "Cameras of the harbour, as of May, draft\n\nName;IP\nGate, north;10.0.0.5\nDoor, east, 2;10.0.0.6\n"
    )
    assert cells(path)[2:] == [("Name", "IP"), ("Gate, north", "10.0.0.5"), ("Door, east, 2", "10.0.0.6")]


def test_the_delimiter_that_excel_writes_down_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("sep=|\nName,IP|x\n")
    lines = list(read_text(path, Encoding("utf-8"), score).lines)
    assert [(line.number, line.cells) for line in lines] == [(2, ("Name,IP", "x"))]


def test_a_quoted_cell_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('Name,IP\n"Gate ""north"",\nupper floor",10.0.0.5\nDoor,10.0.0.6\n')
    lines = list(read_text(path, Encoding("utf-8"), score).lines)
    assert [(line.number, line.cells) for line in lines] == [
        (1, ("Name", "IP")),
        (2, ('Gate "north",\nupper floor', "10.0.0.5")),
        (4, ("Door", "10.0.0.6")),
    ]


@pytest.mark.parametrize(
    "text",
    [
        'Cameras of May\n\nName,IP,Remarks\nGate,10.0.0.5,"seen\nin May"\nDoor,10.0.0.6,\n',
        'Cameras of May\n\nName,IP,Remarks\n"Gate\nnorth",10.0.0.5\nDoor,10.0.0.6,\n',
        'Cameras of May\n\n"Name\nof it",IP,Remarks\nGate,10.0.0.5\nDoor,10.0.0.6,\n',
    ],
)
def test_a_cell_over_several_lines_may_stand_anywhere(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    lines = list(read_text(path, Encoding("utf-8"), score).lines)
    assert [line.cells[1] for line in lines if len(line.cells) > 1] == ["IP", "10.0.0.5", "10.0.0.6"]
    assert not any(line.fault for line in lines)


def test_all_cells_of_a_row_may_take_several_lines(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('IP,MAC\n"10.0.0.5\n10.0.0.6","44:19:B6:00:00:05\n44:19:B6:00:00:06"\n10.0.0.7,\n')
    _, row, last = read_text(path, Encoding("utf-8"), score).lines
    assert (row.cells, row.fault) == (("10.0.0.5\n10.0.0.6", "44:19:B6:00:00:05\n44:19:B6:00:00:06"), "")
    assert (last.cells, last.fault) == (("10.0.0.7", ""), "")


def test_names_of_columns_may_be_broken_over_lines(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('Name,"IP-\nAdresse","MAC\nAddress","S/N\n(Label)"\nA,10.0.0.5,44:19:B6:00:00:05,S12345\n')
    names, row = cells(path)
    assert names == ("Name", "IP-\nAdresse", "MAC\nAddress", "S/N\n(Label)")
    assert row == ("A", "10.0.0.5", "44:19:B6:00:00:05", "S12345")


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('"Name;IP;S/N"\r\n\r\n"A;10.0.0.5;S12345"\r\n', ("A", "10.0.0.5", "S12345")),
        ('"Name,IP,S/N",,\n"""A, left"",10.0.0.5,S12345",,\n', ("A, left", "10.0.0.5", "S12345")),
    ],
)
def test_lines_that_stand_in_quotes_as_a_whole_have_cells(tmp_path: Path, text: str, row: tuple[str, ...]) -> None:
    """So a spreadsheet saves a list that it has opened with all in one column."""
    path = tmp_path / "list.csv"
    path.write_text(text)
    assert cells(path)[0] == ("Name", "IP", "S/N")
    assert cells(path)[-1] == row


def test_quoted_cells_of_one_column_stay_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('"IP"\n"10.0.0.5"\n"10.0.0.6"\n')
    assert cells(path) == [("IP",), ("10.0.0.5",), ("10.0.0.6",)]


@pytest.mark.parametrize(
    "text",
    [
        'Name,IP\n"Gate,10.0.0.5\nDoor",10.0.0.6\nYard,10.0.0.7\n',
        'Name,IP\n"Gate,10.0.0.5\nDoor,10.0.0.6\nYard,10.0.0.7\n',
        'Name,IP\n"Gate,10.0.0.5\nDoor,10.0.0.6\n"Yard",10.0.0.7\n',
        'Name,IP\n"Gate" x,10.0.0.5\nDoor,10.0.0.6\nYard,10.0.0.7\n',
        'Name,IP\n"Gate,10.0.0.5\nDoor,10.0.0.6\nYard",10.0.0.7\n',
    ],
)
def test_a_stray_quote_costs_only_its_own_row(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    lines = list(read_text(path, Encoding("utf-8"), score).lines)
    assert [line.number for line in lines] == [1, 2, 3, 4]
    assert [line.cells[-1] for line in lines] == ["IP", "10.0.0.5", "10.0.0.6", "10.0.0.7"]
    assert lines[1].fault == "a quote in it is never closed, or a cell is far too long"
    assert not lines[2].fault


def test_a_formula_that_keeps_zeros_is_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('Serial,IP\n="00012345",10.0.0.5\n"=""00099""",10.0.0.6\n')
    assert cells(path)[1:] == [("00012345", "10.0.0.5"), ("00099", "10.0.0.6")]


def test_nul_bytes_stay_in_their_cell(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"Name,IP\nGa\x00te,10.0.0.5\nDoor,10.0.0.6\n")
    assert cells(path) == [("Name", "IP"), ("Ga\x00te", "10.0.0.5"), ("Door", "10.0.0.6")]


def test_a_huge_cell_is_cut_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Name,IP\n{'x' * 200_000},10.0.0.5\nDoor,10.0.0.6\n")
    lines = list(read_text(path, Encoding("utf-8"), score).lines)
    assert lines[1].cells == ("x" * 1000, "10.0.0.5")
    assert lines[1].fault
    assert lines[2].cells == ("Door", "10.0.0.6")


def test_a_mark_at_the_beginning_is_not_part_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(codecs.BOM_UTF8 + b"IP\n10.0.0.5\n")
    assert cells(path, str(find_encoding(path, score))) == [("IP",), ("10.0.0.5",)]
    assert cells(path, "utf-8") == [("IP",), ("10.0.0.5",)]


CAMERAS = "ip,make,note\n10.0.0.1,Axis,x\n10.0.0.2,Axis,x\n"


@pytest.mark.parametrize(
    ("more", "is_cut"),
    [
        ("", False),
        ("10.0.0.3,Axis,y", False),
        ("10.0.0.3,Ax", True),
        ("10.0.0.3,Ax\n", False),
        ('10.0.0.3,Axis,"the no', True),
        ('10.0.0.3,Axis,"the no\nte', True),
        ('10.0.0.3,Axis,"the note"', False),
        ('10.0.0.3,Axis,"the "no" te"', False),
        ('10.0.0.3,Axis,"the no\n10.0.0.4,Axis,y', False),  # a stray quote
        ("10.0.0.3,Axis,x,y\n10.0.0.4,Ax", False),  # rows of any length
        ("Total,2", False),
        ("Grand total:,2", False),
        ("As of 2026-11", False),
    ],
)
def test_that_a_file_was_cut_off_is_told_where_its_last_row_shows_it(tmp_path: Path, more: str, is_cut: bool) -> None:
    path = tmp_path / "cameras.csv"
    path.write_bytes(f"{CAMERAS}{more}".encode())
    assert read_inventory(path).is_cut == is_cut


def test_a_row_may_leave_out_what_is_blank_in_all_rows(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("IP,Name,Notes\n10.0.0.5,a,\n10.0.0.6,b,\n10.0.0.7,c")
    sheet = read_text(tmp_path / "f.csv", Encoding("utf-8"), score)
    assert len(list(sheet.lines)) == 4
    assert sheet.notes == []
