"""From makers to verdicts: cited lists of legal entities, and what they say about a device."""

from camscan.policy.judge import judge
from camscan.policy.policies import Entity, Policy, load

__all__ = ["Entity", "Policy", "judge", "load"]
