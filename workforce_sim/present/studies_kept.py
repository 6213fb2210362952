"""The studies whose finished replications are kept: how far each has come, and what it takes up.

In: a folder of finished replications. Out: a table for the terminal.
"""

from __future__ import annotations

from rich.table import Table

from workforce_sim.results.replications import Replications


def kept_table(kept: Replications) -> Table:
    """A row for each study, oldest first. Replications that studies share count for each of them."""
    table = Table(title=f"Replications kept in {kept.folder}", title_justify="left", box=None)
    table.add_column("study")
    table.add_column("of")
    table.add_column("begun (UTC)")
    for heading in ("scenarios", "finished", "MB"):
        table.add_column(heading, justify="right")
    for study in kept.studies():
        total = len(study.scenarios) * study.replications
        done = kept.finished(study)
        told = "all" if done == total else f"{done} of {total}"
        begun = study.begun[:16].replace("T", " ")
        table.add_row(
            study.key, study.name, begun, str(len(study.scenarios)), told, f"{kept.bytes_of(study) / 1e6:.1f}"
        )
    count, size = kept.unlisted()
    if count:
        table.add_row("", "other studies", "", "", str(count), f"{size / 1e6:.1f}")
    return table
