"""What a user may name as a store, and what is said about one that cannot be used."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import sys
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from support.stores import new_scan

from camscan.errors import StoreError
from camscan.store.engine import existing_file, open_database
from camscan.store.sqlitefile import faults
from camscan.store.store import Store


def test_default_lies_in_the_users_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with Store.open() as store:
        assert store.where == str(tmp_path / "camscan" / "camscan.db")
    assert stat.S_IMODE((tmp_path / "camscan").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "camscan" / "camscan.db").stat().st_mode) == 0o600


def test_path_and_url_are_the_same_store(path: Path) -> None:
    Store.open(str(path)).close()
    with Store.open(f"sqlite:///{path}") as store:
        assert store.where == str(path)
        assert store.scans() == ()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_existing_rights_are_kept(path: Path) -> None:
    path.touch(mode=0o640)
    path.chmod(0o640)
    Store.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_memory_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="choose a file"):
        open_database(url)


def test_password_is_not_told() -> None:
    with pytest.raises(
        StoreError, match=r"^nosuch://me:\*\*\*@db/camscan cannot be opened: .*postgresql://user@host/name$"
    ) as error:
        open_database("nosuch://me:hunter2@db/camscan")
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("name", ["password", "sslpassword", "PassWord"])
def test_password_among_the_options_is_not_told(name: str) -> None:
    with pytest.raises(StoreError, match=r"^nosuch://me@db/camscan\?sslmode=require cannot be opened: "):
        open_database(f"nosuch://me@db/camscan?{name}=hunter2&sslmode=require")


def test_no_part_of_a_password_with_an_at_sign_is_told() -> None:
    with pytest.raises(StoreError) as error:
        open_database("postgresql://camscan:open@sesame@127.0.0.1:1/camscan")
    assert str(error.value) == ("the database URL cannot be read: it has a second @: write that in the password as %40")


def test_the_driver_of_a_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"^postgresql\+psycopg://db/x cannot be opened: .*'camscan\[postgresql\]'$"):
        open_database("postgresql+psycopg://db/x")


def test_a_driver_that_does_not_exist_is_no_reason_to_install_another() -> None:
    with pytest.raises(StoreError, match=r"postgresql\.nosuch: name a file, or a PostgreSQL database as "):
        open_database("postgresql+nosuch://me@db/x")


def test_a_file_that_lacks_a_table_is_not_spoken_of_as_a_server(path: Path) -> None:
    database = open_database(path)
    said = r"camscan\.db cannot be used: no such table: gone: check the database$"
    with closing(database), pytest.raises(StoreError, match=said), database.reading() as connection:
        connection.execute(text("SELECT * FROM gone"))


@pytest.mark.parametrize("url", ["://", "a b://x", "postgresql://host:port/name"])
def test_url_that_is_none(url: str) -> None:
    for use in (open_database, existing_file):
        with pytest.raises(StoreError, match="the database URL cannot be read"):
            use(url)


def test_a_name_that_is_no_utf_8(tmp_path: Path) -> None:
    for path in (tmp_path / "\udcff.db", tmp_path / "\udcff" / "camscan.db"):
        for use in (open_database, existing_file):
            with pytest.raises(StoreError, match="is not a name in UTF-8, as SQLite requires: choose another file"):
                use(path)


def test_missing_folder(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "camscan.db"
    with pytest.raises(StoreError) as error:
        Store.open(path)
    assert str(error.value) == (
        f"{path} cannot be created: No such file or directory: check its folder, or choose another with --db"
    )


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        Store.open(tmp_path)
    assert str(error.value) == f"{tmp_path} cannot be opened: check that the folder exists and the rights of both"


def test_no_descriptor_left(path: Path, store: Store) -> None:
    """SQLite says only that it cannot open its file: nobody is to look for the fault in the file's rights."""
    _, hard = usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as taken:
        taken.callback(resource.setrlimit, resource.RLIMIT_NOFILE, usual)
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
        with suppress(OSError):
            while True:
                taken.enter_context(Path(os.devnull).open("rb"))
        with pytest.raises(StoreError) as error:
            store.begin(new_scan("one"))
    assert str(error.value).startswith(f"{path} cannot be opened: too many files are open: raise the limit (ulimit -n")
    store.begin(new_scan("one"))


def test_garbage(path: Path) -> None:
    path.write_bytes(b"<html>not a database</html>" * 100)
    with pytest.raises(StoreError) as error:
        Store.open(path)
    assert str(error.value) == (f"{path} is not a camscan database: choose another file, or move this one away")
    assert path.read_bytes().startswith(b"<html>")


def test_damaged(path: Path) -> None:
    Store.open(path).close()
    pages = path.read_bytes()
    path.write_bytes(pages[:4096] + b"\xff" * (len(pages) - 4096))
    with pytest.raises(StoreError, match="is damaged: restore a copy of it, or move it away and scan again"):
        Store.open(path)


def test_a_damaged_schema_of_which_no_text_can_be_made(path: Path) -> None:
    Store.open(path).close()
    path.write_bytes(path.read_bytes().replace(b"ON scans (site", b"ON sc\xe9ns (site", 1))
    for use in (Store.open, lambda file: list(faults(file))):
        with pytest.raises(StoreError, match=r"is damaged: restore a copy of it"):
            use(path)


def test_another_programs_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE cookies (name TEXT)")
    connection.close()
    with pytest.raises(StoreError) as error:
        Store.open(path)
    assert str(error.value) == f"{path} is the database of another program: choose another"


def test_who_only_looks_for_the_default_store_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(StoreError, match="there is no store"):
        existing_file(None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 300, "loop/camscan.db"])
def test_a_store_that_cannot_even_be_looked_for_is_not_said_to_be_missing(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(StoreError, match=r"cannot be looked at: .*: check the permissions of its folder"):
        existing_file(tmp_path / name)


def test_a_folder_is_not_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=rf"^{tmp_path} is a folder: name a file in it, such as "):
        existing_file(tmp_path)


def test_what_lies_below_a_file_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="there is no store"):
        existing_file(tmp_path / "file" / "camscan.db")
