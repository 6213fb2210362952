"""The commands that simulate: `run`, `compare`, `explain` and `trace`; and `runs` and `clean`, about what they keep.

In: scenario files and options. Out: a summary on standard output, progress on standard error, and, if a folder is
given, results in it, whole or not at all. Ctrl-C ends a run at once; finished replications are kept beside the folder,
so that the same command goes on from there.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from workforce_sim import cli_options
from workforce_sim.cli_workbook import Extras, extra_options
from workforce_sim.errors import UsageError

if TYPE_CHECKING:
    from workforce_sim.run import Study
    from workforce_sim.scenario.scenario import Scenario

T = TypeVar("T")

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


def _share(_context: click.Context, _option: click.Parameter, text: str | None) -> float | None:
    """A share written as a percentage."""
    if text is None:
        return None
    try:
        return float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a share such as 5%") from None


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that `run` and `compare` share."""
    command = extra_options(command)
    for option in (
        click.option(
            "--precision",
            callback=_share,
            metavar="P",
            help="Add replications until intervals are within so much of the mean, such as 5%; of differences from "
            "the baseline, where there is one.",
        ),
        click.option(
            "--of",
            "wanted",
            multiple=True,
            metavar="MEASURE",
            help="With --precision: of this measure, in every year; may be repeated. Default: waits, list, caseload.",
        ),
        click.option(
            "--at-most",
            "most",
            type=click.IntRange(1),
            default=1000,
            show_default=True,
            metavar="N",
            help="With --precision: replications at which it ends in any case.",
        ),
        click.option("--spells", is_flag=True, help="Save the table of spells too: every person, day by day."),
        click.option("--force", is_flag=True, help="Replace results that are in the folder, and the workbook."),
        click.option("--out", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Folder for the results."),
        cli_options.store,
        cli_options.scheduler,
        cli_options.at_most_gb,
        cli_options.workers,
        cli_options.seed,
        click.option(
            "--replications",
            type=click.IntRange(1),
            default=50,
            show_default=True,
            metavar="N",
            help="Runs of each scenario.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@_options
def run(files: tuple[str, ...], **options: Any) -> None:
    """Run scenarios and summarise each: waits, lists, caseloads and staff at the end of every year."""

    def study_of(scenarios: Sequence[Scenario], **how: Any) -> Study:
        from workforce_sim.run import run

        return run(scenarios, **how)

    _simulate(study_of, files, **options)


@click.command()
@click.argument("baseline", metavar="BASE")
@click.argument("whatifs", metavar="WHATIF...", nargs=-1, required=True)
@click.option("--rank", "ranked", metavar="MEASURE", help="Rank all scenarios on a measure, with how sure that is.")
@click.option("--year", type=click.IntRange(1), metavar="Y", help="With --rank: in which year; default: the last.")
@_options
def compare(baseline: str, whatifs: tuple[str, ...], ranked: str | None, year: int | None, **options: Any) -> None:
    """Run what-ifs beside a baseline, and tell what differs and how sure that is."""

    def study_of(scenarios: Sequence[Scenario], **how: Any) -> Study:
        from workforce_sim.analysis.precision import better_of
        from workforce_sim.analysis.trajectory import measures_of
        from workforce_sim.run import compare

        if ranked is not None:
            better_of(measures_of(*scenarios), ranked)  # which refuses what cannot be ranked on, before the runs
        return compare(scenarios[0], scenarios[1:], **how)

    study = _simulate(study_of, (baseline, *whatifs), **options)
    if ranked is not None:
        from workforce_sim.present.sureness import ranking_table

        print_rich(ranking_table(study, ranked, year))


@click.command()
@click.argument("file", metavar="FILE")
def explain(file: str) -> None:
    """Tell what a scenario means before anything is run: demand, staff, time needed and time there is, assumptions."""
    from workforce_sim.present.explain import explain as explanation
    from workforce_sim.scenario.reader import read_scenario

    print_rich(explanation(read_scenario(file)))


@click.command()
@click.argument("file", metavar="SCENARIO")
@click.option("--post", metavar="ROLE:NUMBER", help="The story of a post and its people, such as nurse:3.")
@click.option("--patient", type=int, metavar="KEY", help="The story of a person; keys are in the table of spells.")
@click.option("--replication", type=click.IntRange(0), default=0, show_default=True, metavar="N", help="Which run.")
@cli_options.seed
def trace(file: str, post: str | None, patient: int | None, replication: int, seed: int) -> None:
    """Tell the career of one post, or the story of one patient, in dated lines."""
    from workforce_sim.errors import UsageError
    from workforce_sim.present.trace import trace_patient, trace_post

    if (post is None) == (patient is None):
        raise UsageError("say whose story: --post nurse:3, or --patient KEY")
    (scenario,) = read_all([file])
    if post is not None:
        click.echo(trace_post(scenario, post, seed, replication))
    else:
        click.echo(trace_patient(scenario, patient or 0, seed, replication))


@click.command()
@click.argument("folder", metavar="[DIR]", default="outputs", type=click.Path(path_type=Path))
def runs(folder: Path) -> None:
    """List the studies whose replications are kept in or beside a folder: how far each has come, and its size."""
    from workforce_sim.present.studies_kept import kept_table
    from workforce_sim.results.replications import store_in

    print_rich(kept_table(store_in(folder)))


@click.command()
@click.argument("keys", metavar="[STUDY...]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything kept there, listed or not.")
@click.option(
    "--in", "folder", metavar="DIR", default="outputs", show_default=True, type=click.Path(path_type=Path),
    help="Where the replications are kept, in it or beside it.",
)  # fmt: skip
def clean(keys: tuple[str, ...], everything: bool, folder: Path) -> None:
    """Remove the kept replications of studies, named as `runs` lists them. Results that were saved stay."""
    from workforce_sim.errors import either, nearest, quoted
    from workforce_sim.results.replications import store_in

    if bool(keys) == everything:
        raise UsageError("say which: studies as `workforce-sim runs` lists them, or --all")
    kept = store_in(folder)
    known = {study.key: study for study in kept.studies()}
    for key in keys:
        if key not in known:
            close = nearest(key, known)
            hint = f" Did you mean {either(map(quoted, close))}?" if close else ""
            raise UsageError(f"no study {quoted(key)} is kept; `workforce-sim runs` lists them.{hint}")
    freed = kept.clean_all() if everything else kept.clean([known[key] for key in keys])
    click.echo(f"{freed / 1e6:.1f} MB freed.")


def _simulate(
    study_of: Callable[..., Study],
    files: Sequence[str],
    *,
    folder: Path | None,
    force: bool,
    store: Path | None,
    precision: float | None,
    wanted: tuple[str, ...],
    most: int,
    spells: bool,
    **options: Any,
) -> Study:
    """Read, run, save and summarise; refuse a folder that is taken before anything is run."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    done, extras = (0, 0), Extras.of(options)
    try:
        from workforce_sim.analysis.precision import Precision
        from workforce_sim.present.summary import PRECISE, summary
        from workforce_sim.present.sureness import precision_table
        from workforce_sim.results.replications import FOLDER
        from workforce_sim.results.store import refuse_if_taken

        scenarios = read_all(files)
        extras.refuse(folder, force, options["replications"])
        if folder is not None:
            refuse_if_taken(folder, force)
            store = store or folder.absolute().parent / FOLDER
            options["study"] = folder.name
        options |= {"store": store, "spells": spells or extras.events}
        if precision is not None:
            options["precision"] = Precision(precision, wanted or PRECISE, most)
        with _progress() as told:
            show = told["on_progress"]

            def remember(finished: int, total: int) -> None:
                nonlocal done
                done = (finished, total)
                show(finished, total)

            told["on_progress"] = remember
            study = _aside(lambda: study_of(scenarios, **options, **told))
        study, log = extras.taken(study, scenarios, spells)
        if folder is not None:
            _save(study, folder, force, log)
        extras.save(study)
    except KeyboardInterrupt:
        click.echo(_stopped(*done, store), err=True)
        _end_at_once(INTERRUPTED)
    print_rich(summary(study))
    if len(study.precision):
        print_rich(precision_table(study.precision))
    if folder is not None:
        click.echo(f"Results are in {folder}.")
    elif extras.workbook is None:
        click.echo("Nothing was saved; add --out DIR to keep tables and figures.")
    return study


def _stopped(done: int, total: int, store: Path | None) -> str:
    """What is left of a run that was stopped."""
    if store is None or not done:
        return "Stopped. Nothing was saved."
    return f"Stopped. {done} of {total} replications are kept; the same command goes on from there."


def stoppable(work: Callable[[], T], store: Path | None) -> T:
    """What a study finds; after Ctrl-C it is told what is left of it, and the process ends."""
    try:
        return _aside(work)
    except KeyboardInterrupt:
        left = "Nothing was saved" if store is None else "What is finished is kept; the same command goes on from there"
        click.echo(f"Stopped. {left}.", err=True)
        _end_at_once(INTERRUPTED)


def _aside(work: Callable[[], T]) -> T:
    """Work done in another thread, so that Ctrl-C is heard at once even inside the compiler, which can swallow it.

    The thread and the processes that it starts never hear it.
    """
    deaf = partial(signal.pthread_sigmask, signal.SIG_BLOCK, {signal.SIGINT})
    return ThreadPoolExecutor(1, initializer=deaf).submit(work).result()


def _end_at_once(code: int) -> NoReturn:
    """Clean up and leave, without taking the interpreter apart, which takes seconds once a kernel is loaded."""
    for worker in multiprocessing.active_children():
        worker.terminate()
    atexit._run_exitfuncs()  # noqa: SLF001  what sys.exit would run first
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def read_all(files: Sequence[str]) -> list[Scenario]:
    """All scenarios; every finding of every file at once."""
    from workforce_sim.errors import Findings, ScenarioError
    from workforce_sim.scenario.reader import read_scenario

    findings, scenarios = Findings(), []
    for file in files:
        try:
            scenarios.append(read_scenario(file))
        except ScenarioError as error:
            findings.extend(error.findings)
    findings.raise_if_any()
    return scenarios


@contextmanager
def _progress() -> Iterator[dict[str, Callable[..., None]]]:
    """A bar on standard error while a study runs, if that is a terminal; notices there in any case."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("replications"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("replications", total=None)
        yield {
            "on_progress": lambda done, total: bar.update(task, completed=done, total=total),
            "on_notice": lambda text: console.print(text, markup=False, highlight=False),
        }


def _save(study: Study, folder: Path, force: bool, events: Any = None) -> None:
    """Figures are drawn first, so that all is saved at once; a second Ctrl-C cannot cut saving short."""
    from workforce_sim.present.figures.registry import draw_all

    try:
        study.save(folder, force=force, figures=draw_all(study), events=events)
    except OSError as error:
        raise UsageError(
            f"could not save to {folder}: {error.strerror or error}; nothing there was changed. Make room, or name "
            "another folder with --out: finished replications are kept, where they could be, and are not run again"
        ) from error


def print_rich(content: object) -> None:
    """Rich output, plain where it is not a terminal."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=100)
    console.print(content, highlight=False)
