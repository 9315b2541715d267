"""What one device shows, also with its login; no store keeps it."""

from __future__ import annotations

from dataclasses import replace

from camscan.app.discovering import MemorySink
from camscan.app.scope import Choices, scope_of
from camscan.app.strategy import strategy_of
from camscan.credentials.broker import CredentialBroker
from camscan.engine import Engine
from camscan.net.live import LiveNet
from camscan.net.scope import Scope
from camscan.probes.base import Stage
from camscan.records import Observation


async def ask_one(choices: Choices, login: CredentialBroker) -> list[Observation]:
    """What was heard of one host without asking its segment, and what became of its login."""
    scope, strategy = scope_of(choices), strategy_of(choices)
    unicast = replace(strategy.plan, probes=[p for p in strategy.plan.probes if p.stage is not Stage.SEGMENT])
    sink = MemorySink()
    async with LiveNet(Scope(scope.targets), strategy.profile, broker=login) as net:
        await Engine(net, unicast, sink, window=1).run(scope.asked.shuffled(0))
    return [one for one in sink.seen if one.outcome.has_answer or one.channel == "login"]
