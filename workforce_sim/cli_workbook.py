"""Results in other forms: the commands `template` and `workbook`, and what `run` and `compare` save besides tables.

In: a scenario file, a folder of results, or a study just run. Out: .xlsx files, written whole or not at all, and the
events of one replication.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workforce_sim.errors import UsageError, WorkforceSimError

if TYPE_CHECKING:
    from workforce_sim.run import Study
    from workforce_sim.scenario.scenario import Scenario

SUFFIX = ".xlsx"

_force = click.option("--force", is_flag=True, help="Replace the file if it is there.")


@click.command()
@click.option("--workbook", "target", metavar="FILE.xlsx", required=True, type=click.Path(path_type=Path),
              help="Where the form goes.")  # fmt: skip
@click.option("--from", "source", metavar="SCENARIO", type=click.Path(path_type=Path),
              help="Scenario to fill the form with; default: an empty form.")  # fmt: skip
@_force
def template(target: Path, source: Path | None, force: bool) -> None:
    """Write a form that planners fill in: a workbook that is read wherever a scenario file is."""
    from workforce_sim.present.form import form

    refuse_workbook(target, force)
    save_workbook(target, form(source, target))
    click.echo(f"The form is in {target}. Fill in the yellow cells, then: workforce-sim check {target}")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--out", "target", metavar="FILE.xlsx", required=True, type=click.Path(path_type=Path),
              help="Where the workbook goes.")  # fmt: skip
@_force
def workbook(folder: Path, target: Path, force: bool) -> None:
    """Write saved results as a workbook: tables, charts, assumptions and where it all came from. Nothing is run."""
    from workforce_sim.present.workbook import workbook as made
    from workforce_sim.run import read_study

    refuse_workbook(target, force)
    save_workbook(target, made(read_study(folder)))
    click.echo(f"The workbook is in {target}.")


def refuse_workbook(target: Path, force: bool) -> None:
    """Raise `UsageError` if a workbook cannot go there."""
    if target.suffix.casefold() != SUFFIX:
        raise UsageError(f"{target} is not the name of a workbook; it must end in {SUFFIX}")
    if target.is_dir():
        raise UsageError(f"{target} is a folder; a workbook needs the name of a file")
    if target.exists() and not force:
        raise UsageError(f"{target} is there already; add --force to replace it")


def save_workbook(target: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = target.with_name(f".{target.name}.new-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        os.replace(beside, target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise WorkforceSimError(f"could not write {target}: {error.strerror or error}") from error


# --- what `run` and `compare` save besides ---------------------------------------------------------------------------


def extra_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of `run` and `compare` that `Extras` holds."""
    for option in (
        click.option("--events-of", type=click.IntRange(0), metavar="N", help="With --events: of which replication; "
                     "default: 0."),
        click.option("--events", is_flag=True, help="Save the events of one replication too, for animation and "
                     "process mining."),
        click.option("--workbook", metavar="FILE.xlsx", type=click.Path(path_type=Path), help="Workbook for the "
                     "results: tables, charts, assumptions."),
    ):  # fmt: skip
        command = option(command)
    return command


@dataclass(frozen=True)
class Extras:
    """What is saved besides the folder of results."""

    workbook: Path | None
    events: bool
    events_of: int | None

    @classmethod
    def of(cls, options: dict[str, Any]) -> Extras:
        """Taken out of the options of a command."""
        return cls(*(options.pop(name) for name in ("workbook", "events", "events_of")))

    def refuse(self, folder: Path | None, force: bool, replications: int) -> None:
        """Refuse what could not be saved, before anything is run."""
        if self.workbook is not None:
            refuse_workbook(self.workbook, force)
        if self.events_of is not None and not self.events:
            raise UsageError("--events-of belongs to --events")
        if self.events and folder is None:
            raise UsageError("--events needs --out DIR, where they are saved")
        if (self.events_of or 0) >= replications:
            raise UsageError(f"there is no replication {self.events_of}; they are numbered 0 to {replications - 1}")

    def taken(self, study: Study, scenarios: Sequence[Scenario], spells: bool) -> tuple[Study, Any]:
        """The study, its spells among the tables only if they are asked for; and the log of events, if that is."""
        log = None
        if self.events:
            from workforce_sim.results.events import event_log

            first_days = {scenario.name: scenario.first_day for scenario in scenarios}
            log = event_log(study.tables["spells"], first_days, self.events_of or 0)
        tables = {name: table for name, table in study.tables.items() if spells or name != "spells"}
        return replace(study, tables=tables), log

    def save(self, study: Study) -> None:
        """Write the workbook, if one is asked for."""
        if self.workbook is not None:
            from workforce_sim.present.workbook import workbook as made

            save_workbook(self.workbook, made(study))
            click.echo(f"The workbook is in {self.workbook}.")
