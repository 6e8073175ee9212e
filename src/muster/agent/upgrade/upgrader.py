"""Takes the command to upgrade, installs the package, and says how far it is."""

import asyncio
import errno
import logging
import os
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import msgspec

from muster import __version__
from muster.agent.backoff import Backoff
from muster.agent.clock import Clock
from muster.agent.outcome import Answer, Outcome
from muster.agent.thread import in_thread
from muster.agent.upgrade.local import Place, Trust
from muster.agent.upgrade.package import check_content, folder_name, remove_others, remove_unfinished, unpack
from muster.agent.upgrade.record import Handover, Record, RecordFile, settled
from muster.errors import InvalidInput
from muster.failpoints import Reach
from muster.model.ids import CommandId
from muster.model.link import CheckinRequest, Command, CommandResult
from muster.model.release import (
    Manifest,
    SignedManifest,
    UpgradeState,
    UpgradeStatus,
    check_signature,
    parse_signed_manifest,
    parse_version,
    this_target,
)

BUSY_WAIT_S = 1.0
"""While an upgrade is under way, check-ins are held no longer, so that its end is told soon."""

SWITCH = 75
"""The exit code that asks the launcher to start the version that was handed over to it."""

DOWNLOAD_S = 3600.0
"""So long a package is asked for while the server is busy or away."""

MAX_PAUSE_S = 30.0

_log = logging.getLogger(__name__)

Fetch = Callable[[Manifest, Path], Awaitable[Answer]]
"""Writes a package to a file. Raises OSError, and InvalidInput when it is longer than its manifest says."""


class Upgrader:
    """One upgrade at a time. Used on the event loop only.

    `needs` tells at any time what this agent has that a package may lack.
    `switch` is called when this process shall end with the exit code `SWITCH`, so that the launcher
    starts the next version; `is_switching` is set then.
    """

    def __init__(
        self,
        place: Place,
        trust: Trust,
        *,
        clock: Clock,
        reach: Reach,
        switch: Callable[[], None],
        needs: Callable[[], list[str]],
    ) -> None:
        self._place = place
        self._trust = trust
        self._clock = clock
        self._reach = reach
        self._switch = switch
        self._needs = needs
        self._file = RecordFile(place.data)
        self._handover = Handover(place.data)
        self._record = settled(self._file.load(), self._handover.outcome(), place.running)
        self._order: SignedManifest | None = None
        self._ordered = asyncio.Event()
        self._refused: dict[CommandId, CommandResult] = {}
        self._told: UpgradeStatus | None = None
        self._is_proven = False
        self.is_switching = False

    @property
    def status(self) -> UpgradeStatus:
        """What the server should know."""
        record = self._record
        return UpgradeStatus(
            target=this_target(),
            can_upgrade=not self._inability(),
            state=record.state,
            version=record.version,
            sha256=record.sha256,
            reason=record.reason or self._inability(),
            failed=record.failed,
            needs=self._needs(),
        )

    def add_to(self, request: CheckinRequest) -> CheckinRequest:
        """Return a check-in that says what the server does not know of upgrades yet.

        What was ordered begins with it, so that the server knows of it, and, by the held connection,
        at once when this process dies of it.
        """
        if self._order is not None:
            self._ordered.set()
        results = [*request.results, *self._results()][:64]
        status = self.status
        is_busy = self._order is not None or len(results) > len(request.results)
        return msgspec.structs.replace(
            request,
            upgrade=None if status == self._told else status,
            results=results,
            wait_s=min(request.wait_s, BUSY_WAIT_S) if is_busy else request.wait_s,
        )

    def told(self, request: CheckinRequest) -> None:
        """Note that the server took a check-in: this version works, and what was said is known."""
        if request.upgrade is not None:
            self._told = request.upgrade
        said = {result.id for result in request.results}
        for command_id in said:
            self._refused.pop(command_id, None)
        if self._record.command_id in said and not self._record.is_told:
            self._keep(msgspec.structs.replace(self._record, is_told=True))
        self._prove_health()

    def order(self, command: Command) -> None:
        """Take a command to upgrade; its result is told when it is known. One that is known is dropped."""
        if command.id == self._record.command_id:
            return
        if self._order is not None or self._record.state is UpgradeState.TRYING:
            self._refuse(command, "another upgrade is under way")
            return
        try:
            signed = parse_signed_manifest(command.argument)
        except InvalidInput as error:
            self._refuse(command, error.message)
            return
        manifest = signed.manifest
        if manifest.sha256 in self._record.failed:
            self._refuse(command, f"this package of {manifest.version} failed here before")
            return
        self._keep(
            Record(
                command_id=command.id,
                state=UpgradeState.INSTALLING,
                version=manifest.version,
                sha256=manifest.sha256,
                name=folder_name(manifest),
                failed=self._record.failed,
                is_told=False,
            )
        )
        self._order = signed

    async def run(self, fetch: Fetch) -> None:
        """Install what is ordered until cancelled."""
        await in_thread(lambda: remove_unfinished(self._place.versions))
        while True:
            await self._ordered.wait()
            self._ordered.clear()
            if self._order is not None:
                await self._install(self._order, fetch)
                self._order = None

    async def _install(self, signed: SignedManifest, fetch: Fetch) -> None:
        """Install a package and ask the launcher for it; a failure is recorded, and this version goes on."""
        manifest = signed.manifest
        if self._record.name == self._place.running:
            self._end(ok=True, reason="it runs already")
            return
        if unwanted := self._unwanted(manifest):
            self._end(ok=False, reason=unwanted)
            return
        try:
            await in_thread(lambda: self._check_signature(signed))
            await self._download(manifest, fetch)
            await in_thread(lambda: self._unpack(manifest))
            self._hand_over(manifest)
        except InvalidInput as error:
            self._end(ok=False, reason=error.message, is_lasting=True)
        except OSError as error:
            self._end(ok=False, reason=_describe(error))
        except _Postponed as error:
            self._end(ok=False, reason=str(error))
        finally:
            self._package(manifest).unlink(missing_ok=True)

    def _unwanted(self, manifest: Manifest) -> str:
        """Return why a package is not even fetched; nothing when it is."""
        here = this_target()
        if inability := self._inability():
            return inability
        if manifest.target != here:
            return f"it is for {manifest.target}; this is {here}"
        if unfit := manifest.unfit(self._needs()):
            return unfit
        is_newer = parse_version(manifest.version) > parse_version(__version__)
        if not is_newer and not self._trust.allow_downgrade:
            return f"{manifest.version} is not newer than {__version__}; agent.allow_downgrade is off"
        return ""

    def _inability(self) -> str:
        if not self._place.running:
            return "the agent was not started by the launcher"
        if self._trust.public_key is None:
            return "the agent has no release key (agent.upgrade_key)"
        return ""

    def _check_signature(self, signed: SignedManifest) -> None:
        check_signature(signed, self._trust.public_key or b"")

    async def _download(self, manifest: Manifest, fetch: Fetch) -> None:
        """Fetch a package, again after a while when the way to the server fails. Raises as `Fetch` does."""
        backoff = Backoff(1.0, MAX_PAUSE_S, self._clock.random)
        self._place.versions.mkdir(mode=0o700, exist_ok=True)
        end_s = self._clock.monotonic_s() + DOWNLOAD_S
        while (answer := await fetch(manifest, self._package(manifest))).outcome is not Outcome.DONE:
            if self._clock.monotonic_s() > end_s:
                raise _Postponed(f"the package cannot be fetched: {answer.message}")
            await self._clock.sleep(backoff.next_s(answer.retry_after_s))

    def _unpack(self, manifest: Manifest) -> None:
        check_content(self._package(manifest), manifest)
        remove_others(self._place.versions, self._place.running, self._package(manifest).name)
        unpack(self._package(manifest), manifest, self._place.versions)
        self._reach("agent.upgrade.unpacked")

    def _hand_over(self, manifest: Manifest) -> None:
        """Ask the launcher to start the version, and end. Raises OSError."""
        record = msgspec.structs.replace(self._record, state=UpgradeState.TRYING)
        self._file.store(record)
        self._record = record
        self._reach("agent.upgrade.recorded")
        self._handover.ask(
            {
                "name": record.name,
                "command_id": record.command_id,
                "server": self._place.server,
                "ca_file": self._place.ca_file,
            }
        )
        _log.info("version %s is installed in %s; restarting with it", manifest.version, record.name)
        self.is_switching = True
        self._switch()

    def _package(self, manifest: Manifest) -> Path:
        return self._place.versions / f".package-{manifest.sha256[:8]}"

    def _prove_health(self) -> None:
        """Let the launcher know that this version checks in."""
        if self._is_proven or not self._place.running:
            return
        try:
            self._handover.prove_health(self._place.running)
        except OSError as error:
            _log.error("the launcher cannot be told that this version works: %s", error)
            return
        self._is_proven = True
        if self._record.state is UpgradeState.TRYING and self._record.name == self._place.running:
            self._end(ok=True, reason="")

    def _results(self) -> Iterable[CommandResult]:
        record = self._record
        yield from self._refused.values()
        if not record.is_told and record.state in (UpgradeState.DONE, UpgradeState.FAILED):
            is_done = record.state is UpgradeState.DONE
            message = record.reason or f"runs {record.version}"
            yield CommandResult(id=CommandId(record.command_id), ok=is_done, message=message)

    def _refuse(self, command: Command, reason: str) -> None:
        _log.warning("upgrade refused: %s", reason)
        self._refused[command.id] = CommandResult(id=command.id, ok=False, message=reason[:1024])

    def _end(self, *, ok: bool, reason: str, is_lasting: bool = False) -> None:
        _log.log(
            logging.INFO if ok else logging.ERROR,
            "upgrade to %s %s%s",
            self._record.version,
            "done" if ok else "failed",
            f": {reason}" if reason else "",
        )
        self._keep(self._record.ended(ok=ok, reason=reason, is_lasting=is_lasting))

    def _keep(self, record: Record) -> None:
        self._record = record
        self._file.save(record)


class _Postponed(Exception):
    """The surroundings are the reason that a package is not installed; ordering it again may help."""


def _describe(error: OSError) -> str:
    reason = os.strerror(error.errno) if error.errno else str(error)
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return f"the disk has no room for it: {reason}" if is_full else f"it cannot be installed: {reason}"
