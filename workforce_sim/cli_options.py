"""Options that several commands share, each told once: luck, processes, memory, finished replications, a cluster."""

from __future__ import annotations

from pathlib import Path

import click

seed = click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True, metavar="S", help="Luck."
)
workers = click.option("--workers", type=click.IntRange(1), metavar="W", help="Processes; default: as many as pay.")
store = click.option(
    "--store",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of finished replications, to go on from; default: .replications beside --out.",
)
scheduler = click.option(
    "--scheduler",
    default="local",
    show_default=True,
    metavar="WHERE",
    help="local, or dask:ADDRESS, such as dask:tcp://127.0.0.1:8786.",
)
at_most_gb = click.option(
    "--at-most-gb", type=float, metavar="GB", help="Memory it may be thought to need; default: all free."
)
