"""`camscan init` and `camscan config check`."""

from __future__ import annotations

import errno
import resource
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from camscan.app.sweeping import configuration
from camscan.cli.config import config
from camscan.cli.init import init
from camscan.errors import HostError, RuleError, UsageError
from camscan.rulefiles.folder import fingerprints_folder

SITE = '[[site]]\nname = "hq"\nnetworks = ["10.0.0.0/24"]\n'


def check(file: Path, text: str) -> Result:
    file.write_text(text)
    return CliRunner().invoke(config, ["check", str(file)])


def test_what_init_writes_can_be_used_once_it_names_networks(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    done = CliRunner().invoke(init, [str(file)])
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"Wrote {file}: name your networks in it, then run `camscan config check {file}`.\n"
    with pytest.raises(UsageError, match=r"c\.toml:\d+: site 'headquarters'\.networks: is empty: list its networks"):
        CliRunner().invoke(config, ["check", str(file)], catch_exceptions=False)
    file.write_text(file.read_text().replace("networks = []", 'networks = ["10.20.0.0/24"]'))
    done = CliRunner().invoke(config, ["check", str(file)])
    assert (done.exit_code, done.stdout) == (0, f"headquarters: 254 addresses, 0 decoys\n{file} is valid.\n")


def test_the_file_can_be_named_as_in_other_commands(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(SITE)
    wanted = f"hq: 254 addresses, 0 decoys\n{file} is valid.\n"
    assert CliRunner().invoke(config, ["check", "--config", str(file)]).stdout == wanted
    assert CliRunner().invoke(config, ["check"], env={"CAMSCAN_CONFIG": str(file)}).stdout == wanted
    assert CliRunner().invoke(config, ["check", str(file)], env={"CAMSCAN_CONFIG": "none"}).stdout == wanted


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Keys and values that cannot be read, and those that cannot be used."""
    text = (
        '[[site]]\nname = "hq"\nnetworks = ["10.0.0.300"]\nratte = 5\nrate = "fast"\n'
        '[[site]]\nname = "hq"\nnetworks = ["10.0.0.0/24"]\npolicies = ["uk"]\n[sweep]\nprofile = "gentle"\n'
    )
    told = str(check(tmp_path / "c.toml", text).exception).splitlines()
    lines = [int(one.split(":")[1]) for one in told]
    assert lines == sorted(lines)
    assert {*lines} == {2, 3, 4, 5, 9, 11}
    with pytest.raises(UsageError) as error:  # a sweep needs no more than the first of them
        configuration.configuration(tmp_path / "c.toml")
    assert len(str(error.value).splitlines()) == 4


def test_init_never_overwrites(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("mine")
    done = CliRunner().invoke(init, [str(file)])
    assert isinstance(done.exception, UsageError)
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (FileNotFoundError(errno.ENOENT, "no"), "no: create its folder, or choose another file"),
        (PermissionError(errno.EACCES, "no"), "no: use sudo, or choose another file"),
        (OSError(errno.EROFS, "no"), "no: choose another file"),
    ],
)
def test_where_init_cannot_write_it_says_what_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, remedy: str
) -> None:
    def refuse(path: Path, mode: str = "r", **more: Any) -> Any:
        if mode == "x":
            raise error
        return opened(path, mode, **more)

    opened = Path.open
    monkeypatch.setattr(Path, "open", refuse)
    done = CliRunner().invoke(init, [str(tmp_path / "c.toml")])
    assert isinstance(done.exception, HostError)
    assert str(done.exception).endswith(remedy)


def test_init_leaves_no_half_file_on_a_full_disk(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        done = CliRunner().invoke(init, [str(tmp_path / "c.toml")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert isinstance(done.exception, HostError)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("more", "line", "message"),
    [
        ('exclude = ["10.0.0.300"]', 4, "site 'hq': cannot use '10.0.0.300' as a target: an IPv4 address is four"),
        ('exclude = [\n"10.0.0.1",\n"10.0.0.0/33"]', 6, "site 'hq': cannot use '10.0.0.0/33' as a target"),
        ('exclude_files = ["none.txt"]', 4, "site 'hq': cannot read"),
        ('channels = ["wsd", "telnet"]', 4, "site 'hq': no such channel: 'telnet'"),
        ('channels = ["wsd", "isapi"]', 4, "site 'hq': channel isapi needs credentials = FILE: add it"),
        ('[store]\nurl = "none/c.db"', 5, "store: there is no folder"),
        (
            '[store]\nurl = "mysql://a/b"',
            5,
            "store: of servers, only PostgreSQL's can be used: name one",
        ),
        ('policies = ["uk-nil", "nobody"]', 4, "site 'hq': unknown policy 'nobody'"),
        ('policies = ["mine.yaml"]', 4, "site 'hq': "),
        ('core = ["10.0.0.999"]', 4, "site 'hq': "),
        ('core = ["10.0.0.0/26", "10.0.1.0/24"]', 4, "site 'hq': no address in 10.0.1.0/24 is asked: add it to the"),
        ('decoys = ["10.0.0.7", "10.0.1.7"]', 4, "site 'hq': 10.0.1.7 is not asked: add it to the networks"),
        ('exclude = ["10.0.0.0/24"]', 3, "site 'hq': no address is left to ask"),
        ('[metrics]\ntextfile = "none/c.prom"', 5, "metrics: there is no folder"),
        ('[notify]\nwebhook = "https://a.example/"\nsecret_file = "none"', 6, "notify: cannot read the secret"),
        (
            '[notify]\nwebhook = "https://a.example/"',
            4,
            "notify: the environment variable CAMSCAN_WEBHOOK_SECRET contains no secret",
        ),
        ("rate = 0", 4, "site 'hq'.rate: Input should be greater than or equal to 1: write packets a second"),
        ('interface = "nope0"', 4, "site 'hq': this host has no interface nope0: `ip link` lists those that it has"),
    ],
)
def test_each_fault_is_told_with_its_line(tmp_path: Path, more: str, line: int, message: str) -> None:
    done = check(tmp_path / "c.toml", SITE + more)
    assert isinstance(done.exception, UsageError)
    assert done.stdout == ""
    (fault,) = str(done.exception).splitlines()
    assert fault.startswith(f"{tmp_path}/c.toml:{line}: {message}")


def test_policies_are_looked_for_in_the_folders_that_a_sweep_is_given_too(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(f'{SITE}policies = ["uk-nil", "ours"]')
    mine = tmp_path / "rules" / "policies"
    mine.mkdir(parents=True)
    built_in = (fingerprints_folder() / "policies" / "us-ndaa-889.yaml").read_text()
    (mine / "ours.yaml").write_text(built_in.replace("id: us-ndaa-889", "id: ours"))
    command = ["check", str(tmp_path / "c.toml")]
    with pytest.raises(UsageError, match="unknown policy 'ours'"):
        CliRunner().invoke(config, command, catch_exceptions=False)
    done = CliRunner().invoke(config, [*command, "--fingerprints", str(mine.parent)], catch_exceptions=False)
    assert done.exit_code == 0
    with pytest.raises(RuleError):  # as a sweep would
        CliRunner().invoke(config, [*command, "--fingerprints", str(mine)], catch_exceptions=False)


def test_logins_that_no_channel_would_use_are_a_fault(tmp_path: Path) -> None:
    (tmp_path / "logins.json").touch(0o600)
    done = check(tmp_path / "c.toml", f'{SITE}channels = ["wsd", "http"]\ncredentials = "logins.json"\n')
    told = "site 'hq': credentials = FILE logs in on none of the chosen channels: name login too, or leave it out"
    assert str(done.exception) == f"{tmp_path}/c.toml:4: {told}"
    both = f'{SITE}channels = ["wsd", "login"]\ncredentials = "logins.json"\n'
    assert check(tmp_path / "c.toml", both).exit_code == 0


@pytest.mark.parametrize(
    ("networks", "key"), [("8.8.8.0/24", "allow_public = true"), ("10.0.0.0/8", "allow_large = true")]
)
def test_what_needs_to_be_allowed_says_how(tmp_path: Path, networks: str, key: str) -> None:
    text = SITE.replace("10.0.0.0/24", networks)
    told = str(check(tmp_path / "c.toml", text).exception)
    assert f"add {key}" in told
    assert f"plan {key}" not in told
    assert check(tmp_path / "c.toml", f"{text}{key}\n").exit_code == 0


def test_faults_of_all_sites_are_told_at_once(tmp_path: Path) -> None:
    text = f'{SITE}channels = ["x"]\nexclude = ["y z"]\n[[site]]\nname = "b"\nnetworks = ["10.0.0.0/33"]\n'
    faults = str(check(tmp_path / "c.toml", text).exception).splitlines()
    assert [fault.split(":")[1] for fault in faults] == ["4", "5", "8"]


def test_a_sign_of_life_at_a_private_address_needs_to_be_allowed(tmp_path: Path) -> None:
    secret = tmp_path / "ping.url"
    secret.write_text("http://10.0.0.9/{site}\n")
    secret.chmod(0o600)
    part = '[ping]\nurl_file = "ping.url"\n'
    told = str(check(tmp_path / "c.toml", SITE + part).exception)
    assert told.startswith(f"{tmp_path}/c.toml:5: ping: 10.0.0.9 is private: set allow_private = true")
    assert check(tmp_path / "c.toml", f"{SITE}{part}allow_private = true\n").exit_code == 0


def test_a_core_network_may_be_all_that_is_asked(tmp_path: Path) -> None:
    done = check(
        tmp_path / "c.toml",
        f'{SITE}exclude = ["10.0.1.0/24"]\ncore = true\n'.replace('/24"]', '/24", "10.0.1.0/24"]', 1),
    )
    assert done.exit_code == 0, done.exception


def test_overlapping_sites_are_normal(tmp_path: Path) -> None:
    done = check(tmp_path / "c.toml", SITE + SITE.replace("hq", "b"))
    assert done.exit_code == 0


def test_where_a_configuration_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(configuration, "PLACES", (Path("camscan.toml"), tmp_path / "etc" / "camscan.toml"))
    done = CliRunner().invoke(config, ["check"])
    assert str(done.exception).startswith(
        f"found neither camscan.toml here nor {tmp_path}/etc/camscan.toml: create one"
    )
    Path("camscan.toml").write_text(SITE)
    assert CliRunner().invoke(config, ["check"]).exit_code == 0


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    done = CliRunner().invoke(config, ["check", str(tmp_path / "none.toml")])
    assert isinstance(done.exception, UsageError)
    assert "make one with `camscan init`" in str(done.exception)
