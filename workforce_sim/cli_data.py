"""The commands for local data: `import` shows what a file tells, `calibrate` fits a base to it.

In: files and options. Out: tables on standard output, progress on standard error, and, if asked for, files. Ctrl-C ends
a calibration and saves nothing.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workforce_sim import cli_options
from workforce_sim.cli_runs import print_rich, stoppable
from workforce_sim.errors import UsageError

if TYPE_CHECKING:
    from workforce_sim.studies.local_data import How
    from workforce_sim.studies.observed import Observed
    from workforce_sim.studies.staff_list import StaffList

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(["weekly", "mhsds", "staff"]), help="What it is; default by its header.")
@click.option("--provider", metavar="NAME", help="Referral spells: code or name of the provider, or England.")
@click.option(
    "--pathway", type=click.Choice(["adult", "cyp"]), default="adult", show_default=True, help="Referral spells: whose."
)
@click.option("--since", type=_DAY, help="Staff list: the day from which on all who left are listed.")
@click.option("--until", type=_DAY, help="Staff list: the day on which it was made.")
@click.option("--early-years", default=2.0, show_default=True, help="Staff list: up to when leaving counts as early.")
@click.option("--base", metavar="SCENARIO", help="Staff list: the base that its layer extends; checks the roles.")
@click.option(
    "--out", metavar="OUT", type=click.Path(path_type=Path), help="Tidy .csv; of a staff list a layer, .yaml."
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def import_file(
    file: Path, kind: str | None, provider: str | None, pathway: str, since: datetime | None, until: datetime | None,
    early_years: float, base: str | None, out: Path | None, force: bool,
) -> None:  # fmt: skip
    """Read local data and show what they tell: weekly counts, published referral spells, or a staff list (all CSV)."""
    from workforce_sim.present.local_data import observations, staff
    from workforce_sim.studies.local_data import How, read_local
    from workforce_sim.studies.observed import Observed

    how = How(provider, pathway, since and since.date(), until and until.date(), early_years)
    read = read_local(file, kind, how)
    if base is not None:
        _check_roles(read, base)
    text = None if out is None else _text_to_save(read, out, base, force)
    print_rich(observations(read) if isinstance(read, Observed) else staff(read))
    if out is None or text is None:
        click.echo("Nothing was saved; add --out FILE to keep it.")
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"could not save to {out}: {error.strerror or error}") from error
    click.echo(f"Saved to {out}.")


def _check_roles(read: Observed | StaffList, base: str) -> None:
    from workforce_sim.scenario.reader import read_scenario
    from workforce_sim.studies.observed import Observed
    from workforce_sim.studies.staff_list import refuse_unknown_roles

    scenario = read_scenario(base)
    if isinstance(read, Observed):
        raise UsageError("--base is for staff lists; `workforce-sim calibrate` fits a base to counts")
    refuse_unknown_roles(read, tuple(scenario.workforce.roles), base)


def _text_to_save(read: Observed | StaffList, out: Path, base: str | None, force: bool) -> str:
    """What goes into the file, refused before anything is shown if it cannot go there."""
    from workforce_sim.results.store import csv_text
    from workforce_sim.studies.layer import staff_layer
    from workforce_sim.studies.observed import Observed

    expected = (".csv",) if isinstance(read, Observed) else (".yaml", ".csv")
    if out.suffix.casefold() not in expected:
        raise UsageError(f"--out {out}: expected a file ending in {' or '.join(expected)}")
    if out.exists() and (out.is_dir() or not force):
        raise UsageError(f"{out} is a folder" if out.is_dir() else f"{out} is there already; add --force to replace it")
    if isinstance(read, Observed):
        return csv_text(read.rows)
    if out.suffix.casefold() == ".csv":
        return csv_text(read.roles)
    return staff_layer(read, None if base is None else Path(base).name)


@click.command()
@click.argument("base", metavar="BASE")
@click.option(
    "--data", multiple=True, required=True, metavar="FILE", help="Weekly counts or referral spells; again for more."
)
@click.option("--provider", metavar="NAME", help="Referral spells: code or name of the provider.")
@click.option(
    "--pathway", type=click.Choice(["adult", "cyp"]), default="adult", show_default=True, help="Referral spells: whose."
)
@click.option("--fit", multiple=True, metavar="PATH", help="What to fit, a usual unknown or a path; again for more.")
@click.option(
    "--replications", type=click.IntRange(20), default=100, show_default=True, metavar="N", help="Runs a trial."
)
@cli_options.seed
@cli_options.workers
@cli_options.store
@cli_options.scheduler
@cli_options.at_most_gb
@click.option(
    "--out", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Folder for the calibrated scenario."
)
@click.option("--force", is_flag=True, help="Replace a calibration that is in the folder.")
def calibrate(
    base: str, data: tuple[str, ...], provider: str | None, pathway: str, fit: tuple[str, ...], replications: int,
    seed: int, workers: int | None, store: Path | None, scheduler: str, at_most_gb: float | None,
    folder: Path | None, force: bool,
) -> None:  # fmt: skip
    """Fit unknown numbers of a base to what was counted: with intervals, and what the data cannot tell."""
    from workforce_sim.present.local_data import calibration
    from workforce_sim.results.replications import FOLDER
    from workforce_sim.scenario.reader import read_scenario
    from workforce_sim.studies.calibrate import Options
    from workforce_sim.studies.calibrate import calibrate as fit_base
    from workforce_sim.studies.layer import refuse_if_taken, save_calibration
    from workforce_sim.studies.local_data import How

    scenario, seen = read_scenario(base), _observations(data, How(provider, pathway))
    if folder is not None:
        refuse_if_taken(folder, force)
        store = store or folder.absolute().parent / FOLDER
    options = Options(
        replications, seed, workers, store, scheduler, at_most_gb, on_step=lambda text: click.echo(text, err=True)
    )
    found = stoppable(lambda: fit_base(scenario, seen, fit, options), store)
    print_rich(calibration(found))
    if folder is None:
        click.echo("Nothing was saved; add --out DIR to keep the calibrated scenario.")
        return
    try:
        path = save_calibration(found, folder, force)
    except OSError as error:
        raise UsageError(f"could not save to {folder}: {error.strerror or error}") from error
    click.echo(f"The calibrated scenario is {path}; how it was found is in {folder}.")


def _observations(data: tuple[str, ...], how: How) -> Observed:
    """All files as one; every finding of every file at once."""
    from workforce_sim.errors import Findings, ScenarioError
    from workforce_sim.studies.local_data import read_observations
    from workforce_sim.studies.observed import together

    findings, parts = Findings(), []
    for file in data:
        try:
            parts.append(read_observations(file, how))
        except ScenarioError as error:
            findings.extend(error.findings)
    findings.raise_if_any()
    return together(parts)
