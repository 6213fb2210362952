"""The command line: `check FILE…`, `schema`, `levers`, and the commands that run and compare.

In: options and file names. Out: data on standard output, findings on standard error, and an exit code: 0 done, 1 a
fault of ours, 2 something to mend in the input, 130 interrupted. Heavy imports stand inside the commands, so that
`--help` and `check` answer at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workforce_sim import __version__
from workforce_sim.cli_app import app
from workforce_sim.cli_data import calibrate, import_file
from workforce_sim.cli_results import dashboard, plot, report
from workforce_sim.cli_runs import clean, compare, explain, print_rich, run, runs, trace
from workforce_sim.cli_studies import contributions, seek, sensitivity, warm_up
from workforce_sim.cli_workbook import template, workbook
from workforce_sim.errors import UsageError, WorkforceSimError, either, nearest, quoted

if TYPE_CHECKING:
    from workforce_sim.scenario.scenario import Scenario

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


@contextmanager
def plain_messages() -> Iterator[None]:
    """Turn the package's errors into a message and an exit code, without a traceback."""
    try:
        yield
    except WorkforceSimError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        raise  # who reads has gone away; click knows what to do
    except OSError as error:  # a disk that is full, a folder that cannot be written to
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"{place}{error.strerror or error}; make room, or name another place", err=True)
        sys.exit(UsageError.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)


class Commands(click.Group):
    """A group whose commands all speak through `plain_messages`, and that answers a misspelt name with likely ones."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        with plain_messages():
            return super().invoke(ctx)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="workforce-sim")
def main() -> None:
    """Simulate the workforce of mental-health services: what happens to waits when staff or demand change."""


@main.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def check(files: tuple[str, ...]) -> None:
    """Read scenarios and tell everything that is wrong with them, without running them."""
    from workforce_sim.analysis.trajectory import check_trajectory
    from workforce_sim.errors import Findings, ScenarioError
    from workforce_sim.scenario.reader import read_scenario

    findings = Findings()
    for name in files:
        try:
            scenario = read_scenario(name)
            check_trajectory(scenario)
        except ScenarioError as error:
            findings.extend(error.findings)
        else:
            click.echo(f"{name}: ok\n  {described(scenario)}")
    findings.raise_if_any()


@main.command()
def schema() -> None:
    """Print the JSON schema of a scenario file, for editors that complete and check YAML."""
    import json

    from workforce_sim.scenario.json_schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@main.command()
@click.argument("name", required=False)
@click.option("--folder", metavar="DIR", type=click.Path(path_type=Path), help="Folder with levers of your own, too.")
def levers(name: str | None, folder: Path | None) -> None:
    """List the levers: ready-made changes with their evidence. With a NAME, tell everything about one."""
    from workforce_sim.present.levers import lever_sheet, lever_table
    from workforce_sim.scenario.lever_files import all_levers

    known = all_levers(folder)
    if name is not None and name not in known:
        close = nearest(name, known)
        hint = f" Did you mean {either(map(quoted, close))}?" if close else ""
        raise UsageError(f"no lever is called {quoted(name)}; `workforce-sim levers` lists them.{hint}")
    print_rich(lever_table(known.values()) if name is None else lever_sheet(known[name]))


for _command in (
    run, compare, explain, trace, runs, clean, sensitivity, contributions, seek, import_file, calibrate, template,
    report, plot, dashboard, workbook, app, warm_up,
):  # fmt: skip
    main.add_command(_command)


def described(scenario: Scenario) -> str:
    """One line on what a scenario is about."""
    weekly = sum(source.referrals for source in scenario.demand.sources.values())
    posts = sum(role.funded for role in scenario.workforce.roles.values())
    parts = [
        scenario.name.strip(),
        f"{scenario.first_day} to {scenario.end}",
        f"{weekly:.3g} referrals a week",
        f"{posts:.4g} WTE funded in {counted(len(scenario.workforce.roles), 'role')}",
        counted(len(scenario.changes), "dated change"),
    ]
    if scenario.levers:
        parts.append(counted(len(scenario.levers), "lever"))
    if scenario.rules:
        parts.append(counted(len(scenario.rules), "standing rule"))
    return "; ".join(parts)


def counted(count: int, noun: str) -> str:
    """A number of things: `1 role`, `2 roles`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


if __name__ == "__main__":
    main()
