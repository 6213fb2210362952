"""The command line answers at once, and says what is wrong without a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from workforce_sim import __version__
from workforce_sim.cli import main, plain_messages
from workforce_sim.errors import SimulationFault, UsageError

ROOT = Path(__file__).parents[1]
ADULT = ROOT / "scenarios" / "adult_community.yaml"
HEAVY = ("numba", "numpy", "pandas", "matplotlib", "scipy", "simpy")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["--version"], ["check", "-h"], ["check", str(ADULT)], ["schema"], ["levers"]]
)
def test_light_commands_import_nothing_heavy(arguments: list[str]) -> None:
    """Help, check, schema and levers never wait for the numerical libraries."""
    script = (
        "import sys\nfrom workforce_sim.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\nassert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_sound_scenario_is_told_in_one_line() -> None:
    """Data go to standard output, and the exit code is 0."""
    result = CliRunner().invoke(main, ["check", str(ADULT)])
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{ADULT}: ok",
        "  Adult community team, 61,500 adults; 2026-04-01 to 2031-04-01; 15.8 referrals a week; "
        "21.1 WTE funded in 9 roles; 0 dated changes",
    ]
    assert result.stderr == ""


def test_findings_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    """Findings go to standard error, sound files are still told, and the exit code is 2."""
    (tmp_path / "a.yaml").write_text("- a\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("name: !x b\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(tmp_path / "a.yaml"), str(ADULT), str(tmp_path / "b.yaml")])
    assert result.exit_code == 2
    assert f"{ADULT}: ok" in result.stdout
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        f"{tmp_path}/a.yaml:1:1",
        f"{tmp_path}/b.yaml:1:7",
    ]


@pytest.mark.parametrize(
    "arguments",
    [[], ["check"], ["chekc"], ["check", "--loud", "a"], ["check", "nowhere.yaml"], ["check", ""], ["levers", "none"]],
)
def test_wrong_use_exits_with_2(arguments: list[str]) -> None:
    """What the user can mend is 2, and never a traceback."""
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("error", "code"), [(SimulationFault("broken"), 1), (UsageError("no such study"), 2), (KeyboardInterrupt(), 130)]
)
def test_errors_become_a_message_and_an_exit_code(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Faults of ours are 1, the user's are 2, an interruption is 130."""
    with pytest.raises(SystemExit) as end, plain_messages():
        raise error
    assert end.value.code == code
    assert capsys.readouterr().err == f"{str(error) or 'interrupted'}\n"


def test_the_package_itself_is_light() -> None:
    """`import workforce_sim` loads none of its modules, and knows its version and names."""
    script = (
        "import sys, workforce_sim\n"
        "assert [m for m in sys.modules if m.startswith('workforce_sim')] == ['workforce_sim']\n"
        "assert set(workforce_sim.__all__) == set(dir(workforce_sim))\n"
        "assert callable(workforce_sim.read_scenario)\n"
        "assert not hasattr(workforce_sim, 'nothing')\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
    assert __version__ == "0.1.0"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["sensitivity", str(ADULT), "--method", "break-even"], "needs a WHATIF"),
        (["sensitivity", str(ADULT), "--worth", "£5"], "--worth belongs to"),
        (["sensitivity", "nowhere.yaml"], "no such file"),
        (["contributions", str(ADULT)], "WHATIF"),
        (["seek", str(ADULT), "--target", "waiting_list <= 3", "--vary", "a 1..2", "--probability", "lots"], "a share"),
        (
            ["seek", str(ADULT), "--target", "waiting_list <= 3", "--vary", "workforce.roles.nurs.funded 7..9"],
            "Did you",
        ),
    ],
)
def test_studies_say_what_is_wrong(arguments: list[str], told: str) -> None:
    """What cannot be studied is told before anything is run, with exit code 2."""
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output
