"""Findings as a person reads them: many of a kind are one line, and the worst stand first."""

from collections.abc import Iterable

import msgspec

from muster.core.attention.finding import GRAVITY, Amount, Finding, Kind, Severity, Subject

ALONE = 3
"""So many of a kind have a line each."""

SUBJECTS = 5
MAX_LINES = 50


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line: `count` findings of a kind.

    `subjects` are at most five of them, the worst first; severity, `amounts` and `reason` are those of the
    worst, `since_us` is the first of all, null where nobody knows.
    """

    kind: Kind
    severity: Severity
    count: int
    subjects: list[Subject]
    since_us: int | None
    amounts: list[Amount]
    reason: str


def to_lines(findings: Iterable[Finding]) -> list[Line]:
    """Return the lines of findings, the worst first.

    Failing runners, spikes and failed upgrades are put together by runner and by version, all others by kind.
    """
    groups: dict[tuple[Kind, str], list[Finding]] = {}
    for finding in findings:
        subject = finding.subject
        groups.setdefault((finding.kind, subject.runner or subject.version), []).append(finding)
    lines = []
    for group in groups.values():
        group.sort(key=_badness)
        if len(group) > ALONE:
            lines.append((_badness(group[0]), _to_line(group)))
        else:
            lines.extend((_badness(finding), _to_line([finding])) for finding in group)
    lines.sort(key=lambda pair: pair[0])
    return [line for _, line in lines]


def _badness(finding: Finding) -> tuple[bool, int, float, str, str]:
    return (
        finding.severity is not Severity.CRITICAL,
        GRAVITY[finding.kind],
        -finding.weight,
        finding.subject.hostname,
        finding.subject.agent_id,
    )


def _to_line(group: list[Finding]) -> Line:
    """Return the line of findings, the worst of which is the first."""
    worst = group[0]
    return Line(
        kind=worst.kind,
        severity=worst.severity,
        count=len(group),
        subjects=[finding.subject for finding in group[:SUBJECTS]],
        since_us=min((f.since_us for f in group if f.since_us is not None), default=None),
        amounts=list(worst.amounts),
        reason=worst.reason,
    )
