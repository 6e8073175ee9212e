"""`muster server`: the server alone."""

import click
import uvloop

from muster.cli.logs import start_logging
from muster.cli.options import server_options
from muster.cli.serving import Server, on_signals
from muster.settings import LoadedSettings


@click.command(
    "server",
    short_help="Run the server.",
    epilog="Example: muster server --data /var/lib/muster -a 0.0.0.0 -p 8080",
)
@server_options
def command(loaded: LoadedSettings) -> None:
    """Run the server until Ctrl-C or SIGTERM; SIGHUP reads the configuration again."""
    start_logging(loaded.settings.log)
    uvloop.run(_run(Server(loaded)))


async def _run(server: Server) -> None:
    on_signals(server)
    await server.run()
