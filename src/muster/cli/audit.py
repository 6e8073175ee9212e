"""`muster audit`: exports that anybody can verify, and checks of the log itself."""

from pathlib import Path

import click

from muster.cli.audit_export import export_events
from muster.cli.audit_log import load_signer
from muster.cli.client import Client, client_options
from muster.cli.options import data_options
from muster.core.audit.export import read_head, verify_lines
from muster.core.audit.fsck import check_log
from muster.core.audit.note import Checkpoint, Verifier, parse_verifier, read_checkpoint
from muster.errors import CallerError, InvalidInput
from muster.settings import LoadedSettings
from muster.store.relational.audit import open_audit_database
from muster.store.relational.audit_check import RelationalStoredLog


@click.group("audit", short_help="Export, verify and check the audit log.")
def command() -> None:
    """Audit events and the proofs that nobody changed them."""


@command.command("key", epilog="Example: muster audit key > audit.vkey")
@data_options
def key(loaded: LoadedSettings) -> None:
    """Print the public key of checkpoints: what verifiers need, and may be given to everybody."""
    click.echo(load_signer(loaded.settings).verifier.text)


@command.command(
    "export", epilog="Example: muster audit export --from 2026-07-01 --to 2026-08-01 july.ndjson"
)
@client_options
@click.option("--from", "since", metavar="TIME", help="Events of this time or later, ISO 8601.")
@click.option("--to", "until", metavar="TIME", help="Events before this time.")
@click.option("--application", metavar="NAME", help="Events of this application.")
@click.option("--kind", metavar="KIND", help="Events of this kind.")
@click.option("--overwrite", is_flag=True, help="Replace FILE and its checkpoint.")
@click.argument("file", metavar="FILE", type=Path)
def export(
    client: Client,
    since: str | None,
    until: str | None,
    application: str | None,
    kind: str | None,
    overwrite: bool,
    file: Path,
) -> None:
    """Write events with their proofs to FILE, the newest first, and their checkpoint to FILE.checkpoint.

    With a token of scope admin the events of Muster itself are in it too, so that a whole export is complete.
    """
    if file.exists() and not overwrite:
        raise InvalidInput(f"{file} exists; name another, or add --overwrite", field="FILE")
    filters = {"from": since, "to": until, "application_name": application, "event_kind": kind}
    count, size = export_events(client, file, filters)
    click.echo(f"{count} of {size} events in {file}, checkpoint in {file}.checkpoint", err=True)


@command.command(
    "verify", epilog="Example: muster audit verify july.ndjson --checkpoint july.checkpoint --key audit.vkey"
)
@click.argument("file", metavar="FILE", type=Path)
@click.option(
    "--checkpoint",
    metavar="FILE",
    type=Path,
    help="The signed checkpoint.  [default: of the first line, as the console exports]",
)
@click.option(
    "--key",
    "key_file",
    metavar="FILE",
    type=Path,
    required=True,
    help="The public key, by `muster audit key`.",
)
@click.option("--complete", is_flag=True, help="Every event of the checkpoint must be in FILE.")
def verify(file: Path, checkpoint: Path | None, key_file: Path, complete: bool) -> None:
    """Check an export without a server: that each event was logged as it says."""
    verifier = _load_verifier(key_file)
    try:
        with file.open("rb") as lines:
            head = read_head(lines.readline())
            if head is None:
                lines.seek(0)
            note = _read_text(checkpoint) if checkpoint else head
            if note is None:
                raise InvalidInput(f"{file} does not begin with a checkpoint; name one", field="--checkpoint")
            signed = verifier.verify(note)
            verdict = verify_lines(lines, signed, first=1 if head is None else 2, is_complete=complete)
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror}", field="FILE") from None
    for one in verdict.wrong:
        click.echo(f"{one.place}: {one.reason}", err=True)
    if verdict.wrong_count:
        first = verdict.wrong[0].place
        raise CallerError(f"{verdict.wrong_count} wrong, {verdict.checked} in the file; the first: {first}")
    if not verdict.checked:
        raise CallerError(f"there is no event in {file}, so nothing was verified")
    click.echo(
        f"{verdict.checked} events are as they were logged, in a log of {signed.size} by {signed.origin}"
    )


@command.command(
    "fsck", epilog="Example: muster audit fsck --data /var/lib/muster --checkpoint kept.checkpoint"
)
@data_options
@click.option(
    "--checkpoint",
    metavar="FILE",
    type=Path,
    help="An earlier one, kept elsewhere: finds a log that was cut off.",
)
@click.option("--key", "key_file", metavar="FILE", type=Path, help="The public key.  [default: of audit.key]")
def fsck(loaded: LoadedSettings, checkpoint: Path | None, key_file: Path | None) -> None:
    """Check the log of a data directory from its first event and name the first that is wrong."""
    verifier = _load_verifier(key_file) if key_file else load_signer(loaded.settings).verifier
    kept: Checkpoint | None = verifier.verify(_read_text(checkpoint)) if checkpoint else None
    relational = open_audit_database(loaded.settings.relational.dsn, loaded.settings.data, create=False)
    try:
        finding = relational.read_now(lambda c: check_log(RelationalStoredLog(c), verifier, kept))
        size = relational.read_now(lambda c: read_checkpoint(RelationalStoredLog(c).head()[1]).size)
    finally:
        relational.close()
    if finding is not None:
        raise CallerError(f"{_where(finding.index)}: {finding.reason}")
    click.echo(f"{size} events are as they were logged")


def _where(index: int | None) -> str:
    return "the log" if index is None else f"index {index}"


def _load_verifier(path: Path) -> Verifier:
    return parse_verifier(_read_text(path))


def _read_text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path}: {error}", field="FILE") from None
