"""From makers to verdicts: cited lists of legal entities, and what they say about a device."""

from camscan.policy.judge import judge_all, judge_each, with_offences
from camscan.policy.policies import Direction, Entity, Policy, check, files, files_in, load

__all__ = [
    "Direction",
    "Entity",
    "Policy",
    "check",
    "files",
    "files_in",
    "judge_all",
    "judge_each",
    "load",
    "with_offences",
]
