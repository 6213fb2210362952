"""The rules of the house: which way imports go, where a library may be used, how large a room may grow."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import workforce_sim

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "workforce_sim"
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = [path.relative_to(PACKAGE).as_posix() for path in MODULES]

FLOORS = (
    ("errors", "units", "streams", "compiled"),
    ("scenario",),
    ("inputs",),
    ("engine",),
    ("results",),
    ("analysis",),
    ("run", "replicating", "scheduling", "session", "sizing"),
    ("studies",),
    ("present",),
    ("cli", "cli_options", "cli_runs", "cli_studies", "cli_data", "cli_results", "cli_workbook", "cli_app", "app"),
)
"""From the ground up. Imports go down, or stay on their floor."""

BORDERS = {
    "simpy": ("engine/",),
    "numba": ("engine/kernel/", "analysis/life_tables.py", "streams.py", "compiled.py"),
    "llvmlite": ("engine/kernel/",),
    "pandas": ("results/", "analysis/", "run.py", "session.py", "studies/", "present/", "app/"),
    "pyarrow": ("results/",),
    "matplotlib": ("present/",),
    "jinja2": ("present/report/",),
    "pydantic": ("scenario/",),
    "ruamel": ("scenario/",),
    "SALib": ("studies/",),
    "optuna": ("studies/",),
    "openpyxl": ("scenario/workbook.py",),
    "xlsxwriter": ("present/",),
    "click": (
        "cli.py",
        "cli_options.py",
        "cli_runs.py",
        "cli_studies.py",
        "cli_data.py",
        "cli_results.py",
        "cli_workbook.py",
        "cli_app.py",
    ),
    "streamlit": ("app/",),
    "uvicorn": ("app/serve.py",),
}
"""Library → the only places that may import it."""

FILE_LINES, FUNCTION_LINES = 400, 60
LARGE = {
    "cli_runs.py:_options": 65,  # the options of `run` and `compare`, one after the other
    "engine/kernel/clinics.py": 420,  # a clinician's day is one chapter of docs/model.md
    "inputs/clinic.py": 480,  # every table of the clinic's rules, one short function each
    "scenario/checks.py": 420,  # one short function for each check
    "scenario/schema.py": 420,  # the blocks of a scenario, one after the other
    "engine/workforce.py": 550,  # one class tells the staff's whole story
    "results/tables.py": 430,  # half of it declares columns
}
"""File or `file:function` → lines it may have, where the budget does not fit."""

NOTES = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def imported(path: Path) -> list[tuple[str, str]]:
    """(module, name taken from it or nothing) of every import, wherever it stands."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            found += [(node.module or "", alias.name) for alias in node.names]
    return found


def own_modules(path: Path) -> Iterator[str]:
    """Full names of the modules of this package that a module imports; names of the face as `workforce_sim.name`."""
    for module, name in imported(path):
        if module == "workforce_sim":
            yield f"workforce_sim.{name}".removesuffix(".")
        elif module.startswith("workforce_sim."):
            yield module


def floor(name: str) -> int:
    """The floor of a file below the package, or of a module's full name."""
    room = name.removeprefix("workforce_sim.").replace("/", ".").split(".")[0]
    found = [number for number, rooms in enumerate(FLOORS) if room in rooms]
    assert found, f"{name} is on no floor: add it to FLOORS and to the architecture"
    return found[0]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    return (n for n in ast.walk(tree_of(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "__init__.py"])
def test_imports_go_down(name: str) -> None:
    """A module knows only what is on its floor or below, and nobody imports the face, but the command its version."""
    allowed = {"workforce_sim.__version__"} if name == "cli.py" else set()
    found = set(own_modules(PACKAGE / name)) - allowed
    assert not [module for module in found if module == "workforce_sim" or floor(module) > floor(name)]


@pytest.mark.parametrize("library", BORDERS)
def test_libraries_stay_within_their_borders(library: str) -> None:
    """Each heavy library is behind one door."""
    users = {
        name
        for name, path in zip(NAMES, MODULES, strict=True)
        if any(module.split(".")[0] == library for module, _ in imported(path))
    }
    assert users, f"nothing imports {library}"
    assert not {name for name in users if not name.startswith(BORDERS[library])}


@pytest.mark.parametrize("name", NAMES)
def test_every_module_says_what_it_is(name: str) -> None:
    """A module opens with a sentence."""
    assert ast.get_docstring(tree_of(PACKAGE / name))


@pytest.mark.parametrize("name", NAMES)
def test_nobody_reaches_for_private_names(name: str) -> None:
    """What begins with an underscore is used in its own module only."""
    taken = [
        f"{module}.{taken}"
        for module, taken in imported(PACKAGE / name)
        if module.startswith("workforce_sim") and taken.startswith("_") and not taken.startswith("__")
    ]
    assert not taken


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("__init__.py")])
def test_exports_are_complete(name: str) -> None:
    """A package that offers names lists all of them, in order, and each one is there."""
    module = importlib.import_module(".".join(("workforce_sim", *Path(name).parent.parts)))
    offered = getattr(module, "__all__", [])
    assert offered == sorted(offered)
    assert all(getattr(module, each) is not None for each in offered)
    body = tree_of(PACKAGE / name).body
    if any(isinstance(node, ast.Assign | ast.FunctionDef) and ast.unparse(node)[:7] != "__all__" for node in body):
        return  # it makes names of its own, and offers those
    taken = {alias.asname or alias.name for node in body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert taken - {"annotations"} == set(offered)


def test_the_face_knows_where_each_name_lives() -> None:
    """The names offered, the homes they are loaded from and those that type checkers see are the same."""
    checked = [node for node in tree_of(PACKAGE / "__init__.py").body if isinstance(node, ast.If)]
    seen = {
        alias.name
        for block in checked
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == set(workforce_sim._HOMES) == set(workforce_sim.__all__) - {"__version__"}


def test_rooms_stay_small() -> None:
    """A file has at most 400 lines and a function 60; what may be larger is listed, and no larger than it says."""
    sizes = {
        name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in zip(NAMES, MODULES, strict=True)
    }
    budget = dict.fromkeys(sizes, FILE_LINES)
    for name, path in zip(NAMES, MODULES, strict=True):
        for function in functions(path):
            place = f"{name}:{function.name}"
            sizes[place] = max(sizes.get(place, 0), (function.end_lineno or 0) - function.lineno + 1)
            budget[place] = FUNCTION_LINES
    budget |= LARGE
    assert {place: size for place, size in sizes.items() if size > budget[place]} == {}
    assert set(LARGE) <= set(sizes), "an exception for something that is gone"


@pytest.mark.parametrize("folder", ["workforce_sim", "tests", "benchmarks", "docs", "notebooks", "scenarios", ".ci"])
def test_no_notes_to_oneself(folder: str) -> None:
    """What is left to do stands in an issue, not in a file."""
    texts = [
        path for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".md", ".yaml", ""} and path.is_file()
    ]
    assert not [str(path) for path in texts if NOTES.search(path.read_text(encoding="utf-8"))]


def test_constraints_name_versions_only() -> None:
    """Every pin is an exact version: no place to fetch it from, nothing local."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert not [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.!+_-]*", pin)]
