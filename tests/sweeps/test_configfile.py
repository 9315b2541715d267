"""A configuration: what is read, and how each fault is told."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from camscan.errors import UsageError
from camscan.sweeps.config import Config, Site
from camscan.sweeps.configfile import _TABLES, MAX_BYTES, read
from camscan.sweeps.configtypes import Part
from camscan.sweeps.coverage import Terms

SITE = '[[site]]\nname = "a"\nnetworks = ["10.0.0.0/24"]\n'
EVERY: dict[str, type[Part]] = {**_TABLES, "": Config}


def written(folder: Path, text: str) -> Path:
    file = folder / "c.toml"
    file.write_text(text, encoding="utf-8")
    return file


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(UsageError) as error:
        read(written(folder, text))
    return [line.removeprefix(f"{folder}/") for line in str(error.value).splitlines()]


def test_a_whole_configuration(tmp_path: Path) -> None:
    text = (
        '[store]\nurl = "sub/c.db"\n[sweep]\ndeadline = "90m"\njitter = "1.5m"\nmiss_after = "2 / 4"\n'
        '[notify]\nwebhook = "http://10.0.0.1:8080/x"\nallow_private = true\ntimeout = "5s"\n'
        '[metrics]\ntextfile = "/m/c.prom"\n'
        f'{SITE}decoys = ["10.0.0.9", "FD00::0"]\nexpect = 5\nsensitive = true\nprofile = "gentle"\n'
    )
    config = read(written(tmp_path, text)).config
    assert (config.sweep.deadline, config.sweep.jitter, config.sweep.miss_after) == (5400.0, 90.0, (2, 4))
    assert config.notify is not None
    assert (config.notify.timeout, config.notify.allow_private) == (5.0, True)
    assert config.terms(config.site[0]) == Terms(2, 4, ("10.0.0.9", "fd00::"), 5)
    assert config.path("sub/c.db") == tmp_path / "sub/c.db"
    assert config.path("/m/c.prom") == Path("/m/c.prom")


def test_what_is_left_out_has_defaults(tmp_path: Path) -> None:
    config = read(written(tmp_path, SITE)).config
    assert config.sweep.deadline == 6 * 3600
    assert config.terms(config.site[0]) == Terms(3, 3)
    assert (config.notify, config.metrics, config.store.url) == (None, None, None)


def test_address_space_may_repeat_between_sites(tmp_path: Path) -> None:
    config = read(written(tmp_path, SITE + SITE.replace('"a"', '"b"'))).config
    assert [site.name for site in config.site] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "c.toml:1: site: is missing: describe at least one site, under [[site]]"),
        (
            "[[site]]\nname =\n",
            "c.toml:2: Invalid value (at line 2, column 7): write it as `camscan init` shows",
        ),
        (
            f'store = "x.db"\n{SITE}',
            "c.toml:1: store: is no table: write its keys in lines of their own, under [store]",
        ),
        (
            'site = ["hall"]\n',
            "c.toml:1: site number 1: is no table: write its keys in lines of their own, under [[site]]",
        ),
        (
            f"{SITE}sensitve = true\n",
            "c.toml:4: site 'a'.sensitve: no such key: write 'sensitive'",
        ),
        (
            f"[notfy]\n{SITE}",
            "c.toml:1: notfy: no such key: write 'notify'",
        ),
        (
            f'{SITE}miss_after = "2/3"\n',
            "c.toml:4: site 'a'.miss_after: no such key here: it belongs under [sweep]",
        ),
        (
            f"{SITE}[sweep]\nexpect = 9\n",
            "c.toml:5: sweep.expect: no such key here: it belongs under [[site]]",
        ),
        (
            f"{SITE}zzz = 1\n",
            (
                "c.toml:4: site 'a'.zzz: no such key: one of allow_large, allow_public, channels, core, credentials, "
                "decoys, exclude, exclude_files, expect, interface, name, networks, policies, profile, rate, "
                "sensitive, unlock"
            ),
        ),
        (
            '[[site]]\nnetworks = ["10.0.0.0/24"]\n',
            (
                "c.toml:1: site number 1.name: is missing: give every site a name of its own, "
                'of at most 64 characters, such as name = "depot"'
            ),
        ),
        (
            f'[[site]]\nname = "{65 * "x"}"\nnetworks = ["10.0.0.0/24"]\n',
            (
                f"c.toml:2: site '{65 * 'x'}'.name: cannot be used: give every site a name of its own, "
                'of at most 64 characters, such as name = "depot"'
            ),
        ),
        (
            '[[site]]\nname = "a"\nnetworks = []\n',
            (
                "c.toml:3: site 'a'.networks: is empty: list its "
                'networks, such as networks = ["10.20.0.0/22", "10.30.0.1-50"]'
            ),
        ),
        (
            f'[sweep]\nchanges = ["news"]\n{SITE}',
            (
                "c.toml:2: sweep.changes.0: Input should be 'new', 'returned', 'missing', 'address', 'firmware', "
                "'verdict', 'name' or 'coverage-loss': list what is told, such as "
                'changes = ["new", "returned", "verdict", "coverage-loss"]'
            ),
        ),
        (
            f'[notify]\nwebhook = "https://a.example.org/"\nverdicts = []\n{SITE}',
            (
                "c.toml:3: notify.verdicts: is empty: list the verdicts that matter, such as "
                'verdicts = ["listed", "suspected"]'
            ),
        ),
        (
            f'{SITE}exclude = [\n"10.0.0.1",\n"@never.txt"]\n',
            (
                "c.toml:4: site 'a'.exclude: files and stdin cannot be named here: list what is never touched, such as "
                'exclude = ["10.20.0.1"]'
            ),
        ),
        (
            f'{SITE}rate = "fast"\n',
            "c.toml:4: site 'a'.rate: Input should be a valid integer: write packets a second, as rate = 500",
        ),
        (
            f'{SITE}decoys = ["10.0.0.300"]\n',
            (
                "c.toml:4: site 'a'.decoys: '10.0.0.300' does not appear to be an IPv4 or IPv6 address: list addresses "
                'that always answer, such as ["10.20.0.10"]'
            ),
        ),
        (
            f'{SITE}credentials = "logins.age"\n',
            (
                "c.toml:4: site 'a'.credentials: unlock goes with an encrypted file (.age), and is needed for it: name "
                'the file of logins, such as credentials = "logins.json", or "logins.age" and its unlock'
            ),
        ),
        (
            f'{SITE}credentials = "logins.age"\nunlock = "prompt"\n',
            (
                "c.toml:5: site 'a'.unlock: cannot be used: say where its key is, "
                'such as unlock = "systemd:camscan-key" or "file:camscan.key"'
            ),
        ),
        (
            f'[sweep]\ndeadline = "soon"\n{SITE}',
            'c.toml:2: sweep.deadline: not a duration: write a duration, such as deadline = "5h"',
        ),
        (
            f'[sweep]\nmiss_after = "4/3"\n{SITE}',
            'c.toml:2: sweep.miss_after: not a ratio: write k/n with 1 <= k <= n <= 30, such as miss_after = "3/3"',
        ),
        (
            f'[store]\nurl = "postgresql+psycopg://me:pw@host/x"\n{SITE}',
            "c.toml:2: store.url: it contains a password: put that into ~/.pgpass or the environment (PGPASSWORD)",
        ),
        (
            f'[store]\nurl = "postgresql://me@host/x?sslmode=require&password=pw"\n{SITE}',
            "c.toml:2: store.url: it contains a password: put that into ~/.pgpass or the environment (PGPASSWORD)",
        ),
        (
            f'[notify]\nwebhook = "https://me:pw@host/x"\n{SITE}',
            "c.toml:2: notify.webhook: it contains a user name or password: leave that out, alerts are signed",
        ),
        (
            f'[[syslog]]\nname = "a"\nto = "udp://h"\n[[syslog]]\nname = "a"\nto = "udp://i"\n{SITE}',
            "c.toml:2: two receivers under syslog are called 'a': rename one",
        ),
        (
            f'[[apprise]]\nname = "a"\n{SITE}',
            "c.toml:1: apprise 'a': its URL is missing: give url_file or url_env",
        ),
        (
            f'[[apprise]]\nname = "a"\nurl = "mailto://me:pw@host"\n{SITE}',
            "c.toml:3: apprise 'a'.url: no such key: write 'url_env'",
        ),
        (
            f"[ping]\nurl = 1\n{SITE}",
            "c.toml:2: ping.url: no such key: one of allow_private, timeout, url_file",
        ),
        (
            f'[notify]\nwebhook = "HTTP://host/x"\n{SITE}',
            "c.toml:1: notify: http is for private receivers alone: write https, or allow_private = true as well",
        ),
        (
            f'[notify]\nwebhook = "http://host/x"\n{SITE}',
            "c.toml:1: notify: http is for private receivers alone: write https, or allow_private = true as well",
        ),
        (f"folder = 1\n{SITE}", "c.toml:1: folder: no such key: leave it out"),
        (SITE + SITE, "c.toml:2: two sites are called 'a': rename one"),
    ],
)
def test_each_fault_names_line_and_remedy(tmp_path: Path, text: str, expected: str) -> None:
    assert faults(tmp_path, text)[0] == expected


def test_all_faults_are_told_at_once_in_order(tmp_path: Path) -> None:
    found = faults(tmp_path, f'{SITE}rate = 0\nexpect = 0\n[sweep]\ndeadline = "0s"\n[metrics]\n')
    assert [line.split(": ")[0:2] for line in found] == [
        ["c.toml:4", "site 'a'.rate"],
        ["c.toml:5", "site 'a'.expect"],
        ["c.toml:7", "sweep.deadline"],
        ["c.toml:8", "metrics.textfile"],
    ]


def test_of_very_many_faults_the_first_are_told_and_the_others_counted(tmp_path: Path) -> None:
    found = faults(tmp_path, "".join(f'[[site]]\nname = "s{number}"\n' for number in range(30)))
    assert len(found) == 21
    assert found[0].startswith("c.toml:1: site 's0'.networks: is missing: ")
    assert found[-1] == "10 more faults: mend these first"


@pytest.mark.parametrize(
    "to", ["http://h", "udp://", "udp://me@h", "tcp://h:0", "tls://h/x", "unix:log", "unix://h/log", "udp://h?x=1", ""]
)
def test_what_is_no_receiver_of_syslog(tmp_path: Path, to: str) -> None:
    [fault] = faults(tmp_path, f'[[syslog]]\nname = "a"\nto = "{to}"\n{SITE}')
    assert fault.startswith("c.toml:3: syslog 'a'.to: ")
    assert fault.endswith(': name it, such as to = "tls://siem.example.org:6514", "udp://10.0.0.5" or "unix:/dev/log"')


def test_a_retention_of_nothing(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, f"[retention]\nsweeps = 1\n{SITE}")
    assert fault.startswith("c.toml:2: retention.sweeps: ")
    assert fault.endswith(": write how many sweeps of each site are kept, such as sweeps = 10")


@pytest.mark.parametrize(
    ("part", "secure"),
    [
        ('[notify]\nwebhook = "http://8.8.8.8/"\nallow_private = true\n', "https"),
        ('[[syslog]]\nname = "siem"\nto = "udp://8.8.8.8:514"\n', "tls"),
        ('[[syslog]]\nname = "siem"\nto = "tcp://[2001:4860:4860::8888]"\nallow_private = true\n', "tls"),
    ],
)
def test_a_public_receiver_that_nothing_would_be_sent_to(tmp_path: Path, part: str, secure: str) -> None:
    (fault,) = faults(tmp_path, part + SITE)
    assert fault.endswith(f" is public: write {secure}://, which nobody on the way can read")
    right = re.sub(r"\w+://", f"{secure}://", part)
    assert read(written(tmp_path, right + SITE)).config.site


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ('[notify]\nwebhook = "https://10.0.0.5/x"\n', "c.toml:1: notify"),
        ('[[syslog]]\nname = "a"\nto = "udp://10.0.0.5:514"\n', "c.toml:1: syslog 'a'"),
    ],
)
def test_a_private_receiver_that_nothing_could_reach(tmp_path: Path, part: str, where: str) -> None:
    [fault] = faults(tmp_path, part + SITE)
    assert fault == f"{where}: 10.0.0.5 is private: add allow_private = true"
    for right in (f"{part}allow_private = true\n", part.replace("10.0.0.5", "siem.example.org")):
        assert read(written(tmp_path, right + SITE)).config.site


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*none\.toml: No such file or directory: make one with"):
        read(tmp_path / "none.toml")
    with pytest.raises(UsageError, match=r"cannot read .*: Is a directory: check who may read it"):
        read(tmp_path)
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="is not UTF-8"):
        read(tmp_path / "c.toml")
    (tmp_path / "c.toml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(UsageError, match="is larger than"):
        read(tmp_path / "c.toml")


def template() -> str:
    return resources.files("camscan.sweeps").joinpath("camscan.toml").read_text(encoding="utf-8")


def test_the_template_names_no_network_that_would_be_scanned_unread(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"c\.toml:\d+: site 'headquarters'\.networks: is empty: list its networks"):
        read(written(tmp_path, template()))


def test_the_template_can_be_used_with_networks_and_with_every_comment_taken_off(tmp_path: Path) -> None:
    text = template().replace("networks = []", 'networks = ["10.20.0.0/24"]')
    assert read(written(tmp_path, text)).config.site[0].name == "headquarters"
    bare = [line.removeprefix("# ") if " = " in line or line.startswith("# [") else line for line in text.split("\n")]
    assert read(written(tmp_path, "\n".join(bare))).config.notify is not None


@pytest.mark.parametrize(
    ("table", "key"), [(name, key) for name, model in EVERY.items() for key in model.model_fields if key != "folder"]
)
def test_the_template_shows_every_key(table: str, key: str) -> None:
    assert (f"{key} = " if table else f"[{key}]") in template()


@pytest.mark.parametrize("model", [Site, *_TABLES.values()])
def test_every_key_has_a_remedy(model: type[Part]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []
