from __future__ import annotations

import stat
import threading
from pathlib import Path

import pyrage
import pytest
from pydantic import SecretStr
from support.logins import SECRET, enrolment

from camscan.credentials.enrolment import Book
from camscan.credentials.file import CredentialFile
from camscan.errors import HostError, UsageError

BOOK = Book(logins=(enrolment(),))


def nobody_asks() -> SecretStr:
    raise AssertionError("nobody was to be asked")


def key() -> str:
    return str(pyrage.x25519.Identity.generate())


def test_a_plain_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = CredentialFile(tmp_path / "new" / "credentials.json", nobody_asks)
    assert file.load(missing_ok=True) == Book()
    file.save(BOOK)
    assert file.load() == BOOK
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.path.parent.iterdir()] == ["credentials.json"]
    file.path.chmod(0o644)
    with pytest.raises(UsageError, match="other users can read"):
        file.load()


def test_an_encrypted_file_opens_with_its_key_alone(tmp_path: Path) -> None:
    right, asked = key(), []

    def unlock() -> SecretStr:
        asked.append(1)
        return SecretStr(f"# created: today\n# public key: age1...\n{right}\n")

    file = CredentialFile(tmp_path / "credentials.age", unlock)
    file.save(BOOK)
    file.save(BOOK)
    assert file.load() == BOOK
    assert len(asked) == 1
    data = file.path.read_bytes()
    assert data.startswith(b"age-encryption.org/v1")
    assert SECRET.encode() not in data
    with pytest.raises(UsageError, match="cannot be decrypted") as raised:
        CredentialFile(file.path, lambda: SecretStr(key())).load()
    assert right not in str(raised.value)
    with pytest.raises(UsageError, match="not an age identity"):
        CredentialFile(file.path, lambda: SecretStr("AGE-SECRET-KEY-1WRONG")).load()


@pytest.mark.slow
def test_a_passphrase_will_do_as_well(tmp_path: Path) -> None:
    file = CredentialFile(tmp_path / "credentials.age", lambda: SecretStr("correct horse"))
    file.save(BOOK)
    assert CredentialFile(file.path, lambda: SecretStr("correct horse")).load() == BOOK


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HostError, match="cannot write"):
        CredentialFile(tmp_path / "file" / "credentials.json", nobody_asks).save(BOOK)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = CredentialFile(tmp_path / "credentials.json", nobody_asks)
    file.save(BOOK)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(HostError, match="No space"):
        file.save(Book())
    assert file.load() == BOOK
    assert len(list(tmp_path.iterdir())) == 1


def test_two_who_enrol_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path, loaded = tmp_path / "credentials.json", threading.Event()

    def enrol(address: str) -> None:
        file = CredentialFile(path, nobody_asks)
        with file.locked():
            book = file.load(missing_ok=True)
            loaded.wait(0.2)  # as long as it takes the other to come, unless it has to wait
            loaded.set()
            file.save(book.with_(enrolment(address=address)))

    both = [threading.Thread(target=enrol, args=(address,)) for address in ("10.20.0.7", "10.20.0.8")]
    for one in both:
        one.start()
    for one in both:
        one.join(10)
    assert sorted(str(one.address) for one in CredentialFile(path, nobody_asks).load().logins) == [
        "10.20.0.7",
        "10.20.0.8",
    ]


def test_a_lock_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "credentials.json.lock").mkdir()
    with (
        pytest.raises(HostError, match=r"cannot lock .*Is a directory"),
        CredentialFile(tmp_path / "credentials.json", nobody_asks).locked(),
    ):
        pass
