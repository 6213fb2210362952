"""The command that opens the workshop page: `app`.

In: scenario files, a port and a host. Out: a server that runs until it is stopped; its address on standard output,
warnings on standard error.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from workforce_sim import cli_options
from workforce_sim.errors import UsageError

NEEDED = ("streamlit", "plotly")


@click.command()
@click.argument("files", metavar="[SCENARIO]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True, metavar="P",
              help="Port; 0 takes a free one.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
              help="Address to listen on. Any other lets people on the network in, with an access token.")  # fmt: skip
@cli_options.seed
@click.option("--workers", type=click.IntRange(1), metavar="W", help="Processes; default: one for each processor.")
def app(files: tuple[Path, ...], port: int, host: str, seed: int, workers: int | None) -> None:
    """Open the workshop page: what-ifs in the browser, live, beside a baseline.

    The first SCENARIO is the baseline; those that extend it are offered on the page. Needs
    `pip install 'workforce-sim[app]'`.
    """
    if any(find_spec(name) is None for name in NEEDED):
        raise UsageError("the page needs Streamlit and Plotly: pip install 'workforce-sim[app]'")
    from workforce_sim.app.room import furnish
    from workforce_sim.app.serve import serve

    furnish(files, seed, workers=workers)
    serve(host, port, lambda text: click.echo(text, err=text.startswith("Warning")))
