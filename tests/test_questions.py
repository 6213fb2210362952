"""docs/questions.md: every question has a command that can be given, and the cheap ones answer."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from workforce_sim.analysis.trajectory import check_trajectory
from workforce_sim.cli import main
from workforce_sim.present.figures.registry import FIGURES
from workforce_sim.present.figures.studies import FIGURES_OF_STUDIES
from workforce_sim.scenario.reader import read_scenario, read_scenario_text

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## Q(\d+) (.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
CHEAP = ("1", "8", "10", "14")


def command(number: str) -> list[str]:
    """The words after `workforce-sim` of the command of a question."""
    (line,) = re.findall(r"```console\nworkforce-sim (.*)\n```", SECTIONS[number])
    return shlex.split(line)


def test_there_are_fourteen_questions() -> None:
    """Each once, in order."""
    assert list(SECTIONS) == [str(number) for number in range(1, 15)]


@pytest.mark.parametrize("number", SECTIONS)
def test_every_command_can_be_given(number: str) -> None:
    """The command exists and takes the options; every scenario named is shipped and sound."""
    name, *arguments = command(number)
    context = main.commands[name].make_context(name, list(arguments))
    assert context.params
    files = [word for word in arguments if word.endswith(".yaml")]
    assert files or name == "dashboard"
    for file in files:
        check_trajectory(read_scenario(ROOT / file))


@pytest.mark.parametrize("number", SECTIONS)
def test_every_figure_named_is_there_and_knows_its_question(number: str) -> None:
    """Figures of studies apart, a figure that a section names says that it helps with that question."""
    (sentence,) = re.findall(
        r"^(?:Twelve.*?figure|Figures?) (.*?)[.;]\s", SECTIONS[number], flags=re.MULTILINE | re.DOTALL
    )
    named = set(re.findall(r"`(\w+)`", sentence))
    of_studies = {name for name, _, _ in FIGURES_OF_STUDIES.values()}
    known = {name for name in named if name in FIGURES} if command(number)[0] != "seek" else set()
    assert known or named & of_studies
    assert not [name for name in known if int(number) not in FIGURES[name].questions]


def test_the_trajectory_shown_is_sound() -> None:
    """It can be put into a what-if as it stands."""
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    text = (ROOT / "scenarios" / "adult_community.yaml").read_text(encoding="utf-8")
    own = re.sub(r"^trajectory:.*?\n(?=\S)", "", text, flags=re.MULTILINE | re.DOTALL)
    assert own != text
    scenario = read_scenario_text(own + block)
    check_trajectory(scenario)
    assert "cost.total" in scenario.trajectory


@pytest.mark.slow
def test_cheap_commands_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With two replications instead of fifty, questions are answered, and `plot` draws what the page names."""
    monkeypatch.chdir(ROOT)
    for number in CHEAP:
        words = [word.replace("outputs/", f"{tmp_path}/") for word in command(number)]
        few = ["--replications", "2", "--workers", "1"] if words[0] != "dashboard" else []
        result = CliRunner().invoke(main, [*words, *few])
        assert result.exit_code == 0, result.output
    for folder, figure in (("q8", "flow"), ("q10", "recovery")):
        result = CliRunner().invoke(main, ["plot", str(tmp_path / folder), "--figure", figure])
        assert result.exit_code == 0, result.output
        assert (tmp_path / folder / "figures" / f"{figure}.svg").stat().st_size > 1000
