"""Who may do more in a PostgreSQL store than camscan needs, or less in a file, is told so by `camscan doctor`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from support.command import camscan

from camscan.errors import StoreError
from camscan.store.check import excess_privileges
from camscan.store.store import Store

UNPRIVILEGED = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()
REMEDY = "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
RIGHTS = "is a superuser, may create roles, may create databases, may replicate, may bypass row security"
FOUND = (
    f"the role camscan {RIGHTS}: let camscan use one that owns its database, and no more",
    f"every role may create functions in the schema public, in the place of the server's own: {REMEDY}",
)


def carried_out(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_superuser_in_a_schema_that_is_open_to_all_is_told(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    carried_out(url, "GRANT CREATE ON SCHEMA public TO PUBLIC")
    assert excess_privileges(url) == FOUND
    done = camscan(capsys, "doctor", "--db", url)
    assert (done.returncode, [line[5:] for line in done.stdout.splitlines() if line[5:] in FOUND]) == (0, [*FOUND])


def test_of_a_role_that_only_owns_its_database_nothing_is_told(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    name = url.partition("@/")[2].partition("?")[0]
    carried_out(
        url,
        "CREATE ROLE keeper LOGIN",
        f"ALTER DATABASE {name} OWNER TO keeper",
        "ALTER SCHEMA public OWNER TO keeper",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    )
    modest = url.replace("camscan@", "keeper@")
    try:
        Store.open(modest).close()
        assert excess_privileges(modest) == ()
        assert "nobody may do more there than is needed" in camscan(capsys, "doctor", "--db", modest).stdout
    finally:
        carried_out(url, "REASSIGN OWNED BY keeper TO camscan", f"ALTER DATABASE {name} OWNER TO camscan")
        carried_out(url, "DROP OWNED BY keeper", "DROP ROLE keeper")


def test_a_store_in_a_file_has_no_roles_and_one_that_is_not_there_is_bad(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Store.open(tmp_path / "s.db").close()
    assert excess_privileges(str(tmp_path / "s.db")) is None
    assert "ok   the store can be reached\n" in camscan(capsys, "doctor", "--db", str(tmp_path / "s.db")).stdout
    with pytest.raises(StoreError, match="there is no store"):
        excess_privileges(str(tmp_path / "none.db"))
    done = camscan(capsys, "doctor", "--db", str(tmp_path / "none.db"))
    assert (done.returncode, "bad  there is no store" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("name", "mode", "told"),
    [
        ("s.db", 0o000, "cannot be opened"),
        ("s.db", 0o400, "can be read, but not written"),
        (".", 0o500, "can be read, but not written"),
        (".", 0o700, "the store can be reached"),
    ],
)
def test_a_store_that_this_user_may_not_use_is_bad(tmp_path: Path, name: str, mode: int, told: str) -> None:
    Store.open(tmp_path / "s.db").close()
    (tmp_path / name).chmod(mode)
    doctor = [sys.executable, "-m", "camscan", "doctor", "--db", str(tmp_path / "s.db")]
    done = subprocess.run([*UNPRIVILEGED, *doctor], check=False, capture_output=True, text=True, timeout=60)
    tmp_path.chmod(0o700)
    (last,) = done.stdout.splitlines()[-1:]
    assert told in last
    assert (last[:3], done.returncode) in {("bad", 1), ("ok ", 0)}
