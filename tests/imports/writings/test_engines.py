"""What search engines and template scanners record of a host becomes the lines that nmap would print."""

from __future__ import annotations

import json

import pytest
from support.costs import costs_less_than

from camscan.imports.writings.registry import unwrap


def test_records_of_search_engines_with_a_product() -> None:
    found = {"matches": [{"ip": "192.0.2.4", "portinfo": {"app": "A DVR", "port": 37777, "service": "dvr"}}]}
    assert unwrap(json.dumps(found)) == "37777/tcp open dvr A DVR"
    assert unwrap('{"port": 80, "product": "A"}') == "80/tcp open unknown A"
    for text in (
        '{"product": "A"}',
        '{"port": "x", "product": "A"}',
    ):
        assert unwrap(text) == text


def test_a_product_stands_beside_the_answer_it_was_told_by() -> None:
    record = {"portinfo": {"app": "A httpd", "port": 81, "banner": "HTTP/1.1 200 OK\r\nServer: a\r\n"}}
    assert unwrap(json.dumps(record)) == ("81/tcp open unknown A httpd\n|_banner: HTTP/1.1 200 OK\\x0d\\x0aServer: a")


def test_hardware_by_its_name_of_weaknesses_but_not_programs_or_systems() -> None:
    record = {"ip": "192.0.2.9", "ports": [80, 554], "cpes": ["cpe:/h:acme:cam-1", "cpe:/o:linux:linux_kernel"]}
    assert unwrap(json.dumps(record)) == "80/tcp open unknown\n554/tcp open unknown\n0/tcp open unknown acme cam-1"


def test_software_by_its_vendor() -> None:
    record = {"services": [{"port": 80, "software": [{"vendor": "Acme", "product": "Web Server"}, {"part": "a"}]}]}
    assert unwrap(json.dumps(record)) == "80/tcp open unknown Acme Web Server"


@pytest.mark.parametrize(
    ("line", "product"),
    [
        ('product:"acme"', "acme"),
        ('app="acme"', "acme"),
        ("[acme-detect] [http] [info] http://192.0.2.9/login", "acme"),
        ("[acme-cam-login] [http] [info] http://192.0.2.9/login [Acme]", "acme cam"),
        ("[acme-cam-file-read] [http] [high] http://192.0.2.9/a", "acme cam"),
        ("[CVE-2021-36260] [http] [critical] http://192.0.2.9/", "CVE-2021-36260"),
        ('app.name="acme"', "acme"),
        ("[tech-detect:acme] [http] [info] http://192.0.2.9", "acme"),
        ('{"template-id": "acme-panel", "matched-at": "http://192.0.2.9"}', "acme"),
        ('{"template-id": "tech-detect", "matcher-name": "acme-cam"}', "acme cam"),
    ],
)
def test_conditions_and_templates_that_name_a_product(line: str, product: str) -> None:
    assert unwrap(line) == f"0/tcp open unknown {product}"


@pytest.mark.parametrize(
    "text",
    [
        "[cnvd-2021-12345] [http] [critical] http://192.0.2.9/",
        "[tech-detect] [http] [info] http://192.0.2.9",
        "[http-missing-security-headers:x-frame-options] [http] [info] http://192.0.2.9",
        "[acme-detect] of http",
        '{"cpes": "cpe:/h:acme:cam-1"}',
        '{"software": [{"part": "a"}]}',
        '{"portinfo": {"port": 80}}',
        '{"template-id":',
    ],
)
def test_other_text_stays(text: str) -> None:
    assert unwrap(text) == text


@pytest.mark.parametrize("part", ["[a-detect", '{"cpes":[', '"portinfo":{', "[a-detect] [http] [", "-detect"])
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        unwrap(part * (60_000 // len(part)))
