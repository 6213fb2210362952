"""The commands on saved results: `report`, `plot` and `dashboard`. Nothing is run.

In: a folder that `run` or `compare` has saved. Out: figures in it or in a file, or a table on standard output. Heavy
imports stand inside the commands.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workforce_sim.cli_runs import print_rich
from workforce_sim.errors import UsageError, WorkforceSimError, quoted

if TYPE_CHECKING:
    from workforce_sim.run import Study

_SCENARIO = click.option(
    "--scenario", "scenarios", multiple=True, metavar="NAME", help="Only this scenario; may be repeated."
)


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--figure", "names", multiple=True, metavar="NAME", help="Only this figure; may be repeated.")
@click.option("--out", "file", metavar="FILE", type=click.Path(path_type=Path), help="One figure, as .png or .svg.")
@click.option("--list", "listed", is_flag=True, help="List the figures there are, and which DIR has something for.")
@_SCENARIO
def plot(
    folder: Path | None, names: tuple[str, ...], file: Path | None, listed: bool, scenarios: tuple[str, ...]
) -> None:
    """Draw figures of saved results, all that apply or those named, into DIR/figures; nothing is run."""
    from workforce_sim.present.figures.registry import ALT, FIGURES, draw_all, entry

    if not listed and folder is None:
        raise UsageError("say of which results: `workforce-sim plot DIR`; --list tells which figures there are")
    study = None if folder is None else _read(folder, scenarios)
    wanted = [entry(name) for name in names] or list(FIGURES.values())
    if listed:
        for it in wanted:
            title = it.heading if study is None and isinstance(it.heading, str) else it.title(study) if study else ""
            questions = ", ".join(f"Q{number}" for number in it.questions)
            absent = "" if study is None or it.applies(study) else "  (nothing here to show)"
            click.echo(f"{it.name:<22}{questions:<16}{title}{absent}")
        return
    assert study is not None and folder is not None  # noqa: S101, PT018  of the types
    for it in wanted if names else ():
        if not it.applies(study):
            raise UsageError(f"{folder} has nothing to show in {it.name}; --list tells what it has")
    if file is not None:
        _write_one(study, list(names), file)
        return
    if scenarios:
        raise UsageError("figures of some scenarios only go to a file: add --figure NAME and --out FILE")
    from workforce_sim.results.store import put_figures

    figures = draw_all(study, [it.name for it in wanted])
    alone = folder / "figures" / ALT
    if alone.exists():  # words of figures that are not drawn now
        told = {**json.loads(alone.read_bytes()), **json.loads(figures[ALT])}
        figures[ALT] = (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()
    try:
        put_figures(folder, figures)
    except OSError as error:
        raise WorkforceSimError(f"could not write to {folder}: {error.strerror or error}") from error
    click.echo(f"{len(figures) // 2} figures are in {folder / 'figures'}, with their alternative texts.")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--out", "file", metavar="FILE", type=click.Path(path_type=Path), help="Default: DIR/report.html.")
@click.option("--six-steps", is_flag=True, help="With the headings of Six Steps workforce planning.")
@click.option(
    "--study", "studies", multiple=True, metavar="DIR", type=click.Path(path_type=Path),
    help="With what `contributions`, `sensitivity` or `seek` has saved there; may be repeated.",
)  # fmt: skip
@_SCENARIO
def report(
    folder: Path, file: Path | None, six_steps: bool, studies: tuple[Path, ...], scenarios: tuple[str, ...]
) -> None:
    """Write everything that saved results have to say as one page, which opens offline and prints."""
    from workforce_sim.present.report.page import report as page
    from workforce_sim.studies.found import read_found

    file = file or folder / "report.html"
    content = page(_read(folder, scenarios), six_steps, [read_found(each) for each in studies]).encode()
    _write(file, content)
    click.echo(f"The report is {file} ({len(content) / 1e6:.1f} MB).")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@_SCENARIO
def dashboard(folder: Path, scenarios: tuple[str, ...]) -> None:
    """Tell twelve indicators of saved results by year, judged against the `trajectory` of the scenario."""
    from workforce_sim.present.dashboard import dashboard_table

    study = _read(folder, scenarios)
    for name in study.names if scenarios else study.names[:1]:
        print_rich(dashboard_table(study, name))
    if not scenarios and study.others and len(study.names) > 1:
        click.echo(f"Of {quoted(study.names[0])}; --scenario NAME tells another one.")


def _read(folder: Path, scenarios: tuple[str, ...]) -> Study:
    """Saved results, of some scenarios only if any are named."""
    from workforce_sim.run import read_study

    study = read_study(folder)
    return study.of(scenarios) if scenarios else study


def _write_one(study: Study, names: list[str], file: Path) -> None:
    """One figure to one file."""
    from workforce_sim.present.figures.registry import KINDS, entry

    kind = file.suffix.removeprefix(".").lower()
    if len(names) != 1 or kind not in KINDS:
        raise UsageError("--out takes one figure: --figure NAME --out FILE.png, or FILE.svg")
    _write(file, entry(names[0]).files(study)[kind])
    click.echo(f"{entry(names[0]).title(study)}: {file}")


def _write(file: Path, content: bytes) -> None:
    """Content to a file, whose folder is made if need be."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise WorkforceSimError(f"could not write {file}: {error.strerror or error}") from error
