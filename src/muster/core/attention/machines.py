"""What can be wrong with one machine, from what its agent said last."""

from collections.abc import Iterator

from muster.core.attention.finding import Amount, Finding, Kind, Severity, Subject
from muster.core.fleet.desired import NOTHING
from muster.core.fleet.registry import Fleet
from muster.core.metrics.grid import SECOND_US
from muster.core.metrics.overview import Now, Overview
from muster.model.agent import Agent
from muster.model.desired import DesiredState, RunnerState
from muster.model.metric_groups import GROUPS
from muster.model.release import UpgradeState

SILENT_S, SILENT_LONG_S = 60, 300
"""Check-ins come twice a minute. After the second an absence is no restart any more."""

DISK_CRITICAL_PERCENT, MEMORY_CRITICAL_PERCENT = 97.0, 99.0
MEMORY_S = 300
CLOCK_S = 60
TAKE_OVER_S = 60
"""An agent takes over within a second what it is told."""

MISSED_LOOKS, MISSED_S = 5, 120
LOSS_S = 86_400
"""For so long a loss is shown: nothing brings the rows back, so it has no end of its own."""


class Machines:
    """Looks at machines one by one. Used on the event loop only."""

    def __init__(self, fleet: Fleet, overview: Overview, *, started_us: int) -> None:
        """`started_us`: since when agents can answer this server (Unix microseconds)."""
        self._fleet = fleet
        self._overview = overview
        self._started_us = started_us

    def findings(self, agent: Agent, now_us: int) -> Iterator[Finding]:
        """Yield what is wrong with a machine. Of one that is silent nothing else is said: it is of old.

        One that is shut out is silent on purpose.
        """
        if self._fleet.is_shut_out(agent.id):
            return
        subject = Subject(agent_id=agent.id, hostname=agent.hostname)
        if not self._fleet.presence.is_online(agent.id):
            yield from self._silent(agent, subject, now_us)
            return
        now = self._overview.now(agent.id)
        if now is not None:
            yield from _shortages(now, subject, now_us)
            yield from self._missed(now, subject, now_us)
        yield from self._runners(subject)
        yield from self._loss(subject, now_us)
        yield from self._config(subject, now_us)
        yield from self._upgrade(subject)
        if abs(agent.skew_us) > CLOCK_S * SECOND_US:
            skew_s = agent.skew_us / SECOND_US
            amounts = (Amount("skew", skew_s, "s"),)
            yield _warning(Kind.CLOCK, subject, None, amounts, weight=abs(skew_s))

    def _silent(self, agent: Agent, subject: Subject, now_us: int) -> Iterator[Finding]:
        silent_s = (now_us - max(agent.last_seen_us, self._started_us)) / SECOND_US
        if silent_s < SILENT_S:
            return
        yield Finding(
            kind=Kind.SILENT,
            severity=Severity.CRITICAL if silent_s >= SILENT_LONG_S else Severity.WARNING,
            subject=subject,
            since_us=agent.last_seen_us,
            weight=now_us - agent.last_seen_us,
        )

    def _missed(self, now: Now, subject: Subject, now_us: int) -> Iterator[Finding]:
        if now.step_us <= 0 or not _takes_samples(self._fleet.desired.of(subject.agent_id)):
            return
        late_us = now_us - max(now.ts_us, self._started_us)
        if late_us > max(MISSED_LOOKS * now.step_us, MISSED_S * SECOND_US):
            amounts = (Amount("interval", now.step_us / SECOND_US, "s"),)
            yield _warning(Kind.NO_SAMPLES, subject, now.ts_us, amounts, weight=late_us)

    def _runners(self, subject: Subject) -> Iterator[Finding]:
        agent_id = subject.agent_id
        said = self._fleet.reported.runners(agent_id)
        bad = {name: status for name, status in said.items() if status.state in _BAD}
        if not bad:
            return
        wanted = self._fleet.desired.plan.runners(agent_id)
        for name, status in bad.items():
            if name in wanted and wanted[name].is_running:
                yield Finding(
                    kind=Kind.RUNNER,
                    severity=_BAD[status.state],
                    subject=Subject(agent_id=agent_id, hostname=subject.hostname, runner=name),
                    since_us=self._fleet.reported.failing_since_us(agent_id, name) or status.since_us or None,
                    reason=status.reason or (status.errors[-1] if status.errors else ""),
                )

    def _loss(self, subject: Subject, now_us: int) -> Iterator[Finding]:
        lost = self._fleet.losses.of(subject.agent_id, after_us=now_us - LOSS_S * SECOND_US)
        if lost is None:
            return
        counts = (("quarantined", lost.quarantined), ("thinned", lost.thinned))
        yield Finding(
            kind=Kind.LOSS,
            severity=Severity.CRITICAL if lost.quarantined else Severity.WARNING,
            subject=subject,
            since_us=lost.since_us,
            amounts=tuple(Amount(name, float(count), "rows") for name, count in counts if count),
            weight=lost.quarantined + lost.thinned,
        )

    def _config(self, subject: Subject, now_us: int) -> Iterator[Finding]:
        version = self._fleet.desired.of(subject.agent_id).version
        applied = self._fleet.reported.applied(subject.agent_id)
        if applied == version or (not applied and version == NOTHING):
            return
        told_us = self._fleet.deliveries.told_us(subject.agent_id, version)
        if told_us is not None and now_us - told_us > TAKE_OVER_S * SECOND_US:
            yield _warning(Kind.CONFIG, subject, told_us, (), weight=now_us - told_us)

    def _upgrade(self, subject: Subject) -> Iterator[Finding]:
        said = self._fleet.upgrades.of(subject.agent_id)
        if said is not None and said.state is UpgradeState.FAILED:
            yield Finding(
                kind=Kind.UPGRADE,
                severity=Severity.WARNING,
                subject=Subject(agent_id=subject.agent_id, hostname=subject.hostname, version=said.version),
                since_us=None,
                reason=said.reason,
            )


_BAD = {RunnerState.FAILED: Severity.CRITICAL, RunnerState.UNKNOWN: Severity.WARNING}


def _shortages(now: Now, subject: Subject, now_us: int) -> Iterator[Finding]:
    for shortage in now.shortages:
        is_disk = shortage.mountpoint != ""
        if not is_disk and now_us - shortage.since_us < MEMORY_S * SECOND_US:
            continue
        critical = DISK_CRITICAL_PERCENT if is_disk else MEMORY_CRITICAL_PERCENT
        free = [] if shortage.free_bytes is None else [Amount("free", shortage.free_bytes, "bytes")]
        yield Finding(
            kind=Kind.DISK if is_disk else Kind.MEMORY,
            severity=Severity.CRITICAL if shortage.percent >= critical else Severity.WARNING,
            subject=Subject(
                agent_id=subject.agent_id, hostname=subject.hostname, mountpoint=shortage.mountpoint
            ),
            since_us=shortage.since_us,
            is_older=shortage.is_older,
            amounts=(Amount("used", shortage.percent, "percent"), *free),
            weight=shortage.percent,
        )


def _takes_samples(desired: DesiredState) -> bool:
    off = desired.watch.off if desired.watch else ()
    return desired.metrics_interval_s is not None and len(off) < len(GROUPS)


def _warning(
    kind: Kind, subject: Subject, since_us: int | None, amounts: tuple[Amount, ...], *, weight: float
) -> Finding:
    return Finding(
        kind=kind,
        severity=Severity.WARNING,
        subject=subject,
        since_us=since_us,
        amounts=amounts,
        weight=weight,
    )
