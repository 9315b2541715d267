"""Where a listed device offends more than a list: the sentences about sensitive sites and core networks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from camscan.policy.policies import Policy
from camscan.records import Judged, Verdict
from camscan.summaries import Offence, Tag


def placed(judged: Judged, policies: Sequence[Policy], tags: Collection[Tag]) -> Judged:
    """A device with the sentences that it offends, at a place with these tags; only a listed one offends any."""
    if judged.verdict is not Verdict.LISTED or not tags:
        return judged
    listing = {by.policy for by in judged.listed_by}
    offends = tuple(
        Offence(policy.id, tag, told.text, told.citation, told.url, (told.since or policy.since).isoformat())
        for tag in Tag
        if tag in tags
        for policy in policies
        if policy.id in listing
        for told in policy.directions
        if told.applies == tag
    )
    return replace(judged, offends=offends)
