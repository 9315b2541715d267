"""Texts that speak of devices, and are no answer: what monitoring watches, what scanners look for, what people say."""

from __future__ import annotations

import re

from camscan.imports.writings.base import ANSWER_START, nonblank_lines

_METRIC = r"[A-Za-z_][\w:]{0,127}"
_SAMPLE = re.compile(
    rf"(?:{_METRIC}(?:\{{[^{{}}\r\n]{{1,1024}}\}})?[ \t]+[-+]?[\d.]\S{{0,24}}|# (?:HELP|TYPE|EOF)\b.*)"
)
"""A line of what a monitoring system gathers (Prometheus, OpenMetrics)."""
_LABELLED = re.compile(rf"^{_METRIC}\{{[A-Za-z_]\w{{0,63}}=\"[^\r\n]{{0,1024}}\"[^\r\n\"]{{0,8}}\}}[ \t]", re.MULTILINE)

_MAX_SENTENCE = 512
_MAX_TEMPLATE = 16 * 1024
_FEWEST_MEMBERS = 2  # by which a template is told
_KINDS = r"(?:cameras|devices|recorders|DVRs|NVRs|IPCs|units|products|hosts|models)"
_SAYS = r"(?:answer|reply|respond|return|send|use|identify|show|report)"
_MOSTLY = r"(?:usually|typically|often|normally|commonly|generally|always)"
_OF_MANY = re.compile(
    rf"\b{_KINDS} (?:{_MOSTLY}|(?:will |may |can )?{_SAYS})\b|\b{_MOSTLY} (?:{_SAYS}|answers|replies|sends|says)\b"
    r"|(?:\A|[.;:] )(?:if|when|where|whenever) (?:the|an?|its?|you)\b"
    r"|\bsearch(?:es|ing)? (?:\w{1,16} )?for\b|\bto (?:find|detect|recogni[sz]e|identify)\b|\blook(?:s|ing)? for\b"
    r"|\bcan be (?:found|recogni[sz]ed|detected|identified)\b|\bindicates? (?:a|an|that)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?<![\w/.-])[A-Za-z]?[a-z]{1,14}(?![\w/.=-])")
_FEWEST = 5  # words of a sentence
_MEMBER = re.compile(
    r"^[ \t]*(?:- )?(max-request|severity|matchers(?:-condition)?|extractors|classification|cvss-(?:score|metrics)"
    r"|(?:shodan|fofa|google|zoomeye|censys|publicwww)-query|words|dsl)[ \t]?:",
    re.MULTILINE | re.IGNORECASE,
)
"""What a template says of what it looks for."""


def is_hearsay(text: str) -> bool:
    """Whether a text is samples of a monitoring system, a template of a scanner, or a general sentence."""
    return _is_metrics(text) or _is_general(text) or _is_template(text)


def _is_metrics(text: str) -> bool:
    return _LABELLED.search(text) is not None and all(map(_SAMPLE.match, map(str.strip, nonblank_lines(text))))


def _is_general(text: str) -> bool:
    line = text.strip()
    if len(line) > _MAX_SENTENCE or "\n" in line or ANSWER_START.match(line):
        return False
    return len(_WORD.findall(line)) >= _FEWEST and _OF_MANY.search(line) is not None


def _is_template(text: str) -> bool:
    return len({name.lower() for name in _MEMBER.findall(text[:_MAX_TEMPLATE])}) >= _FEWEST_MEMBERS
