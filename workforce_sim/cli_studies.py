"""The commands that study: `sensitivity`, `contributions` and `seek`.

In: scenario files and options. Out: tables on standard output, progress on standard error, and, if a folder is given,
csv, a figure and a manifest in it, whole or not at all. Heavy imports stand inside the commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workforce_sim import cli_options
from workforce_sim.cli_runs import print_rich, read_all, stoppable
from workforce_sim.errors import UsageError

if TYPE_CHECKING:
    from workforce_sim.studies.found import Found
    from workforce_sim.studies.running import How

METHODS = ("tornado", "break-even", "morris", "sobol", "probabilistic")


def _running(replications: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that all studies share."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        for option in (
            click.option("--force", is_flag=True, help="Replace results that are in the folder."),
            click.option(
                "--out", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Folder for csv and figure."
            ),
            cli_options.store,
            cli_options.scheduler,
            cli_options.at_most_gb,
            click.option(
                "--workers", type=click.IntRange(1), metavar="W", help="Processes; default: as many as processors."
            ),
            cli_options.seed,
            click.option(
                "--replications", type=click.IntRange(2), default=replications, show_default=True, metavar="N",
                help="Runs of each scenario, all on the same luck.",
            ),
        ):  # fmt: skip
            command = option(command)
        return command

    return decorated


def _asking(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say what is asked about."""
    year = click.option("--year", type=click.IntRange(1), metavar="Y", help="Year of the run; default the last whole.")
    measure = click.option(
        "--measure", default="waiting_list", show_default=True, metavar="M",
        help="Measure, as in summary.csv, such as wait.treatment.within_standard.",
    )  # fmt: skip
    return measure(year(command))


@click.command()
@click.argument("base", metavar="BASE")
@click.argument("whatif", metavar="[WHATIF]", required=False)
@click.option("--method", type=click.Choice(METHODS), default="tornado", show_default=True, help="What to find out.")
@click.option("--params", multiple=True, metavar="PATTERN", help="Only these numbers; * stands for anything.")
@click.option("--points", type=click.IntRange(2), metavar="P", help="Trajectories (morris) or points; see the docs.")
@click.option(
    "--law", type=click.Choice(("pert", "triangular", "uniform")), default="pert", show_default=True,
    help="How numbers are drawn between the ends of their range (sobol, probabilistic).",
)  # fmt: skip
@click.option("--worth", metavar="POUNDS", help="break-even: what a week of waiting saved is worth, such as £100.")
@_asking
@_running(20)
def sensitivity(
    base: str, whatif: str | None, method: str, params: tuple[str, ...], points: int | None, law: Any,
    worth: str | None, measure: str, year: int | None, **options: Any,
) -> None:  # fmt: skip
    """Which uncertain numbers drive the answer: a measure of BASE, or the difference that WHATIF makes.

    Every number whose evidence gives a range takes part, and the effect of every lever.
    """
    pounds = None if worth is None else _read(worth, "--worth", "MONEY")
    if method == "break-even" and whatif is None:
        raise UsageError("break-even needs a WHATIF: at which size does it stop being better than BASE?")
    if pounds is not None and method != "break-even":
        raise UsageError("--worth belongs to --method break-even")

    def study(how: How, *scenarios: Any) -> Found:
        from workforce_sim.studies import globally, oneway, uncertainty

        one, other = scenarios[0], scenarios[1] if len(scenarios) > 1 else None
        asked: dict[str, Any] = {"measure": measure, "year": year, "patterns": params, "how": how}
        if method == "break-even":
            return oneway.break_even(one, scenarios[1], worth=pounds, **asked)
        if method == "morris":
            return globally.screening(one, other, trajectories=points or 10, **asked)
        if method == "sobol":
            return globally.variance_shares(one, other, points=points or 64, law=law, **asked)
        if method == "probabilistic":
            return uncertainty.probabilistic(one, other, points=points or 50, law=law, **asked)
        return oneway.tornado(one, other, **asked)

    _study(study, (base, *([whatif] if whatif else [])), **options)


@click.command()
@click.argument("base", metavar="BASE")
@click.argument("whatif", metavar="WHATIF")
@click.option(
    "--orders", type=click.IntRange(2), default=32, show_default=True, metavar="N",
    help="Orders drawn where there are more than 8 changes.",
)  # fmt: skip
@_asking
@_running(20)
def contributions(base: str, whatif: str, orders: int, measure: str, year: int | None, **options: Any) -> None:
    """How much each change of WHATIF adds to its whole difference from BASE (Shapley values, which add up to it)."""

    def study(how: How, *scenarios: Any) -> Found:
        from workforce_sim.studies.contributions import contributions as what_did_it

        return what_did_it(scenarios[0], scenarios[1], measure, year, how, orders)

    _study(study, (base, whatif), **options)


@click.command()
@click.argument("base", metavar="BASE")
@click.option("--target", required=True, metavar="TARGET", help="Such as 'waiting_list <= 200 by 2028-04'.")
@click.option(
    "--vary", multiple=True, required=True, metavar="CHOICE",
    help="Such as 'workforce.roles.nurse.funded 7..12 wte step 1'; may be given several times.",
)  # fmt: skip
@click.option("--minimise", default="cost", show_default=True, metavar="WHAT", help="cost, or a measure.")
@click.option(
    "--probability", default="90%", show_default=True, metavar="SHARE", help="Share of runs that must meet the target."
)
@click.option(
    "--budget", type=click.IntRange(1), default=2000, show_default=True, metavar="RUNS", help="Most runs in all."
)
@_running(20)
def seek(
    base: str, target: str, vary: tuple[str, ...], minimise: str, probability: str, budget: int, **options: Any
) -> None:
    """Find the cheapest mix that meets a target with a stated probability."""
    share = _read(probability, "--probability", "SHARE")

    def study(how: How, *scenarios: Any) -> Found:
        from workforce_sim.studies.seek import seek as sought

        return sought(scenarios[0], target, vary, minimise, share, budget, how)

    _study(study, (base,), **options)


@click.command("warm-up")
@click.argument("file", metavar="FILE")
@click.option("--years", type=click.IntRange(3, 20), default=10, show_default=True, help="Years of the pilot.")
@click.option(
    "--replications", type=click.IntRange(1), default=10, show_default=True, metavar="N", help="Of the pilot."
)
@cli_options.seed
def warm_up(file: str, years: int, replications: int, seed: int) -> None:
    """Choose a warm-up: how long the service takes to settle if it begins empty, and not with the people of today."""
    from workforce_sim.present.settling import settling_table
    from workforce_sim.studies.warm_up import settling

    (scenario,) = read_all([file])
    print_rich(settling_table(scenario, settling(scenario, years, replications, seed), years))


def _read(text: str, option: str, measure: str) -> float:
    """A quantity given as an option."""
    from workforce_sim import units
    from workforce_sim.errors import quoted

    try:
        return float(getattr(units, measure).read(text))
    except units.Unreadable as error:
        raise UsageError(f"{option}: found {quoted(text)}; expected {error.expected}") from None


def _study(
    study: Callable[..., Found], files: tuple[str, ...], *, folder: Path | None, force: bool, replications: int,
    seed: int, workers: int | None, store: Path | None, scheduler: str, at_most_gb: float | None,
) -> None:  # fmt: skip
    """Read, run, save and tell; refuse a folder that is taken before anything is run."""
    from joblib import cpu_count

    from workforce_sim.present.studies import told_study
    from workforce_sim.results.replications import FOLDER
    from workforce_sim.results.store import refuse_if_taken
    from workforce_sim.studies.running import How

    scenarios = read_all(files)
    if folder is not None:
        refuse_if_taken(folder, force)
        store = store or folder.absolute().parent / FOLDER
    options = {"workers": workers or cpu_count(), "store": store, "scheduler": scheduler, "at_most_gb": at_most_gb}
    with _progress() as told:
        how = How(replications, seed, tuple(options.items()), told)
        found = stoppable(lambda: study(how, *scenarios), store)
    print_rich(told_study(found))
    if folder is None:
        click.echo("Nothing was saved; add --out DIR to keep csv and figure.")
        return
    from workforce_sim.present.figures.studies import draw_study

    found.save(folder, force, draw_study(found))
    click.echo(f"Results are in {folder}.")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error while a study runs, if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("points"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("points", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
