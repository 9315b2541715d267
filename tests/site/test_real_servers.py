"""Real servers from Debian packages in a namespace: what they are is said, and none is taken for a camera's maker."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support.lab import Lab, lab

pytestmark = pytest.mark.netns

NGINX, LIGHTTPD, RTSP, NOBODY = "10.77.0.11", "10.77.0.12", "10.77.0.13", "10.77.0.14"
_SITE_SIDE = "10.99.0.2"


def nginx(folder: Path) -> list[str]:
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; "
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
        f"server {{ listen {NGINX}:80; location / {{ return 200 'hello'; }} }}\n"
        f"server {{ listen {NGINX}:443 ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;\n"
        "location / { return 200 'hello'; } } }\n"
    )
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=intranet/O=Site"]
    subprocess.run([*made, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
    return ["nginx", "-c", str(configuration), "-p", str(folder)]


def lighttpd(folder: Path) -> list[str]:
    configuration = folder / "lighttpd.conf"
    (folder / "index.html").write_text("<title>Plant status</title>")
    configuration.write_text(
        f'server.document-root = "{folder}"\nserver.bind = "{LIGHTTPD}"\nserver.port = 8080\n'
        'index-file.names = ("index.html")\nmimetype.assign = (".html" => "text/html")\n'
    )
    return ["lighttpd", "-D", "-f", str(configuration)]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("servers")
    folder.chmod(0o755)
    servers = [
        nginx(folder),
        lighttpd(folder),
        ["rtsp-server-perl", "--client_listen_address", RTSP, "--clientport", "554"],
        ["wsdd2", "-4", "-u", "-w", "-N", "storage", "-H", "storage"],
    ]
    for command in servers:
        assert shutil.which(command[0]), f"{command[0]} is missing: .ci/run installs it"
    with lab() as site, ExitStack() as stack:
        site.keep_only([NGINX, LIGHTTPD, RTSP, NOBODY])
        for command in servers:
            stack.enter_context(site.running(command))
        _wait_for(site, [(NGINX, 80), (LIGHTTPD, 8080), (RTSP, 554)])
        yield scanned(site, folder, "10.77.0.0/28", _SITE_SIDE)


def scanned(site: Lab, folder: Path, *targets: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "camscan", "scan", *targets, "--db", str(folder / "scan.db")]
    done = site.run([*command, "--format", "json", "--all", "--quiet"])
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _wait_for(site: Lab, places: list[tuple[str, int]]) -> None:
    for address, port in places:
        for _ in range(100):
            attempt = f"import socket; socket.create_connection(({address!r}, {port}), 1)"
            if site.run([sys.executable, "-c", attempt]).returncode == 0:
                break
            time.sleep(0.05)


def device(report: dict[str, Any], address: str) -> dict[str, Any]:
    return next(device for device in report["devices"] if address in device["addresses"])


def test_web_servers_are_found_on_all_their_ports(report: dict[str, Any]) -> None:
    assert device(report, NGINX)["ports"] == [80, 443]
    assert device(report, LIGHTTPD)["ports"] == [8080]


def test_an_rtsp_server_is_camera_like(report: dict[str, Any]) -> None:
    assert device(report, RTSP)["ports"] == [554]


def test_the_host_that_only_answers_discovery_is_found(report: dict[str, Any]) -> None:
    assert device(report, _SITE_SIDE)["ports"] == []


def test_nobody_is_listed_or_suspected(report: dict[str, Any]) -> None:
    verdicts = {device["verdict"] for device in report["devices"]}
    assert verdicts <= {"not-listed", "unidentified"}


def test_the_ledger_tells_silence_from_refusal(report: dict[str, Any]) -> None:
    ledger = report["scan"]["ledger"]
    assert ledger["targets"] == 15
    assert (ledger["answered"], ledger["refused"], ledger["silent"]) == (4, 1, 10)
    assert report["scan"]["status"] == "complete"
