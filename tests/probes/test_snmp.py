"""SNMP, asked with the operator's community, which no observation keeps."""

from __future__ import annotations

import os

from support.nets import ScriptedNet

from camscan.codecs.snmp import encode_get
from camscan.probes.base import Ask
from camscan.probes.snmp import with_community
from camscan.records import Outcome

HOST = "10.0.0.5"
ANSWER = (
    bytes.fromhex("302b 020101 0406")
    + b"secret"
    + bytes.fromhex("a21e 020101 020100 020100 3013 3011 06082b06010201010100 0405")
    + b"a cam"
)


async def test_the_community_is_masked_in_what_is_kept() -> None:
    net = ScriptedNet(datagrams={(HOST, 161): [ANSWER]})
    (found,) = [o async for o in with_community("secret").to_address().run(Ask(HOST), net)]
    assert found.outcome is Outcome.ANSWERED
    assert found.fields["snmp.sys_descr"] == ("a cam",)
    assert b"secret" not in found.raw
    assert b"******" in found.raw


async def test_a_community_of_any_bytes_is_sent_and_masked_as_it_was_given() -> None:
    given = b"s\xffcret"
    net = ScriptedNet(datagrams={(HOST, 161): [ANSWER.replace(b"secret", given)]})
    community = os.fsdecode(given)  # as the command line has it
    (found,) = [o async for o in with_community(community).to_address().run(Ask(HOST), net)]
    assert b"******" in found.raw
    assert given in encode_get(community, 1)
