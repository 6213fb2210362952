"""What the README says is there, is there; and its two commands are those that CI runs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import workforce_sim
from workforce_sim.analysis.declared import declaration
from workforce_sim.cli import main
from workforce_sim.scenario import read_scenario

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

COMPARE, TEST = re.findall(r"```bash\n(.*?)\n```", README, flags=re.DOTALL)
"""The two commands of the first screen."""


def blocks(language: str) -> list[str]:
    """The code blocks of the README in one language."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def subcommands(text: str) -> set[str]:
    """What follows `workforce-sim` in a text, where it is a command."""
    return set(re.findall(r"workforce-sim ([a-z]+(?:-[a-z]+)?)\b", text))


@pytest.mark.parametrize("command", [COMPARE, TEST])
def test_ci_runs_the_commands_of_the_readme(command: str) -> None:
    """Each is one line, word for word a line of `.ci/run`."""
    assert "\n" not in command
    assert command in [line.strip() for line in CI.splitlines()]


def test_ci_begins_with_the_tests_of_the_readme() -> None:
    """The first step is the function that holds the README's test command."""
    first = re.search(r'^step "[^"]+" (\w+)$', CI, flags=re.MULTILINE)
    assert first
    body = re.search(rf"^{first[1]}\(\) {{\n(.*?)^}}", CI, flags=re.MULTILINE | re.DOTALL)
    assert body
    assert TEST in body[1]


def test_every_step_of_ci_is_taken() -> None:
    """No check is written and then forgotten, nor a lane of checks."""
    written = set(re.findall(r"^(\w+)\(\) {", CI, flags=re.MULTILINE)) - {"step", "both", "clean_copy", "count"}
    steps = re.findall(r'^ *step "[^"]+" (\w+)$', CI, flags=re.MULTILINE)
    lanes = [lane for pair in re.findall(r"^both (\w+) (\w+)$", CI, flags=re.MULTILINE) for lane in pair]
    assert sorted([*steps, *lanes]) == sorted(written)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"scenarios/\w+\.yaml", README))))
def test_scenarios_of_the_readme_are_shipped(name: str) -> None:
    """Every scenario named is there and can be read."""
    assert read_scenario(ROOT / name).name


def test_the_comparison_begins_with_the_base() -> None:
    """The README's comparison takes shipped scenarios, the base first, each once."""
    shipped = {path.relative_to(ROOT).as_posix() for path in (ROOT / "scenarios").glob("*.yaml")}
    compared = re.findall(r"scenarios/\w+\.yaml", COMPARE)
    assert compared[0] == "scenarios/adult_community.yaml"
    assert len(set(compared)) == len(compared)
    assert set(compared) <= shipped


def test_commands_of_the_readme_are_all_there_are() -> None:
    """Every command is listed, and every command listed exists."""
    (listed,) = blocks("text")
    assert subcommands(listed) == set(main.commands)
    assert subcommands(README) <= set(main.commands)


def test_options_of_the_readme_exist() -> None:
    """Every option named belongs to some command; every option of `run` and `compare` is named."""
    of = {
        name: {word for option in command.params for word in option.opts if word.startswith("--")}
        for name, command in main.commands.items()
    }
    named = set(re.findall(r"--[a-z-]*[a-z]", README)) - {"--help"}
    assert named <= set().union(*of.values()) | {"--host", "--nworkers"}  # of Dask's own commands
    assert of["run"] | of["compare"] <= named


@pytest.mark.parametrize("text", blocks("yaml"))
def test_examples_in_yaml_are_sound(text: str, tmp_path: Path) -> None:
    """A what-if shown can be read as it stands, beside the base that it extends."""
    base = "adult_community.yaml"
    (tmp_path / base).write_text((ROOT / "scenarios" / base).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "shown.yaml").write_text(text, encoding="utf-8")
    scenario = read_scenario(tmp_path / "shown.yaml")
    assert scenario.changes or scenario.rules


@pytest.mark.parametrize("text", blocks("python"))
def test_examples_in_python_use_what_is_there(text: str) -> None:
    """What an example takes from the package is a public name, and the measures it asks for are declared."""
    taken = [n for node in ast.parse(text).body if isinstance(node, ast.ImportFrom) for n in node.names]
    assert taken
    assert {alias.name for alias in taken} <= set(workforce_sim.__all__)
    assert all(declaration(measure).meaning for measure in re.findall(r"measure == '([^']+)'", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of the project leads to a file or folder that is there."""
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if "://" not in link and not (page.parent / link).exists()]


def test_the_index_lists_every_page() -> None:
    """No page of the manual is lost."""
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")} - {"index.md"}
    assert not [page for page in sorted(pages) if f"({page})" not in index]
